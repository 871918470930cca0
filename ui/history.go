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

// history is what the journal says, and what is made of it.
type history struct {
	loaded     bool
	last       []model.Record // the last line of each operation
	open       []model.Record // those that an earlier run left open
	visits     []model.Record // who came and went, where several share the program
	unreadable int
	err        error
	resumed    bool
	taken      map[string]bool              // the operations that were taken up, by ID
	said       string                       // the last trouble that was told, so that it is told once
	offers     []func(screen.Deeds) tea.Cmd // questions that wait until no other one is open
}

// record is the operation as a line of the journal.
func (a *App) record(o model.Operation) model.Record {
	line := o.Record(a.session.Client.Host(), a.state.Local)
	line.Profile = a.session.Profile
	return line
}

// writeDown records how an operation of ours goes on.
func (a *App) writeDown(o model.Operation) tea.Cmd {
	if o.ID == "" {
		return nil
	}
	return a.session.Record(a.record(o))
}

// recorded says once what is wrong with the journal. The deeds go on without it.
func (a *App) recorded(err error) {
	words := model.Words(err)
	if words == "" || words == a.history.said {
		return
	}
	a.history.said = words
	a.say(screen.Trouble, words+"; deeds go on, but are not written down")
}

// historyLoaded takes the journal in.
func (a *App) historyLoaded(msg command.HistoryLoadedMsg) tea.Cmd {
	if msg.Session != a.session.Number {
		return nil
	}
	h := &a.history
	if !h.loaded { // what is open is only taken from the first reading: later, it is our own
		h.open = msg.Open
	}
	h.loaded, h.last, h.visits, h.unreadable, h.err = true, msg.Last, msg.Visits, msg.Unreadable, msg.Err
	a.learn()
	a.recorded(msg.Err)
	return a.resume()
}

// resume takes up what an earlier run of the program left open, once the journal and the servers are known.
func (a *App) resume() tea.Cmd {
	h := &a.history
	if h.resumed || !h.loaded || !a.state.Servers.Loaded() || !a.state.PointsListed() || a.state.Recalled() {
		return nil
	}
	if h.taken == nil {
		h.taken = map[string]bool{}
	}
	h.resumed = a.state.Servers.Whole() // else what an incomplete list lacks is taken up later
	a.learn()                           // which of the servers are this account's is known now
	resumed := a.state.Resume(h.open, h.last, a.session.Client.Host())
	resumed = slices.DeleteFunc(resumed, func(o model.Operation) bool { return h.taken[o.ID] })
	for _, o := range resumed {
		h.taken[o.ID] = true
		if o.Phase.Over() {
			a.offerRest(o)
		}
	}
	if n := len(resumed); n > 0 {
		a.say(screen.Neutral, fmt.Sprintf("%d begun by another run of vpsdeck: looking how far it came", n))
		return a.refreshRunning()
	}
	return nil
}

// offerRest asks whether to go on with a restore whose snapshot has completed. It is never sent by itself after a restart, and
// only who wanted it is asked.
func (a *App) offerRest(first model.Operation) {
	if first.By.Name != a.opts.Actor.Name {
		return
	}
	a.history.offers = append(a.history.offers, func(d screen.Deeds) tea.Cmd {
		return d.GoOn(first, func() tea.Cmd {
			return a.writeDown(a.state.CallOff(first, "it was not wanted any more", a.opts.Run))
		})
	})
}

// offerAgain asks whether to send anew what was not seen.
func (a *App) offerAgain(o model.Operation) {
	if o.By.Name != a.opts.Actor.Name {
		return
	}
	a.history.offers = append(a.history.offers, func(d screen.Deeds) tea.Cmd { return d.Again(o) })
}

// nextOffer opens the next question that waits, if nothing else has the keys.
func (a *App) nextOffer() tea.Cmd {
	h := &a.history
	if len(h.offers) == 0 || len(a.dialogs) > 0 || a.login.open || a.change.under || a.tooSmall() || a.focused().Typing() {
		return nil
	}
	ask := h.offers[0]
	h.offers = h.offers[1:]
	return ask(screen.NewDeeds(a.env))
}

// openActivity shows what runs and what was done.
func (a *App) openActivity() tea.Cmd {
	sheet := dialog.NewSheet("Activity", a.activityLines, a.opts.Keys, a.env.Look, a.opts.Keys.View.Activity)
	if a.session == nil {
		return a.open(sheet)
	}
	return tea.Batch(a.open(sheet), a.session.LoadHistory())
}

// runningLines tell of an operation under way, whole, and how far it has come.
func (a *App) runningLines(s *style.Styles, o model.Operation, width int) []string {
	lines := widget.Wrap(widget.Agreed(o.Title()+a.by(o)), width-2)
	for i, l := range lines {
		lines[i] = "  " + s.Text.Render(l)
	}
	lines[0] = s.Accent.Render(style.Running) + strings.TrimPrefix(lines[0], " ")
	far := a.elapsed(o) + ", " + a.expectation(o)
	if last := len(lines) - 1; widget.Width(lines[last])+2+widget.Width(far) <= width {
		lines[last] += s.Muted.Render("  " + far)
		return lines
	}
	return append(lines, "  "+s.Muted.Render(far))
}

func (a *App) activityLines(s *style.Styles, width int) []string {
	lines := []string{s.Strong.Render("Running")}
	open := a.state.Operations()
	for _, o := range open {
		lines = append(lines, a.runningLines(s, o, width)...)
		if usual, stuck := a.state.Stuck(o); stuck {
			for _, l := range widget.Wrap(widget.Agreed(stuckWords(o, usual)), width-2) {
				lines = append(lines, "  "+s.Late.Render(l))
			}
		}
	}
	if len(open) == 0 {
		lines = append(lines, s.Muted.Render("nothing"))
	}
	lines = append(append(lines, a.saidLines(s, width)...), "", s.Strong.Render("Earlier (UTC), newest first"))
	past := a.past()
	room := len("15 Jan 18:30 ")
	for _, e := range past {
		room = max(room, len(widget.Short(e.at, a.state.Now))+1)
	}
	for _, e := range past {
		st, glyph := e.style(s)
		for i, l := range widget.Wrap(widget.Agreed(e.words), width-room-3) {
			when := ""
			if i == 0 {
				when = widget.Short(e.at, a.state.Now)
			} else {
				glyph = " "
			}
			lines = append(lines, s.Muted.Render(widget.Fit(when, room, false))+st.Render(glyph)+" "+s.Text.Render(l))
		}
	}
	switch {
	case len(past) > 0:
	case a.opts.Journal != nil && !a.history.loaded:
		lines = append(lines, s.Muted.Render("The journal has not been read yet."))
	default:
		lines = append(lines, s.Muted.Render("nothing"))
	}
	if a.history.unreadable > 0 {
		lines = append(lines, "", s.Late.Render(fmt.Sprintf("%d lines of the journal cannot be read and are left out", a.history.unreadable)))
	}
	if a.history.err != nil {
		lines = append(lines, "", s.Bad.Render(model.Words(a.history.err)))
	}
	return lines
}

func outcomeStyle(s *style.Styles, o model.Operation) (lipgloss.Style, string) {
	switch o.Phase {
	case model.Done:
		return s.Fine, style.Done
	case model.Broken, model.NotSeen:
		return s.Bad, style.Failed
	}
	return s.Late, style.Late
}

// mostHistory is how many ended operations the activity screen lists.
const mostHistory = 500

// event is a line of the past.
type event struct {
	at    time.Time
	words string
	style func(*style.Styles) (lipgloss.Style, string)
}

// past is what has ended, newest first: what the journal has, and what this run knows itself; and who came and went.
func (a *App) past() []event {
	known := map[string]bool{}
	var out []event
	add := func(o model.Operation) {
		out = append(out, event{o.Ended, o.Title() + a.by(o) + ": " + outcome(o), func(s *style.Styles) (lipgloss.Style, string) {
			return outcomeStyle(s, o)
		}})
	}
	for _, o := range a.state.Ended() {
		known[o.ID] = o.ID != ""
		add(o)
	}
	for _, r := range a.history.last {
		if o, ok := r.Operation(); ok && o.Phase.Over() && !known[r.ID] {
			add(o)
		}
	}
	for _, r := range a.history.visits {
		out = append(out, event{r.Time, r.VisitWords(), func(s *style.Styles) (lipgloss.Style, string) { return s.Muted, style.Dot }})
	}
	slices.SortStableFunc(out, func(x, y event) int { return y.at.Compare(x.at) })
	return out[:min(len(out), mostHistory)]
}
