package query

import (
	"fmt"
	"slices"
	"strings"
	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// SavedView is a [[view]] of the config: a pane with a filter and an order, under a name.
type SavedView struct {
	Name   string
	Key    string // that opens it; empty: a number
	Pane   string // one of Panes; empty: the servers
	Filter string // in the filter's language; empty: everything
	Order  string // the name of an order, after "-" the other way round; empty: the pane's usual order
}

// Panes are the names of the panes in the config.
var Panes = []string{"servers", "backups", "snapshots"}

// reservedViews are the names of what can be opened without a saved view.
var reservedViews = append(slices.Clone(Panes), "activity", "requests")

// ReservedViews returns the names that a saved view cannot have.
func ReservedViews() []string { return slices.Clone(reservedViews) }

// MaxFilter is the maximum length of a filter, in characters.
const MaxFilter = 200

// Check returns what is wrong with the view, or "". The order is checked elsewhere, where the
// orders are known.
func (v SavedView) Check() string {
	switch {
	case strings.TrimSpace(v.Name) == "" || model.Clean(v.Name) != v.Name:
		return "name must not be empty or contain control characters"
	case slices.Contains(reservedViews, v.Name):
		return fmt.Sprintf("the name %s means something else: choose another", v.Name)
	case v.Pane != "" && !slices.Contains(Panes, v.Pane):
		return fmt.Sprintf("pane cannot be %q; valid: %s", v.Pane, strings.Join(Panes, ", "))
	}
	if why := CheckFilter(v.Pane, v.Filter); why != "" {
		return "filter: " + why
	}
	return ""
}

// FindServers returns the server with that ID or exactly that name, or else the servers whose name
// contains the text or matches it as a glob.
func FindServers(text string, servers []model.Server) []model.Server {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	var exact, similar []model.Server
	glob := text
	if !strings.ContainsAny(text, "*?") {
		glob = "*" + text + "*"
	}
	for _, s := range servers {
		if string(s.ID) == text || s.Name == text {
			exact = append(exact, s)
		}
		if pattern.MatchGlob(glob, s.Name) {
			similar = append(similar, s)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return similar
}

// CheckFilter returns what is wrong with a filter of a pane, or "".
func CheckFilter(pane, filter string) string {
	if len([]rune(filter)) > MaxFilter {
		return fmt.Sprintf("it is longer than %d characters", MaxFilter)
	}
	fields := PointFields
	if pane == "" || pane == Panes[0] {
		fields = ServerFields
	}
	if _, problems := Parse(filter, fields); len(problems) > 0 {
		return problems[0].Message
	}
	return ""
}
