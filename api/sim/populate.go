package sim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
)

const (
	firstServerID     = 12345                        // the id of the documents' first server [E]
	backupWindowStart = 2*time.Hour + 30*time.Minute // after 00:00 UTC; the documents' backups are at 03:00 [E]
)

// latestIDs are the highest ids in the documents' examples [E]: the next backup is number 502 and
// the next snapshot 802.
var latestIDs = [2]int64{model.Backup: 501, model.Snapshot: 801}

// populate adds n servers and their past.
func (a *Account) populate(n int) {
	a.servers = make([]*server, 0, n)
	for i := range n {
		var s *server
		if i < len(demoServers) {
			s = a.newDemoServer(i, demoServers[i])
		} else {
			s = a.generateServer(i)
		}
		a.servers = append(a.servers, s)
	}
	for kind := range a.points {
		a.assignIDs(model.Kind(kind))
	}
	a.schedule.start(a.servers, a.openedAt)
	for _, p := range a.points[model.Backup] {
		a.schedule.noteExpiry(p)
	}
}

// newDemoServer makes a server of the demo.
func (a *Account) newDemoServer(i int, t demoServer) *server {
	s := &server{
		id: firstServerID + int64(i), name: t.name, hostname: t.hostname, status: t.status, ip: serverIP(i),
		location: t.location, plan: t.plan, os: t.os, autoBackups: !t.noAutoBackups, usedMB: t.usedMB,
		created:      a.openedAt.Add(-time.Duration(t.ageDays)*day - time.Duration(i)*47*time.Minute),
		backupOffset: backupWindowStart + time.Duration(t.backupMinute)*time.Minute,
	}
	s.updated = a.openedAt.Add(-time.Duration(3+2*i) * day)
	if t.restoringFor > 0 {
		s.updated = a.openedAt.Add(-t.restoringFor)
		s.restores = []*restore{{accepted: s.updated, ends: s.updated.Add(demoRestoreTime), statusBefore: s.status}}
	}
	if s.autoBackups {
		a.adjustBackups(a.addPastBackups(s, a.openedAt), t.latestBackups)
	}
	for _, m := range t.points {
		a.addDemoPoint(s, m)
	}
	return s
}

// addPastBackups adds the automatic backups of a server that were taken until a time and have not
// expired. It returns them, newest first.
func (a *Account) addPastBackups(s *server, until time.Time) []*point {
	var past []*point
	at := until.Truncate(day).Add(s.backupOffset)
	for ; !at.Before(s.created); at = at.Add(-day) {
		if at.After(until) {
			continue
		}
		p := a.newAutomaticBackup(s, at)
		if p.isExpired(a.openedAt) {
			break
		}
		past = append(past, p)
	}
	a.points[model.Backup] = append(a.points[model.Backup], past...)
	return past
}

// adjustBackups makes the latest backups special. A failed one must have ended.
func (a *Account) adjustBackups(past []*point, special []demoBackup) {
	for i, n := range special {
		p := past[i]
		if n.failed && a.openedAt.Before(p.doneAt) {
			p = past[i+1]
		}
		p.id, p.failed = n.id, n.failed
		p.sizeMB = cmp.Or(n.sizeMB, p.sizeMB)
	}
}

// addDemoPoint adds a point that somebody created.
func (a *Account) addDemoPoint(s *server, m demoPoint) {
	p := &point{
		kind: m.kind, id: m.id, server: s, description: m.description,
		created: a.openedAt.Add(-m.ago),
	}
	p.name = strings.ReplaceAll(m.name, "DATE", p.created.Format(time.DateOnly))
	a.setDurationAndSize(p)
	p.sizeMB = cmp.Or(m.sizeMB, p.sizeMB)
	a.points[m.kind] = append(a.points[m.kind], p)
}

// assignIDs gives ids to the points that have none, in the order of time, and sorts the list by id.
// The ids end at the documents' latest, or as far above it as the number of points needs.
func (a *Account) assignIDs(kind model.Kind) {
	points := a.points[kind]
	given := map[int64]bool{}
	for _, p := range points {
		if p.id != 0 {
			given[p.id] = true
		}
	}
	slices.SortStableFunc(points, func(x, y *point) int { return x.created.Compare(y.created) })
	next := max(1, latestIDs[kind]+1-int64(len(points)))
	for _, p := range points {
		if p.id != 0 {
			continue
		}
		for given[next] {
			next++
		}
		p.id = next
		next++
	}
	slices.SortFunc(points, func(x, y *point) int { return cmp.Compare(x.id, y.id) })
	a.lastID[kind] = max(latestIDs[kind], next-1)
}

// serverIP returns the IP of the i-th server. It comes from the ranges for documentation (RFC 5737)
// while they last, then from the one for benchmarks (RFC 2544). None of them is ever routed.
func serverIP(i int) string {
	for _, block := range []struct {
		prefix string
		first  int
	}{{"203.0.113", 10}, {"198.51.100", 1}, {"192.0.2", 1}} {
		if size := 255 - block.first; i >= size {
			i -= size
			continue
		}
		return fmt.Sprintf("%s.%d", block.prefix, block.first+i)
	}
	return fmt.Sprintf("198.%d.%d.%d", 18+i/(254*256), i/254%256, 1+i%254)
}
