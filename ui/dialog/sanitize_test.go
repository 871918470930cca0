package dialog

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestPasteBecomesOneNormalizedLine(t *testing.T) {
	for pasted, want := range map[string]string{
		"before\nupdate": "before update", "before\r\nupdate\r\n": "before update", "before\rupdate": "before update",
		"cafe\u0301": "caf\u00e9", "a\tb": "a→b",
	} {
		if got, ok := SanitizeInput(tea.PasteMsg{Content: pasted}); !ok || got != (tea.PasteMsg{Content: want}) {
			t.Errorf("%+q became %+q, want %+q", pasted, got, want)
		}
	}
}
