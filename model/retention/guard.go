package retention

import (
	"time"

	"vpsdeck/model"
)

// guard protects what a server cannot do without, whatever the rules say.
type guard struct {
	now         time.Time
	listed      map[model.Key]int    // how often a point is listed
	needed      map[model.Key]string // points that stay, and why
	newestUsed  [2]time.Time         // creation time of the newest usable point of each kind
	hasUsedKind [2]bool
}

// newGuard makes a guard for any number of servers, one after the other.
func newGuard(now time.Time) *guard {
	return &guard{now: now, listed: map[model.Key]int{}, needed: map[model.Key]string{}}
}

// inspect takes in all points of a server, newest first.
func (g *guard) inspect(in Input, server model.Server, points []*model.Point) {
	clear(g.listed)
	clear(g.needed)
	g.newestUsed, g.hasUsedKind = [2]time.Time{}, [2]bool{}
	for _, p := range points {
		g.listed[p.Key()]++
	}
	policy := in.Coverage.For(server)
	var usable [2]int
	any, automatic, durable := false, false, [3]bool{}
	for _, p := range points {
		if !g.counts(p) {
			continue
		}
		usable[p.Kind]++
		if !g.hasUsedKind[p.Kind] {
			g.hasUsedKind[p.Kind], g.newestUsed[p.Kind] = true, p.CreatedAt
		}
		need := policy.ForKind(p.Kind)
		if n := need.Need(); usable[p.Kind] <= n {
			g.need(p, "needed: the coverage policy requires it")
		}
		// a point that expires soon does not replace one that does not
		lasting := p.ExpiresAt.IsZero() && !p.ExpiresUnreadable || p.ExpiresAt.After(in.Now.Add(model.ExpiringWithin))
		if lasting && need.Need() > 0 && !durable[p.Kind] {
			durable[p.Kind] = true
			g.need(p, "needed: newer ones expire soon")
		}
		if lasting && !durable[2] {
			durable[2] = true
			g.need(p, "needed: newer ones expire soon")
		}
		if !any {
			any = true
			g.needed[p.Key()] = "the newest restore point of the server"
		}
		if policy.Automatic && p.Kind == model.Backup && p.Type == model.Automatic && !automatic {
			automatic = true
			g.need(p, "needed: the coverage policy requires an automatic backup")
		}
		if p.Kind == model.Backup && usable[model.Backup] == 1 {
			g.need(p, "the newest backup of the server")
		}
	}
}

func (g *guard) need(p *model.Point, why string) {
	if g.needed[p.Key()] == "" {
		g.needed[p.Key()] = why
	}
}

// counts reports whether the rules count the point: it is usable, its age is known, and it is
// listed once.
func (g *guard) counts(p *model.Point) bool {
	_, dated := p.Age(g.now)
	return dated && p.Usable(g.now) && g.listed[p.Key()] == 1
}

// protects returns why the point stays whatever the rules say, or "".
func (g *guard) protects(p *model.Point) string {
	if why := g.needed[p.Key()]; why != "" {
		return why
	}
	_, dated := p.Age(g.now)
	switch {
	case g.listed[p.Key()] > 1:
		return "listed twice: it is not certain which one would go"
	case p.Status.Running():
		return "it is being created"
	case !dated:
		return "its age is unknown"
	case p.Expired(g.now):
		return "expired: the provider removes it"
	case p.Status.Failed():
		if !g.hasUsedKind[p.Kind] || !p.CreatedAt.Before(g.newestUsed[p.Kind]) {
			return "it shows that the last attempt failed"
		}
		return ""
	case p.Status != model.Completed:
		return "its status is unknown"
	}
	return ""
}
