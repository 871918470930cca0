package terminal

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"
)

// Probe wraps a model and knows when the program is idle: no command is running, no message is
// queued, and View has been called since the last message. It needs to see every message, so the
// program must have the option tea.WithFilter(probe.Filter).
//
// A command counts from the time when Update returns it until its message has been handled, without
// a gap. The commands of a Batch or a Sequence are counted one by one. Commands that wait for a
// session's Clock do not count, and those in WallClockCommands are not run. The methods may be
// called from any goroutine.
type Probe struct {
	mu       sync.Mutex
	model    tea.Model
	pending  map[string]int       // by name: commands, and messages that are queued
	waiting  int                  // how many of them wait for the clock
	handled  []string             // names to release at the next View
	expected map[reflect.Type]int // messages that come from outside the program
	skipped  map[string]bool      // wall clock commands that were not run
	ended    bool
	updates  int           // how many messages the model has received
	changed  chan struct{} // closed and replaced at every change
	view     tea.View
	onDemand bool // View draws only if drawNext is set
	drawNext bool
}

// NewProbe returns a probe around the model.
func NewProbe(model tea.Model) *Probe {
	return &Probe{
		model:    model,
		pending:  map[string]int{},
		expected: map[reflect.Type]int{},
		skipped:  map[string]bool{},
		changed:  make(chan struct{}),
	}
}

// Init implements tea.Model.
func (p *Probe) Init() tea.Cmd { return p.track(p.model.Init()) }

// Update passes the message to the model.
func (p *Probe) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if raw, ok := msg.(tea.RawMsg); ok {
		if _, ours := raw.Msg.(mark); ours {
			return p, nil
		}
	}
	model, cmd := p.model.Update(msg)
	p.model = model
	p.change(func() { p.updates++ })
	return p, p.track(cmd)
}

// View returns the model's view, and keeps it. The view is empty until all expected messages have
// come. Before that, the program does not know how the terminal measures characters, and a wrong
// frame would stay on the screen.
func (p *Probe) View() tea.View {
	if view, ok := p.undrawn(); ok {
		return view
	}
	view := p.model.View()
	if onMouse := view.OnMouse; onMouse != nil {
		view.OnMouse = func(msg tea.MouseMsg) tea.Cmd { return p.track(onMouse(msg)) }
	}
	p.change(func() {
		p.releaseHandled()
		if !p.expectedHandled() {
			view.Content = ""
		}
		p.view = view
	})
	return view
}

// undrawn returns the last view if nobody wants to see a new one.
func (p *Probe) undrawn() (view tea.View, ok bool) {
	p.change(func() {
		ok = p.onDemand && !p.drawNext && p.view.Content != ""
		p.drawNext = false
		if ok {
			p.releaseHandled()
			view = p.view
		}
	})
	return view, ok
}

// draw makes the next View draw. With always, so does every later one.
func (p *Probe) draw(always bool) {
	p.change(func() { p.drawNext, p.onDemand = true, p.onDemand && !always })
}

func (p *Probe) releaseHandled() {
	for _, name := range p.handled {
		p.release(name)
	}
	p.handled = nil
}

// Filter is for the program's tea.WithFilter. It sees every message in the event loop, right before
// Update.
func (p *Probe) Filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch m := msg.(type) {
	case envelope:
		p.change(func() { p.handled = append(p.handled, m.name) })
		return m.msg
	case fence:
		p.change(func() { p.release(m.name) })
		return nil
	}
	kind := reflect.TypeOf(msg)
	p.change(func() {
		if p.expected[kind] > 0 {
			p.expected[kind]--
			p.handled = append(p.handled, kind.String())
		}
	})
	return msg
}

// Expect announces messages of these types from outside the program. Until they have come, the
// program is not idle and shows nothing.
func (p *Probe) Expect(msgs ...tea.Msg) {
	p.change(func() {
		for _, msg := range msgs {
			kind := reflect.TypeOf(msg)
			p.expected[kind]++
			p.pending[kind.String()]++
		}
	})
}

// IsIdle reports whether nothing is pending except what waits for the clock.
func (p *Probe) IsIdle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idleLocked()
}

// WaitIdle waits until the program is idle. If the context ends first, the error says what is still
// pending.
func (p *Probe) WaitIdle(ctx context.Context) error {
	return p.waitFor(ctx, p.idleLocked)
}

// DescribePending lists what the program still has to do, and the wall clock commands that were not
// run.
func (p *Probe) DescribePending() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var words []string
	for _, name := range slices.Sorted(maps.Keys(p.pending)) {
		words = append(words, fmt.Sprintf("%s ×%d", name, p.pending[name]))
	}
	if len(words) == 0 {
		words = append(words, "nothing")
	}
	text := "pending: " + strings.Join(words, ", ")
	if p.waiting > 0 {
		text += fmt.Sprintf("; %d of these wait for the clock", p.waiting)
	}
	if len(p.skipped) > 0 {
		text += "; not run, because they wait for the wall clock: " + strings.Join(slices.Sorted(maps.Keys(p.skipped)),
			", ")
	}
	return text
}

// waitFor waits until the condition is met. It is checked under the probe's lock.
func (p *Probe) waitFor(ctx context.Context, condition func() bool) error {
	for {
		p.mu.Lock()
		met, changed := condition(), p.changed
		p.mu.Unlock()
		if met {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), p.DescribePending())
		}
	}
}

func (p *Probe) idleLocked() bool {
	n := 0
	for _, count := range p.pending {
		n += count
	}
	return n == p.waiting
}

// change calls do under the lock and wakes all that wait for a change.
func (p *Probe) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Probe) release(name string) {
	if p.pending[name]--; p.pending[name] <= 0 {
		delete(p.pending, name)
	}
}

// hold counts something that is not a command, until the fence of that name passes through the
// event loop.
func (p *Probe) hold(name string) { p.change(func() { p.pending[name]++ }) }

// addWaiting counts commands that start waiting for the clock, or stop if n is negative.
func (p *Probe) addWaiting(n int) { p.change(func() { p.waiting += n }) }

// markEnded stops late commands from running after the program has ended.
func (p *Probe) markEnded() { p.change(func() { p.ended = true }) }

// lastView is the last view, and how many messages the model had received by then.
func (p *Probe) lastView() (tea.View, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view, p.updates
}

// expectedHandled reports whether all expected messages have come and been handled.
func (p *Probe) expectedHandled() bool {
	for kind, left := range p.expected {
		if left > 0 || slices.Contains(p.handled, kind.String()) {
			return false
		}
	}
	return true
}
