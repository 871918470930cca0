package headless

import (
	"cmp"
	"slices"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// matchServers returns the server with that ID or exactly that name, or the servers that match a
// glob, ordered by name. A name that no server or more than one has is a settings.Error with
// ExitNotFound. So is an empty text, even if a server has no name: it is probably a variable that a
// script did not set.
func matchServers(asked string, servers []model.Server) ([]model.Server, error) {
	if strings.TrimSpace(asked) == "" {
		return nil, settings.Errorf(settings.ExitNotFound,
			"the server name is empty: give a name, or the ID if the server has none")
	}
	var exact, matching []model.Server
	for _, s := range servers {
		if string(s.ID) == asked || s.Name == asked {
			exact = append(exact, s)
		}
		if pattern.MatchGlob(asked, s.Name) {
			matching = append(matching, s)
		}
	}
	glob := strings.ContainsAny(asked, "*?")
	switch {
	case len(exact) == 1:
		return exact, nil
	case len(exact) > 1:
		return nil, settings.Errorf(settings.ExitNotFound, "%q matches %d servers: use an ID, one of %s",
			model.Clean(asked), len(exact), joinIDs(exact))
	case glob && len(matching) > 0:
		slices.SortFunc(matching, compareByName)
		return matching, nil
	case glob:
		return nil, settings.Errorf(settings.ExitNotFound, "no server matches %q: see vpsdeck list servers",
			model.Clean(asked))
	}
	return nil, settings.Errorf(settings.ExitNotFound, "there is no server %q: see vpsdeck list servers",
		model.Clean(asked))
}

// matchServers matches servers of a list that may be incomplete: a server that is not found may be
// missing from the list.
func (r *Runner) matchServers(asked string, servers []model.Server) ([]model.Server, error) {
	found, err := matchServers(asked, servers)
	if err != nil && r.incomplete != nil {
		return nil, r.incomplete
	}
	return found, err
}

// matchAllServers returns the servers that an action's arguments match, each once, in the order of
// the arguments. It refuses a pattern while the list is incomplete, because it may match servers
// that are missing.
func (r *Runner) matchAllServers(asked []string, servers []model.Server) ([]model.Server, error) {
	var out []model.Server
	for _, a := range asked {
		found, err := r.matchServers(a, servers)
		if err == nil && r.incomplete != nil && strings.ContainsAny(a, "*?") &&
			(len(found) != 1 || found[0].Name != a) {
			return nil, refusedError("%s A pattern may match missing servers: use IDs",
				model.ErrorMessage(r.incomplete))
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
