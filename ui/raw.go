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

// rawItem is the last requested item, as JSON of the API.
type rawItem struct {
	number int // of the request; answers to older ones are dropped
	text   string
	err    error
	loaded bool
}

// selection is the item under the cursor of the focused pane.
func (a *App) selection() (screen.Subject, bool) {
	pane, ok := a.focused().(screen.Selector)
	if !ok {
		return screen.Subject{}, false
	}
	subject := pane.Subject()
	return subject, subject.Server != ""
}

// openRaw loads the item under the cursor, and shows its JSON when it arrives.
func (a *App) openRaw() tea.Cmd {
	subject, ok := a.selection()
	if !ok || a.session == nil {
		a.notify(screen.Warning, "there is no server and no restore point under the cursor")
		return nil
	}
	a.rawItem = rawItem{number: a.rawItem.number + 1}
	k := a.opts.Keys
	sheet := dialog.NewSheet("JSON of "+subject.String()+", as the API returns it", a.rawLines, k, a.env.Styles, k.View.Raw)
	sheet.AddKey(k.View.Copy, a.copyRaw)
	return tea.Batch(a.openDialog(sheet), a.session.LoadRaw(a.rawItem.number, subject.Server, subject.Point))
}

func (a *App) handleRawLoaded(msg command.RawLoadedMsg) {
	if msg.Number == a.rawItem.number {
		a.rawItem.text, a.rawItem.err, a.rawItem.loaded = model.SafeJSON(msg.Text), msg.Err, true
	}
}

func (a *App) rawLines(s *style.Styles, width int) []string {
	switch {
	case !a.rawItem.loaded:
		return []string{s.Muted.Render("loading" + style.Ellipsis)}
	case a.rawItem.err != nil:
		var out []string
		for _, l := range widget.Wrap(widget.NormalizeWidth(model.ErrorMessage(a.rawItem.err)), width) {
			out = append(out, s.Bad.Render(l))
		}
		return out
	}
	var out []string
	for _, line := range strings.Split(a.rawItem.text, "\n") {
		for _, part := range widget.Wrap(widget.NormalizeWidth(model.Clean(line)), width) {
			out = append(out, s.Text.Render(part))
		}
	}
	return out
}

func (a *App) copyRaw() tea.Cmd {
	if !a.rawItem.loaded || a.rawItem.err != nil {
		return nil
	}
	a.notify(screen.Info, "JSON "+a.env.ClipboardNote())
	return tea.SetClipboard(a.rawItem.text)
}
