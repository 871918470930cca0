package model

import (
	"slices"
	"time"
)

// LossPeriod is how far ahead a [CoverageLoss] looks for expiring points.
const LossPeriod = 7 * 24 * time.Hour

// CoverageLoss is what a server will lack after a deletion, compared with its policy.
type CoverageLoss struct {
	Server ServerRef
	Now    []Reason // right after the deletion, and not before it; worst first
	// Later is what it will also lack once the points that expire within [LossPeriod] are gone, and
	// would not lack without the deletion. It is worse than all of Now.
	Later []Reason
}

// NowText returns the worst of what the server will lack right after the deletion, or "".
func (l CoverageLoss) NowText() (string, Health) {
	if len(l.Now) == 0 {
		return "", Fine
	}
	return l.Now[0].sentence(), l.Now[0].Health
}

// LaterText returns the worst of what the server will lack within [LossPeriod], or "". It gives no
// age, which will be another by then.
func (l CoverageLoss) LaterText() (string, Health) {
	if len(l.Later) == 0 {
		return "", Fine
	}
	text, health := l.Later[0].sentence(), l.Later[0].Health
	if health == Overdue {
		text = health.String()
	}
	return text + " (others expire)", health
}

// sentence returns the message after the state's name, unless the message says it.
func (r Reason) sentence() string {
	if r.Health >= NoBackup {
		return r.Message
	}
	return r.Health.String() + ": " + r.Message
}

// CoverageLosses returns which servers are covered worse after the points are deleted, in the order
// of the points. The time is on the API's clock, and the lists must be complete. Servers that are
// no longer listed have no coverage to lose.
func (f *Fleet) CoverageLosses(policies Policies, deleted []Point, now time.Time) []CoverageLoss {
	gone := make(map[Key]bool, len(deleted))
	for i := range deleted {
		gone[deleted[i].Key()] = true
	}
	var out []CoverageLoss
	seen := map[ID]bool{}
	for i := range deleted {
		server, listed := f.Server(deleted[i].Server.ID)
		if !listed || seen[server.ID] {
			continue
		}
		seen[server.ID] = true
		loss := lossOf(server, f.PointsOf(server.ID), gone, policies.For(server), now)
		if len(loss.Now)+len(loss.Later) > 0 {
			out = append(out, loss)
		}
	}
	return out
}

// lossOf compares a server's coverage with and without the deleted points, now and after the
// expiries. Ages are those of now in both: a week without a new backup is not assumed.
func lossOf(server Server, points []Point, gone map[Key]bool, policy Policy, now time.Time) CoverageLoss {
	assess := func(some []Point) Assessment { return Assess(server, some, policy, now) }
	lasting := func(some []Point) []Point { // an unreadable expiry may come within the period
		return slices.DeleteFunc(slices.Clone(some), func(p Point) bool { return !p.lastsUntil(now.Add(LossPeriod)) })
	}
	left := slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return gone[p.Key()] })
	loss := CoverageLoss{Server: server.Ref(), Now: addedReasons(assess(points), assess(left))}
	loss.Later = slices.DeleteFunc(addedReasons(assess(lasting(points)), assess(lasting(left))), func(r Reason) bool {
		return len(loss.Now) > 0 && r.Health <= loss.Now[0].Health
	})
	return loss
}

// addedReasons returns the reasons after a deletion that were not there before. Being overdue or
// too few is also news if it is by more. Full quotas and odd dates cannot come from a deletion.
func addedReasons(before, after Assessment) []Reason {
	var out []Reason
	for _, r := range after.Reasons {
		byDegree := r.Health == Overdue || r.Health == TooFew
		if r.Health > OddDate && (!before.Has(r.Health) || byDegree && !slices.Contains(before.Reasons, r)) {
			out = append(out, r)
		}
	}
	return out
}
