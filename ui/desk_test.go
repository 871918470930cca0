package ui_test

import (
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui"
)

// desk is the program as it stands in front of a person, who can type faster than it answers (f12) and look away (f11).
type desk struct {
	app    *ui.App
	mu     sync.Mutex
	shown  tea.View
	ahead  []tea.Msg
	away   bool
	copied []string // to the clipboard
	raw    []string // what was sent to the terminal beside the screen
	typed  time.Time
	burst  bool // keys come all at once
}

func (d *desk) Init() tea.Cmd { return d.app.Init() }

// Update hands messages on. The key f12 stands for all the keys that were typed ahead: they reach the program before
// anything that it asked for has come back.
func (d *desk) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if raw, ok := msg.(tea.RawMsg); ok {
		if text, ok := raw.Msg.(string); ok {
			d.raw = append(d.raw, text)
		}
		return d, nil
	}
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" { // Bubble Tea keeps the type to itself
		d.copied = append(d.copied, fmt.Sprint(msg))
		return d, nil
	}
	press, _ := msg.(tea.KeyPressMsg)
	switch press.Code {
	case tea.KeyF11:
		d.away = !d.away
		return d, nil
	case tea.KeyF12:
		d.burst = true
		defer func() { d.burst = false }()
		var cmds []tea.Cmd
		for _, key := range d.ahead {
			_, cmd := d.app.Update(key)
			cmds = append(cmds, cmd)
		}
		return d, tea.Batch(cmds...)
	}
	_, cmd := d.app.Update(msg)
	return d, cmd
}

func (d *desk) View() tea.View {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		v := d.shown
		v.SetContent("")
		return v
	}
	d.shown = d.app.View()
	return d.shown
}

// keyTime is when a key comes: a second after the last, unless they come all at once.
func (d *desk) keyTime() time.Time {
	if !d.burst {
		d.typed = d.typed.Add(time.Second)
	}
	return d.typed
}

// view is what the program last wanted to be shown.
func (w *world) view() tea.View {
	w.t.Helper()
	w.Screen()
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	return w.desk.shown
}

// burst types keys all at once: names of one character are typed, enter, tab and esc pressed.
func (w *world) burst(keys ...string) {
	w.t.Helper()
	named := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
		"esc": {Code: tea.KeyEscape}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	}
	w.Screen()
	w.desk.ahead = nil
	for _, k := range keys {
		press, known := named[k]
		if !known {
			press = tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
		}
		w.desk.ahead = append(w.desk.ahead, press)
	}
	w.Press("f12")
	w.Screen()
}

// send sends messages as the terminal would.
func (w *world) send(messages ...tea.Msg) {
	w.t.Helper()
	w.Screen()
	w.desk.ahead = messages
	w.Press("f12")
}

// lookAway does something while nobody looks, which takes less time.
func (w *world) lookAway(do func()) {
	w.Press("f11")
	do()
	w.Press("f11")
}

// later lets time pass without a look.
func (w *world) later(d time.Duration) { w.lookAway(func() { w.Advance(d) }) }
