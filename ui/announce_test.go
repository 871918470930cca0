package ui_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/terminal"
	"vpsdeck/keymap"
	"vpsdeck/ui"
)

// wire is a person at a terminal of whom also the bytes are known that the program has sent.
type wire struct {
	*world
	person *terminal.Session
	sent   *tap
}

// tap keeps what passes.
type tap struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (t *tap) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes.Write(p)
}

// text is all that has passed. The program may be drawing meanwhile.
func (t *tap) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bytes.String()
}

// listen starts the program as open does, on a wire and in an environment of its own.
func listen(t *testing.T, environment []string, options ...option) *wire {
	t.Helper()
	w := &wire{world: &world{t: t}, sent: &tap{}}
	s := setup{account: sim.Options{Seed: 1, Servers: 2, Token: liveToken, Clock: sim.NewSteppedClock(opening)}}
	s.ui = ui.Options{Keys: keymap.Default(), Dark: true}
	for _, o := range options {
		o(&s)
	}
	w.account = sim.New(s.account)
	w.clock = terminal.NewClock(s.account.Clock.Now, s.account.Clock.Advance)
	w.line = &line{account: w.account, clock: w.clock}
	w.url = serve(t, w.line)
	w.others = w.client(serve(t, w.account))
	s.ui.Clock = w.clock
	if s.log != nil {
		w.told = append(w.told, api.WithObserver(s.log.Add))
	}
	if !s.stranger {
		s.ui.Client = w.client(w.url)
	}
	for _, do := range s.before {
		do(w.world)
	}
	s.ui.KeyTime = terminal.Unhurried()
	w.person = terminal.Start(ui.New(s.ui), 120, 40, terminal.WithClock(w.clock), terminal.WithLaunch(w.launch(environment)))
	t.Cleanup(func() {
		if _, err := w.person.Quit(); err != nil && !t.Failed() {
			t.Error(err)
		}
	})
	w.look()
	return w
}

// launch runs the program with its output on the wire.
func (w *wire) launch(environment []string) terminal.Launch {
	return func(probe *terminal.Probe, screen io.Writer, size tea.WindowSizeMsg, options []tea.ProgramOption) (*tea.Program, func() error) {
		program := tea.NewProgram(probe, append(options, tea.WithEnvironment(environment),
			tea.WithInput(strings.NewReader("")), tea.WithOutput(io.MultiWriter(screen, w.sent)), tea.WithoutSignals(),
			tea.WithWindowSize(size.Width, size.Height))...)
		ended := make(chan error, 1)
		go func() {
			_, err := program.Run()
			ended <- err
		}()
		return program, func() error { return <-ended }
	}
}

// look waits until the program is at rest, and returns its screen.
func (w *wire) look() terminal.Grid {
	w.t.Helper()
	g, err := w.person.Settle()
	if err != nil {
		w.t.Fatal(err)
	}
	return g
}

// passed is what is handed to tmux to be passed on, with the escape characters in it doubled.
var passed = regexp.MustCompile(`\x1bPtmux;(?:\x1b\x1b|[^\x1b])*\x1b\\`)

// sequences are the escape sequences and control characters that were sent: first what is for tmux to pass on, then the
// others in their order.
func (w *wire) sequences() []string {
	w.look()
	sent := w.sent.text()
	out := passed.FindAllString(sent, -1)
	var state byte
	for rest := passed.ReplaceAll([]byte(sent), nil); len(rest) > 0; {
		sequence, width, n, next := ansi.DecodeSequence(rest, state, nil)
		if width == 0 {
			out = append(out, string(sequence))
		}
		rest, state = rest[max(n, 1):], next
	}
	return out
}

// announced are the sequences that ring or notify.
func (w *wire) announced() []string {
	var out []string
	for _, s := range w.sequences() {
		progress := strings.HasPrefix(strings.TrimPrefix(s, "\x1bPtmux;\x1b"), "\x1b]9;4")
		if s == "\a" || strings.HasPrefix(s, "\x1b]777;") || !progress && (strings.HasPrefix(s, "\x1bPtmux;") || strings.HasPrefix(s, "\x1b]9;")) {
			out = append(out, s)
		}
	}
	return out
}

// snapshot takes one of web-server-01.
func (w *wire) snapshot(name string) {
	w.t.Helper()
	w.person.Press("s")
	w.person.Type(name)
	w.person.Press("enter", "enter")
	w.look()
}

var unadorned = []string{"TERM=xterm-256color", "COLORTERM=truecolor"}

func announcing(how ui.Announcement) option { return with(func(o *ui.Options) { o.Announce = how }) }

// first puts web-server-01 first: of two servers that are fine, db-server-01 stands before it, with its quota full.
func first(w *wire) *wire {
	w.person.Press("G")
	return w
}

func TestTheEndOfAnOperationIsAnnouncedAsConfigured(t *testing.T) {
	t.Parallel()
	inTmux := append([]string{"TMUX=/tmp/tmux-1000/default,1,0"}, unadorned...)
	for name, c := range map[string]struct {
		how         ui.Announcement
		environment []string
		want        []string
	}{
		"not at all":                  {ui.AnnounceNone, unadorned, nil},
		"unless told":                 {"", unadorned, nil},
		"the bell":                    {ui.AnnounceBell, unadorned, []string{"\a"}},
		"the bell in tmux":            {ui.AnnounceBell, inTmux, []string{"\a"}},
		"a notification":              {ui.AnnounceOSC9, unadorned, []string{"\x1b]9;TEXT\a"}},
		"a notification in tmux":      {ui.AnnounceOSC9, inTmux, []string{"\x1bPtmux;\x1b\x1b]9;TEXT\a\x1b\\"}},
		"the other kind":              {ui.AnnounceOSC777, unadorned, []string{"\x1b]777;notify;vpsdeck;TEXT\a"}},
		"the other kind, and in tmux": {ui.AnnounceOSC777, inTmux, []string{"\x1bPtmux;\x1b\x1b]777;notify;vpsdeck;TEXT\a\x1b\\"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := first(listen(t, c.environment, announcing(c.how)))
			w.snapshot("before-update")
			w.person.Advance(time.Minute)
			if got := w.announced(); len(got) > 0 {
				t.Errorf("announced before the end: %q", got)
			}
			w.person.Advance(10 * time.Minute)
			took := ""
			if g := w.look(); g.Contains("1 running") {
				t.Fatalf("it still runs:\n%s", g.Text())
			}
			for _, s := range w.announced() {
				if _, after, found := strings.Cut(s, "completed in "); found {
					took, _, _ = strings.Cut(after, "\a")
				}
			}
			for i := range c.want {
				c.want[i] = strings.ReplaceAll(c.want[i], "TEXT", "snapshot before-update of web-server-01: completed in "+took)
			}
			if got := w.announced(); strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("announced is %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatWasRefusedIsAnnouncedToo(t *testing.T) {
	t.Parallel()
	w := first(listen(t, unadorned, announcing(ui.AnnounceOSC9), fault("POST /snapshots/: status 400")))
	w.snapshot("before-update")
	if got := w.announced(); len(got) != 1 || !strings.HasPrefix(got[0], "\x1b]9;snapshot before-update of web-server-01: not done: ") {
		t.Errorf("announced is %q", got)
	}
}

func TestADeletionIsNotAnnounced(t *testing.T) {
	t.Parallel()
	w := first(listen(t, unadorned, announcing(ui.AnnounceBell)))
	w.person.Press("3", "j", "d")
	w.person.Advance(time.Second)
	w.person.Press("y", "enter")
	if got := w.announced(); len(got) > 0 || len(w.line.deeds()) != 1 {
		t.Errorf("announced is %q; sent were %q", got, w.line.deeds())
	}
}

func TestWhatOthersBeganIsAnnouncedToo(t *testing.T) {
	t.Parallel()
	w := listen(t, unadorned, announcing(ui.AnnounceOSC9))
	w.must2(w.others.CreateSnapshot(t.Context(), "12345", "by-a-colleague", ""))
	w.person.Advance(12 * time.Minute)
	if got := w.announced(); len(got) != 1 || !strings.Contains(got[0], "snapshot by-a-colleague of web-server-01: completed") {
		t.Errorf("announced is %q", got)
	}
}

func TestANotificationIsOneSequenceWhateverTheTextSays(t *testing.T) {
	t.Parallel()
	for _, how := range []ui.Announcement{ui.AnnounceOSC9, ui.AnnounceOSC777} {
		w := listen(t, unadorned, announcing(how), before(func(w *world) {
			w.line.rewrite(func(answer string) string {
				return strings.ReplaceAll(answer, `"web-server-01"`, `"web;01\u0007\u001b]52;c;ZXZpbA==\u0007\u009d0;x\u202e"`)
			})
		}))
		first(w).snapshot("before-update")
		w.person.Advance(12 * time.Minute)
		got := w.announced()
		if len(got) != 1 {
			t.Fatalf("announced is %q", got)
		}
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(got[0], "\x1b]9;"), "\x1b]777;notify;vpsdeck;"), "\a")
		if strings.ContainsAny(text, "\a\x1b\u009d\u202e;") || !strings.Contains(text, "web,01") {
			t.Errorf("the text is %q", text)
		}
		for _, s := range w.sequences() {
			if strings.HasPrefix(s, "\x1b]52") {
				t.Errorf("the clipboard was written: %q", s)
			}
		}
	}
}

// clipboard is what was copied, the last of it.
func (w *wire) clipboard() string {
	w.t.Helper()
	last := ""
	for _, s := range w.sequences() {
		if text, found := strings.CutPrefix(s, "\x1b]52;c;"); found {
			text = strings.TrimSuffix(strings.TrimSuffix(text, "\a"), "\x1b\\")
			plain, err := base64.StdEncoding.DecodeString(text)
			w.must(err)
			last = string(plain)
		}
	}
	return last
}
