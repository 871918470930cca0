package ui_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// faultPage is the table for people who read.
const faultPage = "../docs/FAULTS.md"

const faultIntro = `# Faults, and what becomes of them

What a person sees when something goes wrong between vpsdeck and the API, what stays, and how often the API was asked. Each
row is played in a test (ui/fault_table_test.go): the whole program on an emulated terminal, with the real client, in front
of a server that misbehaves for this one endpoint and is in order for all others. This page is made from the test's table:

    go test ./ui -run TheFaultPage -update

Seen is a part of what the screen shows at once; where a second part follows, it is there 40 seconds later. Requests counts
those of the endpoint: a list is asked for up to three times where that may help, a deed is sent once, whatever happens.

A deed is done at the provider where the answer is lost or spoilt on its way back, unless the row says "and not done"; it is
not done where a status says so, unless the row says "and yet done". A 204 to a delete is what the documents promise, and is
believed; every other 2xx must say that it is the API's own, or the outcome is unknown.

What stays of a deed are its steps in the journal: *intent* is written before the request leaves, *refused* is a no that can
be believed, *unknown* an answer that was lost. What is unknown is looked for in the lists and never sent again by itself:
it goes on as *running* or ends as *done* when they show it, and as *not-seen* when they do not.
`

func TestTheFaultPageIsNotStale(t *testing.T) {
	want := faultsInWords()
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile(faultPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(faultPage)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(got), "\r\n", "\n") != want {
		t.Errorf("%s is not what the table says: run this test with -update", faultPage)
	}
}

func faultsInWords() string {
	var b strings.Builder
	b.WriteString(faultIntro)
	for _, e := range endpoints {
		fmt.Fprintf(&b, "\n## %s\n\n`%s`\n\n| fault | seen | stays | requests |\n|---|---|---|---|\n", e.name, e.sends)
		for _, f := range e.troubles() {
			x := f.on(e)
			fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", f.name, x.inWords(), x.stays(e), x.sent)
		}
	}
	return b.String()
}

func (x expect) inWords() string {
	text := fragment(x.seen)
	if x.later != "" {
		text += ", then " + fragment(x.later)
	}
	return text
}

// fragment quotes a part of what the screen shows, in a cell of a table.
func fragment(text string) string { return "“" + strings.ReplaceAll(text, "|", `\|`) + "”" }

func (x expect) stays(e endpoint) string {
	if x.story == "" {
		return e.shown
	}
	return "*" + strings.ReplaceAll(x.story, ", ", "* → *") + "*"
}
