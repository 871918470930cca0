package model

import (
	"slices"
	"sync"
	"time"
)

// Judged is a server held against its policy, and what it can go back to. Nobody writes to it.
type Judged struct {
	ServerView
	Cover Coverage
}

// board keeps the latest judgement of a fleet: it is the same for all who hold it against the same policies.
type board struct {
	mu       sync.Mutex
	known    bool
	at       time.Time // zero: there is none yet
	policies Policies
	rows     []*Judged
}

// Judged holds each server against its policy, by name, at a time on the API's clock. known says whether all points are: without them
// nothing is said of a server. Within a minute, and for as long as time alone makes no difference, the answer is the same slice. The first
// one grows with the number of points; then only those servers are judged anew of which something else is to be said by now.
func (f *Fleet) Judged(policies Policies, known bool, now time.Time) []*Judged {
	b := &f.board
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.at.IsZero() || b.known != known || now.Before(b.at) || !slices.Equal(b.policies, policies):
		b.known, b.policies = known, slices.Clone(policies)
		b.rows = f.judgeAll(now)
	case b.at.Unix()/60 == now.Unix()/60:
		return b.rows
	default:
		b.rows = f.judgeDue(now)
	}
	b.at = now
	return b.rows
}

func (f *Fleet) judgeAll(now time.Time) []*Judged {
	rows := make([]*Judged, len(f.Servers))
	each := make([]Judged, len(f.Servers))
	var room []Point
	for i := range each {
		each[i].Server = f.Servers[i]
		room = f.judge(&each[i], room, now)
		rows[i] = &each[i]
	}
	slices.SortFunc(rows, func(a, b *Judged) int { return ByServerName(&a.Server, &b.Server) })
	return rows
}

// judgeDue puts other rows in the place of those of which something else is to be said.
func (f *Fleet) judgeDue(now time.Time) []*Judged {
	rows := f.board.rows
	var room []Point
	for i, row := range rows {
		if holds := row.Assessment.holds; holds.IsZero() || now.Before(holds) {
			continue
		}
		if &rows[0] == &f.board.rows[0] {
			rows = slices.Clone(rows)
		}
		rows[i] = &Judged{ServerView: ServerView{Server: row.Server}}
		room = f.judge(rows[i], room, now)
	}
	return rows
}

// judge fills in the row of a server. room is for its points, and returned for the next one's.
func (f *Fleet) judge(row *Judged, room []Point, now time.Time) []Point {
	row.Known, row.Cover = f.board.known, f.Coverage(row.ID)
	if row.Known {
		room = f.appendOf(room[:0], row.ID)
		row.Assessment = Assess(row.Server, room, f.board.policies.For(row.Server), now)
	}
	return room
}
