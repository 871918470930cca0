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

// createdItem is a point in the response to a create.
type createdItem interface {
	item[model.Point]
	message() string
}

// createPoint starts a backup or a snapshot with one request.
func createPoint[W createdItem](ctx context.Context, c *Client, path string, payload any,
	asked model.Point) (model.ActionResult, error) {
	if err := checkID(http.MethodPost, path, asked.Server.ID); err != nil {
		return model.ActionResult{}, err
	}
	a, err := c.sendAction(ctx, http.MethodPost, path, payload)
	if err != nil {
		return model.ActionResult{}, err
	}
	created, err := readCreated[W](c, a, asked)
	if err != nil {
		return model.ActionResult{}, err
	}
	point := created.toModel() // completed from the request
	point.Name = cmp.Or(point.Name, normalizeText(asked.Name))
	point.Description = cmp.Or(point.Description, normalizeText(strings.TrimSpace(asked.Description)))
	return model.ActionResult{Point: point, Message: model.Clean(created.message())}, nil
}

// readCreated reads the point in the response to a create. A response without a point proves
// nothing, nor does a point whose server, kind, name or description differs from the request.
func readCreated[W item[model.Point]](c *Client, a response, asked model.Point) (W, *Error) {
	var created W
	if a.failure != nil {
		return created, a.failure
	}
	created, failure := readItem[W](c, a)
	switch {
	case failure != nil:
	case isOtherKind(a.body, asked.Kind) || !matchesRequest(created.toModel(), asked):
		failure = c.badResponse(a, "it does not match the request")
	case created.toModel().Status.Failed():
		failure = c.badResponse(a, reportedFailure)
	}
	return created, failure
}

// reportedFailure is what is wrong with a 2xx response whose body says that the action failed.
const reportedFailure = "its HTTP status is a success, but its text reports a failure"

// matchesRequest reports whether the point may be the requested one. Fields that the response omits
// prove nothing. An automatic backup was created by somebody else.
func matchesRequest(got, asked model.Point) bool {
	same := func(got, want string) bool { return got == "" || got == model.Clean(want) }
	return same(string(got.Server.ID), string(asked.Server.ID)) && same(got.Name, asked.Name) &&
		got.Type != model.Automatic &&
		same(got.Description, strings.TrimSpace(asked.Description))
}

// isOtherKind reports whether the response to a create has fields that only another kind of object
// has: a server's plan or address, a backup's type, a snapshot's name.
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

// actionResponse is the response to an action on an existing point: a restore of a snapshot [E], a
// restore of a backup [I], or a delete that returns more than its status [I].
type actionResponse struct {
	ID       model.ID       `json:"id,omitempty"` // of what was deleted
	Status   string         `json:"status"`
	Message  string         `json:"message"`
	Backup   *restoredPoint `json:"backup,omitempty"`
	Snapshot *restoredPoint `json:"snapshot,omitempty"`
	Server   serverRef      `json:"server"`
}

// restoredPoint is the restored point, as the response to a restore names it.
type restoredPoint struct {
	ID        model.ID `json:"id"`
	Name      string   `json:"name,omitempty"`
	CreatedAt rawField `json:"created_at"`
}

// successStatus is the status word in the answer to a restore [E].
const successStatus = "success"

// readActionResponse reads the response to an action on a point. Not every 2xx comes from the API:
// a hotel's login page and a proxy's empty response are 2xx too. A response that is unreadable,
// names another object or reports a failure proves nothing, so the outcome is unknown.
func (c *Client) readActionResponse(a response, asked model.Point) (actionResponse, *Error) {
	var result actionResponse
	if a.failure != nil {
		return result, a.failure
	}
	if err := json.Unmarshal(a.body, &result); err != nil {
		return result, c.badResponse(a, describeJSONError(a.body, err))
	}
	switch {
	case model.PointStatus(result.Status).Failed():
		return result, c.badResponse(a, reportedFailure)
	case result.differs(asked):
		return result, c.badResponse(a, "it does not match the request")
	}
	return result, nil
}

// point returns the point of this kind that the response names, or nil.
func (r actionResponse) point(kind model.Kind) *restoredPoint {
	if kind == model.Backup {
		return r.Backup
	}
	return r.Snapshot
}

// differs reports whether the response names another object than the requested one.
func (r actionResponse) differs(asked model.Point) bool {
	differs := func(got, want model.ID) bool { return got != "" && want != "" && got != want }
	p := r.point(asked.Kind)
	return differs(r.Server.ID, asked.Server.ID) || p != nil && differs(p.ID, asked.ID) ||
		p == nil && r.point(1-asked.Kind) != nil // it names a point of the other kind
}

// confirmsRestore reports whether the response says that the restore was accepted. One sign is
// enough: the documented status word, the point, or the server's status. The response for a backup
// is not documented, so there a message is enough too.
func (r actionResponse) confirmsRestore(asked model.Point) bool {
	p := r.point(asked.Kind)
	return r.Status == successStatus || p != nil && p.ID == asked.ID ||
		model.ServerStatus(r.Server.Status) == model.ServerRestoring ||
		asked.Kind == model.Backup && r.Message != ""
}

// restore sends a restore. The documents promise 200 and an object that names the point and the
// server [D]. After any other 2xx, or without such an object, it is unknown whether the restore has
// begun.
func (c *Client) restore(ctx context.Context, path string, payload any, asked model.Point) (model.ActionResult, error) {
	a, err := c.sendAction(ctx, http.MethodPost, path, payload)
	if err != nil {
		return model.ActionResult{}, err
	}
	result, err := c.readActionResponse(a, asked)
	if err != nil {
		return model.ActionResult{}, err
	}
	if !result.confirmsRestore(asked) {
		return model.ActionResult{}, c.badResponse(a, "it does not confirm the restore")
	}
	return result.toAccepted(asked), nil
}

// toAccepted returns the content of the response to a restore, completed from the request.
func (r actionResponse) toAccepted(asked model.Point) model.ActionResult {
	point := asked
	if p := r.point(asked.Kind); p != nil {
		setCreated(&point, p.CreatedAt)
		if asked.Kind == model.Snapshot {
			point.Name = normalizeText(p.Name)
		}
	}
	point.Server = r.Server.toModel()
	point.Server.ID = cmp.Or(point.Server.ID, asked.Server.ID)
	return model.ActionResult{
		Point:        point,
		ServerStatus: model.ServerStatus(model.Clean(r.Server.Status)),
		Message:      model.Clean(r.Message),
	}
}

// deletePoint deletes an item of a collection like "/backups/". A 204 says that it is gone [D], and
// so does a 200 with an object that names it or reports success [I]. After any other 2xx the
// outcome is unknown.
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
		return c.badResponse(a, fmt.Sprintf("status %d does not confirm the deletion", a.status))
	}
	result, err := c.readActionResponse(a, model.Point{Kind: kind, ID: id})
	switch {
	case err != nil:
		return err
	case result.ID != id && (result.ID != "" || result.Status != successStatus):
		return c.badResponse(a, "it does not say what was deleted")
	}
	return nil
}
