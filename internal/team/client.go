package team

import (
	"context"
	"errors"
	"slices"

	"vpsdeck/model"
)

// notSent returns why a member's request was refused before it was sent.
func notSent(kind error, why string) error {
	return model.UserErrorf(kind, "%s: nothing was sent", why)
}

// Servers requests the list from the API, as an action does before it is sent, and keeps only the
// member's servers.
func (m *Member) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	servers, err := m.hub.client.Servers(ctx, f)
	if has := m.options.Scope.Has; has != nil {
		servers = slices.DeleteFunc(slices.Clone(servers), func(server model.Server) bool { return !has(server) })
	}
	return servers, err
}

// Backups requests the list from the API, and keeps only backups of the member's servers.
func (m *Member) Backups(ctx context.Context, f model.BackupFilter) ([]model.Point, error) {
	points, err := m.hub.client.Backups(ctx, f)
	return m.visiblePoints(points), err
}

// Snapshots requests the list from the API, and keeps only snapshots of the member's servers.
func (m *Member) Snapshots(ctx context.Context, f model.SnapshotFilter) ([]model.Point, error) {
	points, err := m.hub.client.Snapshots(ctx, f)
	return m.visiblePoints(points), err
}

func (m *Member) visiblePoints(points []model.Point) []model.Point {
	if m.options.Scope.Has == nil {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points),
		func(p model.Point) bool { return m.checkServer(p.Server.ID) != nil })
}

// Account returns the account of the token.
func (m *Member) Account(ctx context.Context) (model.Account, error) {
	return m.hub.client.Account(ctx)
}

// Raw returns an item as the API sends it.
func (m *Member) Raw(ctx context.Context, server model.ID, point model.Key) (string, error) {
	if err := m.checkServer(server); err != nil {
		return "", err
	}
	if err := m.checkPoint(point, server); point.ID != "" && err != nil {
		return "", err
	}
	return m.hub.client.Raw(ctx, server, point)
}

// CreateBackup starts a backup, if the member may.
func (m *Member) CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult, error) {
	return m.send(ctx, model.Create, pointOnServer(model.Backup, server, ""),
		func(ctx context.Context) (model.ActionResult, error) {
			return m.hub.client.CreateBackup(ctx, server, description)
		})
}

// CreateSnapshot starts a snapshot, if the member may.
func (m *Member) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.ActionResult,
	error) {
	return m.send(ctx, model.Create, pointOnServer(model.Snapshot, server, ""),
		func(ctx context.Context) (model.ActionResult, error) {
			return m.hub.client.CreateSnapshot(ctx, server, name, description)
		})
}

// RestoreBackup starts a restore from a backup, if the member may.
func (m *Member) RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error) {
	return m.send(ctx, model.Restore, pointOnServer(model.Backup, server, backup),
		func(ctx context.Context) (model.ActionResult, error) {
			return m.hub.client.RestoreBackup(ctx, server, backup)
		})
}

// RestoreSnapshot starts a restore from a snapshot, if the member may.
func (m *Member) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error) {
	return m.send(ctx, model.Restore, m.findPoint(model.Snapshot, snapshot),
		func(ctx context.Context) (model.ActionResult, error) {
			return m.hub.client.RestoreSnapshot(ctx, snapshot)
		})
}

// DeleteBackup deletes a backup, if the member may.
func (m *Member) DeleteBackup(ctx context.Context, backup model.ID) error {
	_, err := m.send(ctx, model.Delete, m.findPoint(model.Backup, backup),
		func(ctx context.Context) (model.ActionResult, error) {
			return model.ActionResult{}, m.hub.client.DeleteBackup(ctx, backup)
		})
	return err
}

// DeleteSnapshot deletes a snapshot, if the member may.
func (m *Member) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	_, err := m.send(ctx, model.Delete, m.findPoint(model.Snapshot, snapshot),
		func(ctx context.Context) (model.ActionResult, error) {
			return model.ActionResult{}, m.hub.client.DeleteSnapshot(ctx, snapshot)
		})
	return err
}

func pointOnServer(kind model.Kind, server, point model.ID) model.Point {
	return model.Point{Kind: kind, ID: point, Server: model.ServerRef{ID: server}}
}

// findPoint returns the point with an ID from the latest lists. An unknown point has no server.
func (m *Member) findPoint(kind model.Kind, id model.ID) model.Point {
	points := m.hub.latestView().Fleet.Points(kind)
	if i := slices.IndexFunc(points, func(p model.Point) bool { return p.ID == id }); i >= 0 {
		return points[i]
	}
	return pointOnServer(kind, "", id)
}

// send sends one request, if the member may, and publishes its result to all members. It waits for
// the answer even if the member leaves: giving up would only lose it.
func (m *Member) send(ctx context.Context, action model.Action, p model.Point,
	send func(context.Context) (model.ActionResult, error)) (model.ActionResult, error) {
	if m.options.ReadOnly {
		return model.ActionResult{}, notSent(model.ErrForbidden, "you have read-only access")
	}
	if err := m.checkServer(p.Server.ID); err != nil {
		return model.ActionResult{}, err
	}
	if err := m.checkPoint(p.Key(), p.Server.ID); p.ID != "" && err != nil {
		return model.ActionResult{}, err
	}
	if err := ctx.Err(); err != nil {
		return model.ActionResult{}, notSent(err, "the session has ended")
	}
	accepted, err := send(context.WithoutCancel(ctx))
	if err == nil || errors.Is(err, model.ErrOutcomeUnknown) {
		m.hub.submit(result{action: action, point: p, accepted: accepted, confirmed: err == nil})
	}
	return accepted, err
}

// checkServer returns an error if the server is outside the member's scope.
func (m *Member) checkServer(server model.ID) error {
	has := m.options.Scope.Has
	if has == nil {
		return nil
	}
	if found, known := m.hub.latestView().Fleet.Server(server); !known || !has(found) {
		return notSent(model.ErrForbidden, "you have no access to this server")
	}
	return nil
}

// checkPoint returns an error if a member with a scope names a point of another server than the
// given one.
func (m *Member) checkPoint(k model.Key, server model.ID) error {
	if m.options.Scope.Has == nil || m.findPoint(k.Kind, k.ID).Server.ID == server {
		return nil
	}
	return notSent(model.ErrForbidden, "you have no access to the server of this "+k.Kind.String())
}

// submit passes the result of an action to Run, and waits until it is in a published view, or until
// the hub has ended.
func (h *Hub) submit(r result) {
	r.shown = make(chan struct{})
	select {
	case h.results <- r:
		<-r.shown
	case <-h.stopped:
	}
}
