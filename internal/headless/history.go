package headless

import (
	"context"
	"errors"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// prepare loads what an action needs: the current account, and the operations that earlier runs
// left open. It follows those up as the dashboard does.
func (r *Runner) prepare(ctx context.Context) error {
	if r.opts.ReadOnly {
		return settings.Errorf(settings.ExitRefused, "read-only (by --read-only or the config): nothing was sent")
	}
	if err := r.load(ctx); err != nil {
		return err
	}
	history := r.session.LoadHistory()
	if history == nil {
		return nil
	}
	msg := history().(command.HistoryLoadedMsg)
	if errors.Is(msg.Err, model.ErrConflict) { // it is not known what earlier runs left open
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
	r.poller.RequestRunning()
	return r.fetch(ctx)
}

// resumeEarlier looks up the unverified actions of earlier runs on these servers, so that none is
// done twice. One that is still unknown at the timeout keeps its server busy.
func (r *Runner) resumeEarlier(ctx context.Context, servers []model.Server, f FollowOptions) error {
	wanted := map[model.ID]bool{}
	for _, s := range servers {
		wanted[s.ID] = true
	}
	w := &watcher{
		Runner:    r,
		batch:     model.NewBatch(nil, f.limits()),
		isSettled: func(o model.Operation) bool { return !o.Resumed || !wanted[o.Server.ID] || !o.Unverified() },
		onStep: func(o model.Operation, _ error) {
			if o.Resumed && wanted[o.Server.ID] {
				r.notef("from an earlier run: %s: %s", o.Title(), describeOutcome(o))
			}
		},
	}
	if w.isDone() {
		return nil
	}
	for _, o := range r.state.Operations() {
		if w.isAwaited(o) {
			r.notef("from an earlier run: %s: searching the lists for its outcome", o.Title())
		}
	}
	if err := w.run(ctx, f.Timeout); err != nil && err != errTimeout {
		return err
	}
	return nil
}

// newRecord returns the operation as a line of the journal.
func (r *Runner) newRecord(o model.Operation) model.Record {
	line := o.Record(r.opts.Client.Host(), r.state.Local)
	line.Profile = r.session.Profile
	return line
}

// recordOperation logs the progress of an operation of ours in the journal.
func (r *Runner) recordOperation(o model.Operation) {
	if o.ID == "" {
		return
	}
	if cmd := r.session.Record(r.newRecord(o)); cmd != nil {
		r.warnJournal(cmd().(command.RecordedMsg).Err)
	}
}

// warnJournal reports the first journal error. Actions continue without the journal.
func (r *Runner) warnJournal(err error) {
	if err != nil && !r.journalWarned {
		r.journalWarned = true
		r.notef("warning: %s; actions continue, but are not logged", model.ErrorMessage(err))
	}
}
