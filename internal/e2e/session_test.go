//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"golang.org/x/term"

	"vpsdeck/internal/settings"
	picture "vpsdeck/internal/terminal" // another terminal stands in main_test.go
)

// session is a person at a real terminal, on which a program runs.
type session struct {
	t            *testing.T
	cmd          *exec.Cmd
	ptmx         *os.File
	tty          *os.File    // the program's side, kept open to look at what it leaves behind
	initialState *term.State // of the terminal
	exited       chan struct{}
	drained      chan struct{} // closed when all that was written has been shown
	lastKey      time.Time     // when the last key was sent

	mu         sync.Mutex
	raw        bytes.Buffer  // all that was written
	screens    []string      // what the screen showed after each piece of it
	updated    chan struct{} // closed, and replaced, when the tape grows
	lastOutput time.Time     // when it grew the last time
}

// testTimeout is how long anything may take before the test gives up. Nothing waits that long.
const testTimeout = 45 * time.Second

// startSession starts a program on a terminal of its own. A standard input that it has already stays.
func startSession(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	s := startUnreadSession(t, cmd)
	go s.readOutput()
	return s
}

// startUnreadSession is sit at a terminal that takes what is written to it only as long as it has room, and never shows it.
func startUnreadSession(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	s := &session{t: t, cmd: cmd, exited: make(chan struct{}), drained: make(chan struct{}), updated: make(chan struct{})}
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s.tty = tty
	if err := pty.Setsize(ptmx, &pty.Winsize{Cols: 140, Rows: 40}); err != nil {
		t.Fatal(err)
	}
	if s.ptmx, err = dupNonblocking(ptmx); err != nil {
		t.Fatal(err)
	}
	if s.initialState, err = term.GetState(int(s.tty.Fd())); err != nil {
		t.Fatal(err)
	}
	if cmd.Stdin == nil {
		cmd.Stdin = s.tty
	}
	cmd.Stdout, cmd.Stderr = s.tty, s.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.exited)
		_ = cmd.Wait() // its state says the rest
	}()
	t.Cleanup(s.cleanup)
	return s
}

// dupNonblocking is the same file, which can be closed while it is read from: the line is then dropped at once, not with the next
// byte.
func dupNonblocking(f *os.File) (*os.File, error) {
	defer func() { _ = f.Close() }()
	syscall.ForkLock.RLock() // no program that another test starts may inherit it
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil { // before NewFile, which looks at it
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// readOutput keeps the screen in step with what is written, until nobody can write any more.
func (s *session) readOutput() {
	defer close(s.drained)
	emulator := vt.NewEmulator(140, 40)
	// The emulator knows these modes only once they have been mentioned; a terminal of today has them.
	_, _ = emulator.Write([]byte(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	// Somebody has to take the emulator's answers, or its Write waits for ever.
	go func() { _, _ = io.Copy(s.ptmx, emulator) }()
	defer func() { // its own Close races with its Read; closing its pipe does not
		if pipe, ok := emulator.InputPipe().(io.Closer); ok {
			_ = pipe.Close()
		}
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := s.ptmx.Read(buffer)
		if err != nil {
			return
		}
		_, _ = emulator.Write(buffer[:n])
		s.mu.Lock()
		s.raw.Write(buffer[:n])
		s.lastOutput = time.Now()
		s.screens = append(s.screens, picture.GridOf(emulator).Text())
		close(s.updated)
		s.updated = make(chan struct{})
		s.mu.Unlock()
	}
}

// cleanup ends the program, whatever became of the test.
func (s *session) cleanup() {
	_ = s.cmd.Process.Kill()
	<-s.exited
	_, _ = s.tty.Close(), s.ptmx.Close()
	<-s.drained
	if strings.Contains(s.output(), secretToken) {
		s.t.Error("the token was written to the terminal")
	}
}

// screen is the screen now, and what tells of the next one.
func (s *session) screen() (screen string, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.screens) == 0 {
		return "", s.updated
	}
	return s.screens[len(s.screens)-1], s.updated
}

// output is all that the program has written.
func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// clearScreens drops what was on the screen so far.
func (s *session) clearScreens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screens = nil
}

// hasShown says whether the text has ever been on the screen.
func (s *session) hasShown(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, screen := range s.screens {
		if strings.Contains(screen, text) {
			return true
		}
	}
	return false
}

// waitFor waits until each text has been on the screen.
func (s *session) waitFor(texts ...string) {
	s.t.Helper()
	late := time.After(testTimeout)
	for _, text := range texts {
		for _, more := s.screen(); !s.hasShown(text); _, more = s.screen() {
			select {
			case <-more:
			case <-s.drained:
				if !s.hasShown(text) {
					s.t.Fatalf("%q was never shown; the program has ended", text)
				}
			case <-late:
				screen, _ := s.screen()
				s.t.Fatalf("%q was never shown; the screen is\n%s", text, screen)
			}
		}
	}
}

// waitGone waits until the text is not on the screen any more.
func (s *session) waitGone(text string) {
	s.t.Helper()
	for late := time.After(testTimeout); ; {
		screen, more := s.screen()
		if !strings.Contains(screen, text) {
			return
		}
		select {
		case <-more:
		case <-late:
			s.t.Fatalf("%q stays; the screen is\n%s", text, screen)
		}
	}
}

// waitReady waits until the program has read what the terminal has answered to its questions: a key comes behind that. What it has not
// read by its end is left to whoever reads next.
func (s *session) waitReady() {
	s.t.Helper()
	s.press("?")
	s.waitFor("─ Keys ")
	s.press("?")
	s.waitGone("─ Keys ")
}

// A person enters once the screen shows what was typed, and has rested for a moment: an enter that comes in one burst with other keys
// is a paste's, and sends nothing. What shows nothing is waited for no longer than a blink.
const (
	settleTime    = 150 * time.Millisecond
	maxSettleTime = 2 * time.Second
)

// waitSettled waits until the screen has answered to the last key, and rested.
func (s *session) waitSettled() {
	for {
		s.mu.Lock()
		last, more := s.lastOutput, s.updated
		s.mu.Unlock()
		rest := time.After(settleTime - time.Since(last))
		if last.Before(s.lastKey) {
			rest = time.After(maxSettleTime - time.Since(s.lastKey))
		}
		select {
		case <-more:
		case <-rest:
			return
		}
	}
}

// press sends keys, as a terminal does. Enter comes as a person presses it.
func (s *session) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		for piece := range strings.SplitAfterSeq(strings.ReplaceAll(k, "\r", "\x00\r\x00"), "\x00") {
			if piece = strings.TrimSuffix(piece, "\x00"); piece == "" {
				continue
			}
			if piece == "\r" {
				s.waitSettled()
			}
			s.lastKey = time.Now()
			if _, err := io.WriteString(s.ptmx, piece); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// pressUntil presses keys that do no harm when they are pressed again, until the screen shows the text.
func (s *session) pressUntil(text string, keys ...string) {
	s.t.Helper()
	s.pressUntilTrue(keys, text+" is shown", func(screen string) bool { return strings.Contains(screen, text) })
}

// waitOutput waits until the text has been written, whether or not it stood long enough to be seen. It presses keys as pressUntil does.
func (s *session) waitOutput(text string, keys ...string) {
	s.t.Helper()
	s.pressUntilTrue(keys, text+" is written", func(string) bool { return strings.Contains(s.output(), text) })
}

// pressUntilTrue presses keys again and again until something holds of the screen.
func (s *session) pressUntilTrue(keys []string, what string, holds func(screen string) bool) {
	s.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(testTimeout)
	for {
		screen, more := s.screen()
		if holds(screen) {
			return
		}
		select {
		case <-more:
		case <-again.C:
			s.press(keys...)
		case <-late:
			s.t.Fatalf("it never came that %s; the screen is\n%s\nand all that was written\n%q", what, screen, s.output())
		}
	}
}

// signal sends the program a signal.
func (s *session) signal(number syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(number); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends the program as the system does it: at once.
func (s *session) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	<-s.exited
}

// requireExit waits for the end of the program, and fails the test unless it has given the terminal back and ended with the code,
// with these lines and no other on the screen that one comes back to.
func (s *session) requireExit(code settings.ExitCode, lines ...string) {
	s.t.Helper()
	s.requireExitMatching(code, quoteLines(lines)...)
}

// requireExitMatching is leave with patterns of the lines.
func (s *session) requireExitMatching(code settings.ExitCode, lines ...string) {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(testTimeout):
		screen, _ := s.screen()
		s.t.Fatalf("the program does not end; the screen is\n%s", screen)
	}
	if got := settings.ExitCode(s.cmd.ProcessState.ExitCode()); got != code {
		s.t.Errorf("exit code %d, want %d", got, code)
	}
	if err := syscall.Kill(-s.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		s.t.Errorf("a process is left behind: %v", err)
	}
	s.requireTerminalRestored()
	_ = s.tty.Close()
	<-s.drained
	s.requireModesReset()
	_, after, _ := cutLast(s.output(), leaveAltScreen)
	want := ""
	for _, line := range lines {
		want += "vpsdeck: " + line + "\r\n"
	}
	if got := ansi.Strip(after); !regexp.MustCompile("^" + want + "$").MatchString(got) {
		s.t.Errorf("the terminal that one comes back to says\n%q, want\n%q", got, want)
	}
}

const leaveAltScreen = "\x1b[?1049l"

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// requireTerminalRestored fails the test unless the line discipline is as it was.
func (s *session) requireTerminalRestored() {
	s.t.Helper()
	now, err := term.GetState(int(s.tty.Fd()))
	if err != nil || !reflect.DeepEqual(now, s.initialState) {
		s.t.Errorf("the terminal's state is %+v, %v; it was %+v", now, err, s.initialState)
	}
}

// The modes that the program changes, and whether a terminal has them set before.
var terminalModes = map[string]bool{
	"1049": false, // the alternate screen
	"25":   true,  // the cursor
	"1002": false, // the mouse: motion while a button is held
	"1006": false, // the mouse: wide coordinates
	"1004": false, // focus reports
	"2004": false, // bracketed paste
}

var modePattern = regexp.MustCompile(`\x1b\[\?([\d;]+)([hl])`)

// changedModes are the modes that are not as a terminal has them before.
func changedModes(raw string) []string {
	now := maps.Clone(terminalModes)
	for _, m := range modePattern.FindAllStringSubmatch(raw, -1) {
		for mode := range strings.SplitSeq(m[1], ";") {
			now[mode] = m[2] == "h"
		}
	}
	var out []string
	for mode, usual := range terminalModes {
		if now[mode] != usual {
			out = append(out, mode)
		}
	}
	slices.Sort(out)
	return out
}

// requireModesReset fails the test unless every mode is as it was.
func (s *session) requireModesReset() {
	s.t.Helper()
	raw := s.output()
	if left := changedModes(raw); len(left) > 0 {
		s.t.Errorf("the modes %q are not as they were", left)
	}
	for set, reset := range map[string]string{
		ansi.SetModifyOtherKeys2:       ansi.ResetModifyOtherKeys,
		ansi.PushKittyKeyboard(1):      ansi.PopKittyKeyboard(1),
		"\x1b]9;4;":                    ansi.ResetProgressBar,
		ansi.SetModeSynchronizedOutput: ansi.ResetModeSynchronizedOutput,
	} {
		if at := strings.LastIndex(raw, set); at >= 0 && strings.LastIndex(raw, reset) < at {
			s.t.Errorf("%q was written, and %q not after it", set, reset)
		}
	}
}

// selectServer puts the cursor on web-server-01.
func (s *session) selectServer() {
	s.t.Helper()
	s.press("/web-server-01\r")
	s.waitFor("pre-migration-snapshot")
}

func (s *session) fillSnapshot() {
	s.t.Helper()
	s.selectServer()
	s.press("s")
	s.waitFor("New snapshot of web-server-01")
	s.press("before-kill\r")
	s.waitFor("enter: create")
}

// fillRestore asks for a restore from the newest point in a pane, and answers all but the last question.
func (s *session) fillRestore(pane string, snapshotFirst bool) {
	s.t.Helper()
	s.selectServer()
	s.press(pane, "r")
	s.waitFor("Restore overwrites the disk")
	s.typeName()
	if !snapshotFirst {
		s.press("\x1b[Z") // shift+tab
		s.waitFor("▸ [✓]")
		s.press(" ")
		s.waitFor("▸ [ ]")
		s.press("\t")
	}
	s.press("\t")
	s.waitFor("▸ Restore")
}

// typeName types the server's name into a question. It does so until the question listens.
func (s *session) typeName() {
	s.t.Helper()
	const clear, paste, pasted = "\x15", "\x1b[200~", "\x1b[201~"
	s.pressUntil("› web-server-01", clear+paste+"web-server-01"+pasted)
}
