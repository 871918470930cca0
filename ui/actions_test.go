package ui_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/internal/terminal"
)

// What a person's hands do by themselves.

// createSnapshot fills in the form for a snapshot of a server, and sends it.
func (w *harness) createSnapshot(server, name string) {
	w.selectServer(server)
	w.Press("s")
	w.Type(name)
	w.Press("enter", "enter")
}

// deleteSelected deletes the point under the cursor, typing the server's name where it is asked for.
func (w *harness) deleteSelected() {
	w.Press("d")
	w.skipInputDelay()
	w.typeRequiredName()
	w.Press("tab", "enter")
}

// restoreSelected restores from the point under the cursor, after a snapshot where that is offered and wanted.
func (w *harness) restoreSelected(first bool) {
	w.Press("r")
	w.skipInputDelay()
	w.typeRequiredName()
	if !first && w.Screen().Contains("[✓]") {
		w.Press("shift+tab", "space", "tab")
	}
	w.Press("tab", "enter")
}

// requireRefused fails the test unless a dialog says why not, and closes it.
func (w *harness) requireRefused(texts ...string) {
	w.t.Helper()
	w.RequireText(append(texts, "▸ Close")...)
	w.Press("esc")
	w.RequireNoText("▸ Close")
}

// chooseOption chooses the choice that begins so.
func (w *harness) chooseOption(choice string) {
	w.t.Helper()
	for range 5 {
		if w.Screen().Contains("▸ " + choice) {
			w.Press("enter")
			return
		}
		w.Press("down")
	}
	w.t.Fatalf("there is no choice %q:\n%s", choice, w.Screen().Text())
}

// typeRequiredName types the server's name if the question asks for it.
func (w *harness) typeRequiredName() {
	w.Type(requiredInput(w.Screen().Text()))
}

// requireAligned fails the test unless every frame on the screen closes: a line that begins with an edge ends with one at
// the last column, and every terminal agrees on how wide it is.
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
		t.Errorf("it says\n  %s\nnot\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
