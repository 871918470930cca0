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

// raw is the item that was asked for last, as the API gives it.
type raw struct {
	number int // of the question: answers to older ones are dropped
	text   string
	err    error
	loaded bool
}

// subject is what the cursor of the focused pane is on.
func (a *App) subject() (screen.Subject, bool) {
	pane, ok := a.focused().(screen.Subjected)
	if !ok {
		return screen.Subject{}, false
	}
	about := pane.Subject()
	return about, about.Server != ""
}

// openRaw asks for what the cursor is on, and shows it as it comes.
func (a *App) openRaw() tea.Cmd {
	about, ok := a.subject()
	if !ok || a.session == nil {
		a.say(screen.Warning, "there is no server and no restore point under the cursor")
		return nil
	}
	a.raw = raw{number: a.raw.number + 1}
	k := a.opts.Keys
	sheet := dialog.NewSheet("JSON of "+about.String()+", as the API gives it now", a.rawLines, k, a.env.Look, k.View.Raw)
	sheet.Also(k.View.Copy, a.copyRaw)
	return tea.Batch(a.open(sheet), a.session.LoadRaw(a.raw.number, about.Server, about.Point))
}

func (a *App) rawLoaded(msg command.RawLoadedMsg) {
	if msg.Number == a.raw.number {
		a.raw.text, a.raw.err, a.raw.loaded = model.PlainJSON(msg.Text), msg.Err, true
	}
}

func (a *App) rawLines(s *style.Styles, width int) []string {
	switch {
	case !a.raw.loaded:
		return []string{s.Muted.Render("loading" + style.Ellipsis)}
	case a.raw.err != nil:
		var out []string
		for _, l := range widget.Wrap(widget.Agreed(model.Words(a.raw.err)), width) {
			out = append(out, s.Bad.Render(l))
		}
		return out
	}
	var out []string
	for _, line := range strings.Split(a.raw.text, "\n") {
		for _, part := range widget.Wrap(widget.Agreed(model.Clean(line)), width) {
			out = append(out, s.Text.Render(part))
		}
	}
	return out
}

func (a *App) copyRaw() tea.Cmd {
	if !a.raw.loaded || a.raw.err != nil {
		return nil
	}
	a.say(screen.Neutral, "JSON "+a.env.Sent())
	return tea.SetClipboard(a.raw.text)
}
