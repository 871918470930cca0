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

// batch is the latest bulk action and its sheet.
type batch struct {
	*core
	history  *history
	progress *progress
	panes    *panes
	current  *model.Batch // nil: none yet
}

// batchLimits limit how many actions of a batch are under way. Few requests are sent at once, to
// spare the API; enough operations run at once to finish a large fleet within a day.
var batchLimits = model.Limits{Sending: 4, Running: 20}

// runBatch starts the actions and shows their progress.
func (b *batch) start(requests []model.ActionRequest) tea.Cmd {
	b.current = model.NewBatch(requests, batchLimits)
	return tea.Batch(b.open(), b.send())
}

// sendBatch sends the actions that the limits of the batch allow now.
func (b *batch) send() tea.Cmd {
	if b.current == nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, item := range b.current.Next(func(in model.ActionRequest) bool {
		return b.state.Conflict(in.Action,
			in.Point) != ""
	}) {
		o := b.state.Begin(item.Request, b.opts.RunID)
		b.current.SetOperation(item.Number, o.Number)
		cmds = append(cmds, b.session.Execute(o, b.history.journalRecord(o)))
	}
	return tea.Batch(cmds...)
}

// updateBatch updates the batch with the progress of an operation, and says whether the operation
// belongs to the batch. The last one ends the batch.
func (b *batch) update(o model.Operation) (tea.Cmd, bool) {
	if b.current == nil || !b.current.ApplyOperation(o) {
		return nil, false
	}
	if !b.current.Over() {
		return b.send(), true
	}
	var doneServers []model.ID
	var donePoints []model.Key
	for _, item := range b.current.Items() {
		if item.State == model.ItemDone {
			doneServers = append(doneServers, item.Request.Point.Server.ID)
			donePoints = append(donePoints, item.Request.Point.Key())
		}
	}
	if len(doneServers) > 0 { // failed ones stay marked, to be tried again
		b.panes.servers.Unmark(doneServers...)
		for _, p := range b.panes.points {
			p.Unmark(donePoints...)
		}
	}
	severity := screen.Success
	if b.current.Count(model.ItemDone) < len(b.current.Items()) {
		severity = screen.Error
	}
	b.notify(severity, b.summary())
	return nil, true
}

func (b *batch) summary() string {
	text := fmt.Sprintf("%d of %d done", b.current.Count(model.ItemDone), len(b.current.Items()))
	for _, state := range []model.ItemState{model.ItemFailed, model.ItemNotSeen, model.ItemStopped} {
		if n := b.current.Count(state); n > 0 {
			text += fmt.Sprintf(", %d %s", n, state)
		}
	}
	return text
}

// openBatch shows a line for each action of the batch. The first esc cancels the actions that have
// not been sent.
func (b *batch) open() tea.Cmd {
	sheet := dialog.NewSheet("Bulk actions", b.lines, b.opts.Keys, b.env.Styles)
	sheet.BeforeClosing(func() bool {
		if n := b.current.Count(model.ItemWaiting); n > 0 {
			b.current.Stop()
			b.notify(screen.Info, fmt.Sprintf("%d will not be sent; those already sent continue", n))
			return false
		}
		return true
	})
	sheet.LabelClosing(func() string {
		if b.current.Count(model.ItemWaiting) > 0 {
			return "stop"
		}
		return "close"
	})
	return b.openDialog(sheet)
}

func (b *batch) lines(s *style.Styles, width int) []string {
	if b.current == nil {
		return nil
	}
	hint := "esc cancels those not yet sent"
	if b.current.Count(model.ItemWaiting) == 0 {
		hint = "safe to close: they continue"
	}
	lines := []string{s.Strong.Render(b.summary()) + s.Muted.Render("   "+hint), ""}
	for _, item := range b.current.Items() {
		st, glyph := itemStyle(s, item.State)
		o := model.Operation{Action: item.Request.Action, Point: item.Request.Point, Server: item.Request.Point.Server}
		head := st.Render(glyph) + " " + s.Text.Render(widget.NormalizeWidth(item.Request.Point.Server.ShortLabel())) +
			"  " + s.Muted.Render(widget.NormalizeWidth(o.ActionText())) + "  "
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
