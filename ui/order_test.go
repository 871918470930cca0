package ui_test

import (
	"slices"
	"strings"
	"testing"
)

// visibleNames returns those of the names that are shown, from the top.
func (h *harness) visibleNames(names ...string) []string {
	h.t.Helper()
	var out []string
	g := h.Screen()
	_, height := g.Size()
	for y := range height {
		for _, n := range names {
			if strings.Contains(g.Line(y), " "+n+" ") {
				out = append(out, n)
			}
		}
	}
	return out
}

func TestTheServersAreOrderedByAnyColumnBothWays(t *testing.T) {
	t.Parallel()
	w := startApp(t, 360, 24, withServers(5))
	all := []string{"NAME", "STATUS", "BACKUP", "SNAPSHOT", "BKP", "SNAP", "LOCATION", "IP", "SYSTEM", "PLAN",
		"COVERAGE"}
	first := "↑↑↑↑↓↓↑↑↑↑↓"
	for i, column := range all {
		arrow, reversed := string([]rune(first)[i]), "↓"
		if arrow == "↓" {
			reversed = "↑"
		}
		w.Press("o")
		w.RequireText(column + " " + arrow)
		w.Press("O")
		w.RequireText(column + " " + reversed)
		w.Press("O")
		w.RequireText(column + " " + arrow)
	}
}

func TestAnOrderIsKeptInItsPaneAndShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3", "o", "o", "o", "o")
	w.RequireText("SIZE ↓", "ordered by size, largest first")
	w.Press("O")
	w.RequireText("SIZE ↑")
	w.Press("1", "o")
	w.RequireText("SIZE ↑", "NAME ↑")
	w.Press("enter", "o", "O") // a page has its own order
	w.RequireText("DATA LOSS ↓")
	w.requireGolden("ordered-page-120x40")
	w.Press("esc")
	w.RequireText("SIZE ↑", "NAME ↑")
	w.requireGolden("ordered-120x40")
	w.Press("enter") // the next page keeps it
	w.RequireText("DATA LOSS ↓")
}

func TestOrderIsShownWithoutItsColumn(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12, withServers(5))
	w.Press("o", "o", "o", "o", "o", "o", "o")
	w.RequireText("↑ location")
	w.requireGolden("ordered-40x12")
	requireAligned(t, w.Screen())
}

func TestReverseOrderReversesTheRows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	names := []string{"cache-01", "db-server-01", "legacy-app", "mail-01", "vpn-gw", "web-server-01"}
	w.Press("o")
	if got := w.visibleNames(names...); !slices.Equal(got, names) {
		t.Errorf("by name: %q", got)
	}
	w.Press("O")
	descending := slices.Clone(names)
	slices.Reverse(descending)
	if got := w.visibleNames(names...); !slices.Equal(got, descending) {
		t.Errorf("by name, reversed: %q", got)
	}
}
