package api

import (
	"context"
	"net/http"

	"vpsdeck/model"
)

type snapshot struct {
	ID          model.ID  `json:"id"`
	Server      serverRef `json:"server"`
	Name        string    `json:"name"`
	Status      string    `json:"status"`
	SizeMB      rawField  `json:"size_mb"` // null while it is being made [E]
	CreatedAt   rawField  `json:"created_at"`
	Description string    `json:"description"`
	Message     string    `json:"message,omitempty"` // in the response to a create [E]
}

func (s snapshot) key() model.ID { return s.ID }

func (s snapshot) message() string { return s.Message }

func (s snapshot) toModel() model.Point {
	p := model.Point{
		Kind:        model.Snapshot,
		ID:          s.ID,
		Server:      s.Server.toModel(),
		Name:        normalizeText(s.Name),
		Status:      model.PointStatus(model.Clean(s.Status)),
		Description: normalizeText(s.Description),
	}
	setSize(&p, s.SizeMB)
	setCreated(&p, s.CreatedAt)
	return p
}

type newSnapshot struct {
	Server      model.ID `json:"server_id"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
}

// Snapshots lists the snapshots that pass the filter, in the API's order [D].
func (c *Client) Snapshots(ctx context.Context, f model.SnapshotFilter) ([]model.Point, error) {
	return fetchList[snapshot](ctx, c, "/snapshots/", makeQuery("server_id", string(f.Server)))
}

// CreateSnapshot starts a snapshot of the server [D]. The API accepts only names of letters,
// digits, - and _ [D], and checks them itself. The description may be empty. It is sent once.
// model.ErrRefused: invalid, or the server's limit is reached [D]; model.ErrNotFound: no such
// server [D]; model.ErrOutcomeUnknown: it may have been started, or not.
func (c *Client) CreateSnapshot(ctx context.Context, server model.ID, name, description string) (model.ActionResult,
	error) {
	return createPoint[snapshot](ctx, c, "/snapshots/", newSnapshot{server, name, description},
		model.Point{Kind: model.Snapshot, Server: model.ServerRef{ID: server}, Name: name, Description: description})
}

// RestoreSnapshot overwrites the snapshot's server with it [D]. It is sent once. model.ErrRefused:
// the server's state does not allow it [D]; model.ErrOutcomeUnknown: the restore may have begun, or
// not.
func (c *Client) RestoreSnapshot(ctx context.Context, snapshot model.ID) (model.ActionResult, error) {
	path, err := itemPath(http.MethodPost, "/snapshots/", snapshot)
	if err != nil {
		return model.ActionResult{}, err
	}
	return c.restore(ctx, path+"restore/", nil, model.Point{Kind: model.Snapshot, ID: snapshot})
}

// DeleteSnapshot removes a snapshot for good [D]. It is sent once. model.ErrNotFound: it does not
// exist, or no longer [D]; model.ErrOutcomeUnknown: it may be gone, or not.
func (c *Client) DeleteSnapshot(ctx context.Context, id model.ID) error {
	return c.deletePoint(ctx, model.Snapshot, "/snapshots/", id)
}
