package ui_test

import (
	"testing"

	"vpsdeck/internal/lanes"
)

func TestATerminalThatIsTooSmallSaysSoAndRecovers(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	before := w.Screen().Text()
	for _, s := range []size{{39, 24}, {80, 9}, {39, 9}, {10, 3}, {1, 1}} {
		w.Resize(s.width, s.height)
		if s.width >= 39 {
			w.RequireText("vpsdeck needs 40×10")
		}
		w.RequireNoText("db-server")
		w.Press("s", "d", "/", "x", "?", "enter") // ignored, since nothing is visible
	}
	w.Resize(39, 9)
	w.requireGolden("too-small-39x9")
	w.Resize(80, 24)
	if after := w.Screen().Text(); after != before {
		t.Errorf("the screen is\n%s\nand was\n%s", after, before)
	}
	w.requireActions()
}

func TestATerminalThatIsTooSmallCanBeLeft(t *testing.T) {
	t.Parallel()
	w := startApp(t, 20, 5)
	w.Press("q")
	w.Wait()
}

func TestOpenDialogSurvivesATooSmallTerminal(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	atServer("web-server-01", "s")(w)
	w.Type("before")
	w.Resize(39, 9)
	w.Type("xyz")
	w.Resize(80, 24)
	w.Type("-update")
	w.RequireText("› before-update")
	w.Press("enter", "enter")
	w.requireActions(postBeforeUpdate)
}

func TestEverySizeIsAligned(t *testing.T) {
	t.Parallel()
	for name, open1 := range map[string]func(*harness){
		"dashboard": atServer("web-server-01", "2"),
		"fleet":     press("a", "3"),
		"restore":   atServer("web-server-01", "3", "r"),
		"delete":    atServer("legacy-app", "2", "d"),
		"form":      atServer("web-server-01", "s"),
		"help":      press("?"),
		"details":   atServer("web-server-01", "enter"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			open1(w)
			for _, s := range lanes.Rows([]size{
				{40, 10}, {41, 11}, {59, 16}, {60, 17}, {60, 22}, {79, 15}, {100, 18}, {109, 40}, {110, 13}, {110, 50},
				{150, 12},
				{250, 80}, {40, 60},
			}) {
				w.Resize(s.width, s.height)
				requireAligned(t, w.Screen())
				if width, height := w.Screen().Size(); width != s.width || height != s.height {
					t.Fatalf("the screen is %d×%d", width, height)
				}
			}
			w.requireActions()
		})
	}
}

func TestEveryConfirmCanBeAnsweredOnTheSmallestScreen(t *testing.T) {
	t.Parallel()
	for yes, question := range map[string]func(*harness){
		"Restore": atServer("web-server-01", "3", "r"),
		"Delete":  atServer("web-server-01", "2", "j", "d"),
	} {
		t.Run(yes, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 40, 10)
			question(w)
			w.RequireText("Cancel ", "  "+yes, "web-")
			w.Press("tab")
			w.RequireText("▸ " + yes)
			w.Press("esc")
			w.RequireNoText("Cancel  ")
			w.requireActions()
		})
	}
}

func TestRequiredInputIsShownOnTheSmallestScreen(t *testing.T) {
	t.Parallel()
	for name, question := range map[string]func(*harness){
		"restore": atServer("web-server-01", "3", "r"),
		"delete":  atServer("web-server-01", "2", "d"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 40, 10)
			question(w)
			w.Type("web-server-0")
			w.RequireText("You will lose: ", "› web-server-0", "Cancel ")
			w.Press("tab", "enter", "esc")
			w.requireActions()
		})
	}
}

func TestSelectionAndFocusAreVisibleWithoutColor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withoutColor)
	atServer("web-server-01", "2", "j")(w)
	w.requireCursor("automatic")
	g := w.Screen()
	if x, y, _ := g.Find("▌"); !g.Cell(x+2, y).Style.Bold {
		t.Error("the row under the cursor is not bold")
	}
	w.Press("d")
	w.skipInputDelay()
	for _, focused := range []string{"Cancel", "Delete", "Cancel"} {
		g := w.Screen()
		x, y, found := g.Find("▸ " + focused)
		if !found || !g.Cell(x+2, y).Style.Bold {
			t.Errorf("%s does not show that it is focused:\n%s", focused, g.Text())
		}
		w.Press("tab")
	}
	g = w.Screen()
	for y := range 24 {
		for x := range 80 {
			if s := g.Cell(x, y).Style; s.Fg.Set || s.Bg.Set {
				t.Fatalf("column %d, row %d has a colour: %s", x, y, s)
			}
		}
	}
}
