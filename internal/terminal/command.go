package terminal

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	tea "charm.land/bubbletea/v2"
)

// WallClockCommands lists the functions whose commands wait for real time. A probe does not run
// them. So a cursor does not blink, a spinner does not turn, and a picture is the same every time.
// Tests and pictures wait for the session's Clock instead.
//
// The names are those of runtime.FuncForPC. A closure around such a command is not recognised: it
// counts as pending until it returns.
func WallClockCommands() []string {
	return []string{
		"charm.land/bubbletea/v2.Tick.func1",
		"charm.land/bubbletea/v2.Every.func1",
		"charm.land/bubbles/v2/cursor.(*Model).Blink.func1",
	}
}

// envelope carries a command's message through the program's queue, so that the filter knows when
// it arrives.
type envelope struct {
	name string
	msg  tea.Msg
}

// fence follows a message that was sent from outside. When the fence arrives, that message has been
// handled.
type fence struct{ name string }

// track counts the command from now on, until its message has been handled.
func (p *Probe) track(cmd tea.Cmd) tea.Cmd {
	cmds := p.selectRunnable([]tea.Cmd{cmd})
	if len(cmds) == 0 {
		return nil
	}
	p.hold(nameOf(cmd))
	return p.wrap(cmd, func() {})
}

// wrap runs a command that is already counted. When it and all commands that it returned are done,
// it calls after. That is before the last count is released, so that there is no gap if after
// counts another command.
func (p *Probe) wrap(cmd tea.Cmd, after func()) tea.Cmd {
	name := nameOf(cmd)
	return func() tea.Msg {
		if p.hasEnded() {
			return nil
		}
		msg := cmd()
		children, inOrder := unbundle(msg)
		if children = p.selectRunnable(children); len(children) > 0 {
			wrap := p.wrapBatch
			if inOrder {
				wrap = p.wrapSequence
			}
			wrapped := reflect.ValueOf(wrap(children, after)).Convert(reflect.TypeOf(msg)).Interface()
			p.change(func() { p.release(name) })
			return wrapped
		}
		after()
		if isBundle(msg) || msg == nil {
			p.change(func() { p.release(name) })
			return nil
		}
		return envelope{name: name, msg: msg}
	}
}

// wrapBatch counts the commands of a batch at once.
func (p *Probe) wrapBatch(cmds []tea.Cmd, after func()) []tea.Cmd {
	var left atomic.Int64
	left.Store(int64(len(cmds)))
	out := make([]tea.Cmd, len(cmds))
	for i, cmd := range cmds {
		p.hold(nameOf(cmd))
		out[i] = p.wrap(cmd, func() {
			if left.Add(-1) == 0 {
				after()
			}
		})
	}
	return out
}

// wrapSequence counts each command of a sequence when it starts. A command that comes after a wait
// for the clock is not pending yet.
func (p *Probe) wrapSequence(cmds []tea.Cmd, after func()) []tea.Cmd {
	out := make([]tea.Cmd, len(cmds))
	for i, cmd := range cmds {
		next := after
		if i+1 < len(cmds) {
			next = func() { p.hold(nameOf(cmds[i+1])) }
		}
		out[i] = p.wrap(cmd, next)
	}
	p.hold(nameOf(cmds[0]))
	return out
}

// selectRunnable drops nil commands and those that wait for the wall clock.
func (p *Probe) selectRunnable(cmds []tea.Cmd) []tea.Cmd {
	return slices.DeleteFunc(slices.Clone(cmds), func(cmd tea.Cmd) bool {
		if cmd == nil {
			return true
		}
		name := nameOf(cmd)
		waits := slices.Contains(WallClockCommands(), name)
		if waits {
			p.change(func() { p.skipped[name] = true })
		}
		return waits
	})
}

func (p *Probe) hasEnded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// unbundle returns the commands that a message bundles, and whether they run in order.
func unbundle(msg tea.Msg) (cmds []tea.Cmd, inOrder bool) {
	if !isBundle(msg) {
		return nil, false
	}
	if batch, ok := msg.(tea.BatchMsg); ok {
		return batch, false
	}
	return reflect.ValueOf(msg).Convert(reflect.TypeFor[[]tea.Cmd]()).Interface().([]tea.Cmd), true
}

// isBundle reports whether the message is a Batch or a Sequence. Bubble Tea does not export the
// type of a Sequence, so it is recognised by its kind, element type and package.
func isBundle(msg tea.Msg) bool {
	kind, batch := reflect.TypeOf(msg), reflect.TypeFor[tea.BatchMsg]()
	return kind == batch || kind != nil && kind.Kind() == reflect.Slice && kind.Elem() == batch.Elem() &&
		kind.PkgPath() == batch.PkgPath()
}

// nameOf is the name of the function behind a command, as in runtime.FuncForPC.
func nameOf(cmd tea.Cmd) string {
	if fn := runtime.FuncForPC(reflect.ValueOf(cmd).Pointer()); fn != nil {
		return strings.TrimSuffix(fn.Name(), "-fm")
	}
	return "a command"
}
