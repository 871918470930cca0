package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vpsdeck/model"
)

// What the servers after the demo's twelve are made of.
var (
	roles = []string{"api", "shop", "worker", "queue", "search", "proxy", "metrics", "auth", "wiki", "git",
		"stream", "maps"}
	systems       = []system{debian12, ubuntu24, ubuntu22, rocky9, debian11}
	locationCodes = map[string]string{"us-west": "usw", "us-east": "use", "eu-central": "euc"}

	samplePoints = []demoPoint{
		manualSnapshot(0, "before-update-DATE", "Monthly updates"),
		manualSnapshot(0, "pre-upgrade", "Distribution upgrade, keep until it has settled"),
		manualSnapshot(0, "known-good", "Runs fine like this"),
		manualSnapshot(0, "before-deploy-DATE", ""),
		manualSnapshot(0, "before-migration", "Moving to the new storage layout"),
		manualSnapshot(0, "weekly-DATE", "Weekly snapshot"),
		manualSnapshot(0, "debugging", "Caught the memory leak in the act"),
		manualBackup(0, "Before the data centre maintenance"),
		manualBackup(0, "End of quarter"),
		manualBackup(0, "Audit copy, keep"),
		manualBackup(0, "Pre-deployment backup"),
		manualBackup(0, ""),
	}
)

// generateServer makes the i-th server of a large fleet. It depends on the seed and i alone, so
// that a larger fleet begins with the smaller one.
func (a *Account) generateServer(i int) *server {
	id := firstServerID + int64(i)
	r := rand.New(a.randomSource(drawForFleet, id, 0))
	s := &server{
		id: id, status: model.ServerActive, ip: serverIP(i), location: locations[r.IntN(len(locations))],
		plan: randomPlan(r), os: systems[r.IntN(len(systems))], autoBackups: r.IntN(100) < 92, failureRate: 0.01,
		created:      a.openedAt.Add(-randomDuration(r, 6*day, 900*day)),
		backupOffset: backupWindowStart + time.Duration(r.IntN(60))*time.Minute,
	}
	s.updated = a.openedAt.Add(-randomDuration(r, time.Hour, 5*day))
	s.name = fmt.Sprintf("%s-%s-%03d", roles[i%len(roles)], locationCodes[s.location], i/len(roles))
	s.hostname = s.name + ".example.com"
	s.usedMB = int64(float64(s.plan.Storage*1024) * (0.05 + 0.6*r.Float64()))
	alive := a.openedAt
	switch n := r.IntN(100); {
	case n < 2:
		s.status = model.ServerSuspended
		s.updated = a.openedAt.Add(-randomDuration(r, 2*day, 5*day))
		alive = s.updated
	case n < 8:
		s.status = model.ServerStopped
	}
	if s.autoBackups {
		a.addPastBackups(s, alive)
	}
	s.autoBackups = s.autoBackups && s.status != model.ServerSuspended
	for range r.IntN(5) {
		a.addSamplePoint(r, s, alive)
	}
	return s
}

// randomPlan draws a plan: most servers are small.
func randomPlan(r *rand.Rand) plan {
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

// addSamplePoint adds a point that somebody created between the server's creation and an hour
// before a time. A server gets at most four, so that no limit is exceeded.
func (a *Account) addSamplePoint(r *rand.Rand, s *server, until time.Time) {
	m := samplePoints[r.IntN(len(samplePoints))]
	m.ago = randomDuration(r, a.openedAt.Sub(until)+time.Hour, min(a.openedAt.Sub(s.created), 150*day))
	if m.name != "" && !strings.Contains(m.name, "DATE") {
		m.name = fmt.Sprintf("%s-%d", m.name, r.IntN(90)+10)
	}
	a.addDemoPoint(s, m)
}

// randomDuration draws a duration of whole seconds between two limits.
func randomDuration(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64((most-least)/time.Second)))*time.Second
}
