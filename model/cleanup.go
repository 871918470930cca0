package model

import (
	"fmt"
	"slices"
	"time"
)

// CleanupRule says which old points should go. What is not said does not narrow: empty lists stand for all.
type CleanupRule struct {
	OlderThan   time.Duration // 0: of any age
	KeepAtLeast int           // so many of each server's newest usable points among those that the rule is about
	Kinds       []Kind
	Servers     []string     // IDs, or globs for names; see [MatchGlob]
	Types       []BackupType // of backups; snapshots have none and are not narrowed by it
}

// Check tells what is impossible in the rule.
func (r CleanupRule) Check() []Problem {
	var problems []Problem
	if r.OlderThan < 0 || r.OlderThan > longestAge {
		problems = append(problems, Problem{Message: "older than: " + formatSigned(r.OlderThan) + " is no age: write 30d, 2w or 3mo, at most 100y"})
	}
	if r.KeepAtLeast < 0 || r.KeepAtLeast > maxRulePoints {
		problems = append(problems, Problem{Message: fmt.Sprintf("keep at least: %d is not possible: write a number from 0 to %d", r.KeepAtLeast, maxRulePoints)})
	}
	return problems
}

// Unmatched reports the names that the rule asks for and no server has.
func (r CleanupRule) Unmatched(servers []Server) []Problem {
	var problems []Problem
	for _, asked := range r.Servers {
		if !slices.ContainsFunc(servers, func(s Server) bool { return matchesServer(asked, s.Ref()) }) {
			problems = append(problems, Problem{Message: Clean("servers: " + asked + " is no server's name or ID: * stands for any characters, ? for one")})
		}
	}
	return problems
}

// matchesServer says whether a server is asked for by an ID or a glob.
func matchesServer(asked string, server ServerRef) bool {
	return asked == string(server.ID) || MatchGlob(asked, server.Name)
}

// covers says whether the point is of the sort that the rule is about, whatever its age.
func (r CleanupRule) covers(p Point) bool {
	return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, p.Kind)) &&
		(len(r.Types) == 0 || p.Kind == Snapshot || slices.Contains(r.Types, p.Type)) &&
		(len(r.Servers) == 0 || slices.ContainsFunc(r.Servers, func(asked string) bool { return matchesServer(asked, p.Server) }))
}

// isOldEnough says whether the point is as old as the rule asks. One whose time is not known is not.
func (r CleanupRule) isOldEnough(p *Point, now time.Time) bool {
	age, known := p.Age(now)
	return known && age > r.OlderThan
}

// CleanupPlan is a plan of what goes and what stays: the preview that a person agrees to. Nothing beyond its items may go.
type CleanupPlan struct {
	Rule         CleanupRule
	At           time.Time    // on the API's clock: the ages are judged as of then
	Items        []Point      // what goes, by server, the oldest first
	Kept         []KeptPoints // what stays of each server that loses something, in the order of the items
	FreedMB      int64        // MB, of those items whose size is known
	UnknownSizes int          // items whose size is not known, and comes on top
}

// KeptPoints is what a server still has for certain after a clearing.
type KeptPoints struct {
	Server      ServerRef
	DeleteCount int
	Points      int   // of any kind and status
	Usable      int   // at least 1 where a usable one goes
	Newest      Point // the newest usable one, if there is one
}

// Plan lists what goes by the rule, given every point of the account in any order, at a time on the API's clock. Completed
// and failed points can go. What is running, of a status that the program does not know, or listed twice never does. Nor,
// whatever the rule says, does a server's newest usable point, or its newest usable backup, so that the last one always
// stays; nor, where such a one expires soon, the newest that does not.
func (r CleanupRule) Plan(points []Point, now time.Time) CleanupPlan {
	c := CleanupPlan{Rule: r, At: now}
	for _, server := range groupByServer(points) {
		c.addServer(server, r.selectPoints(server, now))
	}
	return c
}

// groupByServer groups points by their server, newest first, without those that stand for no one point.
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

// selectPoints are a server's points that can go, the oldest first. The newest usable point stays, and the newest usable backup; of
// each also the newest that does not expire soon.
func (r CleanupRule) selectPoints(server []Point, now time.Time) []Point {
	var out []Point
	var any, backups lastPointGuard
	kept := 0
	for i := range server {
		p := &server[i]
		stays := false
		if _, dated := p.Age(now); dated && p.Usable(now) { // what has no known age protects nothing, and does not go
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

// lastPointGuard keeps the newest of the usable points that it is shown, newest first, and the newest that does not expire soon.
type lastPointGuard struct{ usable, durable int }

func (g *lastPointGuard) protects(p *Point, now time.Time) bool {
	g.usable++
	if p.lastsUntil(now.Add(ExpiringWithin)) {
		g.durable++
		return g.usable == 1 || g.durable == 1
	}
	return g.usable == 1
}

// addServer takes up what goes of a server.
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

// Recheck is the part of the plan that holds against what is there now: items that are as they were shown, and that the rule
// would let go of again. It is asked for before each deletion, and never holds more than the plan.
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

// unchanged says whether nothing about the point has changed.
func unchanged(a, b Point) bool {
	times := a.CreatedAt.Equal(b.CreatedAt) && a.ExpiresAt.Equal(b.ExpiresAt)
	a.CreatedAt, a.ExpiresAt = b.CreatedAt, b.ExpiresAt
	return times && a == b
}
