package report

import (
	"cmp"
	"slices"
	"time"

	"vpsdeck/model"
)

// since is since when a server has been below its policy, as far as its listed restore points show.
// Those that were deleted are not known.
type since struct {
	At     time.Time // zero: not known
	AtMost bool      // no listed point covers it at any time, so At is when the server was created
	For    time.Duration
}

// String describes the duration.
func (s since) String() string {
	switch {
	case s.At.IsZero():
		return "not known"
	case s.AtMost:
		return "at most " + model.FormatDuration(s.For)
	}
	return model.FormatDuration(s.For)
}

// belowSince finds the last time at which the policy was still met. It assesses the server as it was
// at each earlier time at which that can have changed.
func belowSince(server model.Server, points []model.Point, policy model.Policy, now time.Time) since {
	start := now
	for _, at := range turningPoints(points, policy, now) {
		if model.Assess(server, listedAt(points, at), policy, at).Health.Met() {
			return since{At: start, For: now.Sub(start)}
		}
		start = at
	}
	if server.CreatedAt.IsZero() || server.CreatedAt.After(now) {
		return since{}
	}
	return since{At: server.CreatedAt, AtMost: true, For: now.Sub(server.CreatedAt)}
}

// turningPoints returns when the coverage can have changed, latest first: a point was created,
// expired, or became too old.
func turningPoints(points []model.Point, policy model.Policy, now time.Time) []time.Time {
	var out []time.Time
	for i := range points {
		p := &points[i]
		at := []time.Time{p.CreatedAt, p.ExpiresAt}
		for _, limit := range []time.Duration{policy.Backups.MaxAge, policy.Snapshots.MaxAge} {
			if limit > 0 && !p.CreatedAt.IsZero() {
				at = append(at, p.CreatedAt.Add(limit+1)) // the limit itself is allowed
			}
		}
		for _, t := range at {
			if !t.IsZero() && t.Before(now) {
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, func(a, b time.Time) int { return b.Compare(a) })
	return slices.CompactFunc(out, time.Time.Equal)
}

// listedAt returns the points that were there at a time. Those of unknown age count as old.
func listedAt(points []model.Point, at time.Time) []model.Point {
	return slices.DeleteFunc(slices.Clone(points), func(p model.Point) bool { return p.CreatedAt.After(at) })
}

func compareExpiry(a, b expiry) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Server, b.Server), cmp.Compare(a.Kind, b.Kind),
		cmp.Compare(a.ID, b.ID))
}
