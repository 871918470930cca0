package sshd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"charm.land/wish/v2"
	wishtea "charm.land/wish/v2/bubbletea"
	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/keyboard"
)

// session is somebody's program, while it runs.
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
	cancel       context.CancelFunc // ends all that belongs to it
	lastInput    atomic.Int64       // when a key was pressed last, in nanoseconds
	forceAt      atomic.Int64       // when it is ended by force, in nanoseconds; 0: it is not to end
	writingSince atomic.Int64       // since when the client has taken nothing of what is written; 0: it has taken all

	mu        sync.Mutex
	endReason string // it ends
}

// exitCrashed is what a client ends with where its program broke.
const exitCrashed = 70

// handleSession runs the program of a session.
func (s *Server) handleSession(ssh.Handler) ssh.Handler {
	return func(sess ssh.Session) {
		defer func() { // what breaks here must not end the server, and with it everybody else's session
			if what := recover(); what != nil {
				s.opts.Log.Error("crash", "what", fmt.Sprint(what), "stack", string(debug.Stack()))
				wish.Fatalln(sess, "vpsdeck: the session broke by a mistake of the server's; what runs at the provider goes on")
			}
		}()
		own, _ := sess.Context().Value(connKey).(*conn)
		who, err := s.identify(sess.PublicKey(), sess.RemoteAddr())
		if own == nil || own.currentSlot() == nil || err != nil { // the file has changed since
			wish.Fatalln(sess, "vpsdeck: your key does not let you in any more")
			return
		}
		refuse := func(why, words string) {
			s.connLogger(own).Warn("session refused", "why", why)
			wish.Fatalln(sess, "vpsdeck: "+words)
		}
		p := own.currentSlot()
		pty, _, terminal := sess.Pty()
		switch {
		case sess.RawCommand() != "":
			refuse("it came for a command: "+clean(sess.RawCommand()), "there are no commands here, only the dashboard: leave the command out")
			return
		case !terminal:
			refuse("it has no terminal", "the dashboard needs a terminal: use ssh -t, and no -T")
			return
		case pty.Term == "dumb" || pty.Term == "":
			refuse("its TERM is dumb or not set",
				"no dashboard can be drawn on a terminal whose TERM is dumb or not set: set it to what yours is, such as xterm-256color")
			return
		case p.refusal != "":
			refuse(p.refusal, p.refusal)
			return
		}
		one := &session{server: s, ssh: sess, conn: own, slot: p, key: sess.PublicKey(), identity: who, startedAt: time.Now()}
		one.login = Login{User: who.User, Fingerprint: who.fingerprint, Address: host(sess.RemoteAddr())}
		own.markStarted()
		defer own.markFinished()
		defer p.release()
		one.run()
	}
}

// run shows the program until it ends, and says why where that was not the visitor's wish.
func (one *session) run() {
	s := one.server
	s.mu.Lock()
	s.lastNumber++
	one.login.Session = fmt.Sprint(s.lastNumber)
	s.mu.Unlock()
	log := s.opts.Log.With("session", one.login.Session, "user", one.identity.Name, "address", one.login.Address)
	program, err := s.opts.Open(one.login)
	if err != nil {
		log.Error("session not opened", "why", clean(err.Error()))
		wish.Fatalln(one.ssh, "vpsdeck: "+clean(err.Error()))
		return
	}
	log.Info("login", "role", string(one.identity.Role), "key", one.identity.fingerprint, "by", one.identity.authMethod, "scope", one.identity.Scope(), "client", clean(one.ssh.Context().ClientVersion()))
	one.lastInput.Store(one.startedAt.UnixNano())
	ctx, cancel := context.WithCancel(one.ssh.Context())
	defer cancel()
	one.cancel = cancel
	one.program = tea.NewProgram(&activityModel{program.Model, one}, one.programOptions(ctx)...)
	if program.OnCrash != nil {
		program.OnCrash(one.program.Quit)
	}
	s.mu.Lock()
	s.live[one] = true
	s.mu.Unlock()
	go one.enforceLimits(ctx)
	go one.forwardResizes(ctx)
	_, err = one.program.Run()
	one.setForceDeadline()
	s.mu.Lock()
	delete(s.live, one)
	s.mu.Unlock()

	code, why := 0, one.reason()
	if program.Crash != nil {
		if what, stack, crashed := program.Crash(); crashed {
			code, why = exitCrashed, "the dashboard broke by a mistake of its own; what runs at the provider goes on"
			log.Error("crash", "what", what, "stack", stack)
		}
	}
	switch {
	case why == "" && one.ssh.Context().Err() != nil:
		why = "the line was dropped"
	case why == "" && err != nil:
		code, why = exitCrashed, "the dashboard broke off"
		log.Error("the program failed", "why", clean(err.Error()))
	}
	lasted := time.Since(one.startedAt)
	one.slot.release() // before the client hears of the end: it may come again at once
	program.Close(why)
	log.Info("logout", "lasted", lasted.Round(time.Second).String(), "why", why)
	if why != "" {
		_, _ = io.WriteString(&sessionWriter{one}, "vpsdeck: "+why+"\r\n")
	}
	_ = one.ssh.Exit(code)
}

// programOptions are how Bubble Tea runs on the client's terminal. Ours come last, so that they hold.
func (one *session) programOptions(ctx context.Context) []tea.ProgramOption {
	return append(wishtea.MakeOptions(one.ssh),
		tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(maxFPS),
		tea.WithInput(keyboard.NewReader(&sessionReader{one})), tea.WithOutput(&sessionWriter{one}),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			switch msg.(type) {
			case tea.SuspendMsg: // there is no shell below
				return tea.ResumeMsg{}
			case tea.WindowSizeMsg: // the one of the start may come after a change
				return one.windowSize()
			}
			return msg
		}),
	)
}

// maxFPS is how often a screen is drawn, and hears of its size, at most.
const maxFPS = 30

func (one *session) windowSize() tea.WindowSizeMsg {
	columns, rows := one.conn.size.get()
	return tea.WindowSizeMsg{Width: columns, Height: rows}
}

// forwardResizes tells the program how large the terminal is. It may have to wait for the program; who tells of the sizes never does.
func (one *session) forwardResizes(ctx context.Context) {
	pause := time.NewTicker(time.Second / maxFPS)
	defer pause.Stop()
	for {
		select {
		case <-one.conn.size.changed:
			one.program.Send(one.windowSize())
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

// enforceLimits ends the session when it has idled, or lasted, too long, with a warning before; when the client takes nothing any more; and
// when it does not answer any more. One that is to end, and does not by itself, is dropped.
func (one *session) enforceLimits(ctx context.Context) {
	l := one.server.opts.Limits
	beat := max(min(l.Idle, l.MaxSession, l.Stuck, l.Grace)/20, 10*time.Millisecond)
	tick := time.NewTicker(min(beat, time.Second))
	defer tick.Stop()
	var warned time.Time // of the end that is due then
	alive := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := time.Now()
		if since := one.writingSince.Load(); since != 0 && now.Sub(time.Unix(0, since)) > l.Stuck {
			one.disconnect("the client took nothing any more")
			return
		}
		if end := one.forceAt.Load(); end != 0 {
			if now.UnixNano() > end {
				one.disconnect("the client took nothing any more")
				return
			}
			continue
		}
		if now.Sub(alive) > l.Stuck {
			alive = now
			go one.sendKeepalive()
		}
		due, why := one.deadline()
		switch left := due.Sub(now); {
		case left <= 0:
			one.end(why)
		case left <= l.Warning && !due.Equal(warned):
			warned = due
			one.notify(fmt.Sprintf("%s: this session ends in %s", why, left.Round(time.Second)))
		}
	}
}

// deadline is when the session ends, and why.
func (one *session) deadline() (time.Time, string) {
	l := one.server.opts.Limits
	due, why := one.startedAt.Add(l.MaxSession), "a session may last "+l.MaxSession.String()
	if until := one.identity.validUntil; !until.IsZero() && until.Before(due) {
		due, why = until, "your certificate is valid no longer"
	}
	if idle := time.Unix(0, one.lastInput.Load()).Add(l.Idle); idle.Before(due) {
		return idle, "no key was pressed for long"
	}
	return due, why
}

// sendKeepalive drops a line that does not answer.
func (one *session) sendKeepalive() {
	c, ok := one.ssh.Context().Value(ssh.ContextKeyConn).(*gossh.ServerConn)
	if !ok {
		return
	}
	late := time.AfterFunc(one.server.opts.Limits.Stuck, func() { one.disconnect("the client does not answer any more") })
	_, _, err := c.SendRequest("keepalive@openssh.com", true, nil)
	late.Stop()
	if err != nil {
		one.disconnect("the line was dropped")
	}
}

// notify shows a sentence on the visitor's screen.
func (one *session) notify(text string) { go one.program.Send(one.server.opts.Notice(text)) }

// end ends the program from inside, so that the terminal is given back. Where it is stuck, it is dropped after a while.
func (one *session) end(why string) {
	one.setReason(why)
	one.setForceDeadline()
	go one.program.Quit()
}

// setForceDeadline sets the time after which the session is ended by force.
func (one *session) setForceDeadline() {
	one.forceAt.CompareAndSwap(0, time.Now().Add(one.server.opts.Limits.Grace).UnixNano())
}

// disconnect ends the connection of a client that cannot be told anything. That frees whatever waits for it.
func (one *session) disconnect(why string) {
	one.setReason(why)
	_ = one.conn.Close()
	one.cancel()
}

func (one *session) setReason(why string) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.endReason == "" {
		one.endReason = why
	}
}

func (one *session) reason() string {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.endReason
}

// activityModel is a program whose keys are noticed.
type activityModel struct {
	tea.Model
	session *session
}

// Init asks the terminal whether it knows all colours: clients do not tell by themselves.
func (a *activityModel) Init() tea.Cmd {
	return tea.Batch(a.Model.Init(), tea.RequestCapability("RGB"), tea.RequestCapability("Tc"))
}

// Update hands the message on.
func (a *activityModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg.(type) {
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg:
		a.session.lastInput.Store(time.Now().UnixNano())
	}
	var cmd tea.Cmd
	a.Model, cmd = a.Model.Update(msg)
	return a, cmd
}

// sessionReader is what the client types. Bubble Tea goes on for ever when that ends, so its end ends the program.
type sessionReader struct{ session *session }

// Read reads what was typed.
func (e *sessionReader) Read(p []byte) (int, error) {
	n, err := e.session.ssh.Read(p)
	if errors.Is(err, io.EOF) {
		e.session.end("the client closed its input")
	}
	return n, err
}

// sessionWriter is what the client is shown. It notices when nothing is taken.
type sessionWriter struct{ session *session }

// Write writes.
func (m *sessionWriter) Write(p []byte) (int, error) {
	m.session.writingSince.Store(time.Now().UnixNano())
	defer m.session.writingSince.Store(0)
	return m.session.ssh.Write(p)
}

// clean makes what clients say fit for a log.
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
