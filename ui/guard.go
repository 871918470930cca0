package ui

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Guard wraps the program so that a panic in Update, View or a command ends it cleanly. The
// terminal is restored, and the panic is kept for the bug report. Guard prints nothing.
type Guard struct {
	app      *App
	quit     func() // ends the program from outside its event loop
	lastView tea.View

	mu    sync.Mutex
	crash *Crash
}

// Crash is a panic.
type Crash struct {
	Message string // the panic value
	Stack   string // of the goroutine
}

// NewGuard guards an app. OnCrash must be called before the program runs.
func NewGuard(app *App) *Guard { return &Guard{app: app} }

// OnCrash sets the function that ends the program after a panic.
func (g *Guard) OnCrash(quit func()) { g.quit = quit }

// Crash is the panic that ended the program, or nil.
func (g *Guard) Crash() *Crash {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.crash
}

// recoverPanic is deferred wherever a panic may occur. Only the first panic is kept.
func (g *Guard) recoverPanic() {
	value := recover()
	if value == nil {
		return
	}
	g.mu.Lock()
	if g.crash == nil {
		g.crash = &Crash{Message: fmt.Sprint(value), Stack: string(debug.Stack())}
	}
	g.mu.Unlock()
	go g.quit()
}

// Init starts the app.
func (g *Guard) Init() (cmd tea.Cmd) {
	defer g.recoverPanic()
	return g.guardCmd(g.app.Init())
}

// Update passes on a message. After a panic it does nothing.
func (g *Guard) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	m = g
	if g.Crash() != nil {
		return g, nil
	}
	defer g.recoverPanic()
	_, cmd = g.app.Update(msg)
	return g, g.guardCmd(cmd)
}

// View draws the app. After a panic it returns the last screen.
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

// guardCmd guards a command and the commands that it returns.
func (g *Guard) guardCmd(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer g.recoverPanic()
		return g.guardMsg(cmd())
	}
}

// guardMsg guards the commands in a message of tea.Batch or tea.Sequence. The type of the latter
// is not exported, so it is recognized by its underlying type.
func (g *Guard) guardMsg(msg tea.Msg) tea.Msg {
	kind, cmds := reflect.TypeOf(msg), reflect.TypeFor[[]tea.Cmd]()
	if kind == nil || kind.Kind() != reflect.Slice || !kind.ConvertibleTo(cmds) {
		return msg
	}
	bundle := reflect.ValueOf(msg).Convert(cmds).Interface().([]tea.Cmd)
	guarded := make([]tea.Cmd, len(bundle))
	for i, cmd := range bundle {
		guarded[i] = g.guardCmd(cmd)
	}
	return reflect.ValueOf(guarded).Convert(kind).Interface()
}
