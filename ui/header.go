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

// header shows the account, what runs, and how fresh the data is. With little room it drops the
// host first, then the account, then details of the status, then the number of running operations.
// The marks for demo and read-only are always shown in full.
func (a *App) header() string {
	tags, rest := a.identity()
	status := a.connectionStatus()
	room := a.width - 1
	for n := len(rest); n >= 0; n-- {
		left, right := a.stripeCell()+tags+strings.Join(rest[:n], ""), a.runningCount()+status[0]
		if widget.Width(left)+1+widget.Width(right) <= room {
			return widget.Justify(left, right, room)
		}
	}
	left := a.stripeCell() + tags
	room -= widget.Width(left) + 1
	for _, runs := range []string{a.runningCount(), ""} {
		for _, right := range status {
			if right = runs + right; widget.Width(right) <= room {
				return widget.Justify(left, right, a.width-1)
			}
		}
	}
	return widget.Justify(left, widget.Truncate(status[len(status)-1], room), a.width-1)
}

// runningCount is the number of operations under way, for the header.
func (a *App) runningCount() string {
	n := len(a.state.Operations())
	if n == 0 {
		return ""
	}
	return a.styles.Accent.Render(fmt.Sprintf("%s %d running", style.Running, n)) + "   "
}

// identity returns the tags, which are always shown, and the other parts of the identity. Of those
// the last is left out first.
func (a *App) identity() (tags string, rest []string) {
	s := a.styles
	tags = s.AccentStrong.Render("vpsdeck") + a.profileBadge()
	if a.opts.Demo {
		tags += s.Warning.Bold(true).Render(" demo")
	}
	if a.opts.ReadOnly {
		tags += s.Warning.Render(" read-only")
	}
	if name := a.opts.Actor.Name; name != "" {
		tags += s.Text.Render(" " + widget.NormalizeWidth(name))
	}
	if a.session == nil {
		return tags, nil
	}
	where := s.Muted.Render("simulated, nothing is real")
	if host := a.session.Client.Host(); !a.opts.Demo {
		where = widget.Link(s.Muted, panelURL(host)).Render(widget.NormalizeWidth(host))
	}
	return tags, []string{"  " + s.Text.Render(a.accountLabel()), s.Muted.Render(" "+style.Dot+" ") + where}
}

// panelURL is the address of the account's web panel, on the host of the API [I]. It is empty if
// the host has no domain name.
func panelURL(host string) string {
	if name, _, _ := strings.Cut(host, ":"); !strings.Contains(strings.TrimRight(name, "0123456789."), ".") {
		return ""
	}
	return "https://" + host + "/"
}

func (a *App) accountLabel() string {
	if !a.state.Account.Loaded() {
		return "account"
	}
	return widget.NormalizeWidth(a.state.Account.Value.Label())
}

// connectionStatus says how the last requests went and how old the data is. It returns variants of
// decreasing length.
func (a *App) connectionStatus() []string {
	s := a.styles
	if a.session == nil {
		return []string{s.Muted.Render("not signed in")}
	}
	at, loaded := a.oldestLoad()
	age, old := "no data yet", "no data"
	if loaded {
		old = widget.ShortDuration(a.state.Local.Sub(at)) + " old"
		age = "data " + old
	}
	dot := " " + style.Dot + " "
	switch err := a.state.Failure(); {
	case a.login.tokenRefused:
		return statusVariants(s.Bad, style.Failed, "token refused"+dot+age, "token refused"+dot+old, "token refused", "refused")
	case err != nil:
		word, st, sign := describeFailure(err), s.Bad, style.Failed
		if model.RetryAfter(err) > 0 { // the API said how long to wait
			st, sign = s.Warning, style.Warning
		} else if a.partlyLoaded() && !errors.Is(err, model.ErrIncomplete) {
			word = failureLabel{"partly failed", "partly"}
		}
		full, less, again := word.full+dot+age, word.full+dot+old, dot+"again in "+a.countdown()
		return statusVariants(st, sign, full+again, less+again, full, less, word.short+dot+old, word.full, word.short)
	case a.state.UsesCache():
		ago := widget.Ago(at, a.state.Local)
		return statusVariants(s.Warning, style.Unknown, "as of "+ago+", refreshing"+style.Ellipsis, ago+", refreshing"+style.Ellipsis, ago)
	case !loaded:
		return statusVariants(s.Muted, style.Unknown, "connecting"+style.Ellipsis)
	}
	if doubt := command.ClockDoubt(a.session.Client); doubt != "" {
		return statusVariants(s.Warning, style.Warning, doubt+dot+age, doubt, "clocks disagree", "clock?")
	}
	age = widget.Fit(widget.Ago(at, wholeSecond(a.state.Local)), widget.Width("just now"), true) // so that the text before it does not move
	return []string{s.Fine.Render(style.Active) + s.Muted.Render(" "+age)}
}

// statusVariants renders a sign with each of the texts, which get shorter.
func statusVariants(st lipgloss.Style, sign string, texts ...string) []string {
	for i, text := range texts {
		texts[i] = st.Render(sign + " " + text)
	}
	return texts
}

// failureLabel names a failure, in full and short.
type failureLabel struct{ full, short string }

// describeFailure names a failure by its cause, with the HTTP status if there is one.
func describeFailure(err error) failureLabel {
	status := ""
	var answered interface{ HTTPStatus() int }
	if errors.As(err, &answered) && answered.HTTPStatus() > 0 {
		status = fmt.Sprintf(" (%d)", answered.HTTPStatus())
	}
	switch {
	case errors.Is(err, model.ErrRateLimited):
		return failureLabel{"rate limited", "limited"}
	case errors.Is(err, model.ErrUnavailable):
		return failureLabel{"API unavailable" + status, "API down" + status}
	case errors.Is(err, model.ErrTimeout):
		return failureLabel{"no answer", "no answer"}
	case errors.Is(err, model.ErrUnreachable):
		return failureLabel{"offline", "offline"}
	case errors.Is(err, model.ErrIncomplete):
		return failureLabel{"list incomplete", "incomplete"}
	case errors.Is(err, model.ErrBadAnswer) && answered != nil && answered.HTTPStatus() >= 300:
		return failureLabel{"no API here" + status, "no API" + status}
	case errors.Is(err, model.ErrBadAnswer):
		return failureLabel{"unreadable answer", "unreadable"}
	}
	return failureLabel{"API refuses" + status, "refused" + status}
}

// partlyLoaded says whether some of the lists are loaded although another failed.
func (a *App) partlyLoaded() bool {
	st := a.state
	return st.Servers.Fresh() || st.Backups.Fresh() || st.Snapshots.Fresh()
}

// countdown is the time until the next poll.
func (a *App) countdown() string {
	return widget.ShortDuration(max(a.poller.AllDue.Sub(a.state.Local), 0))
}

// oldestLoad is when the oldest of the lists on the screen was loaded, and whether all have been
// loaded.
func (a *App) oldestLoad() (time.Time, bool) {
	at := a.state.Servers.At
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if t := a.state.Points(kind).At; t.Before(at) {
			at = t
		}
	}
	return at, !at.IsZero()
}
