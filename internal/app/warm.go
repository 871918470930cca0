package app

import (
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui"
)

// warmed is a guarded app whose start also makes the table of widths.
type warmed struct{ *ui.Guard }

// Init starts the app. The first frame waits 15 ms for its turn. Meanwhile this makes a table of 2 MB,
// which a library needs for the first glyph beyond Latin-1.
func (w warmed) Init() tea.Cmd {
	return tea.Batch(w.Guard.Init(), func() tea.Msg {
		_ = ansi.StringWidthWc("─")
		return nil
	})
}
