package dialog

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"charm.land/bubbles/v2/cursor"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// snapshotForm is like the form for a new snapshot.
func snapshotForm() FormAsk {
	return FormAsk{
		Title: "New snapshot of web-server-01",
		Intro: []Intro{{Text: "of web-server-01 · #12345 · 2 of 5 snapshots used"}, {Text: "The server is running.", Warn: true}},
		Fields: []Field{
			{Key: "name", Title: "Name", Placeholder: "before-update", Limit: model.MaxSnapshotName + 1, Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: 21, Check: func(text string) error {
				if len(text) > 20 {
					return errors.New("at most 20 characters")
				}
				return nil
			}},
		},
		Request: "POST /snapshots/",
		Then:    func(v Values) tea.Cmd { return says("%v", v) },
	}
}

// desk is a form with the loop of a program around it: what the form commands is done, and what comes of it told to the
// form, but only when the test lets it.
type desk struct {
	*Form
	t       *testing.T
	waiting []tea.Cmd
	done    bool
	result  string
}

// atDesk runs a test at an open form. It is in a bubble, where the blinking of a cursor takes no time.
func atDesk(t *testing.T, ask FormAsk, test func(d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{Form: NewForm(ask, keys().Dialog, look), t: t}
		d.SetSize(78, 30)
		d.waiting = append(d.waiting, d.Init())
		d.settle()
		test(d)
	})
}

// tell gives the form a message, and leaves what it commands to wait.
func (d *desk) tell(msg tea.Msg) {
	d.t.Helper()
	if d.done {
		d.t.Fatalf("the form is done, and is told %v", msg)
	}
	cmd, done := d.Update(msg)
	if !done {
		d.waiting = append(d.waiting, cmd)
		return
	}
	d.done, d.result = true, "closed"
	if cmd != nil {
		d.result = cmd().(answer).what
	}
}

// settle does all that the form has commanded, until nothing is left to do.
func (d *desk) settle() {
	d.t.Helper()
	for len(d.waiting) > 0 {
		cmd := d.waiting[0]
		d.waiting = d.waiting[1:]
		if cmd == nil || d.done {
			continue
		}
		msg := cmd()
		if several := reflect.ValueOf(msg); several.Kind() == reflect.Slice { // a batch or a sequence
			var next []tea.Cmd
			for i := range several.Len() {
				next = append(next, several.Index(i).Interface().(tea.Cmd))
			}
			d.waiting = append(next, d.waiting...)
		} else if msg != nil {
			d.tell(msg)
		}
	}
}

// hit presses keys faster than the form can follow.
func (d *desk) hit(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.tell(pressed(name))
	}
}

// enter presses keys, and waits after each until the form has followed.
func (d *desk) enter(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.hit(name)
		d.settle()
	}
}

func (d *desk) wants(result string) {
	d.t.Helper()
	if d.result != result {
		d.t.Errorf("the form gave %q, want %q\n%s", d.result, result, drawn(d.Form))
	}
}

func values(name, description string) string {
	return fmt.Sprintf("%v", Values{"name": name, "description": description})
}

func TestAFormGivesWhatWasFilledIn(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"both fields":             {append(append(typing("before"), "enter"), append(typing("é日🚀"), "enter")...), values("before", "é日🚀")},
		"an empty second one":     {append(typing("before"), "enter", "enter"), values("before", "")},
		"by tab":                  {append(typing("before"), "tab", "x", "enter"), values("before", "x")},
		"by the arrow":            {append(typing("before"), "down", "x", "enter"), values("before", "x")},
		"back and forth":          {append(typing("before"), "tab", "x", "shift+tab", "2", "tab", "y", "enter"), values("before2", "xy")},
		"up and down":             {append(typing("before"), "down", "x", "up", "2", "down", "y", "enter"), values("before2", "xy")},
		"put right":               {[]string{"a", "b", "backspace", "c", "enter", "enter"}, values("ac", "")},
		"a blank, typed":          {[]string{"a", "enter", "x", "space", "y", "enter"}, values("a", "x y")},
		"back from what is wrong": {append(append([]string{"a", "enter"}, typing("123456789012345678901")...), "shift+tab", "2", "tab", "backspace", "enter"), values("a2", "12345678901234567890")},
		"letters are not keys":    {append(typing("nyqjk"), append([]string{"enter"}, append(typing("nyq"), "enter")...)...), values("nyqjk", "nyq")},
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, snapshotForm(), func(d *desk) {
				d.enter(c.keys...)
				d.wants(c.want)
			})
			atDesk(t, snapshotForm(), func(d *desk) {
				d.hit(c.keys...)
				d.settle()
				d.wants(c.want) // each key landed in the field for which it was meant
			})
		})
	}
}

func TestAFormSaysWhatIsWrongAsOneTypes(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		show(t, d.Form, "a snapshot needs a name")
		d.enter(typing("v1")...)
		if strings.Contains(drawn(d.Form), "needs a name") {
			t.Errorf("it still complains:\n%s", drawn(d.Form))
		}
		d.enter(".")
		show(t, d.Form, "only letters, digits, - and _: '.' is not allowed")
		for _, leave := range []string{"enter", "tab", "down"} {
			d.enter(leave, "x")
			show(t, d.Form, "› v1.x")
			d.enter("backspace")
		}
		d.enter("backspace", "enter")
		d.enter(typing("123456789012345678901")...)
		show(t, d.Form, "at most 20 characters")
		d.enter("enter")
		d.wants("")
		d.enter("backspace", "enter")
		d.wants(values("v1", "12345678901234567890"))
	})
}

func TestWhatIsStillEmptyIsNotYetWrong(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		quiet, loud := look().Muted.Render("a snapshot needs a name"), look().Late.Render("a snapshot needs a name")
		if view := d.View(); !strings.Contains(view, quiet) || strings.Contains(view, loud) {
			t.Errorf("at first: %q", view)
		}
		d.enter("enter")
		if view := d.View(); !strings.Contains(view, loud) {
			t.Errorf("after enter: %q", view)
		}
		d.wants("")
	})
}

func TestEscClosesAFormUnlessThereIsNothingBehindIt(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.hit(typing("abc")...)
		d.hit("enter", "esc") // even while it is on its way to the next field
		d.wants("closed")
	})
	ask := snapshotForm()
	ask.Fixed = true
	atDesk(t, ask, func(d *desk) {
		d.enter("esc", "a", "esc", "enter", "enter")
		d.wants(values("a", ""))
	})
}

func TestKeysThatReachOutsideDoNothing(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.enter("a")
		before := d.View()
		for _, name := range []string{"ctrl+v", "ctrl+e"} { // the clipboard and the editor of the machine
			if cmd, done := d.Update(pressed(name)); cmd != nil || done || d.View() != before {
				t.Errorf("%s does something", name)
			}
		}
		if cmd, done := d.Update(cursor.BlinkMsg{}); cmd != nil || done {
			t.Error("the cursor blinks")
		}
	})
}

func TestAPasteIsTextLikeAnyOther(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.tell(tea.PasteMsg{Content: "before-update\n"})
		d.settle()
		d.enter("enter")
		d.tell(tea.PasteMsg{Content: "a\x1b[2J\u202e"})
		d.settle()
		if view := d.View(); strings.Contains(view, "\x1b[2J") || strings.Contains(view, "\u202e") {
			t.Errorf("%q", view)
		}
		d.enter("enter")
		d.wants(values("before-update", "a^[[2J‹202E›"))
	})
}

func TestAFieldTakesNoMoreThanItsLimit(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.enter("a", "enter")
		d.tell(tea.PasteMsg{Content: strings.Repeat("x", 5000)})
		d.settle()
		show(t, d.Form, strings.Repeat("x", 21), "at most 20 characters")
		d.enter("backspace", "enter")
		d.wants(values("a", strings.Repeat("x", 20)))
	})
}

func TestWhatIsHiddenIsNotShown(t *testing.T) {
	ask := FormAsk{
		Title: "Token", Fields: []Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512}},
		Then: func(v Values) tea.Cmd { return says("%s", v["token"]) },
	}
	atDesk(t, ask, func(d *desk) {
		d.enter(typing("vps_s3cret")...)
		if strings.Contains(drawn(d.Form), "s3cret") {
			t.Errorf("the token is on the screen:\n%s", drawn(d.Form))
		}
		d.enter("enter")
		d.wants("vps_s3cret")
	})
}

func TestAChoiceGivesItsValue(t *testing.T) {
	ask := FormAsk{
		Title: "Account",
		Fields: []Field{{Key: "how", Title: "Open", Choices: []Choice{
			{Value: "token", Says: "with an API token"}, {Value: "demo", Says: "a simulated account"}, {Value: "quit", Says: "nothing"},
		}}},
		Then: func(v Values) tea.Cmd { return says("%s", v["how"]) },
	}
	for keys, want := range map[string]string{"enter": "token", "down enter": "demo", "j enter": "demo", "down down up enter": "demo", "down down enter": "quit", "/ d enter": "token"} {
		atDesk(t, ask, func(d *desk) {
			show(t, d.Form, "▸ with an API token", "a simulated account")
			d.hit(strings.Fields(keys)...)
			d.settle()
			d.wants(want)
		})
	}
}

func TestWhatWasRefusedCanBeFilledInAgain(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.enter("a", "enter")
		d.waiting = append(d.waiting, d.Refuse("the token is not accepted"))
		d.settle()
		show(t, d.Form, "✗ the token is not accepted")
		d.enter("b")
		if strings.Contains(drawn(d.Form), "not accepted") {
			t.Errorf("it still complains about what is no longer there:\n%s", drawn(d.Form))
		}
		d.enter("enter", "enter")
		d.wants(values("b", ""))
	})
}

func TestAFormSaysWhatEnterDoes(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		show(t, d.Form, "enter: next field", "esc: cancel", "sends POST /snapshots/", "The server is running.")
		if strings.Contains(drawn(d.Form), "shift+tab") {
			t.Error("there is nothing to go back to")
		}
		d.enter("a", "enter")
		show(t, d.Form, "enter: "+d.enterDoes(), "shift+tab: back")
		if d.enterDoes() == "next field" {
			t.Error("there is no next field")
		}
	})
}

func TestAFormKeepsItsFieldsWhereThereIsLittleRoom(t *testing.T) {
	atDesk(t, snapshotForm(), func(d *desk) {
		d.enter(typing("before")...)
		for _, width := range []int{38, 60, 78, 120} {
			for _, height := range []int{30, 16, 14, 12, 11, 10, 9} {
				d.SetSize(width, height)
				d.settle()
				checkSize(t, d.Form, width, height)
				show(t, d.Form, "Name", "› before", "Description", "The server is running.")
			}
		}
	})
}
