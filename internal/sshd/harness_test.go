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
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/sshd"
)

// TestMain runs more tests at once, since they wait for clients and time limits.
func TestMain(m *testing.M) {
	lanes.RunInParallel(4)
	os.Exit(m.Run())
}

// waitTimeout is how long a test waits for an expected event.
const waitTimeout = 60 * time.Second

// infoModel is a program that shows its user, the size and colours of the terminal, and the last
// notice.
type infoModel struct {
	login   sshd.Login
	size    tea.WindowSizeMsg
	profile string
	notice  string
	env     string
	floods  int
	presses int           // of k
	pasted  int           // bytes of the last paste
	frames  *atomic.Int64 // how often the flood was drawn
}

type noticeMsg string

func (m *infoModel) Init() tea.Cmd { return nil }

func (m *infoModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.size = msg
	case tea.ColorProfileMsg:
		m.profile = msg.String()
	case tea.EnvMsg:
		m.env = strings.Join(msg, " ")
	case noticeMsg:
		m.notice = string(msg)
	case tea.PasteMsg:
		m.pasted = len(msg.Content)
	case floodMsg:
		m.floods++
		return m, scheduleFlood()
	case tea.KeyPressMsg:
		switch msg.String() {
		case "q":
			return m, tea.Quit
		case "f":
			return m, scheduleFlood()
		case "k":
			m.presses++
		}
	}
	return m, nil
}

type floodMsg struct{}

// scheduleFlood causes the next redraw, more often than the screen is drawn.
func scheduleFlood() tea.Cmd {
	return tea.Tick(10*time.Millisecond, func(time.Time) tea.Msg { return floodMsg{} })
}

func (m *infoModel) View() tea.View {
	text := fmt.Sprintf("hello %s the %s of %s\n%dx%d in %s\nenv %s\n%s\n", m.login.Name, m.login.Role, m.login.Scope(),
		m.size.Width, m.size.Height, m.profile, m.env, m.notice)
	if m.presses > 0 {
		text += fmt.Sprintf("pressed %d times\n", m.presses)
	}
	if m.pasted > 0 {
		text += fmt.Sprintf("pasted %d bytes\n", m.pasted)
	}
	if m.floods > 0 {
		m.frames.Add(1)
		lines := make([]string, m.size.Height)
		for i := range lines {
			lines[i] = strings.Repeat(strconv.Itoa((m.floods+i)%10), m.size.Width)
		}
		text += strings.Join(lines, "\n")
	}
	v := tea.NewView(text)
	v.AltScreen = true
	return v
}

// crashingModel is a program that crashes when b is pressed, and reports it as the dashboard's
// guard does.
type crashingModel struct {
	tea.Model
	mu    sync.Mutex
	crash string
	quit  func()
}

func (m *crashingModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if press, ok := msg.(tea.KeyPressMsg); ok && press.String() == "b" {
		m.mu.Lock()
		m.crash = "a bug"
		m.mu.Unlock()
		go m.quit()
		return m, nil
	}
	var cmd tea.Cmd
	m.Model, cmd = m.Model.Update(msg)
	return m, cmd
}

// testServer is a server for the tests' clients.
type testServer struct {
	t           *testing.T
	dir         string
	server      *sshd.Server
	address     string
	log         *safeBuffer
	meter       *testMeter
	stop        func() error // shuts it down, as a SIGTERM does
	mu          sync.Mutex
	closed      []string    // why sessions ended, as passed to their programs
	openErr     error       // the error of opening a program
	panicOnOpen atomic.Bool // opening a program panics
	onOpen      func()      // called while a program is opened; nil: nothing is
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

// newKey makes a key.
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

// userLine returns a line of a users file.
func userLine(options string, key gossh.Signer) string {
	return options + " " + string(gossh.MarshalAuthorizedKey(key.PublicKey()))
}

func newTestServer(t *testing.T, limits sshd.Limits, users ...string) *testServer {
	t.Helper()
	return newTestServerOn(t, sameListener, limits, users...)
}

func sameListener(l net.Listener) net.Listener { return l }

// newTestServerOn starts a server on a listener that wrap returns.
func newTestServerOn(t *testing.T, wrap func(net.Listener) net.Listener, limits sshd.Limits,
	users ...string) *testServer {
	t.Helper()
	return startTestServer(t, filepath.Join(t.TempDir(), "host_key"), wrap, limits, users...)
}

func newTestServerWithHostKey(t *testing.T, hostKey string, limits sshd.Limits, users ...string) *testServer {
	t.Helper()
	return startTestServer(t, hostKey, sameListener, limits, users...)
}

func startTestServer(t *testing.T, hostKey string, wrap func(net.Listener) net.Listener, limits sshd.Limits,
	users ...string) *testServer {
	t.Helper()
	labelGoroutines(t)
	s := &testServer{t: t, dir: t.TempDir(), log: &safeBuffer{}, meter: &testMeter{}}
	s.writeUsers(users...)
	var err error
	s.server, err = sshd.New(sshd.Options{
		HostKey: hostKey, Users: filepath.Join(s.dir, "users"), Limits: limits,
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Notice: func(text string) tea.Msg { return noticeMsg(text) },
		Open: s.openProgram, Meter: s.meter,
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := sshd.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	l = wrap(l)
	go func() { served <- s.server.Serve(ctx, l) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-served:
			return err
		case <-time.After(waitTimeout):
			return errors.New("the server does not stop")
		}
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *testServer) writeUsers(users ...string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "users"), []byte(strings.Join(users, "\n")), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *testServer) openProgram(v sshd.Login) (sshd.Program, error) {
	if s.panicOnOpen.Load() {
		panic("a bug in Open")
	}
	if s.onOpen != nil {
		s.onOpen()
	}
	if s.openErr != nil {
		return sshd.Program{}, s.openErr
	}
	program := &crashingModel{Model: &infoModel{login: v, frames: &s.frames}}
	return sshd.Program{
		Model: program, OnCrash: func(quit func()) { program.quit = quit },
		Crash: func() (string, string, bool) {
			program.mu.Lock()
			defer program.mu.Unlock()
			return program.crash, "where", program.crash != ""
		},
		Close: func(why string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.closed = append(s.closed, why)
		},
	}, nil
}

// dial logs in, or returns the error.
func (s *testServer) dial(user string, auth ...gossh.AuthMethod) (*gossh.Client, error) {
	return gossh.Dial("tcp", s.address, &gossh.ClientConfig{
		// nolint:gosec // the server is our own
		User: user, Auth: auth, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: waitTimeout,
	})
}

// testTerminal is a client with a terminal.
type testTerminal struct {
	t          *testing.T
	client     *gossh.Client
	session    *gossh.Session
	in         interface{ Write([]byte) (int, error) }
	closeInput func() error
	out        *safeBuffer
	done       chan error
}

// connect logs in by key and opens a terminal.
func (s *testServer) connect(signer gossh.Signer, env ...string) *testTerminal {
	s.t.Helper()
	client, err := s.dial("somebody", gossh.PublicKeys(signer))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = client.Close() })
	return s.openTerminal(client, env...)
}

func (s *testServer) openTerminal(client *gossh.Client, env ...string) *testTerminal {
	s.t.Helper()
	session, err := client.NewSession()
	if err != nil {
		s.t.Fatal(err)
	}
	d := &testTerminal{t: s.t, client: client, session: session, out: &safeBuffer{}, done: make(chan error, 1)}
	for i := 0; i < len(env); i += 2 {
		_ = session.Setenv(env[i], env[i+1])
	}
	session.Stdout, session.Stderr = d.out, d.out
	in, err := session.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	d.in, d.closeInput = in, in.Close
	if err := session.RequestPty("xterm-256color", 24, 80, gossh.TerminalModes{}); err != nil {
		s.t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		s.t.Fatal(err)
	}
	go func() { d.done <- session.Wait() }()
	return d
}

func (t *testTerminal) press(keys string) {
	t.t.Helper()
	if _, err := t.in.Write([]byte(keys)); err != nil {
		t.t.Fatal(err)
	}
}

// waitForText waits until a text appears in the output.
func (t *testTerminal) waitForText(text string) {
	t.t.Helper()
	waitUntil(t.t, text, func() bool { return strings.Contains(t.out.String(), text) }, t.out.String)
}

// waitForExit waits until the session has ended, and requires that the terminal was restored.
func (t *testTerminal) waitForExit() error {
	t.t.Helper()
	select {
	case err := <-t.done:
		if out := t.out.String(); !strings.Contains(out, "\x1b[?1049l") {
			t.t.Errorf("the terminal was not restored: %q", out)
		}
		return err
	case <-time.After(waitTimeout):
		t.t.Fatal("the session does not end")
		return nil
	}
}

// waitUntil waits until a condition is true.
func waitUntil(t *testing.T, what string, condition func() bool, show func() string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for timeout := time.After(waitTimeout); !condition(); {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("timed out: %s\n%q", what, show())
		}
	}
}

func (s *testServer) waitForLog(text string) {
	s.t.Helper()
	waitUntil(s.t, text, func() bool { return strings.Contains(s.log.String(), text) }, s.log.String)
}

// waitUntilStalled waits until the flood is no longer drawn, because nobody reads it.
func (s *testServer) waitUntilStalled() {
	s.t.Helper()
	last, same := int64(0), 0
	waitUntil(s.t, "the screen is stalled", func() bool {
		if n := s.frames.Load(); n != last {
			last, same = n, 0
		}
		same++
		return last > 0 && same > 300
	}, s.log.String)
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
		t.Error("the connection stays open")
		_ = c.Close()
		<-ended
	}
}

// endReasons returns why sessions have ended so far.
func (s *testServer) endReasons() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.closed...)
}

// openChannel opens a session channel without any request.
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
