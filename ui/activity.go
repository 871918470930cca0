package ui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
)

// page is the open activity page, or nil.
func (h *history) page() *screen.Activity {
	page, _ := h.panes.page.(*screen.Activity)
	return page
}

// toggleActivity opens the page of what runs and what was done, or closes it. It reads the journal
// again, because other programs write to it too.
func (h *history) toggleActivity() tea.Cmd {
	if h.page() != nil {
		h.panes.closePage()
		return nil
	}
	h.markRead()
	page := screen.NewActivity(h.env, activityLog{h})
	page.Select(h.noticeEvent(h.notices.atKey))
	h.panes.openPage(page)
	h.shownNotice = h.notices.count
	if h.session == nil {
		return nil
	}
	return h.session.LoadHistory()
}

// refreshPage adds new notices to the open page, and clears the mark in the header for what can be
// seen on it. Operations and the journal refresh it when they change.
func (h *history) refreshPage() {
	if h.inSight() {
		h.markRead()
	}
	if page := h.page(); page != nil && h.shownNotice != h.notices.count {
		h.shownNotice = h.notices.count
		page.Refresh()
	}
}

// inSight says whether the user can see the page.
func (h *history) inSight() bool { return h.page() != nil && len(h.dialogs) == 0 && !h.poller.blurred }

// noticeEvent returns the ID of the event that a notice is about, or of the notice itself.
func (h *history) noticeEvent(n notice) string {
	if n.topic <= 0 {
		return noticeEventID(n)
	}
	for _, o := range slices.Concat(h.state.Operations(), h.state.FinishedOperations()) {
		if o.Number == n.topic {
			return eventID(o)
		}
	}
	return ""
}

// noticeEventID identifies a notice among the events of the activity page.
func noticeEventID(n notice) string { return "notice " + n.text }

// unreadEvent is what the header says about something that ended while nobody looked.
type unreadEvent struct {
	failed bool
	shown  bool // the activity page has been opened since; the mark stays on its row
}

// markEnded marks an operation that has ended as unread, unless its end is in sight. What takes no
// time is left out: it ends while its user waits for it.
func (h *history) markEnded(o model.Operation) {
	if o.Phase == model.PhaseRefused || o.Action == model.Delete && o.Phase == model.PhaseDone {
		return
	}
	if h.inSight() {
		return
	}
	if h.unread == nil {
		h.unread = map[string]unreadEvent{}
	}
	h.unread[eventID(o)] = unreadEvent{failed: o.Phase != model.PhaseDone}
}

// markRead clears the mark in the header. The rows keep theirs until the page is opened the next
// time.
func (h *history) markRead() {
	for id, e := range h.unread {
		if e.shown && h.page() == nil {
			delete(h.unread, id)
			continue
		}
		e.shown = true
		h.unread[id] = e
	}
}

// unreadCounts is how much of what ended was not read: what succeeded, and what did not.
func (h *history) unreadCounts() (done, failed int) {
	for _, e := range h.unread {
		switch {
		case e.shown:
		case e.failed:
			failed++
		default:
			done++
		}
	}
	return done, failed
}

// eventID identifies an operation among the events of the activity page. Operations of others have
// no ID in the journal.
func eventID(o model.Operation) string {
	if o.ID != "" {
		return o.ID
	}
	return fmt.Sprintf("#%d", o.Number)
}

// maxEvents is how many past events the activity page lists.
const maxEvents = 500

// activityLog gives the activity page its rows.
type activityLog struct{ h *history }

// Loaded reports whether the journal has been read.
func (l activityLog) Loaded() bool {
	return l.h.loaded || l.h.opts.Journal == nil || l.h.opts.Demo || l.h.session == nil
}

// HasOthers reports whether the journal has events of other accounts.
func (l activityLog) HasOthers() bool { return len(l.h.others) > 0 }

// Problem says what is missing of the journal.
func (l activityLog) Problem() string {
	switch n := l.h.unreadable; {
	case l.h.err != nil:
		return "journal not read"
	case n == 1:
		return "1 journal line unreadable"
	case n > 1:
		return fmt.Sprintf("%d journal lines unreadable", n)
	}
	return ""
}

// Events returns what runs, then the problems of the journal, then the past, each newest first.
func (l activityLog) Events(all bool) []screen.Event {
	h := l.h
	var events []screen.Event
	known := map[string]bool{}
	for _, o := range slices.Backward(h.state.Operations()) {
		known[eventID(o)] = true
		events = append(events, h.operationEvent(o, ""))
	}
	events = append(events, h.journalEvents()...)
	past := h.pastEvents(known)
	if all {
		past = append(past, h.otherEvents()...)
	}
	slices.SortStableFunc(past, func(x, y screen.Event) int { return y.At.Compare(x.At) })
	return append(events, past[:min(len(past), maxEvents)]...)
}

// operationEvent is the event of an operation. Its time is its end, or its start while it runs.
func (h *history) operationEvent(o model.Operation, profile string) screen.Event {
	at := o.Ended
	if at.IsZero() {
		at = o.Started
	}
	action := map[model.Action]string{model.Create: o.Point.Kind.String(), model.Restore: "restore",
		model.Delete: "delete"}[o.Action]
	_, unread := h.unread[eventID(o)]
	return screen.Event{ID: eventID(o), At: at, Operation: &o, Profile: profile, By: o.By, Action: action,
		Unread: unread && profile == ""}
}

// journalEvents are the problems of the journal.
func (h *history) journalEvents() []screen.Event {
	var events []screen.Event
	if h.err != nil {
		events = append(events, screen.Event{ID: "journal-error", At: h.state.Now, Action: "journal",
			Text: model.ErrorMessage(h.err), Severity: screen.Error})
	}
	if h.unreadable > 0 {
		events = append(events, screen.Event{ID: "journal-lines", At: h.state.Now, Action: "journal",
			Text:     fmt.Sprintf("unreadable journal lines skipped: %d", h.unreadable),
			Severity: screen.Warning})
	}
	return events
}

// pastEvents are the operations that have ended, from the journal and from this run, the logins and
// logouts, and the last notices that are not about an operation. known has the operations that are
// already listed.
func (h *history) pastEvents(known map[string]bool) []screen.Event {
	var events []screen.Event
	for _, o := range h.state.FinishedOperations() {
		known[eventID(o)] = true
		events = append(events, h.operationEvent(o, ""))
	}
	for _, r := range h.latest {
		if o, ok := r.Operation(); ok && o.Phase.Over() && !known[r.ID] {
			events = append(events, h.operationEvent(o, ""))
		}
	}
	for _, r := range h.connections {
		events = append(events, screen.Event{ID: r.ID, At: r.Time, By: cleanActor(r.By), Action: r.Event,
			Text: r.SessionText()})
	}
	for _, n := range h.notices.recent {
		events = append(events, screen.Event{ID: noticeEventID(n), At: n.at, Action: "notice", Text: n.text,
			Severity: n.severity})
	}
	return events
}

// cleanActor makes the texts of a user from the journal safe to display.
func cleanActor(a model.Actor) model.Actor {
	return model.Actor{Name: model.Clean(a.Name), Key: model.Clean(a.Key), Address: model.Clean(a.Address)}
}

// otherEvents are the operations of other accounts, from the journal.
func (h *history) otherEvents() []screen.Event {
	var events []screen.Event
	for _, r := range h.others {
		name := r.Profile
		if name == "" {
			name = r.Host
		}
		if o, ok := r.Operation(); ok {
			events = append(events, h.operationEvent(o, model.Clean(name)))
		}
	}
	return events
}
