package dialog

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/keymap"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// newTestSheet returns a sheet of n lines that are wider than it.
func newTestSheet(n int) *Sheet {
	k := testKeys()
	return NewSheet("Sheet", func(_ *style.Styles, width int) []string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprintf("line %d of %d in %d cells %s", i, n, width, strings.Repeat("日", width))
		}
		return lines
	}, k, testStyles, k.View.Open)
}

// firstLine returns the number of the first visible line.
func firstLine(t *testing.T, s *Sheet) int {
	t.Helper()
	var n int
	for _, line := range strings.Split(plainView(s), "\n") {
		if _, err := fmt.Sscanf(strings.TrimLeft(line, "│ "), "line %d", &n); err == nil {
			return n
		}
	}
	t.Fatalf("there are no lines:\n%s", plainView(s))
	return 0
}

func TestSheetScrollIsClamped(t *testing.T) {
	s := newTestSheet(30)
	s.SetSize(60, 12) // ten lines of text
	wheel := func(b tea.MouseButton) tea.Msg { return tea.MouseWheelMsg{Button: b} }
	for i, step := range []struct {
		msg  tea.Msg
		want int
	}{
		{keyPress("up"), 0}, {keyPress("down"), 1}, {keyPress("j"), 2}, {keyPress("k"), 1}, {keyPress("pgdown"), 9},
		{keyPress("pgup"), 1},
		{keyPress("pgup"), 0}, {wheel(tea.MouseWheelDown), 1}, {wheel(tea.MouseWheelUp), 0},
		{wheel(tea.MouseWheelUp), 0},
		{keyPress("pgdown"), 8}, {keyPress("pgdown"), 16}, {keyPress("pgdown"), 20}, {keyPress("down"), 20},
		{keyPress("up"), 19}, {keyPress("g"), 0},
	} {
		if _, done := s.Update(step.msg); done {
			t.Fatalf("step %d closes it", i)
		}
		if got := firstLine(t, s); got != step.want {
			t.Errorf("step %d, %v: the first line is %d, want %d", i, step.msg, got, step.want)
		}
	}
}

func TestGrowingSheetShowsNoGap(t *testing.T) {
	s := newTestSheet(30)
	s.SetSize(60, 12)
	for range 5 {
		s.Update(keyPress("pgdown"))
	}
	s.SetSize(60, 27)
	if got := firstLine(t, s); got != 5 {
		t.Errorf("the first of 25 lines is %d", got)
	}
	s.SetSize(60, 50)
	if got := firstLine(t, s); got != 0 || strings.Contains(plainView(s), "more") {
		t.Errorf("all fits, and the first line is %d:\n%s", got, plainView(s))
	}
}

func TestSheetStaysWithinBounds(t *testing.T) {
	for _, n := range []int{0, 1, 5, 100} {
		for _, width := range []int{20, 38, 76, 200} {
			for _, height := range []int{3, 9, 30} {
				s := newTestSheet(n)
				s.SetSize(width, height)
				checkSize(t, s, width, height)
				if more := strings.Contains(plainView(s), "more"); more != (n > height-widget.FrameHeight) {
					t.Errorf("%d lines in %d: more is %v", n, height, more)
				}
			}
		}
	}
}

func TestSheetClosesOnlyOnItsKeys(t *testing.T) {
	for name, want := range map[string]bool{"esc": true, "q": true, "enter": true, "d": false, "space": false,
		"tab": false, "?": false} {
		if cmd, done := newTestSheet(3).Update(keyPress(name)); done != want || cmd != nil {
			t.Errorf("%s: closed is %v", name, done)
		}
	}
}

func TestHelpListsEveryEnabledBindingOnce(t *testing.T) {
	k := testKeys()
	if err := k.Remap(map[string][]string{"view.order": {}, "action.restore": {"ctrl+r"}}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{20, 34, 72, 120, 300} {
		text := strings.Join(stripLines(helpLines(withoutKeys(k.Groups(), nil), testStyles(), width)), "\n")
		for _, g := range k.Groups() {
			if !strings.Contains(text, g.Title) {
				t.Errorf("%d cells: the group %s is missing", width, g.Title)
			}
			for _, n := range g.Keys {
				h := n.Binding.Help()
				want := 1
				if n.Name == "view.order" {
					want = 0
				}
				if got := strings.Count(text, widget.Fit(h.Key, 14, false)+" "+h.Desc); got != want {
					t.Errorf("%d cells: %s is there %d times, want %d", width, n.Name, got, want)
				}
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if widget.Width(line) > max(width, 34) {
				t.Errorf("%d cells: a line is %d wide: %q", width, widget.Width(line), line)
			}
		}
	}
}

func stripLines(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = ansi.Strip(l)
	}
	return out
}

func TestHelpHasNoActionsInReadOnlyMode(t *testing.T) {
	k := testKeys()
	k.DisableActions()
	text := strings.Join(stripLines(helpLines(withoutKeys(k.Groups(), nil), testStyles(), 100)), "\n")
	for _, word := range []string{"Actions", "restore", "delete", "back up"} {
		if strings.Contains(text, word) {
			t.Errorf("%q is there:\n%s", word, text)
		}
	}
}

func TestHelpColumnsAreBalanced(t *testing.T) {
	k := keymap.Default()
	one, two := len(helpLines(withoutKeys(k.Groups(), nil), testStyles(), 40)),
		len(helpLines(withoutKeys(k.Groups(), nil), testStyles(), 80))
	if two > one*2/3 {
		t.Errorf("%d lines in one column, and %d in two", one, two)
	}
}
