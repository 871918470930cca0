package command

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Journal is where actions are recorded.
type Journal interface {
	// Append writes a record and waits until it is on the disk.
	Append(model.Record) error
	// Read returns all records, oldest first, and the number of lines that could not be read.
	Read() (records []model.Record, unreadable int, err error)
	// IsAlive says whether the run of the program that started an operation is still going. If so,
	// that run follows the operation.
	IsAlive(operation string) bool
	// LockServer keeps other programs from acting on a server of that host until unlock is called.
	// It waits until the context ends; if another program still holds the lock then, the error is
	// a model.ErrConflict.
	LockServer(ctx context.Context, host string, server model.ID) (unlock func(), err error)
}

// RecordedMsg answers Record.
type RecordedMsg struct {
	Session int
	Err     error
}

// Record journals the progress of an operation. Commands run concurrently, so records are queued
// here, where they are still in order. The first command to run writes all that are queued.
// Without a journal it does nothing.
func (s *Session) Record(r model.Record) tea.Cmd {
	if s.journal == nil {
		return nil
	}
	s.pending.add(r)
	return func() tea.Msg { return RecordedMsg{Session: s.Number, Err: s.pending.flush(s.journal)} }
}

// recordIntent journals that a request is about to be sent, after all pending records. A restore
// must never come before the end of the snapshot that it waited for. The error is why one of the
// records was not written.
func (s *Session) recordIntent(r model.Record) error {
	waiting := s.pending.flush(s.journal)
	return errors.Join(waiting, s.journal.Append(r))
}

// recordQueue contains the records that are not yet in the journal.
type recordQueue struct {
	records []model.Record
	queueMu sync.Mutex // held briefly
	writeMu sync.Mutex // held during disk writes
}

func (q *recordQueue) add(r model.Record) {
	q.queueMu.Lock()
	defer q.queueMu.Unlock()
	q.records = append(q.records, r)
}

func (q *recordQueue) takeAll() []model.Record {
	q.queueMu.Lock()
	defer q.queueMu.Unlock()
	taken := q.records
	q.records = nil
	return taken
}

// flush writes the queued records. The error is that of the last record that could not be written.
func (q *recordQueue) flush(j Journal) error {
	q.writeMu.Lock()
	defer q.writeMu.Unlock()
	var failed error
	for _, r := range q.takeAll() {
		if err := j.Append(r); err != nil {
			failed = err
		}
	}
	return failed
}

// HistoryLoadedMsg answers LoadHistory.
type HistoryLoadedMsg struct {
	Session     int
	Latest      []model.Record // the last record of each operation, in the order in which they started
	Open        []model.Record // those that no run of the program follows any more
	Connections []model.Record // logins and logouts, if several users share the program
	Others      []model.Record // the last record of each operation of other accounts; none on a shared account
	Unreadable  int            // number of lines
	Err         error
}

// LoadHistory reads the journal of this account. Operations that this run started count as open
// too, if it has not followed them since because it was on another account. Without a journal
// there is no history.
func (s *Session) LoadHistory() tea.Cmd {
	if s.journal == nil {
		return nil
	}
	host, profile, run, shared := s.Client.Host(), s.Profile, s.RunID, s.Feed != nil
	return func() tea.Msg {
		records, unreadable, err := s.journal.Read()
		msg := HistoryLoadedMsg{Session: s.Number, Unreadable: unreadable, Err: err}
		for _, r := range model.LatestRecords(records) {
			if r.Host != host || r.Profile != profile {
				if !shared && !r.IsSession() { // members see their account alone
					msg.Others = append(msg.Others, r)
				}
				continue
			}
			if r.IsSession() {
				msg.Connections = append(msg.Connections, r)
				continue
			}
			msg.Latest = append(msg.Latest, r)
			if (r.Open() || r.ThenRestore != nil) && (r.IsFromRun(run) || !s.journal.IsAlive(r.ID)) {
				msg.Open = append(msg.Open, r)
			}
		}
		return msg
	}
}
