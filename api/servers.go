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
	OS        rawField `json:"os"` // an object with a name [E], or the name
	CreatedAt rawField `json:"created_at"`
	UpdatedAt rawField `json:"updated_at"`
}

type plan struct {
	ID      model.ID `json:"id"`
	Name    string   `json:"name"`
	VCPUs   rawField `json:"vcpus"`
	Memory  rawField `json:"memory"`  // MB [I]
	Storage rawField `json:"storage"` // GB [I]
}

func (s server) key() model.ID { return s.ID }

func (s server) toModel() model.Server {
	created, _ := parseTime(s.CreatedAt)
	updated, _ := parseTime(s.UpdatedAt)
	return model.Server{
		ID:       s.ID,
		Name:     normalizeText(s.Name),
		Hostname: normalizeText(s.Hostname),
		Status:   model.ServerStatus(model.Clean(s.Status)),
		IP:       model.Clean(s.IP),
		Location: normalizeText(s.Location),
		Plan: model.Plan{
			ID:        s.Plan.ID,
			Name:      model.Clean(s.Plan.Name),
			VCPUs:     int(parseNumberOrZero(s.Plan.VCPUs)),
			MemoryMB:  int(parseNumberOrZero(s.Plan.Memory)),
			StorageGB: int(parseNumberOrZero(s.Plan.Storage)),
		},
		OS:        parseName(s.OS),
		CreatedAt: created,
		UpdatedAt: updated,
	}
}

// serverRef is how backups, snapshots and restores name their server.
type serverRef struct {
	ID     model.ID `json:"id"`
	Name   string   `json:"name"`
	Status string   `json:"status,omitempty"` // in the response to a restore [E]
}

func (r serverRef) toModel() model.ServerRef {
	return model.ServerRef{ID: r.ID, Name: normalizeText(r.Name)}
}

// Servers lists the account's servers that pass the filter, in the API's order [D].
func (c *Client) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	return fetchList[server](ctx, c, "/servers/", makeQuery("status", string(f.Status), "location", f.Location))
}

// Server fetches one server [I]. If the API has no such endpoint, the error is model.ErrNotFound,
// as for a server that is gone; Servers shows which.
func (c *Client) Server(ctx context.Context, id model.ID) (model.Server, error) {
	path, err := itemPath(http.MethodGet, "/servers/", id)
	if err != nil {
		return model.Server{}, err
	}
	return getItem[server](ctx, c, path)
}

// makeQuery makes a query from names and values, without the empty ones.
func makeQuery(pairs ...string) url.Values {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	return query
}
