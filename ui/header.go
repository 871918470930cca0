package ui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// header says whose account this is, what runs, and how fresh the data is. Where there is little room, the host goes first,
// then the account, then details of the trouble, then what runs; that it is a demo, or read-only, is always told, whole.
func (a *App) header() string {
	tags, rest := a.identity()
	said := a.connection()
	room := a.width - 1
	for n := len(rest); n >= 0; n-- {
		left, right := a.edge()+tags+strings.Join(rest[:n], ""), a.runs()+said[0]
		if widget.Width(left)+1+widget.Width(right) <= room {
			return widget.Spread(left, right, room)
		}
	}
	left := a.edge() + tags
	room -= widget.Width(left) + 1
	for _, runs := range []string{a.runs(), ""} {
		for _, right := range said {
			if right = runs + right; widget.Width(right) <= room {
				return widget.Spread(left, right, a.width-1)
			}
		}
	}
	return widget.Spread(left, widget.Cut(said[len(said)-1], room), a.width-1)
}

// runs counts the operations under way, for the header.
func (a *App) runs() string {
	n := len(a.state.Operations())
	if n == 0 {
		return ""
	}
	return a.styles.Accent.Render(fmt.Sprintf("%s %d running", style.Running, n)) + "   "
}

// identity is who one is here: what must be told, and the rest in pieces, the last the first that can be left out.
func (a *App) identity() (tags string, rest []string) {
	s := a.styles
	tags = s.AccentStrong.Render("vpsdeck") + a.badge()
	if a.opts.Demo {
		tags += s.Late.Bold(true).Render(" demo")
	}
	if a.opts.ReadOnly {
		tags += s.Late.Render(" read-only")
	}
	if name := a.opts.Actor.Name; name != "" {
		tags += s.Text.Render(" " + widget.Agreed(name))
	}
	if a.session == nil {
		return tags, nil
	}
	where := s.Muted.Render("simulated, nothing is real")
	if host := a.session.Client.Host(); !a.opts.Demo {
		where = widget.Link(s.Muted, panel(host)).Render(widget.Agreed(host))
	}
	return tags, []string{"  " + s.Text.Render(a.accountLabel()), s.Muted.Render(" "+style.Dot+" ") + where}
}

// panel is the address of the account's web panel: it is where the API is [I]. There is none on a machine without a name.
func panel(host string) string {
	if name, _, _ := strings.Cut(host, ":"); !strings.Contains(strings.TrimRight(name, "0123456789."), ".") {
		return ""
	}
	return "https://" + host + "/"
}

func (a *App) accountLabel() string {
	if !a.state.Account.Loaded() {
		return "account"
	}
	return widget.Agreed(a.state.Account.Value.Label())
}

// connection says how the last requests went and how old the data is: in full, and shorter and shorter.
func (a *App) connection() []string {
	s := a.styles
	if a.session == nil {
		return []string{s.Muted.Render("no account")}
	}
	at, loaded := a.oldest()
	age, old := "no data yet", "no data"
	if loaded {
		old = widget.Roughly(a.state.Local.Sub(at)) + " old"
		age = "data " + old
	}
	dot := " " + style.Dot + " "
	switch err := a.state.Failure(); {
	case a.login.refused:
		return shorter(s.Bad, style.Failed, "token refused"+dot+age, "token refused"+dot+old, "token refused", "refused")
	case err != nil:
		word, st, sign := trouble(err), s.Bad, style.Failed
		if model.RetryAfter(err) > 0 { // it told how long to wait
			st, sign = s.Late, style.Late
		} else if a.partly() && !errors.Is(err, model.ErrIncomplete) {
			word = troubleWord{"partly failed", "partly"}
		}
		full, less, again := word.said+dot+age, word.said+dot+old, dot+"again in "+a.countdown()
		return shorter(st, sign, full+again, less+again, full, less, word.short+dot+old, word.said, word.short)
	case a.state.Recalled():
		ago := widget.Ago(at, a.state.Local)
		return shorter(s.Late, style.Unknown, "as of "+ago+", asking"+style.Ellipsis, ago+", asking"+style.Ellipsis, ago)
	case !loaded:
		return shorter(s.Muted, style.Unknown, "connecting"+style.Ellipsis)
	}
	if doubt := command.ClockDoubt(a.session.Client); doubt != "" {
		return shorter(s.Late, style.Late, doubt+dot+age, doubt, "clocks disagree", "clock?")
	}
	age = widget.Fit(widget.Ago(at, wholeSecond(a.state.Local)), widget.Width("just now"), true) // so that what stands before it does not move
	return []string{s.Fine.Render(style.Live) + s.Muted.Render(" "+age)}
}

// shorter is a sign with each of the texts, which say less and less.
func shorter(st lipgloss.Style, sign string, texts ...string) []string {
	for i, text := range texts {
		texts[i] = st.Render(sign + " " + text)
	}
	return texts
}

// troubleWord is a word for a failure, and a shorter one.
type troubleWord struct{ said, short string }

// trouble is a word for a failure: where it lies, and its status where there is one.
func trouble(err error) troubleWord {
	status := ""
	var answered interface{ HTTPStatus() int }
	if errors.As(err, &answered) && answered.HTTPStatus() > 0 {
		status = fmt.Sprintf(" (%d)", answered.HTTPStatus())
	}
	switch {
	case errors.Is(err, model.ErrRateLimited):
		return troubleWord{"rate limited", "limited"}
	case errors.Is(err, model.ErrUnavailable):
		return troubleWord{"API unavailable" + status, "API down" + status}
	case errors.Is(err, model.ErrTimeout):
		return troubleWord{"no answer", "no answer"}
	case errors.Is(err, model.ErrUnreachable):
		return troubleWord{"offline", "offline"}
	case errors.Is(err, model.ErrIncomplete):
		return troubleWord{"list incomplete", "incomplete"}
	case errors.Is(err, model.ErrBadAnswer) && answered != nil && answered.HTTPStatus() >= 300:
		return troubleWord{"no API here" + status, "no API" + status}
	case errors.Is(err, model.ErrBadAnswer):
		return troubleWord{"unreadable answer", "unreadable"}
	}
	return troubleWord{"API refuses" + status, "refused" + status}
}

// partly says whether a part of the account is there while another part failed.
func (a *App) partly() bool {
	st := a.state
	return st.Servers.Fresh() || st.Backups.Fresh() || st.Snapshots.Fresh()
}

// countdown is how long until the account is asked again.
func (a *App) countdown() string { return widget.Roughly(max(a.polls.All.Sub(a.state.Local), 0)) }

// oldest is when the oldest of the lists on the screen came, and whether all of them have.
func (a *App) oldest() (time.Time, bool) {
	at := a.state.Servers.At
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if t := a.state.Points(kind).At; t.Before(at) {
			at = t
		}
	}
	return at, !at.IsZero()
}
