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
	"charm.land/ssh"
	"charm.land/wish/v2"
	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/watch"
)

// Login is a user who has logged in.
type Login struct {
	User
	Fingerprint string // of the key, SHA256:…
	Address     string // of the client, without a port
	Session     string // unique in this run of the server
}

// Program is what the user of a session sees.
type Program struct {
	Model tea.Model
	// called before the start, with the function that ends the program after a crash
	OnCrash func(quit func())
	Crash   func() (what, stack string, crashed bool) // the panic and its stack, if there was one
	Close   func(reason string)                       // called once at the end, with the reason
}

// Options are the options of a server.
type Options struct {
	HostKey string // path of the host key; created if missing
	Users   string // path of the users file
	Limits  Limits
	Log     *slog.Logger
	// Open makes the program of a session. Its error is a sentence for the user.
	Open func(Login) (Program, error)
	// Notice returns the message that makes a program show a sentence.
	Notice func(text string) tea.Msg
	Meter  Meter // nil: nothing is measured
}

// contextKey is a key in the context of a connection.
type contextKey string

const connKey contextKey = "vpsdeck connection"

// Server serves a program for each session.
type Server struct {
	opts       Options
	limiter    *connLimiter
	refusals   refusalCounter
	ssh        *ssh.Server
	mu         sync.Mutex
	users      *Users
	usersFile  *watch.File // used by one goroutine
	live       map[*session]bool
	lastNumber int
}

// New checks the files and makes a server. Serve starts it. The errors are of type *Error.
func New(opts Options) (*Server, error) {
	opts.Limits = opts.Limits.withDefaults()
	if opts.Meter == nil {
		opts.Meter = noMeter{}
	}
	file := watch.New(opts.Users)
	users, err := LoadUsers(opts.Users)
	if err != nil {
		return nil, err
	}
	signer, err := LoadHostKey(opts.HostKey)
	if err != nil {
		return nil, err
	}
	s := &Server{opts: opts, limiter: newConnLimiter(opts.Limits), users: users, usersFile: file,
		live: map[*session]bool{}}
	s.ssh, err = wish.NewServer(
		wish.WithPublicKeyAuth(s.authenticate),
		wish.WithMiddleware(s.handleSession),
		wish.WithVersion("vpsdeck"),
		func(server *ssh.Server) error {
			server.AddHostKey(signer)
			server.ChannelHandlers = map[string]ssh.ChannelHandler{"session": s.handleSessionChannel,
				"default": s.rejectChannel}
			server.RequestHandlers = map[string]ssh.RequestHandler{
				// not counted
				"keepalive@openssh.com": func(ssh.Context, *ssh.Server, *gossh.Request) (bool, []byte) {
					return false,
						nil
				},
				"default": s.rejectRequest,
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
		return nil, errorf("the SSH server cannot be created: %s", err)
	}
	return s, nil
}

// handleConn accepts a connection, or closes it if a limit is reached.
func (s *Server) handleConn(ctx ssh.Context, c net.Conn) net.Conn {
	own := newConn(c, s.opts.Limits, func(own *conn) {
		s.opts.Meter.Refused(TooLate)
		s.connLogger(own).Warn("disconnected", "why",
			"no dashboard was requested within "+s.opts.Limits.Handshake.String())
	})
	block := s.opts.Limits.blockOf(c.RemoteAddr())
	release, refused := s.limiter.acquireConn(block, func() { own.closeFor(errDropped) })
	if refused.text != "" {
		s.refuse(c.RemoteAddr(), loginRefusal{event: "connection refused", why: refused.text, reason: refused.reason})
		_ = own.Close()
		return nil
	}
	own.setRelease(release)
	ctx.SetValue(connKey, own)
	return own
}

func (s *Server) logFailedConn(c net.Conn, err error) {
	reason := LoginFailed
	if errors.Is(err, errDropped) {
		reason = TooManyUnauthenticated
	}
	s.refuse(c.RemoteAddr(), loginRefusal{event: "login failed", why: failure(err), reason: reason})
}

// failure returns why a login failed, without the ports of the two ends.
func failure(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return clean(err.Error())
}

// authenticate reports whether a key is accepted. It runs for each key that a client offers, before
// the client has proved that it has the key: handleLogin then gets the proved one.
func (s *Server) authenticate(ctx ssh.Context, key ssh.PublicKey) bool {
	user, err := s.identify(key, ctx.RemoteAddr())
	if err != nil {
		s.refuse(ctx.RemoteAddr(), loginRefusal{event: "key refused", why: err.Error(),
			key: gossh.FingerprintSHA256(key), as: clean(ctx.User())})
		return false
	}
	s.opts.Log.Debug("key accepted", "user", user.Name, "key", user.fingerprint)
	return true
}

// config returns the SSH configuration of a connection.
func (s *Server) config(ctx ssh.Context) *gossh.ServerConfig {
	c := algorithms()
	c.MaxAuthTries = 6
	c.VerifiedPublicKeyCallback = func(meta gossh.ConnMetadata, key gossh.PublicKey, p *gossh.Permissions,
		_ string) (*gossh.Permissions, error) {
		return p, s.handleLogin(ctx, key, meta.RemoteAddr())
	}
	return c
}

// handleLogin handles a client that has proved to have a key. The user takes a slot, even before
// requesting a session. If a limit is reached, the session shows that in place of the dashboard,
// since a refused key could show no message.
func (s *Server) handleLogin(ctx ssh.Context, key gossh.PublicKey, from net.Addr) error {
	own, ok := ctx.Value(connKey).(*conn)
	if !ok {
		return errUnknownKey
	}
	user, err := s.identify(key, from)
	if err != nil { // the users file has changed since authenticate
		return err
	}
	taken := &slot{identity: user, release: func() {}}
	if taken.refusal = s.limiter.acquireSession(user.Name, host(from)); taken.refusal.text == "" {
		taken.release = sync.OnceFunc(func() { s.limiter.releaseSession(user.Name, host(from)) })
	}
	own.setSlot(taken)
	s.limiter.rememberBlock(s.opts.Limits.blockOf(from))
	s.connLogger(own).Info("authenticated", "by", user.authMethod)
	return nil
}

// connLogger returns the logger with the connection's address and user.
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

// allowShellOrExec allows a shell, in whose place the dashboard runs, and a command, which is never
// run: handleSession answers it with a message.
func allowShellOrExec(_ ssh.Session, kind string) bool { return kind == "shell" || kind == "exec" }

// Serve serves until the context ends, and then drains: it accepts no more logins, notifies the
// open sessions, and ends them after a while. Operations continue at the provider.
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
		return errorf("the server failed: %s", err)
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
	for _, active := range s.activeSessions() {
		active.notify("the server shuts down in " + l.Drain.String() + "; running operations continue")
	}
	bounded, cancel := context.WithTimeout(context.Background(), l.Drain)
	defer cancel()
	if s.ssh.Shutdown(bounded) != nil {
		for _, active := range s.activeSessions() {
			active.end("the server has shut down; running operations continue")
		}
		last, cancel := context.WithTimeout(context.Background(), l.Grace+time.Second)
		defer cancel()
		_ = s.ssh.Shutdown(last)
	}
	_ = s.ssh.Close()
	s.logRefusals()
	s.opts.Log.Info("ended")
}

func (s *Server) activeSessions() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*session
	for active := range s.live {
		out = append(out, active)
	}
	return out
}

// healthInterval is how often the server logs its health, and what it refused again and again.
const healthInterval = time.Minute

func (s *Server) logHealth(ctx context.Context) {
	for clock.Sleep(ctx, healthInterval) == nil {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s.logRefusals()
		s.opts.Log.Info("health", "sessions", s.limiter.openSessions(), "goroutines", runtime.NumGoroutine(),
			"heap_mb", m.HeapAlloc>>20)
	}
}

// Listen opens a listener on an address.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		return nil, errorf("cannot listen on %s: %s", address, clean(op.Err.Error()))
	}
	if err != nil {
		return nil, errorf("%s is not a valid address to listen on: write it like 127.0.0.1:23234", address)
	}
	return l, nil
}

// CheckAddress checks the form of an address to listen on. It looks up no host name, and opens
// nothing: a server that is already running may have the port.
func CheckAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return errorf("%s is not a valid address to listen on: write it like 127.0.0.1:23234", address)
	}
	return nil
}
