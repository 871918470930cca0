//go:build unix

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"vpsdeck/api"
	"vpsdeck/internal/app"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// What the test binary does when a test starts it as another program.
var parts = map[string]func() int{"breaking": runBreaking, "shell": runShell}

const partVariable = "VPSDECK_TEST_PART"

func init() { // before TestMain, which would build the program again
	if part, ok := parts[os.Getenv(partVariable)]; ok {
		os.Exit(part())
	}
}

// The ways to end the program that give the terminal back: what is done, the exit code, and what is said.
var endings = map[string]struct {
	end  func(*seat)
	code settings.ExitCode
	says []string
}{
	"q":       {end: func(s *seat) { s.press("q") }},
	"ctrl+c":  {end: func(s *seat) { s.press("\x03") }},
	"SIGTERM": {func(s *seat) { s.signal(syscall.SIGTERM) }, 143, []string{"it was told to end (SIGTERM)"}},
	"SIGHUP":  {func(s *seat) { s.signal(syscall.SIGHUP) }, 129, []string{"the line was dropped (SIGHUP)"}},
	"SIGINT":  {func(s *seat) { s.signal(syscall.SIGINT) }, 130, []string{"it was interrupted (SIGINT)"}},
	"SIGQUIT": {func(s *seat) { s.signal(syscall.SIGQUIT) }, 131, []string{"it was told to quit (SIGQUIT)"}},
}

func TestHoweverItEndsTheTerminalIsGivenBackAndOneLineSaysWhy(t *testing.T) {
	for name, e := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			if set := changed(s.written()); len(set) != len(modes) {
				t.Errorf("only the modes %q are changed, so that not much is given back", set)
			}
			s.listens()
			e.end(s)
			s.leave(e.code, e.says...)
			w.requireNoRun()
		})
	}
}

// What goes on at the provider is said, and the journal has it.
func TestHoweverItEndsItSaysWhatGoesOnAtTheProvider(t *testing.T) {
	for name, e := range endings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.start()
			s.fillRestore("3", true)
			s.press("\r")
			w.wrote("create intent", "create running")
			s.sees("◐ 1 running")
			e.end(s)
			s.leaveSaying(e.code, append([]string{
				`goes on at the provider: snapshot before-restore-20250116-\d+ of web-server-01, since \d+ s`,
				`not sent: restore of web-server-01 from snapshot #801, which waited for that snapshot`,
			}, quoted(e.says)...)...)
			w.wrote("create intent", "create running")
			w.requireNoRun()
		})
	}
}

// An answer that does not come keeps nobody waiting, nor does an open question.
func TestItEndsAtOnceWhileAnAnswerIsOutstandingOrAQuestionOpen(t *testing.T) {
	for name, e := range endings {
		if name == "q" {
			continue // is a letter in a question
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fault("POST /backups/: hold")
			s := w.start()
			s.choose()
			s.press("b")
			s.sees("New backup of web-server-01")
			s.press("\r")
			w.until("the request has arrived", func() bool { return len(w.deeds()) == 1 })
			s.press("?")
			s.sees("half a page up")
			e.end(s)
			s.leaveSaying(e.code, append([]string{
				"its outcome is not known: backup without a description of web-server-01; look at the account before you do it again",
			}, quoted(e.says)...)...)
			w.wrote("create intent")
			w.requireNoRun()
		})
	}
}

func quoted(lines []string) []string {
	var out []string
	for _, line := range lines {
		out = append(out, regexp.QuoteMeta(line))
	}
	return out
}

// requireNoRun fails the test if the journal still counts a run as going.
func (w *world) requireNoRun() {
	w.t.Helper()
	if left, err := filepath.Glob(filepath.Join(w.state, "run-*")); err != nil || len(left) > 0 {
		w.t.Errorf("the marks %q are left behind, %v", left, err)
	}
}

// A dropped line is told twice, by a signal and by the end of the input, and nobody knows which comes first.
func TestItEndsWhenItsTerminalIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.start()
	if err := s.ptmx.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(guard):
		t.Fatal("it goes on without a terminal")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 129 && code != int(settings.ExitOther) {
		t.Errorf("exit code %d", code)
	}
	w.requireNoRun()
}

func TestItEndsWhenItsInputIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	cmd := w.program()
	cmd.Stdin = tty
	s := sit(t, cmd)
	s.sees("✗ none")
	if err := keyboard.Close(); err != nil {
		t.Fatal(err)
	}
	s.leave(settings.ExitOther, "the terminal's input was closed")
	w.requireNoRun()
}

// runShell runs the program as a shell with job control does, and says when it is stopped.
func runShell() int {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, partVariable) })
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Foreground: true}
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	for round := 0; ; round++ {
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
			fmt.Println(err)
			return 1
		}
		if !status.Stopped() {
			return status.ExitStatus()
		}
		fmt.Printf("[%d: stop %d]\r\n", cmd.Process.Pid, round)
	}
}

func TestStoppedItGivesTheTerminalBackAndFgTakesItAgain(t *testing.T) {
	for name, started := range map[string][]string{
		"by the shell": {"shell", binary}, "by sh -c, as by make and go run": {"shell", "/bin/sh", "-c", binary + "; exit $?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testStopped(t, started)
		})
	}
}

// testStopped stops the program by its key, and then by a signal from outside.
func testStopped(t *testing.T, started []string) {
	t.Helper()
	w := newWorld(t)
	job := 0
	cmd := w.program()
	cmd.Path, cmd.Args = os.Args[0], started
	cmd.Env = append(cmd.Env, partVariable+"=shell")
	s := sit(t, cmd)
	s.sees("✗ none")
	for round := range 2 {
		if round == 0 || started[1] != binary { // a signal to the group would stop sh before the terminal is given back
			s.press("\x1a")
		} else if err := syscall.Kill(-job, syscall.SIGTSTP); err != nil {
			t.Fatal(err)
		}
		stopped := fmt.Sprintf(": stop %d]", round)
		s.sees(stopped)
		screen, _ := s.shown()
		if strings.Contains(screen, "web-server-01") {
			t.Errorf("round %d: the shell's screen is not back:\n%s", round, screen)
		}
		s.requireCooked()
		before, _, _ := cutLast(screen, stopped)
		_, number, _ := cutLast(before, "[")
		pid, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		job = pid
		s.requireModesReset()
		s.forget()
		if err := syscall.Kill(-pid, syscall.SIGCONT); err != nil { // as fg does
			t.Fatal(err)
		}
		s.sees("web-server-01", "? help")
	}
	s.press("s")
	s.sees("New snapshot of db-server-02")
	s.press("\x03")
	s.leave(settings.ExitFine)
	w.requireNoRun()
}

// breaking is the real client, with a mistake in it that shows when the servers have been asked for twice.
type breaking struct {
	*api.Client
	where string
	again chan struct{} // closed when they are asked for the second time
	asked atomic.Int32
	times atomic.Int32
}

func (b *breaking) at(where string) {
	if b.where == where && (where == "Init" || b.asked.Load() > 1) {
		panic(fmt.Sprintf("a mistake in %s of %+v", where, b.Client))
	}
}

// Servers is asked for by a command.
func (b *breaking) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	if b.asked.Add(1) == 2 {
		close(b.again)
	}
	b.at("a command of Update")
	return b.Client.Servers(ctx, f)
}

// Account is asked for by a command of Init.
func (b *breaking) Account(ctx context.Context) (model.Account, error) {
	if b.where == "a command of Init" {
		<-b.again
	}
	b.at("a command of Init")
	return b.Client.Account(ctx)
}

// Now is called by Update, and by Init after the app was made.
func (b *breaking) Now() time.Time {
	b.at("Update")
	if b.times.Add(1) == 2 {
		b.at("Init")
	}
	return b.Client.Now()
}

// Host is called by View.
func (b *breaking) Host() string {
	b.at("View")
	return b.Client.Host()
}

// runBreaking is the program with a mistake in it, in the place that is its argument.
func runBreaking() int {
	client, err := api.New(os.Getenv("VPS_API_URL"), os.Getenv("VPS_API_TOKEN"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	state := filepath.Join(os.Getenv("XDG_STATE_HOME"), "vpsdeck")
	book := journal.In(state)
	run := book.Begin(app.RunName(time.Now(), os.Getpid()))
	defer run.End()
	err = app.Show(context.Background(), ui.New(ui.Options{
		Client: &breaking{Client: client, where: os.Args[1], again: make(chan struct{})}, Journal: book, Run: run.ID,
		Keys: keymap.Default(), Clock: command.WallClock{}, Mouse: true, Dark: true,
	}), state)
	_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+model.Words(err))
	return int(settings.CodeOf(err))
}

func TestAMistakeOfItsOwnEndsItInOrder(t *testing.T) {
	for _, where := range []string{"Init", "Update", "View", "a command of Init", "a command of Update"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			cmd := w.program()
			cmd.Path, cmd.Args = os.Args[0], []string{"breaking", where}
			// Over SSH it asks the terminal nothing at its start; otherwise the answers could come after its end.
			cmd.Env = append(cmd.Env, partVariable+"=breaking", "SSH_TTY=/dev/pts/0")
			s := sit(t, cmd)
			if where != "Init" {
				s.sees("✗ none")
				s.press("R")
			}
			crash := filepath.Join(w.state, "crash.txt")
			s.leave(settings.ExitOther, "the dashboard broke by a mistake of its own; what runs at the provider goes on; "+crash+" tells where")
			text, err := os.ReadFile(crash) // its mode, and that it holds no token, the world looks at
			if err != nil || !strings.Contains(string(text), "a mistake in "+where+" of client of 127.0.0.1") ||
				!strings.Contains(string(text), "terminal_test.go") {
				t.Errorf("crash.txt does not tell where: %v\n%s", err, text)
			}
			w.requireNoRun()
			if s.saw("goroutine") {
				t.Error("a stack trace was on the screen")
			}
		})
	}
}

// A deed, a refusal that repeats the token, a refused token and a dump of every goroutine: the token is in nothing that the
// program writes, and not in the list of processes. Each world and each seat look for it at their end.
func TestTheTokenStaysIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.start()
	s.fillSnapshot()
	w.refuse("POST /snapshots/", http.StatusBadRequest, `{"detail": "you sent `+secretToken+` as Bearer `+secretToken+`"}`)
	s.press("\r")
	s.sees("as Bearer [token]")
	w.refuse("GET /servers/", http.StatusUnauthorized, `{"detail": "`+secretToken+` is not known"}`)
	s.press("R")
	s.sees("Open an account")
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.cmd.Process.Pid))
	if runtime.GOOS == "linux" && (err != nil || strings.Contains(string(line), secretToken)) {
		t.Errorf("the list of processes shows %q, %v", line, err)
	}
	s.signal(syscall.SIGABRT) // Go's own way to tell what every goroutine does
	<-s.exited
	_ = s.tty.Close()
	<-s.drained
	if !strings.Contains(s.written(), "goroutine 1 ") {
		t.Error("there was no dump to search")
	}
}

// In a session of its own nothing could ever wake the program again: the kernel drops the signal that stops it, and it would
// wait with the terminal given back, deaf to being told to end.
func TestWithoutAShellCtrlZSaysSoAndTheProgramGoesOn(t *testing.T) {
	t.Parallel()
	s := newWorld(t).start()
	s.sees("✗ none")
	s.press("\x1a")
	s.sees("there is no shell to go back to")
	s.signal(syscall.SIGTERM)
	s.leave(143, "it was told to end (SIGTERM)")
}

func TestATerminalThatClaimsToBeEndlessIsRefused(t *testing.T) {
	cmd := program(t, nil)
	cmd.Args = append(cmd.Args, "--demo")
	ptmx, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 65535, Rows: 65535})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ptmx.Close() }()
	out, _ := io.ReadAll(ptmx) // its end is an error
	_ = cmd.Wait()
	if code := settings.ExitCode(cmd.ProcessState.ExitCode()); code != settings.ExitUsage || !strings.Contains(string(out), "the terminal says that it is 65535×65535") {
		t.Errorf("it ends with %d: %s", code, out)
	}
}
