package model

import (
	"slices"
	"sync"
	"time"
)

// AssessedServer is a server held against its policy, and what it can go back to. Nobody writes to it.
type AssessedServer struct {
	ServerView
	Coverage Coverage
}

// assessmentCache keeps the latest judgement of a fleet: it is the same for all who hold it against the same policies.
type assessmentCache struct {
	mu          sync.Mutex
	pointsKnown bool
	at          time.Time // zero: there is none yet
	policies    Policies
	rows        []*AssessedServer
}

// Assess holds each server against its policy, by name, at a time on the API's clock. known says whether all points are: without them
// nothing is said of a server. Within a minute, and for as long as time alone makes no difference, the answer is the same slice. The first
// one grows with the number of points; then only those servers are judged anew of which something else is to be said by now.
func (f *Fleet) Assess(policies Policies, known bool, now time.Time) []*AssessedServer {
	b := &f.assessments
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.at.IsZero() || b.pointsKnown != known || now.Before(b.at) || !slices.Equal(b.policies, policies):
		b.pointsKnown, b.policies = known, slices.Clone(policies)
		b.rows = f.assessAll(now)
	case b.at.Unix()/60 == now.Unix()/60:
		return b.rows
	default:
		b.rows = f.assessDue(now)
	}
	b.at = now
	return b.rows
}

func (f *Fleet) assessAll(now time.Time) []*AssessedServer {
	rows := make([]*AssessedServer, len(f.Servers))
	each := make([]AssessedServer, len(f.Servers))
	var room []Point
	for i := range each {
		each[i].Server = f.Servers[i]
		room = f.assessRow(&each[i], room, now)
		rows[i] = &each[i]
	}
	slices.SortFunc(rows, func(a, b *AssessedServer) int { return ByServerName(&a.Server, &b.Server) })
	return rows
}

// assessDue puts other rows in the place of those of which something else is to be said.
func (f *Fleet) assessDue(now time.Time) []*AssessedServer {
	rows := f.assessments.rows
	var room []Point
	for i, row := range rows {
		if holds := row.Assessment.validUntil; holds.IsZero() || now.Before(holds) {
			continue
		}
		if &rows[0] == &f.assessments.rows[0] {
			rows = slices.Clone(rows)
		}
		rows[i] = &AssessedServer{ServerView: ServerView{Server: row.Server}}
		room = f.assessRow(rows[i], room, now)
	}
	return rows
}

// assessRow fills in the row of a server. room is for its points, and returned for the next one's.
func (f *Fleet) assessRow(row *AssessedServer, room []Point, now time.Time) []Point {
	row.Known, row.Coverage = f.assessments.pointsKnown, f.Coverage(row.ID)
	if row.Known {
		room = f.appendPointsOf(room[:0], row.ID)
		row.Assessment = Assess(row.Server, room, f.assessments.policies.For(row.Server), now)
	}
	return room
}
