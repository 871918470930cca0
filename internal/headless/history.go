package headless

import (
	"context"
	"errors"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// begin learns what a deed must know: the account as it is now, and what earlier runs of the program have left open, which
// is followed up here as the dashboard does it.
func (r *Runner) begin(ctx context.Context) error {
	if r.opts.ReadOnly {
		return settings.Faultf(settings.ExitRefused, "read-only, by --read-only or the config: nothing was sent")
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
		return nothingSent(settings.ExitLimited, []string{model.Words(msg.Err)})
	}
	r.unwritten(msg.Err)
	r.state.Learn(msg.Last, r.opts.Client.Host())
	if len(r.state.Resume(msg.Open, msg.Last, r.opts.Client.Host())) == 0 {
		return nil
	}
	return r.ask(ctx, r.session.RefreshRunning(r.state))
}

// settleEarlier finds out what became of actions of earlier runs on the servers of which nothing is known yet, so that none is
// done twice. What is not known when the time is up keeps its server busy.
func (r *Runner) settleEarlier(ctx context.Context, servers []model.Server, f Follow) error {
	concerned := map[model.ID]bool{}
	for _, s := range servers {
		concerned[s.ID] = true
	}
	v := &vigil{
		Runner:  r,
		batch:   model.NewBatch(nil, f.limits()),
		settled: func(o model.Operation) bool { return !o.Resumed || !concerned[o.Server.ID] || !o.Doubtful() },
		told: func(o model.Operation, _ error) {
			if o.Resumed && concerned[o.Server.ID] {
				r.note("begun earlier: %s: %s", o.Title(), outcome(o))
			}
		},
	}
	if v.done() {
		return nil
	}
	for _, o := range r.state.Operations() {
		if v.wanted(o) {
			r.note("begun earlier: %s: looking in the lists what became of it", o.Title())
		}
	}
	if err := v.run(ctx, f.Timeout); err != nil && err != errTimeout {
		return err
	}
	return nil
}

// record is the operation as a line of the journal.
func (r *Runner) record(o model.Operation) model.Record {
	line := o.Record(r.opts.Client.Host(), r.state.Local)
	line.Profile = r.session.Profile
	return line
}

// writeDown records how an operation of ours goes on.
func (r *Runner) writeDown(o model.Operation) {
	if o.ID == "" {
		return
	}
	if cmd := r.session.Record(r.record(o)); cmd != nil {
		r.unwritten(cmd().(command.RecordedMsg).Err)
	}
}

// unwritten says once what is wrong with the journal. The deeds go on without it.
func (r *Runner) unwritten(err error) {
	if err != nil && !r.warned {
		r.warned = true
		r.note("warning: %s; deeds go on, but are not written down", model.Words(err))
	}
}
