package sshd_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/sshd"
)

// guard is how long a test waits for what must come.
const guard = 20 * time.Second

// hello is a program that tells who looks at it, how large their terminal is, how many colours it has, and what it was told.
type hello struct {
	who     sshd.Visitor
	size    tea.WindowSizeMsg
	profile string
	told    string
	typed   string
	flood   int
	drawn   *atomic.Int64 // how often a flood was drawn
}

type toldMsg string

func (h *hello) Init() tea.Cmd { return nil }

func (h *hello) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		h.size = msg
	case tea.ColorProfileMsg:
		h.profile = msg.Profile.String()
	case tea.EnvMsg:
		h.typed = strings.Join(msg, " ")
	case toldMsg:
		h.told = string(msg)
	case floodMsg:
		h.flood++
		return h, flood
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return h, tea.Quit
		case "f":
			return h, flood
		}
	}
	return h, nil
}

type floodMsg struct{}

func flood() tea.Msg { return floodMsg{} }

func (h *hello) View() tea.View {
	text := fmt.Sprintf("hello %s the %s of %s\n%dx%d in %s\nenv %s\n%s\n", h.who.Name, h.who.Role, h.who.Scope(), h.size.Width, h.size.Height, h.profile, h.typed, h.told)
	if h.flood > 0 {
		h.drawn.Add(1)
		for i := range h.size.Height {
			text += strings.Repeat(fmt.Sprint((h.flood+i)%10), h.size.Width) + "\n"
		}
	}
	v := tea.NewView(text)
	v.AltScreen = true
	return v
}

// breaking is a program that breaks when b is pressed, and catches it as the dashboard's guard does.
type breaking struct {
	tea.Model
	mu   sync.Mutex
	what string
	quit func()
}

func (b *breaking) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if press, ok := msg.(tea.KeyPressMsg); ok && press.String() == "b" {
		b.mu.Lock()
		b.what = "a mistake"
		b.mu.Unlock()
		go b.quit()
		return b, nil
	}
	var cmd tea.Cmd
	b.Model, cmd = b.Model.Update(msg)
	return b, cmd
}

// world is a server and those who come to it.
type world struct {
	t       *testing.T
	dir     string
	server  *sshd.Server
	address string
	log     *safeBuffer
	end     func() error // as a SIGTERM does
	mu      sync.Mutex
	closed  []string    // why sessions ended, as their programs were told
	refuse  error       // why no program is opened
	panics  atomic.Bool // the opening of a program does
	drawn   atomic.Int64
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// key is somebody's.
func newKey(t *testing.T) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// line is a line of a users file.
func line(options string, key gossh.Signer) string {
	return options + " " + string(gossh.MarshalAuthorizedKey(key.PublicKey()))
}

func newWorld(t *testing.T, limits sshd.Limits, users ...string) *world {
	t.Helper()
	return newWorldWith(t, filepath.Join(t.TempDir(), "host_key"), limits, users...)
}

func newWorldWith(t *testing.T, hostKey string, limits sshd.Limits, users ...string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), log: &safeBuffer{}}
	w.write(users...)
	var err error
	w.server, err = sshd.New(sshd.Options{
		HostKey: hostKey, Users: filepath.Join(w.dir, "users"), Limits: limits,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Notice: func(text string) tea.Msg { return toldMsg(text) }, Open: w.open,
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := sshd.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(ctx, l) }()
	w.end = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-served:
			return err
		case <-time.After(guard):
			return errors.New("it does not end")
		}
	})
	t.Cleanup(func() {
		if err := w.end(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) write(users ...string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "users"), []byte(strings.Join(users, "\n")), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) open(v sshd.Visitor) (sshd.Program, error) {
	if w.panics.Load() {
		panic("a mistake in the opening")
	}
	if w.refuse != nil {
		return sshd.Program{}, w.refuse
	}
	b := &breaking{Model: &hello{who: v, drawn: &w.drawn}}
	return sshd.Program{
		Model: b, OnCrash: func(quit func()) { b.quit = quit },
		Crash: func() (string, string, bool) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.what, "where", b.what != ""
		},
		Close: func(why string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.closed = append(w.closed, why)
		},
	}, nil
}

// dial logs in, or fails as the server wants it.
func (w *world) dial(user string, auth ...gossh.AuthMethod) (*gossh.Client, error) {
	return gossh.Dial("tcp", w.address, &gossh.ClientConfig{
		User: user, Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: guard, //nolint:gosec // the server is our own
	})
}

// desk is somebody at a terminal.
type desk struct {
	t       *testing.T
	client  *gossh.Client
	session *gossh.Session
	in      interface{ Write([]byte) (int, error) }
	close   func() error // the input
	out     *safeBuffer
	gone    chan error
}

// sit logs in by key and opens a terminal.
func (w *world) sit(signer gossh.Signer, env ...string) *desk {
	w.t.Helper()
	client, err := w.dial("somebody", gossh.PublicKeys(signer))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = client.Close() })
	return w.sitAt(client, env...)
}

func (w *world) sitAt(client *gossh.Client, env ...string) *desk {
	w.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		w.t.Fatal(err)
	}
	d := &desk{t: w.t, client: client, session: session, out: &safeBuffer{}, gone: make(chan error, 1)}
	for i := 0; i < len(env); i += 2 {
		_ = session.Setenv(env[i], env[i+1])
	}
	session.Stdout, session.Stderr = d.out, d.out
	in, err := session.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	d.in, d.close = in, in.Close
	if err := session.RequestPty("xterm-256color", 24, 80, gossh.TerminalModes{}); err != nil {
		w.t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		w.t.Fatal(err)
	}
	go func() { d.gone <- session.Wait() }()
	return d
}

func (d *desk) press(keys string) {
	d.t.Helper()
	if _, err := d.in.Write([]byte(keys)); err != nil {
		d.t.Fatal(err)
	}
}

// sees waits until a text was written.
func (d *desk) sees(text string) {
	d.t.Helper()
	until(d.t, text, func() bool { return strings.Contains(d.out.String(), text) }, d.out.String)
}

// leaves waits until the session has ended, with the terminal given back.
func (d *desk) leaves() error {
	d.t.Helper()
	select {
	case err := <-d.gone:
		if out := d.out.String(); !strings.Contains(out, "\x1b[?1049l") {
			d.t.Errorf("the terminal was not given back: %q", out)
		}
		return err
	case <-time.After(guard):
		d.t.Fatal("the session does not end")
		return nil
	}
}

// until waits for what happens elsewhere.
func until(t *testing.T, what string, holds func() bool, show func() string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(guard); !holds(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("it never came: %s\n%q", what, show())
		}
	}
}

func (w *world) logs(text string) {
	w.t.Helper()
	until(w.t, text, func() bool { return strings.Contains(w.log.String(), text) }, w.log.String)
}

// stuck waits until the screen that floods is not drawn any more, because nobody takes it.
func (w *world) stuck() {
	w.t.Helper()
	last, same := int64(0), 0
	until(w.t, "the screen stands still", func() bool {
		if n := w.drawn.Load(); n != last {
			last, same = n, 0
		}
		same++
		return last > 0 && same > 300
	}, w.log.String)
}

// gone waits until the server has closed a connection.
func gone(t *testing.T, c *gossh.Client) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(guard):
		t.Error("the connection is kept")
		_ = c.Close()
		<-ended
	}
}

// ended is why sessions ended so far.
func (w *world) ended() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.closed...)
}

// raw opens a session's channel without asking for anything.
func raw(t *testing.T, c *gossh.Client) (gossh.Channel, <-chan *gossh.Request) {
	t.Helper()
	channel, requests, err := c.OpenChannel("session", nil)
	if err != nil {
		t.Fatal(err)
	}
	return channel, requests
}

func dialRaw(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
