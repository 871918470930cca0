package screen

import (
	"errors"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// message is what a pane says in place of rows.
type message struct {
	style lipgloss.Style
	text  string
	hint  string // what to do
}

// say sets a message into a pane of the given inner width.
func say(s *style.Styles, m message, width int) string {
	var lines []string
	for _, l := range widget.Wrap(widget.Agreed(m.text), width-4) {
		lines = append(lines, "  "+m.style.Render(l))
	}
	for _, l := range widget.Wrap(m.hint, width-4) {
		lines = append(lines, "  "+s.Muted.Render(l))
	}
	return "\n" + strings.Join(lines, "\n")
}

// source is what a pane's rows came from.
type source struct {
	loaded bool
	asked  bool // a request is on its way, or has been answered
	err    error
	at     time.Time // when the rows came, on this machine's clock
}

func sourceOf[T any](r *model.Remote[T]) source {
	return source{loaded: r.Loaded(), asked: r.Busy() || r.Err != nil, err: r.Err, at: r.At}
}

// waiting is what a pane says before the first good answer: that it is on its way, or why there is none.
func (e *Env) waiting(from source, what string) (message, bool) {
	s := e.Look()
	switch {
	case from.loaded:
		return message{}, false
	case from.err != nil:
		return message{s.Bad, style.Failed + " no " + what + ": " + reason(from.err), remedy(e, from.err)}, true
	case !from.asked:
		return message{s.Muted, "no account is open", ""}, true
	}
	return message{s.Muted, "loading " + what + style.Ellipsis, ""}, true
}

// cut is what a pane without rows says of an incomplete list: that it shows none does not mean that there is none.
func (e *Env) cut(err error) (message, bool) {
	if !errors.Is(err, model.ErrIncomplete) {
		return message{}, false
	}
	return message{e.Look().Bad, style.Failed + " " + model.Words(err), remedy(e, err)}, true
}

// reason is why there is nothing. How long the API asked to be left alone is counted down beside it; in its own words the
// number would stand still.
func reason(err error) string {
	if errors.Is(err, model.ErrRateLimited) && model.RetryAfter(err) > 0 {
		return "the API had " + model.ErrRateLimited.Error()
	}
	return model.Words(err)
}

// remedy is what to do about a failure.
func remedy(e *Env, err error) string {
	again := e.Keys.View.Refresh.Help().Key
	if errors.Is(err, model.ErrUnauthorized) {
		return again + " asks for another token."
	}
	if model.RetryAfter(err) > 0 {
		return "It is asked again by itself in " + widget.Duration(e.Again()) + "."
	}
	return again + " asks again now; it is asked again by itself."
}

// withoutServers are the keys of a pane while there is no server that a deed could be done to.
func (e *Env) withoutServers() []key.Binding {
	return []key.Binding{e.Keys.View.Refresh, e.Keys.View.Activity, e.Keys.View.Palette, e.Keys.View.Quit}
}

// stale is the line under rows that could not be refreshed: why, and how old they are.
func (e *Env) stale(from source) string {
	if from.err == nil || !from.loaded {
		return ""
	}
	s := e.Look()
	var cut *model.Incomplete
	if errors.As(from.err, &cut) {
		return s.Bad.Render(style.Failed + " incomplete: the API gave " + cut.Numbers())
	}
	return s.Bad.Render(style.Failed+" "+widget.Roughly(e.State.Local.Sub(from.at))+" old: ") + s.Muted.Render(reason(from.err))
}

// fact is a labelled value in a sheet.
type fact struct {
	label, value string
	style        lipgloss.Style
}

// facts sets facts one under the other, with their values aligned and wrapped.
func facts(s *style.Styles, width int, rows []fact) []string {
	const label = 13
	var out []string
	for _, f := range rows {
		value := f.value
		if value == "" {
			value = "-"
		}
		for i, l := range widget.Wrap(widget.Agreed(value), max(width-label, 8)) {
			head := ""
			if i == 0 {
				head = f.label
			}
			out = append(out, s.Muted.Render(widget.Fit(head, label, false))+f.style.Render(l))
		}
	}
	return out
}
