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
	server  *Server
	ssh     ssh.Session
	key     gossh.PublicKey
	who     identity
	visitor Visitor
	began   time.Time
	conn    *conn
	place   *place
	program *tea.Program
	cancel  context.CancelFunc // ends all that belongs to it
	heard   atomic.Int64       // when a key was pressed last, in nanoseconds
	ending  atomic.Int64       // when it is ended by force, in nanoseconds; 0: it is not to end
	writing atomic.Int64       // since when the client has taken nothing of what is written; 0: it has taken all

	mu  sync.Mutex
	why string // it ends
}

// codeCrashed is what a client ends with where its program broke.
const codeCrashed = 70

// serve runs the program of a session.
func (s *Server) serve(ssh.Handler) ssh.Handler {
	return func(sess ssh.Session) {
		defer func() { // what breaks here must not end the server, and with it everybody else's session
			if what := recover(); what != nil {
				s.opts.Log.Error("crash", "what", fmt.Sprint(what), "stack", string(debug.Stack()))
				wish.Fatalln(sess, "vpsdeck: the session broke by a mistake of the server's; what runs at the provider goes on")
			}
		}()
		own, _ := sess.Context().Value(connKey).(*conn)
		who, err := s.who(sess.PublicKey(), sess.RemoteAddr())
		if own == nil || own.holder() == nil || err != nil { // the file has changed since
			wish.Fatalln(sess, "vpsdeck: your key does not let you in any more")
			return
		}
		refuse := func(why, words string) {
			s.logPlace(own).Warn("session refused", "why", why)
			wish.Fatalln(sess, "vpsdeck: "+words)
		}
		p := own.holder()
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
		case p.full != "":
			refuse(p.full, p.full)
			return
		}
		one := &session{server: s, ssh: sess, conn: own, place: p, key: sess.PublicKey(), who: who, began: time.Now()}
		one.visitor = Visitor{User: who.User, Fingerprint: who.fingerprint, Address: host(sess.RemoteAddr())}
		own.begun()
		defer own.over()
		defer p.leave()
		one.run()
	}
}

// run shows the program until it ends, and says why where that was not the visitor's wish.
func (one *session) run() {
	s := one.server
	s.mu.Lock()
	s.number++
	one.visitor.Session = fmt.Sprint(s.number)
	s.mu.Unlock()
	log := s.opts.Log.With("session", one.visitor.Session, "user", one.who.Name, "address", one.visitor.Address)
	program, err := s.opts.Open(one.visitor)
	if err != nil {
		log.Error("session not opened", "why", clean(err.Error()))
		wish.Fatalln(one.ssh, "vpsdeck: "+clean(err.Error()))
		return
	}
	log.Info("login", "role", string(one.who.Role), "key", one.who.fingerprint, "by", one.who.by, "scope", one.who.Scope(), "client", clean(one.ssh.Context().ClientVersion()))
	one.heard.Store(one.began.UnixNano())
	ctx, cancel := context.WithCancel(one.ssh.Context())
	defer cancel()
	one.cancel = cancel
	one.program = tea.NewProgram(&attended{program.Model, one}, one.options(ctx)...)
	if program.OnCrash != nil {
		program.OnCrash(one.program.Quit)
	}
	s.mu.Lock()
	s.live[one] = true
	s.mu.Unlock()
	go one.watch(ctx)
	go one.resize(ctx)
	_, err = one.program.Run()
	one.endsSoon()
	s.mu.Lock()
	delete(s.live, one)
	s.mu.Unlock()

	code, why := 0, one.reason()
	if program.Crash != nil {
		if what, stack, crashed := program.Crash(); crashed {
			code, why = codeCrashed, "the dashboard broke by a mistake of its own; what runs at the provider goes on"
			log.Error("crash", "what", what, "stack", stack)
		}
	}
	switch {
	case why == "" && one.ssh.Context().Err() != nil:
		why = "the line was dropped"
	case why == "" && err != nil:
		code, why = codeCrashed, "the dashboard broke off"
		log.Error("the program failed", "why", clean(err.Error()))
	}
	lasted := time.Since(one.began)
	one.place.leave() // before the client hears of the end: it may come again at once
	program.Close(why)
	log.Info("logout", "lasted", lasted.Round(time.Second).String(), "why", why)
	if why != "" {
		_, _ = io.WriteString(&mouth{one}, "vpsdeck: "+why+"\r\n")
	}
	_ = one.ssh.Exit(code)
}

// options are how Bubble Tea runs on the client's terminal. Ours come last, so that they hold.
func (one *session) options(ctx context.Context) []tea.ProgramOption {
	return append(wishtea.MakeOptions(one.ssh),
		tea.WithContext(ctx), tea.WithoutSignalHandler(), tea.WithFPS(framesPerSecond),
		tea.WithInput(keyboard.NewReader(&ear{one})), tea.WithOutput(&mouth{one}),
		tea.WithFilter(func(_ tea.Model, msg tea.Msg) tea.Msg {
			switch msg.(type) {
			case tea.SuspendMsg: // there is no shell below
				return tea.ResumeMsg{}
			case tea.WindowSizeMsg: // the one of the start may come after a change
				return one.window()
			}
			return msg
		}),
	)
}

// framesPerSecond is how often a screen is drawn, and hears of its size, at most.
const framesPerSecond = 30

func (one *session) window() tea.WindowSizeMsg {
	columns, rows := one.conn.size.now()
	return tea.WindowSizeMsg{Width: columns, Height: rows}
}

// resize tells the program how large the terminal is. It may have to wait for the program; who tells of the sizes never does.
func (one *session) resize(ctx context.Context) {
	pause := time.NewTicker(time.Second / framesPerSecond)
	defer pause.Stop()
	for {
		select {
		case <-one.conn.size.changed:
			one.program.Send(one.window())
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

// watch ends the session when it has idled, or lasted, too long, with a warning before; when the client takes nothing any more; and
// when it does not answer any more. One that is to end, and does not by itself, is dropped.
func (one *session) watch(ctx context.Context) {
	l := one.server.opts.Limits
	beat := max(min(l.Idle, l.Total, l.Stuck, l.Grace)/20, 10*time.Millisecond)
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
		if since := one.writing.Load(); since != 0 && now.Sub(time.Unix(0, since)) > l.Stuck {
			one.drop("the client took nothing any more")
			return
		}
		if end := one.ending.Load(); end != 0 {
			if now.UnixNano() > end {
				one.drop("the client took nothing any more")
				return
			}
			continue
		}
		if now.Sub(alive) > l.Stuck {
			alive = now
			go one.ask()
		}
		due, why := one.due()
		switch left := due.Sub(now); {
		case left <= 0:
			one.end(why)
		case left <= l.Warning && !due.Equal(warned):
			warned = due
			one.tell(fmt.Sprintf("%s: this session ends in %s", why, left.Round(time.Second)))
		}
	}
}

// due is when the session ends, and why.
func (one *session) due() (time.Time, string) {
	l := one.server.opts.Limits
	due, why := one.began.Add(l.Total), "a session may last "+l.Total.String()
	if until := one.who.until; !until.IsZero() && until.Before(due) {
		due, why = until, "your certificate is valid no longer"
	}
	if idle := time.Unix(0, one.heard.Load()).Add(l.Idle); idle.Before(due) {
		return idle, "no key was pressed for long"
	}
	return due, why
}

// ask drops a line that does not answer.
func (one *session) ask() {
	c, ok := one.ssh.Context().Value(ssh.ContextKeyConn).(*gossh.ServerConn)
	if !ok {
		return
	}
	late := time.AfterFunc(one.server.opts.Limits.Stuck, func() { one.drop("the client does not answer any more") })
	_, _, err := c.SendRequest("keepalive@openssh.com", true, nil)
	late.Stop()
	if err != nil {
		one.drop("the line was dropped")
	}
}

// tell shows a sentence on the visitor's screen.
func (one *session) tell(text string) { go one.program.Send(one.server.opts.Notice(text)) }

// end ends the program from inside, so that the terminal is given back. Where it is stuck, it is dropped after a while.
func (one *session) end(why string) {
	one.because(why)
	one.endsSoon()
	go one.program.Quit()
}

// endsSoon sets the time after which the session is ended by force.
func (one *session) endsSoon() {
	one.ending.CompareAndSwap(0, time.Now().Add(one.server.opts.Limits.Grace).UnixNano())
}

// drop ends the connection of a client that cannot be told anything. That frees whatever waits for it.
func (one *session) drop(why string) {
	one.because(why)
	_ = one.conn.Close()
	one.cancel()
}

func (one *session) because(why string) {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.why == "" {
		one.why = why
	}
}

func (one *session) reason() string {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.why
}

// attended is a program whose keys are noticed.
type attended struct {
	tea.Model
	one *session
}

// Init asks the terminal whether it knows all colours: clients do not tell by themselves.
func (a *attended) Init() tea.Cmd {
	return tea.Batch(a.Model.Init(), tea.RequestCapability("RGB"), tea.RequestCapability("Tc"))
}

// Update hands the message on.
func (a *attended) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg.(type) {
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg:
		a.one.heard.Store(time.Now().UnixNano())
	}
	var cmd tea.Cmd
	a.Model, cmd = a.Model.Update(msg)
	return a, cmd
}

// ear is what the client types. Bubble Tea goes on for ever when that ends, so its end ends the program.
type ear struct{ one *session }

// Read reads what was typed.
func (e *ear) Read(p []byte) (int, error) {
	n, err := e.one.ssh.Read(p)
	if errors.Is(err, io.EOF) {
		e.one.end("the client closed its input")
	}
	return n, err
}

// mouth is what the client is shown. It notices when nothing is taken.
type mouth struct{ one *session }

// Write writes.
func (m *mouth) Write(p []byte) (int, error) {
	m.one.writing.Store(time.Now().UnixNano())
	defer m.one.writing.Store(0)
	return m.one.ssh.Write(p)
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
