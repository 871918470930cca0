package ui_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/internal/terminal"
)

// Helpers for what a user does in several steps.

// createSnapshot selects a server, fills in the form for a snapshot and submits it.
func (w *harness) createSnapshot(server, name string) {
	w.selectServer(server)
	w.Press("s")
	w.Type(name)
	w.Press("enter", "enter")
}

// deleteSelected deletes the point under the cursor and types the server's name if required.
func (w *harness) deleteSelected() {
	w.Press("d")
	w.skipInputDelay()
	w.typeRequiredName()
	w.Press("tab", "enter")
}

// restoreSelected restores from the point under the cursor. If a snapshot first is offered, first says whether to take it.
func (w *harness) restoreSelected(first bool) {
	w.Press("r")
	w.skipInputDelay()
	w.typeRequiredName()
	if !first && w.Screen().Contains("[✓]") {
		w.Press("shift+tab", "space", "tab")
	}
	w.Press("tab", "enter")
}

// requireRefused fails the test unless a refusal shows the texts, and closes it.
func (w *harness) requireRefused(texts ...string) {
	w.t.Helper()
	w.RequireText(append(texts, "▸ Close")...)
	w.Press("esc")
	w.RequireNoText("▸ Close")
}

// chooseOption chooses the option that starts with the text.
func (w *harness) chooseOption(choice string) {
	w.t.Helper()
	for range 5 {
		if w.Screen().Contains("▸ " + choice) {
			w.Press("enter")
			return
		}
		w.Press("down")
	}
	w.t.Fatalf("there is no option %q:\n%s", choice, w.Screen().Text())
}

// typeRequiredName types the server's name if the dialog requires it.
func (w *harness) typeRequiredName() {
	w.Type(requiredInput(w.Screen().Text()))
}

// requireAligned fails the test unless every frame on the screen closes. A line that begins with an edge must end with one at the last column, and all terminals must agree on its width.
func requireAligned(t testing.TB, g terminal.Grid) {
	t.Helper()
	width, height := g.Size()
	for y := range height {
		line := g.Line(y)
		if ansi.StringWidth(line) != ansi.StringWidthWc(line) {
			t.Errorf("terminals disagree on the width of row %d: %q", y, line)
		}
		first, last := g.Cell(0, y).Content, g.Cell(width-1, y).Content
		if strings.Contains("│╭╰|+", first) != strings.Contains("│╮╯|+", last) && first != " " {
			t.Errorf("row %d begins with %q and ends with %q:\n%s", y, first, last, g.Text())
		}
	}
}

func requireLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
