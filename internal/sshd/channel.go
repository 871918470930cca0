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
	conn   *conn
	putOut func(why string)
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
				answer(r, false)
			}
		}
	}()
	return channel, out, nil
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
	own, ok := ctx.Value(connKey).(*conn)
	if !ok {
		_ = channel.Reject(gossh.ConnectionFailed, "the connection is not known")
		return
	}
	switch n := own.channels.Add(1); {
	case n == 1:
		ssh.DefaultSessionHandler(srv, c, strict{channel, own, func(why string) { s.putOut(own, why) }}, ctx)
	case n <= mostChannels:
		_ = channel.Reject(gossh.ResourceShortage, "one session for each connection")
	case n == mostChannels+1:
		s.putOut(own, "too many channels")
	}
}

// putOut ends a connection whose client does not behave.
func (s *Server) putOut(c *conn, why string) {
	s.logPlace(c).Warn("put out", "why", why)
	_ = c.Close()
}
