package headless

import (
	"context"
	"fmt"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// PointAsk is a restore from, or the deletion of, one restore point.
type PointAsk struct {
	Point     model.Key
	Server    string // the exact name of its server: wanted for a restore, and for a deletion where the config is strict
	Yes       bool   // it is meant
	LastPoint bool   // for a deletion: also if its server can then go back to nothing
	Follow    Follow
}

// Restore overwrites a server with one of its restore points. It is refused, with ExitRefused, unless the server's name is
// right to the letter and it is said to be meant.
func (r *Runner) Restore(ctx context.Context, ask PointAsk) error {
	if ask.Server == "" {
		return usage("--server is missing: give the exact name of the server that is overwritten")
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	p, err := r.point(ask.Point)
	if err != nil {
		return err
	}
	server, known := r.state.Server(p.Server.ID)
	switch {
	case !known && r.cut != nil:
		return r.cut
	case !known:
		return settings.Faultf(settings.ExitNotFound, "the server of %s, %s, is no longer there; nothing was sent", called(p), p.Server.Name)
	case server.Name != ask.Server:
		return refused("%s is of %s (#%s), not of %q", called(p), server.Name, server.ID, model.Clean(ask.Server))
	case p.CannotRestore() != "":
		return unfit(p, p.CannotRestore())
	}
	if err := r.settleEarlier(ctx, []model.Server{server}, ask.Follow); err != nil {
		return err
	}
	if why := r.busy(server); why != "" {
		return nothingSent(settings.ExitLimited, []string{why})
	}
	if !ask.Yes {
		return refused("this would overwrite the whole disk of %s (#%s) with %s and stop it meanwhile; %s would be lost. Add --yes if that is meant",
			server.Name, server.ID, called(p), r.lost(p))
	}
	return r.carryOut(ctx, []model.Intent{{Deed: model.Restore, Point: p}}, ask.Follow)
}

// lost is what a restore costs.
func (r *Runner) lost(p model.Point) string {
	if p.CreatedAt.IsZero() {
		return "everything written since then"
	}
	return fmt.Sprintf("everything written since %s (%s)", widget.Stamp(p.CreatedAt), widget.Duration(r.state.Now.Sub(p.CreatedAt)))
}

// Delete deletes a restore point. It is refused, with ExitRefused, unless it is said to be meant, and, for the last point
// that a server can go back to, said once more.
func (r *Runner) Delete(ctx context.Context, ask PointAsk) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	p, err := r.point(ask.Point)
	if err != nil {
		return err
	}
	if err := r.settleEarlier(ctx, []model.Server{{ID: p.Server.ID}}, ask.Follow); err != nil {
		return err
	}
	if why := r.misnamed(p, ask.Server); why != nil {
		return why
	}
	server, known := r.state.Server(p.Server.ID)
	switch {
	case p.CannotDelete() != "":
		return unfit(p, p.CannotDelete())
	case known && r.busy(server) != "":
		return nothingSent(settings.ExitLimited, []string{r.busy(server)})
	case !ask.LastPoint && model.StandingOf(p, r.state.Of(p.Server.ID)) == model.LastPoint:
		return refused("%s is the last restore point of %s, which could then go back to nothing. Add --last-point if that is meant",
			called(p), p.Server.Name)
	case !ask.Yes:
		return refused("this would delete %s of %s for good: made %s, %s. Add --yes if that is meant",
			called(p), p.Server.Name, widget.Ago(p.CreatedAt, r.state.Now), widget.Size(p.SizeMB))
	}
	return r.carryOut(ctx, []model.Intent{{Deed: model.Delete, Point: p}}, ask.Follow)
}

// misnamed is why the name of a point's server does not let it be deleted, or nil.
func (r *Runner) misnamed(p model.Point, name string) error {
	switch {
	case name == p.Server.Name:
		return nil
	case name != "":
		return refused("%s is of %s (#%s), not of %q", called(p), p.Server.Name, p.Server.ID, model.Clean(name))
	case r.opts.Strict:
		return refused("the config asks strictly here: add --server with the exact name of the server that %s is of", called(p))
	}
	return nil
}

// point finds a restore point, or is a Fault with ExitNotFound.
func (r *Runner) point(k model.Key) (model.Point, error) {
	p, ok := r.state.Point(k)
	if !ok && r.cut != nil { // it may be among those that the list lacks
		return p, r.cut
	}
	if !ok {
		return p, settings.Faultf(settings.ExitNotFound, "there is no %s #%s: see vpsdeck list %[1]ss", k.Kind, model.Clean(string(k.ID)))
	}
	return p, nil
}

// unfit says why a point will not do: one that is still being made will in a while, a failed one never.
func unfit(p model.Point, why string) error {
	if p.Status.Running() {
		return nothingSent(settings.ExitLimited, []string{why})
	}
	return nothingSent(settings.ExitRefused, []string{why})
}

// refused is a safety rule at work.
func refused(format string, args ...any) error {
	return settings.Faultf(settings.ExitRefused, "nothing was sent: "+format, args...)
}

// called is a point's name with its ID: “snapshot pre-migration (#801)”.
func called(p model.Point) string {
	if p.Name != "" {
		return fmt.Sprintf("%s %s (#%s)", p.Kind, p.Name, p.ID)
	}
	return fmt.Sprintf("%s #%s", p.Kind, p.ID)
}
