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

// helperPrograms are the programs that the test binary can be started as.
var helperPrograms = map[string]func() int{"breaking": runCrashingClient, "shell": runShell}

// helperVar selects one of them.
const helperVar = "VPSDECK_TEST_PART"

func init() { // before TestMain, which would build the program again
	if program, ok := helperPrograms[os.Getenv(helperVar)]; ok {
		os.Exit(program())
	}
}

// The ways to end the program that restore the terminal: the action, the exit code, and the
// message.
var exitCases = map[string]struct {
	end  func(*session)
	code settings.ExitCode
	says []string
}{
	"q":       {end: func(s *session) { s.press("q") }},
	"ctrl+c":  {end: func(s *session) { s.press("\x03") }},
	"SIGTERM": {func(s *session) { s.signal(syscall.SIGTERM) }, 143, []string{"terminated (SIGTERM)"}},
	"SIGHUP":  {func(s *session) { s.signal(syscall.SIGHUP) }, 129, []string{"the terminal was closed (SIGHUP)"}},
	"SIGINT":  {func(s *session) { s.signal(syscall.SIGINT) }, 130, []string{"interrupted (SIGINT)"}},
	"SIGQUIT": {func(s *session) { s.signal(syscall.SIGQUIT) }, 131, []string{"quit by a signal (SIGQUIT)"}},
}

func TestEveryExitRestoresTheTerminalAndSaysWhy(t *testing.T) {
	t.Parallel()
	for name, e := range exitCases {
		if isCut(name, "SIGTERM") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			if set := changedModes(s.output()); len(set) != len(terminalModes) {
				t.Errorf("only the modes %q are changed, so the test checks little", set)
			}
			s.waitReady()
			e.end(s)
			s.requireExit(e.code, e.says...)
			h.requireNoRunMarks()
		})
	}
}

// Running operations are printed at the exit, and the journal has them.
func TestExitListsRunningOperations(t *testing.T) {
	t.Parallel()
	for name, e := range exitCases {
		if isCut(name, "SIGTERM") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			s := h.start()
			s.fillRestore("3", true)
			s.press("\r")
			h.requireJournal("create intent", "create running")
			s.waitFor("◐ 1 running")
			e.end(s)
			s.requireExitMatching(e.code, append([]string{
				`still running at the provider: snapshot before-restore-20250116-\d+ of web-server-01, for \d+ s`,
				`not sent: restore of web-server-01 from snapshot #801, which waited for that snapshot`,
			}, quoteLines(e.says)...)...)
			h.requireJournal("create intent", "create running")
			h.requireNoRunMarks()
		})
	}
}

// The exit waits neither for a response nor for an open dialog.
func TestExitDoesNotWaitForResponsesOrDialogs(t *testing.T) {
	t.Parallel()
	for name, e := range exitCases {
		if name == "q" || isCut(name, "SIGTERM") { // q is text in a dialog
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			h.account.InjectFault("POST /backups/: hold")
			s := h.start()
			s.selectServer()
			s.press("b")
			s.waitFor("New backup of web-server-01")
			s.press("\r")
			h.waitUntil("the request has arrived", func() bool { return len(h.account.SentActions()) == 1 })
			s.press("?")
			s.waitFor("half a page up")
			e.end(s)
			s.requireExitMatching(e.code, append([]string{
				"outcome unknown: backup of web-server-01; check the account before you try again",
			}, quoteLines(e.says)...)...)
			h.requireJournal("create intent")
			h.requireNoRunMarks()
		})
	}
}

func quoteLines(lines []string) []string {
	var out []string
	for _, line := range lines {
		out = append(out, regexp.QuoteMeta(line))
	}
	return out
}

// requireNoRunMarks fails the test if a run is still marked as alive.
func (h *harness) requireNoRunMarks() {
	h.t.Helper()
	if left, err := filepath.Glob(filepath.Join(h.stateDir, "run-*")); err != nil || len(left) > 0 {
		h.t.Errorf("the run marks %q are left behind, %v", left, err)
	}
}

// A closed terminal causes a signal and the end of the input, in any order.
func TestExitWhenTerminalIsGone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	s := h.start()
	if err := s.ptmx.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(testTimeout):
		t.Fatal("it continues without a terminal")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 129 && code != int(settings.ExitOther) {
		t.Errorf("exit code %d", code)
	}
	h.requireNoRunMarks()
}

func TestExitWhenInputCloses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	cmd := h.newCommand()
	cmd.Stdin = tty
	s := startSession(t, cmd)
	s.waitFor("✗ none")
	if err := keyboard.Close(); err != nil {
		t.Fatal(err)
	}
	s.requireExit(settings.ExitOther, "the terminal's input was closed")
	h.requireNoRunMarks()
}

// runShell runs the program as a shell with job control does, and prints when it is stopped.
func runShell() int {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, helperVar) })
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
		if sig := status.StopSignal(); sig != syscall.SIGSTOP {
			fmt.Printf("stopped by %v, not with the whole group\r\n", sig)
		}
		fmt.Printf("[%d: stop %d]\r\n", cmd.Process.Pid, round)
	}
}

func TestSuspendReleasesTheTerminalAndFgResumes(t *testing.T) {
	t.Parallel()
	for name, started := range map[string][]string{
		"by the shell": {"shell", binary}, "by sh -c, as by make and go run": {"shell", "/bin/sh", "-c", binary +
			"; exit $?"},
	} {
		if isCut(name, "by the shell") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testSuspend(t, started)
		})
	}
}

// testSuspend suspends the program by its key, then by a signal.
func testSuspend(t *testing.T, started []string) {
	t.Helper()
	h := newHarness(t)
	job := 0
	cmd := h.newCommand()
	cmd.Path, cmd.Args = os.Args[0], started
	cmd.Env = append(cmd.Env, helperVar+"=shell")
	s := startSession(t, cmd)
	s.waitFor("✗ none")
	for round := range 2 {
		if round == 0 || started[1] != binary { // a signal to the group would stop sh before the terminal is released
			s.press("\x1a")
		} else if err := syscall.Kill(-job, syscall.SIGTSTP); err != nil {
			t.Fatal(err)
		}
		stopped := fmt.Sprintf(": stop %d]", round)
		s.waitFor(stopped)
		if s.hasShown("stopped by") { // a SIGCONT between two signals would be lost
			t.Error("one signal must stop the whole group, and two were sent")
		}
		screen, _ := s.screen()
		if strings.Contains(screen, "web-server-01") {
			t.Errorf("round %d: the shell's screen is not back:\n%s", round, screen)
		}
		s.requireTerminalRestored()
		before, _, _ := cutLast(screen, stopped)
		_, number, _ := cutLast(before, "[")
		pid, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		job = pid
		s.requireModesReset()
		s.clearScreens()
		if err := syscall.Kill(-pid, syscall.SIGCONT); err != nil { // as fg does
			t.Fatal(err)
		}
		s.waitFor("web-server-01", "? help")
	}
	s.press("s")
	s.waitFor("New snapshot of db-server-02")
	s.press("\x03")
	s.requireExit(settings.ExitOK)
	h.requireNoRunMarks()
}

// crashingClient is the real client with a bug that panics once the servers are requested a second
// time.
type crashingClient struct {
	*api.Client
	crashIn       string
	secondRequest chan struct{} // closed at the second request for servers
	requests      atomic.Int32
	nowCalls      atomic.Int32
}

func (c *crashingClient) maybeCrash(where string) {
	if c.crashIn == where && (where == "Init" || c.requests.Load() > 1) {
		panic(fmt.Sprintf("a bug in %s of %+v", where, c.Client))
	}
}

// Servers is called by a command.
func (c *crashingClient) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	if c.requests.Add(1) == 2 {
		close(c.secondRequest)
	}
	c.maybeCrash("a command of Update")
	return c.Client.Servers(ctx, f)
}

// Account is called by a command of Init.
func (c *crashingClient) Account(ctx context.Context) (model.Account, error) {
	if c.crashIn == "a command of Init" {
		<-c.secondRequest
	}
	c.maybeCrash("a command of Init")
	return c.Client.Account(ctx)
}

// Now is called by Update, and by Init after the app was made.
func (c *crashingClient) Now() time.Time {
	c.maybeCrash("Update")
	if c.nowCalls.Add(1) == 2 {
		c.maybeCrash("Init")
	}
	return c.Client.Now()
}

// Host is called by View.
func (c *crashingClient) Host() string {
	c.maybeCrash("View")
	return c.Client.Host()
}

// runCrashingClient is the program with a bug in the place that its argument names.
func runCrashingClient() int {
	client, err := api.New(os.Getenv("VPS_API_URL"), os.Getenv("VPS_API_TOKEN"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	state := filepath.Join(os.Getenv("XDG_STATE_HOME"), "vpsdeck")
	jrnl := journal.New(state)
	run := jrnl.StartRun(app.RunID(time.Now(), os.Getpid()))
	defer run.End()
	err = app.Run(context.Background(), ui.New(ui.Options{
		Client: &crashingClient{Client: client, crashIn: os.Args[1], secondRequest: make(chan struct{})}, Journal: jrnl,
		RunID: run.ID, Clock: command.WallClock{}, Dark: true,
		Preferences: ui.Preferences{Keys: keymap.Default(), Mouse: true},
	}), state)
	_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+model.ErrorMessage(err))
	return int(settings.CodeOf(err))
}

func TestCrashRestoresTerminalAndWritesReport(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"Init", "Update", "View", "a command of Init", "a command of Update"} {
		if isCut(where, "Update") {
			continue
		}
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			cmd := h.newCommand()
			cmd.Path, cmd.Args = os.Args[0], []string{"breaking", where}
			// Over SSH it sends the terminal no queries at the start. Otherwise the answers could
			// come after its end.
			cmd.Env = append(cmd.Env, helperVar+"=breaking", "SSH_TTY=/dev/pts/0")
			s := startSession(t, cmd)
			if where != "Init" {
				s.waitFor("✗ none")
				s.press("R")
			}
			crash := filepath.Join(h.stateDir, "crash.txt")
			s.requireExit(settings.ExitOther, "the dashboard crashed (a bug). Running operations continue at the "+
				"provider. Details: "+crash)
			text, err := os.ReadFile(crash) // the harness checks its mode, and that it has no token
			if err != nil || !strings.Contains(string(text), "a bug in "+where+" of client of 127.0.0.1") ||
				!strings.Contains(string(text), "terminal_test.go") {
				t.Errorf("crash.txt does not say where: %v\n%s", err, text)
			}
			h.requireNoRunMarks()
			if s.hasShown("goroutine") {
				t.Error("a stack trace was on the screen")
			}
		})
	}
}

// The token must be in nothing that the program writes, and not in the process list. The test uses
// an action, an error that repeats the token, a rejected token, and a dump of all goroutines. Each
// harness and session searches for the token at its end.
func TestTokenNeverLeaks(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	s := h.start()
	s.fillSnapshot()
	h.respondWith("POST /snapshots/", http.StatusBadRequest,
		`{"detail": "you sent `+secretToken+` as Bearer `+secretToken+`"}`)
	s.press("\r")
	s.waitFor("as Bearer [token]")
	h.respondWith("GET /servers/", http.StatusUnauthorized, `{"detail": "`+secretToken+` is not known"}`)
	s.press("R")
	s.waitFor("Open an account")
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.cmd.Process.Pid))
	if runtime.GOOS == "linux" && (err != nil || strings.Contains(string(line), secretToken)) {
		t.Errorf("the process list shows %q, %v", line, err)
	}
	s.signal(syscall.SIGABRT) // makes Go dump all goroutines
	<-s.exited
	_ = s.tty.Close()
	<-s.drained
	if !strings.Contains(s.output(), "goroutine 1 ") {
		t.Error("there was no goroutine dump to search")
	}
}

// In a session of its own nothing could resume the program: the kernel drops the stop signal. It
// would wait with the terminal released, and could not be terminated.
func TestCtrlZWithoutShellIsReported(t *testing.T) {
	t.Parallel()
	s := newHarness(t).start()
	s.waitFor("✗ none")
	s.press("\x1a")
	s.waitFor("Can't suspend: no parent shell")
	s.signal(syscall.SIGTERM)
	s.requireExit(143, "terminated (SIGTERM)")
}

func TestHugeTerminalIsRefused(t *testing.T) {
	t.Parallel()
	cmd := newCommand(t, nil)
	cmd.Args = append(cmd.Args, "--demo")
	ptmx, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 65535, Rows: 65535})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ptmx.Close() }()
	out, _ := io.ReadAll(ptmx) // ends with an error
	_ = cmd.Wait()
	if code := settings.ExitCode(cmd.ProcessState.ExitCode()); code != settings.ExitUsage ||
		!strings.Contains(string(out), "the terminal reports an impossible size of 65535×65535") {
		t.Errorf("it exits with %d: %s", code, out)
	}
}
