package ui_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// faultPagePath is the generated page.
const faultPagePath = "../docs/FAULTS.md"

const faultIntro = `# Faults and their effects

What the screen shows when something goes wrong between vpsdeck and the API, what stays, and how often the API is asked.
Each row is run by a test (ui/fault_table_test.go): the whole program on an emulated terminal, with the real client. The
server in front of it misbehaves for this one endpoint only. This page is generated from the test's table:

    go test ./ui -run FaultPage -update

*Seen* is a part of what the screen shows at once; a second part, if any, is shown within 140 seconds. *Requests* counts
the requests to the endpoint: a list is requested up to three times where that may help, an action is sent once.

An action was done at the provider if its answer was lost or damaged on the way back, unless the row says "and not
done". It was not done if a status says so, unless the row says "and yet done". A 204 to a delete is trusted, as the
documents promise; the body of every other 2xx must be the API's own, or the outcome is unknown.

For an action, *stays* lists its events in the journal: *intent* is written before the request is sent, *refused* is a
reliable refusal, *unknown* an answer that was lost. An unknown outcome is looked for in the lists, and the action is
never sent again automatically. It becomes *running* or *done* when the lists show it, and *not-found* when they do not.
`

func TestFaultPageIsUpToDate(t *testing.T) {
	t.Parallel()
	want := renderFaultPage()
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(faultPagePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(faultPagePath)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(got), "\r\n", "\n") != want {
		t.Errorf("%s is out of date: run this test with -update", faultPagePath)
	}
}

func renderFaultPage() string {
	var b strings.Builder
	b.WriteString(faultIntro)
	for _, e := range endpoints {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`\n\n| fault | seen | stays | requests |\n|---|---|---|---|\n", e.name,
			e.request)
		for _, f := range e.faults() {
			x := f.expectFor(e)
			fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", f.name, x.describe(), x.remaining(e), x.requests)
		}
	}
	return b.String()
}

func (x expectation) describe() string {
	text := quoteCell(x.shown)
	if x.shownLater != "" {
		text += ", then " + quoteCell(x.shownLater)
	}
	return text
}

// quoteCell quotes a part of the screen in a table cell.
func quoteCell(text string) string { return "“" + strings.ReplaceAll(text, "|", `\|`) + "”" }

func (x expectation) remaining(e endpoint) string {
	if x.events == "" {
		return e.remains
	}
	return "*" + strings.ReplaceAll(x.events, ", ", "* → *") + "*"
}
