package sshd

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"charm.land/ssh"
	"charm.land/wish/v2"
	wishtea "charm.land/wish/v2/bubbletea"
	uv "github.com/charmbracelet/ultraviolet"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/keyboard"
)

// session is the running program of a user.
type session struct {
	server       *Server
	ssh          ssh.Session
	key          gossh.PublicKey
	identity     identity
	login        Login
	startedAt    time.Time
	conn         *conn
	slot         *slot
	program      *tea.Program
	cancel       context.CancelFunc // ends all its goroutines
	lastInput    atomic.Int64       // time of the last key press, in nanoseconds
	forceAt      atomic.Int64       // when it is ended by force, in nanoseconds; 0: it is not ending
	writingSince atomic.Int64       // since when a write waits for the client, in nanoseconds; 0: none does
	unhandled    atomic.Int64       // bytes read since the last key, mouse event or paste
	keys         keyTimer

	mu        sync.Mutex
	endReason string // why it ends; "": it does not
}

// exitCrashed is the client's exit code after a crash of its program.
const exitCrashed = 70

// handleSession runs the program of a session.
func (s *Server) handleSession(ssh.Handler) ssh.Handler {
	return func(sess ssh.Session) {
		defer func() { // a panic here must not end the server and all other sessions
			if what := recover(); what != nil {
				s.opts.Log.Error("crash", "what", fmt.Sprint(what), "stack", string(debug.Stack()))
				wish.Fatalln(sess, "vpsdeck: the session crashed (a bug); running operations continue at the provider")
			}
		}()
		own, _ := sess.Context().Value(connKey).(*conn)
		user, err := s.identify(sess.PublicKey(), sess.RemoteAddr())
		if own == nil || own.currentSlot() == nil || err != nil { // the users file has changed since the login
			s.opts.Meter.Refused(KeyRemoved)
			wish.Fatalln(sess, "vpsdeck: your key is no longer accepted")
			return
		}
		refuse := func(reason Reason, why, message string) {
			s.opts.Meter.Refused(reason)
			s.connLogger(own).Warn("session refused", "why", why)
			wish.Fatalln(sess, "vpsdeck: "+message)
		}
		taken := own.currentSlot()
		pty, _, terminal := sess.Pty()
		switch {
		case sess.RawCommand() != "":
			refuse(NotADashboard, "requested a command: "+clean(sess.RawCommand()),
				"there are no commands here, only the dashboard: leave the command out")
			return
		case !terminal:
			refuse(NoTerminal, "no terminal", "the dashboard needs a terminal: use ssh -t, without -T")
			return
		case pty.Term == "dumb" || pty.Term == "":
			refuse(NoTerminal, "TERM is dumb or not set",
				"the dashboard cannot be drawn, because TERM is dumb or not set: set it to your terminal's type, "+
					"such as xterm-256color")
			return
		case taken.refusal.text != "":
			refuse(taken.refusal.reason, taken.refusal.text, taken.refusal.text)
			return
		}
		started := &session{server: s, ssh: sess, conn: own, slot: taken, key: sess.PublicKey(), identity: user,
			startedAt: time.Now()}
		started.login = Login{User: user.User, Fingerprint: user.fingerprint, Address: host(sess.RemoteAddr())}
		own.markStarted()
		defer own.markFinished()
		defer taken.release()
		started.run()
	}
}

// run shows the program until it ends. If the user did not end it, run tells them why it ended.
func (s *session) run() {
	server := s.server
	server.mu.Lock()
	server.lastNumber++
	s.login.Session = fmt.Sprint(server.lastNumber)
	server.mu.Unlock()
	log := server.opts.Log.With("session", s.login.Session, "user", s.identity.Name, "address", s.login.Address)
	program, err := server.opts.Open(s.login)
	if err != nil {
		log.Error("session not opened", "why", clean(err.Error()))
		wish.Fatalln(s.ssh, "vpsdeck: "+clean(err.Error()))
		return
	}
	log.Info("login", "role", string(s.identity.Role), "key", s.identity.fingerprint, "by", s.identity.authMethod,
		"scope", s.identity.Scope(), "client", clean(s.ssh.Context().ClientVersion()))
	s.lastInput.Store(s.startedAt.UnixNano())
	ctx, cancel := context.WithCancel(s.ssh.Context())
	defer cancel()
	s.cancel = cancel
	s.program = tea.NewProgram(&activityModel{program.Model, s}, s.programOptions(ctx)...)
	if program.OnCrash != nil {
		program.OnCrash(s.program.Quit)
	}
	server.mu.Lock()
	server.live[s] = true
	server.mu.Unlock()
	server.endIfChanged(s) // while it was opened, Reload did not know it
	go s.enforceLimits(ctx)
	go s.forwardResizes(ctx)
	go s.forwardInput(ctx)
	_, err = s.program.Run()
	s.setForceDeadline()
	server.mu.Lock()
	delete(server.live, s)
	server.mu.Unlock()

	code, why := 0, s.reason()
	if program.Crash != nil {
		if what, stack, crashed := program.Crash(); crashed {
			code, why = exitCrashed, "the dashboard crashed (a bug); running operations continue at the provider"
			log.Error("crash", "what", what, "stack", stack)
		}
	}
	switch {
	case why == "" && s.ssh.Context().Err() != nil:
		why = "the connection was lost"
	case why == "" && err != nil:
		code, why = exitCrashed, "the dashboard failed"
		log.Error("the program failed", "why", clean(err.Error()))
	}
	lasted := time.Since(s.startedAt)
	s.slot.release() // before the client sees the end, because it may reconnect at once
	program.Close(why)
	log.Info("logout", "lasted", lasted.Round(time.Second).String(), "why", why)
	if why != "" {
		_, _ = io.WriteString(&sessionWriter{s}, "vpsdeck: "+why+"\r\n")
	}
	_ = s.ssh.Exit(code)
}

// programOptions returns Bubble Tea's options for the client's terminal. Ours come last, so that
// they override the others.
func (s *session) programOptions(ctx context.Context) []tea.ProgramOption {
	return append(wishtea.MakeOptions(s.ssh),
		tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(maxFPS),
		tea.WithInput(noInput{ctx}), tea.WithOutput(&sessionWriter{s}),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			switch msg.(type) {
			case tea.SuspendMsg: // there is no parent shell
				return tea.ResumeMsg{}
			case tea.WindowSizeMsg: // the first size may arrive after a change
				return s.windowSize()
			}
			return msg
		}),
	)
}

// maxFPS limits how often per second a screen is drawn, and how often it is resized.
const maxFPS = 30

func (s *session) windowSize() tea.WindowSizeMsg {
	columns, rows := s.conn.size.get()
	return tea.WindowSizeMsg{Width: columns, Height: rows}
}

// forwardResizes sends changes of the terminal's size to the program. It may have to wait for the
// program; the connection that reports the sizes never does.
func (s *session) forwardResizes(ctx context.Context) {
	pause := time.NewTicker(time.Second / maxFPS)
	defer pause.Stop()
	for {
		select {
		case <-s.conn.size.changed:
			s.program.Send(s.windowSize())
		case <-ctx.Done():
			return
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}

// forwardInput sends the client's input to the program. Bubble Tea's own reader does not stop before
// the program has taken every key, so that keys after its end would keep it and the program for ever.
func (s *session) forwardInput(ctx context.Context) {
	pty, _, _ := s.ssh.Pty()
	events := make(chan uv.Event)
	go func() {
		defer close(events)
		input := uv.NewTerminalReader(keyboard.NewReader(&sessionReader{s}), pty.Term)
		_ = input.StreamEvents(ctx, events) // sessionReader handles its errors
	}()
	for event := range events {
		s.program.Send(event) // returns at once after the program's end
	}
}

// noInput is an input from which nothing comes, until its context ends.
type noInput struct{ ctx context.Context }

// Read waits for the end.
func (n noInput) Read([]byte) (int, error) {
	<-n.ctx.Done()
	return 0, io.EOF
}

// enforceLimits ends a session that is idle or open for too long, after a warning. It disconnects a
// client that stops reading or responding, and a session that should have ended but has not.
func (s *session) enforceLimits(ctx context.Context) {
	l := s.server.opts.Limits
	interval := max(min(l.Idle, l.MaxSession, l.Stuck, l.Grace)/20, 10*time.Millisecond)
	var warned time.Time // the end for which the warning was shown
	lastKeepalive := time.Now()
	for clock.Sleep(ctx, min(interval, time.Second)) == nil {
		now := time.Now()
		if since := s.writingSince.Load(); since != 0 && now.Sub(time.Unix(0, since)) > l.Stuck {
			s.disconnect("the client stopped reading")
			return
		}
		if end := s.forceAt.Load(); end != 0 {
			if now.UnixNano() > end {
				s.disconnect("the client stopped reading")
				return
			}
			continue
		}
		if now.Sub(lastKeepalive) > l.Stuck {
			lastKeepalive = now
			go s.sendKeepalive()
		}
		due, why := s.deadline()
		switch left := due.Sub(now); {
		case left <= 0:
			s.end(why)
		case left <= l.Warning && !due.Equal(warned):
			warned = due
			s.notify(fmt.Sprintf("%s: this session ends in %s", why, left.Round(time.Second)))
		}
	}
}

// deadline returns when the session ends, and why.
func (s *session) deadline() (time.Time, string) {
	l := s.server.opts.Limits
	due, why := s.startedAt.Add(l.MaxSession), "a session is limited to "+l.MaxSession.String()
	if until := s.identity.validUntil; !until.IsZero() && until.Before(due) {
		due, why = until, "your certificate expires"
	}
	if idle := time.Unix(0, s.lastInput.Load()).Add(l.Idle); idle.Before(due) {
		return idle, "no key was pressed for a long time"
	}
	return due, why
}

// sendKeepalive sends a keepalive request, and disconnects a client that does not answer it.
func (s *session) sendKeepalive() {
	c, ok := s.ssh.Context().Value(ssh.ContextKeyConn).(*gossh.ServerConn)
	if !ok {
		return
	}
	timeout := time.AfterFunc(s.server.opts.Limits.Stuck, func() { s.disconnect("the client stopped responding") })
	_, _, err := c.SendRequest("keepalive@openssh.com", true, nil)
	timeout.Stop()
	if err != nil {
		s.disconnect("the connection was lost")
	}
}

// notify shows a sentence on the user's screen.
func (s *session) notify(text string) { go s.program.Send(s.server.opts.Notice(text)) }

// end quits the program, so that it restores the terminal. If it does not end in time,
// enforceLimits disconnects it.
func (s *session) end(why string) {
	s.setReason(why)
	s.setForceDeadline()
	go s.program.Quit()
}

// setForceDeadline sets the time after which the session is ended by force.
func (s *session) setForceDeadline() {
	s.forceAt.CompareAndSwap(0, time.Now().Add(s.server.opts.Limits.Grace).UnixNano())
}

// disconnect closes the connection of a client that does not respond. That unblocks everything that
// waits for it.
func (s *session) disconnect(why string) {
	s.setReason(why)
	_ = s.conn.Close()
	s.cancel()
}

func (s *session) setReason(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.endReason == "" {
		s.endReason = why
	}
}

func (s *session) reason() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.endReason
}

// activityModel wraps a program's model, and records the time of the last input and of keys.
type activityModel struct {
	tea.Model
	session *session
}

// Init asks the terminal whether it supports true colour: clients do not report that on their own.
func (a *activityModel) Init() tea.Cmd {
	return tea.Batch(a.Model.Init(), tea.RequestCapability("RGB"), tea.RequestCapability("Tc"))
}

// Update passes the message on.
func (a *activityModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg.(type) {
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg:
		a.session.lastInput.Store(time.Now().UnixNano())
		a.session.unhandled.Store(0)
	}
	if _, key := msg.(tea.KeyPressMsg); key {
		a.session.keys.press()
	}
	var cmd tea.Cmd
	a.Model, cmd = a.Model.Update(msg)
	return a, cmd
}

// View draws the program.
func (a *activityModel) View() tea.View {
	view := a.Model.View()
	a.session.keys.draw(view.Content)
	return view
}

// maxUnhandled is the most bytes that a client may send without a key: a paste or an escape sequence
// without an end. Bubble Tea keeps them all until the end comes.
const maxUnhandled = 256 << 10

// sessionReader reads the client's input. At its end it ends the program, because Bubble Tea would
// run on without input.
type sessionReader struct{ session *session }

// Read reads from the client.
func (r *sessionReader) Read(p []byte) (int, error) {
	n, err := r.session.ssh.Read(p)
	r.session.keys.read()
	if r.session.unhandled.Add(int64(n)) > maxUnhandled {
		r.session.server.opts.Meter.Refused(TooMuch)
		r.session.end("too much was pasted")
		return 0, io.EOF
	}
	if err != nil {
		r.session.end("the client closed its input")
	}
	return n, err
}

// sessionWriter writes to the client, and records how long a write takes.
type sessionWriter struct{ session *session }

// Write writes to the client.
func (w *sessionWriter) Write(p []byte) (int, error) {
	w.session.writingSince.Store(time.Now().UnixNano())
	defer w.session.writingSince.Store(0)
	pressed := w.session.keys.takeDrawn()
	n, err := w.session.ssh.Write(p)
	if !pressed.IsZero() && err == nil {
		w.session.server.opts.Meter.KeyShown(time.Since(pressed))
	}
	return n, err
}

// clean makes texts of clients safe for a log.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
	if len(text) > 300 {
		text = text[:300] + "…"
	}
	return text
}
