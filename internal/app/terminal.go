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

// maxFPS is how often a second it is looked whether there is a frame to write, which a key waits for. Each costs a hundredth of a percent of
// a core at rest: these are as many more than Bubble Tea's own 60 as what drawing only what has changed saves there pays for.
const maxFPS = 66

// Run runs the dashboard on the terminal and gives the terminal back, however it ends. The error is one sentence on why it
// ended, nil if the user left.
func Run(ctx context.Context, app *ui.App, stateDir string) error {
	guard := ui.NewGuard(app)
	var ending atomic.Pointer[settings.Error] // why it was told to end
	var program *tea.Program
	end := func(why *settings.Error) {
		ending.CompareAndSwap(nil, why)
		program.Quit()
	}
	input := newStdin(app.TerminalReleased, func() {
		go end(settings.Errorf(settings.ExitOther, "the terminal's input was closed"))
	})
	jobs := &jobControl{terminalReleased: app.TerminalReleased}
	program = tea.NewProgram(guard, tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(maxFPS), tea.WithInput(input),
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
		case <-signals: // it was told twice
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
		return settings.Errorf(settings.ExitOther, "the terminal could not be used any more")
	}
	return nil
}

// SizeProblem is why the terminal cannot be drawn on, or "": Bubble Tea takes memory for each cell before it tells anybody of them.
func SizeProblem(columns, rows int) string {
	if columns <= 0 || rows <= window.MaxCellsLocal/columns {
		return ""
	}
	return fmt.Sprintf("the terminal says that it is %d×%d, far larger than any is: set its size, as with stty cols 120 rows 40", columns, rows)
}

// shutdownTimeout is how long the program may take to end once it was told to.
const shutdownTimeout = 3 * time.Second

// forceExit ends the process where the program cannot: it is stuck in writing to a terminal that takes nothing any more. The
// terminal's modes, at least, are given back.
func forceExit(before *term.State, why *settings.Error) {
	if before != nil {
		_ = term.Restore(int(os.Stdin.Fd()), before)
	}
	os.Exit(int(why.Code))
}

// SignalError words the end by a signal. Its code is the shell's own for it.
func SignalError(s os.Signal) *settings.Error {
	code, name := settings.ExitOther, s.String()
	if number, ok := s.(syscall.Signal); ok {
		code = settings.ExitSignal + settings.ExitCode(number)
	}
	switch s {
	case syscall.SIGHUP:
		name = "the line was dropped (SIGHUP)"
	case syscall.SIGTERM:
		name = "it was told to end (SIGTERM)"
	case syscall.SIGQUIT: // Go's own way would be to print every goroutine in the midst of the screen
		name = "it was told to quit (SIGQUIT)"
	case syscall.SIGINT:
		name = "it was interrupted (SIGINT)"
	}
	return settings.Errorf(code, "%s", name)
}

// crashError words the end by a mistake of our own, and keeps what helps to mend it, for the owner's eyes only.
func crashError(c *ui.Crash, stateDir string) error {
	const sorry = "the dashboard broke by a mistake of its own; what runs at the provider goes on"
	if stateDir == "" {
		return settings.Errorf(settings.ExitOther, "%s", sorry)
	}
	path := filepath.Join(stateDir, "crash.txt")
	text := fmt.Sprintf("vpsdeck %s\n\n%s\n\n%s", Version(), c.Message, c.Stack)
	_ = os.Remove(path) // an old one would keep its mode
	if os.MkdirAll(stateDir, 0o700) != nil || os.WriteFile(path, []byte(text), 0o600) != nil {
		return settings.Errorf(settings.ExitOther, "%s", sorry)
	}
	return settings.Errorf(settings.ExitOther, "%s; %s tells where", sorry, path)
}

// fixSize fills in the size that a terminal does not tell, and bounds the one that it claims to have. It goes before the renderer,
// which draws into that size too.
func fixSize(msg tea.Msg) tea.Msg {
	told, ok := msg.(tea.WindowSizeMsg)
	if !ok {
		return msg
	}
	columns, _ := strconv.Atoi(os.Getenv("COLUMNS")) // what is no number counts as not set
	lines, _ := strconv.Atoi(os.Getenv("LINES"))
	size := ui.Size(told, columns, lines)
	size.Width, size.Height = window.Fit(size.Width, size.Height, window.MaxCellsLocal)
	return size
}

// stdin is the terminal's input. Bubble Tea goes on for ever when it ends, so its end is told. While another program has the
// terminal, or is about to get it, nothing is read: Bubble Tea's reader may take one more look after it was told to stop, and what
// is typed then is for the other program.
type stdin struct {
	*os.File
	reader           *keyboard.Reader // of the same file
	terminalReleased func() bool
	onEOF            func()
}

func newStdin(away func() bool, ended func()) stdin {
	return stdin{os.Stdin, keyboard.NewReader(os.Stdin), away, ended}
}

// Read reads what was typed. Nothing at all is nothing that was typed, and no end.
func (in stdin) Read(p []byte) (int, error) {
	if in.terminalReleased() {
		time.Sleep(time.Millisecond) // it is asked again and again until it is told to stop
		return 0, nil
	}
	n, err := in.reader.Read(p)
	if err != nil {
		in.onEOF()
	}
	return n, err
}
