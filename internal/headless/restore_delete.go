package headless

import (
	"context"
	"fmt"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// PointOptions are the options of a restore or a deletion.
type PointOptions struct {
	Point     model.Key
	Newest    bool    // restore the newest usable restore point of Server, not Point
	Before    *Moment // with Newest: only one that was created before; nil: any
	Server    string  // exact name of its server: required for a restore, and for a deletion if the config is strict
	Yes       bool    // the action is confirmed
	LastPoint bool    // a deletion is also allowed for the last restore point or the last backup of its server
	Follow    FollowOptions
}

// Restore overwrites a server with one of its restore points. It is refused with ExitRefused unless
// the server's name matches exactly and the action is confirmed.
func (r *Runner) Restore(ctx context.Context, opts PointOptions) error {
	if opts.Server == "" {
		return usageError("--server is missing: give the exact name of the server to overwrite, or its ID if the " +
			"name cannot be typed")
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	choose := r.chosenPoint
	if opts.Newest {
		choose = r.newestPoint
	}
	p, server, err := choose(ctx, opts)
	if err != nil {
		return err
	}
	in := model.ActionRequest{Action: model.Restore, Point: p, Server: server.Ref()}
	if why := r.busyReason(server, in); why != "" {
		return nothingSentError(settings.ExitLimited, []string{why})
	}
	if !opts.Yes {
		return refusedError("this would overwrite the whole disk of %s (#%s) with %s, and stop the server meanwhile; "+
			"%s would be lost. This cannot be undone. Add --yes to confirm",
			server.Ref().SentenceName(), server.ID, describePoint(p), r.describeLoss(p))
	}
	if opts.Newest { // nobody has named the restore point
		r.notef("overwriting the whole disk of %s (#%s) with %s of %s, %s; %s is lost", server.Ref().SentenceName(),
			server.ID, describePoint(p), widget.FormatTime(p.CreatedAt), widget.SizeOf(&p), r.describeLoss(p))
	}
	return r.execute(ctx, []model.ActionRequest{in}, opts.Follow)
}

// chosenPoint returns the restore point with the chosen ID, and its server. It checks that the
// server has the given name.
func (r *Runner) chosenPoint(ctx context.Context, opts PointOptions) (model.Point, model.Server, error) {
	p, err := r.findPoint(opts.Point)
	if err != nil {
		return p, model.Server{}, err
	}
	server, known := r.state.Server(p.Server.ID)
	switch {
	case !known && r.incomplete != nil:
		err = r.incomplete
	case !known:
		err = settings.Errorf(settings.ExitNotFound, "the server of %s, %s, is no longer there; nothing was sent",
			describePoint(p), p.Server.Name)
	case !namesServer(opts.Server, server.Ref()):
		err = wrongServerError(p, server.Ref(), opts.Server)
	case p.CannotRestore(r.state.Now) != "":
		err = unusableError(p, p.CannotRestore(r.state.Now))
	default:
		err = r.resumeEarlier(ctx, []model.Server{server}, opts.Follow)
	}
	return p, server, err
}

// describeLoss returns what a restore would lose.
func (r *Runner) describeLoss(p model.Point) string {
	age, known := p.Age(r.state.Now)
	if !known {
		return "everything written since then"
	}
	return fmt.Sprintf("everything written since %s (%s)", widget.FormatTime(p.CreatedAt), widget.FormatDuration(age))
}

// Delete deletes a restore point. It is refused with ExitRefused unless the action is confirmed.
// The last restore point or the last backup of a server also needs LastPoint.
func (r *Runner) Delete(ctx context.Context, opts PointOptions) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	p, err := r.findPoint(opts.Point)
	if err != nil {
		return err
	}
	if err := r.resumeEarlier(ctx, []model.Server{{ID: p.Server.ID}}, opts.Follow); err != nil {
		return err
	}
	server, known := r.state.Server(p.Server.ID)
	if !known { // a backup may outlive its server
		server = model.Server{ID: p.Server.ID, Name: p.Server.Name}
	}
	if why := r.checkServerName(p, server, opts.Server); why != nil {
		return why
	}
	role := model.RoleOf(p, r.state.PointsOf(p.Server.ID), r.state.Now)
	in := model.ActionRequest{Action: model.Delete, Point: p, Server: server.Ref()}
	if opts.LastPoint {
		in.ConfirmedRole = model.LastPoint
	}
	busy := r.busyReason(server, in)
	switch {
	case p.CannotDelete() != "":
		return unusableError(p, p.CannotDelete())
	case busy != "":
		return nothingSentError(settings.ExitLimited, []string{busy})
	case !opts.LastPoint && role == model.LastBackup:
		return refusedError("%s is the last backup of %s: only snapshots would remain, which live on the server's "+
			"own infrastructure. Add --last-point to confirm",
			describePoint(p), server.Ref().SentenceName())
	case !opts.LastPoint && role == model.LastPoint:
		return refusedError("%s is the last restore point of %s, which could then no longer be restored. Add "+
			"--last-point to confirm",
			describePoint(p), server.Ref().SentenceName())
	case !opts.Yes:
		r.noteCoverageLoss([]model.Point{p})
		return refusedError("this would delete %s of %s for good: created %s, %s. Add --yes to confirm",
			describePoint(p), server.Ref().SentenceName(), widget.CreatedAgo(&p, r.state.Now), widget.SizeOf(&p))
	}
	return r.execute(ctx, []model.ActionRequest{in}, opts.Follow)
}

// checkServerName returns why --server does not allow the deletion, or nil.
func (r *Runner) checkServerName(p model.Point, server model.Server, name string) error {
	switch {
	case namesServer(name, server.Ref()):
		return nil
	case name != "":
		return wrongServerError(p, server.Ref(), name)
	case r.opts.Strict:
		return refusedError("the config has confirm = \"strict\": add --server with %s of the server of %s",
			requiredName(server.Ref()), describePoint(p))
	}
	return nil
}

// namesServer reports whether --server names the server: by its exact name, or by its ID if the
// name cannot be typed. An empty text names none.
func namesServer(text string, server model.ServerRef) bool {
	return text != "" && (text == server.Name || !model.Typable(server.Name) && text == string(server.ID))
}

// wrongServerError is the error if --server is not the server of the restore point.
func wrongServerError(p model.Point, server model.ServerRef, named string) error {
	hint := ""
	if !model.Typable(server.Name) {
		hint = fmt.Sprintf("; its name cannot be typed: give its ID, --server %s", server.ID)
	}
	return refusedError("%s belongs to %s (#%s), not to %q%s", describePoint(p), server.SentenceName(), server.ID,
		model.Clean(named), hint)
}

// requiredName describes what --server must be.
func requiredName(server model.ServerRef) string {
	if !model.Typable(server.Name) {
		return "the ID, " + string(server.ID) + ","
	}
	return "the exact name"
}

// findPoint returns a restore point, or a settings.Error with ExitNotFound.
func (r *Runner) findPoint(k model.Key) (model.Point, error) {
	p, ok := r.state.Point(k)
	if !ok && r.incomplete != nil { // it may be missing from the list
		return p, r.incomplete
	}
	if !ok {
		return p, settings.Errorf(settings.ExitNotFound, "there is no %s #%s: see vpsdeck list %[1]ss", k.Kind,
			model.Clean(string(k.ID)))
	}
	return p, nil
}

// unusableError is the error for a restore point that cannot be used: not yet if it is still being
// created, never if it failed.
func unusableError(p model.Point, why string) error {
	if p.Status.Running() {
		return nothingSentError(settings.ExitLimited, []string{why})
	}
	return nothingSentError(settings.ExitRefused, []string{why})
}

// refusedError is the error of a safety rule.
func refusedError(format string, args ...any) error {
	return settings.Errorf(settings.ExitRefused, "nothing was sent: "+format, args...)
}

// describePoint returns a point's name with its ID: “snapshot pre-migration (#801)”.
func describePoint(p model.Point) string {
	if p.Name != "" {
		return fmt.Sprintf("%s %s (#%s)", p.Kind, p.Name, p.ID)
	}
	return fmt.Sprintf("%s #%s", p.Kind, p.ID)
}
