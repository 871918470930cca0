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

// waitTimeout is how long a test waits for what must come.
const waitTimeout = 20 * time.Second

// infoModel is a program that tells who looks at it, how large their terminal is, how many colours it has, and what it was told.
type infoModel struct {
	login   sshd.Login
	size    tea.WindowSizeMsg
	profile string
	notice  string
	env     string
	floods  int
	frames  *atomic.Int64 // how often a flood was drawn
}

type noticeMsg string

func (h *infoModel) Init() tea.Cmd { return nil }

func (h *infoModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		h.size = msg
	case tea.ColorProfileMsg:
		h.profile = msg.Profile.String()
	case tea.EnvMsg:
		h.env = strings.Join(msg, " ")
	case noticeMsg:
		h.notice = string(msg)
	case floodMsg:
		h.floods++
		return h, sendFlood
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return h, tea.Quit
		case "f":
			return h, sendFlood
		}
	}
	return h, nil
}

type floodMsg struct{}

func sendFlood() tea.Msg { return floodMsg{} }

func (h *infoModel) View() tea.View {
	text := fmt.Sprintf("hello %s the %s of %s\n%dx%d in %s\nenv %s\n%s\n", h.login.Name, h.login.Role, h.login.Scope(), h.size.Width, h.size.Height, h.profile, h.env, h.notice)
	if h.floods > 0 {
		h.frames.Add(1)
		for i := range h.size.Height {
			text += strings.Repeat(fmt.Sprint((h.floods+i)%10), h.size.Width) + "\n"
		}
	}
	v := tea.NewView(text)
	v.AltScreen = true
	return v
}

// crashingModel is a program that breaks when b is pressed, and catches it as the dashboard's guard does.
type crashingModel struct {
	tea.Model
	mu    sync.Mutex
	crash string
	quit  func()
}

func (b *crashingModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if press, ok := msg.(tea.KeyPressMsg); ok && press.String() == "b" {
		b.mu.Lock()
		b.crash = "a mistake"
		b.mu.Unlock()
		go b.quit()
		return b, nil
	}
	var cmd tea.Cmd
	b.Model, cmd = b.Model.Update(msg)
	return b, cmd
}

// testServer is a server and those who come to it.
type testServer struct {
	t           *testing.T
	dir         string
	server      *sshd.Server
	address     string
	log         *safeBuffer
	stop        func() error // as a SIGTERM does
	mu          sync.Mutex
	closed      []string    // why sessions ended, as their programs were told
	openErr     error       // why no program is opened
	panicOnOpen atomic.Bool // the opening of a program does
	frames      atomic.Int64
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

// userLine is a line of a users file.
func userLine(options string, key gossh.Signer) string {
	return options + " " + string(gossh.MarshalAuthorizedKey(key.PublicKey()))
}

func newTestServer(t *testing.T, limits sshd.Limits, users ...string) *testServer {
	t.Helper()
	return newTestServerWithHostKey(t, filepath.Join(t.TempDir(), "host_key"), limits, users...)
}

func newTestServerWithHostKey(t *testing.T, hostKey string, limits sshd.Limits, users ...string) *testServer {
	t.Helper()
	w := &testServer{t: t, dir: t.TempDir(), log: &safeBuffer{}}
	w.writeUsers(users...)
	var err error
	w.server, err = sshd.New(sshd.Options{
		HostKey: hostKey, Users: filepath.Join(w.dir, "users"), Limits: limits,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Notice: func(text string) tea.Msg { return noticeMsg(text) }, Open: w.openProgram,
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
	w.stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-served:
			return err
		case <-time.After(waitTimeout):
			return errors.New("it does not end")
		}
	})
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *testServer) writeUsers(users ...string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "users"), []byte(strings.Join(users, "\n")), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *testServer) openProgram(v sshd.Login) (sshd.Program, error) {
	if w.panicOnOpen.Load() {
		panic("a mistake in the opening")
	}
	if w.openErr != nil {
		return sshd.Program{}, w.openErr
	}
	b := &crashingModel{Model: &infoModel{login: v, frames: &w.frames}}
	return sshd.Program{
		Model: b, OnCrash: func(quit func()) { b.quit = quit },
		Crash: func() (string, string, bool) {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.crash, "where", b.crash != ""
		},
		Close: func(why string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.closed = append(w.closed, why)
		},
	}, nil
}

// dial logs in, or fails as the server wants it.
func (w *testServer) dial(user string, auth ...gossh.AuthMethod) (*gossh.Client, error) {
	return gossh.Dial("tcp", w.address, &gossh.ClientConfig{
		User: user, Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: waitTimeout, //nolint:gosec // the server is our own
	})
}

// testTerminal is somebody at a terminal.
type testTerminal struct {
	t          *testing.T
	client     *gossh.Client
	session    *gossh.Session
	in         interface{ Write([]byte) (int, error) }
	closeInput func() error // the input
	out        *safeBuffer
	done       chan error
}

// connect logs in by key and opens a terminal.
func (w *testServer) connect(signer gossh.Signer, env ...string) *testTerminal {
	w.t.Helper()
	client, err := w.dial("somebody", gossh.PublicKeys(signer))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = client.Close() })
	return w.openTerminal(client, env...)
}

func (w *testServer) openTerminal(client *gossh.Client, env ...string) *testTerminal {
	w.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		w.t.Fatal(err)
	}
	d := &testTerminal{t: w.t, client: client, session: session, out: &safeBuffer{}, done: make(chan error, 1)}
	for i := 0; i < len(env); i += 2 {
		_ = session.Setenv(env[i], env[i+1])
	}
	session.Stdout, session.Stderr = d.out, d.out
	in, err := session.StdinPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	d.in, d.closeInput = in, in.Close
	if err := session.RequestPty("xterm-256color", 24, 80, gossh.TerminalModes{}); err != nil {
		w.t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		w.t.Fatal(err)
	}
	go func() { d.done <- session.Wait() }()
	return d
}

func (d *testTerminal) press(keys string) {
	d.t.Helper()
	if _, err := d.in.Write([]byte(keys)); err != nil {
		d.t.Fatal(err)
	}
}

// waitForText waits until a text was written.
func (d *testTerminal) waitForText(text string) {
	d.t.Helper()
	waitUntil(d.t, text, func() bool { return strings.Contains(d.out.String(), text) }, d.out.String)
}

// waitForExit waits until the session has ended, with the terminal given back.
func (d *testTerminal) waitForExit() error {
	d.t.Helper()
	select {
	case err := <-d.done:
		if out := d.out.String(); !strings.Contains(out, "\x1b[?1049l") {
			d.t.Errorf("the terminal was not given back: %q", out)
		}
		return err
	case <-time.After(waitTimeout):
		d.t.Fatal("the session does not end")
		return nil
	}
}

// waitUntil waits for what happens elsewhere.
func waitUntil(t *testing.T, what string, holds func() bool, show func() string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for late := time.After(waitTimeout); !holds(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("it never came: %s\n%q", what, show())
		}
	}
}

func (w *testServer) waitForLog(text string) {
	w.t.Helper()
	waitUntil(w.t, text, func() bool { return strings.Contains(w.log.String(), text) }, w.log.String)
}

// waitUntilStalled waits until the screen that floods is not drawn any more, because nobody takes it.
func (w *testServer) waitUntilStalled() {
	w.t.Helper()
	last, same := int64(0), 0
	waitUntil(w.t, "the screen stands still", func() bool {
		if n := w.frames.Load(); n != last {
			last, same = n, 0
		}
		same++
		return last > 0 && same > 300
	}, w.log.String)
}

// requireClosed waits until the server has closed a connection.
func requireClosed(t *testing.T, c *gossh.Client) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(waitTimeout):
		t.Error("the connection is kept")
		_ = c.Close()
		<-ended
	}
}

// endReasons is why sessions ended so far.
func (w *testServer) endReasons() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.closed...)
}

// openChannel opens a session's channel without asking for anything.
func openChannel(t *testing.T, c *gossh.Client) (gossh.Channel, <-chan *gossh.Request) {
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
