package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/term"

	"vpsdeck/internal/keyboard"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/window"
	"vpsdeck/ui"
)

// maxFPS is Bubble Tea's frame rate, in frames a second. A key press waits for the next frame: 66
// instead of the default 60 cuts latency. At rest each frame costs 0.01 % of a core; skipping
// unchanged frames saves as much as the extra ones cost.
const maxFPS = 66

// Run runs the dashboard on the terminal, and restores the terminal however it ends. The error is
// one sentence that says why it ended, or nil if the user quit.
func Run(ctx context.Context, app *ui.App, stateDir string) error {
	guard := ui.NewGuard(app)
	var ending atomic.Pointer[settings.Error] // why it must end
	var program *tea.Program
	end := func(why *settings.Error) {
		ending.CompareAndSwap(nil, why)
		program.Quit()
	}
	input := newStdin(app.TerminalReleased, func() {
		go end(settings.Errorf(settings.ExitOther, "the terminal's input was closed"))
	})
	jobs := &jobControl{terminalReleased: app.TerminalReleased}
	program = tea.NewProgram(warmed{guard}, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(maxFPS),
		tea.WithInput(input),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg { return jobs.filter(fixSize(msg)) }))
	guard.OnCrash(program.Quit)
	defer jobs.watch(program)()

	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	defer signal.Stop(signals)
	before, _ := term.GetState(int(os.Stdin.Fd()))
	ended := make(chan struct{})
	go func() {
		received := <-signals
		for received == syscall.SIGINT && app.IgnoresInterrupt() { // ctrl+c was for the program that has the terminal
			received = <-signals
		}
		why := SignalError(received)
		go end(why)
		select {
		case <-ended:
			return
		case <-signals: // a second signal
		case <-time.After(shutdownTimeout):
		}
		forceExit(before, why)
	}()

	_, err := program.Run()
	close(ended)
	switch why := ending.Load(); {
	case guard.Crash() != nil:
		return crashError(guard.Crash(), stateDir)
	case why != nil:
		return why
	case err != nil && !errors.Is(err, tea.ErrInterrupted):
		return settings.Errorf(settings.ExitOther, "the terminal no longer works")
	}
	return nil
}

// SizeProblem returns why the terminal is too large, or "". Bubble Tea allocates memory for each
// cell before it reports the size.
func SizeProblem(columns, rows int) string {
	if columns <= 0 || rows <= window.MaxCellsLocal/columns {
		return ""
	}
	return fmt.Sprintf("the terminal reports an impossible size of %d×%d: set its size, for example with stty cols "+
		"120 rows 40", columns, rows)
}

// shutdownTimeout is how long the program may take to end after a signal.
const shutdownTimeout = 3 * time.Second

// forceExit ends the process if the program is stuck writing to a terminal that accepts nothing
// more. It restores the terminal's line discipline at least.
func forceExit(before *term.State, why *settings.Error) {
	if before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), before)
	}
	os.Exit(int(why.Code))
}

// SignalError is the error of an end by a signal. Its code is the one that a shell reports.
func SignalError(s os.Signal) *settings.Error {
	code, name := settings.ExitOther, s.String()
	if number, ok := s.(syscall.Signal); ok {
		code = settings.ExitSignal + settings.ExitCode(number)
	}
	switch s {
	case syscall.SIGHUP:
		name = "the terminal was closed (SIGHUP)"
	case syscall.SIGTERM:
		name = "terminated (SIGTERM)"
	case syscall.SIGQUIT: // Go's default would print every goroutine onto the screen
		name = "quit by a signal (SIGQUIT)"
	case syscall.SIGINT:
		name = "interrupted (SIGINT)"
	}
	return settings.Errorf(code, "%s", name)
}

// crashError is the error of a crash. It writes a report to crash.txt, which only the owner can
// read.
func crashError(c *ui.Crash, stateDir string) error {
	const message = "the dashboard crashed (a bug). Running operations continue at the provider."
	if stateDir == "" {
		return settings.Errorf(settings.ExitOther, "%s", message)
	}
	path := filepath.Join(stateDir, "crash.txt")
	text := fmt.Sprintf("vpsdeck %s\n\n%s\n\n%s", ReadBuild().Details(), c.Message, c.Stack)
	_ = os.Remove(path) // an old file would keep its mode
	if os.MkdirAll(stateDir, 0o700) != nil || os.WriteFile(path, []byte(text), 0o600) != nil {
		return settings.Errorf(settings.ExitOther, "%s", message)
	}
	return settings.Errorf(settings.ExitOther, "%s Details: %s", message, path)
}

// fixSize fills in a size that the terminal does not report, and bounds one that is too large. It
// runs before the renderer, which uses that size too.
func fixSize(msg tea.Msg) tea.Msg {
	reported, ok := msg.(tea.WindowSizeMsg)
	if !ok {
		return msg
	}
	columns, _ := strconv.Atoi(os.Getenv("COLUMNS")) // an invalid number counts as not set
	lines, _ := strconv.Atoi(os.Getenv("LINES"))
	size := ui.Size(reported, columns, lines)
	size.Width, size.Height = window.Fit(size.Width, size.Height, window.MaxCellsLocal)
	return size
}

// stdin is the terminal's input. It reports EOF through onEOF, because Bubble Tea ignores it. It
// reads nothing while another program has the terminal or is about to get it. Bubble Tea's reader
// may read once more after it was stopped, and what is typed then belongs to the other program.
type stdin struct {
	*os.File
	reader           *keyboard.Reader // of the same file
	terminalReleased func() bool
	onEOF            func()
}

func newStdin(terminalReleased func() bool, onEOF func()) stdin {
	return stdin{os.Stdin, keyboard.NewReader(os.Stdin), terminalReleased, onEOF}
}

// Read reads what was typed. It returns 0 and no error while the terminal is released.
func (s stdin) Read(p []byte) (int, error) {
	if s.terminalReleased() {
		time.Sleep(time.Millisecond) // Bubble Tea calls Read in a loop until it is stopped
		return 0, nil
	}
	n, err := s.reader.Read(p)
	if err != nil {
		s.onEOF()
	}
	return n, err
}
