package team

import (
	"context"
	"errors"
	"slices"

	"vpsdeck/model"
)

// refused is why a seat lets nothing through.
type refused struct {
	words string
	cause error
}

func (r refused) Error() string { return r.words }
func (r refused) Words() string { return r.words }
func (r refused) Unwrap() error { return r.cause }

// Servers asks the account itself, as a deed does before it is sent, and leaves out what is not the person's.
func (s *Seat) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	servers, err := s.hub.client.Servers(ctx, f)
	if has := s.person.Scope.Has; has != nil {
		servers = slices.DeleteFunc(slices.Clone(servers), func(server model.Server) bool { return !has(server) })
	}
	return servers, err
}

// Backups asks the account itself.
func (s *Seat) Backups(ctx context.Context, f model.BackupFilter) ([]model.Point, error) {
	points, err := s.hub.client.Backups(ctx, f)
	return s.mine(points), err
}

// Snapshots asks the account itself.
func (s *Seat) Snapshots(ctx context.Context, f model.SnapshotFilter) ([]model.Point, error) {
	points, err := s.hub.client.Snapshots(ctx, f)
	return s.mine(points), err
}

func (s *Seat) mine(points []model.Point) []model.Point {
	if s.person.Scope.Has == nil {
		return points
	}
	return slices.DeleteFunc(slices.Clone(points), func(p model.Point) bool { return s.barred(p.Server.ID) != nil })
}

// Account tells whose token it is.
func (s *Seat) Account(ctx context.Context) (model.Account, error) { return s.hub.client.Account(ctx) }

// Raw is an item as the API gives it.
func (s *Seat) Raw(ctx context.Context, server model.ID, point model.Key) (string, error) {
	if err := s.barred(server); err != nil {
		return "", err
	}
	if err := s.barredPoint(point, server); point.ID != "" && err != nil {
		return "", err
	}
	return s.hub.client.Raw(ctx, server, point)
}

// CreateBackup begins a backup, if the person may.
func (s *Seat) CreateBackup(ctx context.Context, server model.ID, description string) (model.Accepted, error) {
	return s.deed(ctx, model.Create, onServer(model.Backup, server, ""), func(ctx context.Context) (model.Accepted, error) {
		return s.hub.client.CreateBackup(ctx, server, description)
	})
}

// CreateSnapshot begins a snapshot, if the person may.
func (s *Seat) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.Accepted, error) {
	return s.deed(ctx, model.Create, onServer(model.Snapshot, server, ""), func(ctx context.Context) (model.Accepted, error) {
		return s.hub.client.CreateSnapshot(ctx, server, name, description)
	})
}

// RestoreBackup begins a restore, if the person may.
func (s *Seat) RestoreBackup(ctx context.Context, server, backup model.ID) (model.Accepted, error) {
	return s.deed(ctx, model.Restore, onServer(model.Backup, server, backup), func(ctx context.Context) (model.Accepted, error) {
		return s.hub.client.RestoreBackup(ctx, server, backup)
	})
}

// RestoreSnapshot begins a restore, if the person may.
func (s *Seat) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.Accepted, error) {
	return s.deed(ctx, model.Restore, s.point(model.Snapshot, snapshot), func(ctx context.Context) (model.Accepted, error) {
		return s.hub.client.RestoreSnapshot(ctx, snapshot)
	})
}

// DeleteBackup deletes one, if the person may.
func (s *Seat) DeleteBackup(ctx context.Context, backup model.ID) error {
	_, err := s.deed(ctx, model.Delete, s.point(model.Backup, backup), func(ctx context.Context) (model.Accepted, error) {
		return model.Accepted{}, s.hub.client.DeleteBackup(ctx, backup)
	})
	return err
}

// DeleteSnapshot deletes one, if the person may.
func (s *Seat) DeleteSnapshot(ctx context.Context, snapshot model.ID) error {
	_, err := s.deed(ctx, model.Delete, s.point(model.Snapshot, snapshot), func(ctx context.Context) (model.Accepted, error) {
		return model.Accepted{}, s.hub.client.DeleteSnapshot(ctx, snapshot)
	})
	return err
}

func onServer(kind model.Kind, server, point model.ID) model.Point {
	return model.Point{Kind: kind, ID: point, Server: model.ServerRef{ID: server}}
}

// point finds a point by its ID, with its server; without, where nobody has seen it.
func (s *Seat) point(kind model.Kind, id model.ID) model.Point {
	points := s.hub.latest().Fleet.Points(kind)
	if i := slices.IndexFunc(points, func(p model.Point) bool { return p.ID == id }); i >= 0 {
		return points[i]
	}
	return onServer(kind, "", id)
}

// deed sends one request, if the person may, and shows everybody what came of it. Once it is on its way it is waited for, whether or
// not the person stays: to give up would only lose the answer.
func (s *Seat) deed(ctx context.Context, deed model.Deed, p model.Point, send func(context.Context) (model.Accepted, error)) (model.Accepted, error) {
	if s.person.ReadOnly {
		return model.Accepted{}, refused{"you may look, but not change anything: nothing was sent", model.ErrForbidden}
	}
	if err := s.barred(p.Server.ID); err != nil {
		return model.Accepted{}, err
	}
	if err := s.barredPoint(p.Key(), p.Server.ID); p.ID != "" && err != nil {
		return model.Accepted{}, err
	}
	if err := ctx.Err(); err != nil {
		return model.Accepted{}, refused{"the session has ended: nothing was sent", err}
	}
	accepted, err := send(context.WithoutCancel(ctx))
	if err == nil || errors.Is(err, model.ErrOutcomeUnknown) {
		s.hub.tell(done{deed: deed, point: p, accepted: accepted, took: err == nil})
	}
	return accepted, err
}

// barred is why a server is not the person's to know of or work on, or nil.
func (s *Seat) barred(server model.ID) error {
	has := s.person.Scope.Has
	if has == nil {
		return nil
	}
	if found, known := s.hub.latest().Fleet.Server(server); !known || !has(found) {
		return refused{"this server is not among those that you may work on: nothing was sent", model.ErrForbidden}
	}
	return nil
}

// barredPoint is why a point is not the person's: it must belong to the server that is named with it.
func (s *Seat) barredPoint(k model.Key, server model.ID) error {
	if s.person.Scope.Has == nil || s.point(k.Kind, k.ID).Server.ID == server {
		return nil
	}
	return refused{"this " + k.Kind.String() + " is not of a server that you may work on: nothing was sent", model.ErrForbidden}
}

// tell hands what the API has answered to Run, and waits until everybody is shown it, or the hub has ended.
func (h *Hub) tell(d done) {
	d.shown = make(chan struct{})
	select {
	case h.dones <- d:
		<-d.shown
	case <-h.over:
	}
}
