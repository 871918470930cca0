package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// How often the account is asked. Whatever the interval, a request of a kind is never sent while one is under way.
const (
	slow = 20 * time.Second // everything, while nothing runs
	idle = 2 * time.Minute  // everything, while the terminal has lost the focus
)

// polls is when to ask next.
type polls struct {
	all      time.Time // when everything is due
	running  time.Time // when what runs is due
	pace     time.Duration
	failures int       // rounds in a row
	round    bool      // everything is being asked for
	began    time.Time // when the requests under way were sent, or the last ones
	armed    int       // number of the tick that is waited for
	wake     time.Time // when it comes
}

// tickMsg wakes the program up. Only the newest tick counts.
type tickMsg struct{ number int }

// arm sets the next tick. It gives up the one that was waited for, so that there is always one.
func (a *App) arm() tea.Cmd {
	a.polls.armed++
	number, wait := a.polls.armed, a.untilTick()
	a.polls.wake = a.state.Local.Add(wait)
	return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return tickMsg{number} })
}

// sooner sets the next tick earlier if something has begun that changes by the second.
func (a *App) sooner() tea.Cmd {
	if a.state.Local.Add(a.untilTick()).Before(a.polls.wake) {
		return a.arm()
	}
	return nil
}

// untilTick is how long nothing on the screen changes by itself: a second while something runs or is counted down, else
// as long as the age of the data may lag behind.
func (a *App) untilTick() time.Duration {
	switch {
	case len(a.state.Operations()) > 0 || a.notices.any() || a.polls.failures > 0:
		return time.Second
	case a.blurred:
		return 30 * time.Second
	}
	return 5 * time.Second
}

// tick asks for what is due and waits for the next one.
func (a *App) tick(msg tickMsg) tea.Cmd {
	if msg.number != a.polls.armed {
		return nil
	}
	a.notices.expire(a.state.Local)
	cmds := []tea.Cmd{a.tellStuck()}
	switch now := a.state.Local; {
	case a.session == nil || a.login.refused:
	case !now.Before(a.polls.all):
		cmds = append(cmds, a.refreshAll())
	case len(a.state.Operations()) > 0 && !now.Before(a.polls.running):
		cmds = append(cmds, a.refreshRunning())
	}
	return tea.Batch(append(cmds, a.arm())...)
}

// refreshNow is what a person asked for: at once, whatever the schedule says, but not before the API wants to hear of us
// again.
func (a *App) refreshNow() tea.Cmd {
	if a.session == nil {
		return a.askAccess("")
	}
	if wait := model.RetryAfter(a.state.Servers.Err); wait > 0 && a.state.Local.Before(a.polls.all) {
		a.say(screen.Neutral, "the API asked to be left alone for "+widget.Duration(a.polls.all.Sub(a.state.Local)))
		return nil
	}
	return tea.Batch(a.refreshAll(), a.loadAccount())
}

// refreshAll asks for everything that is not already being asked for.
func (a *App) refreshAll() tea.Cmd {
	a.polls.all, a.polls.round = a.state.Local.Add(a.interval()), true
	a.begin()
	return tea.Batch(a.session.RefreshAll(a.state)...)
}

// lookedAt is when the focus comes back: what is on the screen may be as old as the idle interval, and is asked for at once
// if it is older than it would be with the focus. After a failure the schedule of the tries holds.
func (a *App) lookedAt() tea.Cmd {
	a.blurred = false
	at, loaded := a.oldest()
	if a.session == nil || a.login.refused || !loaded || a.failure() != nil {
		return nil
	}
	due := at.Add(slow)
	if !a.state.Local.Before(due) {
		return a.refreshAll()
	}
	if due.Before(a.polls.all) {
		a.polls.all = due
	}
	return nil
}

func (a *App) interval() time.Duration {
	if a.blurred {
		return idle
	}
	return slow
}

// refreshRunning asks for what the operations under way are about. Each time it waits longer before the next.
func (a *App) refreshRunning() tea.Cmd {
	a.polls.pace = command.Slower(a.polls.pace)
	a.polls.running = a.state.Local.Add(a.polls.pace)
	a.begin()
	return tea.Batch(a.session.RefreshRunning(a.state)...)
}

func (a *App) loadAccount() tea.Cmd {
	t, ok := a.state.Account.Start(a.state.Now)
	if !ok {
		return nil
	}
	return a.session.LoadAccount(t)
}

// heard sets the schedule by how a request went. A round for everything is judged once all of it is in: after a failure the
// waits grow. Whatever was asked, the API's own wish to be left alone comes first.
func (a *App) heard(err error) {
	st := a.state
	if wait := model.RetryAfter(err); wait > 0 {
		a.polls.all, a.polls.running = st.Local.Add(wait), st.Local.Add(wait)
	}
	if a.asking() {
		return
	}
	if err == nil {
		rested := st.Local.Add(command.Rest(st.Local.Sub(a.polls.began)))
		a.polls.all, a.polls.running = later(a.polls.all, rested), later(a.polls.running, rested)
	}
	if !a.polls.round {
		return
	}
	a.polls.round = false
	if a.failure() == nil {
		a.polls.failures = 0
		return
	}
	a.polls.failures++
	next := st.Local.Add(command.Retry(a.polls.failures, a.failure()))
	a.polls.all, a.polls.running = next, next
}

// asking says whether a list is being asked for.
func (a *App) asking() bool {
	return a.state.Servers.Busy() || a.state.Backups.Busy() || a.state.Snapshots.Busy()
}

// begin notes that requests leave now, unless earlier ones are still under way.
func (a *App) begin() {
	if !a.asking() {
		a.polls.began = a.state.Local
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// failure is why the account cannot be read whole, or nil.
func (a *App) failure() error {
	st := a.state
	for _, err := range []error{st.Servers.Err, st.Backups.Err, st.Snapshots.Err} {
		if err != nil {
			return err
		}
	}
	return nil
}
