package model

import (
	"fmt"
	"slices"
	"time"

	"vpsdeck/model/pattern"
)

// CleanupRule says which old points to delete. Empty fields do not narrow it.
type CleanupRule struct {
	OlderThan   time.Duration // 0: any age
	KeepAtLeast int           // how many of each server's newest usable points to keep, of those that the rule covers
	Kinds       []Kind
	Servers     []string     // IDs, or globs for names; see [pattern.MatchGlob]
	Types       []BackupType // of backups; does not narrow snapshots, which have no type
}

// Check reports impossible values in the rule.
func (r CleanupRule) Check() []Problem {
	var problems []Problem
	if r.OlderThan < 0 || r.OlderThan > longestAge {
		problems = append(problems, Problem{Message: "older than: " + formatSigned(r.OlderThan) +
			" is not a valid age: write 30d, 2w or 3mo, at most 100y"})
	}
	if r.KeepAtLeast < 0 || r.KeepAtLeast > maxRulePoints {
		problems = append(problems, Problem{Message: fmt.Sprintf("keep at least: %d is not possible: write a number "+
			"from 0 to %d", r.KeepAtLeast, maxRulePoints)})
	}
	return problems
}

// Unmatched reports the server names in the rule that match no server.
func (r CleanupRule) Unmatched(servers []Server) []Problem {
	var problems []Problem
	for _, asked := range r.Servers {
		if !slices.ContainsFunc(servers, func(s Server) bool { return matchesServer(asked, s.Ref()) }) {
			problems = append(problems, Problem{Message: Clean("servers: no server has the name or ID " + asked +
				": * matches any characters, ? matches one")})
		}
	}
	return problems
}

// matchesServer reports whether an ID or a glob matches the server.
func matchesServer(asked string, server ServerRef) bool {
	return asked == string(server.ID) || pattern.MatchGlob(asked, server.Name)
}

// covers reports whether the rule covers the point, regardless of age.
func (r CleanupRule) covers(p Point) bool {
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, p.Kind)) &&
		(len(r.Types) == 0 || p.Kind == Snapshot || slices.Contains(r.Types, p.Type)) &&
		(len(r.Servers) == 0 || slices.ContainsFunc(r.Servers,
			func(asked string) bool { return matchesServer(asked, p.Server) }))
}

// isOldEnough reports whether the point is old enough for the rule. A point of unknown age never
// is.
func (r CleanupRule) isOldEnough(p *Point, now time.Time) bool {
	age, known := p.Age(now)
	return known && age > r.OlderThan
}

// CleanupPlan is what a cleanup deletes and keeps: the preview that the user confirms. Nothing
// beyond its items may be deleted.
type CleanupPlan struct {
	Rule         CleanupRule
	At           time.Time    // on the API's clock; ages are measured at this time
	Items        []Point      // what is deleted, by server, oldest first
	Kept         []KeptPoints // what remains on each server that loses points, in the order of the items
	FreedMB      int64        // MB, of the items of known size
	UnknownSizes int          // items of unknown size, not included in FreedMB
}

// KeptPoints is what certainly remains on a server after a cleanup.
type KeptPoints struct {
	Server      ServerRef
	DeleteCount int
	Points      int   // of any kind and status
	Usable      int   // at least 1 if a usable one is deleted
	Newest      Point // the newest usable one, if any
}

// Plan returns what the rule deletes, at a time on the API's clock. points is all points of the
// account, in any order.
//
// Completed and failed points can be deleted. Running points, points of unknown status and points
// listed twice are kept. Regardless of the rule, a server keeps its newest usable point and its
// newest usable backup. If one of those expires soon, the newest that does not is kept too.
func (r CleanupRule) Plan(points []Point, now time.Time) CleanupPlan {
	c := CleanupPlan{Rule: r, At: now}
	for _, server := range groupByServer(points) {
		c.addServer(server, r.selectPoints(server, now))
	}
	return c
}

// groupByServer groups points by server, newest first. It drops points whose ID is missing or not
// unique.
func groupByServer(points []Point) [][]Point {
	times := map[Key]int{}
	for _, p := range points {
		times[p.Key()]++
	}
	groups := map[ID][]Point{}
	for _, p := range points {
		if p.ID != "" && p.Server.ID != "" && times[p.Key()] == 1 {
			groups[p.Server.ID] = append(groups[p.Server.ID], p)
		}
	}
	var out [][]Point
	for _, group := range groups {
		SortNewestFirst(group)
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b []Point) int { return byNameAndID(a[0].Server, b[0].Server) })
	return out
}

// selectPoints returns the points of a server to delete, oldest first. It keeps the newest usable
// point and the newest usable backup, and of each the newest that does not expire soon.
func (r CleanupRule) selectPoints(server []Point, now time.Time) []Point {
	var out []Point
	var any, backups lastPointGuard
	kept := 0
	for i := range server {
		p := &server[i]
		stays := false
		// a point of unknown age protects no other, and is not deleted
		if _, dated := p.Age(now); dated && p.Usable(now) {
			stays = any.protects(p, now)
			if p.Kind == Backup {
				stays = backups.protects(p, now) || stays
			}
			if r.covers(*p) {
				kept++
				stays = stays || kept <= r.KeepAtLeast
			}
		}
		if !stays && (p.Status == Completed || p.Status.Failed()) && r.covers(*p) && r.isOldEnough(p, now) {
			out = append(out, *p)
		}
	}
	slices.Reverse(out)
	return out
}

// lastPointGuard protects the newest usable point and the newest that does not expire soon. Points
// are passed to it newest first.
type lastPointGuard struct{ usable, durable int }

func (g *lastPointGuard) protects(p *Point, now time.Time) bool {
	g.usable++
	if p.lastsUntil(now.Add(ExpiringWithin)) {
		g.durable++
		return g.usable == 1 || g.durable == 1
	}
	return g.usable == 1
}

// addServer adds what is deleted and kept on a server.
func (c *CleanupPlan) addServer(server, going []Point) {
	if len(going) == 0 {
		return
	}
	k := KeptPoints{Server: server[0].Server, DeleteCount: len(going)}
	var stays []Point
	for _, p := range server {
		if slices.ContainsFunc(going, func(g Point) bool { return g.Key() == p.Key() }) {
			continue
		}
		k.Points++
		if p.Usable(c.At) {
			k.Usable++
		}
		stays = append(stays, p)
	}
	k.Newest, _ = NewestUsable(stays, c.At)
	for _, p := range going {
		c.FreedMB += max(p.SizeMB, 0)
		if _, known := p.Size(); !known {
			c.UnknownSizes++
		}
	}
	c.Items = append(c.Items, going...)
	c.Kept = append(c.Kept, k)
}

// Recheck returns the part of the plan that is still valid for the current points: items that are
// unchanged and still covered by the rule. It is called before each deletion, and never returns
// more than the plan.
func (c CleanupPlan) Recheck(points []Point) CleanupPlan {
	shown := make(map[Key]Point, len(c.Items))
	for _, p := range c.Items {
		shown[p.Key()] = p
	}
	out := CleanupPlan{Rule: c.Rule, At: c.At}
	for _, server := range groupByServer(points) {
		out.addServer(server, slices.DeleteFunc(c.Rule.selectPoints(server, c.At), func(p Point) bool {
			before, ok := shown[p.Key()]
			return !ok || !unchanged(before, p)
		}))
	}
	return out
}

// unchanged reports whether the two points are equal.
func unchanged(a, b Point) bool {
	times := a.CreatedAt.Equal(b.CreatedAt) && a.ExpiresAt.Equal(b.ExpiresAt)
	a.CreatedAt, a.ExpiresAt = b.CreatedAt, b.ExpiresAt
	return times && a == b
}
