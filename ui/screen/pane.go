package screen

import (
	"errors"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// message is what a pane shows instead of rows.
type message struct {
	style style.Style
	text  string
	hint  string // what to do
}

// renderMessage lays out a message in a pane of the given inner width.
func renderMessage(s *style.Styles, m message, width int) string {
	var lines []string
	for _, l := range widget.Wrap(widget.NormalizeWidth(m.text), width-4) {
		lines = append(lines, "  "+style.Render(m.style, l))
	}
	for _, l := range widget.Wrap(m.hint, width-4) {
		lines = append(lines, "  "+style.Render(s.Muted, l))
	}
	return "\n" + strings.Join(lines, "\n")
}

// source is the state of the list behind a pane.
type source struct {
	loaded    bool
	requested bool // a request is under way, or has failed
	err       error
	at        time.Time // when the rows arrived, by this machine's clock
	said      bool      // a pane before it says why the list failed
}

func sourceOf[T any](r *model.Remote[T]) source {
	return source{loaded: r.Loaded(), requested: r.Busy() || r.Err != nil, err: r.Err, at: r.At}
}

// The lists of an account, in the order of their panes.
const (
	serverList = iota
	backupList
	snapshotList
)

// pointList is the list of restore points of a kind.
func pointList(kind model.Kind) int {
	if kind == model.Snapshot {
		return snapshotList
	}
	return backupList
}

// sourceAt returns the state of a list. Where all panes are on the screen, the first one says why
// lists have failed, and the others do not repeat it.
func (e *Env) sourceAt(list int) source {
	all := []source{sourceOf(&e.State.Servers), sourceOf(&e.State.Backups), sourceOf(&e.State.Snapshots)}
	from := all[list]
	if from.err == nil || e.OnePane {
		return from
	}
	for _, before := range all[:list] {
		// the note below rows is cut; it cannot replace the sentence in a pane without rows
		if before.err != nil && before.loaded == from.loaded && errorReason(before.err) == errorReason(from.err) {
			from.said = true
		}
	}
	return from
}

// loadingMessage returns what a pane shows before its list has loaded: that it is loading, or why
// it failed.
func (e *Env) loadingMessage(from source, what string) (message, bool) {
	s := e.Styles()
	switch {
	case from.loaded:
		return message{}, false
	case from.said:
		return message{s.Bad, style.Failed + " " + what + " not loaded", ""}, true
	case from.err != nil:
		return message{s.Bad, style.Failed + " no " + what + ": " + errorReason(from.err), errorRemedy(e, from.err)},
			true
	case !from.requested && !e.Shared:
		return message{s.Muted, "not signed in", ""}, true
	}
	return message{s.Muted, "loading " + what + style.Ellipsis, ""}, true
}

// incompleteMessage returns what a pane without rows shows if its list is incomplete, as there may
// be rows.
func (e *Env) incompleteMessage(err error) (message, bool) {
	if !errors.Is(err, model.ErrIncomplete) {
		return message{}, false
	}
	return message{e.Styles().Bad, style.Failed + " " + model.ErrorMessage(err), errorRemedy(e, err)}, true
}

// errorReason returns why a list failed. For a rate limit it leaves out the delay, which the hint
// counts down.
func errorReason(err error) string {
	if errors.Is(err, model.ErrRateLimited) && model.RetryAfter(err) > 0 {
		return "rate limited by the API"
	}
	return model.ErrorMessage(err)
}

// errorRemedy returns what to do about a failure.
func errorRemedy(e *Env, err error) string {
	refresh := e.Keys.View.Refresh.Help().Key
	if errors.Is(err, model.ErrUnauthorized) {
		return refresh + " asks for another token."
	}
	if model.RetryAfter(err) > 0 {
		return "Retrying in " + widget.FormatDuration(e.RetryIn()) + "."
	}
	return refresh + " retries now; otherwise it is retried automatically."
}

// noServerKeys returns the footer's keys of a pane without servers.
func (e *Env) noServerKeys() []key.Binding {
	return []key.Binding{e.Keys.View.Refresh, e.Keys.View.Activity, e.Keys.View.Palette, e.Keys.View.Quit}
}

// staleNote returns the note below rows that could not be refreshed: their age and why.
func (e *Env) staleNote(from source) string {
	if from.err == nil || !from.loaded {
		return ""
	}
	s := e.Styles()
	var cut *model.IncompleteError
	if errors.As(from.err, &cut) {
		return style.Render(s.Bad, style.Failed+" incomplete: the API gave "+cut.Counts())
	}
	age := style.Failed + " " + widget.ShortDuration(e.State.Local.Sub(from.at)) + " old"
	if from.said {
		return style.Render(s.Bad, age)
	}
	return style.Render(s.Bad, age+": ") +
		style.Render(s.Muted, errorReason(from.err))
}

// detail is a labelled value in a sheet.
type detail struct {
	label, value string
	style        style.Style
}

// detailLines lays out details one below the other, with aligned and wrapped values.
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
			out = append(out, style.Render(s.Muted, widget.Fit(head, label, false))+style.Render(f.style, l))
		}
	}
	return out
}
