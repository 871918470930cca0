package dialog

import (
	"fmt"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// newTestMenu returns a menu of n items with the keys a, b …; the second cannot act.
func newTestMenu(n int) *Menu {
	options := MenuOptions{Title: "Menu", Intro: "Choose one.", Close: key.NewBinding(key.WithKeys("x"))}
	for i := range n {
		letter := string(rune('a' + i))
		item := MenuItem{Key: letter, Label: "item " + letter,
			Choose: func() tea.Cmd { return resultCmd("%s", letter) }}
		if i == 1 {
			item.Why = "it is busy: " + strings.Repeat("very ", 20) + "busy"
		}
		options.Items = append(options.Items, item)
	}
	return NewMenu(options, testKeys(), testStyles)
}

func TestMenuIsUsedWithLettersCursorAndMouse(t *testing.T) {
	for name, c := range map[string]struct {
		msgs []tea.Msg
		want string // the chosen item, or "closed" or "open"
	}{
		"a letter":   {[]tea.Msg{keyPress("c")}, "c"},
		"enter":      {[]tea.Msg{keyPress("enter")}, "a"},
		"the cursor": {[]tea.Msg{keyPress("down"), keyPress("tab"), keyPress("up"), keyPress("enter")}, "b"},
		"below the last": {[]tea.Msg{keyPress("down"), keyPress("down"), keyPress("down"), keyPress("enter")},
			"c"},
		"the wheel":            {[]tea.Msg{tea.MouseWheelMsg{Button: tea.MouseWheelDown}, keyPress("enter")}, "b"},
		"a click":              {[]tea.Msg{ClickMsg{X: 5, Y: 5}}, "c"},
		"a click on the intro": {[]tea.Msg{ClickMsg{X: 5, Y: 1}}, "open"},
		"a click on the edge":  {[]tea.Msg{ClickMsg{X: 5, Y: 9}}, "open"},
		"esc":                  {[]tea.Msg{keyPress("esc")}, "closed"},
		"its own key":          {[]tea.Msg{keyPress("x")}, "closed"},
		"another letter":       {[]tea.Msg{keyPress("z"), keyPress("j"), keyPress("space")}, "open"},
	} {
		m := newTestMenu(3)
		m.SetSize(60, 20)
		m.View()
		got := "open"
		for _, msg := range c.msgs {
			cmd, done := m.Update(msg)
			if done {
				got = "closed"
			}
			if cmd != nil {
				got = cmd().(resultMsg).text
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestMenuFitsAndShowsTheReasonInFull(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {60, 20}, {76, 8}, {30, 5}} {
		m := newTestMenu(12)
		m.SetSize(size[0], size[1])
		for i := range 12 {
			checkSize(t, m, size[0], size[1])
			checkShown(t, m, fmt.Sprintf("▸ %c", 'a'+i))
			if i == 1 && size[1] >= 10 {
				if text := strings.Join(strings.Fields(strings.ReplaceAll(plainView(m), "│", "")),
					" "); !strings.Contains(text,
					"very very busy") {
					t.Errorf("%v: the reason is cut:\n%s", size, plainView(m))
				}
			}
			m.Update(keyPress("down"))
		}
	}
}
