package model

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// NameTemplate generates the names of snapshots, or the descriptions of points, for several servers
// at once. It is text with placeholders: {server}, {id}, {location}, {date}, {time} and {n}; “{{”
// is a brace.
type NameTemplate struct {
	parts    []templatePart
	snapshot bool
}

// DefaultNameTemplate names snapshots for which nobody has chosen a name.
const DefaultNameTemplate = "{server}-{date}"

// templatePart is literal text, or the name of a placeholder.
type templatePart struct {
	text        string
	placeholder bool
}

// placeholders are listed in the order of the messages. Times are UTC, because servers are in
// several time zones.
var placeholders = []struct {
	name string
	fill func(Server, time.Time, int) string
}{
	{"server", func(s Server, _ time.Time, _ int) string { return s.Name }},
	{"date", func(_ Server, now time.Time, _ int) string { return now.UTC().Format(time.DateOnly) }},
	{"time", func(_ Server, now time.Time, _ int) string { return now.UTC().Format("150405") }},
	{"id", func(s Server, _ time.Time, _ int) string { return string(s.ID) }},
	{"n", func(_ Server, _ time.Time, n int) string { return strconv.Itoa(n) }},
	{"location", func(s Server, _ time.Time, _ int) string { return s.Location }},
}

// ParseTemplate parses a template, for snapshot names or else for descriptions. It reports each
// problem with its position. The template may only be used if there are none.
func ParseTemplate(text string, forSnapshot bool) (NameTemplate, []Problem) {
	t := NameTemplate{snapshot: forSnapshot}
	var problems []Problem
	problem := func(from, to int, words string) {
		problems = append(problems, Problem{From: from, To: to, Message: Clean(words)})
	}
	if text == "" && forSnapshot {
		problem(0, 0, "a snapshot needs a name, such as {server}-{date}")
	}
	for at := 0; at < len(text); {
		part, to, why := nextPart(text, at)
		switch {
		case why != "":
			problem(at, to, why)
		case !part.placeholder && t.checkLiteral(part.text) != "":
			problem(at, to, t.checkLiteral(part.text))
		}
		t.parts = append(t.parts, part)
		at = to
	}
	return t, problems
}

// nextPart splits off a placeholder, or the text before the next brace.
func nextPart(text string, at int) (_ templatePart, to int, why string) {
	rest := text[at:]
	if strings.HasPrefix(rest, "{{") {
		return templatePart{text: "{"}, at + 2, ""
	}
	if rest[0] != '{' {
		n := strings.IndexByte(rest, '{')
		if n < 0 {
			n = len(rest)
		}
		return templatePart{text: rest[:n]}, at + n, ""
	}
	name, _, closed := strings.Cut(rest[1:], "}")
	if !closed {
		return templatePart{}, len(text), rest + " is not closed; valid: " + placeholderNames() +
			"; {{ is a literal brace"
	}
	to = at + len(name) + len("{}")
	for _, p := range placeholders {
		if p.name == name {
			return templatePart{text: name, placeholder: true}, to, ""
		}
	}
	return templatePart{}, to, "unknown {" + name + "}; valid: " + placeholderNames()
}

func placeholderNames() string {
	var names []string
	for _, p := range placeholders {
		names = append(names, "{"+p.name+"}")
	}
	return Enumerate(names)
}

// checkLiteral returns what is wrong with literal text of the template, regardless of the
// placeholders.
func (t NameTemplate) checkLiteral(text string) string {
	err := CheckDescription(text)
	if t.snapshot {
		err = CheckSnapshotName(text)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// Render returns the text for one server, at a time on the API's clock; n counts the servers from
// 1. If the API would refuse it, the error names the server. The text is never adapted silently.
func (t NameTemplate) Render(server Server, now time.Time, n int) (string, error) {
	text, problem := t.render(server, now, n)
	if problem != nil {
		return "", *problem
	}
	return text, nil
}

func (t NameTemplate) render(server Server, now time.Time, n int) (string, *Problem) {
	var b strings.Builder
	for _, part := range t.parts {
		b.WriteString(part.fill(server, now, n))
	}
	text := b.String()
	check, what := CheckDescription, "description"
	if t.snapshot {
		check, what = CheckSnapshotName, "name"
	}
	if err := check(text); err != nil {
		words := fmt.Sprintf("%s (#%s): the %s would be “%s”: %s", server.Name, server.ID, what, text, err)
		if t.snapshot && t.uses("server") && CheckSnapshotName(server.Name) != nil {
			words += "; use {id} instead of {server}"
		}
		return "", &Problem{Server: server.Ref(), Message: Clean(words)}
	}
	return text, nil
}

func (p templatePart) fill(server Server, now time.Time, n int) string {
	if !p.placeholder {
		return p.text
	}
	for _, place := range placeholders {
		if place.name == p.text {
			return place.fill(server, now, n)
		}
	}
	return ""
}

func (t NameTemplate) uses(place string) bool {
	for _, part := range t.parts {
		if part.placeholder && part.text == place {
			return true
		}
	}
	return false
}

// RenderAll returns the text for each server, in order, numbered from 1. A server may be listed
// more than once. If there is any problem, there are no texts.
//
// Two snapshots of one server must not have the same name, because users choose snapshots by name;
// existing is the points that already exist. Snapshots of two servers may: a name like
// before-update is meant for all.
func (t NameTemplate) RenderAll(servers []Server, existing []Point, now time.Time) ([]string, []Problem) {
	type called struct {
		server ID
		name   string
	}
	taken := map[called]string{} // the conflict and how to solve it, by name
	for _, p := range existing {
		if t.snapshot && p.Kind == Snapshot {
			taken[called{p.Server.ID, p.Name}] = fmt.Sprintf("#%s has that name; add {time}", p.ID)
		}
	}
	texts := make([]string, len(servers))
	var problems []Problem
	for i, server := range servers {
		text, problem := t.render(server, now, i+1)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		texts[i] = text
		key := called{server.ID, text}
		if by := taken[key]; by != "" {
			problems = append(problems, Problem{Server: server.Ref(), Message: Clean(fmt.Sprintf(
				"%s (#%s): two of its snapshots would be called “%s”: %s", server.Name, server.ID, text, by))})
		}
		if t.snapshot {
			taken[key] = "the server is listed more than once; add {n}"
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return texts, nil
}
