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
	first, letters := "↑↑↑↑↓↓↑↑↑↑↓", "ntbsBSliypc"
	for i, column := range all {
		arrow, reversed := string([]rune(first)[i]), "↓"
		if arrow == "↓" {
			reversed = "↑"
		}
		w.Press("o", letters[i:i+1])
		w.RequireText(column + " " + arrow)
		w.Press("o", letters[i:i+1])
		w.RequireText(column + " " + reversed)
		w.Press("O")
		w.RequireText(column + " " + arrow)
	}
}

func TestAnOrderIsKeptInItsPaneAndShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3", "o", "s")
	w.RequireText("SIZE ↓", "ordered by size, largest first")
	w.Press("O")
	w.RequireText("SIZE ↑")
	w.Press("1", "o", "n")
	w.RequireText("SIZE ↑", "NAME ↑")
	w.Press("enter", "o", "d", "O") // a page has its own order
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
	w.Press("o", "l")
	w.RequireText("↑ location")
	w.requireGolden("ordered-40x12")
	requireAligned(t, w.Screen())
}

func TestReverseOrderReversesTheRows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	names := []string{"cache-01", "db-server-01", "legacy-app", "mail-01", "vpn-gw", "web-server-01"}
	w.Press("o", "n")
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

func TestTheOrderMenuShowsWhatItsLettersDo(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"order-menu", everySize, nil, press("o")},
		{"order-menu-reversed", []size{standard}, nil, press("o", "n", "O", "o")},
		{"order-menu-points", []size{standard}, nil, press("2", "o")},
	} {
		l.check(t)
	}
}

func TestTheOrderMenuIsUsedWithTheCursorAndClosedByItsKey(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("o", "down", "enter")
	w.RequireText("ordered by name, from A to Z", "NAME ↑")
	w.Press("o", "enter") // the cursor is on the current order, which is reversed
	w.RequireText("ordered by name, from Z to A", "NAME ↓")
	for _, closing := range []string{"o", "esc"} {
		w.Press("o")
		w.RequireText("─ Order by")
		w.Press(closing)
		w.RequireNoText("─ Order by")
		w.RequireText("NAME ↓")
	}
}
