package ui_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/ui"
)

// outputHarness is a harness that also records the bytes that the program sends to the terminal.
type outputHarness struct {
	*harness
	output *outputBuffer
}

// outputBuffer records what is written to it.
type outputBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (o *outputBuffer) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.Write(p)
}

// text returns everything written so far. The program may be drawing at the same time.
func (o *outputBuffer) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buffer.String()
}

// startWithOutput starts the program, records its output and sets its environment.
func startWithOutput(t *testing.T, environment []string, options ...option) *outputHarness {
	t.Helper()
	output := &outputBuffer{}
	options = append([]option{withServers(2), func(s *setup) { s.drawsAll = true },
		withTerminal(terminal.WithVariables(environment...), terminal.WithCopy(output))}, options...)
	return &outputHarness{harness: startApp(t, 120, 40, options...), output: output}
}

// tmuxSequence matches a sequence that tmux passes on, with its escape characters doubled.
var tmuxSequence = regexp.MustCompile(`\x1bPtmux;(?:\x1b\x1b|[^\x1b])*\x1b\\`)

// sequences returns the escape sequences and control characters sent: first those that tmux passes
// on, then the others in order.
func (o *outputHarness) sequences() []string {
	o.Screen()
	sent := o.output.text()
	out := tmuxSequence.FindAllString(sent, -1)
	var state byte
	for rest := tmuxSequence.ReplaceAll([]byte(sent), nil); len(rest) > 0; {
		sequence, width, n, next := ansi.DecodeSequence(rest, state, nil)
		if width == 0 {
			out = append(out, string(sequence))
		}
		rest, state = rest[max(n, 1):], next
	}
	return out
}

// announcements returns the sequences that ring the bell or send a notification.
func (o *outputHarness) announcements() []string {
	var out []string
	for _, s := range o.sequences() {
		progress := strings.HasPrefix(strings.TrimPrefix(s, "\x1bPtmux;\x1b"), "\x1b]9;4")
		if s == "\a" || strings.HasPrefix(s, "\x1b]777;") || !progress &&
			(strings.HasPrefix(s, "\x1bPtmux;") || strings.HasPrefix(s, "\x1b]9;")) {
			out = append(out, s)
		}
	}
	return out
}

// takeSnapshot takes a snapshot of web-server-01, which must be selected.
func (o *outputHarness) takeSnapshot(name string) {
	o.t.Helper()
	o.Press("s")
	o.Type(name)
	o.Press("enter", "enter")
	o.Screen()
}

var plainEnvironment = []string{"TERM=xterm-256color", "COLORTERM=truecolor"}

func withAnnouncement(how ui.Announcement) option {
	return withOptions(func(o *ui.Options) { o.Announce = how })
}

// selectLastServer selects web-server-01, the last of two servers. The first is db-server-01, since
// its quota is full.
func selectLastServer(w *outputHarness) *outputHarness {
	w.Press("G")
	return w
}

func TestFinishedOperationIsAnnouncedAsConfigured(t *testing.T) {
	t.Parallel()
	inTmux := append([]string{"TMUX=/tmp/tmux-1000/default,1,0"}, plainEnvironment...)
	for name, c := range lanes.Table(map[string]struct {
		how         ui.Announcement
		environment []string
		want        []string
	}{
		"off":              {ui.AnnounceNone, plainEnvironment, nil},
		"by default":       {"", plainEnvironment, nil},
		"the bell":         {ui.AnnounceBell, plainEnvironment, []string{"\a"}},
		"the bell in tmux": {ui.AnnounceBell, inTmux, []string{"\a"}},
		"OSC 9":            {ui.AnnounceOSC9, plainEnvironment, []string{"\x1b]9;TEXT\a"}},
		"OSC 9 in tmux":    {ui.AnnounceOSC9, inTmux, []string{"\x1bPtmux;\x1b\x1b]9;TEXT\a\x1b\\"}},
		"OSC 777":          {ui.AnnounceOSC777, plainEnvironment, []string{"\x1b]777;notify;vpsdeck;TEXT\a"}},
		"OSC 777 in tmux":  {ui.AnnounceOSC777, inTmux, []string{"\x1bPtmux;\x1b\x1b]777;notify;vpsdeck;TEXT\a\x1b\\"}},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := selectLastServer(startWithOutput(t, c.environment, withAnnouncement(c.how)))
			w.takeSnapshot("before-update")
			w.Advance(time.Minute)
			if got := w.announcements(); len(got) > 0 {
				t.Errorf("announced before the end: %q", got)
			}
			w.advanceHidden(10 * time.Minute)
			took := ""
			if g := w.Screen(); g.Contains("1 running") {
				t.Fatalf("it still runs:\n%s", g.Text())
			}
			for _, s := range w.announcements() {
				if _, after, found := strings.Cut(s, "completed in "); found {
					took, _, _ = strings.Cut(after, "\a")
				}
			}
			for i := range c.want {
				c.want[i] = strings.ReplaceAll(c.want[i], "TEXT",
					"snapshot before-update of web-server-01: completed in "+took)
			}
			if got := w.announcements(); strings.Join(got, "|") != strings.Join(c.want, "|") {
				t.Errorf("announced %q, want %q", got, c.want)
			}
		})
	}
}

func TestRefusedActionIsAnnounced(t *testing.T) {
	t.Parallel()
	w := selectLastServer(startWithOutput(t, plainEnvironment, withAnnouncement(ui.AnnounceOSC9),
		withFault("POST /snapshots/: status 400")))
	w.takeSnapshot("before-update")
	if got := w.announcements(); len(got) != 1 ||
		!strings.HasPrefix(got[0], "\x1b]9;snapshot before-update of web-server-01: not done: ") {
		t.Errorf("announced %q", got)
	}
}

func TestADeletionIsNotAnnounced(t *testing.T) {
	t.Parallel()
	w := selectLastServer(startWithOutput(t, plainEnvironment, withAnnouncement(ui.AnnounceBell)))
	w.Press("3", "j", "d")
	w.Advance(time.Second)
	w.Press("y", "enter")
	if got := w.announcements(); len(got) > 0 || len(w.proxy.actions()) != 1 {
		t.Errorf("announced %q; sent %q", got, w.proxy.actions())
	}
}

func TestOperationsOfOthersAreAnnounced(t *testing.T) {
	t.Parallel()
	w := startWithOutput(t, plainEnvironment, withAnnouncement(ui.AnnounceOSC9))
	w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), "12345", "by-a-colleague", ""))
	w.Advance(12 * time.Minute)
	if got := w.announcements(); len(got) != 1 ||
		!strings.Contains(got[0], "snapshot by-a-colleague of web-server-01: completed") {
		t.Errorf("announced %q", got)
	}
}

func TestNotificationIsOneSequenceForAnyText(t *testing.T) {
	t.Parallel()
	for _, how := range []ui.Announcement{ui.AnnounceOSC9, ui.AnnounceOSC777} {
		w := startWithOutput(t, plainEnvironment, withAnnouncement(how), beforeStart(func(w *harness) {
			w.proxy.rewrite(func(answer string) string {
				return strings.ReplaceAll(answer, `"web-server-01"`,
					`"web;01\u0007\u001b]52;c;ZXZpbA==\u0007\u009d0;x\u202e"`)
			})
		}))
		selectLastServer(w).takeSnapshot("before-update")
		w.advanceHidden(12 * time.Minute)
		got := w.announcements()
		if len(got) != 1 {
			t.Fatalf("announced %q", got)
		}
		text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(got[0], "\x1b]9;"),
			"\x1b]777;notify;vpsdeck;"), "\a")
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

// clipboard returns the text that was copied last.
func (o *outputHarness) clipboard() string {
	o.t.Helper()
	last := ""
	for _, s := range o.sequences() {
		if text, found := strings.CutPrefix(s, "\x1b]52;c;"); found {
			text = strings.TrimSuffix(strings.TrimSuffix(text, "\a"), "\x1b\\")
			plain, err := base64.StdEncoding.DecodeString(text)
			o.must(err)
			last = string(plain)
		}
	}
	return last
}
