package sshd

import (
	"strings"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// The bounds of what a client may say and ask for. One that goes on and on is put out.
const (
	maxVariableSize = 200  // bytes of a variable's value, or of the terminal's name
	maxVariables    = 32   // that are taken
	maxEnvSize      = 4096 // bytes of them all
	maxRequests     = 500  // of a session, but for changes of the terminal's size
	maxChannels     = 10   // that are opened, or tried to
)

// strictChannel hands on the requests for a session that the dashboard needs, and refuses all others: agents, X11, commands, subsystems,
// variables that no program should hear of. Changes of the terminal's size are kept here, where nobody can be held up by them.
type strictChannel struct {
	gossh.NewChannel
	conn       *conn
	disconnect func(why string)
	logRefused func(why string)
}

// Accept opens the channel.
func (s strictChannel) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, in, err := s.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	out := make(chan *gossh.Request)
	go func() {
		defer close(out)
		asked := &requestFilter{size: &s.conn.size}
		for r := range in {
			switch {
			case r.Type == "window-change":
				reply(r, asked.resize(r))
			case asked.requests == maxRequests:
				s.disconnect("too many requests")
				asked.requests++
			case asked.requests > maxRequests: // what comes until the connection has ended
			case asked.allow(r):
				out <- r
			default:
				if r.Type == "subsystem" {
					s.logRefused("it came for a subsystem: " + subsystemName(r.Payload))
				}
				reply(r, false)
			}
		}
	}()
	return channel, out, nil
}

// subsystemName is the name of the one that is asked for.
func subsystemName(payload []byte) string {
	var p struct{ Name string }
	if gossh.Unmarshal(payload, &p) != nil {
		return "one that cannot be read"
	}
	return clean(p.Name)
}

func reply(r *gossh.Request, granted bool) {
	if r.WantReply {
		_ = r.Reply(granted, nil)
	}
}

// requestFilter is what a client has asked for in its session.
type requestFilter struct {
	size      *terminalSize
	requests  int
	variables int
	envSize   int // bytes
}

// allow says whether the dashboard needs a request. One for a terminal then asks for a sane one.
func (a *requestFilter) allow(r *gossh.Request) bool {
	a.requests++
	switch r.Type {
	case "shell", "exec": // a command is answered with a sentence
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
		columns, rows := a.size.set(p.Columns, p.Rows)
		p.Columns, p.Rows, p.Modes = uint32(columns), uint32(rows), "" // there is no line discipline here
		r.Payload = gossh.Marshal(p)
		return true
	case "env":
		var v struct{ Name, Value string }
		if gossh.Unmarshal(r.Payload, &v) != nil || !isAllowedVariable(v.Name) || len(v.Value) > maxVariableSize || !isPrintableASCII(v.Value) {
			return false
		}
		a.variables++
		a.envSize += len(v.Name) + len(v.Value)
		return a.variables <= maxVariables && a.envSize <= maxEnvSize
	}
	return false
}

// resize notes how large the terminal is now.
func (a *requestFilter) resize(r *gossh.Request) bool {
	var w struct{ Columns, Rows, Width, Height uint32 }
	if gossh.Unmarshal(r.Payload, &w) != nil {
		return false
	}
	a.size.set(w.Columns, w.Rows)
	return true
}

// isAllowedVariable says whether the dashboard draws by a variable of the client's. None reaches a process: there is none.
func isAllowedVariable(name string) bool {
	return name == "COLORTERM" || name == "NO_COLOR" || name == "LANG" || strings.HasPrefix(name, "LC_") && len(name) < 20 && isPrintableASCII(name)
}

// isPrintableASCII says whether a text has nothing but printable ASCII.
func isPrintableASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// handleSessionChannel takes channels of that type, one for each connection: one person, one screen.
func (s *Server) handleSessionChannel(srv *ssh.Server, c *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	own, ok := s.countChannel(channel, ctx)
	switch {
	case !ok:
	case own.sessionOpened.CompareAndSwap(false, true):
		ssh.DefaultSessionHandler(srv, c, strictChannel{channel, own, func(why string) { s.disconnect(own, why) }, func(why string) { s.logRefused(own, why) }}, ctx)
	default:
		_ = channel.Reject(gossh.ResourceShortage, "one session for each connection")
	}
}

// rejectChannel refuses channels of all other types: forwarded ports, sockets, tunnels.
func (s *Server) rejectChannel(_ *ssh.Server, _ *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	if own, ok := s.countChannel(channel, ctx); ok {
		s.logRefused(own, "it wanted a channel of "+clean(channel.ChannelType()))
		_ = channel.Reject(gossh.UnknownChannelType, "there is only the dashboard here")
	}
}

// countChannel counts a channel, of whatever type, and puts out who opens too many. ok is false where it must not be taken.
func (s *Server) countChannel(channel gossh.NewChannel, ctx ssh.Context) (own *conn, ok bool) {
	own, ok = ctx.Value(connKey).(*conn)
	if !ok {
		_ = channel.Reject(gossh.ConnectionFailed, "the connection is not known")
		return nil, false
	}
	n := own.channels.Add(1)
	if n == maxChannels+1 {
		s.disconnect(own, "too many channels")
	}
	return own, n <= maxChannels
}

// rejectRequest refuses what is asked for beside the session, and puts out who goes on asking.
func (s *Server) rejectRequest(ctx ssh.Context, _ *ssh.Server, r *gossh.Request) (bool, []byte) {
	if own, ok := ctx.Value(connKey).(*conn); ok {
		switch n := own.requests.Add(1); {
		case n == maxRequests+1:
			s.disconnect(own, "too many requests")
		case n <= maxChannels && strings.Contains(r.Type, "forward"): // others come from every client
			s.logRefused(own, "it asked for "+clean(r.Type))
		}
	}
	return false, nil
}

// logRefused logs that a key that was let in came for something else than the dashboard.
func (s *Server) logRefused(c *conn, why string) { s.connLogger(c).Warn("refused", "why", why) }

// disconnect ends a connection whose client does not behave.
func (s *Server) disconnect(c *conn, why string) {
	s.connLogger(c).Warn("put out", "why", why)
	_ = c.Close()
}
