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
func (h *harness) createSnapshot(server, name string) {
	h.selectServer(server)
	h.Press("s")
	h.Type(name)
	h.Press("enter", "enter")
}

// deleteSelected deletes the point under the cursor and types the server's name if required.
func (h *harness) deleteSelected() {
	h.Press("d")
	h.skipInputDelay()
	h.typeRequiredName()
	h.Press("tab", "enter")
}

// restoreSelected restores from the point under the cursor. If a snapshot first is offered, first
// says whether to take it.
func (h *harness) restoreSelected(first bool) {
	h.Press("r")
	h.skipInputDelay()
	h.typeRequiredName()
	if !first && h.Screen().Contains("[✓]") {
		h.Press("shift+tab", "space", "tab")
	}
	h.Press("tab", "enter")
}

// requireRefused fails the test unless a refusal shows the texts, and closes it.
func (h *harness) requireRefused(texts ...string) {
	h.t.Helper()
	h.RequireText(append(texts, "▸ Close")...)
	h.Press("esc")
	h.RequireNoText("▸ Close")
}

// chooseOption chooses the option that starts with the text.
func (h *harness) chooseOption(choice string) {
	h.t.Helper()
	for range 5 {
		if h.Screen().Contains("▸ " + choice) {
			h.Press("enter")
			return
		}
		h.Press("down")
	}
	h.t.Fatalf("there is no option %q:\n%s", choice, h.Screen().Text())
}

// typeRequiredName types the server's name if the dialog requires it.
func (h *harness) typeRequiredName() {
	h.Type(requiredInput(h.Screen().Text()))
}

// requireAligned fails the test unless every frame on the screen closes. A line that begins with an
// edge must end with one at the last column, and all terminals must agree on its width.
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
