// Package retention decides which restore points stay and which can go. The words are those of
// restic: keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly, keep_within.
// Its functions are pure; they know no API.
package retention

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
)

// Rules say which restore points of one kind stay on a server. A point stays if at least one rule
// keeps it. The zero Rules keep every point.
type Rules struct {
	Last    int // the newest points
	Hourly  int // the newest point of each of the last hours that have one
	Daily   int // the same by day
	Weekly  int // the same by ISO week
	Monthly int // the same by month
	Yearly  int // the same by year
	// Within keeps every point that is at most so much older than the newest one. Like restic it
	// counts from the newest point and not from now, so nothing goes when backups stop coming.
	Within time.Duration
}

// IsZero reports whether the rules keep every point, because there are none.
func (r Rules) IsZero() bool { return r == Rules{} }

// maxCount is the largest number that a rule may have.
const maxCount = 10000

// Check reports impossible values.
func (r Rules) Check() []model.Problem {
	var problems []model.Problem
	for _, c := range r.counts() {
		if c.n < 0 || c.n > maxCount {
			problems = append(problems, model.Problem{
				Message: fmt.Sprintf("keep_%s cannot be %d: write a number from 0 to %d", c.name, c.n, maxCount)})
		}
	}
	if r.Within < 0 {
		problems = append(problems, model.Problem{Message: "keep_within cannot be negative"})
	}
	return problems
}

// count is one rule that counts.
type count struct {
	name   string
	n      int
	period func(at time.Time, number int) int // equal for points of which one stays
}

func (r Rules) counts() []count {
	return []count{
		{"last", r.Last, func(_ time.Time, number int) int { return number }},
		{"hourly", r.Hourly, func(at time.Time, _ int) int { return hourOf(at) }},
		{"daily", r.Daily, func(at time.Time, _ int) int { return dayOf(at) }},
		{"weekly", r.Weekly, func(at time.Time, _ int) int {
			year, week := at.ISOWeek()
			return year*100 + week
		}},
		{"monthly", r.Monthly, func(at time.Time, _ int) int { return at.Year()*100 + int(at.Month()) }},
		{"yearly", r.Yearly, func(at time.Time, _ int) int { return at.Year() }},
	}
}

// hourOf numbers the hours that passed, so that the hour that a clock shows twice in autumn is two.
func hourOf(at time.Time) int {
	_, offset := at.Zone()
	return int((at.Unix() + int64(offset)%3600) / 3600)
}

func dayOf(at time.Time) int { return (at.Year()*100+int(at.Month()))*100 + at.Day() }

// String returns the rules as they stand in a config.
func (r Rules) String() string {
	var out []string
	for _, c := range r.counts() {
		if c.n > 0 {
			out = append(out, fmt.Sprintf("keep_%s %d", c.name, c.n))
		}
	}
	if r.Within > 0 {
		out = append(out, "keep_within "+model.FormatDuration(r.Within))
	}
	return strings.Join(out, ", ")
}

// Keep returns for each time which rules keep it, by index; an empty list means that it can go.
// Times must be newest first. Days, weeks, months and years are those of the location.
//
// The oldest time also stays for a rule that has not used up its number: so the history reaches as
// far back as the rules allow. restic does the same.
func (r Rules) Keep(times []time.Time, location *time.Location) [][]string {
	kept := make([][]string, len(times))
	for _, c := range r.counts() {
		left, last := c.n, -1
		for i, at := range times {
			if left == 0 {
				break
			}
			period := c.period(at.In(location), i)
			if period == last && i < len(times)-1 {
				continue
			}
			kept[i] = append(kept[i], c.name)
			last = period
			left--
		}
	}
	for i, at := range times {
		if r.Within > 0 && times[0].Sub(at) <= r.Within {
			kept[i] = append(kept[i], "within "+model.FormatDuration(r.Within))
		}
	}
	return kept
}

// Policy is a retention policy: rules for the servers and the kind that it covers.
type Policy struct {
	Servers   []string // IDs, or globs for names; empty: every server
	Kinds     []model.Kind
	Automatic bool     // automatic backups can go too
	Protect   []string // globs for names and descriptions of points that always stay
	Rules     Rules
}

// keepMark in a name or description protects a point, whatever a policy says.
const keepMark = "[keep]"

// Input is what a plan is made from. The lists must be complete: a plan is never made from a part
// of the account.
type Input struct {
	Servers  []model.Server
	Points   []model.Point
	Now      time.Time                  // by the API's clock
	Location *time.Location             // of days, weeks and months; nil: UTC
	Coverage model.Policies             // what each server must have
	Retain   []Policy                   // the first that covers a point applies to it
	Selected func(model.ServerRef) bool // nil: every server
}

// Unmatched reports the names in the policy that match no server.
func (r Policy) Unmatched(servers []model.Server) []model.Problem {
	var problems []model.Problem
	for _, asked := range r.Servers {
		if !slices.ContainsFunc(servers, func(s model.Server) bool { return MatchesServer(asked, s.Ref()) }) {
			problems = append(problems, model.Problem{Message: model.Clean("servers: no server has the name or ID " +
				asked + ": * matches any characters, ? matches one")})
		}
	}
	return problems
}

// MatchesServer reports whether an ID or a glob for names matches the server.
func MatchesServer(asked string, server model.ServerRef) bool {
	return asked == string(server.ID) || pattern.MatchGlob(asked, server.Name)
}

// Decision is what a plan says about one restore point, and why.
type Decision struct {
	Point  model.Point
	Remove bool
	Why    string
}

// Plan is what stays and what goes: the preview that is confirmed. Nothing beyond it is deleted.
type Plan struct {
	At           time.Time
	Decisions    []Decision // by server and kind, newest first; only points that a policy covers
	Removed      int
	FreedMB      int64 // MB, of the removed points of known size
	UnknownSizes int   // removed points of unknown size, not in FreedMB
}

// Losing returns the part of the plan about the servers that lose restore points.
func (p Plan) Losing() Plan {
	losing := map[model.ID]bool{}
	for i := range p.Decisions {
		if p.Decisions[i].Remove {
			losing[p.Decisions[i].Point.Server.ID] = true
		}
	}
	all := p.Decisions
	p.Decisions = nil
	for i := range all {
		if losing[all[i].Point.Server.ID] {
			p.Decisions = append(p.Decisions, all[i])
		}
	}
	return p
}

// Removals returns the points to delete, in the plan's order of servers, oldest first.
func (p Plan) Removals() []model.Point {
	var out []model.Point
	start := 0
	for i, d := range p.Decisions {
		if i > 0 && (d.Point.Server.ID != p.Decisions[i-1].Point.Server.ID ||
			d.Point.Kind != p.Decisions[i-1].Point.Kind) {
			slices.Reverse(out[start:])
			start = len(out)
		}
		if d.Remove {
			out = append(out, d.Point)
		}
	}
	slices.Reverse(out[start:])
	return out
}

// New makes the plan. Points are judged by server and kind. These always stay:
//   - what a policy or the mark [keep] protects, and automatic backups unless a policy includes them;
//   - what is being created, has an unknown status or an unknown age, or is listed twice;
//   - a server's newest usable point, its newest usable backup, and the newest that do not expire soon;
//   - as many usable points of a kind as its coverage requires;
//   - a failed point that is newer than every usable one: it shows that the last attempt failed.
func New(in Input) Plan {
	if in.Location == nil {
		in.Location = time.UTC
	}
	servers := map[model.ID]model.Server{}
	for _, s := range in.Servers {
		servers[s.ID] = s
	}
	plan := Plan{At: in.Now, Decisions: make([]Decision, 0, len(in.Points))}
	work := &scratch{guard: newGuard(in.Now), position: map[model.Key]int{}}
	for _, group := range groups(in.Points) {
		server, known := servers[group[0].Server.ID]
		if !known || in.Selected != nil && !in.Selected(server.Ref()) {
			continue
		}
		work.guard.inspect(in, server, group)
		plan.addServer(in, work, server.Ref(), group)
	}
	return plan
}

// Recheck returns the removals that the current lists still call for: points that have not changed
// since the plan was shown. It never returns more than the plan. The time of in is the plan's.
func (p Plan) Recheck(in Input) []model.Point {
	shown := make(map[model.Key]model.Point, p.Removed)
	for _, d := range p.Decisions {
		if d.Remove {
			shown[d.Point.Key()] = d.Point
		}
	}
	in.Now = p.At
	return slices.DeleteFunc(New(in).Removals(), func(point model.Point) bool {
		before, ok := shown[point.Key()]
		return !ok || !unchanged(before, point)
	})
}

// unchanged reports whether the two points are equal.
func unchanged(a, b model.Point) bool {
	times := a.CreatedAt.Equal(b.CreatedAt) && a.ExpiresAt.Equal(b.ExpiresAt)
	a.CreatedAt, a.ExpiresAt = b.CreatedAt, b.ExpiresAt
	return times && a == b
}

// groups returns the points of each server, by name, newest first.
func groups(points []model.Point) [][]*model.Point {
	byServer := map[model.ID][]*model.Point{}
	for i := range points {
		if p := &points[i]; p.ID != "" && p.Server.ID != "" {
			byServer[p.Server.ID] = append(byServer[p.Server.ID], p)
		}
	}
	out := make([][]*model.Point, 0, len(byServer))
	for _, group := range byServer {
		slices.SortFunc(group, newestFirst)
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b []*model.Point) int {
		if c := strings.Compare(a[0].Server.Name, b[0].Server.Name); c != 0 {
			return c
		}
		return strings.Compare(string(a[0].Server.ID), string(b[0].Server.ID))
	})
	return out
}

// newestFirst orders points of equal time by kind and ID, so that a plan does not depend on the
// order of the lists.
func newestFirst(a, b *model.Point) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
		return c
	}
	if a.Kind != b.Kind {
		return int(a.Kind) - int(b.Kind)
	}
	return strings.Compare(string(b.ID), string(a.ID))
}

// scratch is memory that is used again for each server.
type scratch struct {
	guard    *guard
	covered  []*model.Point
	times    []time.Time
	position map[model.Key]int // in times
}

// addServer decides about the points of one server. The server is as it is listed now: its points
// may carry an older name.
func (p *Plan) addServer(in Input, work *scratch, server model.ServerRef, points []*model.Point) {
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if i := in.firstPolicy(server, kind); i >= 0 {
			p.addKind(in, work, in.Retain[i], server, kind, points)
		}
	}
}

// addKind decides about the points of a kind, which the policy covers.
func (p *Plan) addKind(in Input, work *scratch, r Policy, server model.ServerRef, kind model.Kind,
	points []*model.Point) {
	guard := work.guard
	if r.Rules.IsZero() {
		return
	}
	covered, times, position := work.covered[:0], work.times[:0], work.position
	clear(position)
	for _, point := range points {
		if point.Kind != kind {
			continue
		}
		covered = append(covered, point)
		if guard.counts(point) && r.includes(point) { // what cannot go takes no place from what can
			position[point.Key()] = len(times)
			times = append(times, point.CreatedAt)
		}
	}
	work.covered, work.times = covered, times
	kept := r.Rules.Keep(times, in.Location)
	for _, point := range covered {
		d := Decision{Point: *point}
		d.Point.Server = server
		at, counted := position[point.Key()]
		switch protected := guard.protects(point); {
		case protected != "":
			d.Why = protected
		case r.protects(point):
			d.Why = "protected by " + protectedBy(r, point)
		case !r.includes(point):
			d.Why = "automatic: the provider removes it"
		case !counted:
			d.Remove, d.Why = true, "failed: nothing can be restored from it"
		case len(kept[at]) > 0:
			d.Why = strings.Join(kept[at], ", ")
		default:
			d.Remove, d.Why = true, "kept by no rule"
		}
		p.add(d)
	}
}

func (p *Plan) add(d Decision) {
	p.Decisions = append(p.Decisions, d)
	if !d.Remove {
		return
	}
	p.Removed++
	p.FreedMB += max(d.Point.SizeMB, 0)
	if _, known := d.Point.Size(); !known {
		p.UnknownSizes++
	}
}

// firstPolicy returns the index of the policy that applies to a server's points of a kind, or -1.
func (in Input) firstPolicy(server model.ServerRef, kind model.Kind) int {
	return slices.IndexFunc(in.Retain, func(r Policy) bool {
		return (len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)) &&
			(len(r.Servers) == 0 || slices.ContainsFunc(r.Servers,
				func(asked string) bool { return MatchesServer(asked, server) }))
	})
}

// includes reports whether the policy may remove points of this type.
func (r Policy) includes(p *model.Point) bool {
	return r.Automatic || p.Kind != model.Backup || p.Type != model.Automatic
}

func (r Policy) protects(p *model.Point) bool { return protectedBy(r, p) != "" }

// protectedBy returns the mark or glob that protects the point, or "".
func protectedBy(r Policy, p *model.Point) string {
	if strings.Contains(p.Name, keepMark) || strings.Contains(p.Description, keepMark) {
		return keepMark
	}
	for _, glob := range r.Protect {
		if p.Name != "" && pattern.MatchGlob(glob, p.Name) || p.Description != "" &&
			pattern.MatchGlob(glob, p.Description) {
			return glob
		}
	}
	return ""
}

// OnlyKind returns the policies narrowed to one kind, without those for the other.
func OnlyKind(policies []Policy, kind model.Kind) []Policy {
	var out []Policy
	for _, p := range policies {
		if len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind) {
			p.Kinds = []model.Kind{kind}
			out = append(out, p)
		}
	}
	return out
}
