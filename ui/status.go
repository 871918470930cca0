package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// status draws the header and the stripe of the account, and names the window.
type status struct {
	*core
	poller  *poller
	history *history
}

// header shows the account, what runs, and how fresh the data is. With little room it drops the
// host first, then the account, then details of the status, then what ended and what runs.
// The marks for demo and read-only are always shown in full.
func (s *status) header() string {
	tags, rest := s.identity()
	status := s.connectionStatus()
	room := s.width - 1
	marks := s.activityMarks()
	for n := len(rest); n >= 0; n-- {
		left, right := s.stripeCell()+tags+strings.Join(rest[:n], ""), marks[0]+status[0]
		if widget.Width(left)+1+widget.Width(right) <= room {
			return widget.Justify(left, right, room)
		}
	}
	left := s.stripeCell() + tags
	room -= widget.Width(left) + 1
	for _, mark := range marks {
		for _, right := range status {
			if right = mark + right; widget.Width(right) <= room {
				return widget.Justify(left, right, s.width-1)
			}
		}
	}
	return widget.Justify(left, widget.Truncate(status[len(status)-1], room), s.width-1)
}

// runningCount is the number of operations under way, for the header.
func (s *status) runningCount() string {
	n := len(s.state.Operations())
	if n == 0 {
		return ""
	}
	return style.Render(s.styles.Accent, fmt.Sprintf("%s %d running", style.Running, n)) + "   "
}

// activityMarks say what runs and what ended while nobody looked. They are variants of decreasing
// length.
func (s *status) activityMarks() []string {
	running, done, failed := s.runningCount(), "", ""
	n, bad := s.history.unreadCounts()
	if bad > 0 {
		failed = style.Render(s.styles.Bad, fmt.Sprintf("%s %d not done", style.Failed, bad)) + "   "
	}
	if n > 0 {
		done = style.Render(s.styles.Fine, fmt.Sprintf("%s %d done", style.Done, n)) + "   "
	}
	return slices.Compact([]string{failed + done + running, failed + running, failed, ""})
}

// identity returns the tags, which are always shown, and the other parts of the identity. Of those
// the last is left out first.
func (s *status) identity() (tags string, rest []string) {
	styles := s.styles
	tags = style.Render(styles.AccentStrong, "vpsdeck") + s.profileBadge()
	if s.opts.Demo {
		tags += style.Render(styles.Warning.Bold(), " demo")
	}
	if s.opts.Profile.ReadOnly {
		tags += style.Render(styles.Warning, " read-only")
	}
	if name := s.opts.Actor.Name; name != "" {
		tags += style.Render(styles.Text, " "+widget.NormalizeWidth(name))
	}
	if s.session == nil {
		return tags, nil
	}
	simulated := "simulated, nothing is real"
	if speed := command.ClockSpeed(s.session.Client); speed != 1 {
		simulated = fmt.Sprintf("simulated, time runs %gx", speed)
	}
	where := style.Render(styles.Muted, simulated)
	if host := s.session.Client.Host(); !s.opts.Demo {
		where = style.Render(widget.Link(styles.Muted, panelURL(host)), widget.NormalizeWidth(host))
	}
	return tags, []string{"  " + style.Render(styles.Text, s.accountLabel()),
		style.Render(styles.Muted, " "+style.Dot+" ") + where}
}

// panelURL is the address of the account's web panel, on the host of the API [I]. It is empty if
// the host has no domain name.
func panelURL(host string) string {
	if name, _, _ := strings.Cut(host, ":"); !strings.Contains(strings.TrimRight(name, "0123456789."), ".") {
		return ""
	}
	return "https://" + host + "/"
}

func (s *status) accountLabel() string {
	if !s.state.Account.Loaded() {
		return "account"
	}
	return widget.NormalizeWidth(s.state.Account.Value.Label())
}

// connectionStatus says how the last requests went and how old the data is. It returns variants of
// decreasing length.
func (s *status) connectionStatus() []string {
	styles := s.styles
	if s.session == nil {
		return []string{style.Render(styles.Muted, "not signed in")}
	}
	at, loaded := s.state.ListsAt()
	age, old := "no data yet", "no data"
	if loaded {
		old = widget.ShortDuration(s.state.Local.Sub(at)) + " old"
		age = "data " + old
	}
	dot := " " + style.Dot + " "
	switch err := s.state.Failure(); {
	case s.tokenRefused:
		return statusVariants(styles.Bad, style.Failed, "token refused"+dot+age, "token refused"+dot+old,
			"token refused", "refused")
	case err != nil:
		word, st, sign := describeFailure(err), styles.Bad, style.Failed
		if model.RetryAfter(err) > 0 { // the API said how long to wait
			st, sign = styles.Warning, style.Warning
		} else if s.partlyLoaded() && !errors.Is(err, model.ErrIncomplete) {
			word = failureLabel{"partly failed", "partly"}
		}
		full, less := word.full+dot+age, word.full+dot+old
		again := dot + "again in " + widget.ShortDuration(s.poller.untilPoll())
		return statusVariants(st, sign, full+again, less+again, full, less, word.short+dot+old, word.full, word.short)
	case s.state.UsesCache():
		ago := widget.Ago(at, s.state.Local)
		return statusVariants(styles.Warning, style.Unknown, "as of "+ago+", refreshing"+style.Ellipsis,
			ago+", refreshing"+style.Ellipsis, ago)
	case !loaded:
		return statusVariants(styles.Muted, style.Unknown, "connecting"+style.Ellipsis)
	}
	if doubt := command.ClockDoubt(s.session.Client); doubt != "" {
		return statusVariants(styles.Warning, style.Warning, doubt+dot+age, doubt, "clocks disagree", "clock?")
	}
	// so that the text before it does not move
	age = widget.Fit(widget.Ago(at, wholeSecond(s.state.Local)), widget.Width("just now"), true)
	return []string{style.Render(styles.Fine, style.Active) + style.Render(styles.Muted, " "+age)}
}

// statusVariants renders a sign with each of the texts, which get shorter.
func statusVariants(st style.Style, sign string, texts ...string) []string {
	for i, text := range texts {
		texts[i] = style.Render(st, sign+" "+text)
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
func (s *status) partlyLoaded() bool {
	st := s.state
	return st.Servers.Fresh() || st.Backups.Fresh() || st.Snapshots.Fresh()
}
