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

// seat is a person at a real terminal, on which a program runs.
type seat struct {
	t       *testing.T
	cmd     *exec.Cmd
	ptmx    *os.File
	tty     *os.File    // the program's side, kept open to look at what it leaves behind
	before  *term.State // of the terminal
	exited  chan struct{}
	drained chan struct{} // closed when all that was written has been shown
	pressed time.Time     // when the last key was sent

	mu   sync.Mutex
	raw  bytes.Buffer  // all that was written
	tape []string      // what the screen showed after each piece of it
	more chan struct{} // closed, and replaced, when the tape grows
	last time.Time     // when it grew the last time
}

// guard is how long anything may take before the test gives up. Nothing waits that long.
const guard = 45 * time.Second

// sit starts a program on a terminal of its own. A standard input that it has already stays.
func sit(t *testing.T, cmd *exec.Cmd) *seat {
	t.Helper()
	s := sitBlind(t, cmd)
	go s.show()
	return s
}

// sitBlind is sit at a terminal that takes what is written to it only as long as it has room, and never shows it.
func sitBlind(t *testing.T, cmd *exec.Cmd) *seat {
	t.Helper()
	s := &seat{t: t, cmd: cmd, exited: make(chan struct{}), drained: make(chan struct{}), more: make(chan struct{})}
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s.tty = tty
	if err := pty.Setsize(ptmx, &pty.Winsize{Cols: 140, Rows: 40}); err != nil {
		t.Fatal(err)
	}
	if s.ptmx, err = closable(ptmx); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(int(s.tty.Fd())); err != nil {
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
	t.Cleanup(s.clear)
	return s
}

// closable is the same file, which can be closed while it is read from: the line is then dropped at once, not with the next
// byte.
func closable(f *os.File) (*os.File, error) {
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

// show keeps the screen in step with what is written, until nobody can write any more.
func (s *seat) show() {
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
		s.last = time.Now()
		s.tape = append(s.tape, picture.GridOf(emulator).Text())
		close(s.more)
		s.more = make(chan struct{})
		s.mu.Unlock()
	}
}

// clear ends the program, whatever became of the test.
func (s *seat) clear() {
	_ = s.cmd.Process.Kill()
	<-s.exited
	_, _ = s.tty.Close(), s.ptmx.Close()
	<-s.drained
	if strings.Contains(s.written(), secretToken) {
		s.t.Error("the token was written to the terminal")
	}
}

// shown is the screen now, and what tells of the next one.
func (s *seat) shown() (screen string, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tape) == 0 {
		return "", s.more
	}
	return s.tape[len(s.tape)-1], s.more
}

// written is all that the program has written.
func (s *seat) written() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

// forget drops what was on the screen so far.
func (s *seat) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tape = nil
}

// saw says whether the text has ever been on the screen.
func (s *seat) saw(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, screen := range s.tape {
		if strings.Contains(screen, text) {
			return true
		}
	}
	return false
}

// sees waits until each text has been on the screen.
func (s *seat) sees(texts ...string) {
	s.t.Helper()
	late := time.After(guard)
	for _, text := range texts {
		for _, more := s.shown(); !s.saw(text); _, more = s.shown() {
			select {
			case <-more:
			case <-s.drained:
				if !s.saw(text) {
					s.t.Fatalf("%q was never shown; the program has ended", text)
				}
			case <-late:
				screen, _ := s.shown()
				s.t.Fatalf("%q was never shown; the screen is\n%s", text, screen)
			}
		}
	}
}

// gone waits until the text is not on the screen any more.
func (s *seat) gone(text string) {
	s.t.Helper()
	for late := time.After(guard); ; {
		screen, more := s.shown()
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

// listens waits until the program has read what the terminal has answered to its questions: a key comes behind that. What it has not
// read by its end is left to whoever reads next.
func (s *seat) listens() {
	s.t.Helper()
	s.press("?")
	s.sees("─ Keys ")
	s.press("?")
	s.gone("─ Keys ")
}

// A person enters once the screen shows what was typed, and has rested for a moment: an enter that comes in one burst with other keys
// is a paste's, and sends nothing. What shows nothing is waited for no longer than a blink.
const (
	moment = 150 * time.Millisecond
	blink  = 2 * time.Second
)

// looks waits until the screen has answered to the last key, and rested.
func (s *seat) looks() {
	for {
		s.mu.Lock()
		last, more := s.last, s.more
		s.mu.Unlock()
		rest := time.After(moment - time.Since(last))
		if last.Before(s.pressed) {
			rest = time.After(blink - time.Since(s.pressed))
		}
		select {
		case <-more:
		case <-rest:
			return
		}
	}
}

// press sends keys, as a terminal does. Enter comes as a person presses it.
func (s *seat) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		for piece := range strings.SplitAfterSeq(strings.ReplaceAll(k, "\r", "\x00\r\x00"), "\x00") {
			if piece = strings.TrimSuffix(piece, "\x00"); piece == "" {
				continue
			}
			if piece == "\r" {
				s.looks()
			}
			s.pressed = time.Now()
			if _, err := io.WriteString(s.ptmx, piece); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// pressUntil presses keys that do no harm when they are pressed again, until the screen shows the text.
func (s *seat) pressUntil(text string, keys ...string) {
	s.t.Helper()
	s.pressing(keys, text+" is shown", func(screen string) bool { return strings.Contains(screen, text) })
}

// passes waits until the text has been written, whether or not it stood long enough to be seen. It presses keys as pressUntil does.
func (s *seat) passes(text string, keys ...string) {
	s.t.Helper()
	s.pressing(keys, text+" is written", func(string) bool { return strings.Contains(s.written(), text) })
}

// pressing presses keys again and again until something holds of the screen.
func (s *seat) pressing(keys []string, what string, holds func(screen string) bool) {
	s.t.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(guard)
	for {
		screen, more := s.shown()
		if holds(screen) {
			return
		}
		select {
		case <-more:
		case <-again.C:
			s.press(keys...)
		case <-late:
			s.t.Fatalf("it never came that %s; the screen is\n%s\nand all that was written\n%q", what, screen, s.written())
		}
	}
}

// signal sends the program a signal.
func (s *seat) signal(number syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(number); err != nil {
		s.t.Fatal(err)
	}
}

// kill ends the program as the system does it: at once.
func (s *seat) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	<-s.exited
}

// leave waits for the end of the program, and fails the test unless it has given the terminal back and ended with the code,
// with these lines and no other on the screen that one comes back to.
func (s *seat) leave(code settings.ExitCode, lines ...string) {
	s.t.Helper()
	s.leaveSaying(code, quoted(lines)...)
}

// leaveSaying is leave with patterns of the lines.
func (s *seat) leaveSaying(code settings.ExitCode, lines ...string) {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(guard):
		screen, _ := s.shown()
		s.t.Fatalf("the program does not end; the screen is\n%s", screen)
	}
	if got := settings.ExitCode(s.cmd.ProcessState.ExitCode()); got != code {
		s.t.Errorf("exit code %d, want %d", got, code)
	}
	if err := syscall.Kill(-s.cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		s.t.Errorf("a process is left behind: %v", err)
	}
	s.requireCooked()
	_ = s.tty.Close()
	<-s.drained
	s.requireModesReset()
	_, after, _ := cutLast(s.written(), leftAltScreen)
	want := ""
	for _, line := range lines {
		want += "vpsdeck: " + line + "\r\n"
	}
	if got := ansi.Strip(after); !regexp.MustCompile("^" + want + "$").MatchString(got) {
		s.t.Errorf("the terminal that one comes back to says\n%q, want\n%q", got, want)
	}
}

const leftAltScreen = "\x1b[?1049l"

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// requireCooked fails the test unless the line discipline is as it was.
func (s *seat) requireCooked() {
	s.t.Helper()
	now, err := term.GetState(int(s.tty.Fd()))
	if err != nil || !reflect.DeepEqual(now, s.before) {
		s.t.Errorf("the terminal's state is %+v, %v; it was %+v", now, err, s.before)
	}
}

// The modes that the program changes, and whether a terminal has them set before.
var modes = map[string]bool{
	"1049": false, // the alternate screen
	"25":   true,  // the cursor
	"1002": false, // the mouse: motion while a button is held
	"1006": false, // the mouse: wide coordinates
	"1004": false, // focus reports
	"2004": false, // bracketed paste
}

var modeChange = regexp.MustCompile(`\x1b\[\?([\d;]+)([hl])`)

// changed are the modes that are not as a terminal has them before.
func changed(raw string) []string {
	now := maps.Clone(modes)
	for _, m := range modeChange.FindAllStringSubmatch(raw, -1) {
		for mode := range strings.SplitSeq(m[1], ";") {
			now[mode] = m[2] == "h"
		}
	}
	var out []string
	for mode, usual := range modes {
		if now[mode] != usual {
			out = append(out, mode)
		}
	}
	slices.Sort(out)
	return out
}

// requireModesReset fails the test unless every mode is as it was.
func (s *seat) requireModesReset() {
	s.t.Helper()
	raw := s.written()
	if left := changed(raw); len(left) > 0 {
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

// choose puts the cursor on web-server-01.
func (s *seat) choose() {
	s.t.Helper()
	s.press("/web-server-01\r")
	s.sees("pre-migration-snapshot")
}

func (s *seat) fillSnapshot() {
	s.t.Helper()
	s.choose()
	s.press("s")
	s.sees("New snapshot of web-server-01")
	s.press("before-kill\r")
	s.sees("enter: create")
}

// fillRestore asks for a restore from the newest point in a pane, and answers all but the last question.
func (s *seat) fillRestore(pane string, snapshotFirst bool) {
	s.t.Helper()
	s.choose()
	s.press(pane, "r")
	s.sees("Restore overwrites the disk")
	s.typeName()
	if !snapshotFirst {
		s.press("\x1b[Z") // shift+tab
		s.sees("▸ [✓]")
		s.press(" ")
		s.sees("▸ [ ]")
		s.press("\t")
	}
	s.press("\t")
	s.sees("▸ Restore")
}

// typeName types the server's name into a question. It does so until the question listens.
func (s *seat) typeName() {
	s.t.Helper()
	const clear, paste, pasted = "\x15", "\x1b[200~", "\x1b[201~"
	s.pressUntil("› web-server-01", clear+paste+"web-server-01"+pasted)
}
