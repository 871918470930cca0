package sshd

import (
	"strings"

	"charm.land/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// The limits of what a client may send. A client with too many requests or channels is
// disconnected.
const (
	maxVariableSize = 200  // bytes of a variable's value, or of the terminal's name
	maxVariables    = 32   // that are accepted
	maxEnvSize      = 4096 // bytes of all variables
	maxRequests     = 500  // of a session, except for changes of the terminal's size
	maxChannels     = 10   // opened or attempted
)

// strictChannel passes on the session requests that the dashboard needs, and refuses all others:
// agents, X11, subsystems and other variables. It handles changes of the terminal's size itself, so
// that they block nobody.
type strictChannel struct {
	gossh.NewChannel
	conn       *conn
	disconnect func(why string)
	logRefused func(why string)
}

// Accept accepts the channel and filters its requests.
func (s strictChannel) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, in, err := s.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	out := make(chan *gossh.Request)
	go func() {
		defer close(out)
		filter := &requestFilter{size: &s.conn.size}
		for r := range in {
			switch {
			case r.Type == "window-change":
				reply(r, filter.resize(r))
			case filter.requests == maxRequests:
				s.disconnect("too many requests")
				filter.requests++
			case filter.requests > maxRequests: // drop the rest until the connection has closed
			case filter.allow(r):
				out <- r
			default:
				if r.Type == "subsystem" {
					s.logRefused("requested a subsystem: " + subsystemName(r.Payload))
				}
				reply(r, false)
			}
		}
	}()
	return channel, out, nil
}

// subsystemName returns the name of the requested subsystem.
func subsystemName(payload []byte) string {
	var p struct{ Name string }
	if gossh.Unmarshal(payload, &p) != nil {
		return "unreadable name"
	}
	return clean(p.Name)
}

func reply(r *gossh.Request, granted bool) {
	if r.WantReply {
		_ = r.Reply(granted, nil)
	}
}

// requestFilter decides which requests of a session are allowed, and counts them.
type requestFilter struct {
	size      *terminalSize
	requests  int
	variables int
	envSize   int // bytes
}

// allow reports whether the dashboard needs a request. It replaces the values of a terminal request
// by safe ones.
func (f *requestFilter) allow(r *gossh.Request) bool {
	f.requests++
	switch r.Type {
	case "shell", "exec": // handleSession explains that there are no commands
		return true
	case "pty-req":
		var p struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}
		if gossh.Unmarshal(r.Payload, &p) != nil || len(p.Term) > maxVariableSize || !isPrintableASCII(p.Term) {
			return false
		}
		columns, rows := f.size.set(p.Columns, p.Rows)
		p.Columns, p.Rows, p.Modes = uint32(columns), uint32(rows), "" // there is no line discipline here
		r.Payload = gossh.Marshal(p)
		return true
	case "env":
		var v struct{ Name, Value string }
		if gossh.Unmarshal(r.Payload, &v) != nil || !isAllowedVariable(v.Name) || len(v.Value) > maxVariableSize ||
			!isPrintableASCII(v.Value) {
			return false
		}
		f.variables++
		f.envSize += len(v.Name) + len(v.Value)
		return f.variables <= maxVariables && f.envSize <= maxEnvSize
	}
	return false
}

// resize stores the terminal's new size.
func (f *requestFilter) resize(r *gossh.Request) bool {
	var w struct{ Columns, Rows, Width, Height uint32 }
	if gossh.Unmarshal(r.Payload, &w) != nil {
		return false
	}
	f.size.set(w.Columns, w.Rows)
	return true
}

// isAllowedVariable reports whether a client's variable affects how the dashboard is drawn. The
// variables reach no process, because the server starts none.
func isAllowedVariable(name string) bool {
	return name == "COLORTERM" || name == "NO_COLOR" || name == "LANG" || strings.HasPrefix(name, "LC_") &&
		len(name) < 20 && isPrintableASCII(name)
}

// isPrintableASCII reports whether a text is only printable ASCII.
func isPrintableASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// handleSessionChannel accepts one session channel per connection: one person, one screen.
func (s *Server) handleSessionChannel(srv *ssh.Server, c *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	own, ok := s.countChannel(channel, ctx)
	switch {
	case !ok:
	case own.sessionOpened.CompareAndSwap(false, true):
		ssh.DefaultSessionHandler(srv, c, strictChannel{channel, own, func(why string) { s.disconnect(own, why) },
			func(why string) { s.logRefused(own, why) }}, ctx)
	default:
		_ = channel.Reject(gossh.ResourceShortage, "only one session per connection")
	}
}

// rejectChannel rejects channels of all other types: forwarded ports, sockets, tunnels.
func (s *Server) rejectChannel(_ *ssh.Server, _ *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	if own, ok := s.countChannel(channel, ctx); ok {
		s.logRefused(own, "requested a channel: "+clean(channel.ChannelType()))
		_ = channel.Reject(gossh.UnknownChannelType, "only the dashboard is available here")
	}
}

// countChannel counts a channel of any type, and disconnects a client that opens too many. ok is
// false if the channel must not be accepted.
func (s *Server) countChannel(channel gossh.NewChannel, ctx ssh.Context) (own *conn, ok bool) {
	own, ok = ctx.Value(connKey).(*conn)
	if !ok {
		_ = channel.Reject(gossh.ConnectionFailed, "unknown connection")
		return nil, false
	}
	n := own.channels.Add(1)
	if n == maxChannels+1 {
		s.disconnect(own, "too many channels")
	}
	return own, n <= maxChannels
}

// rejectRequest rejects requests outside the session, and disconnects a client that sends too many.
func (s *Server) rejectRequest(ctx ssh.Context, _ *ssh.Server, r *gossh.Request) (bool, []byte) {
	if own, ok := ctx.Value(connKey).(*conn); ok {
		switch n := own.requests.Add(1); {
		case n == maxRequests+1:
			s.disconnect(own, "too many requests")
		case n <= maxChannels && strings.Contains(r.Type, "forward"): // every client sends some of the others
			s.logRefused(own, "requested "+clean(r.Type))
		}
	}
	return false, nil
}

// logRefused logs that an authenticated client requested something other than the dashboard.
func (s *Server) logRefused(c *conn, why string) {
	s.opts.Meter.Refused(NotADashboard)
	s.connLogger(c).Warn("refused", "why", why)
}

// disconnect closes the connection of a client that exceeds the limits.
func (s *Server) disconnect(c *conn, why string) {
	s.opts.Meter.Refused(TooMuch)
	s.connLogger(c).Warn("disconnected", "why", why)
	_ = c.Close()
}
