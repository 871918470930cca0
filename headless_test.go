package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"vpsdeck/internal/settings"
)

func TestTheExitCodesAreDocumentedAsTheManPageHasThem(t *testing.T) {
	text, err := os.ReadFile("docs/SCRIPTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range exitCodes {
		if c.code != settings.ExitCode(i) {
			t.Errorf("code %d stands at place %d", c.code, i)
		}
		if line := fmt.Sprintf("| %d | %s |\n", c.code, c.means); !strings.Contains(string(text), line) {
			t.Errorf("docs/SCRIPTING.md does not have %q", line)
		}
	}
	if len(exitCodes) != int(settings.ExitCoverage)+1 {
		t.Errorf("%d codes are documented", len(exitCodes))
	}
}
