package ui

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

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
	current  *model.Batch            // nil: none yet
	leftOut  []string                // what was marked, but is not in it, with the reason
	latest   map[int]model.Operation // the last known state of its operations, by number
}

// batchLimits limit how many actions of a batch are under way. Few requests are sent at once, to
// spare the API; enough operations run at once to finish a large fleet within a day.
var batchLimits = model.Limits{Sending: 4, Running: 20}

// start starts the actions and shows their progress.
func (b *batch) start(requests []model.ActionRequest, leftOut []string) tea.Cmd {
	b.current, b.latest = model.NewBatch(requests, batchLimits), map[int]model.Operation{}
	b.leftOut = leftOut
	return tea.Batch(b.open(), b.send())
}

// send sends the actions that the limits of the batch allow now.
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
		b.latest[o.Number] = o
		cmds = append(cmds, b.session.Execute(o, b.history.journalRecord(o)))
	}
	return tea.Batch(cmds...)
}

// update updates the batch with the progress of an operation, and says whether the operation
// belongs to the batch. The last one ends the batch.
func (b *batch) update(o model.Operation) (tea.Cmd, bool) {
	if b.current == nil || !b.current.ApplyOperation(o) {
		return nil, false
	}
	b.latest[o.Number] = o
	if !b.current.Over() {
		return b.send(), true
	}
	b.finish()
	return nil, true
}

// finish reports the result of the batch. What failed stays marked, to be tried again.
func (b *batch) finish() {
	for _, item := range b.current.Items() {
		switch {
		case item.State != model.ItemDone:
		case item.Request.Action == model.Create: // it was chosen by its server
			b.panes.servers.Unmark(item.Request.Point.Server.ID)
		default:
			for _, p := range b.panes.points {
				p.Unmark(item.Request.Point.Key())
			}
		}
	}
	severity := screen.Success
	switch {
	case b.current.Count(model.ItemDone) < len(b.current.Items()):
		severity = screen.Error
	case len(b.leftOut) > 0:
		severity = screen.Warning
	}
	b.notify(severity, b.summary())
}

func (b *batch) summary() string {
	text := fmt.Sprintf("%d of %d done", b.current.Count(model.ItemDone), len(b.current.Items()))
	for _, state := range []model.ItemState{model.ItemFailed, model.ItemNotSeen, model.ItemStopped} {
		if n := b.current.Count(state); n > 0 {
			text += fmt.Sprintf(", %d %s", n, state)
		}
	}
	if n := len(b.leftOut); n > 0 {
		text += fmt.Sprintf(", %d left out", n)
	}
	return text
}

// open shows a line for each action of the batch. The first esc cancels the actions that have
// not been sent.
func (b *batch) open() tea.Cmd {
	sheet := dialog.NewSheet("Bulk actions", b.lines, b.opts.Keys, b.env.Styles)
	sheet.BeforeClosing(func() bool {
		if n := b.current.Count(model.ItemWaiting); n > 0 {
			if b.current.Stop(); b.current.Over() { // nothing that is under way will end it
				b.finish()
			} else {
				b.notify(screen.Info, fmt.Sprintf("%d will not be sent; those already sent continue", n))
			}
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
	hint := ""
	switch {
	case b.current.Count(model.ItemWaiting) > 0:
		hint = "esc cancels those not yet sent"
	case !b.current.Over():
		hint = "safe to close: they continue"
	}
	lines := []string{style.Render(s.Strong, b.summary()) + style.Render(s.Muted, "   "+hint), ""}
	items := b.current.Items()
	rows := make([][4]string, len(items))
	for i, item := range items {
		rows[i] = b.cells(item)
	}
	widths := columnWidths(rows, width)
	lines = append(lines,
		style.Render(s.Muted, "  "+fitCells([4]string{"SERVER", "ACTION", "STATE", "TOOK"}, widths, 0, 4)))
	for i, item := range items {
		st, glyph := itemStyle(s, item.State)
		lines = append(lines, style.Render(st, glyph)+" "+style.Render(s.Text, fitCells(rows[i], widths, 0, 1))+
			style.Render(s.Muted, fitCells(rows[i], widths, 1, 2))+style.Render(st, fitCells(rows[i], widths, 2, 3))+
			style.Render(s.Muted, fitCells(rows[i], widths, 3, 4)))
		if item.State.Over() && item.State != model.ItemDone && item.Reason != "" {
			for _, l := range widget.Wrap(widget.NormalizeWidth(item.Reason), width-4) {
				lines = append(lines, "    "+style.Render(s.Muted, l))
			}
		}
	}
	for _, one := range b.leftOut {
		for i, l := range widget.Wrap(widget.NormalizeWidth("left out at the start: "+one), width-2) {
			sign := style.Stopped
			if i > 0 {
				sign = " "
			}
			lines = append(lines, style.Render(s.Muted, sign+" "+l))
		}
	}
	return lines
}

// cells returns the row of an item: server, action, state, and how long it took.
func (b *batch) cells(item model.Item) [4]string {
	p := item.Request.Point
	o, known := b.latest[item.Operation]
	if !known {
		o = model.Operation{Action: item.Request.Action, Point: p, Server: p.Server}
	}
	took := ""
	if d, measured := o.Duration(); known && o.Phase == model.PhaseDone {
		took = widget.FormatDuration(d)
		if !measured { // only the list that showed its end is known
			took = "< " + widget.FormatDuration(max(d, time.Second))
		}
	}
	return [4]string{widget.NormalizeWidth(p.Server.ShortLabel()), widget.NormalizeWidth(o.ActionText()),
		item.State.String(), took}
}

// columnWidths returns the widths of the columns. If there is no room for all, the second one, which
// is the longest, gets what is left, and then the first.
func columnWidths(rows [][4]string, width int) [4]int {
	widths := [4]int{len("SERVER"), len("ACTION"), len("STATE"), len("TOOK")}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], widget.Width(cell))
		}
	}
	const (
		glyph      = 2 // the sign of the state and a space
		gaps       = 3 * columnGap
		minColumns = 8
	)
	for _, i := range []int{1, 0} {
		over := glyph + gaps + widths[0] + widths[1] + widths[2] + widths[3] - width
		widths[i] -= max(min(over, widths[i]-minColumns), 0)
	}
	return widths
}

// columnGap is the space between two columns.
const columnGap = 2

// fitCells returns some of the cells of a row, each in its width and with a gap before the next.
func fitCells(row [4]string, widths [4]int, from, to int) string {
	out := ""
	for i := from; i < to; i++ {
		out += widget.Fit(row[i], widths[i], i == len(row)-1)
		if i < len(row)-1 {
			out += strings.Repeat(" ", columnGap)
		}
	}
	return out
}

func itemStyle(s *style.Styles, state model.ItemState) (style.Style, string) {
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
