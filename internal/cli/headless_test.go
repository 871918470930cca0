package cli

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"vpsdeck/internal/settings"
)

func TestExitCodesInDocsMatchManPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/SCRIPTING.md")
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range exitCodes {
		if i > 0 && c.code <= exitCodes[i-1].code {
			t.Errorf("code %d is out of order at position %d", c.code, i)
		}
		if line := fmt.Sprintf("| %d | %s |\n", c.code, c.means); !strings.Contains(string(text), line) {
			t.Errorf("docs/SCRIPTING.md does not have %q", line)
		}
	}
	if last := exitCodes[len(exitCodes)-1].code; last != settings.ExitUnchecked {
		t.Errorf("the last documented code is %d", last)
	}
}
