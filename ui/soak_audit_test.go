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

// auditLog records what really happened in a soak test: the journal's lines and the requests, in
// order, and what the account did.
type auditLog struct {
	mu           sync.Mutex
	records      []model.Record    // every line of the journal
	intentCounts map[string]int    // by operation: the number of its intents
	pending      map[string]string // by operation: the request that is about to be sent
	requests     []*sentAction
	violations   []string
	timeline     []timelineEntry
	writers      map[string]map[int]bool // by operation: the programs that wrote about it
	touches      map[string][]touch      // by restore point created or deleted, or server restored
	firstWritten map[string]time.Time    // by operation: when its first line was written
	lastWritten  map[string]time.Time    // by operation: when its latest line was written
	// by operation: when the journal closed it as done, by the account's clock
	doneAt map[string]time.Time
	now    func() time.Time             // the account's clock
	locks  map[model.ID]*auditedJournal // by server: who holds its lock
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
	return &auditLog{now: now, locks: map[model.ID]*auditedJournal{}, lastWritten: map[string]time.Time{},
		doneAt: map[string]time.Time{}, intentCounts: map[string]int{}, pending: map[string]string{},
		writers: map[string]map[int]bool{}, touches: map[string][]touch{}, firstWritten: map[string]time.Time{}}
}

// addRecord records a line of the journal. An operation may be sent only between its intent and its
// next line.
func (a *auditLog) addRecord(r model.Record, program int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.writers[r.ID] == nil {
		a.writers[r.ID], a.firstWritten[r.ID] = map[int]bool{}, a.now()
	}
	if _, before := a.doneAt[r.ID]; r.Event == model.EventDone && !before {
		a.doneAt[r.ID] = a.now()
	}
	a.lastWritten[r.ID] = a.now()
	a.writers[r.ID][program] = true
	a.records = append(a.records, r)
	a.timeline = append(a.timeline,
		timelineEntry{a.now(), fmt.Sprintf("journal: %s %s %s %s %+v", r.ID, r.Event, r.Action, r.Kind, r.Point)})
	delete(a.pending, r.ID)
	if r.Event == model.EventIntent {
		if off := r.SentAt.Sub(a.now()); off.Abs() > maxClockError {
			a.violations = append(a.violations, fmt.Sprintf("%s was sent at %s by the clock of the program, which is "+
				"off by %v", r.ID, r.SentAt, off))
		}
		a.intentCounts[r.ID]++
		a.pending[r.ID] = expectedRequest(r)
	}
}

// note adds an entry to the timeline.
func (a *auditLog) note(at time.Time, format string, values ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timeline = append(a.timeline, timelineEntry{at, fmt.Sprintf(format, values...)})
}

// operationTimeline returns what happened during an operation, one entry a line.
func (a *auditLog) operationTimeline(operation string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	from, to := a.firstWritten[operation], a.lastWritten[operation]
	var out strings.Builder
	for _, e := range a.timeline {
		if !e.time.Before(from.Add(-time.Second)) && !e.time.After(to.Add(time.Second)) {
			fmt.Fprintf(&out, "\n    %s  %s", e.time.Format(time.TimeOnly), e.what)
		}
	}
	return out.String()
}

// recentTimeline returns the end of the timeline.
func (a *auditLog) recentTimeline() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out strings.Builder
	for _, e := range a.timeline[max(len(a.timeline)-20, 0):] {
		fmt.Fprintf(&out, "\n    %s  %s", e.time.Format(time.TimeOnly), e.what)
	}
	return out.String()
}

// addRequest records an action's request by a run of the program. It uses up an intent that was on
// disk before it; without one, the request is a violation.
func (a *auditLog) addRequest(run, what, body string) *sentAction {
	a.mu.Lock()
	defer a.mu.Unlock()
	sent := &sentAction{line: what + " " + normalizeJSON(body)}
	a.requests = append(a.requests, sent)
	for id, about := range a.pending {
		if about == sent.line && strings.HasPrefix(id, run+"-") {
			sent.operation = id
			delete(a.pending, id)
			return sent
		}
	}
	a.violations = append(a.violations, "a request without its own intent: "+sent.line)
	return sent
}

func (a *auditLog) addResponse(at time.Time, sent *sentAction, status int, body []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	sent.alreadyGone = status == http.StatusNotFound && strings.HasPrefix(sent.line, "DELETE ")
	if sent.executed = status >= 200 && status <= 299; sent.executed {
		sent.target, sent.executedAt = targetOf(sent.line, body), at
		a.addTouchLocked(at, runOf(sent.operation), sent.target)
	}
}

// actionCount returns the number of actions that were confirmed and about to be sent.
func (a *auditLog) actionCount() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.intentCounts)
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
func (a *auditLog) dropRun(run string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.pending, func(id, _ string) bool { return strings.HasPrefix(id, run+"-") })
}

// auditedJournal is the journal of one run of the program; what it writes to disk is also recorded
// by the audit log. An ended program writes no more.
type auditedJournal struct {
	*journal.Journal
	audit   *auditLog
	program int
	clock   *terminal.Clock
	mu      sync.Mutex
	closed  bool
}

func (a *auditedJournal) Append(r model.Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	if err := a.Journal.Append(r); err != nil {
		return err
	}
	a.audit.addRecord(r, a.program)
	return nil
}

func (a *auditedJournal) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	a.audit.unlock("", a)
}

// LockServer waits by the program's clock, unlike the journal's own: the other program, which may
// hold the lock, is paused meanwhile. The locks of an ended program are free.
func (a *auditedJournal) LockServer(ctx context.Context, _ string, server model.ID) (unlock func(), err error) {
	end := a.clock.Now().Add(lockWait)
	held := false
	a.clock.WaitUntil(ctx, func() bool {
		held = a.audit.tryLock(server, a)
		return held || a.clock.Now().After(end)
	})
	if !held {
		return nil, fmt.Errorf("the lock of server #%s: %w", server, model.ErrConflict)
	}
	return func() { a.audit.unlock(server, a) }, nil
}

// lockWait is how long a program waits for another one that acts on the same server.
const lockWait = 45 * time.Second

// tryLock gives a program the lock of a server if it is free.
func (a *auditLog) tryLock(server model.ID, by *auditedJournal) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.locks[server] != nil {
		return false
	}
	a.locks[server] = by
	return true
}

// unlock releases a program's lock of a server, or all its locks if server is "".
func (a *auditLog) unlock(server model.ID, by *auditedJournal) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.locks, func(of model.ID, holder *auditedJournal) bool {
		return holder == by &&
			(server == "" || of == server)
	})
}

var _ command.Journal = (*auditedJournal)(nil)

// lastRecords returns the last line of each operation, and its events in order.
func (a *auditLog) lastRecords() (ends map[string]model.Record, steps map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ends, steps = map[string]model.Record{}, map[string]string{}
	for _, r := range a.records {
		ends[r.ID] = r
		steps[r.ID] = strings.TrimPrefix(steps[r.ID]+", "+r.Event, ", ")
	}
	return ends, steps
}
