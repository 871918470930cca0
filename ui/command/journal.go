package command

import (
	"context"
	"errors"
	"sync"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Journal is where it is written down what was done.
type Journal interface {
	// Append writes a line and waits until it is on the disk.
	Append(model.Record) error
	// Read returns all lines, oldest first, and how many could not be read.
	Read() (records []model.Record, unreadable int, err error)
	// IsAlive says whether the run of the program that began an operation is still going: then the operation is its business.
	IsAlive(operation string) bool
	// LockServer keeps every other program from acting on a server of that host until unlock. It waits until the context ends;
	// then, while another program holds the lock, the error is a model.ErrConflict.
	LockServer(ctx context.Context, host string, server model.ID) (unlock func(), err error)
}

// RecordedMsg answers Record.
type RecordedMsg struct {
	Session int
	Err     error
}

// Record writes down how an operation goes on. Commands run side by side, so the lines are queued here, where they are
// still in order, and whichever command comes first writes all that wait. Without a journal it does nothing.
func (s *Session) Record(r model.Record) tea.Cmd {
	if s.journal == nil {
		return nil
	}
	s.pending.add(r)
	return func() tea.Msg { return RecordedMsg{Session: s.Number, Err: s.pending.flush(s.journal)} }
}

// recordIntent writes down that a request is about to leave, after all that waits to be written: a restore must never stand before
// the end of the snapshot that it waited for. The error is why one of the lines was not taken.
func (s *Session) recordIntent(r model.Record) error {
	waiting := s.pending.flush(s.journal)
	return errors.Join(waiting, s.journal.Append(r))
}

// recordQueue wait for the journal.
type recordQueue struct {
	records []model.Record
	queueMu sync.Mutex // held for a moment
	writeMu sync.Mutex // held while the disk works
}

func (l *recordQueue) add(r model.Record) {
	l.queueMu.Lock()
	defer l.queueMu.Unlock()
	l.records = append(l.records, r)
}

func (l *recordQueue) takeAll() []model.Record {
	l.queueMu.Lock()
	defer l.queueMu.Unlock()
	taken := l.records
	l.records = nil
	return taken
}

// flush writes what waits. The error is that of the last line that was not taken.
func (l *recordQueue) flush(j Journal) error {
	l.writeMu.Lock()
	defer l.writeMu.Unlock()
	var failed error
	for _, r := range l.takeAll() {
		if err := j.Append(r); err != nil {
			failed = err
		}
	}
	return failed
}

// HistoryLoadedMsg answers LoadHistory.
type HistoryLoadedMsg struct {
	Session     int
	Latest      []model.Record // the last line of each operation, in the order in which they began
	Open        []model.Record // those of them that no run of the program sees to any more
	Connections []model.Record // who came and went, where several share the program
	Unreadable  int            // lines
	Err         error
}

// LoadHistory reads the journal: what was done on this account. What this run of the program itself began and has not
// followed since, because it was on another account meanwhile, is open too. Without a journal there is no history.
func (s *Session) LoadHistory() tea.Cmd {
	if s.journal == nil {
		return nil
	}
	host, profile, run := s.Client.Host(), s.Profile, s.RunID
	return func() tea.Msg {
		records, unreadable, err := s.journal.Read()
		msg := HistoryLoadedMsg{Session: s.Number, Unreadable: unreadable, Err: err}
		for _, r := range model.LatestRecords(records) {
			if r.Host != host || r.Profile != profile {
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
