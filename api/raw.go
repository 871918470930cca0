package api

import (
	"context"
	"encoding/json"
	"net/http"

	"vpsdeck/model"
)

// rawItem is an item of a list, unparsed.
type rawItem struct {
	ID   model.ID
	text json.RawMessage
}

// UnmarshalJSON keeps the text as well as the ID.
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

func (r rawItem) key() model.ID    { return r.ID }
func (r rawItem) toModel() rawItem { return r }

// ItemURL returns the address of one item: the server, or the list of its points of the kind, since
// a request for one of them is not documented. It is "" for an ID that cannot be in a path.
func (c *Client) ItemURL(server model.ID, point model.Key) string {
	if point.ID != "" {
		return c.urlFor("/"+point.Kind.String()+"s/", makeQuery("server_id", string(server))).String()
	}
	path, failure := itemPath(http.MethodGet, "/servers/", server)
	if failure != nil {
		return ""
	}
	return c.urlFor(path, nil).String()
}

// Raw returns one item as the API gives it now: a restore point of the server or, if its ID is
// empty, the server itself. It reads the item from its list, since a request for one backup or
// snapshot is not documented. model.ErrNotFound: it is no longer listed.
func (c *Client) Raw(ctx context.Context, server model.ID, point model.Key) (string, error) {
	path, id, query := "/servers/", server, makeQuery()
	if point.ID != "" {
		path, id, query = "/"+point.Kind.String()+"s/", point.ID, makeQuery("server_id", string(server))
	}
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	list := &paginator[rawItem, rawItem]{client: c, path: path, query: query}
	all, failure := list.readAll(newPageSource[rawItem](ctx, c, &pageCache{}, false))
	if failure != nil {
		return "", failure
	}
	for _, item := range all.items {
		if item.ID == id {
			return c.maskToken(string(item.text)), nil
		}
	}
	if all.isShort() {
		return "", &model.IncompleteError{Got: len(all.items), Total: int(all.total)}
	}
	gone := c.newError(c.newRequest(http.MethodGet, c.urlFor(path, query), nil), model.ErrNotFound)
	gone.message = "It is no longer listed."
	return "", gone
}
