package ui_test

import (
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui"
)

// recorder is the program under test. Key f12 delivers the queued keys at once, as from a user who types faster than the program answers. Key f11 hides and shows the screen.
type recorder struct {
	app         *ui.App
	mu          sync.Mutex
	lastView    tea.View
	queued      []tea.Msg
	hidden      bool
	clipboard   []string // what was copied
	rawOutput   []string // raw sequences sent to the terminal
	lastKeyTime time.Time
	burst       bool // keys arrive all at once
}

func (d *recorder) Init() tea.Cmd { return d.app.Init() }

// Update passes messages on. Key f12 delivers all queued messages before the answer to any command has come back.
func (d *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if raw, ok := msg.(tea.RawMsg); ok {
		if text, ok := raw.Msg.(string); ok {
			d.rawOutput = append(d.rawOutput, text)
		}
		return d, nil
	}
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" { // Bubble Tea does not export the type
		d.clipboard = append(d.clipboard, fmt.Sprint(msg))
		return d, nil
	}
	press, _ := msg.(tea.KeyPressMsg)
	switch press.Code {
	case tea.KeyF11:
		d.hidden = !d.hidden
		return d, nil
	case tea.KeyF12:
		d.burst = true
		defer func() { d.burst = false }()
		var cmds []tea.Cmd
		for _, key := range d.queued {
			_, cmd := d.app.Update(key)
			cmds = append(cmds, cmd)
		}
		return d, tea.Batch(cmds...)
	}
	_, cmd := d.app.Update(msg)
	return d, cmd
}

func (d *recorder) View() tea.View {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hidden {
		v := d.lastView
		v.SetContent("")
		return v
	}
	d.lastView = d.app.View()
	return d.lastView
}

// nextKeyTime returns when a key arrives: a second after the last one, unless they arrive all at once.
func (d *recorder) nextKeyTime() time.Time {
	if !d.burst {
		d.lastKeyTime = d.lastKeyTime.Add(time.Second)
	}
	return d.lastKeyTime
}

// lastView returns the last view of the program.
func (w *harness) lastView() tea.View {
	w.t.Helper()
	w.Screen()
	w.recorder.mu.Lock()
	defer w.recorder.mu.Unlock()
	return w.recorder.lastView
}

// pressAtOnce delivers keys all at once: special keys by name, others as single characters.
func (w *harness) pressAtOnce(keys ...string) {
	w.t.Helper()
	named := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
		"esc": {Code: tea.KeyEscape}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	}
	w.Screen()
	w.recorder.queued = nil
	for _, k := range keys {
		press, known := named[k]
		if !known {
			press = tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
		}
		w.recorder.queued = append(w.recorder.queued, press)
	}
	w.Press("f12")
	w.Screen()
}

// send sends messages as the terminal would.
func (w *harness) send(messages ...tea.Msg) {
	w.t.Helper()
	w.Screen()
	w.recorder.queued = messages
	w.Press("f12")
}

// whileHidden runs do with the screen hidden, which takes less time.
func (w *harness) whileHidden(do func()) {
	w.Press("f11")
	do()
	w.Press("f11")
}

// advanceHidden advances the time with the screen hidden.
func (w *harness) advanceHidden(d time.Duration) { w.whileHidden(func() { w.Advance(d) }) }
