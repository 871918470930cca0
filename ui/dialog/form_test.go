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
func snapshotForm() FormOptions {
	return FormOptions{
		Title: "New snapshot of web-server-01",
		Intro: []IntroLine{{Text: "of web-server-01 · #12345 · 2 of 5 snapshots used"}, {Text: "The server is running.", Warn: true}},
		Fields: []Field{
			{Key: "name", Title: "Name", Placeholder: "before-update", Limit: model.MaxSnapshotName + 1, Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: 21, Check: func(text string) error {
				if len(text) > 20 {
					return errors.New("at most 20 characters")
				}
				return nil
			}},
		},
		Request:  "POST /snapshots/",
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%v", v) },
	}
}

// formRunner is a form with the loop of a program around it: what the form commands is done, and what comes of it told to the
// form, but only when the test lets it.
type formRunner struct {
	*Form
	t           *testing.T
	pendingCmds []tea.Cmd
	done        bool
	result      string
}

// runForm runs a test at an open form. It is in a bubble, where the blinking of a cursor takes no time.
func runForm(t *testing.T, ask FormOptions, test func(d *formRunner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &formRunner{Form: NewForm(ask, testKeys().Dialog, testStyles), t: t}
		d.SetSize(78, 30)
		d.pendingCmds = append(d.pendingCmds, d.Init())
		d.settle()
		test(d)
	})
}

// send gives the form a message, and leaves what it commands to wait.
func (d *formRunner) send(msg tea.Msg) {
	d.t.Helper()
	if d.done {
		d.t.Fatalf("the form is done, and is told %v", msg)
	}
	cmd, done := d.Update(msg)
	if !done {
		d.pendingCmds = append(d.pendingCmds, cmd)
		return
	}
	d.done, d.result = true, "closed"
	if cmd != nil {
		d.result = cmd().(resultMsg).text
	}
}

// settle does all that the form has commanded, until nothing is left to do.
func (d *formRunner) settle() {
	d.t.Helper()
	for len(d.pendingCmds) > 0 {
		cmd := d.pendingCmds[0]
		d.pendingCmds = d.pendingCmds[1:]
		if cmd == nil || d.done {
			continue
		}
		msg := cmd()
		if several := reflect.ValueOf(msg); several.Kind() == reflect.Slice { // a batch or a sequence
			var next []tea.Cmd
			for i := range several.Len() {
				next = append(next, several.Index(i).Interface().(tea.Cmd))
			}
			d.pendingCmds = append(next, d.pendingCmds...)
		} else if msg != nil {
			d.send(msg)
		}
	}
}

// pressFast presses keys faster than the form can follow.
func (d *formRunner) pressFast(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.send(keyPress(name))
	}
}

// press presses keys, and waits after each until the form has followed.
func (d *formRunner) press(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.pressFast(name)
		d.settle()
	}
}

func (d *formRunner) checkResult(result string) {
	d.t.Helper()
	if d.result != result {
		d.t.Errorf("the form gave %q, want %q\n%s", d.result, result, plainView(d.Form))
	}
}

func formatValues(name, description string) string {
	return fmt.Sprintf("%v", Values{"name": name, "description": description})
}

func TestFormReturnsValues(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"both fields":             {append(append(splitKeys("before"), "enter"), append(splitKeys("é日🚀"), "enter")...), formatValues("before", "é日🚀")},
		"an empty second one":     {append(splitKeys("before"), "enter", "enter"), formatValues("before", "")},
		"by tab":                  {append(splitKeys("before"), "tab", "x", "enter"), formatValues("before", "x")},
		"by the arrow":            {append(splitKeys("before"), "down", "x", "enter"), formatValues("before", "x")},
		"back and forth":          {append(splitKeys("before"), "tab", "x", "shift+tab", "2", "tab", "y", "enter"), formatValues("before2", "xy")},
		"up and down":             {append(splitKeys("before"), "down", "x", "up", "2", "down", "y", "enter"), formatValues("before2", "xy")},
		"put right":               {[]string{"a", "b", "backspace", "c", "enter", "enter"}, formatValues("ac", "")},
		"a blank, typed":          {[]string{"a", "enter", "x", "space", "y", "enter"}, formatValues("a", "x y")},
		"back from what is wrong": {append(append([]string{"a", "enter"}, splitKeys("123456789012345678901")...), "shift+tab", "2", "tab", "backspace", "enter"), formatValues("a2", "12345678901234567890")},
		"letters are not keys":    {append(splitKeys("nyqjk"), append([]string{"enter"}, append(splitKeys("nyq"), "enter")...)...), formatValues("nyqjk", "nyq")},
	} {
		t.Run(name, func(t *testing.T) {
			runForm(t, snapshotForm(), func(d *formRunner) {
				d.press(c.keys...)
				d.checkResult(c.want)
			})
			runForm(t, snapshotForm(), func(d *formRunner) {
				d.pressFast(c.keys...)
				d.settle()
				d.checkResult(c.want) // each key landed in the field for which it was meant
			})
		})
	}
}

func TestFormShowsProblemsWhileTyping(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		checkShown(t, d.Form, "a snapshot needs a name")
		d.press(splitKeys("v1")...)
		if strings.Contains(plainView(d.Form), "needs a name") {
			t.Errorf("it still complains:\n%s", plainView(d.Form))
		}
		d.press(".")
		checkShown(t, d.Form, "only letters, digits, - and _: '.' is not allowed")
		for _, leave := range []string{"enter", "tab", "down"} {
			d.press(leave, "x")
			checkShown(t, d.Form, "› v1.x")
			d.press("backspace")
		}
		d.press("backspace", "enter")
		d.press(splitKeys("123456789012345678901")...)
		checkShown(t, d.Form, "at most 20 characters")
		d.press("enter")
		d.checkResult("")
		d.press("backspace", "enter")
		d.checkResult(formatValues("v1", "12345678901234567890"))
	})
}

func TestEmptyFieldIsNotAnErrorYet(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		quiet, loud := testStyles().Muted.Render("a snapshot needs a name"), testStyles().Warning.Render("a snapshot needs a name")
		if view := d.View(); !strings.Contains(view, quiet) || strings.Contains(view, loud) {
			t.Errorf("at first: %q", view)
		}
		d.press("enter")
		if view := d.View(); !strings.Contains(view, loud) {
			t.Errorf("after enter: %q", view)
		}
		d.checkResult("")
	})
}

func TestEscClosesFormUnlessNoCancel(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.pressFast(splitKeys("abc")...)
		d.pressFast("enter", "esc") // even while it is on its way to the next field
		d.checkResult("closed")
	})
	ask := snapshotForm()
	ask.NoCancel = true
	runForm(t, ask, func(d *formRunner) {
		d.press("esc", "a", "esc", "enter", "enter")
		d.checkResult(formatValues("a", ""))
	})
}

func TestClipboardAndEditorKeysAreIgnored(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.press("a")
		before := d.View()
		for _, name := range []string{"ctrl+v", "ctrl+e"} { // the clipboard and the editor of the machine
			if cmd, done := d.Update(keyPress(name)); cmd != nil || done || d.View() != before {
				t.Errorf("%s does something", name)
			}
		}
		if cmd, done := d.Update(cursor.BlinkMsg{}); cmd != nil || done {
			t.Error("the cursor blinks")
		}
	})
}

func TestPasteIsTreatedAsText(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.send(tea.PasteMsg{Content: "before-update\n"})
		d.settle()
		d.press("enter")
		d.send(tea.PasteMsg{Content: "a\x1b[2J\u202e"})
		d.settle()
		if view := d.View(); strings.Contains(view, "\x1b[2J") || strings.Contains(view, "\u202e") {
			t.Errorf("%q", view)
		}
		d.press("enter")
		d.checkResult(formatValues("before-update", "a^[[2J‹202E›"))
	})
}

func TestFieldEnforcesLimit(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.press("a", "enter")
		d.send(tea.PasteMsg{Content: strings.Repeat("x", 5000)})
		d.settle()
		checkShown(t, d.Form, strings.Repeat("x", 21), "at most 20 characters")
		d.press("backspace", "enter")
		d.checkResult(formatValues("a", strings.Repeat("x", 20)))
	})
}

func TestHiddenFieldIsMasked(t *testing.T) {
	ask := FormOptions{
		Title: "Token", Fields: []Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512}},
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["token"]) },
	}
	runForm(t, ask, func(d *formRunner) {
		d.press(splitKeys("vps_s3cret")...)
		if strings.Contains(plainView(d.Form), "s3cret") {
			t.Errorf("the token is on the screen:\n%s", plainView(d.Form))
		}
		d.press("enter")
		d.checkResult("vps_s3cret")
	})
}

func TestChoiceReturnsItsValue(t *testing.T) {
	ask := FormOptions{
		Title: "Account",
		Fields: []Field{{Key: "how", Title: "Open", Choices: []Choice{
			{Value: "token", Label: "with an API token"}, {Value: "demo", Label: "a simulated account"}, {Value: "quit", Label: "nothing"},
		}}},
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["how"]) },
	}
	for keys, want := range map[string]string{"enter": "token", "down enter": "demo", "j enter": "demo", "down down up enter": "demo", "down down enter": "quit", "/ d enter": "token"} {
		runForm(t, ask, func(d *formRunner) {
			checkShown(t, d.Form, "▸ with an API token", "a simulated account")
			d.pressFast(strings.Fields(keys)...)
			d.settle()
			d.checkResult(want)
		})
	}
}

func TestRejectedFormCanBeFilledAgain(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.press("a", "enter")
		d.pendingCmds = append(d.pendingCmds, d.ShowError("the token is not accepted"))
		d.settle()
		checkShown(t, d.Form, "✗ the token is not accepted")
		d.press("b")
		if strings.Contains(plainView(d.Form), "not accepted") {
			t.Errorf("it still complains about what is no longer there:\n%s", plainView(d.Form))
		}
		d.press("enter", "enter")
		d.checkResult(formatValues("b", ""))
	})
}

func TestFormShowsEnterLabel(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		checkShown(t, d.Form, "enter: next field", "esc: cancel", "sends POST /snapshots/", "The server is running.")
		if strings.Contains(plainView(d.Form), "shift+tab") {
			t.Error("there is nothing to go back to")
		}
		d.press("a", "enter")
		checkShown(t, d.Form, "enter: "+d.enterLabel(), "shift+tab: back")
		if d.enterLabel() == "next field" {
			t.Error("there is no next field")
		}
	})
}

func TestFormKeepsFieldsOnSmallScreen(t *testing.T) {
	runForm(t, snapshotForm(), func(d *formRunner) {
		d.press(splitKeys("before")...)
		for _, width := range []int{38, 60, 78, 120} {
			for _, height := range []int{30, 16, 14, 12, 11, 10, 9} {
				d.SetSize(width, height)
				d.settle()
				checkSize(t, d.Form, width, height)
				checkShown(t, d.Form, "Name", "› before", "Description", "The server is running.")
			}
		}
	})
}
