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

// snapshotForm resembles the form for a new snapshot.
func snapshotForm() FormOptions {
	return FormOptions{
		Title: "New snapshot of web-server-01",
		Intro: []IntroLine{{Text: "of web-server-01 · #12345 · 2 of 5 snapshots used"},
			{Text: "The server is running.", Warn: true}},
		Fields: []Field{
			{Key: "name", Title: "Name", Placeholder: "before-update", Limit: model.MaxSnapshotName + 1,
				Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: 21, Check: func(text string) error {
				if len(text) > 20 {
					return errors.New("at most 20 characters")
				}
				return nil
			}},
		},
		Request: "POST /snapshots/", SubmitLabel: "create",
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%v", v) },
	}
}

// formRunner runs a form's commands and passes their messages to the form, but only when the test
// calls settle.
type formRunner struct {
	*Form
	t           *testing.T
	pendingCmds []tea.Cmd
	done        bool
	result      string
}

// runForm runs a test with an open form in a synctest bubble, where a blinking cursor takes no
// time.
func runForm(t *testing.T, options FormOptions, test func(runner *formRunner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		runner := &formRunner{Form: NewForm(options, testKeys().Dialog, testStyles), t: t}
		runner.SetSize(78, 30)
		runner.pendingCmds = append(runner.pendingCmds, runner.Init())
		runner.settle()
		test(runner)
	})
}

// send passes a message to the form and queues the resulting command.
func (r *formRunner) send(msg tea.Msg) {
	r.t.Helper()
	if r.done {
		r.t.Fatalf("the form is done, but gets %v", msg)
	}
	cmd, done := r.Update(msg)
	if !done {
		r.pendingCmds = append(r.pendingCmds, cmd)
		return
	}
	r.done, r.result = true, "closed"
	r.takeResult(cmd)
}

// takeResult notes the result of a form that is done. Other commands may come with it.
func (r *formRunner) takeResult(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case resultMsg:
		r.result = msg.text
	case tea.BatchMsg:
		for _, cmd := range msg {
			r.takeResult(cmd)
		}
	}
}

// settle runs queued commands until none is left.
func (r *formRunner) settle() {
	r.t.Helper()
	for len(r.pendingCmds) > 0 {
		cmd := r.pendingCmds[0]
		r.pendingCmds = r.pendingCmds[1:]
		if cmd == nil || r.done {
			continue
		}
		msg := cmd()
		if several := reflect.ValueOf(msg); several.Kind() == reflect.Slice { // a batch or a sequence
			var next []tea.Cmd
			for i := range several.Len() {
				next = append(next, several.Index(i).Interface().(tea.Cmd))
			}
			r.pendingCmds = append(next, r.pendingCmds...)
		} else if msg != nil {
			r.send(msg)
		}
	}
}

// pressFast presses keys without running commands in between.
func (r *formRunner) pressFast(names ...string) {
	r.t.Helper()
	for _, name := range names {
		r.send(keyPress(name))
	}
}

// press presses keys, and runs all commands after each.
func (r *formRunner) press(names ...string) {
	r.t.Helper()
	for _, name := range names {
		r.pressFast(name)
		r.settle()
	}
}

func (r *formRunner) checkResult(result string) {
	r.t.Helper()
	if r.result != result {
		r.t.Errorf("the form gave %q, want %q\n%s", r.result, result, plainView(r.Form))
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
		"both fields": {append(append(splitKeys("before"), "enter"),
			append(splitKeys("é日🚀"), "enter")...), formatValues("before", "é日🚀")},
		"letters of two characters": {append(splitKeys("before"), "enter", "a", "\u0300", "enter"),
			formatValues("before", "\u00e0")},
		"an empty second one": {append(splitKeys("before"), "enter", "enter"), formatValues("before", "")},
		"by tab":              {append(splitKeys("before"), "tab", "x", "enter"), formatValues("before", "x")},
		"by the arrow":        {append(splitKeys("before"), "down", "x", "enter"), formatValues("before", "x")},
		"back and forth": {append(splitKeys("before"), "tab", "x", "shift+tab", "2", "tab", "y", "enter"),
			formatValues("before2", "xy")},
		"up and down": {append(splitKeys("before"), "down", "x", "up", "2", "down", "y", "enter"),
			formatValues("before2", "xy")},
		"corrected":      {[]string{"a", "b", "backspace", "c", "enter", "enter"}, formatValues("ac", "")},
		"a blank, typed": {[]string{"a", "enter", "x", "space", "y", "enter"}, formatValues("a", "x y")},
		"back from an invalid value": {append(append([]string{"a", "enter"}, splitKeys("123456789012345678901")...),
			"shift+tab", "2", "tab", "backspace", "enter"), formatValues("a2", "12345678901234567890")},
		"letters are not keys": {append(splitKeys("nyqjk"),
			append([]string{"enter"}, append(splitKeys("nyq"), "enter")...)...), formatValues("nyqjk", "nyq")},
	} {
		t.Run(name, func(t *testing.T) {
			runForm(t, snapshotForm(), func(runner *formRunner) {
				runner.press(c.keys...)
				runner.checkResult(c.want)
			})
			runForm(t, snapshotForm(), func(runner *formRunner) {
				runner.pressFast(c.keys...)
				runner.settle()
				runner.checkResult(c.want) // each key reached the right field
			})
		})
	}
}

// checkNotShown fails the test if the dialog shows a text.
func checkNotShown(t *testing.T, d Dialog, text string) {
	t.Helper()
	if strings.Contains(plainView(d), text) {
		t.Errorf("%q is shown:\n%s", text, plainView(d))
	}
}

func TestFormComplainsOnlyWhenLeftOrSubmitted(t *testing.T) {
	const needed, wrong, long = "a snapshot needs a name", "'.' is not allowed", "at most 20 characters"
	runForm(t, snapshotForm(), func(runner *formRunner) {
		checkNotShown(t, runner.Form, needed)
		runner.press("enter")
		checkShown(t, runner.Form, needed)
		runner.press(splitKeys("v1")...)
		checkNotShown(t, runner.Form, needed)
		runner.press(".")
		checkNotShown(t, runner.Form, wrong)
		for _, leave := range []string{"enter", "tab", "down", "ctrl+s"} {
			runner.press(leave, "x")
			checkShown(t, runner.Form, "› v1.x", wrong) // until it is corrected
			runner.press("backspace", "backspace")
			checkNotShown(t, runner.Form, wrong)
			runner.press(".")
			checkNotShown(t, runner.Form, wrong)
		}
		runner.press("backspace", "enter")
		runner.press(splitKeys("123456789012345678901")...)
		checkNotShown(t, runner.Form, long)
		runner.press("shift+tab")
		checkNotShown(t, runner.Form, long) // it is about the other field
		runner.press("tab")
		checkShown(t, runner.Form, long)
		runner.press("enter")
		runner.checkResult("")
		runner.press("backspace", "enter")
		runner.checkResult(formatValues("v1", "12345678901234567890"))
	})
}

func TestSubmitKeySubmitsFromEveryField(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want string
	}{
		"first field":  {append(splitKeys("v1"), "ctrl+s"), formatValues("v1", "")},
		"second field": {append(splitKeys("v1"), "tab", "x", "ctrl+s"), formatValues("v1", "x")},
		"back in the first": {append(splitKeys("v1"), "tab", "x", "shift+tab", "2", "ctrl+s"),
			formatValues("v12", "x")},
		"an empty name":   {[]string{"ctrl+s"}, ""},
		"an invalid name": {[]string{".", "ctrl+s"}, ""},
		"the focus goes on": {append(append([]string{"a", "tab"}, splitKeys("123456789012345678901")...), "shift+tab",
			"ctrl+s", "backspace", "ctrl+s"), formatValues("a", "12345678901234567890")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, pressAll := range []func(*formRunner, ...string){(*formRunner).press, (*formRunner).pressFast} {
				runForm(t, snapshotForm(), func(runner *formRunner) {
					pressAll(runner, c.keys...)
					runner.settle()
					runner.checkResult(c.want)
				})
			}
		})
	}
	options, taken := snapshotForm(), ""
	options.Fields[0].Check = func(text string) error {
		if text == taken {
			return errors.New("the name is taken")
		}
		return nil
	}
	runForm(t, options, func(runner *formRunner) {
		runner.press("a", "tab", "x")
		taken = "a"
		runner.press("ctrl+s")
		checkShown(t, runner.Form, "the name is taken", "ctrl+s: create")
		runner.press("b", "ctrl+s") // the focus is on the name
		runner.checkResult(formatValues("ab", "x"))
	})
}

func TestTypingReplacesInitialValue(t *testing.T) {
	for keys, want := range map[string]string{
		"enter":                 "web-2025", // it is kept
		"x y enter":             "xy",
		"backspace 6 enter":     "web-2026",
		"end - x enter":         "web-2025-x",
		"left left x enter":     "web-20x25",
		"tab shift+tab x enter": "x",
		"ctrl+u x enter":        "x",
	} {
		options := snapshotForm()
		options.Fields[0].Value, options.Fields[0].Replace = "web-2025", true
		runForm(t, options, func(runner *formRunner) {
			runner.press(append(strings.Fields(keys), "ctrl+s")...)
			runner.checkResult(formatValues(want, ""))
		})
	}
	options := snapshotForm()
	options.Fields[0].Value, options.Fields[0].Replace = "web-2025", true
	runForm(t, options, func(runner *formRunner) {
		runner.send(tea.PasteMsg{Content: "pasted"})
		runner.settle()
		runner.press("1", "ctrl+s")
		runner.checkResult(formatValues("pasted1", ""))
	})
}

func TestCancelledFormRunsOnCancel(t *testing.T) {
	options := snapshotForm()
	options.OnCancel = func() tea.Cmd { return resultCmd("left") }
	runForm(t, options, func(runner *formRunner) {
		runner.press("a", "esc")
		runner.checkResult("left")
	})
}

func TestEscClosesFormUnlessNoCancel(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.pressFast(splitKeys("abc")...)
		runner.pressFast("enter", "esc") // even while it is on its way to the next field
		runner.checkResult("closed")
	})
	options := snapshotForm()
	options.NoCancel = true
	runForm(t, options, func(runner *formRunner) {
		runner.press("esc", "a", "esc", "enter", "enter")
		runner.checkResult(formatValues("a", ""))
	})
}

func TestClipboardAndEditorKeysAreIgnored(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.press("a")
		before := runner.View()
		for _, name := range []string{"ctrl+v", "ctrl+e"} { // the machine's clipboard and editor
			if cmd, done := runner.Update(keyPress(name)); cmd != nil || done || runner.View() != before {
				t.Errorf("%s does something", name)
			}
		}
		if cmd, done := runner.Update(cursor.BlinkMsg{}); cmd != nil || done {
			t.Error("the cursor blinks")
		}
	})
}

func TestPasteIsTreatedAsText(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.send(tea.PasteMsg{Content: "before-update\n"})
		runner.settle()
		runner.press("enter")
		runner.send(tea.PasteMsg{Content: "a\x1b[2J\u202e"})
		runner.settle()
		if view := runner.View(); strings.Contains(view, "\x1b[2J") || strings.Contains(view, "\u202e") {
			t.Errorf("%q", view)
		}
		runner.press("enter")
		runner.checkResult(formatValues("before-update", "a^[[2J‹202E›"))
	})
}

func TestFieldEnforcesLimit(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.press("a", "enter")
		runner.send(tea.PasteMsg{Content: strings.Repeat("x", 5000)})
		runner.settle()
		runner.press("enter")
		checkShown(t, runner.Form, strings.Repeat("x", 21), "at most 20 characters")
		runner.press("backspace", "enter")
		runner.checkResult(formatValues("a", strings.Repeat("x", 20)))
	})
}

func TestHiddenFieldIsMasked(t *testing.T) {
	options := FormOptions{
		Title: "Token", Fields: []Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512}},
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["token"]) },
	}
	runForm(t, options, func(runner *formRunner) {
		runner.press(splitKeys("vps_s3cret")...)
		if strings.Contains(plainView(runner.Form), "s3cret") {
			t.Errorf("the token is on the screen:\n%s", plainView(runner.Form))
		}
		runner.press("enter")
		runner.checkResult("vps_s3cret")
	})
}

func TestChoiceReturnsItsValue(t *testing.T) {
	options := FormOptions{
		Title: "Account",
		Fields: []Field{{Key: "how", Title: "Open", Choices: []Choice{
			{Value: "token", Label: "with an API token"}, {Value: "demo", Label: "a simulated account"},
			{Value: "quit", Label: "nothing"},
		}}},
		OnSubmit: func(v Values) tea.Cmd { return resultCmd("%s", v["how"]) },
	}
	for keys, want := range map[string]string{"enter": "token", "down enter": "demo", "j enter": "demo",
		"down down up enter": "demo", "down down enter": "quit", "/ d enter": "token"} {
		runForm(t, options, func(runner *formRunner) {
			checkShown(t, runner.Form, "▸ with an API token", "a simulated account")
			runner.pressFast(strings.Fields(keys)...)
			runner.settle()
			runner.checkResult(want)
		})
	}
}

func TestRejectedFormCanBeFilledAgain(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.press("a", "enter")
		runner.pendingCmds = append(runner.pendingCmds, runner.ShowError("the token is not accepted"))
		runner.settle()
		checkShown(t, runner.Form, "✗ the token is not accepted")
		runner.press("b")
		if strings.Contains(plainView(runner.Form), "not accepted") {
			t.Errorf("the error is still shown:\n%s", plainView(runner.Form))
		}
		runner.press("enter", "enter")
		runner.checkResult(formatValues("b", ""))
	})
}

func TestFormShowsEnterLabel(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		checkShown(t, runner.Form, "enter: next field", "esc: cancel", "API: POST /snapshots/",
			"The server is running.")
		if strings.Contains(plainView(runner.Form), "shift+tab") {
			t.Error("the first field has nothing before it")
		}
		runner.press("a", "enter")
		checkShown(t, runner.Form, "enter: "+runner.enterLabel(), "shift+tab: back")
		if runner.enterLabel() == "next field" {
			t.Error("the last field has no next field")
		}
	})
}

func TestFormKeepsFieldsOnSmallScreen(t *testing.T) {
	runForm(t, snapshotForm(), func(runner *formRunner) {
		runner.press(splitKeys("before")...)
		for _, width := range []int{38, 60, 78, 120} {
			for _, height := range []int{30, 16, 14, 12, 11, 10, 9} {
				runner.SetSize(width, height)
				runner.settle()
				checkSize(t, runner.Form, width, height)
				checkShown(t, runner.Form, "Name", "› before", "Description", "The server is running.")
			}
		}
	})
}
