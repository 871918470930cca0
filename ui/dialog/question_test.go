package dialog

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/widget"
)

// deletes is a light question, restores one of weight.
var (
	deletes = Ask{
		Title: "Delete for good", Question: "Delete snapshot weekly (#798) of web-server-01?",
		Facts:    []Fact{{Label: "server", Value: "web-server-01  #12345"}, {Label: "size", Value: "4.7 GB", Minor: true}},
		Yes:      "Delete",
		Requests: func(bool) string { return "DELETE /snapshots/798/" },
		Then:     func(bool) tea.Cmd { return says("deleted") },
	}
	restores = Ask{
		Title: "Restore overwrites the disk", Question: "Restore web-server-01 from snapshot pre-migration (#801)?",
		Facts: []Fact{
			{Label: "server", Value: "web-server-01  #12345 · 203.0.113.10 · active"},
			{Label: "goes back to", Value: "15 Jan 2025 18:30 UTC  #801 · 5.0 GB"},
			{Label: "is lost", Value: "everything written since 15 Jan 18:30 (5 d 3 h)", Bad: true},
			{Label: "meanwhile", Value: "the server stops, usually for 5–15 minutes", Minor: true},
		},
		Tick:   &Tick{Label: "take a snapshot first", Note: "room for 3 more", On: true},
		Phrase: &Phrase{Text: "web-server-01", Prompt: "Type the server's name, web-server-01, to confirm"},
		Yes:    "Restore",
		Requests: func(ticked bool) string {
			if ticked {
				return "POST /snapshots/, then POST /snapshots/801/restore/"
			}
			return "POST /snapshots/801/restore/"
		},
		Then: func(ticked bool) tea.Cmd { return says("restored, snapshot first: %v", ticked) },
	}
)

// ask opens a question that is past its quiet time.
func ask(a Ask) *Question {
	q := NewQuestion(a, keys().Dialog, look)
	q.SetSize(78, 23)
	q.Arm()
	return q
}

// press presses keys one after the other until the question is done, and tells what it did: "" if it is still open,
// "closed" if it did nothing.
func press(t *testing.T, d Dialog, names ...string) string {
	t.Helper()
	for i, name := range names {
		cmd, done := d.Update(pressed(name))
		switch {
		case done && i < len(names)-1:
			t.Fatalf("it is done after %q", names[:i+1])
		case done && cmd == nil:
			return "closed"
		case done:
			return cmd().(answer).what
		case cmd != nil:
			t.Fatalf("%s did something, and it is still open", name)
		}
	}
	return ""
}

func TestEnterPressesTheFocusedButtonAndNothingElse(t *testing.T) {
	for keys, want := range map[string]string{
		"enter":                             "closed", // No is focused when it opens
		"tab enter":                         "deleted",
		"right enter":                       "deleted",
		"down enter":                        "deleted",
		"shift+tab enter":                   "deleted",
		"tab tab enter":                     "closed",
		"tab left enter":                    "closed",
		"tab shift+tab enter":               "closed",
		"y":                                 "", // it moves, and presses nothing
		"y enter":                           "deleted",
		"y y y":                             "",
		"n":                                 "closed",
		"y n":                               "closed",
		"esc":                               "closed",
		"tab esc":                           "closed",
		"space":                             "",
		"q d x Y":                           "",
		"tab space":                         "", // nor does space press a button
		"d e l e t e tab tab tab enter":     "deleted",
		"ctrl+a ctrl+e up down enter":       "closed",
		"ctrl+v tab enter":                  "deleted",
		"home end pgup pgdown enter":        "closed",
		"backspace backspace y enter":       "deleted",
		"tab tab tab tab tab tab tab enter": "deleted",
	} {
		if got := press(t, ask(deletes), strings.Fields(keys)...); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

func TestKeysTypedAheadAnswerNothing(t *testing.T) {
	for _, a := range []Ask{deletes, restores} {
		q := NewQuestion(a, keys().Dialog, look)
		q.SetSize(78, 23)
		ahead := append(typing("web-server-01"), "tab", "enter", "y", "enter", "space", "n")
		if got := press(t, q, ahead...); got != "" {
			t.Fatalf("it was answered before one could read it: %q", got)
		}
		q.Update(tea.PasteMsg{Content: "web-server-01"})
		for y := range 23 {
			if _, done := q.Update(ClickMsg{X: 20, Y: y}); done {
				t.Fatal("a click has answered it before one could read it")
			}
		}
		q.Arm()
		if got := press(t, q, "enter"); got != "closed" {
			t.Errorf("what was typed ahead has moved the focus: %q", got)
		}
	}
	q := NewQuestion(restores, keys().Dialog, look)
	press(t, q, typing("web-server-01")...)
	q.Update(tea.PasteMsg{Content: "web-server-01"})
	q.Arm()
	if got := press(t, q, "tab", "enter"); got != "" {
		t.Errorf("what was typed ahead counts as the name: %q", got)
	}
}

func TestTheWayOutIsOpenFromTheStart(t *testing.T) {
	for _, a := range []Ask{deletes, restores} {
		if got := press(t, NewQuestion(a, keys().Dialog, look), "esc"); got != "closed" {
			t.Errorf("%s: esc: %q", a.Title, got)
		}
	}
}

func TestANoDoesWhatItIsFor(t *testing.T) {
	a := deletes
	a.Else = func() tea.Cmd { return says("left") }
	for _, keys := range []string{"esc", "enter", "n"} {
		if got := press(t, ask(a), keys); got != "left" {
			t.Errorf("%s: %q", keys, got)
		}
	}
	if got := press(t, ask(a), "y", "enter"); got != "deleted" {
		t.Errorf("yes: %q", got)
	}
}

func TestTheNameMustBeTypedToTheLetter(t *testing.T) {
	for text, right := range map[string]bool{
		"web-server-01": true, "": false, "web-server-0": false, "web-server-011": false, "Web-server-01": false,
		" web-server-01": false, "web-server-01 ": false, "web-server-02": false, "yes": false,
	} {
		for _, paste := range []bool{false, true} {
			q := ask(restores)
			if paste {
				q.Update(tea.PasteMsg{Content: text})
			} else {
				for _, key := range typing(text) {
					press(t, q, strings.Replace(key, " ", "space", 1))
				}
			}
			got := press(t, q, "tab", "enter")
			if done := got != ""; done != right {
				t.Errorf("%q, pasted %v: %q", text, paste, got)
			}
			if !right {
				show(t, q, "not yet: see above")
			}
		}
	}
}

// Whatever went wrong on the way to a question of weight: without a text nothing confirms it.
func TestAnEmptyPhraseIsNeverRight(t *testing.T) {
	a := restores
	a.Phrase = &Phrase{Prompt: "Type the server's name, , to confirm"}
	for _, keys := range []string{"tab enter", "tab tab enter shift+tab enter", "space tab enter", "backspace tab enter", "x tab enter"} {
		if got := press(t, ask(a), strings.Fields(keys)...); got != "" {
			t.Errorf("%s: %q", keys, got)
		}
	}
	q := ask(a)
	q.Update(tea.PasteMsg{Content: ""})
	if got := press(t, q, "tab", "enter"); got != "" {
		t.Errorf("an empty paste: %q", got)
	}
}

func TestWhatWasTypedWrongCanBePutRight(t *testing.T) {
	q := ask(restores)
	keys := append(typing("web-server-02"), "tab", "enter", "backspace", "1", "enter")
	if got := press(t, q, keys...); got != "restored, snapshot first: true" {
		t.Errorf("%q", got)
	}
}

func TestLettersOfTheNameAreNoCommands(t *testing.T) {
	a := restores
	a.Phrase = &Phrase{Text: "yn y n"}
	q := ask(a)
	press(t, q, "y", "n", "space", "y", "space", "n")
	show(t, q, "› yn y n")
	if got := press(t, q, "enter"); got != "closed" {
		t.Errorf("typing has moved the focus: %q", got)
	}
}

func TestAPasteCannotDriveTheTerminalOrBringItsOwnEnter(t *testing.T) {
	q := ask(restores)
	if _, done := q.Update(tea.PasteMsg{Content: "web-server-01\n"}); done {
		t.Fatal("the paste has answered the question")
	}
	if got := press(t, q, "tab", "enter"); got != "restored, snapshot first: true" {
		t.Errorf("the line break at the end counts: %q", got)
	}
	q = ask(restores)
	q.Update(tea.PasteMsg{Content: "\x1b[2J\u202e"})
	if view := q.View(); strings.Contains(view, "\x1b[2J") || strings.Contains(view, "\u202e") {
		t.Errorf("%q", view)
	}
}

func TestTheTickIsAddedAndTakenAway(t *testing.T) {
	name := typing("web-server-01")
	for keys, want := range map[string]string{
		"tab enter":                       "restored, snapshot first: true",
		"tab tab space shift+tab enter":   "restored, snapshot first: false",
		"tab tab enter shift+tab enter":   "restored, snapshot first: false", // enter ticks too, and presses nothing
		"left space space left enter":     "restored, snapshot first: true",
		"tab tab tab enter":               "closed",
		"shift+tab space shift+tab enter": "restored, snapshot first: false",
	} {
		if got := press(t, ask(restores), append(name, strings.Fields(keys)...)...); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
	q := ask(restores)
	show(t, q, "[✓] take a snapshot first", "POST /snapshots/, then")
	press(t, q, "left", "space")
	show(t, q, "[ ] take a snapshot first", "sends POST /snapshots/801/restore/")
}

// find is where a text stands in a dialog, in cells.
func find(t *testing.T, d Dialog, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(drawn(d), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return widget.Width(before), y
		}
	}
	t.Fatalf("%q is not shown:\n%s", text, drawn(d))
	return 0, 0
}

// buttons are where No and Yes stand, from and up to which cell, and on which line.
func buttons(t *testing.T, d Dialog, no, yes string) (spans [2][2]int, line int) {
	t.Helper()
	_, line = find(t, d, no)
	text := strings.Split(drawn(d), "\n")[line]
	for i, word := range []string{no, yes} {
		before, _, ok := strings.Cut(text, word)
		if !ok {
			t.Fatalf("there is no button %s:\n%s", word, drawn(d))
		}
		at := widget.Width(before)
		spans[i] = [2]int{at - 3, at + len(word) + 2} // a space, the mark of the focus and a space before it, two spaces after it
	}
	return spans, line
}

func TestAClickPressesWhatItHits(t *testing.T) {
	for _, size := range [][2]int{{78, 23}, {50, 16}, {38, 14}} {
		for _, a := range []Ask{deletes, restores} {
			a.Phrase, a.Else = nil, func() tea.Cmd { return says("no") }
			a.Then = func(bool) tea.Cmd { return says("yes") }
			open := func() *Question {
				q := ask(a)
				q.SetSize(size[0], size[1])
				return q
			}
			spans, line := buttons(t, open(), "Cancel", a.Yes)
			for x := -1; x <= size[0]; x++ {
				want := ""
				for i, word := range []string{"no", "yes"} {
					if x >= spans[i][0] && x < spans[i][1] {
						want = word
					}
				}
				got := ""
				if cmd, done := open().Update(ClickMsg{X: x, Y: line}); done {
					got = cmd().(answer).what
				}
				if got != want {
					t.Errorf("%v, %s: a click at %d: %q, want %q", size, a.Title, x, got, want)
				}
			}
		}
	}
}

func TestAClickOnTheTickTicks(t *testing.T) {
	q := ask(restores)
	x, y := find(t, q, "take a snapshot first")
	q.Update(ClickMsg{X: x, Y: y})
	show(t, q, "[ ] take a snapshot first")
	q.Update(ClickMsg{X: x, Y: y})
	show(t, q, "[✓] take a snapshot first")
}

func TestAClickElsewhereDoesNothing(t *testing.T) {
	q := ask(restores)
	press(t, q, typing("web-server-01")...)
	before := q.View()
	_, buttons := find(t, q, "Cancel")
	_, tick := find(t, q, "take a snapshot first")
	for y := -3; y < 30; y++ {
		if y == buttons || y == tick {
			continue
		}
		for x := range 78 {
			if cmd, done := q.Update(ClickMsg{X: x, Y: y}); cmd != nil || done {
				t.Fatalf("a click at %d, %d answers it", x, y)
			}
		}
		if q.View() != before {
			t.Fatalf("a click on line %d changes something", y)
		}
	}
}

func TestAClickOnYesAsksForTheNameToo(t *testing.T) {
	q := ask(restores)
	spans, line := buttons(t, q, "Cancel", "Restore")
	if _, done := q.Update(ClickMsg{X: spans[1][0], Y: line}); done {
		t.Fatal("it was answered without the name")
	}
	show(t, q, "not yet")
}

func TestAQuestionKeepsWhatMattersWhereThereIsLittleRoom(t *testing.T) {
	for _, a := range []Ask{deletes, restores} {
		for _, width := range []int{38, 48, 60, 78, 120} {
			for height := 16; height >= 5; height-- {
				q := ask(a)
				q.SetSize(width, height)
				checkSize(t, q, width, height)
				show(t, q, "▸ Cancel", a.Yes)
				if a.Phrase != nil {
					show(t, q, "›")
				}
			}
		}
	}
}

func TestWhatIsLostGoesLast(t *testing.T) {
	q := ask(restores)
	for _, c := range []struct {
		height      int
		shown, gone []string
	}{
		{23, []string{"meanwhile", "goes back to", "is lost", "sends POST", "take a snapshot"}, nil},
		{11, []string{"meanwhile", "is lost", "take a snapshot"}, []string{"sends POST"}},
		{9, []string{"is lost", "everything written since", "web-server-01", "take a snapshot"}, []string{"meanwhile", "goes back to", "sends POST"}},
	} {
		q.SetSize(78, c.height)
		show(t, q, c.shown...)
		for _, gone := range c.gone {
			if strings.Contains(drawn(q), gone) {
				t.Errorf("in %d lines %q is shown:\n%s", c.height, gone, drawn(q))
			}
		}
	}
}

func TestFactsAreLabelledAtEveryWidth(t *testing.T) {
	for _, width := range []int{38, 78} {
		q := ask(restores)
		q.SetSize(width, 30)
		for _, fact := range restores.Facts {
			show(t, q, fact.Label)
		}
	}
}

func TestOtherMessagesDoNotTouchAQuestion(t *testing.T) {
	q := ask(restores)
	before := q.View()
	for _, msg := range []tea.Msg{nil, tea.WindowSizeMsg{Width: 10, Height: 2}, tea.KeyReleaseMsg{Code: tea.KeyEnter}, tea.FocusMsg{}, ArmedMsg{}, "x"} {
		if cmd, done := q.Update(msg); cmd != nil || done || q.View() != before {
			t.Errorf("%#v changes it", msg)
		}
	}
}

func TestTheFooterNamesTheKeysThatWork(t *testing.T) {
	for _, c := range []struct {
		ask  Ask
		want string
	}{{deletes, "move press cancel"}, {restores, "move press cancel tick"}} {
		var got []string
		for _, b := range ask(c.ask).ShortHelp() {
			got = append(got, b.Help().Desc)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q", c.ask.Title, got)
		}
	}
}
