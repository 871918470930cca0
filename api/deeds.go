package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"

	"vpsdeck/model"
)

// readMade reads the point in the answer to a create. Without one nobody knows what was made.
func readMade[W item[model.Point]](c *Client, a answer) (W, *Error) {
	if a.broken != nil {
		var none W
		return none, a.broken
	}
	return readItem[W](c, a)
}

// restored is the answer to a restore: of a snapshot [E], and of a backup [I].
type restored struct {
	Status   string    `json:"status"`
	Message  string    `json:"message"`
	Backup   *restorer `json:"backup,omitempty"`
	Snapshot *restorer `json:"snapshot,omitempty"`
	Server   serverRef `json:"server"`
}

// restorer is the point gone back to, as the answer to a restore names it.
type restorer struct {
	ID        model.ID `json:"id"`
	Name      string   `json:"name,omitempty"`
	CreatedAt loose    `json:"created_at"`
}

// restored reads what an accepted restore tells beyond its status, and fills what it does not tell from what was asked.
func (a answer) restored(asked model.Point) model.Accepted {
	var r restored
	_ = json.Unmarshal(a.body, &r) // the status has decided; what can be read is a gift
	point := asked
	told := r.Snapshot
	if asked.Kind == model.Backup {
		told = r.Backup
	}
	if told != nil {
		point.ID = cmp.Or(told.ID, asked.ID)
		point.CreatedAt = moment(told.CreatedAt)
		if asked.Kind == model.Snapshot {
			point.Name = model.Clean(told.Name)
		}
	}
	point.Server = r.Server.noun()
	point.Server.ID = cmp.Or(point.Server.ID, asked.Server.ID)
	return model.Accepted{
		Point:        point,
		ServerStatus: model.ServerStatus(model.Clean(r.Server.Status)),
		Message:      model.Clean(r.Message),
	}
}

// remove deletes a thing of a collection like "/backups/". Any 2xx says that it is gone.
func (c *Client) remove(ctx context.Context, collection string, id model.ID) error {
	path, err := itemPath(http.MethodDelete, collection, id)
	if err != nil {
		return err
	}
	if _, err = c.do(ctx, http.MethodDelete, path, nil); err != nil {
		return err
	}
	return nil
}
