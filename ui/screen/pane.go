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

// renderMessage sets a message into a pane of the given inner width.
func renderMessage(s *style.Styles, m message, width int) string {
	var lines []string
	for _, l := range widget.Wrap(widget.NormalizeWidth(m.text), width-4) {
		lines = append(lines, "  "+m.style.Render(l))
	}
	for _, l := range widget.Wrap(m.hint, width-4) {
		lines = append(lines, "  "+s.Muted.Render(l))
	}
	return "\n" + strings.Join(lines, "\n")
}

// source is what a pane's rows came from.
type source struct {
	loaded    bool
	requested bool // a request is on its way, or has been answered
	err       error
	at        time.Time // when the rows came, on this machine's clock
}

func sourceOf[T any](r *model.Remote[T]) source {
	return source{loaded: r.Loaded(), requested: r.Busy() || r.Err != nil, err: r.Err, at: r.At}
}

// loadingMessage is what a pane says before the first good answer: that it is on its way, or why there is none.
func (e *Env) loadingMessage(from source, what string) (message, bool) {
	s := e.Styles()
	switch {
	case from.loaded:
		return message{}, false
	case from.err != nil:
		return message{s.Bad, style.Failed + " no " + what + ": " + errorReason(from.err), errorRemedy(e, from.err)}, true
	case !from.requested:
		return message{s.Muted, "no account is open", ""}, true
	}
	return message{s.Muted, "loading " + what + style.Ellipsis, ""}, true
}

// incompleteMessage is what a pane without rows says of an incomplete list: that it shows none does not mean that there is none.
func (e *Env) incompleteMessage(err error) (message, bool) {
	if !errors.Is(err, model.ErrIncomplete) {
		return message{}, false
	}
	return message{e.Styles().Bad, style.Failed + " " + model.ErrorMessage(err), errorRemedy(e, err)}, true
}

// errorReason is why there is nothing. How long the API asked to be left alone is counted down beside it; in its own words the
// number would stand still.
func errorReason(err error) string {
	if errors.Is(err, model.ErrRateLimited) && model.RetryAfter(err) > 0 {
		return "the API had " + model.ErrRateLimited.Error()
	}
	return model.ErrorMessage(err)
}

// errorRemedy is what to do about a failure.
func errorRemedy(e *Env, err error) string {
	refresh := e.Keys.View.Refresh.Help().Key
	if errors.Is(err, model.ErrUnauthorized) {
		return refresh + " asks for another token."
	}
	if model.RetryAfter(err) > 0 {
		return "It is asked again by itself in " + widget.FormatDuration(e.RetryIn()) + "."
	}
	return refresh + " asks again now; it is asked again by itself."
}

// noServerKeys are the keys of a pane while there is no server that a deed could be done to.
func (e *Env) noServerKeys() []key.Binding {
	return []key.Binding{e.Keys.View.Refresh, e.Keys.View.Activity, e.Keys.View.Palette, e.Keys.View.Quit}
}

// staleNote is the line under rows that could not be refreshed: why, and how old they are.
func (e *Env) staleNote(from source) string {
	if from.err == nil || !from.loaded {
		return ""
	}
	s := e.Styles()
	var cut *model.IncompleteError
	if errors.As(from.err, &cut) {
		return s.Bad.Render(style.Failed + " incomplete: the API gave " + cut.Counts())
	}
	return s.Bad.Render(style.Failed+" "+widget.ShortDuration(e.State.Local.Sub(from.at))+" old: ") + s.Muted.Render(errorReason(from.err))
}

// detail is a labelled value in a sheet.
type detail struct {
	label, value string
	style        lipgloss.Style
}

// detailLines sets facts one under the other, with their values aligned and wrapped.
func detailLines(s *style.Styles, width int, rows []detail) []string {
	const label = 13
	var out []string
	for _, f := range rows {
		value := f.value
		if value == "" {
			value = "-"
		}
		for i, l := range widget.Wrap(widget.NormalizeWidth(value), max(width-label, 8)) {
			head := ""
			if i == 0 {
				head = f.label
			}
			out = append(out, s.Muted.Render(widget.Fit(head, label, false))+f.style.Render(l))
		}
	}
	return out
}
