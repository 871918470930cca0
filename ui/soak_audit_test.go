package ui_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// auditLog records what really happened in a soak test: the journal's lines and the requests, in order, and what the account did.
type auditLog struct {
	mu           sync.Mutex
	records      []model.Record    // every line of the journal
	intentCounts map[string]int    // by operation: the number of its intents
	pending      map[string]string // by operation: the request that is about to be sent
	requests     []*sentAction
	violations   []string
	timeline     []timelineEntry
	writers      map[string]map[int]bool      // by operation: the programs that wrote about it
	touches      map[string][]touch           // by restore point created or deleted, or server restored
	firstWritten map[string]time.Time         // by operation: when its first line was written
	lastWritten  map[string]time.Time         // by operation: when its latest line was written
	doneAt       map[string]time.Time         // by operation: when the journal closed it as done, by the account's clock
	now          func() time.Time             // the account's clock
	locks        map[model.ID]*auditedJournal // by server: who holds its lock
}

// timelineEntry is an event, by the account's clock.
type timelineEntry struct {
	time time.Time
	what string
}

// sentAction is an action's request as it arrived, and its operation.
type sentAction struct {
	line        string
	operation   string
	executed    bool      // by the account
	alreadyGone bool      // there was nothing left to delete
	target      string    // the point or the server
	executedAt  time.Time // by the account's clock
}

func newAuditLog(now func() time.Time) *auditLog {
	return &auditLog{now: now, locks: map[model.ID]*auditedJournal{}, lastWritten: map[string]time.Time{}, doneAt: map[string]time.Time{}, intentCounts: map[string]int{}, pending: map[string]string{}, writers: map[string]map[int]bool{}, touches: map[string][]touch{}, firstWritten: map[string]time.Time{}}
}

// addRecord records a line of the journal. An operation may be sent only between its intent and its next line.
func (l *auditLog) addRecord(r model.Record, chair int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers[r.ID] == nil {
		l.writers[r.ID], l.firstWritten[r.ID] = map[int]bool{}, l.now()
	}
	if _, before := l.doneAt[r.ID]; r.Event == model.EventDone && !before {
		l.doneAt[r.ID] = l.now()
	}
	l.lastWritten[r.ID] = l.now()
	l.writers[r.ID][chair] = true
	l.records = append(l.records, r)
	l.timeline = append(l.timeline, timelineEntry{l.now(), fmt.Sprintf("journal: %s %s %s %s %+v", r.ID, r.Event, r.Action, r.Kind, r.Point)})
	delete(l.pending, r.ID)
	if r.Event == model.EventIntent {
		if off := r.SentAt.Sub(l.now()); off.Abs() > maxClockError {
			l.violations = append(l.violations, fmt.Sprintf("%s was sent at %s by the clock of the program, which is off by %v", r.ID, r.SentAt, off))
		}
		l.intentCounts[r.ID]++
		l.pending[r.ID] = expectedRequest(r)
	}
}

// note adds an entry to the timeline.
func (l *auditLog) note(at time.Time, format string, values ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timeline = append(l.timeline, timelineEntry{at, fmt.Sprintf(format, values...)})
}

// operationTimeline returns what happened during an operation, one entry a line.
func (l *auditLog) operationTimeline(operation string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, to := l.firstWritten[operation], l.lastWritten[operation]
	var out strings.Builder
	for _, e := range l.timeline {
		if !e.time.Before(from.Add(-time.Second)) && !e.time.After(to.Add(time.Second)) {
			fmt.Fprintf(&out, "\n    %s  %s", e.time.Format(time.TimeOnly), e.what)
		}
	}
	return out.String()
}

// recentTimeline returns the end of the timeline.
func (l *auditLog) recentTimeline() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out strings.Builder
	for _, e := range l.timeline[max(len(l.timeline)-20, 0):] {
		fmt.Fprintf(&out, "\n    %s  %s", e.time.Format(time.TimeOnly), e.what)
	}
	return out.String()
}

// addRequest records an action's request by a run of the program. It uses up an intent that was on disk before it; without one, the request is a violation.
func (l *auditLog) addRequest(run, what, body string) *sentAction {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := &sentAction{line: what + " " + normalizeJSON(body)}
	l.requests = append(l.requests, sent)
	for id, about := range l.pending {
		if about == sent.line && strings.HasPrefix(id, run+"-") {
			sent.operation = id
			delete(l.pending, id)
			return sent
		}
	}
	l.violations = append(l.violations, "a request without its own intent: "+sent.line)
	return sent
}

func (l *auditLog) addResponse(at time.Time, sent *sentAction, status int, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent.alreadyGone = status == http.StatusNotFound && strings.HasPrefix(sent.line, "DELETE ")
	if sent.executed = status >= 200 && status <= 299; sent.executed {
		sent.target, sent.executedAt = targetOf(sent.line, body), at
		l.addTouchLocked(at, runOf(sent.operation), sent.target)
	}
}

// actionCount returns the number of actions that were confirmed and about to be sent.
func (l *auditLog) actionCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.intentCounts)
}

// normalizeJSON sorts the fields of a JSON body.
func normalizeJSON(body string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(body), &fields) != nil {
		return body
	}
	out, _ := json.Marshal(fields)
	return string(out)
}

// expectedRequest returns the request of an intent, as addRequest records it.
func expectedRequest(r model.Record) string {
	collection := "/" + r.Kind + "s/"
	fields := map[string]any{}
	switch {
	case r.Action == "delete":
		return fmt.Sprintf("DELETE %s%s/ ", collection, r.Point.ID)
	case r.Action == "restore" && r.Kind == "snapshot":
		return fmt.Sprintf("POST %s%s/restore/ ", collection, r.Point.ID)
	case r.Action == "restore":
		return fmt.Sprintf(`POST /servers/%s/restore/ {"backup_id":%s}`, r.Server.ID, r.Point.ID)
	}
	fields["server_id"] = r.Server.ID
	if r.Point.Name != "" {
		fields["name"] = r.Point.Name
	}
	if r.Point.Description != "" {
		fields["description"] = r.Point.Description
	}
	out, _ := json.Marshal(fields)
	return "POST " + collection + " " + normalizeJSON(string(out))
}

// dropRun removes what an ended program was about to send.
func (l *auditLog) dropRun(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.pending, func(id, _ string) bool { return strings.HasPrefix(id, run+"-") })
}

// auditedJournal is the journal of one run of the program; what it writes to disk is also recorded by the audit log. An ended program writes no more.
type auditedJournal struct {
	*journal.Journal
	audit   *auditLog
	program int
	clock   *terminal.Clock
	mu      sync.Mutex
	closed  bool
}

func (p *auditedJournal) Append(r model.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	if err := p.Journal.Append(r); err != nil {
		return err
	}
	p.audit.addRecord(r, p.program)
	return nil
}

func (p *auditedJournal) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.audit.unlock("", p)
}

// LockServer waits by the program's clock, unlike the journal's own: the other program, which may hold the lock, is paused meanwhile. The locks of an ended program are free.
func (p *auditedJournal) LockServer(ctx context.Context, _ string, server model.ID) (unlock func(), err error) {
	end := p.clock.Now().Add(lockWait)
	held := false
	p.clock.WaitUntil(ctx, func() bool {
		held = p.audit.tryLock(server, p)
		return held || p.clock.Now().After(end)
	})
	if !held {
		return nil, fmt.Errorf("the lock of server #%s: %w", server, model.ErrConflict)
	}
	return func() { p.audit.unlock(server, p) }, nil
}

// lockWait is how long a program waits for another one that acts on the same server.
const lockWait = 45 * time.Second

// tryLock gives a program the lock of a server if it is free.
func (l *auditLog) tryLock(server model.ID, by *auditedJournal) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks[server] != nil {
		return false
	}
	l.locks[server] = by
	return true
}

// unlock releases a program's lock of a server, or all its locks if server is "".
func (l *auditLog) unlock(server model.ID, by *auditedJournal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.locks, func(of model.ID, holder *auditedJournal) bool { return holder == by && (server == "" || of == server) })
}

var _ command.Journal = (*auditedJournal)(nil)

// lastRecords returns the last line of each operation, and its events in order.
func (l *auditLog) lastRecords() (ends map[string]model.Record, steps map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ends, steps = map[string]model.Record{}, map[string]string{}
	for _, r := range l.records {
		ends[r.ID] = r
		steps[r.ID] = strings.TrimPrefix(steps[r.ID]+", "+r.Event, ", ")
	}
	return ends, steps
}
