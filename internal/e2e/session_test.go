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
	picture "vpsdeck/internal/terminal"
)

// session is a program on a real terminal, with the user who presses the keys.
type session struct {
	t            *testing.T
	cmd          *exec.Cmd
	ptmx         *os.File
	tty          *os.File    // the program's side, kept open to check the state that it leaves behind
	initialState *term.State // of the terminal
	exited       chan struct{}
	drained      chan struct{} // closed when all output has been read
	answers      io.Writer     // takes what the terminal answers to queries
	lastKey      time.Time     // when the last key was sent

	mu         sync.Mutex
	raw        bytes.Buffer  // all output
	screens    []string      // the screen after each piece of output
	updated    chan struct{} // closed and replaced at each output
	lastOutput time.Time     // when the last output came
}

// testTimeout is how long a test waits before it fails. Nothing takes that long.
const testTimeout = 45 * time.Second

// startSession starts a program on a new terminal. It keeps a standard input that the program
// already has. Then nobody reads from the new terminal, so it answers no queries: it would echo the
// answers onto its own screen, at any time.
func startSession(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	s := startUnreadSession(t, cmd)
	go s.readOutput()
	return s
}

// startUnreadSession is startSession on a terminal whose output nobody reads, so that it fills up.
func startUnreadSession(t *testing.T, cmd *exec.Cmd) *session {
	t.Helper()
	s := &session{t: t, cmd: cmd, exited: make(chan struct{}), drained: make(chan struct{}),
		updated: make(chan struct{})}
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
	s.answers = io.Discard
	if cmd.Stdin == nil {
		cmd.Stdin, s.answers = s.tty, s.ptmx
	}
	cmd.Stdout, cmd.Stderr = s.tty, s.tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.exited)
		_ = cmd.Wait() // the error is in its ProcessState
	}()
	t.Cleanup(s.cleanup)
	return s
}

// dupNonblocking returns the same file, but one that can be closed during a read. So the terminal
// is closed at once, not at the next byte.
func dupNonblocking(f *os.File) (*os.File, error) {
	defer func() { _ = f.Close() }()
	syscall.ForkLock.RLock() // so that no program of another test inherits it
	defer syscall.ForkLock.RUnlock()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil { // before NewFile, which checks it
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// readOutput updates the screen with the output, until nobody can write any more.
func (s *session) readOutput() {
	defer close(s.drained)
	emulator := vt.NewEmulator(140, 40)
	// The emulator reports these modes only once they have been set or reset; current terminals
	// support them.
	_, _ = emulator.Write([]byte(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore))
	// The emulator's answers must be read, or its Write blocks for ever.
	go func() { _, _ = io.Copy(s.answers, emulator) }()
	defer func() { // the emulator's Close races with its Read; closing its pipe does not
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

// cleanup kills the program, and fails the test if it wrote the token.
func (s *session) cleanup() {
	_ = s.cmd.Process.Kill()
	<-s.exited
	_, _ = s.tty.Close(), s.ptmx.Close()
	<-s.drained
	if strings.Contains(s.output(), secretToken) {
		s.t.Error("the token was written to the terminal")
	}
}

// screen returns the current screen, and a channel that is closed when it changes.
func (s *session) screen() (screen string, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.screens) == 0 {
		return "", s.updated
	}
	return s.screens[len(s.screens)-1], s.updated
}

// output returns all that the program has written.
func (s *session) output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// clearScreens drops the screens so far.
func (s *session) clearScreens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screens = nil
}

// hasShown reports whether the text has ever been on the screen.
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

// waitReady waits until the program has read the terminal's answers to its queries, by pressing a
// key after them. Answers that it has not read by its end would be left for the next reader.
func (s *session) waitReady() {
	s.t.Helper()
	s.press("?")
	s.waitFor("─ Keys ")
	s.press("?")
	s.waitGone("─ Keys ")
}

// A person presses enter after the screen shows what was typed and has settled. An enter in one
// burst with other keys counts as pasted, and sends nothing. Keys that change nothing on the screen
// are waited for at most maxSettleTime.
const (
	settleTime    = 150 * time.Millisecond
	maxSettleTime = 2 * time.Second
)

// waitSettled waits until the screen has reacted to the last key, and settled.
func (s *session) waitSettled() {
	for {
		s.mu.Lock()
		last, more := s.lastOutput, s.updated
		s.mu.Unlock()
		settled := time.After(settleTime - time.Since(last))
		if last.Before(s.lastKey) {
			settled = time.After(maxSettleTime - time.Since(s.lastKey))
		}
		select {
		case <-more:
		case <-settled:
			return
		}
	}
}

// press sends keys, as a terminal does. It sends enter separately, as a person presses it.
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

// pressUntil presses keys again and again until the screen shows the text. The keys must be
// harmless to repeat.
func (s *session) pressUntil(text string, keys ...string) {
	s.t.Helper()
	s.pressUntilTrue(keys, text+" is shown", func(screen string) bool { return strings.Contains(screen, text) })
}

// waitOutput waits until the text has been written, even if it was not visible for long. It presses
// keys as pressUntil does.
func (s *session) waitOutput(text string, keys ...string) {
	s.t.Helper()
	s.pressUntilTrue(keys, text+" is written", func(string) bool { return strings.Contains(s.output(), text) })
}

// pressUntilTrue presses keys again and again until the screen meets the condition.
func (s *session) pressUntilTrue(keys []string, what string, met func(screen string) bool) {
	s.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(testTimeout)
	for {
		screen, more := s.screen()
		if met(screen) {
			return
		}
		select {
		case <-more:
		case <-again.C:
			s.press(keys...)
		case <-late:
			s.t.Fatalf("timeout: waited until %s; the screen is\n%s\nand all output\n%q", what, screen, s.output())
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

// kill kills the program with SIGKILL.
func (s *session) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	<-s.exited
}

// requireExit waits for the end of the program. It fails the test unless the terminal is restored,
// the exit code is right, and exactly these lines are on the main screen.
func (s *session) requireExit(code settings.ExitCode, lines ...string) {
	s.t.Helper()
	s.requireExitMatching(code, quoteLines(lines)...)
}

// requireExitMatching is requireExit with patterns of the lines.
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
		s.t.Errorf("the main screen has\n%q, want\n%q", got, want)
	}
}

const leaveAltScreen = "\x1b[?1049l"

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// requireTerminalRestored fails the test unless the line discipline is as before.
func (s *session) requireTerminalRestored() {
	s.t.Helper()
	now, err := term.GetState(int(s.tty.Fd()))
	if err != nil || !reflect.DeepEqual(now, s.initialState) {
		s.t.Errorf("the terminal's state is %+v, %v; before it was %+v", now, err, s.initialState)
	}
}

// The modes that the program changes, and whether a terminal has them set by default.
var terminalModes = map[string]bool{
	"1049": false, // the alternate screen
	"25":   true,  // the cursor
	"1002": false, // the mouse: motion while a button is held
	"1006": false, // the mouse: wide coordinates
	"1004": false, // focus reports
	"2004": false, // bracketed paste
}

var modePattern = regexp.MustCompile(`\x1b\[\?([\d;]+)([hl])`)

// changedModes returns the modes that are not at their default.
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

// requireModesReset fails the test unless every mode is as before.
func (s *session) requireModesReset() {
	s.t.Helper()
	raw := s.output()
	if left := changedModes(raw); len(left) > 0 {
		s.t.Errorf("the modes %q are not as before", left)
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
	s.press("before-kill")
	s.waitFor("› before-kill") // a busy program would read the enter in one burst with the name
	s.press("\r")
	s.waitFor("enter: create")
}

// fillRestore opens the restore dialog for the newest point in a pane, and fills in everything but
// the final enter.
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

// typeName types the server's name into a dialog, and waits until the dialog takes an enter. It
// repeats the text until the dialog accepts input.
func (s *session) typeName() {
	s.t.Helper()
	const clear, paste, pasted = "\x15", "\x1b[200~", "\x1b[201~"
	s.pressUntil("› web-server-01", clear+paste+"web-server-01"+pasted)
	const enterIgnored = 400 * time.Millisecond // longer than the dialog ignores an enter after text
	<-time.After(enterIgnored)                  // nothing on the screen tells when that is over
}
