package headless

import (
	"cmp"
	"slices"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// matchServers finds the servers that somebody means: the one with that ID or exactly that name, or those that a glob fits, by
// name. A name that no server has, or more than one, is a Fault with ExitNotFound. An empty text names none, not even a server
// without a name: it is a variable that a script did not set.
func matchServers(asked string, servers []model.Server) ([]model.Server, error) {
	if strings.TrimSpace(asked) == "" {
		return nil, settings.Errorf(settings.ExitNotFound, "an empty text names no server: give its name, or its ID if it has none")
	}
	var exact, fitting []model.Server
	for _, s := range servers {
		if string(s.ID) == asked || s.Name == asked {
			exact = append(exact, s)
		}
		if model.MatchGlob(asked, s.Name) {
			fitting = append(fitting, s)
		}
	}
	glob := strings.ContainsAny(asked, "*?")
	switch {
	case len(exact) == 1:
		return exact, nil
	case len(exact) > 1:
		return nil, settings.Errorf(settings.ExitNotFound, "%q names %d servers: use the ID, one of %s", model.Clean(asked), len(exact), joinIDs(exact))
	case glob && len(fitting) > 0:
		slices.SortFunc(fitting, compareByName)
		return fitting, nil
	case glob:
		return nil, settings.Errorf(settings.ExitNotFound, "no server's name is like %q: see vpsdeck list servers", model.Clean(asked))
	}
	return nil, settings.Errorf(settings.ExitNotFound, "there is no server %q: see vpsdeck list servers", model.Clean(asked))
}

// matchServers is named among servers whose list may be incomplete: what is not found may be among those that it lacks.
func (r *Runner) matchServers(asked string, servers []model.Server) ([]model.Server, error) {
	found, err := matchServers(asked, servers)
	if err != nil && r.incomplete != nil {
		return nil, r.incomplete
	}
	return found, err
}

// matchAllServers finds the servers that several arguments of an action mean, each once, in their order. While a list is incomplete a
// pattern is refused: nobody knows what it fits.
func (r *Runner) matchAllServers(asked []string, servers []model.Server) ([]model.Server, error) {
	var out []model.Server
	for _, a := range asked {
		found, err := r.matchServers(a, servers)
		if err == nil && r.incomplete != nil && strings.ContainsAny(a, "*?") && (len(found) != 1 || found[0].Name != a) {
			return nil, refusedError("%s A pattern may fit servers that it lacks: name them by ID", model.ErrorMessage(r.incomplete))
		}
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if !slices.ContainsFunc(out, func(o model.Server) bool { return o.ID == s.ID }) {
				out = append(out, s)
			}
		}
	}
	return out, nil
}

func joinIDs(servers []model.Server) string {
	var out []string
	for _, s := range servers {
		out = append(out, string(s.ID))
	}
	return strings.Join(out, ", ")
}

// compareByName orders servers by name, then by ID.
func compareByName(a, b model.Server) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	if a.ID.Less(b.ID) {
		return -1
	}
	return 1
}
