package team

import (
	"context"
	"errors"
	"slices"

	"vpsdeck/model"
)

// refusedError is why a seat lets nothing through.
type refusedError struct {
	message string
	cause   error
}

func (r refusedError) Error() string   { return r.message }
func (r refusedError) Message() string { return r.message }
func (r refusedError) Unwrap() error   { return r.cause }

// Servers asks the account itself, as a deed does before it is sent, and leaves out what is not the person's.
func (s *Member) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	servers, err := s.hub.client.Servers(ctx, f)
	if has := s.options.Scope.Has; has != nil {
		servers = slices.DeleteFunc(slices.Clone(servers), func(server model.Server) bool { return !has(server) })
	}
	return servers, err
}

// Backups asks the account itself.
func (s *Member) Backups(ctx context.Context, f model.BackupFilter) ([]model.Point, error) {
	points, err := s.hub.client.Backups(ctx, f)
	return s.visiblePoints(points), err
}

// Snapshots asks the account itself.
func (s *Member) Snapshots(ctx context.Context, f model.SnapshotFilter) ([]model.Point, error) {
	points, err := s.hub.client.Snapshots(ctx, f)
	return s.visiblePoints(points), err
}

func (s *Member) visiblePoints(points []model.Point) []model.Point {
	if s.options.Scope.Has == nil {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points), func(p model.Point) bool { return s.checkServer(p.Server.ID) != nil })
}

// Account tells whose token it is.
func (s *Member) Account(ctx context.Context) (model.Account, error) {
	return s.hub.client.Account(ctx)
}

// Raw is an item as the API gives it.
func (s *Member) Raw(ctx context.Context, server model.ID, point model.Key) (string, error) {
	if err := s.checkServer(server); err != nil {
		return "", err
	}
	if err := s.checkPoint(point, server); point.ID != "" && err != nil {
		return "", err
	}
	return s.hub.client.Raw(ctx, server, point)
}

// CreateBackup begins a backup, if the person may.
func (s *Member) CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult, error) {
	return s.send(ctx, model.Create, pointOnServer(model.Backup, server, ""), func(ctx context.Context) (model.ActionResult, error) {
		return s.hub.client.CreateBackup(ctx, server, description)
	})
}

// CreateSnapshot begins a snapshot, if the person may.
func (s *Member) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.ActionResult, error) {
	return s.send(ctx, model.Create, pointOnServer(model.Snapshot, server, ""), func(ctx context.Context) (model.ActionResult, error) {
		return s.hub.client.CreateSnapshot(ctx, server, name, description)
	})
}

// RestoreBackup begins a restore, if the person may.
func (s *Member) RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error) {
	return s.send(ctx, model.Restore, pointOnServer(model.Backup, server, backup), func(ctx context.Context) (model.ActionResult, error) {
		return s.hub.client.RestoreBackup(ctx, server, backup)
	})
}

// RestoreSnapshot begins a restore, if the person may.
func (s *Member) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error) {
	return s.send(ctx, model.Restore, s.findPoint(model.Snapshot, snapshot), func(ctx context.Context) (model.ActionResult, error) {
		return s.hub.client.RestoreSnapshot(ctx, snapshot)
	})
}

// DeleteBackup deletes one, if the person may.
func (s *Member) DeleteBackup(ctx context.Context, backup model.ID) error {
	_, err := s.send(ctx, model.Delete, s.findPoint(model.Backup, backup), func(ctx context.Context) (model.ActionResult, error) {
		return model.ActionResult{}, s.hub.client.DeleteBackup(ctx, backup)
	})
	return err
}

// DeleteSnapshot deletes one, if the person may.
func (s *Member) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	_, err := s.send(ctx, model.Delete, s.findPoint(model.Snapshot, snapshot), func(ctx context.Context) (model.ActionResult, error) {
		return model.ActionResult{}, s.hub.client.DeleteSnapshot(ctx, snapshot)
	})
	return err
}

func pointOnServer(kind model.Kind, server, point model.ID) model.Point {
	return model.Point{Kind: kind, ID: point, Server: model.ServerRef{ID: server}}
}

// findPoint finds a point by its ID, with its server; without, where nobody has seen it.
func (s *Member) findPoint(kind model.Kind, id model.ID) model.Point {
	points := s.hub.latestView().Fleet.Points(kind)
	if i := slices.IndexFunc(points, func(p model.Point) bool { return p.ID == id }); i >= 0 {
		return points[i]
	}
	return pointOnServer(kind, "", id)
}

// send sends one request, if the person may, and shows everybody what came of it. Once it is on its way it is waited for, whether or
// not the person stays: to give up would only lose the answer.
func (s *Member) send(ctx context.Context, deed model.Action, p model.Point, send func(context.Context) (model.ActionResult, error)) (model.ActionResult, error) {
	if s.options.ReadOnly {
		return model.ActionResult{}, refusedError{"you may look, but not change anything: nothing was sent", model.ErrForbidden}
	}
	if err := s.checkServer(p.Server.ID); err != nil {
		return model.ActionResult{}, err
	}
	if err := s.checkPoint(p.Key(), p.Server.ID); p.ID != "" && err != nil {
		return model.ActionResult{}, err
	}
	if err := ctx.Err(); err != nil {
		return model.ActionResult{}, refusedError{"the session has ended: nothing was sent", err}
	}
	accepted, err := send(context.WithoutCancel(ctx))
	if err == nil || errors.Is(err, model.ErrOutcomeUnknown) {
		s.hub.submit(result{action: deed, point: p, accepted: accepted, confirmed: err == nil})
	}
	return accepted, err
}

// checkServer is why a server is not the person's to know of or work on, or nil.
func (s *Member) checkServer(server model.ID) error {
	has := s.options.Scope.Has
	if has == nil {
		return nil
	}
	if found, known := s.hub.latestView().Fleet.Server(server); !known || !has(found) {
		return refusedError{"this server is not among those that you may work on: nothing was sent", model.ErrForbidden}
	}
	return nil
}

// checkPoint is why a point is not the person's: it must belong to the server that is named with it.
func (s *Member) checkPoint(k model.Key, server model.ID) error {
	if s.options.Scope.Has == nil || s.findPoint(k.Kind, k.ID).Server.ID == server {
		return nil
	}
	return refusedError{"this " + k.Kind.String() + " is not of a server that you may work on: nothing was sent", model.ErrForbidden}
}

// submit hands what the API has answered to Run, and waits until everybody is shown it, or the hub has ended.
func (h *Hub) submit(d result) {
	d.shown = make(chan struct{})
	select {
	case h.results <- d:
		<-d.shown
	case <-h.stopped:
	}
}
