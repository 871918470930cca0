package model

import (
	"slices"
	"sync"
	"time"
)

// AssessedServer is a server with its assessment against its policy and its coverage. It is never
// written to.
type AssessedServer struct {
	ServerView
	Coverage Coverage
}

// assessmentCache keeps the latest assessments of a fleet, shared by all who use the same policies.
type assessmentCache struct {
	mu          sync.Mutex
	pointsKnown bool
	at          time.Time // zero: nothing is cached
	policies    Policies
	rows        []*AssessedServer
}

// Assess assesses each server against its policy, at a time on the API's clock, and sorts by name.
// known means that all points are loaded; without them nothing is assessed.
//
// Within a minute it returns the same slice, and later too, as long as time alone changes nothing.
// Callers share the cache, and their clocks differ a little: up to a minute back it returns that too.
// The first call takes time in proportion to the number of points. Later calls only reassess the
// servers whose result may have changed.
func (f *Fleet) Assess(policies Policies, known bool, now time.Time) []*AssessedServer {
	c := &f.assessments
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.at.IsZero() || c.pointsKnown != known || now.Before(c.at.Add(-time.Minute)) ||
		!slices.Equal(c.policies, policies):
		c.pointsKnown, c.policies = known, slices.Clone(policies)
		c.rows = f.assessAll(now)
	case now.Unix()/60 <= c.at.Unix()/60:
		return c.rows
	default:
		c.rows = f.assessDue(now)
	}
	c.at = now
	return c.rows
}

func (f *Fleet) assessAll(now time.Time) []*AssessedServer {
	rows := make([]*AssessedServer, len(f.Servers))
	each := make([]AssessedServer, len(f.Servers))
	var buf []Point
	for i := range each {
		each[i].Server = f.Servers[i]
		buf = f.assessRow(&each[i], buf, now)
		rows[i] = &each[i]
	}
	slices.SortFunc(rows, func(a, b *AssessedServer) int { return ByServerName(&a.Server, &b.Server) })
	return rows
}

// assessDue replaces the rows whose assessment is no longer valid.
func (f *Fleet) assessDue(now time.Time) []*AssessedServer {
	rows := f.assessments.rows
	var buf []Point
	for i, row := range rows {
		if validUntil := row.Assessment.validUntil; validUntil.IsZero() || now.Before(validUntil) {
			continue
		}
		if &rows[0] == &f.assessments.rows[0] {
			rows = slices.Clone(rows)
		}
		rows[i] = &AssessedServer{ServerView: ServerView{Server: row.Server}}
		buf = f.assessRow(rows[i], buf, now)
	}
	return rows
}

// assessRow fills in the row of a server. buf is a buffer for its points, returned for the next
// row.
func (f *Fleet) assessRow(row *AssessedServer, buf []Point, now time.Time) []Point {
	row.Known, row.Coverage = f.assessments.pointsKnown, f.Coverage(row.ID)
	if row.Known {
		buf = f.appendPointsOf(buf[:0], row.ID)
		row.Assessment = Assess(row.Server, buf, f.assessments.policies.For(row.Server), now)
	}
	return buf
}
