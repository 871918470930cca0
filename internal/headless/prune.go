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

// PruneOptions are the options of a prune.
type PruneOptions struct {
	Servers []string          // IDs, names and globs; empty: every server
	Kinds   []model.Kind      // empty: both
	Policy  *retention.Policy // of the command line, in place of the config's; nil: the config's
	Yes     bool              // delete; else only the plan is shown
	Follow  FollowOptions
}

// prunedPoint is one decision of a plan, in its JSON form.
type prunedPoint struct {
	ServerID  model.ID  `json:"server_id"`
	Server    string    `json:"server"`
	Kind      string    `json:"kind"`
	ID        model.ID  `json:"id"`
	Name      string    `json:"name"`
	CreatedAt timestamp `json:"created_at"`
	SizeMB    size      `json:"size_mb"`
	Remove    bool      `json:"remove"`
	Reason    string    `json:"reason"`
	// what the plan takes from the server's coverage, and what it will have taken in 7 days; nil:
	// nothing
	CoverageAfter *string `json:"coverage_after"`
	CoverageLater *string `json:"coverage_in_7_days"`
	point         model.Point
}

var pruneColumns = []column[prunedPoint]{
	{field: "server_id", value: func(r prunedPoint) string { return string(r.ServerID) }},
	{field: "server", title: "SERVER", value: func(r prunedPoint) string { return r.Server }},
	{field: "kind", title: "KIND", value: func(r prunedPoint) string { return r.Kind }},
	{field: "id", title: "ID", alignRight: true, value: func(r prunedPoint) string { return string(r.ID) }},
	{field: "name", value: func(r prunedPoint) string { return r.Name }},
	{field: "created_at", title: "CREATED UTC", value: func(r prunedPoint) string { return r.CreatedAt.String() },
		display: func(r prunedPoint) string { return widget.FormatTime(r.point.CreatedAt) }},
	{field: "size_mb", title: "SIZE", alignRight: true, value: func(r prunedPoint) string { return r.SizeMB.String() },
		display: func(r prunedPoint) string { return widget.SizeOf(&r.point) }},
	{field: "remove", title: "PLAN", value: func(r prunedPoint) string { return fmt.Sprint(r.Remove) },
		display: func(r prunedPoint) string {
			if r.Remove {
				return "remove"
			}
			return "keep"
		}},
	{field: "reason", title: "REASON", value: func(r prunedPoint) string { return r.Reason }},
	{field: "coverage_after", value: func(r prunedPoint) string { return textOf(r.CoverageAfter) }},
	{field: "coverage_in_7_days", value: func(r prunedPoint) string { return textOf(r.CoverageLater) }},
}

// retentionTable returns the heading of a retention rule in the config, for a message that asks for one.
func (r *Runner) retentionTable() string {
	if r.opts.Profile == "" {
		return "[[retention]]"
	}
	return "[[profile." + r.opts.Profile + ".retention]]"
}

// Prune deletes the restore points that the retention rules do not keep. Without Yes it only shows
// the plan: what stays, what goes, and why. It does nothing while a list is incomplete.
func (r *Runner) Prune(ctx context.Context, opts PruneOptions) error {
	policies := r.opts.Retain
	if opts.Policy != nil {
		policies = []retention.Policy{*opts.Policy}
	}
	if len(policies) == 0 {
		return usageError("there are no retention rules: add a %s to the config, or give some, such as "+
			"--keep-last 2 --keep-daily 7", r.retentionTable())
	}
	if err := r.prepareOrLoad(ctx, opts.Yes); err != nil {
		return err
	}
	if r.incomplete != nil { // what is missing may be what the rules would keep
		return r.incomplete
	}
	servers := r.state.Servers.Value
	if len(opts.Servers) > 0 {
		var err error
		if servers, err = r.matchAllServers(opts.Servers, servers); err != nil {
			return err
		}
	}
	plan := r.planPrune(opts, policies, servers)
	if !opts.Yes {
		return r.showPlan(plan, opts.Follow.Format)
	}
	removals := plan.Removals()
	if len(removals) == 0 {
		r.notef(nothingToPrune)
		return r.execute(ctx, nil, opts.Follow) // no data, in the format that was asked for
	}
	if err := r.resumeEarlier(ctx, servers, opts.Follow); err != nil {
		return err
	}
	requests, err := r.pruneRequests(removals)
	if err != nil {
		return err
	}
	return r.execute(ctx, requests, opts.Follow)
}

const nothingToPrune = "nothing to delete: the rules keep every restore point"

// prepareOrLoad prepares for actions, or only loads the lists for a plan.
func (r *Runner) prepareOrLoad(ctx context.Context, act bool) error {
	if act {
		return r.prepare(ctx)
	}
	return r.load(ctx)
}

// planPrune makes the plan for the servers and kinds of the options.
func (r *Runner) planPrune(opts PruneOptions, policies []retention.Policy, servers []model.Server) retention.Plan {
	selected := map[model.ID]bool{}
	for _, s := range servers {
		selected[s.ID] = true
	}
	if len(opts.Kinds) > 0 {
		policies = retention.OnlyKind(policies, opts.Kinds[0])
	}
	return retention.New(retention.Input{
		Servers: r.state.Servers.Value, Points: r.state.AllPoints(),
		Now: r.state.Now, Coverage: r.opts.Policies, Retain: policies,
		Selected: func(s model.ServerRef) bool { return selected[s.ID] },
	})
}

// showPlan prints the plan. It sends nothing.
func (r *Runner) showPlan(plan retention.Plan, format Format) error {
	removals := plan.Removals()
	losses := map[model.ID]model.CoverageLoss{}
	for _, loss := range r.coverageLosses(removals) {
		losses[loss.Server.ID] = loss
	}
	rows := make([]prunedPoint, len(plan.Decisions))
	for i, d := range plan.Decisions {
		rows[i] = prunedPoint{
			ServerID: d.Point.Server.ID, Server: d.Point.Server.Name, Kind: d.Point.Kind.String(), ID: d.Point.ID,
			Name: d.Point.Name, CreatedAt: timestamp(d.Point.CreatedAt), SizeMB: sizeOf(d.Point), Remove: d.Remove,
			Reason: d.Why, point: d.Point,
		}
		if d.Remove {
			loss := losses[d.Point.Server.ID]
			rows[i].CoverageAfter, rows[i].CoverageLater = nullable(loss.NowText()), nullable(loss.LaterText())
		}
	}
	if err := writeRows(r.opts.Out, format, rows, pruneColumns); err != nil {
		return err
	}
	if plan.Removed == 0 {
		r.notef(nothingToPrune)
		return nil
	}
	freed := ""
	if plan.FreedMB > 0 {
		freed = ", which frees " + widget.Size(plan.FreedMB)
	}
	if plan.UnknownSizes > 0 {
		freed += fmt.Sprintf(" (%d of unknown size)", plan.UnknownSizes)
	}
	r.noteCoverageLoss(removals)
	r.notef("a plan, nothing was deleted: it removes %d of %d restore points%s. Add --yes to delete them", plan.Removed,
		len(plan.Decisions), freed)
	return nil
}

// pruneRequests returns a deletion for each point. What may not be deleted now refuses the whole.
func (r *Runner) pruneRequests(points []model.Point) ([]model.ActionRequest, error) {
	all := r.state.AllPoints()
	var requests []model.ActionRequest
	var why []string
	for _, p := range points {
		server, _ := r.state.Server(p.Server.ID)
		in := model.ActionRequest{Action: model.Delete, Point: p, Server: server.Ref(),
			ConfirmedRole: model.RoleOf(p, all, r.state.Now)}
		if busy := r.busyReason(server, in); busy != "" {
			why = append(why, busy)
			continue
		}
		requests = append(requests, in)
	}
	if len(why) > 0 {
		return nil, nothingSentError(settings.ExitLimited, slices.Compact(why))
	}
	return requests, nil
}
