package dialog

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// deleteOptions needs no phrase, restoreOptions does.
var (
	deleteOptions = ConfirmOptions{
		Title: "Delete for good", Question: "Delete snapshot weekly (#798) of web-server-01?",
		Details: []Detail{{Label: "Server", Value: "web-server-01  #12345"},
			{Label: "Size", Value: "4.7 GB", Minor: true}},
		ConfirmLabel: "Delete",
		Requests:     func(bool) string { return "DELETE /snapshots/798/" },
		OnConfirm:    func(bool) tea.Cmd { return resultCmd("deleted") },
	}
	restoreOptions = ConfirmOptions{
		Title: "Restore overwrites the disk", Question: "Restore web-server-01 from snapshot pre-migration (#801)?",
		Details: []Detail{
			{Label: "Server", Value: "web-server-01  #12345 · 203.0.113.10 · active"},
			{Label: "Restore to", Value: "15 Jan 2025 18:30 UTC  #801 · 5.0 GB"},
			{Label: "You will lose", Value: "everything written since 15 Jan 18:30 (5 d 3 h)", Bad: true},
			{Label: "Downtime", Value: "usually 5–15 minutes", Minor: true},
		},
		Checkbox:     &Checkbox{Label: "take a snapshot first", Note: "room for 3 more", Checked: true},
		Phrase:       &Phrase{Text: "web-server-01", Prompt: "Type web-server-01 to confirm"},
		ConfirmLabel: "Restore",
		Requests: func(checked bool) string {
			if checked {
				return "POST /snapshots/, then POST /snapshots/801/restore/"
			}
			return "POST /snapshots/801/restore/"
		},
		OnConfirm: func(checked bool) tea.Cmd { return resultCmd("restored, snapshot first: %v", checked) },
	}
)

// openConfirm returns a confirmation past its input delay.
func openConfirm(options ConfirmOptions) *Confirm {
	confirm := NewConfirm(options, testKeys().Dialog, testStyles)
	confirm.SetSize(78, 23)
	confirm.Enable()
	return confirm
}

// pressKeys presses keys until the dialog is done, and returns its result: "" if it is still open,
// "closed" if it did nothing.
func pressKeys(t *testing.T, d Dialog, names ...string) string {
	t.Helper()
	for i, name := range names {
		cmd, done := d.Update(keyPress(name))
		switch {
		case done && i < len(names)-1:
			t.Fatalf("it is done after %q", names[:i+1])
		case done && cmd == nil:
			return "closed"
		case done:
			return cmd().(resultMsg).text
		case cmd != nil:
			t.Fatalf("%s did something, and it is still open", name)
		}
	}
	return ""
}

func TestEnterPressesOnlyTheFocusedButton(t *testing.T) {
	for keys, want := range map[string]string{
		"enter":                             "closed", // Cancel has the focus at first
		"tab enter":                         "deleted",
		"right enter":                       "deleted",
		"down enter":                        "deleted",
		"shift+tab enter":                   "deleted",
		"tab tab enter":                     "closed",
		"tab left enter":                    "closed",
		"tab shift+tab enter":               "closed",
		"y":                                 "", // it moves the focus, and presses nothing
		"y enter":                           "deleted",
		"y y y":                             "",
		"n":                                 "closed",
		"y n":                               "closed",
		"esc":                               "closed",
		"tab esc":                           "closed",
		"space":                             "",
		"q d x Y":                           "",
		"tab space":                         "", // space does not press a button
		"d e l e t e tab tab tab enter":     "deleted",
		"ctrl+a ctrl+e up down enter":       "closed",
		"ctrl+v tab enter":                  "deleted",
		"home end pgup pgdown enter":        "closed",
		"backspace backspace y enter":       "deleted",
		"tab tab tab tab tab tab tab enter": "deleted",
	} {
		if got := pressKeys(t, openConfirm(deleteOptions), strings.Fields(keys)...); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
}

func TestKeysTypedAheadAreIgnored(t *testing.T) {
	for _, options := range []ConfirmOptions{deleteOptions, restoreOptions} {
		confirm := NewConfirm(options, testKeys().Dialog, testStyles)
		confirm.SetSize(78, 23)
		ahead := append(splitKeys("web-server-01"), "tab", "enter", "y", "enter", "space", "n")
		if got := pressKeys(t, confirm, ahead...); got != "" {
			t.Fatalf("it was confirmed during the input delay: %q", got)
		}
		confirm.Update(tea.PasteMsg{Content: "web-server-01"})
		for y := range 23 {
			if _, done := confirm.Update(ClickMsg{X: 20, Y: y}); done {
				t.Fatal("a click closed it during the input delay")
			}
		}
		confirm.Enable()
		want := "closed" // by Cancel
		if options.Phrase != nil {
			want = "" // the field is empty
		}
		if got := pressKeys(t, confirm, "enter"); got != want {
			t.Errorf("keys typed ahead moved the focus: %q", got)
		}
	}
	confirm := NewConfirm(restoreOptions, testKeys().Dialog, testStyles)
	pressKeys(t, confirm, splitKeys("web-server-01")...)
	confirm.Update(tea.PasteMsg{Content: "web-server-01"})
	confirm.Enable()
	if got := pressKeys(t, confirm, "tab", "enter"); got != "" {
		t.Errorf("text typed ahead counts as the name: %q", got)
	}
}

func TestEscWorksBeforeInputIsEnabled(t *testing.T) {
	for _, options := range []ConfirmOptions{deleteOptions, restoreOptions} {
		if got := pressKeys(t, NewConfirm(options, testKeys().Dialog, testStyles), "esc"); got != "closed" {
			t.Errorf("%s: esc: %q", options.Title, got)
		}
	}
}

func TestCancelRunsOnCancel(t *testing.T) {
	options := deleteOptions
	options.OnCancel = func() tea.Cmd { return resultCmd("left") }
	for _, keys := range []string{"esc", "enter", "n"} {
		if got := pressKeys(t, openConfirm(options), keys); got != "left" {
			t.Errorf("%s: %q", keys, got)
		}
	}
	if got := pressKeys(t, openConfirm(options), "y", "enter"); got != "deleted" {
		t.Errorf("yes: %q", got)
	}
}

func TestPhraseMustMatchExactly(t *testing.T) {
	for text, right := range map[string]bool{
		"web-server-01": true, "": false, "web-server-0": false, "web-server-011": false, "Web-server-01": false,
		" web-server-01": false, "web-server-01 ": false, "web-server-02": false, "yes": false,
	} {
		for _, paste := range []bool{false, true} {
			confirm := openConfirm(restoreOptions)
			if paste {
				confirm.Update(tea.PasteMsg{Content: text})
			} else {
				for _, key := range splitKeys(text) {
					pressKeys(t, confirm, strings.Replace(key, " ", "space", 1))
				}
			}
			got := pressKeys(t, confirm, "tab", "enter")
			if done := got != ""; done != right {
				t.Errorf("%q, pasted %v: %q", text, paste, got)
			}
			if !right {
				checkShown(t, confirm, "Doesn't match: type web-server-01")
			}
		}
	}
}

// Enter in the field with a wrong text must neither close the dialog nor confirm it.
func TestEnterInFieldStaysUntilPhraseMatches(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	button := func() string { return confirm.phraseButton(testStyles()) }
	dim := style.Render(testStyles().ButtonDim, "  Restore ")
	for _, key := range splitKeys("web-server-01") {
		if got := pressKeys(t, confirm, "enter"); got != "" {
			t.Fatalf("enter before the phrase: %q", got)
		}
		checkShown(t, confirm, "Doesn't match: type web-server-01", "  Cancel ", "  Restore ")
		pressKeys(t, confirm, key)
		if view := plainView(confirm); strings.Contains(view, "Doesn't match") || strings.Contains(view, "▸") &&
			!strings.Contains(view, "✓ matches") {
			t.Fatalf("after %s:\n%s", key, view)
		}
		if !confirm.isConfirmed() && button() != dim {
			t.Fatalf("the button is %q, want %q", button(), dim)
		}
	}
	checkShown(t, confirm, "Type web-server-01 to confirm   ✓ matches", "▸ Restore", "enter confirms")
	if want := style.Render(testStyles().ButtonDanger, "▸ Restore "); button() != want {
		t.Errorf("the button is %q, want %q", button(), want)
	}
	if got := pressKeys(t, confirm, "enter"); got != "restored, snapshot first: true" {
		t.Errorf("enter after the phrase: %q", got)
	}
}

// clockedConfirm is a confirmation whose keys come at times that the test sets.
type clockedConfirm struct {
	*Confirm
	now time.Time
}

func newClockedConfirm() *clockedConfirm {
	return &clockedConfirm{openConfirm(restoreOptions), time.Unix(1000, 0)}
}

// press presses keys, each after the pause.
func (c *clockedConfirm) press(t *testing.T, pause time.Duration, names ...string) string {
	t.Helper()
	got := ""
	for _, name := range names {
		c.now = c.now.Add(pause)
		c.SetKeyTime(c.now)
		got = pressKeys(t, c, name)
	}
	return got
}

func TestEnterSoonAfterPhraseOnlyMovesFocus(t *testing.T) {
	name, done := splitKeys("web-server-01"), "restored, snapshot first: true"
	for pause, want := range map[time.Duration]string{
		20 * time.Millisecond: "", 299 * time.Millisecond: "", 300 * time.Millisecond: done, time.Minute: done,
	} {
		confirm := newClockedConfirm()
		confirm.press(t, 90*time.Millisecond, name...)
		if got := confirm.press(t, pause, "enter"); got != want {
			t.Errorf("enter %s after the last character: %q, want %q", pause, got, want)
		} else if want == "" {
			checkShown(t, confirm, "✓ matches: press enter again", "▸ Restore")
		}
	}
	confirm := newClockedConfirm()
	confirm.press(t, 90*time.Millisecond, append(name, "tab")...)
	if got := confirm.press(t, 90*time.Millisecond, "enter"); got != "" {
		t.Errorf("tab and enter right after the phrase: %q", got)
	}
	// line breaks that arrive slowly, and an enter that is held down
	for _, repeat := range []time.Duration{100 * time.Millisecond, 660 * time.Millisecond} {
		if got := confirm.press(t, repeat, "enter", "enter", "enter"); got != "" {
			t.Errorf("enter every %s: %q", repeat, got)
		}
	}
	if got := confirm.press(t, time.Second, "enter"); got != done {
		t.Errorf("a second enter: %q", got)
	}
}

func TestPastedEnterOnlyMovesFocus(t *testing.T) {
	for name, paste := range map[string]func(*clockedConfirm){
		"in brackets": func(c *clockedConfirm) { c.Update(tea.PasteMsg{Content: "web-server-01\r\n"}) },
		"as keys":     func(c *clockedConfirm) { c.press(t, 0, splitKeys("web-server-01")...); c.HandlePastedEnter() },
	} {
		confirm := newClockedConfirm()
		confirm.SetKeyTime(confirm.now)
		paste(confirm)
		checkShown(t, confirm, "✓ matches: press enter again", "▸ Restore")
		if got := confirm.press(t, 200*time.Millisecond, "enter"); got != "" {
			t.Errorf("%s: an enter right after: %q", name, got)
		}
		if got := confirm.press(t, time.Second, "enter"); got != "restored, snapshot first: true" {
			t.Errorf("%s: %q", name, got)
		}
	}
	confirm := newClockedConfirm()
	confirm.Update(tea.PasteMsg{Content: "web-server-02\n"})
	confirm.HandlePastedEnter()
	checkShown(t, confirm, "Doesn't match: type web-server-01", "  Restore ")
}

func TestTextGoesToTheFieldFromEveryButton(t *testing.T) {
	for _, walk := range []string{"", "tab", "tab tab", "tab tab tab", "tab tab tab tab", "shift+tab"} {
		confirm := openConfirm(restoreOptions)
		keys := append(strings.Fields(walk), append(splitKeys("web-server-01"), "enter")...)
		if got := pressKeys(t, confirm, keys...); got != "restored, snapshot first: true" {
			t.Errorf("%s: %q", walk, got)
		}
	}
	confirm := openConfirm(restoreOptions)
	pressKeys(t, confirm, append(splitKeys("web-server-01"), "tab", "tab", "home", "f", "backspace")...)
	if confirm.focus != focusField {
		t.Error("an edited phrase does not have the focus")
	}
	confirm = openConfirm(restoreOptions)
	pressKeys(t, confirm, append(splitKeys("web-server-01"), "tab", "tab", "home", "ctrl+z")...)
	if got := pressKeys(t, confirm, "enter"); got != "closed" {
		t.Errorf("keys without an effect took the focus from Cancel: %q", got)
	}
}

func TestArrowsMoveCaretInFieldAndFocusOnButtons(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	keys := append(splitKeys("web-erver-01"), strings.Fields("left left left left left left left left s enter")...)
	if got := pressKeys(t, confirm, keys...); got != "restored, snapshot first: true" {
		t.Errorf("the caret did not move: %q\n%s", got, plainView(confirm))
	}
	confirm = openConfirm(restoreOptions)
	if got := pressKeys(t, confirm, append(splitKeys("web-server-01"), "tab", "left", "enter")...); got != "closed" {
		t.Errorf("left of the action is %q", got)
	}
}

// Even if a confirmation gets an empty phrase by a bug, nothing confirms it.
func TestEmptyPhraseNeverMatches(t *testing.T) {
	options := restoreOptions
	options.Phrase = &Phrase{Prompt: "Type  to confirm"}
	for _, keys := range []string{"tab enter", "tab tab tab enter tab enter", "space tab enter",
		"backspace tab enter", "x tab enter"} {
		if got := pressKeys(t, openConfirm(options), strings.Fields(keys)...); got != "" {
			t.Errorf("%s: %q", keys, got)
		}
	}
	confirm := openConfirm(options)
	confirm.Update(tea.PasteMsg{Content: ""})
	if got := pressKeys(t, confirm, "tab", "enter"); got != "" {
		t.Errorf("an empty paste: %q", got)
	}
}

func TestTypedPhraseCanBeCorrected(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	keys := append(splitKeys("web-server-02"), "tab", "enter", "backspace", "1", "enter")
	if got := pressKeys(t, confirm, keys...); got != "restored, snapshot first: true" {
		t.Errorf("%q", got)
	}
}

func TestTypedLettersAreNotCommands(t *testing.T) {
	options := restoreOptions
	options.Phrase = &Phrase{Text: "yn y n"}
	confirm := openConfirm(options)
	pressKeys(t, confirm, "y", "n", "space", "y", "space", "n")
	checkShown(t, confirm, "› yn y n")
	if got := pressKeys(t, confirm, "enter"); got != "restored, snapshot first: true" {
		t.Errorf("%q", got)
	}
}

func TestPasteIsSanitizedAndCannotConfirm(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	if _, done := confirm.Update(tea.PasteMsg{Content: "web-server-01\n"}); done {
		t.Fatal("the paste confirmed it")
	}
	if got := pressKeys(t, confirm, "enter"); got != "restored, snapshot first: true" {
		t.Errorf("the line break at the end is not ignored: %q", got)
	}
	confirm = openConfirm(restoreOptions)
	confirm.Update(tea.PasteMsg{Content: "\x1b[2J\u202e"})
	if view := confirm.View(); strings.Contains(view, "\x1b[2J") || strings.Contains(view, "\u202e") {
		t.Errorf("%q", view)
	}
}

func TestCheckboxToggles(t *testing.T) {
	name := splitKeys("web-server-01")
	for keys, want := range map[string]string{
		"tab enter":                       "restored, snapshot first: true",
		"tab tab tab space tab enter":     "restored, snapshot first: false",
		"shift+tab enter tab enter":       "restored, snapshot first: false", // enter toggles too, and presses nothing
		"up space space down enter":       "restored, snapshot first: true",
		"tab tab enter":                   "closed",
		"shift+tab space shift+tab enter": "closed",
	} {
		if got := pressKeys(t, openConfirm(restoreOptions), append(name, strings.Fields(keys)...)...); got != want {
			t.Errorf("%s: %q, want %q", keys, got, want)
		}
	}
	confirm := openConfirm(restoreOptions)
	checkShown(t, confirm, "[✓] take a snapshot first", "POST /snapshots/, then")
	pressKeys(t, confirm, "up", "space")
	checkShown(t, confirm, "[ ] take a snapshot first", "API: POST /snapshots/801/restore/")
}

// findText returns the position of a text in a dialog, in cells.
func findText(t *testing.T, d Dialog, text string) (x, y int) {
	t.Helper()
	for y, line := range strings.Split(plainView(d), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return widget.Width(before), y
		}
	}
	t.Fatalf("%q is not shown:\n%s", text, plainView(d))
	return 0, 0
}

// findButtons returns the cells of the two buttons, from and up to, and their line.
func findButtons(t *testing.T, d Dialog, no, yes string) (spans [2][2]int, line int) {
	t.Helper()
	_, line = findText(t, d, no)
	text := strings.Split(plainView(d), "\n")[line]
	for i, word := range []string{no, yes} {
		before, _, ok := strings.Cut(text, word)
		if !ok {
			t.Fatalf("there is no button %s:\n%s", word, plainView(d))
		}
		at := widget.Width(before)
		// a space, the focus mark and a space before the label, two spaces after it
		spans[i] = [2]int{at - 3, at + len(word) + 2}
	}
	return spans, line
}

func TestClickPressesButton(t *testing.T) {
	for _, size := range [][2]int{{78, 23}, {50, 16}, {38, 14}} {
		for _, options := range []ConfirmOptions{deleteOptions, restoreOptions} {
			options.Phrase, options.OnCancel = nil, func() tea.Cmd { return resultCmd("no") }
			options.OnConfirm = func(bool) tea.Cmd { return resultCmd("yes") }
			open := func() *Confirm {
				confirm := openConfirm(options)
				confirm.SetSize(size[0], size[1])
				return confirm
			}
			spans, line := findButtons(t, open(), "Cancel", options.ConfirmLabel)
			for x := -1; x <= size[0]; x++ {
				want := ""
				for i, word := range []string{"no", "yes"} {
					if x >= spans[i][0] && x < spans[i][1] {
						want = word
					}
				}
				got := ""
				if cmd, done := open().Update(ClickMsg{X: x, Y: line}); done {
					got = cmd().(resultMsg).text
				}
				if got != want {
					t.Errorf("%v, %s: a click at %d: %q, want %q", size, options.Title, x, got, want)
				}
			}
		}
	}
}

func TestClickTogglesCheckbox(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	x, y := findText(t, confirm, "take a snapshot first")
	confirm.Update(ClickMsg{X: x, Y: y})
	checkShown(t, confirm, "[ ] take a snapshot first")
	confirm.Update(ClickMsg{X: x, Y: y})
	checkShown(t, confirm, "[✓] take a snapshot first")
}

func TestClickElsewhereDoesNothing(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	pressKeys(t, confirm, splitKeys("web-server-01")...)
	before := confirm.View()
	_, buttons := findText(t, confirm, "Cancel")
	_, checkbox := findText(t, confirm, "take a snapshot first")
	for y := -3; y < 30; y++ {
		if y == buttons || y == checkbox {
			continue
		}
		for x := range 78 {
			if cmd, done := confirm.Update(ClickMsg{X: x, Y: y}); cmd != nil || done {
				t.Fatalf("a click at %d, %d does something", x, y)
			}
		}
		if confirm.View() != before {
			t.Fatalf("a click on line %d changes something", y)
		}
	}
}

func TestClickOnYesRequiresPhrase(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	spans, line := findButtons(t, confirm, "Cancel", "Restore")
	if _, done := confirm.Update(ClickMsg{X: spans[1][0], Y: line}); done {
		t.Fatal("it was confirmed without the name")
	}
	checkShown(t, confirm, "Doesn't match: type web-server-01")
}

func TestConfirmKeepsEssentialsOnSmallScreen(t *testing.T) {
	for _, options := range []ConfirmOptions{deleteOptions, restoreOptions} {
		for _, width := range []int{38, 48, 60, 78, 120} {
			for height := 16; height >= 5; height-- {
				confirm := openConfirm(options)
				confirm.SetSize(width, height)
				checkSize(t, confirm, width, height)
				if options.Phrase == nil {
					checkShown(t, confirm, "▸ Cancel", options.ConfirmLabel)
					continue
				}
				checkShown(t, confirm, "Cancel", options.ConfirmLabel, "›")
				pressKeys(t, confirm, append(splitKeys("web-server-01"), "enter")[:13]...)
				checkShown(t, confirm, "✓ matches", "▸ "+options.ConfirmLabel)
				checkSize(t, confirm, width, height)
			}
		}
	}
}

func TestLossDetailIsDroppedLast(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	for _, c := range []struct {
		height      int
		shown, gone []string
	}{
		{23, []string{"Downtime", "Restore to", "You will lose", "API: POST", "take a snapshot"}, nil},
		{11, []string{"Downtime", "You will lose", "take a snapshot"}, []string{"API: POST"}},
		{9, []string{"You will lose", "everything written since", "web-server-01", "take a snapshot"},
			[]string{"Downtime", "Restore to", "API: POST"}},
	} {
		confirm.SetSize(78, c.height)
		checkShown(t, confirm, c.shown...)
		for _, gone := range c.gone {
			if strings.Contains(plainView(confirm), gone) {
				t.Errorf("in %d lines %q is shown:\n%s", c.height, gone, plainView(confirm))
			}
		}
	}
}

func TestDetailsAreLabelledAtEveryWidth(t *testing.T) {
	for _, width := range []int{38, 78} {
		confirm := openConfirm(restoreOptions)
		confirm.SetSize(width, 30)
		for _, detail := range restoreOptions.Details {
			checkShown(t, confirm, detail.Label)
		}
	}
}

func TestConfirmIgnoresOtherMessages(t *testing.T) {
	confirm := openConfirm(restoreOptions)
	before := confirm.View()
	for _, msg := range []tea.Msg{nil, tea.WindowSizeMsg{Width: 10, Height: 2}, tea.KeyReleaseMsg{Code: tea.KeyEnter},
		tea.FocusMsg{}, InputEnabledMsg{}, "x"} {
		if cmd, done := confirm.Update(msg); cmd != nil || done || confirm.View() != before {
			t.Errorf("%#v changes it", msg)
		}
	}
}

func TestFooterShowsActiveKeys(t *testing.T) {
	for _, c := range []struct {
		options ConfirmOptions
		keys    []string
		want    string
	}{
		{deleteOptions, nil, "move confirm cancel focus Delete"},
		{restoreOptions, nil, "move confirm cancel"}, // in the field a space is text
		{restoreOptions, []string{"shift+tab"}, "move confirm cancel toggle"},
	} {
		var got []string
		confirm := openConfirm(c.options)
		for _, k := range c.keys {
			confirm.Update(keyPress(k))
		}
		for _, b := range confirm.ShortHelp() {
			got = append(got, b.Help().Desc)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q", c.options.Title, got)
		}
	}
}
