package headless

import (
	"context"
	"errors"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// prepare learns what a deed must know: the account as it is now, and what earlier runs of the program have left open, which
// is followed up here as the dashboard does it.
func (r *Runner) prepare(ctx context.Context) error {
	if r.opts.ReadOnly {
		return settings.Errorf(settings.ExitRefused, "read-only, by --read-only or the config: nothing was sent")
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	history := r.session.LoadHistory()
	if history == nil {
		return nil
	}
	msg := history().(command.HistoryLoadedMsg)
	if errors.Is(msg.Err, model.ErrConflict) { // what an earlier run has left open is not known
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return nothingSentError(settings.ExitLimited, []string{model.ErrorMessage(msg.Err)})
	}
	r.warnJournal(msg.Err)
	r.state.LearnDurations(msg.Latest, r.opts.Client.Host())
	if len(r.state.Resume(msg.Open, msg.Latest, r.opts.Client.Host())) == 0 {
		return nil
	}
	return r.fetch(ctx, r.session.RefreshRunning(r.state))
}

// resumeEarlier finds out what became of actions of earlier runs on the servers of which nothing is known yet, so that none is
// done twice. What is not known when the time is up keeps its server busy.
func (r *Runner) resumeEarlier(ctx context.Context, servers []model.Server, f FollowOptions) error {
	concerned := map[model.ID]bool{}
	for _, s := range servers {
		concerned[s.ID] = true
	}
	w := &watcher{
		Runner:    r,
		batch:     model.NewBatch(nil, f.limits()),
		isSettled: func(o model.Operation) bool { return !o.Resumed || !concerned[o.Server.ID] || !o.Unverified() },
		onStep: func(o model.Operation, _ error) {
			if o.Resumed && concerned[o.Server.ID] {
				r.notef("begun earlier: %s: %s", o.Title(), describeOutcome(o))
			}
		},
	}
	if w.isDone() {
		return nil
	}
	for _, o := range r.state.Operations() {
		if w.isAwaited(o) {
			r.notef("begun earlier: %s: looking in the lists what became of it", o.Title())
		}
	}
	if err := w.run(ctx, f.Timeout); err != nil && err != errTimeout {
		return err
	}
	return nil
}

// newRecord is the operation as a line of the journal.
func (r *Runner) newRecord(o model.Operation) model.Record {
	line := o.Record(r.opts.Client.Host(), r.state.Local)
	line.Profile = r.session.Profile
	return line
}

// recordOperation records how an operation of ours goes on.
func (r *Runner) recordOperation(o model.Operation) {
	if o.ID == "" {
		return
	}
	if cmd := r.session.Record(r.newRecord(o)); cmd != nil {
		r.warnJournal(cmd().(command.RecordedMsg).Err)
	}
}

// warnJournal says once what is wrong with the journal. The deeds go on without it.
func (r *Runner) warnJournal(err error) {
	if err != nil && !r.journalWarned {
		r.journalWarned = true
		r.notef("warning: %s; deeds go on, but are not written down", model.ErrorMessage(err))
	}
}
