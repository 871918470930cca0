package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// Errors of a session.
var (
	ErrNotIdle = errors.New("the program was not idle in time")
	ErrEnded   = errors.New("the program has ended")
)

// Session is a program that runs on an emulated terminal, and the person in front of it.
//
// The verbs (Press, Type, Click …) wait before each key or click until the program is idle, as a
// person looks at the screen before the next key. The first error is kept: later verbs then do
// nothing, and Settle, WaitUntil and Wait return it. A Session is for one goroutine.
type Session struct {
	settings
	size     tea.WindowSizeMsg
	probe    *Probe
	screen   *screen
	program  *tea.Program
	inbox    chan tea.Msg // messages from the terminal to the program
	lastMark mark
	// drawnView caches the grid of the last view that was compared with the screen. Settle needs it
	// often.
	drawnView struct {
		size    tea.WindowSizeMsg
		content string
		grid    Grid
	}
	done    chan struct{} // closed when the program has ended
	exitErr error         // why the program failed; read it after done
	err     error         // the first error of a verb or a wait
}

// Start runs the model on a terminal of width columns and height rows, and returns when the model
// knows its size.
func Start(model tea.Model, width, height int, options ...Option) *Session {
	s := &Session{
		settings: defaultSettings(),
		size:     tea.WindowSizeMsg{Width: width, Height: height},
		probe:    NewProbe(model),
		inbox:    make(chan tea.Msg, 1024), // far more than a terminal ever sends at once
		done:     make(chan struct{}),
	}
	for _, option := range options {
		option(&s.settings)
	}
	s.probe.onDemand = s.onDemand
	s.clock.attach(s.probe.addWaiting, s.waitIdle)
	s.screen = newScreen(width, height, s.background, func(event uv.Event) { s.send(event) })
	s.probe.Expect(tea.ColorProfileMsg{}, tea.WindowSizeMsg{}, tea.EnvMsg{}) // what Bubble Tea sends at the start
	// the answers to its queries for modes 2026 and 2027
	s.probe.Expect(tea.ModeReportMsg{}, tea.ModeReportMsg{})
	s.program = tea.NewProgram(s.probe, s.programOptions()...)
	go s.deliver()
	go func() {
		_, s.exitErr = s.program.Run()
		s.probe.markEnded()
		s.clock.Stop()
		s.screen.close()
		close(s.done)
	}()
	s.recordError(s.waitWithin(DefaultTimeout,
		func(ctx context.Context) error { return s.probe.waitFor(ctx, s.probe.expectedHandled) }))
	return s
}

// programOptions connect the program with the probe and the screen.
func (s *Session) programOptions() []tea.ProgramOption {
	return []tea.ProgramOption{
		tea.WithColorProfile(s.profile),
		tea.WithEnvironment(append(s.environment(), s.variables...)),
		tea.WithFilter(s.probe.Filter),
		tea.WithFPS(120), // the maximum, because Settle waits for frames
		tea.WithInput(strings.NewReader("")),
		tea.WithOutput(io.MultiWriter(append([]io.Writer{s.screen}, s.copies...)...)),
		tea.WithoutSignals(),
		tea.WithWindowSize(s.size.Width, s.size.Height),
	}
}

// deliver sends messages to the program one by one, each followed by a fence. When the fence
// arrives, the message has been handled.
func (s *Session) deliver() {
	for {
		select {
		case msg := <-s.inbox:
			s.program.Send(msg)
			s.program.Send(fence{nameOfMsg(msg)})
		case <-s.done:
			return
		}
	}
}

// send queues a message for the program.
func (s *Session) send(msg tea.Msg) {
	s.probe.hold(nameOfMsg(msg))
	select {
	case s.inbox <- msg:
	case <-s.done:
	}
}

func nameOfMsg(msg tea.Msg) string { return fmt.Sprintf("%T", msg) }

// waitIdle waits until the program is idle. It does not wait for the screen.
func (s *Session) waitIdle() error {
	if s.err == nil {
		s.recordError(s.waitWithin(s.timeout, s.probe.WaitIdle))
	}
	return s.err
}

// waitWithin runs a wait that ends at the timeout or with the program. The error says which, and
// shows the screen.
func (s *Session) waitWithin(timeout time.Duration, wait func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	timer := time.AfterFunc(timeout, func() { cancel(ErrNotIdle) })
	defer timer.Stop()
	watched := make(chan struct{})
	defer close(watched)
	go func() {
		select {
		case <-s.done:
			cancel(ErrEnded)
		case <-watched:
		}
	}()
	if err := wait(ctx); err != nil {
		return fmt.Errorf("%w\n%s", err, s.report())
	}
	return nil
}

// recordError keeps the first error.
func (s *Session) recordError(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Err returns the first error of a verb or a wait.
func (s *Session) Err() error { return s.err }

// Settle waits until the program is idle and the screen shows its last view, and returns the
// screen. If the program does not become idle, the error shows what is pending, the screen and the
// view.
func (s *Session) Settle() (Grid, error) {
	if err := s.waitIdle(); err != nil {
		return Grid{}, err
	}
	var grid Grid
	s.recordError(s.waitWithin(s.timeout, func(ctx context.Context) error {
		for {
			updates, err := s.flush(ctx)
			if err != nil {
				return err
			}
			if grid, err = s.waitDrawn(ctx); err != nil {
				return err
			}
			if _, now := s.probe.lastView(); now == updates && s.probe.IsIdle() {
				return nil
			}
			if err := s.probe.WaitIdle(ctx); err != nil {
				return err
			}
		}
	}))
	return grid, s.err
}

// flush waits until the screen has read everything that the program has queued by now, and its
// answers have been handled. It returns how many messages the model had received before.
func (s *Session) flush(ctx context.Context) (updates int, err error) {
	_, updates = s.probe.lastView()
	s.probe.draw(false)
	s.lastMark++
	s.send(tea.RawMsg{Msg: s.lastMark})
	err = s.poll(ctx, func() bool {
		return s.screen.newestMark() >= s.lastMark
	})
	if err != nil {
		return updates, err
	}
	return updates, s.probe.WaitIdle(ctx)
}

// updateView waits until the last view is the current one, if views are drawn only on demand.
func (s *Session) updateView() error {
	if s.onDemand && s.err == nil {
		s.recordError(s.waitWithin(s.timeout, func(ctx context.Context) error {
			_, err := s.flush(ctx)
			return err
		}))
	}
	return s.err
}

// waitDrawn waits until the screen shows the last view.
func (s *Session) waitDrawn(ctx context.Context) (grid Grid, err error) {
	err = s.poll(ctx, func() bool {
		grid, _ = s.screen.current()
		return grid.Equal(s.viewGrid()) || !s.probe.IsIdle()
	})
	return grid, err
}

// viewGrid is the grid that this terminal must show for the last view.
func (s *Session) viewGrid() Grid {
	view, _ := s.probe.lastView()
	if s.drawnView.size != s.size || s.drawnView.content != view.Content {
		s.drawnView.size, s.drawnView.content = s.size, view.Content
		s.drawnView.grid = GridOfView(view.Content, s.size.Width, s.size.Height, s.profile)
	}
	return s.drawnView.grid
}

// poll checks the condition every millisecond.
func (s *Session) poll(ctx context.Context, condition func() bool) error {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !condition() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("%w: %s", context.Cause(ctx), s.probe.DescribePending())
		}
	}
	return nil
}

// WaitUntil waits until the screen meets the condition, idle or not. what describes the condition
// in the error. From then on every view is drawn, also with WithDrawingOnDemand.
func (s *Session) WaitUntil(condition func(Grid) bool, what string) (Grid, error) {
	if s.err != nil {
		return Grid{}, s.err
	}
	if s.onDemand {
		s.onDemand = false
		s.probe.draw(true)
		s.send(tea.RawMsg{Msg: s.lastMark}) // causes a View
	}
	var grid Grid
	err := s.waitWithin(s.timeout, func(ctx context.Context) error {
		return s.poll(ctx, func() bool {
			grid, _ = s.screen.current()
			return condition(grid)
		})
	})
	if err != nil {
		s.recordError(fmt.Errorf("waiting for %s: %w", what, err))
	}
	return grid, s.err
}

// report shows the screen, and the last view if it differs.
func (s *Session) report() string {
	grid, _ := s.screen.current()
	text := "the screen:\n" + withBorder(grid)
	if view := s.viewGrid(); !view.Equal(grid) {
		text += "the last view differs at " + firstDifference(grid, view) + ":\n" + withBorder(view)
	}
	return text
}

// Wait waits until the program ends on its own, and returns the final model.
func (s *Session) Wait() (tea.Model, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.finish()
}

// Quit ends the program, even after an error, and returns the final model. It stops the clock, and
// leaves nothing of the session running.
func (s *Session) Quit() (tea.Model, error) {
	select {
	case <-s.done:
	default:
		s.send(tea.QuitMsg{})
	}
	return s.finish()
}

func (s *Session) finish() (tea.Model, error) {
	timeout := time.NewTimer(DefaultTimeout)
	defer timeout.Stop()
	select {
	case <-s.done:
	case <-timeout.C:
		s.recordError(fmt.Errorf("the program did not end in time: %s\n%s", s.probe.DescribePending(), s.report()))
		return nil, s.err
	}
	if s.exitErr != nil {
		return nil, fmt.Errorf("the program failed: %w", s.exitErr)
	}
	return s.probe.model, nil
}
