package api

import (
	"context"
	"net/http"
	"net/url"

	"vpsdeck/model"
)

type server struct {
	ID        model.ID `json:"id"`
	Name      string   `json:"name"`
	Hostname  string   `json:"hostname"`
	Status    string   `json:"status"`
	IP        string   `json:"ip_address"`
	Location  string   `json:"location"`
	Plan      plan     `json:"plan"`
	OS        loose    `json:"os"` // an object with a name [E], or the name
	CreatedAt loose    `json:"created_at"`
	UpdatedAt loose    `json:"updated_at"`
}

type plan struct {
	ID      model.ID `json:"id"`
	Name    string   `json:"name"`
	VCPUs   loose    `json:"vcpus"`
	Memory  loose    `json:"memory"`  // MB [I]
	Storage loose    `json:"storage"` // GB [I]
}

func (s server) key() model.ID { return s.ID }

func (s server) noun() model.Server {
	created, _ := moment(s.CreatedAt)
	updated, _ := moment(s.UpdatedAt)
	return model.Server{
		ID:       s.ID,
		Name:     shown(s.Name),
		Hostname: shown(s.Hostname),
		Status:   model.ServerStatus(model.Clean(s.Status)),
		IP:       model.Clean(s.IP),
		Location: shown(s.Location),
		Plan: model.Plan{
			ID:        s.Plan.ID,
			Name:      model.Clean(s.Plan.Name),
			VCPUs:     int(whole(s.Plan.VCPUs)),
			MemoryMB:  int(whole(s.Plan.Memory)),
			StorageGB: int(whole(s.Plan.Storage)),
		},
		OS:        named(s.OS),
		CreatedAt: created,
		UpdatedAt: updated,
	}
}

// serverRef is how backups, snapshots and restores name their server.
type serverRef struct {
	ID     model.ID `json:"id"`
	Name   string   `json:"name"`
	Status string   `json:"status,omitempty"` // in the answer to a restore [E]
}

func (r serverRef) noun() model.ServerRef {
	return model.ServerRef{ID: r.ID, Name: shown(r.Name)}
}

// Servers lists the account's servers that pass the filter, in the API's order [D].
func (c *Client) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	return list[server](ctx, c, "/servers/", filters("status", string(f.Status), "location", f.Location))
}

// Server asks for one server [I]. Where the API has no such endpoint that is model.ErrNotFound, as for a server that is
// gone; Servers tells which.
func (c *Client) Server(ctx context.Context, id model.ID) (model.Server, error) {
	path, err := itemPath(http.MethodGet, "/servers/", id)
	if err != nil {
		return model.Server{}, err
	}
	return getItem[server](ctx, c, path)
}

// filters makes a query of names and values, without the empty ones.
func filters(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return query
}
