package sshd

import (
	"strings"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// The bounds of what a client may say and ask for. One that goes on and on is put out.
const (
	mostVariable  = 200  // bytes of a variable's value, or of the terminal's name
	mostVariables = 32   // that are taken
	mostEnviron   = 4096 // bytes of them all
	mostRequests  = 500  // of a session, but for changes of the terminal's size
	mostChannels  = 10   // that are opened, or tried to
)

// strict hands on the requests for a session that the dashboard needs, and refuses all others: agents, X11, commands, subsystems,
// variables that no program should hear of. Changes of the terminal's size are kept here, where nobody can be held up by them.
type strict struct {
	gossh.NewChannel
	conn    *conn
	putOut  func(why string)
	refused func(why string)
}

// Accept opens the channel.
func (s strict) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, in, err := s.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	out := make(chan *gossh.Request)
	go func() {
		defer close(out)
		asked := &asked{size: &s.conn.size}
		for r := range in {
			switch {
			case r.Type == "window-change":
				answer(r, asked.resize(r))
			case asked.requests == mostRequests:
				s.putOut("too many requests")
				asked.requests++
			case asked.requests > mostRequests: // what comes until the connection has ended
			case asked.allows(r):
				out <- r
			default:
				if r.Type == "subsystem" {
					s.refused("it came for a subsystem: " + subsystem(r.Payload))
				}
				answer(r, false)
			}
		}
	}()
	return channel, out, nil
}

// subsystem is the name of the one that is asked for.
func subsystem(payload []byte) string {
	var p struct{ Name string }
	if gossh.Unmarshal(payload, &p) != nil {
		return "one that cannot be read"
	}
	return clean(p.Name)
}

func answer(r *gossh.Request, granted bool) {
	if r.WantReply {
		_ = r.Reply(granted, nil)
	}
}

// asked is what a client has asked for in its session.
type asked struct {
	size      *size
	requests  int
	variables int
	environ   int // bytes
}

// allows says whether the dashboard needs a request. One for a terminal then asks for a sane one.
func (a *asked) allows(r *gossh.Request) bool {
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
		if gossh.Unmarshal(r.Payload, &p) != nil || len(p.Term) > mostVariable || !plain(p.Term) {
			return false
		}
		columns, rows := a.size.set(p.Columns, p.Rows)
		p.Columns, p.Rows, p.Modes = uint32(columns), uint32(rows), "" // there is no line discipline here
		r.Payload = gossh.Marshal(p)
		return true
	case "env":
		var v struct{ Name, Value string }
		if gossh.Unmarshal(r.Payload, &v) != nil || !variable(v.Name) || len(v.Value) > mostVariable || !plain(v.Value) {
			return false
		}
		a.variables++
		a.environ += len(v.Name) + len(v.Value)
		return a.variables <= mostVariables && a.environ <= mostEnviron
	}
	return false
}

// resize notes how large the terminal is now.
func (a *asked) resize(r *gossh.Request) bool {
	var w struct{ Columns, Rows, Width, Height uint32 }
	if gossh.Unmarshal(r.Payload, &w) != nil {
		return false
	}
	a.size.set(w.Columns, w.Rows)
	return true
}

// variable says whether the dashboard draws by a variable of the client's. None reaches a process: there is none.
func variable(name string) bool {
	return name == "COLORTERM" || name == "NO_COLOR" || name == "LANG" || strings.HasPrefix(name, "LC_") && len(name) < 20 && plain(name)
}

// plain says whether a text has nothing but printable ASCII.
func plain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// sessions takes channels of that type, one for each connection: one person, one screen.
func (s *Server) sessions(srv *ssh.Server, c *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	own, ok := s.counted(channel, ctx)
	switch {
	case !ok:
	case own.taken.CompareAndSwap(false, true):
		ssh.DefaultSessionHandler(srv, c, strict{channel, own, func(why string) { s.putOut(own, why) }, func(why string) { s.refused(own, why) }}, ctx)
	default:
		_ = channel.Reject(gossh.ResourceShortage, "one session for each connection")
	}
}

// otherChannels refuses channels of all other types: forwarded ports, sockets, tunnels.
func (s *Server) otherChannels(_ *ssh.Server, _ *gossh.ServerConn, channel gossh.NewChannel, ctx ssh.Context) {
	if own, ok := s.counted(channel, ctx); ok {
		s.refused(own, "it wanted a channel of "+clean(channel.ChannelType()))
		_ = channel.Reject(gossh.UnknownChannelType, "there is only the dashboard here")
	}
}

// counted counts a channel, of whatever type, and puts out who opens too many. ok is false where it must not be taken.
func (s *Server) counted(channel gossh.NewChannel, ctx ssh.Context) (own *conn, ok bool) {
	own, ok = ctx.Value(connKey).(*conn)
	if !ok {
		_ = channel.Reject(gossh.ConnectionFailed, "the connection is not known")
		return nil, false
	}
	n := own.channels.Add(1)
	if n == mostChannels+1 {
		s.putOut(own, "too many channels")
	}
	return own, n <= mostChannels
}

// otherRequests refuses what is asked for beside the session, and puts out who goes on asking.
func (s *Server) otherRequests(ctx ssh.Context, _ *ssh.Server, r *gossh.Request) (bool, []byte) {
	if own, ok := ctx.Value(connKey).(*conn); ok {
		switch n := own.requests.Add(1); {
		case n == mostRequests+1:
			s.putOut(own, "too many requests")
		case n <= mostChannels && strings.Contains(r.Type, "forward"): // others come from every client
			s.refused(own, "it asked for "+clean(r.Type))
		}
	}
	return false, nil
}

// refused logs that a key that was let in came for something else than the dashboard.
func (s *Server) refused(c *conn, why string) { s.logPlace(c).Warn("refused", "why", why) }

// putOut ends a connection whose client does not behave.
func (s *Server) putOut(c *conn, why string) {
	s.logPlace(c).Warn("put out", "why", why)
	_ = c.Close()
}
