package simtest

import (
	"context"
	"slices"
	"sync"

	"vpsdeck/model"
)

// Journal is a journal in memory, which no other program shares. It never fails.
type Journal struct {
	RunsAreAlive bool // what IsAlive answers

	mu      sync.Mutex
	records []model.Record
}

// Append adds a record.
func (j *Journal) Append(r model.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records = append(j.records, r)
	return nil
}

// Read returns all records.
func (j *Journal) Read() (records []model.Record, unreadable int, err error) {
	return j.Records(), 0, nil
}

// IsAlive reports whether the run's program still runs.
func (j *Journal) IsAlive(string) bool { return j.RunsAreAlive }

// LockServer locks nothing.
func (j *Journal) LockServer(context.Context, string, model.ID) (unlock func(), err error) {
	return func() {}, nil
}

// Records returns all records.
func (j *Journal) Records() []model.Record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.records)
}

// Events returns the event of each record.
func (j *Journal) Events() []string {
	var events []string
	for _, r := range j.Records() {
		events = append(events, r.Event)
	}
	return events
}
