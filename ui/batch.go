package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// batchLimits bound how much of several deeds goes on at once: few requests, so that the API is not flooded, and so many
// running ones that a fleet is done before the day is over.
var batchLimits = model.Limits{Sending: 4, Running: 20}

// startMany begins several deeds that were confirmed together, and shows how each of them goes.
func (a *App) startMany(intents []model.Intent) tea.Cmd {
	const title = "Nothing was sent"
	switch {
	case a.session == nil || a.opts.ReadOnly:
		return a.refuse(title, "This session is read-only: it changes nothing.", "")
	case a.change.under:
		return a.refuse(title, a.change.holds(), "")
	case a.batch != nil && !a.batch.Over():
		return a.refuse(title, "Another batch is still running.", "Wait until it has ended.")
	case len(intents) == 0:
		return a.refuse(title, "Nothing is left to do: what was to go is gone.", "")
	}
	a.batch = model.NewBatch(intents, batchLimits)
	return tea.Batch(a.openBatch(), a.pump())
}

// pump sends what the batch lets go now.
func (a *App) pump() tea.Cmd {
	if a.batch == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, item := range a.batch.Next(func(in model.Intent) bool { return a.state.Conflict(in.Deed, in.Point) != "" }) {
		o := a.state.Begin(item.Intent, a.opts.Run)
		a.batch.Began(item.Number, o.Number)
		cmds = append(cmds, a.session.Do(o, a.record(o)))
	}
	return tea.Batch(cmds...)
}

// inBatch tells the batch how an operation goes on, and says whether it is one of it. The last one ends the batch.
func (a *App) inBatch(o model.Operation) (tea.Cmd, bool) {
	if a.batch == nil || !a.batch.Heard(o) {
		return nil, false
	}
	if !a.batch.Over() {
		return a.pump(), true
	}
	var doneServers []model.ID
	var donePoints []model.Key
	for _, item := range a.batch.Items() {
		if item.State == model.ItemDone {
			doneServers = append(doneServers, item.Intent.Point.Server.ID)
			donePoints = append(donePoints, item.Intent.Point.Key())
		}
	}
	if len(doneServers) > 0 { // what failed stays marked for another try
		a.servers.Unmark(doneServers...)
		for _, p := range a.points {
			p.Unmark(donePoints...)
		}
	}
	tone := screen.Good
	if a.batch.Count(model.ItemDone) < len(a.batch.Items()) {
		tone = screen.Trouble
	}
	a.say(tone, a.batchSummary())
	return nil, true
}

func (a *App) batchSummary() string {
	text := fmt.Sprintf("%d of %d done", a.batch.Count(model.ItemDone), len(a.batch.Items()))
	for _, state := range []model.ItemState{model.ItemFailed, model.ItemNotSeen, model.ItemStopped} {
		if n := a.batch.Count(state); n > 0 {
			text += fmt.Sprintf(", %d %s", n, state)
		}
	}
	return text
}

// openBatch shows a line for each deed of the batch. Its first esc stops what has not been sent.
func (a *App) openBatch() tea.Cmd {
	sheet := dialog.NewSheet("Several at once", a.batchLines, a.opts.Keys, a.env.Look)
	sheet.BeforeClosing(func() bool {
		if n := a.batch.Count(model.ItemWaiting); n > 0 {
			a.batch.Stop()
			a.say(screen.Neutral, fmt.Sprintf("%d not sent any more; what was sent goes on", n))
			return false
		}
		return true
	})
	return a.open(sheet)
}

func (a *App) batchLines(s *style.Styles, width int) []string {
	if a.batch == nil {
		return nil
	}
	hint := "esc stops what has not been sent"
	if a.batch.Count(model.ItemWaiting) == 0 {
		hint = "esc closes this; what runs goes on"
	}
	lines := []string{s.Strong.Render(a.batchSummary()) + s.Muted.Render("   "+hint), ""}
	for _, item := range a.batch.Items() {
		st, glyph := itemStyle(s, item.State)
		o := model.Operation{Deed: item.Intent.Deed, Point: item.Intent.Point, Server: item.Intent.Point.Server}
		head := st.Render(glyph) + " " + s.Text.Render(widget.Agreed(item.Intent.Point.Server.Short())) + "  " + s.Muted.Render(widget.Agreed(o.What())) + "  "
		lines = append(lines, widget.Cut(head+st.Render(item.State.String()), width))
		if item.State.Over() && item.State != model.ItemDone && item.Words != "" {
			for _, l := range widget.Wrap(widget.Agreed(item.Words), width-4) {
				lines = append(lines, "    "+s.Muted.Render(l))
			}
		}
	}
	return lines
}

func itemStyle(s *style.Styles, state model.ItemState) (lipgloss.Style, string) {
	switch state {
	case model.ItemDone:
		return s.Fine, style.Done
	case model.ItemFailed, model.ItemNotSeen:
		return s.Bad, style.Failed
	case model.ItemSent, model.ItemRunning, model.ItemUnknown:
		return s.Accent, style.Running
	}
	return s.Muted, style.Stopped
}
