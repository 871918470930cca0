package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// maxEstimate is as full as a bar gets before the API says that the thing has ended.
const maxEstimate = 0.95

// estimate is how far an operation may have come, against the longest time that is usual: 0 to nearly. It is a guess, and
// drawn as one. known is false where nobody can tell how long it takes.
func (a *App) estimate(o model.Operation) (part float64, known bool) {
	usual, ok := a.state.EstimateOperation(o)
	if !ok || o.Phase != model.PhaseRunning {
		return 0, false
	}
	return min(float64(o.Elapsed(a.state.Now))/float64(usual.Max), 1) * maxEstimate, true
}

// operationLines draws the operations that are under way, a line each. Where there are more than lines, the last line
// counts the rest.
func (a *App) operationLines(most int) []string {
	open := a.state.Operations()
	c := a.operationColumns(open[:min(len(open), most)])
	var lines []string
	if most == 1 && len(open) > 1 {
		return []string{a.styles.Accent.Render(fmt.Sprintf(" %s %d running", style.Running, len(open)))}
	}
	for i, o := range open {
		if rest := len(open) - i; len(lines) == most-1 && rest > 1 {
			return append(lines, a.styles.Muted.Render(fmt.Sprintf(" %s %d more running", style.Running, rest)))
		}
		lines = append(lines, a.operationLine(o, c))
	}
	return lines
}

// operationColumns are the widths of the columns of what is under way, in cells: as wide as they need, and the bar the rest.
type operationColumns struct{ label, bar, elapsed, usual int }

// The widths of an operation's bar: the least that is worth drawing, what it gets before the words are cut, and the most.
const (
	minBar       = 6
	preferredBar = 12
	maxBar       = 40
)

func (a *App) operationColumns(open []model.Operation) operationColumns {
	var c operationColumns
	for _, o := range open {
		c.label = max(c.label, widget.Width(a.operationLabel(o)))
		c.elapsed = max(c.elapsed, widget.Width(a.elapsedText(o)), widget.Width("59 m 59 s")) // so that it does not jump
		c.usual = max(c.usual, widget.Width(a.expectationText(o)))
	}
	room := a.width - 1 - c.elapsed - c.usual - len("  ")*3
	c.label = max(min(c.label, room-preferredBar), min(c.label, 28))
	c.bar = room - c.label
	return c
}

// operationLabel is the operation and its server.
func (a *App) operationLabel(o model.Operation) string {
	s := a.styles
	what := o.ActionText()
	if o.ThenRestore != nil {
		if o.Point.Kind == model.Backup {
			what = "backup" // its description says what follows, and would be all that there is room for
		}
		what += ", then restore"
	}
	if a.actorSuffix(o) != "" { // it comes first, so that it is the last to be cut
		what = o.By.Name + ": " + what
	}
	return " " + s.Accent.Render(style.Running) + " " + s.Text.Render(widget.NormalizeWidth(o.Server.ShortLabel())) + "  " + s.Muted.Render(widget.NormalizeWidth(what))
}

// actorSuffix names who does it, where that is somebody else.
func (a *App) actorSuffix(o model.Operation) string {
	if o.By.Name == "" || o.By.Name == a.opts.Actor.Name {
		return ""
	}
	return ", by " + o.By.Name
}

// operationLine draws one operation: what, a bar against what is usual, how long already, and what is usual.
func (a *App) operationLine(o model.Operation, c operationColumns) string {
	s := a.styles
	left, elapsed := a.operationLabel(o), s.Text.Render(a.elapsedText(o))
	if c.bar < minBar {
		if _, stuck := a.state.Stuck(o); stuck {
			elapsed = s.Warning.Render(style.Warning+" stuck ") + elapsed
		}
		return widget.Justify(left, elapsed, a.width-1)
	}
	_, stuck := a.state.Stuck(o)
	bar, manner := "", s.Muted
	if stuck {
		manner = s.Warning
		bar = s.Warning.Render(widget.Fit(a.activityHint(c.bar), c.bar, false))
	} else if part, known := a.estimate(o); known && !a.opts.ReducedMotion {
		bar = widget.Progress(part, min(c.bar, maxBar), s.Accent, s.Faint)
	}
	return widget.Fit(left, c.label, false) + "  " + widget.Fit(bar, c.bar, false) + "  " + widget.Fit(elapsed, c.elapsed, true) +
		"  " + manner.Render(widget.Fit(a.expectationText(o), c.usual, false))
}

// activityHint names the key that tells what to do about a stuck operation.
func (a *App) activityHint(room int) string {
	key := a.opts.Keys.View.Activity.Help().Key
	if words := key + " says what to do"; widget.Width(words) <= room {
		return words
	}
	return "see " + key
}

// elapsedText is how long an operation has been at it, as far as it is known.
func (a *App) elapsedText(o model.Operation) string {
	d := o.Elapsed(wholeSecond(a.state.Now))
	switch {
	case o.StartUnknown && d < time.Second:
		return "just seen"
	case o.StartUnknown:
		return "over " + widget.FormatDuration(d)
	}
	return widget.FormatDuration(d)
}

// expectationText is what is known of how long an operation takes.
func (a *App) expectationText(o model.Operation) string {
	usual, ok := a.state.EstimateOperation(o)
	_, stuck := a.state.Stuck(o)
	switch {
	case o.Phase == model.PhaseSending:
		return "being sent"
	case o.Phase == model.PhaseUnknown:
		return "outcome unknown"
	case !ok:
		return "duration varies"
	case stuck:
		return style.Warning + " stuck"
	case o.Elapsed(a.state.Now) > usual.Max:
		return "longer than usual"
	case usual.Samples > 0:
		return "here ~" + widget.FormatRange(usual.Min, usual.Max)
	}
	return "usually " + widget.FormatRange(usual.Min, usual.Max)
}

// windowTitle is the terminal's title.
func (a *App) windowTitle() string {
	title := "vpsdeck"
	if a.opts.Demo {
		title += " demo"
	} else {
		if name := a.opts.Profile.Name; name != "" {
			title += " " + name
		}
		if a.state.Account.Loaded() {
			title += " " + a.state.Account.Value.Label()
		}
	}
	if n := len(a.state.Operations()); n > 0 {
		title = fmt.Sprintf("%s (%d running)", title, n)
	}
	return sanitizeOSC(title)
}

// sanitizeOSC makes a text fit to stand in a sequence to the terminal, such as its title: some terminals take a byte from
// 80 to 9F for a control even inside a character, and 9C, as in 本, for the end. Such characters become a question mark.
func sanitizeOSC(text string) string {
	return strings.Map(func(r rune) rune {
		for _, b := range []byte(string(r)) {
			if b < ' ' || b >= 0x7f && b <= 0x9f {
				return '?'
			}
		}
		return r
	}, text)
}

// terminalProgress is the terminal's own progress bar, for the operation that began first.
func (a *App) terminalProgress() *tea.ProgressBar {
	open := a.state.Operations()
	if len(open) == 0 || a.opts.ReducedMotion {
		return nil
	}
	if part, known := a.estimate(open[0]); known {
		return tea.NewProgressBar(tea.ProgressBarDefault, int(part*100))
	}
	return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
}

// ExitMessages is what goes on at the provider once the program has ended, a line each, for the terminal that one comes back
// to; empty if nothing does.
func (a *App) ExitMessages() []string {
	var lines []string
	for _, o := range a.state.Operations() {
		if !o.Mine {
			continue
		}
		line := "goes on at the provider: " + o.Title() + ", since " + widget.FormatDuration(o.Elapsed(a.state.Now))
		if o.Phase == model.PhaseUnknown || o.Phase == model.PhaseSending {
			line = "its outcome is not known: " + o.Title() + "; look at the account before you do it again"
		}
		lines = append(lines, line)
		if o.ThenRestore != nil {
			lines = append(lines, fmt.Sprintf("not sent: restore of %s from %s #%s, which waited for that %s", o.Server.SentenceName(), o.ThenRestore.Kind, o.ThenRestore.ID, o.Point.Kind))
		}
	}
	return lines
}
