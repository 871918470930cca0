package headless

import (
	"context"
	"fmt"
	"slices"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/retention"
	"vpsdeck/ui/widget"
)

// makeRoom deletes one snapshot of each server whose quota is full, by the retention rules.
//
// Taking the new one first would be safer, but the API refuses a sixth. So one goes first, and only
// one: the oldest that the rules would not keep beside the new one. It goes only after everything
// else that could refuse the new one was checked, and only if the server is covered without it.
func (r *Runner) makeRoom(ctx context.Context, opts CreateOptions, requests []model.ActionRequest) error {
	full := slices.DeleteFunc(slices.Clone(requests), func(in model.ActionRequest) bool {
		return !r.state.Quota(model.Snapshot, in.Server.ID).Full()
	})
	switch {
	case len(full) == 0:
		return nil
	case r.incomplete != nil: // what is missing may be what the rules would keep
		return r.incomplete
	case len(r.opts.Retain) == 0:
		return usageError("--prune needs retention rules, because a quota is full: add a %s to the config",
			r.retentionTable())
	}
	if err := r.checkOthers(requests, full); err != nil {
		return err
	}
	var deletions []model.ActionRequest
	var why, plan []string
	for _, in := range full {
		p, found := r.dispensable(in)
		if !found {
			why = append(why, fmt.Sprintf("%s: its quota of snapshots is full, and none can go by the retention rules",
				in.Server.SentenceName()))
			continue
		}
		plan = append(plan, fmt.Sprintf("%s of %s (%s, %s)", describePoint(p), in.Server.SentenceName(),
			widget.CreatedAgo(&p, r.state.Now), widget.SizeOf(&p)))
		deletions = append(deletions, model.ActionRequest{Action: model.Delete, Point: p, Server: in.Server})
	}
	if len(why) > 0 {
		return nothingSentError(settings.ExitLimited, why)
	}
	if !opts.Yes {
		for _, line := range plan {
			r.notef("plan: delete %s, to make room for the new one", line)
		}
		return refusedError("to make room this would delete %s for good. Add --yes to confirm",
			model.Pluralize(len(plan), "snapshot"))
	}
	return r.deleteForRoom(ctx, deletions, opts.Follow)
}

// checkOthers checks what could refuse the new snapshots apart from the full quotas.
func (r *Runner) checkOthers(requests, full []model.ActionRequest) error {
	others := slices.DeleteFunc(slices.Clone(requests), func(in model.ActionRequest) bool {
		return slices.ContainsFunc(full, func(f model.ActionRequest) bool { return f.Server.ID == in.Server.ID })
	})
	if why, _ := r.capacityProblems(requests, others); len(why) > 0 {
		return nothingSentError(settings.ExitLimited, why)
	}
	return nil
}

// dispensable returns the oldest snapshot of the server that the rules do not keep once the new one
// has been taken, and that the server does not need until then.
func (r *Runner) dispensable(in model.ActionRequest) (model.Point, bool) {
	next := in.Point
	next.ID, next.Status, next.CreatedAt = "new", model.Completed, r.state.Now
	points := r.state.AllPoints()
	plan := retention.New(retention.Input{
		Servers: r.state.Servers.Value, Points: append(slices.Clone(points), next), Now: r.state.Now,
		Coverage: r.opts.Policies, Retain: retention.OnlyKind(r.opts.Retain, model.Snapshot),
		Selected: func(s model.ServerRef) bool { return s.ID == in.Server.ID },
	})
	for _, p := range plan.Removals() {
		deletion := model.ActionRequest{Action: model.Delete, Point: p, Server: in.Server}
		server, _ := r.state.Server(in.Server.ID)
		if !p.Status.Failed() && model.RoleOf(p, points, r.state.Now) == model.OrdinaryPoint &&
			r.busyReason(server, deletion) == "" && !losesNow(r.coverageLosses([]model.Point{p})) {
			return p, true // a failed one may not count in the quota
		}
	}
	return model.Point{}, false
}

func losesNow(losses []model.CoverageLoss) bool {
	return slices.ContainsFunc(losses, func(l model.CoverageLoss) bool { return len(l.Now) > 0 })
}

// deleteForRoom sends the deletions. Their results go to the notes: the command's data are the
// snapshots that it takes. If one fails, no snapshot is taken.
func (r *Runner) deleteForRoom(ctx context.Context, deletions []model.ActionRequest, f FollowOptions) error {
	f.Format = Table
	out := r.opts.Out
	r.opts.Out = r.opts.Notes
	err := r.execute(ctx, deletions, f)
	r.opts.Out = out
	if err != nil {
		r.notef("no snapshot was taken, because there may be no room")
	}
	return err
}
