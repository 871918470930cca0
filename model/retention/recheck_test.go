package retention_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/retention"
)

// ids lists the points by ID.
func ids(points []model.Point) string {
	var out []string
	for _, p := range points {
		out = append(out, string(p.ID))
	}
	return strings.Join(out, " ")
}

func TestPoliciesGoByTheNameThatTheServerHasNow(t *testing.T) {
	at := time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	production := model.Server{ID: "1", Name: "production"}
	var points []model.Point
	for i := range 5 {
		points = append(points, model.Point{Kind: model.Snapshot, ID: model.ID(fmt.Sprint(i + 1)),
			Server: model.ServerRef{ID: "1", Name: "test-1"}, // from before it was renamed
			Status: model.Completed, CreatedAt: at.Add(-time.Duration(i+1) * day)})
	}
	in := retention.Input{Servers: []model.Server{production}, Points: points, Now: at,
		Retain: []retention.Policy{
			{Servers: []string{"test-*"}, Rules: retention.Rules{Last: 1}},
			{Servers: []string{"prod*"}, Rules: retention.Rules{Last: 4}},
		}}
	plan := retention.New(in)
	if got := ids(plan.Removals()); got != "5" || plan.Removals()[0].Server != production.Ref() {
		t.Errorf("it removes %s: %+v", got, plan.Removals())
	}
	in.Selected = func(server model.ServerRef) bool { return server.Name == "production" }
	if got := ids(retention.New(in).Removals()); got != "5" {
		t.Errorf("of the selected server it removes %s", got)
	}
	in.Servers = []model.Server{{ID: "1", Name: "production-old"}}
	if got := plan.Recheck(in); len(got) > 0 {
		t.Errorf("after the server was renamed it removes %s", ids(got))
	}
}

func TestRecheckKeepsWhatHasChangedSinceThePreview(t *testing.T) {
	at := time.Date(2025, 1, 16, 16, 0, 0, 0, time.UTC)
	server := model.Server{ID: "1", Name: "web"}
	var points []model.Point
	for i := range 5 { // "1" is the newest
		points = append(points, model.Point{Kind: model.Snapshot, ID: model.ID(fmt.Sprint(i + 1)), Server: server.Ref(),
			Status: model.Completed, CreatedAt: at.Add(-time.Duration(i+1) * day)})
	}
	input := func(points []model.Point) retention.Input {
		return retention.Input{Servers: []model.Server{server}, Points: points, Now: at,
			Retain: []retention.Policy{{Rules: retention.Rules{Last: 2}}}}
	}
	plan := retention.New(input(points))
	if got := ids(plan.Removals()); got != "5 4 3" {
		t.Fatalf("it removes %s", got)
	}
	for name, c := range map[string]struct {
		change func([]model.Point) []model.Point
		want   string
	}{
		"nothing":            {func(p []model.Point) []model.Point { return p }, "5 4 3"},
		"one has gone":       {func(p []model.Point) []model.Point { return slices.Delete(p, 4, 5) }, "4 3"},
		"a newer has gone":   {func(p []model.Point) []model.Point { return slices.Delete(p, 0, 1) }, "5 4"},
		"one was described":  {func(p []model.Point) []model.Point { p[3].Description = "keep it"; return p }, "5 3"},
		"one is protected":   {func(p []model.Point) []model.Point { p[3].Name = "x [keep]"; return p }, "5 3"},
		"one expires sooner": {func(p []model.Point) []model.Point { p[3].ExpiresAt = at.Add(day); return p }, "5 3"},
		"a newer has come": {func(p []model.Point) []model.Point {
			next := p[0]
			next.ID, next.CreatedAt = "0", at
			return append(p, next)
		}, "5 4 3"}, // not 2, which the preview has not shown
		"only the last is left": {func(p []model.Point) []model.Point { return p[4:] }, ""},
	} {
		if got := ids(plan.Recheck(input(c.change(slices.Clone(points))))); got != c.want {
			t.Errorf("%s: it deletes %q, want %q", name, got, c.want)
		}
	}
}

const day = 24 * time.Hour
