package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// nearly is as full as a bar gets before the API says that the thing has ended.
const nearly = 0.95

// estimate is how far an operation may have come, against the longest time that is usual: 0 to nearly. It is a guess, and
// drawn as one. known is false where nobody says how long it takes.
func estimate(o model.Operation, now time.Time) (part float64, known bool) {
	usual, ok := o.Usual()
	if !ok || o.Phase != model.Running {
		return 0, false
	}
	return min(float64(o.Elapsed(now))/float64(usual.Max), 1) * nearly, true
}

// operationLines draws the operations that are under way, a line each. Where there are more than lines, the last line
// counts the rest.
func (a *App) operationLines(most int) []string {
	open := a.state.Operations()
	var lines []string
	if most == 1 && len(open) > 1 {
		return []string{a.styles.Accent.Render(fmt.Sprintf(" %s %d running", style.Running, len(open)))}
	}
	for i, o := range open {
		if rest := len(open) - i; len(lines) == most-1 && rest > 1 {
			return append(lines, a.styles.Muted.Render(fmt.Sprintf(" %s %d more running", style.Running, rest)))
		}
		lines = append(lines, a.operationLine(o))
	}
	return lines
}

// operationLine draws one operation: what, a bar against what is usual, how long already, and what is usual.
func (a *App) operationLine(o model.Operation) string {
	s := a.styles
	what := o.What()
	if o.After != nil {
		what += ", then restore"
	}
	left := " " + s.Accent.Render(style.Running) + " " + s.Text.Render(widget.Agreed(o.Server.Name)) + "  " + s.Muted.Render(widget.Agreed(what))
	elapsed := widget.Duration(o.Elapsed(a.state.Now))
	if o.AtLeast {
		elapsed = "over " + elapsed
	}
	right := s.Text.Render(widget.Fit(elapsed, 14, true)) + "  " + s.Muted.Render(widget.Fit(a.expectation(o), 18, false))
	leftWidth := min(max(a.width*9/20, 30), 80)
	bar := a.width - leftWidth - widget.Width(right) - 3
	if bar < 6 || a.opts.Still {
		if bar < 6 {
			right = s.Text.Render(elapsed)
		}
		return widget.Spread(left, right, a.width-1)
	}
	middle := widget.Fit("", bar, false)
	if part, known := estimate(o, a.state.Now); known {
		middle = widget.Progress(part, min(bar, 40), s.Accent, s.Faint) + widget.Fit("", bar-min(bar, 40), false)
	}
	return widget.Fit(left, leftWidth, false) + " " + middle + " " + right
}

// expectation is what is known of how long an operation takes.
func (a *App) expectation(o model.Operation) string {
	usual, ok := o.Usual()
	switch {
	case o.Phase == model.Sending:
		return "being sent"
	case o.Phase == model.Unknown:
		return "outcome unknown"
	case !ok:
		return "duration varies"
	case o.Elapsed(a.state.Now) > usual.Max:
		return "longer than usual"
	}
	return fmt.Sprintf("usually %d%s%d m", int(usual.Min.Minutes()), style.Dash, int(usual.Max.Minutes()))
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
	return title
}

// terminalProgress is the terminal's own progress bar, for the operation that began first.
func (a *App) terminalProgress() *tea.ProgressBar {
	open := a.state.Operations()
	if len(open) == 0 || a.opts.Still {
		return nil
	}
	if part, known := estimate(open[0], a.state.Now); known {
		return tea.NewProgressBar(tea.ProgressBarDefault, int(part*100))
	}
	return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
}

// Farewell is what goes on at the provider once the program has ended, a line each, for the terminal that one comes back
// to; empty if nothing does.
func (a *App) Farewell() []string {
	var lines []string
	for _, o := range a.state.Operations() {
		if !o.Mine {
			continue
		}
		line := "goes on at the provider: " + o.Title() + ", since " + widget.Duration(o.Elapsed(a.state.Now))
		if o.Phase == model.Unknown || o.Phase == model.Sending {
			line = "its outcome is not known: " + o.Title() + "; look at the account before you do it again"
		}
		lines = append(lines, line)
		if o.After != nil {
			lines = append(lines, fmt.Sprintf("not sent: restore of %s from %s #%s, which waited for that snapshot", o.Server.Name, o.After.Kind, o.After.ID))
		}
	}
	return lines
}
