package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// raw shows an item as the API gives it.
type raw struct {
	*core
	panes *panes
	rawItem
}

// Update handles the answer for the item.
func (r *raw) Update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(command.RawLoadedMsg); ok {
		r.handleRawLoaded(msg)
	}
	return nil
}

// rawItem is the last requested item, as JSON of the API.
type rawItem struct {
	number int // of the request; answers to older ones are dropped
	text   string
	err    error
	loaded bool
}

// openRaw loads the item under the cursor, and shows its JSON when it arrives.
func (r *raw) openRaw() tea.Cmd {
	subject, ok := r.panes.selection()
	if !ok || r.session == nil {
		r.notify(screen.Warning, "there is no server and no restore point under the cursor")
		return nil
	}
	r.rawItem = rawItem{number: r.number + 1}
	k := r.opts.Keys
	sheet := dialog.NewSheet("JSON of "+subject.String()+", as the API returns it", r.rawLines, k, r.env.Styles,
		k.View.Raw)
	sheet.AddKey(k.View.Copy, r.copyRaw)
	return tea.Batch(r.openDialog(sheet), r.session.LoadRaw(r.number, subject.Server, subject.Point))
}

func (r *raw) handleRawLoaded(msg command.RawLoadedMsg) {
	if msg.Number == r.number {
		r.text, r.err, r.loaded = model.SafeJSON(msg.Text), msg.Err, true
	}
}

func (r *raw) rawLines(s *style.Styles, width int) []string {
	switch {
	case !r.loaded:
		return []string{style.Render(s.Muted, "loading"+style.Ellipsis)}
	case r.err != nil:
		var out []string
		for _, l := range widget.Wrap(widget.NormalizeWidth(model.ErrorMessage(r.err)), width) {
			out = append(out, style.Render(s.Bad, l))
		}
		return out
	}
	var out []string
	for _, line := range strings.Split(r.text, "\n") {
		for _, part := range widget.Wrap(widget.NormalizeWidth(model.Clean(line)), width) {
			out = append(out, style.Render(s.Text, part))
		}
	}
	return out
}

func (r *raw) copyRaw() tea.Cmd {
	if !r.loaded || r.err != nil {
		return nil
	}
	r.notify(screen.Info, "JSON "+r.env.ClipboardNote())
	return tea.SetClipboard(r.text)
}
