package ui

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Guard runs the program so that a mistake of ours, a panic in Update, View or a command, ends it in order: the terminal is
// given back, and what happened is kept for whoever mends it. It prints nothing.
type Guard struct {
	app      *App
	quit     func() // ends the program from outside its loop
	lastView tea.View

	mu    sync.Mutex
	crash *Crash
}

// Crash is a panic.
type Crash struct {
	Message string // what Go said of it
	Stack   string // where it was
}

// NewGuard guards an app. quit must be set, by OnCrash, before the program runs.
func NewGuard(app *App) *Guard { return &Guard{app: app} }

// OnCrash tells how to end the program.
func (g *Guard) OnCrash(quit func()) { g.quit = quit }

// Crash is what the program broke by, or nil.
func (g *Guard) Crash() *Crash {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.crash
}

// recoverPanic is deferred where a panic may pass. Only the first one counts.
func (g *Guard) recoverPanic() {
	what := recover()
	if what == nil {
		return
	}
	g.mu.Lock()
	if g.crash == nil {
		g.crash = &Crash{Message: fmt.Sprint(what), Stack: string(debug.Stack())}
	}
	g.mu.Unlock()
	go g.quit()
}

// Init starts the app.
func (g *Guard) Init() (cmd tea.Cmd) {
	defer g.recoverPanic()
	return g.guardCmd(g.app.Init())
}

// Update hands on a message. After a panic nothing is handed on any more.
func (g *Guard) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	m = g
	if g.Crash() != nil {
		return g, nil
	}
	defer g.recoverPanic()
	_, cmd = g.app.Update(msg)
	return g, g.guardCmd(cmd)
}

// View draws the app; after a panic, what was drawn last.
func (g *Guard) View() (v tea.View) {
	v = g.lastView
	v.AltScreen = true
	if g.Crash() != nil {
		return v
	}
	defer g.recoverPanic()
	g.lastView = g.app.View()
	return g.lastView
}

// guardCmd guards a command, and those that it brings with it.
func (g *Guard) guardCmd(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.recoverPanic()
		return g.guardMsg(cmd())
	}
}

// guardMsg guards the commands in a message of tea.Batch or tea.Sequence. The latter's type is Bubble Tea's own secret: it is
// known by what it is made of.
func (g *Guard) guardMsg(msg tea.Msg) tea.Msg {
	kind, cmds := reflect.TypeOf(msg), reflect.TypeFor[[]tea.Cmd]()
	if kind == nil || kind.Kind() != reflect.Slice || !kind.ConvertibleTo(cmds) {
		return msg
	}
	bundle := reflect.ValueOf(msg).Convert(cmds).Interface().([]tea.Cmd)
	watched := make([]tea.Cmd, len(bundle))
	for i, cmd := range bundle {
		watched[i] = g.guardCmd(cmd)
	}
	return reflect.ValueOf(watched).Convert(kind).Interface()
}
