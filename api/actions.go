package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"vpsdeck/model"
)

// readCreated reads the point in the answer to a create. Without one nobody knows what was made; and one of another server, or
// of another kind, name or description than was asked for, is not the one.
func readCreated[W item[model.Point]](c *Client, a response, asked model.Point) (W, *Error) {
	var made W
	if a.failure != nil {
		return made, a.failure
	}
	made, failure := readItem[W](c, a)
	if failure == nil && (isOtherKind(a.body, asked.Kind) || !matchesRequest(made.toModel(), asked)) {
		failure = c.badResponse(a, "it is about something else than what was asked for")
	}
	return made, failure
}

// matchesRequest says whether the point may be the one asked for. What an answer leaves out proves nothing; an automatic backup, or one
// that had failed or ended before, was made by somebody else.
func matchesRequest(got, asked model.Point) bool {
	same := func(got, want string) bool { return got == "" || got == model.Clean(want) }
	return same(string(got.Server.ID), string(asked.Server.ID)) && same(got.Name, asked.Name) && got.Type != model.Automatic &&
		same(got.Description, strings.TrimSpace(asked.Description))
}

// isOtherKind says whether the answer to a create has fields that only another kind of thing has: a server its plan or address, a
// backup its type, a snapshot its name.
func isOtherKind(body []byte, kind model.Kind) bool {
	var fields map[string]rawField
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	others := []string{"hostname", "ip_address", "plan", "os", "backup_type"}
	if kind == model.Backup {
		others = []string{"hostname", "ip_address", "plan", "os", "name"}
	}
	return slices.ContainsFunc(others, func(name string) bool {
		value, ok := fields[name]
		return ok && string(value) != "null" && string(value) != `""`
	})
}

// actionResponse is the answer to a deed on a point that is there: to a restore of a snapshot [E], of a backup [I], and to a delete
// that says more than its status [I].
type actionResponse struct {
	ID       model.ID       `json:"id,omitempty"` // of what was deleted
	Status   string         `json:"status"`
	Message  string         `json:"message"`
	Backup   *restoredPoint `json:"backup,omitempty"`
	Snapshot *restoredPoint `json:"snapshot,omitempty"`
	Server   serverRef      `json:"server"`
}

// restoredPoint is the point gone back to, as the answer to a restore names it.
type restoredPoint struct {
	ID        model.ID `json:"id"`
	Name      string   `json:"name,omitempty"`
	CreatedAt rawField `json:"created_at"`
}

// successStatus is the status word in the answer to a restore [E].
const successStatus = "success"

// readActionResponse reads the answer to a deed on a point. Not every 2xx is the API's: a hotel's login page and a proxy's empty
// answer are too. What cannot be read, speaks of another thing or tells of a failure proves nothing, and the outcome is
// unknown.
func (c *Client) readActionResponse(a response, asked model.Point) (actionResponse, *Error) {
	var t actionResponse
	if a.failure != nil {
		return t, a.failure
	}
	if err := json.Unmarshal(a.body, &t); err != nil {
		return t, c.badResponse(a, describeJSONError(a.body, err))
	}
	switch {
	case model.PointStatus(t.Status).Failed():
		return t, c.badResponse(a, "its status says success, and its words say that it failed")
	case t.differs(asked):
		return t, c.badResponse(a, "it is about something else than what was asked for")
	}
	return t, nil
}

// point is the point that the answer names, by its kind; nil for none.
func (t actionResponse) point(kind model.Kind) *restoredPoint {
	if kind == model.Backup {
		return t.Backup
	}
	return t.Snapshot
}

// differs says whether the answer names another thing than the one asked for.
func (t actionResponse) differs(asked model.Point) bool {
	another := func(got, want model.ID) bool { return got != "" && want != "" && got != want }
	p := t.point(asked.Kind)
	return another(t.Server.ID, asked.Server.ID) || p != nil && another(p.ID, asked.ID) ||
		p == nil && t.point(1-asked.Kind) != nil // it speaks of a point of the other kind
}

// confirmsRestore says whether the answer tells that the restore was taken on: in the documents' word, by the point, or by the
// server's status. One of them is enough. What the answer for a backup holds is not documented: a message will do there.
func (t actionResponse) confirmsRestore(asked model.Point) bool {
	p := t.point(asked.Kind)
	return t.Status == successStatus || p != nil && p.ID == asked.ID || model.ServerStatus(t.Server.Status) == model.ServerRestoring ||
		asked.Kind == model.Backup && t.Message != ""
}

// restore sends a restore. The documents answer 200 with an object that names the point and the server [D]; every other
// 2xx, and one without that, leaves open whether it has begun.
func (c *Client) restore(ctx context.Context, path string, payload any, asked model.Point) (model.ActionResult, error) {
	a, err := c.sendAction(ctx, http.MethodPost, path, payload)
	if err != nil {
		return model.ActionResult{}, err
	}
	t, err := c.readActionResponse(a, asked)
	if err != nil {
		return model.ActionResult{}, err
	}
	if !t.confirmsRestore(asked) {
		return model.ActionResult{}, c.badResponse(a, "it does not say that the restore has begun")
	}
	return t.toAccepted(asked), nil
}

// toAccepted is what the answer to a restore tells, filled up with what was asked for.
func (t actionResponse) toAccepted(asked model.Point) model.ActionResult {
	point := asked
	if p := t.point(asked.Kind); p != nil {
		setCreated(&point, p.CreatedAt)
		if asked.Kind == model.Snapshot {
			point.Name = normalizeText(p.Name)
		}
	}
	point.Server = t.Server.toModel()
	point.Server.ID = cmp.Or(point.Server.ID, asked.Server.ID)
	return model.ActionResult{
		Point:        point,
		ServerStatus: model.ServerStatus(model.Clean(t.Server.Status)),
		Message:      model.Clean(t.Message),
	}
}

// deletePoint deletes a thing of a collection like "/backups/". 204 says that it is gone [D], and so does a 200 with an object
// that names it or says success [I]. Every other 2xx leaves it open.
func (c *Client) deletePoint(ctx context.Context, kind model.Kind, collection string, id model.ID) error {
	path, err := itemPath(http.MethodDelete, collection, id)
	if err != nil {
		return err
	}
	a, err := c.sendAction(ctx, http.MethodDelete, path, nil)
	switch {
	case err != nil:
		return err
	case a.status == http.StatusNoContent:
		return nil
	case a.status != http.StatusOK:
		return c.badResponse(a, fmt.Sprintf("status %d does not say that it is gone", a.status))
	}
	t, err := c.readActionResponse(a, model.Point{Kind: kind, ID: id})
	switch {
	case err != nil:
		return err
	case t.ID != id && (t.ID != "" || t.Status != successStatus):
		return c.badResponse(a, "it does not say what was deleted")
	}
	return nil
}
