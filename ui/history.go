package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// history is the content of the journal and what was derived from it.
type history struct {
	*core
	poller      *poller
	progress    *progress
	loaded      bool
	latest      []model.Record // the last record of each operation
	open        []model.Record // those left open by an earlier run
	connections []model.Record // logins and logouts, if several users share the program
	unreadable  int
	err         error
	resumed     bool
	resumedIDs  map[string]bool                // the resumed operations, by ID
	lastProblem string                         // the last reported error, so that it is reported once
	offers      []func(screen.Actions) tea.Cmd // dialogs that wait until no other is open
}

// Update handles what the journal answers.
func (h *history) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case command.HistoryLoadedMsg:
		return h.handleHistory(msg)
	case command.RecordedMsg:
		h.reportJournalError(msg.Err)
	}
	return nil
}

// reset forgets what was read, for another account.
func (h *history) reset() { *h = history{core: h.core, poller: h.poller, progress: h.progress} }

// journalRecord is the operation as a journal record.
func (h *history) journalRecord(o model.Operation) model.Record {
	record := o.Record(h.session.Client.Host(), h.state.Local)
	record.Profile = h.session.Profile
	return record
}

// writeRecord journals the progress of one of our operations.
func (h *history) writeRecord(o model.Operation) tea.Cmd {
	if o.ID == "" {
		return nil
	}
	return h.session.Record(h.journalRecord(o))
}

// reportJournalError reports a journal error once. Actions continue without the journal.
func (h *history) reportJournalError(err error) {
	text := model.ErrorMessage(err)
	if text == "" || text == h.lastProblem {
		return
	}
	h.lastProblem = text
	h.notify(screen.Error, text+"; actions continue, but are not logged")
}

// handleHistory applies the loaded journal.
func (h *history) handleHistory(msg command.HistoryLoadedMsg) tea.Cmd {
	if msg.Session != h.session.Number {
		return nil
	}
	if !h.loaded { // later, the open ones are our own
		h.open = msg.Open
	}
	h.loaded, h.latest, h.connections, h.unreadable, h.err = true, msg.Latest, msg.Connections, msg.Unreadable, msg.Err
	h.learnDurations()
	h.reportJournalError(msg.Err)
	return h.resumeOperations()
}

// resumeOperations resumes the operations that an earlier run of the program left open, once the
// journal and the lists are loaded.
func (h *history) resumeOperations() tea.Cmd {
	if h.resumed || !h.loaded || !h.state.Servers.Loaded() || !h.state.PointsLoaded() || h.state.UsesCache() {
		return nil
	}
	if h.resumedIDs == nil {
		h.resumedIDs = map[string]bool{}
	}
	h.resumed = h.state.Servers.Complete() // otherwise what an incomplete list lacks is resumed later
	h.learnDurations()                     // only now is it known which servers are of this account
	resumed := h.state.Resume(h.open, h.latest, h.session.Client.Host())
	resumed = slices.DeleteFunc(resumed, func(o model.Operation) bool { return h.resumedIDs[o.ID] })
	for _, o := range resumed {
		h.resumedIDs[o.ID] = true
		if o.Phase.Over() {
			h.offerFollowUp(o)
		}
	}
	if n := len(resumed); n > 0 {
		h.notify(screen.Info, fmt.Sprintf("%d unfinished from another run of vpsdeck: checking progress", n))
		return h.poller.refreshRunning()
	}
	return nil
}

// offerFollowUp asks whether to continue with a restore whose snapshot has completed. After a
// restart it is never sent without asking, and only the user who started it is asked.
func (h *history) offerFollowUp(first model.Operation) {
	if first.By.Name != h.opts.Actor.Name {
		return
	}
	h.offers = append(h.offers, func(d screen.Actions) tea.Cmd {
		return d.ResumeRestore(first, func() tea.Cmd {
			return h.writeRecord(h.state.CancelRestore(first, "no longer wanted", h.opts.RunID))
		})
	})
}

// offerResend asks whether to send an action again whose result was not seen.
func (h *history) offerResend(o model.Operation) {
	if o.By.Name != h.opts.Actor.Name {
		return
	}
	h.offers = append(h.offers, func(d screen.Actions) tea.Cmd { return d.Retry(o) })
}

// openNextOffer opens the next pending offer, if nothing else needs the keys.
func (h *history) openNextOffer() tea.Cmd {
	if len(h.offers) == 0 {
		return nil
	}
	offer := h.offers[0]
	h.offers = h.offers[1:]
	return offer(screen.NewActions(h.env))
}

// openActivity shows what runs and what was done.
func (h *history) openActivity() tea.Cmd {
	sheet := dialog.NewSheet("Activity", h.activityLines, h.opts.Keys, h.env.Styles, h.opts.Keys.View.Activity)
	if h.session == nil {
		return h.openDialog(sheet)
	}
	return tea.Batch(h.openDialog(sheet), h.session.LoadHistory())
}

// runningLines describe an operation under way in full, with its progress.
func (h *history) runningLines(s *style.Styles, o model.Operation, width int) []string {
	lines := widget.Wrap(widget.NormalizeWidth(o.Title()+h.actorSuffix(o)), width-2)
	for i, l := range lines {
		lines[i] = "  " + s.Text.Render(l)
	}
	lines[0] = s.Accent.Render(style.Running) + strings.TrimPrefix(lines[0], " ")
	progress := h.progress.elapsedText(o) + ", " + h.progress.expectationText(o)
	if last := len(lines) - 1; widget.Width(lines[last])+2+widget.Width(progress) <= width {
		lines[last] += s.Muted.Render("  " + progress)
		return lines
	}
	return append(lines, "  "+s.Muted.Render(progress))
}

func (h *history) activityLines(s *style.Styles, width int) []string {
	lines := []string{s.Strong.Render("Running")}
	open := h.state.Operations()
	for _, o := range open {
		lines = append(lines, h.runningLines(s, o, width)...)
		if usual, stuck := h.state.Stuck(o); stuck {
			for _, l := range widget.Wrap(widget.NormalizeWidth(stuckText(o, usual)), width-2) {
				lines = append(lines, "  "+s.Warning.Render(l))
			}
		}
	}
	if len(open) == 0 {
		lines = append(lines, s.Muted.Render("nothing"))
	}
	lines = append(append(lines, h.recentNoticeLines(s, width)...), "", s.Strong.Render("Earlier (UTC), newest first"))
	past := h.pastEvents()
	room := len("15 Jan 18:30 ")
	for _, e := range past {
		room = max(room, len(widget.ShortTime(e.at, h.state.Now))+1)
	}
	for _, e := range past {
		st, glyph := e.style(s)
		for i, l := range widget.Wrap(widget.NormalizeWidth(e.text), width-room-3) {
			when := ""
			if i == 0 {
				when = widget.ShortTime(e.at, h.state.Now)
			} else {
				glyph = " "
			}
			lines = append(lines, s.Muted.Render(widget.Fit(when, room, false))+st.Render(glyph)+" "+s.Text.Render(l))
		}
	}
	switch {
	case len(past) > 0:
	case h.opts.Journal != nil && !h.loaded:
		lines = append(lines, s.Muted.Render("The journal has not been read yet."))
	default:
		lines = append(lines, s.Muted.Render("nothing"))
	}
	if h.unreadable > 0 {
		lines = append(lines, "", s.Warning.Render(fmt.Sprintf("unreadable journal lines skipped: %d", h.unreadable)))
	}
	if h.err != nil {
		lines = append(lines, "", s.Bad.Render(model.ErrorMessage(h.err)))
	}
	return lines
}

func outcomeStyle(s *style.Styles, o model.Operation) (lipgloss.Style, string) {
	switch o.Phase {
	case model.PhaseDone:
		return s.Fine, style.Done
	case model.PhaseFailed, model.PhaseNotSeen:
		return s.Bad, style.Failed
	}
	return s.Warning, style.Warning
}

// maxHistory is how many finished operations the activity sheet lists.
const maxHistory = 500

// historyEvent is a past event of the activity sheet.
type historyEvent struct {
	at    time.Time
	text  string
	style func(*style.Styles) (lipgloss.Style, string)
}

// pastEvents are the finished operations, newest first, from the journal and from this run, and
// the logins and logouts.
func (h *history) pastEvents() []historyEvent {
	known := map[string]bool{}
	var out []historyEvent
	add := func(o model.Operation) {
		out = append(out, historyEvent{o.Ended, o.Title() + h.actorSuffix(o) + ": " + outcomeText(o),
			func(s *style.Styles) (lipgloss.Style, string) {
				return outcomeStyle(s, o)
			}})
	}
	for _, o := range h.state.FinishedOperations() {
		known[o.ID] = o.ID != ""
		add(o)
	}
	for _, r := range h.latest {
		if o, ok := r.Operation(); ok && o.Phase.Over() && !known[r.ID] {
			add(o)
		}
	}
	for _, r := range h.connections {
		out = append(out, historyEvent{r.Time, r.SessionText(),
			func(s *style.Styles) (lipgloss.Style, string) { return s.Muted, style.Dot }})
	}
	slices.SortStableFunc(out, func(x, y historyEvent) int { return y.at.Compare(x.at) })
	return out[:min(len(out), maxHistory)]
}
