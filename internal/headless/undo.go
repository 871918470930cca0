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
	LastPoint bool   // for a deletion: also if it is the last restore point or the last backup of its server
	Follow    Follow
}

// Restore overwrites a server with one of its restore points. It is refused, with ExitRefused, unless the server's name is
// right to the letter and it is said to be meant.
func (r *Runner) Restore(ctx context.Context, ask PointAsk) error {
	if ask.Server == "" {
		return usage("--server is missing: give the exact name of the server that is overwritten, or its ID if the name cannot be typed")
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
	case !confirms(ask.Server, server.Ref()):
		return otherServer(p, server.Ref(), ask.Server)
	case p.CannotRestore(r.state.Now) != "":
		return unfit(p, p.CannotRestore(r.state.Now))
	}
	if err := r.settleEarlier(ctx, []model.Server{server}, ask.Follow); err != nil {
		return err
	}
	in := model.Intent{Deed: model.Restore, Point: p, Server: server.Ref()}
	if why := r.busy(server, in); why != "" {
		return nothingSent(settings.ExitLimited, []string{why})
	}
	if !ask.Yes {
		return refused("this would overwrite the whole disk of %s (#%s) with %s and stop it meanwhile; %s would be lost, and it cannot be undone. Add --yes if that is meant",
			server.Ref().Said(), server.ID, called(p), r.lost(p))
	}
	return r.carryOut(ctx, []model.Intent{in}, ask.Follow)
}

// lost is what a restore costs.
func (r *Runner) lost(p model.Point) string {
	age, known := p.Age(r.state.Now)
	if !known {
		return "everything written since then"
	}
	return fmt.Sprintf("everything written since %s (%s)", widget.Stamp(p.CreatedAt), widget.Duration(age))
}

// Delete deletes a restore point. It is refused, with ExitRefused, unless it is said to be meant, and, for the last point or
// the last backup of a server, confirmed once more.
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
	server, known := r.state.Server(p.Server.ID)
	if !known { // a backup may outlive its server
		server = model.Server{ID: p.Server.ID, Name: p.Server.Name}
	}
	if why := r.misnamed(p, server, ask.Server); why != nil {
		return why
	}
	standing := model.StandingOf(p, r.state.Of(p.Server.ID), r.state.Now)
	in := model.Intent{Deed: model.Delete, Point: p, Server: server.Ref()}
	if ask.LastPoint {
		in.Confirmed = model.LastPoint
	}
	busy := r.busy(server, in)
	switch {
	case p.CannotDelete() != "":
		return unfit(p, p.CannotDelete())
	case busy != "":
		return nothingSent(settings.ExitLimited, []string{busy})
	case !ask.LastPoint && standing == model.LastBackup:
		return refused("%s is the last backup of %s: only snapshots would remain, which live on the server's own infrastructure. Add --last-point to confirm",
			called(p), server.Ref().Said())
	case !ask.LastPoint && standing == model.LastPoint:
		return refused("%s is the last restore point of %s, which could then not be restored. Add --last-point to confirm",
			called(p), server.Ref().Said())
	case !ask.Yes:
		return refused("this would delete %s of %s for good: made %s, %s. Add --yes if that is meant",
			called(p), server.Ref().Said(), widget.Made(&p, r.state.Now), widget.SizeOf(&p))
	}
	return r.carryOut(ctx, []model.Intent{in}, ask.Follow)
}

// misnamed is why the name of a point's server does not let it be deleted, or nil.
func (r *Runner) misnamed(p model.Point, server model.Server, name string) error {
	switch {
	case confirms(name, server.Ref()):
		return nil
	case name != "":
		return otherServer(p, server.Ref(), name)
	case r.opts.Strict:
		return refused("the config asks strictly here: add --server with %s of the server that %s is of", wanted(server.Ref()), called(p))
	}
	return nil
}

// confirms says whether --server names the server: by its exact name, or by its ID where the name cannot be typed. An empty text
// names none.
func confirms(text string, server model.ServerRef) bool {
	return text != "" && (text == server.Name || !model.Typable(server.Name) && text == string(server.ID))
}

// otherServer says whose the point is, where another server was named.
func otherServer(p model.Point, server model.ServerRef, named string) error {
	hint := ""
	if !model.Typable(server.Name) {
		hint = fmt.Sprintf("; its name cannot be typed: give its ID, --server %s", server.ID)
	}
	return refused("%s is of %s (#%s), not of %q%s", called(p), server.Said(), server.ID, model.Clean(named), hint)
}

// wanted is what --server must hold.
func wanted(server model.ServerRef) string {
	if !model.Typable(server.Name) {
		return "the ID, " + string(server.ID) + ","
	}
	return "the exact name"
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
