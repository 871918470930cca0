package sshd

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/wish/v2"
	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/watch"
)

// Login is somebody who has come in.
type Login struct {
	User
	Fingerprint string // of the key, SHA256:…
	Address     string // where they come from, without a port
	Session     string // tells this session from all others of this run of the server
}

// Program is what a visitor sees.
type Program struct {
	Model   tea.Model
	OnCrash func(quit func())                         // told how to end the program, should it break
	Crash   func() (what, stack string, crashed bool) // what it broke by
	Close   func(reason string)                       // told once that it is over, and why
}

// Options is what a server works with.
type Options struct {
	HostKey string // the file of the host key; made if there is none
	Users   string // the users file
	Limits  Limits
	Log     *slog.Logger
	// Open makes the program of a visitor. The error is a sentence for them.
	Open func(Login) (Program, error)
	// Notice is a message that shows a sentence in a program.
	Notice func(text string) tea.Msg
}

// contextKey is a key of what belongs to a connection.
type contextKey string

const connKey contextKey = "vpsdeck connection"

// Server serves a program for each session.
type Server struct {
	opts       Options
	limiter    *connLimiter
	ssh        *ssh.Server
	mu         sync.Mutex
	users      *Users
	usersFile  *watch.File // of the users; looked at by one goroutine
	live       map[*session]bool
	lastNumber int
}

// New checks the files and makes a server. It listens once it is served. The errors are *Trouble.
func New(opts Options) (*Server, error) {
	opts.Limits = opts.Limits.withDefaults()
	file := watch.New(opts.Users)
	users, err := LoadUsers(opts.Users)
	if err != nil {
		return nil, err
	}
	signer, err := LoadHostKey(opts.HostKey)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, limiter: newConnLimiter(opts.Limits), users: users, usersFile: file, live: map[*session]bool{}}
	s.ssh, err = wish.NewServer(
		wish.WithPublicKeyAuth(s.authenticate),
		wish.WithMiddleware(s.handleSession),
		wish.WithVersion("vpsdeck"),
		func(server *ssh.Server) error {
			server.AddHostKey(signer)
			server.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.handleSessionChannel, "default": s.rejectChannel}
			server.RequestHandlers = map[string]ssh.RequestHandler{
				"keepalive@openssh.com": func(ssh.Context, *ssh.Server, *gossh.Request) (bool, []byte) { return false, nil }, // as many as it likes
				"default":               s.rejectRequest,
			}
			server.SubsystemHandlers = map[string]ssh.SubsystemHandler{}
			server.ConnCallback = s.handleConn
			server.ConnectionFailedCallback = s.logFailedConn
			server.ServerConfigCallback = s.config
			server.SessionRequestCallback = allowShellOrExec
			return nil
		},
	)
	if err != nil {
		return nil, errorf("the SSH server cannot be made: %s", err)
	}
	return s, nil
}

// handleConn takes a connection, or closes it where there are too many.
func (s *Server) handleConn(ctx ssh.Context, c net.Conn) net.Conn {
	from := host(c.RemoteAddr())
	if why := s.limiter.acquireConn(from); why != "" {
		s.opts.Log.Warn("turned away", "address", from, "why", why)
		return nil
	}
	own := newConn(c, s.opts.Limits, s.limiter.releaseConn, func(own *conn) {
		s.connLogger(own).Warn("put out", "why", "no dashboard was asked for within "+s.opts.Limits.Handshake.String())
	})
	ctx.SetValue(connKey, own)
	return own
}

func (s *Server) logFailedConn(c net.Conn, err error) {
	s.opts.Log.Warn("not let in", "address", host(c.RemoteAddr()), "why", clean(err.Error()))
}

// authenticate says whether a key lets somebody in. It is asked before the client has shown that it has the key, and for several
// keys: who it is in the end is told by the session's own key.
func (s *Server) authenticate(ctx ssh.Context, key ssh.PublicKey) bool {
	who, err := s.identify(key, ctx.RemoteAddr())
	if err != nil {
		s.opts.Log.Info("key refused", "address", host(ctx.RemoteAddr()), "key", gossh.FingerprintSHA256(key), "as", clean(ctx.User()), "why", err.Error())
		return false
	}
	s.opts.Log.Debug("key known", "user", who.Name, "key", who.fingerprint)
	return true
}

// config is how the server speaks with a client.
func (s *Server) config(ctx ssh.Context) *gossh.ServerConfig {
	c := algorithms()
	c.MaxAuthTries = 6
	c.VerifiedPublicKeyCallback = func(meta gossh.ConnMetadata, key gossh.PublicKey, p *gossh.Permissions, _ string) (*gossh.Permissions, error) {
		return p, s.handleLogin(ctx, key, meta.RemoteAddr())
	}
	return c
}

// handleLogin notes who has shown that they have a key. Whoever is in takes a place, whatever they ask for then. One for whom there is
// none is told so in the dashboard's place, since a key that is refused gets no sentence.
func (s *Server) handleLogin(ctx ssh.Context, key gossh.PublicKey, from net.Addr) error {
	own, ok := ctx.Value(connKey).(*conn)
	if !ok {
		return errUnknownKey
	}
	who, err := s.identify(key, from)
	if err != nil { // the file has changed since
		return err
	}
	p := &slot{identity: who, release: func() {}}
	if p.refusal = s.limiter.acquireSession(who.Name, host(from)); p.refusal == "" {
		p.release = sync.OnceFunc(func() { s.limiter.releaseSession(who.Name, host(from)) })
	}
	own.setSlot(p)
	s.connLogger(own).Info("authenticated", "by", who.authMethod)
	return nil
}

// connLogger is the log with who has logged in on a connection.
func (s *Server) connLogger(c *conn) *slog.Logger {
	log := s.opts.Log.With("address", host(c.RemoteAddr()))
	if p := c.currentSlot(); p != nil {
		log = log.With("user", p.identity.Name, "key", p.identity.fingerprint)
	}
	return log
}

func (s *Server) identify(key gossh.PublicKey, from net.Addr) (identity, error) {
	s.mu.Lock()
	users := s.users
	s.mu.Unlock()
	return users.identify(key, from, time.Now())
}

// allowShellOrExec lets through a shell, in whose place the dashboard is, and a command, which is not run but answered with a sentence.
func allowShellOrExec(_ ssh.Session, kind string) bool { return kind == "shell" || kind == "exec" }

// Serve serves until the context ends, and then drains: nobody is let in any more, who is there is told, and after a while
// everything is ended. What runs at the provider goes on.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- s.ssh.Serve(l) }()
	watching, stop := context.WithCancel(context.Background())
	defer stop()
	go s.watchUsers(watching)
	go s.logHealth(watching)
	s.opts.Log.Info("listening", "address", l.Addr().String())
	select {
	case err := <-ended:
		return errorf("the server ended by itself: %s", err)
	case <-ctx.Done():
	}
	s.drain()
	return nil
}

func (s *Server) drain() {
	l := s.opts.Limits
	s.limiter.close()
	open := s.limiter.openSessions()
	s.opts.Log.Info("draining", "sessions", open)
	for _, one := range s.activeSessions() {
		one.notify("the server ends in " + l.Drain.String() + "; what runs goes on at the provider")
	}
	bounded, cancel := context.WithTimeout(context.Background(), l.Drain)
	defer cancel()
	if s.ssh.Shutdown(bounded) != nil {
		for _, one := range s.activeSessions() {
			one.end("the server has ended; what runs goes on at the provider")
		}
		last, cancel := context.WithTimeout(context.Background(), l.Grace+time.Second)
		defer cancel()
		_ = s.ssh.Shutdown(last)
	}
	_ = s.ssh.Close()
	s.opts.Log.Info("ended")
}

func (s *Server) activeSessions() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*session
	for one := range s.live {
		out = append(out, one)
	}
	return out
}

// healthInterval is how often a line tells how the server is.
const healthInterval = time.Minute

func (s *Server) logHealth(ctx context.Context) {
	tick := time.NewTicker(healthInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			s.opts.Log.Info("health", "sessions", s.limiter.openSessions(), "goroutines", runtime.NumGoroutine(), "heap_mb", m.HeapAlloc>>20)
		}
	}
}

// Listen opens the address of a server.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		return nil, errorf("%s cannot be listened on: %s", address, clean(op.Err.Error()))
	}
	if err != nil {
		return nil, errorf("%s is no address to listen on: write it like 127.0.0.1:23234", address)
	}
	return l, nil
}
