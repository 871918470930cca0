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

// batchLimits limit how many actions of a batch are under way. Few requests are sent at once, to
// spare the API; enough operations run at once to finish a large fleet within a day.
var batchLimits = model.Limits{Sending: 4, Running: 20}

// startBatch starts several actions that were confirmed together, and shows the progress of each.
func (a *App) startBatch(requests []model.ActionRequest) tea.Cmd {
	const title = "Nothing was sent"
	switch {
	case a.session == nil || a.opts.ReadOnly:
		return a.refuse(title, "This session is read-only: it changes nothing.", "")
	case a.accountSwitch.pending:
		return a.refuse(title, a.accountSwitch.blockedMessage(), "")
	case a.batch != nil && !a.batch.Over():
		return a.refuse(title, "Another batch is still running.", "Wait until it has ended.")
	case len(requests) == 0:
		return a.refuse(title, "Nothing is left to do: these restore points are already gone.", "")
	}
	a.batch = model.NewBatch(requests, batchLimits)
	return tea.Batch(a.openBatch(), a.sendBatch())
}

// sendBatch sends the actions that the limits of the batch allow now.
func (a *App) sendBatch() tea.Cmd {
	if a.batch == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, item := range a.batch.Next(func(in model.ActionRequest) bool { return a.state.Conflict(in.Action, in.Point) != "" }) {
		o := a.state.Begin(item.Request, a.opts.RunID)
		a.batch.SetOperation(item.Number, o.Number)
		cmds = append(cmds, a.session.Execute(o, a.journalRecord(o)))
	}
	return tea.Batch(cmds...)
}

// updateBatch updates the batch with the progress of an operation, and says whether the operation
// belongs to the batch. The last one ends the batch.
func (a *App) updateBatch(o model.Operation) (tea.Cmd, bool) {
	if a.batch == nil || !a.batch.ApplyOperation(o) {
		return nil, false
	}
	if !a.batch.Over() {
		return a.sendBatch(), true
	}
	var doneServers []model.ID
	var donePoints []model.Key
	for _, item := range a.batch.Items() {
		if item.State == model.ItemDone {
			doneServers = append(doneServers, item.Request.Point.Server.ID)
			donePoints = append(donePoints, item.Request.Point.Key())
		}
	}
	if len(doneServers) > 0 { // failed ones stay marked, to be tried again
		a.servers.Unmark(doneServers...)
		for _, p := range a.points {
			p.Unmark(donePoints...)
		}
	}
	severity := screen.Success
	if a.batch.Count(model.ItemDone) < len(a.batch.Items()) {
		severity = screen.Error
	}
	a.notify(severity, a.batchSummary())
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

// openBatch shows a line for each action of the batch. The first esc cancels the actions that have
// not been sent.
func (a *App) openBatch() tea.Cmd {
	sheet := dialog.NewSheet("Bulk actions", a.batchLines, a.opts.Keys, a.env.Styles)
	sheet.BeforeClosing(func() bool {
		if n := a.batch.Count(model.ItemWaiting); n > 0 {
			a.batch.Stop()
			a.notify(screen.Info, fmt.Sprintf("%d will not be sent; those already sent continue", n))
			return false
		}
		return true
	})
	return a.openDialog(sheet)
}

func (a *App) batchLines(s *style.Styles, width int) []string {
	if a.batch == nil {
		return nil
	}
	hint := "esc cancels those not yet sent"
	if a.batch.Count(model.ItemWaiting) == 0 {
		hint = "safe to close: they continue"
	}
	lines := []string{s.Strong.Render(a.batchSummary()) + s.Muted.Render("   "+hint), ""}
	for _, item := range a.batch.Items() {
		st, glyph := itemStyle(s, item.State)
		o := model.Operation{Action: item.Request.Action, Point: item.Request.Point, Server: item.Request.Point.Server}
		head := st.Render(glyph) + " " + s.Text.Render(widget.NormalizeWidth(item.Request.Point.Server.ShortLabel())) + "  " + s.Muted.Render(widget.NormalizeWidth(o.ActionText())) + "  "
		lines = append(lines, widget.Truncate(head+st.Render(item.State.String()), width))
		if item.State.Over() && item.State != model.ItemDone && item.Reason != "" {
			for _, l := range widget.Wrap(widget.NormalizeWidth(item.Reason), width-4) {
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
