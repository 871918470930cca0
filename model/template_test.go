package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func mustParseTemplate(t *testing.T, text string, forSnapshot bool) NameTemplate {
	t.Helper()
	template, problems := ParseTemplate(text, forSnapshot)
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	return template
}

func TestTemplateIsFilledInForAServer(t *testing.T) {
	server := Server{ID: "12345", Name: "web-server-01", Location: "us-west"}
	for text, want := range map[string]string{
		"{server}-{date}":          "web-server-01-2025-01-16",
		"before-update":            "before-update",
		"{id}_{n}_{location}":      "12345_7_us-west",
		"{date}-{time}":            "2025-01-16-160000",
		"{server}{server}":         "web-server-01web-server-01",
		"x{n}" + longID(98):        "x7" + longID(98),
		"\x00Before {{{server}} }": "Before {web-server-01} }",
		"\x00":                     "",
		"\x00é {time}":             "é 160000",
	} {
		text, description := strings.CutPrefix(text, "\x00")
		got, err := mustParseTemplate(t, text, !description).Render(server,
			now.In(time.FixedZone("far east", 12*60*60)), 7)
		if err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestTemplateProblemsNameThePlace(t *testing.T) {
	const allowed = "{server}, {date}, {time}, {id}, {n} and {location}"
	for text, want := range map[string]string{
		"‹{sever}›-{date}":      "unknown {sever}; valid: " + allowed,
		"{server}‹{}›":          "unknown {}; valid: " + allowed,
		"{server}-‹{date›":      "{date is not closed; valid: " + allowed + "; {{ is a literal brace",
		"{server}‹ of ›{date}":  "only letters, digits, - and _: a space is not allowed",
		"{server}‹{{›{date}":    "only letters, digits, - and _: '{' is not allowed",
		"{server}‹}›":           "only letters, digits, - and _: '}' is not allowed",
		"‹é›":                   "only letters, digits, - and _: 'é' is not allowed",
		"{n}‹\x1b›":             "only letters, digits, - and _: ^[ is not allowed",
		"‹" + longID(101) + "›": "at most 100 characters",
		"‹›":                    "a snapshot needs a name, such as {server}-{date}",
		"\x00‹{Server}› of now": "unknown {Server}",
		"\x00a {n}‹\n›":         "only plain text",
		"\x00‹{\x1b[2J}›":       "unknown {^[[2J}",
	} {
		text, description := strings.CutPrefix(text, "\x00")
		from, to := strings.Index(text, "‹"), strings.Index(text, "›")-len("‹")
		_, problems := ParseTemplate(strings.NewReplacer("‹", "", "›", "").Replace(text), !description)
		if len(problems) != 1 || !strings.Contains(problems[0].Message, want) || problems[0].From != from ||
			problems[0].To != to {
			t.Errorf("%q: %+v, want %d to %d", text, problems, from, to)
		}
	}
	if _, problems := ParseTemplate("{a} {b}{", true); len(problems) != 4 {
		t.Errorf("not all problems are reported: %v", problems)
	}
}

func TestInvalidNameIsAnErrorThatNamesTheServer(t *testing.T) {
	for text, c := range map[string]struct{ server, want string }{
		"{server}": {"web 01", "web 01 (#7): the name would be “web 01”: only letters, digits, - and _: a " +
			"space is not allowed; use {id} instead of {server}"},
		"{server}-{date}":  {"x\x1b[2J", "x^[[2J (#7): the name would be “x^[[2J-2025-01-16”: only letters"},
		"{server}{server}": {longID(60), "at most 100 characters"},
		"{location}":       {"web", "web (#7): the name would be “”: a snapshot needs a name"},
	} {
		_, err := mustParseTemplate(t, text, true).Render(Server{ID: "7", Name: c.server}, now, 1)
		var p Problem
		if !errors.As(err, &p) || p.Server.ID != "7" || !strings.Contains(p.Message, c.want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := mustParseTemplate(t, "of {server}", false).Render(Server{ID: "7", Name: longID(500)}, now,
		1); err == nil || !strings.Contains(err.Error(), "the description would be") {
		t.Errorf("a description that is too long: %v", err)
	}
}

func TestSnapshotNamesOfOneServerAreUnique(t *testing.T) {
	a, b := Server{ID: "1", Name: "web"}, Server{ID: "2", Name: "web"}
	there := []Point{snapshot("801", 0).onServer(b.Ref()), {Kind: Backup, ID: "5", Server: a.Ref(), Description: "x"}}
	there[0].Name = "web-2025-01-16"
	for _, c := range []struct {
		text    string
		servers []Server
		want    string // the problems
	}{
		{"{server}", []Server{a, b}, ""},
		{"x", []Server{a, b}, ""},
		{"x", []Server{a, b, a}, "web (#1): two of its snapshots would be called “x”: the server is listed more than " +
			"once; add {n}"},
		{"x-{n}", []Server{a, b, a}, ""},
		{"{server}-{date}", []Server{a}, ""},
		{"{server}-{date}", []Server{a, b}, "web (#2): two of its snapshots would be called “web-2025-01-16”: #801 " +
			"has that name; add {time}"},
	} {
		texts, problems := mustParseTemplate(t, c.text, true).RenderAll(c.servers, there, now)
		if messageLines(problems) != c.want || (c.want == "") != (len(texts) == len(c.servers)) || len(problems) > 0 &&
			texts != nil {
			t.Errorf("%s: %v, %v", c.text, texts, problems)
		}
		if texts, problems := mustParseTemplate(t, c.text, false).RenderAll(c.servers, there, now); len(problems) > 0 ||
			len(texts) != len(c.servers) {
			t.Errorf("%s, as a description: %v, %v", c.text, texts, problems)
		}
	}
	bad := Server{ID: "3", Name: "no good"}
	if texts, problems := mustParseTemplate(t, "{server}", true).RenderAll([]Server{a, bad, b, bad}, nil,
		now); len(problems) != 2 || texts != nil {
		t.Errorf("%v, %v", texts, problems)
	}
}

func TestTemplateNamesAreValidForTheAPI(t *testing.T) {
	part := rapid.SampledFrom([]string{"{server}", "{date}", "{time}", "{id}", "{n}", "{location}", "{{", "{", "}", "a",
		"-", "_", " ", "é", "\x1b", "{x}"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 6).Draw(t, "text"), "")
		forSnapshot := rapid.Bool().Draw(t, "for a snapshot")
		template, problems := ParseTemplate(text, forSnapshot)
		for _, p := range problems {
			if p.From < 0 || p.To > len(text) || p.From >= p.To && text != "" || p.Message == "" {
				t.Fatalf("%q: %+v", text, p)
			}
		}
		if len(problems) > 0 {
			return
		}
		var servers []Server
		for i, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"web", "db-1", "a b", "é", longID(50)}), 1,
			5).Draw(t, "servers") {
			servers = append(servers, Server{ID: ID(fmt.Sprint(i % 3)), Name: name, Location: "us-west"})
		}
		texts, problems := template.RenderAll(servers, nil, now)
		if (texts == nil) == (len(problems) == 0) {
			t.Fatalf("%q: %v with %v", text, texts, problems)
		}
		for i, made := range texts {
			check := CheckDescription
			if forSnapshot {
				check = CheckSnapshotName
			}
			if err := check(made); err != nil {
				t.Fatalf("%q makes %q: %v", text, made, err)
			}
			for k := range i {
				if forSnapshot && servers[k].ID == servers[i].ID && texts[k] == made {
					t.Fatalf("%q makes %q twice for #%s", text, made, servers[i].ID)
				}
			}
		}
	})
}
