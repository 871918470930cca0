package ui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// progress draws the operations under way.
type progress struct{ *core }

// maxEstimate is how full a bar can get before the API reports the end.
const maxEstimate = 0.95

// estimate is the progress of an operation, compared with the longest usual time: 0 to
// maxEstimate. It is only a guess, and is drawn as one. known is false if there is no estimate.
func (p *progress) estimate(o model.Operation) (part float64, known bool) {
	usual, ok := p.state.EstimateOperation(o)
	if !ok || o.Phase != model.PhaseRunning {
		return 0, false
	}
	return min(float64(o.Elapsed(p.state.Now))/float64(usual.Max), 1) * maxEstimate, true
}

// operationLines draws a line for each operation under way. If there are more than lines, the last
// line counts the rest.
func (p *progress) operationLines(maxLines int) []string {
	open := p.state.Operations()
	c := p.operationColumns(open[:min(len(open), maxLines)])
	var lines []string
	if maxLines == 1 && len(open) > 1 {
		return []string{style.Render(p.styles.Accent, fmt.Sprintf(" %s %d running", style.Running, len(open)))}
	}
	for i, o := range open {
		if rest := len(open) - i; len(lines) == maxLines-1 && rest > 1 {
			return append(lines, style.Render(p.styles.Muted, fmt.Sprintf(" %s %d more running", style.Running, rest)))
		}
		lines = append(lines, p.operationLine(o, c))
	}
	return lines
}

// operationColumns are the widths of the columns of an operation line, in cells. Texts get what
// they need, and the bar the rest.
type operationColumns struct{ label, bar, elapsed, usual int }

// The widths of a progress bar: the minimum, what it gets before texts are cut, and the maximum.
const (
	minBar       = 6
	preferredBar = 12
	maxBar       = 40
)

func (p *progress) operationColumns(open []model.Operation) operationColumns {
	var c operationColumns
	for _, o := range open {
		c.label = max(c.label, widget.Width(p.operationLabel(o)))
		// so that it does not jump
		c.elapsed = max(c.elapsed, widget.Width(screen.ElapsedText(p.state, o)), widget.Width("59 m 59 s"))
		c.usual = max(c.usual, widget.Width(screen.ExpectationText(p.state, o)))
	}
	room := p.width - 1 - c.elapsed - c.usual - len("  ")*3
	c.label = max(min(c.label, room-preferredBar), min(c.label, 28))
	c.bar = room - c.label
	return c
}

// operationLabel is the server and the operation.
func (p *progress) operationLabel(o model.Operation) string {
	s := p.styles
	what := o.ActionText()
	if o.ThenRestore != nil {
		if o.Point.Kind == model.Backup {
			what = "backup" // its description repeats what follows, and would fill the column
		}
		what += ", then restore"
	}
	if p.actorSuffix(o) != "" { // first, so that it is cut last
		what = o.By.Name + ": " + what
	}
	return " " + style.Render(s.Accent, style.Running) + " " +
		style.Render(s.Text, widget.NormalizeWidth(o.Server.ShortLabel())) +
		"  " + style.Render(s.Muted, widget.NormalizeWidth(what))
}

// operationLine draws one operation: its label, a progress bar, the elapsed time and the usual
// time.
func (p *progress) operationLine(o model.Operation, c operationColumns) string {
	s := p.styles
	left, elapsed := p.operationLabel(o), style.Render(s.Text, screen.ElapsedText(p.state, o))
	if c.bar < minBar {
		if _, stuck := p.state.Stuck(o); stuck {
			elapsed = style.Render(s.Warning, style.Warning+" stuck ") + elapsed
		}
		return widget.Justify(left, elapsed, p.width-1)
	}
	_, stuck := p.state.Stuck(o)
	bar, expectationStyle := "", s.Muted
	if stuck {
		expectationStyle = s.Warning
		bar = style.Render(s.Warning, widget.Fit(p.activityHint(c.bar), c.bar, false))
	} else if part, known := p.estimate(o); known && !p.opts.ReducedMotion {
		bar = widget.Progress(part, min(c.bar, maxBar), s.Accent, s.Faint)
	}
	return widget.Fit(left, c.label, false) + "  " + widget.Fit(bar, c.bar, false) + "  " +
		widget.Fit(elapsed, c.elapsed, true) +
		"  " + style.Render(expectationStyle, widget.Fit(screen.ExpectationText(p.state, o), c.usual, false))
}

// activityHint names the key that shows what to do about a stuck operation.
func (p *progress) activityHint(room int) string {
	key := p.opts.Keys.View.Activity.Help().Key
	if hint := key + " shows what to do"; widget.Width(hint) <= room {
		return hint
	}
	return "see " + key
}

// windowTitle is the title of the terminal window.
func (s *status) windowTitle() string {
	title := "vpsdeck"
	if s.opts.Demo {
		title += " demo"
	} else {
		if name := s.opts.Profile.Name; name != "" {
			title += " " + name
		}
		if s.state.Account.Loaded() {
			title += " " + s.state.Account.Value.Label()
		}
	}
	if n := len(s.state.Operations()); n > 0 {
		title = fmt.Sprintf("%s (%d running)", title, n)
	}
	return sanitizeOSC(title)
}

// sanitizeOSC makes a text safe in a terminal sequence, such as the window title. Some terminals
// take a byte from 80 to 9F as a control code even within a character, and 9C, as in 本, as the
// end. Such characters become a question mark.
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

// terminalProgress is the terminal's own progress bar, for the operation that started first.
func (p *progress) terminalProgress() *tea.ProgressBar {
	open := p.state.Operations()
	if len(open) == 0 || p.opts.ReducedMotion {
		return nil
	}
	if part, known := p.estimate(open[0]); known {
		return tea.NewProgressBar(tea.ProgressBarDefault, int(part*100))
	}
	return tea.NewProgressBar(tea.ProgressBarIndeterminate, 0)
}
