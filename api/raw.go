package api

import (
	"context"
	"encoding/json"
	"net/http"

	"vpsdeck/model"
)

// rawItem is an item of a list as it came.
type rawItem struct {
	ID   model.ID
	text json.RawMessage
}

// UnmarshalJSON keeps the text beside the ID.
func (r *rawItem) UnmarshalJSON(data []byte) error {
	var head struct {
		ID model.ID `json:"id"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	r.ID, r.text = head.ID, append(json.RawMessage(nil), data...)
	return nil
}

func (r rawItem) key() model.ID { return r.ID }
func (r rawItem) noun() rawItem { return r }

// Raw is one item as the API gives it now: a restore point of the server or, if its ID is empty, the server itself. It is taken
// out of its list, since a request for one backup or snapshot is not documented. model.ErrNotFound: it is no longer listed.
func (c *Client) Raw(ctx context.Context, server model.ID, point model.Key) (string, error) {
	path, id, query := "/servers/", server, filters()
	if point.ID != "" {
		path, id, query = "/"+point.Kind.String()+"s/", point.ID, filters("server_id", string(server))
	}
	ctx, cancel := c.limited(ctx)
	defer cancel()
	all, failure := newWalk[rawItem](c, &shelf{}, path, query).read(ctx)
	if failure != nil {
		return "", failure
	}
	for _, item := range all.items {
		if item.ID == id {
			return c.hide(string(item.text)), nil
		}
	}
	if all.short() {
		return "", &model.Incomplete{Got: len(all.items), Of: int(all.of)}
	}
	gone := c.failure(c.request(http.MethodGet, c.at(path, query), nil), model.ErrNotFound)
	gone.words = "It is no longer listed."
	return "", gone
}
