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

// Probe is a model around a model that knows when the program has come to rest: no command is under way, no message is
// on its way, and the view has been asked for since the last one. It needs to see every message, so the program must
// have the option tea.WithFilter(probe.Filter).
//
// A command counts from the moment in which Update returns it until its message has been handled; there is no gap in
// between. What a Batch or a Sequence holds is counted one by one. Commands that wait for a session's Clock do not count,
// and those in WallClock are not run. A program may call the methods from any goroutine.
type Probe struct {
	mu       sync.Mutex
	model    tea.Model
	pending  map[string]int       // by name: commands, and messages that are on their way in
	waiting  int                  // how many of them wait for the clock
	handled  []string             // what the view, once asked for, will have settled
	expected map[reflect.Type]int // messages that come from outside the probe's sight
	skipped  map[string]bool      // wall clock commands that were not run
	ended    bool
	updates  int           // how many messages the model has been given
	changed  chan struct{} // closed, and made anew, at every change
	view     tea.View
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

// Init starts the model.
func (p *Probe) Init() tea.Cmd { return p.track(p.model.Init()) }

// Update hands the message to the model.
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

// View asks the model for its view, and keeps it. It has no content before all that is awaited has come: what is drawn
// before the terminal has told how it measures characters stays on the screen as it is, even where it is wrong.
func (p *Probe) View() tea.View {
	view := p.model.View()
	if onMouse := view.OnMouse; onMouse != nil {
		view.OnMouse = func(msg tea.MouseMsg) tea.Cmd { return p.track(onMouse(msg)) }
	}
	p.change(func() {
		for _, name := range p.handled {
			p.release(name)
		}
		p.handled = nil
		if !p.expectedHandled() {
			view.Content = ""
		}
		p.view = view
	})
	return view
}

// Filter belongs into the program's tea.WithFilter. It sees every message in the event loop, right before Update.
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

// Expect tells the probe that messages of these types are on their way from outside its sight: the program is not at rest,
// and shows nothing, before they have come.
func (p *Probe) Expect(msgs ...tea.Msg) {
	p.change(func() {
		for _, msg := range msgs {
			kind := reflect.TypeOf(msg)
			p.expected[kind]++
			p.pending[kind.String()]++
		}
	})
}

// IsIdle says whether nothing is under way but what waits for the clock.
func (p *Probe) IsIdle() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.idleLocked()
}

// WaitIdle waits until the program is at rest, and fails with what is still under way when the context ends before.
func (p *Probe) WaitIdle(ctx context.Context) error {
	return p.waitFor(ctx, p.idleLocked)
}

// DescribePending tells in words what keeps the program from its rest, and what the wall clock holds up.
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
	text := "under way: " + strings.Join(words, ", ")
	if p.waiting > 0 {
		text += fmt.Sprintf("; %d of these wait for the clock", p.waiting)
	}
	if len(p.skipped) > 0 {
		text += "; not run, as the wall clock stands still: " + strings.Join(slices.Sorted(maps.Keys(p.skipped)), ", ")
	}
	return text
}

// waitFor waits until the condition, asked under the probe's lock, holds.
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

// change does something under the lock and wakes everybody who waits for a change.
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

// hold counts something that is not a command, until the fence of that name passes through the event loop.
func (p *Probe) hold(name string) { p.change(func() { p.pending[name]++ }) }

// addWaiting counts commands that begin (or with a negative n cease) to wait for the clock.
func (p *Probe) addWaiting(n int) { p.change(func() { p.waiting += n }) }

// markEnded keeps commands that come late from running after the program has ended.
func (p *Probe) markEnded() { p.change(func() { p.ended = true }) }

// lastView is the view that the program was last asked for, and how many messages the model had been given by then.
func (p *Probe) lastView() (tea.View, int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view, p.updates
}

// expectedHandled says whether all awaited messages have come and been handled.
func (p *Probe) expectedHandled() bool {
	for kind, left := range p.expected {
		if left > 0 || slices.Contains(p.handled, kind.String()) {
			return false
		}
	}
	return true
}
