package api

import (
	"context"
	"net/http"

	"vpsdeck/model"
)

type backup struct {
	ID          model.ID  `json:"id"`
	Server      serverRef `json:"server"`
	Type        string    `json:"backup_type"`
	Status      string    `json:"status"`
	SizeMB      rawField  `json:"size_mb"` // null while it is being made [E]
	CreatedAt   rawField  `json:"created_at"`
	ExpiresAt   rawField  `json:"expires_at"` // null: never [D]
	Description string    `json:"description"`
	Message     string    `json:"message,omitempty"` // in the response to a create [E]
}

func (b backup) key() model.ID { return b.ID }

func (b backup) message() string { return b.Message }

func (b backup) toModel() model.Point {
	p := model.Point{
		Kind:        model.Backup,
		ID:          b.ID,
		Server:      b.Server.toModel(),
		Type:        model.BackupType(model.Clean(b.Type)),
		Status:      model.PointStatus(model.Clean(b.Status)),
		Description: normalizeText(b.Description),
	}
	setSize(&p, b.SizeMB)
	setCreated(&p, b.CreatedAt)
	expires, ok := parseTime(b.ExpiresAt)
	p.ExpiresAt, p.ExpiresUnreadable = expires, !ok
	return p
}

type newBackup struct {
	Server      model.ID `json:"server_id"`
	Description string   `json:"description,omitempty"`
}

// Backups lists the backups that pass the filter [D], in the API's order, which is not by time [E].
// Callers must not write to the returned slice: it is returned again while the API's data stays the
// same. This applies to the other lists too.
func (c *Client) Backups(ctx context.Context, f model.BackupFilter) ([]model.Point, error) {
	return fetchList[backup](ctx, c, "/backups/", makeQuery("server_id", string(f.Server), "backup_type",
		string(f.Type)))
}

// CreateBackup starts a manual backup of the server [D]; the description may be empty. It is sent
// once. model.ErrRefused: invalid, or the server's limit is reached [I]; model.ErrNotFound: no such
// server [D]; model.ErrOutcomeUnknown: it may have been started, or not.
func (c *Client) CreateBackup(ctx context.Context, server model.ID, description string) (model.ActionResult, error) {
	return createPoint[backup](ctx, c, "/backups/", newBackup{server, description},
		model.Point{Kind: model.Backup, Server: model.ServerRef{ID: server}, Description: description})
}

// RestoreBackup overwrites the server with one of its backups [D]. It is sent once. Its response is
// not documented: it is expected to be like that of a snapshot's restore [I].
// model.ErrOutcomeUnknown: it may have begun, or not.
func (c *Client) RestoreBackup(ctx context.Context, server, backup model.ID) (model.ActionResult, error) {
	path, err := itemPath(http.MethodPost, "/servers/", server)
	if err == nil {
		err = checkID(http.MethodPost, path, backup)
	}
	if err != nil {
		return model.ActionResult{}, err
	}
	payload := struct {
		Backup model.ID `json:"backup_id"`
	}{backup}
	return c.restore(ctx, path+"restore/", payload,
		model.Point{Kind: model.Backup, ID: backup, Server: model.ServerRef{ID: server}})
}

// DeleteBackup removes a backup for good [D]. It is sent once. model.ErrNotFound: it does not
// exist, or no longer [D]; model.ErrOutcomeUnknown: it may be gone, or not.
func (c *Client) DeleteBackup(ctx context.Context, id model.ID) error {
	return c.deletePoint(ctx, model.Backup, "/backups/", id)
}
