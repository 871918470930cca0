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
	made     bool
	known    bool
	minute   int64
	policies Policies
	rows     []*Judged
}

// Judged holds each server against its policy, in the order of the list, at a time on the API's clock. known says whether all
// points are: without them nothing is said of a server. Within a minute the answer is the same slice. It grows with the number of
// points.
func (f *Fleet) Judged(policies Policies, known bool, now time.Time) []*Judged {
	b, minute := &f.board, now.Unix()/60
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.made && b.known == known && b.minute == minute && slices.Equal(b.policies, policies) {
		return b.rows
	}
	b.made, b.known, b.minute, b.policies = true, known, minute, slices.Clone(policies)
	b.rows = make([]*Judged, len(f.Servers))
	each := make([]Judged, len(f.Servers))
	var points []Point
	for i, server := range f.Servers {
		row := &each[i]
		row.Server, row.Known, row.Cover = server, known, f.Coverage(server.ID)
		if known {
			points = f.appendOf(points[:0], server.ID)
			row.Assessment = Assess(server, points, policies.For(server), now)
		}
		b.rows[i] = row
	}
	return b.rows
}
