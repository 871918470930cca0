package screen

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/widget"
)

// CompleteFilter returns the texts to which a filter can be completed: with the fields of the rows,
// and with values that the account has.
func (e *Env) CompleteFilter(text string, fields query.FieldSet) []string {
	return query.Complete(text, fields, func(field string) []string { return e.values(fields, field) })
}

// values returns the distinct values of a field that the rows have, sorted.
func (e *Env) values(fields query.FieldSet, field string) []string {
	if fields == query.PointFields {
		return e.pointValues(field)
	}
	return e.serverValues(field)
}

// serverValues returns the distinct values of a field of the servers, sorted.
func (e *Env) serverValues(field string) []string {
	value := map[string]func(*model.Server) string{
		"status":   func(s *model.Server) string { return string(s.Status) },
		"name":     func(s *model.Server) string { return s.Name },
		"server":   func(s *model.Server) string { return s.Name },
		"location": func(s *model.Server) string { return s.Location },
		"os":       func(s *model.Server) string { return s.OS },
		"plan":     func(s *model.Server) string { return s.Plan.Name },
		"host":     func(s *model.Server) string { return s.Hostname },
		"ip":       func(s *model.Server) string { return s.IP },
	}[field]
	if value == nil {
		return nil
	}
	return distinct(e.State.Servers.Value, value)
}

// pointValues returns the distinct values of a field of the restore points, sorted.
func (e *Env) pointValues(field string) []string {
	switch field {
	case "server":
		return e.serverValues("name")
	case "status":
		status := func(p *model.Point) string { return string(p.Status) }
		return distinct(slices.Concat(distinctPoints(e.State.Backups.Value), distinctPoints(e.State.Snapshots.Value)),
			status)
	case "name":
		return distinct(e.State.Snapshots.Value, func(p *model.Point) string { return p.Name })
	}
	return nil
}

// distinctPoints returns a point of each status.
func distinctPoints(points []model.Point) []model.Point {
	var out []model.Point
	for i := range points {
		same := func(p model.Point) bool { return p.Status == points[i].Status }
		if !slices.ContainsFunc(out, same) {
			out = append(out, points[i])
		}
	}
	return out
}

// distinct returns the distinct texts of rows, sorted.
func distinct[T any](rows []T, text func(*T) string) []string {
	seen := map[string]bool{}
	var out []string
	for i := range rows {
		if t := text(&rows[i]); t != "" && !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// completions returns what the filter that is typed can be completed to.
func (l *list[T, K]) completions() []string {
	if l.fields == 0 || l.filter.input.Position() < len([]rune(l.filter.Value())) {
		return nil
	}
	return l.env.CompleteFilter(l.filter.Value(), l.fields)
}

// complete completes the filter, and reports whether its text has changed. An empty filter is not
// completed: there is nothing to go by.
func (l *list[T, K]) complete() bool {
	all := l.completions()
	if len(all) == 0 || l.filter.Value() == "" {
		return false
	}
	l.filter.input.SetValue(all[0])
	l.filter.input.CursorEnd()
	l.filter.parse()
	return true
}

// typingKeys returns the footer's keys while the filter is typed: what the keys do, then the fields
// or values that may be typed next.
func (l *list[T, K]) typingKeys() []key.Binding {
	hint := func(shown, text string) key.Binding {
		return key.NewBinding(key.WithKeys("hint"), key.WithHelp(shown, text))
	}
	all := l.completions()
	keys := []key.Binding{hint("enter", "keep"), hint("esc", "clear")}
	if len(all) > 0 && l.filter.Value() != "" {
		keys = append([]key.Binding{hint("tab", lastTerm(all[0]))}, keys...)
		all = all[1:]
	}
	for _, text := range all {
		keys = append(keys, hint("", lastTerm(text)))
	}
	return keys
}

// lastTerm returns the last term of a filter that was completed, to be shown.
func lastTerm(text string) string {
	if i := strings.LastIndexAny(text, ":=<>"); i >= 0 {
		text = text[strings.LastIndex(text[:i], " ")+1:]
	}
	return widget.NormalizeWidth(strings.TrimLeft(text, "-!"))
}
