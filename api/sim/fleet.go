package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vpsdeck/model"
)

// What the servers beyond the story are made of.
var (
	roles   = []string{"api", "shop", "worker", "queue", "search", "proxy", "metrics", "auth", "wiki", "git", "stream", "maps"}
	systems = []system{debian12, ubuntu24, ubuntu22, rocky9, debian11}
	short   = map[string]string{"us-west": "usw", "us-east": "use", "eu-central": "euc"}

	occasions = []memory{
		snapshot(0, "before-update-DATE", "Monthly updates"),
		snapshot(0, "pre-upgrade", "Distribution upgrade, keep until it has settled"),
		snapshot(0, "known-good", "Runs fine like this"),
		snapshot(0, "before-deploy-DATE", ""),
		snapshot(0, "before-migration", "Moving to the new storage layout"),
		snapshot(0, "weekly-DATE", "Weekly snapshot"),
		snapshot(0, "debugging", "Caught the memory leak in the act"),
		backup(0, "Before the data centre maintenance"),
		backup(0, "End of quarter"),
		backup(0, "Audit copy, keep"),
		backup(0, "Pre-deployment backup"),
		backup(0, ""),
	}
)

// invent makes the i-th server of a large fleet. What it makes depends on the seed and i alone, so that a larger fleet
// begins with the smaller one.
func (a *Account) invent(i int) *server {
	id := firstServer + int64(i)
	r := rand.New(a.source(fleet, id, 0))
	s := &server{
		id: id, status: model.ServerActive, ip: address(i), location: locations[r.IntN(len(locations))],
		plan: invented(r), os: systems[r.IntN(len(systems))], nightly: r.IntN(100) < 92, fails: 0.01,
		created: a.opened.Add(-between(r, 6*day, 900*day)),
		minute:  nightBegins + time.Duration(r.IntN(60))*time.Minute,
	}
	s.updated = a.opened.Add(-between(r, time.Hour, 5*day))
	s.name = fmt.Sprintf("%s-%s-%03d", roles[i%len(roles)], short[s.location], i/len(roles))
	s.hostname = s.name + ".example.com"
	s.usedMB = int64(float64(s.plan.Storage*1024) * (0.05 + 0.6*r.Float64()))
	alive := a.opened
	switch n := r.IntN(100); {
	case n < 2:
		s.status = model.ServerSuspended
		s.updated = a.opened.Add(-between(r, 2*day, 5*day))
		alive = s.updated
	case n < 8:
		s.status = model.ServerStopped
	}
	if s.nightly {
		a.recall(s, alive)
	}
	s.nightly = s.nightly && s.status != model.ServerSuspended
	for range r.IntN(5) {
		a.occur(r, s, alive)
	}
	return s
}

// invented draws a plan: most servers are small.
func invented(r *rand.Rand) plan {
	switch n := r.IntN(100); {
	case n < 30:
		return basic
	case n < 75:
		return standard
	case n < 96:
		return performance
	}
	return enterprise
}

// occur adds a point that somebody made of the server between its making and an hour before a moment. Nobody makes more
// than four, so that no limit is passed.
func (a *Account) occur(r *rand.Rand, s *server, until time.Time) {
	m := occasions[r.IntN(len(occasions))]
	m.ago = between(r, a.opened.Sub(until)+time.Hour, min(a.opened.Sub(s.created), 150*day))
	if m.name != "" && !strings.Contains(m.name, "DATE") {
		m.name = fmt.Sprintf("%s-%d", m.name, r.IntN(90)+10)
	}
	a.remember(s, m)
}

// between draws a time of whole seconds from the least to the most.
func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64((most-least)/time.Second)))*time.Second
}
