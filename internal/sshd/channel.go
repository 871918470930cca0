package sshd

import (
	"strings"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"
)

// The bounds of what a client may say of its terminal.
const (
	mostCells    = 1000 // columns, and rows
	mostVariable = 200  // bytes
)

// strict hands on the requests for a session that the dashboard needs, and refuses all others: agents, X11, commands, subsystems,
// variables that no program should hear of.
type strict struct{ gossh.NewChannel }

// Accept opens the channel.
func (s strict) Accept() (gossh.Channel, <-chan *gossh.Request, error) {
	channel, in, err := s.NewChannel.Accept()
	if err != nil {
		return nil, nil, err
	}
	out := make(chan *gossh.Request)
	go func() {
		defer close(out)
		for r := range in {
			if allowed(r) {
				out <- r
			} else if r.WantReply {
				_ = r.Reply(false, nil)
			}
		}
	}()
	return channel, out, nil
}

// allowed says whether the dashboard needs a request.
func allowed(r *gossh.Request) bool {
	switch r.Type {
	case "shell", "exec": // a command is answered with a sentence
		return true
	case "pty-req":
		var p struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}
		return gossh.Unmarshal(r.Payload, &p) == nil && len(p.Term) <= mostVariable && p.Columns <= mostCells && p.Rows <= mostCells
	case "window-change":
		var w struct{ Columns, Rows, Width, Height uint32 }
		return gossh.Unmarshal(r.Payload, &w) == nil && w.Columns <= mostCells && w.Rows <= mostCells
	case "env":
		var v struct{ Name, Value string }
		return gossh.Unmarshal(r.Payload, &v) == nil && variable(v.Name) && len(v.Value) <= mostVariable && plain(v.Value)
	}
	return false
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
	if own, ok := ctx.Value(connKey).(*conn); ok {
		own.loggedIn()
	}
	if ctx.Value(takenKey) != nil {
		_ = channel.Reject(gossh.ResourceShortage, "one session for each connection")
		return
	}
	ctx.SetValue(takenKey, true)
	ssh.DefaultSessionHandler(srv, c, strict{channel}, ctx)
}
