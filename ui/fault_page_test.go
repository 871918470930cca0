package ui_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// faultPagePath is the table for people who read.
const faultPagePath = "../docs/FAULTS.md"

const faultIntro = `# Faults, and what becomes of them

What a person sees when something goes wrong between vpsdeck and the API, what stays, and how often the API was asked. Each
row is played in a test (ui/fault_table_test.go): the whole program on an emulated terminal, with the real client, in front
of a server that misbehaves for this one endpoint and is in order for all others. This page is made from the test's table:

    go test ./ui -run FaultPage -update

Seen is a part of what the screen shows at once; where a second part follows, it is there 40 seconds later. Requests counts
those of the endpoint: a list is asked for up to three times where that may help, a deed is sent once, whatever happens.

A deed is done at the provider where the answer is lost or spoilt on its way back, unless the row says "and not done"; it is
not done where a status says so, unless the row says "and yet done". A 204 to a delete is what the documents promise, and is
believed; every other 2xx must say that it is the API's own, or the outcome is unknown.

What stays of a deed are its steps in the journal: *intent* is written before the request leaves, *refused* is a no that can
be believed, *unknown* an answer that was lost. What is unknown is looked for in the lists and never sent again by itself:
it goes on as *running* or ends as *done* when they show it, and as *not-found* when they do not.
`

func TestFaultPageIsUpToDate(t *testing.T) {
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
		t.Errorf("%s is not what the table says: run this test with -update", faultPagePath)
	}
}

func renderFaultPage() string {
	var b strings.Builder
	b.WriteString(faultIntro)
	for _, e := range endpoints {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`\n\n| fault | seen | stays | requests |\n|---|---|---|---|\n", e.name, e.request)
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

// quoteCell quotes a part of what the screen shows, in a cell of a table.
func quoteCell(text string) string { return "“" + strings.ReplaceAll(text, "|", `\|`) + "”" }

func (x expectation) remaining(e endpoint) string {
	if x.events == "" {
		return e.remains
	}
	return "*" + strings.ReplaceAll(x.events, ", ", "* → *") + "*"
}
