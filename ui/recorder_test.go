package ui_test

import (
	"fmt"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui"
)

// recorder is the program under test. Key f12 delivers the queued keys at once, as from a user who
// types faster than the program answers. Key f11 hides and shows the screen.
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

func (r *recorder) Init() tea.Cmd { return r.app.Init() }

// Update passes messages on. Key f12 delivers all queued messages before the answer to any command
// has come back.
func (r *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if raw, ok := msg.(tea.RawMsg); ok {
		if text, ok := raw.Msg.(string); ok {
			r.rawOutput = append(r.rawOutput, text)
		}
		return r, nil
	}
	if fmt.Sprintf("%T", msg) == "tea.setClipboardMsg" { // Bubble Tea does not export the type
		r.clipboard = append(r.clipboard, fmt.Sprint(msg))
		return r, nil
	}
	press, _ := msg.(tea.KeyPressMsg)
	switch press.Code {
	case tea.KeyF11:
		r.hidden = !r.hidden
		return r, nil
	case tea.KeyF12:
		r.burst = true
		defer func() { r.burst = false }()
		var cmds []tea.Cmd
		for _, key := range r.queued {
			_, cmd := r.app.Update(key)
			cmds = append(cmds, cmd)
		}
		return r, tea.Batch(cmds...)
	}
	_, cmd := r.app.Update(msg)
	return r, cmd
}

func (r *recorder) View() tea.View {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hidden {
		v := r.lastView
		v.SetContent("")
		return v
	}
	r.lastView = r.app.View()
	return r.lastView
}

// nextKeyTime returns when a key arrives: a second after the last one, unless they arrive all at
// once.
func (r *recorder) nextKeyTime() time.Time {
	if !r.burst {
		r.lastKeyTime = r.lastKeyTime.Add(time.Second)
	}
	return r.lastKeyTime
}

// lastView returns the last view of the program.
func (h *harness) lastView() tea.View {
	h.t.Helper()
	h.Screen()
	h.recorder.mu.Lock()
	defer h.recorder.mu.Unlock()
	return h.recorder.lastView
}

// pressAtOnce delivers keys all at once: special keys by name, others as single characters.
func (h *harness) pressAtOnce(keys ...string) {
	h.t.Helper()
	named := map[string]tea.KeyPressMsg{
		"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
		"esc": {Code: tea.KeyEscape}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl},
	}
	h.Screen()
	h.recorder.queued = nil
	for _, k := range keys {
		press, known := named[k]
		if !known {
			press = tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
		}
		h.recorder.queued = append(h.recorder.queued, press)
	}
	h.Press("f12")
	h.Screen()
}

// send sends messages as the terminal would.
func (h *harness) send(messages ...tea.Msg) {
	h.t.Helper()
	h.Screen()
	h.recorder.queued = messages
	h.Press("f12")
}

// whileHidden runs do with the screen hidden, which takes less time.
func (h *harness) whileHidden(do func()) {
	h.Press("f11")
	do()
	h.Press("f11")
}

// advanceHidden advances the time with the screen hidden.
func (h *harness) advanceHidden(d time.Duration) { h.whileHidden(func() { h.Advance(d) }) }
