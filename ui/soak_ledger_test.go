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

// ledger is the truth of a soak: what was written down and what was sent, in the order in which it was, and what the account
// did of it.
type ledger struct {
	mu       sync.Mutex
	records  []model.Record    // all that the journal took
	intents  map[string]int    // by operation: how often it was about to be sent
	open     map[string]string // by operation: the request that is about to be sent
	requests []*request
	flaws    []string
	diary    []entry
	writers  map[string]map[int]bool // by operation: the chairs whose programs wrote of it
	hands    map[string][]hand       // by restore point that was made or deleted, or server that was restored
	began    map[string]time.Time    // by operation: when its first line was written
	ended    map[string]time.Time    // by operation: when its latest line was written
	done     map[string]time.Time    // by operation: when the journal closed it as done, by the account's clock
	now      func() time.Time        // the account's clock
	locks    map[model.ID]*pen       // by server: who holds its lock
}

// entry is something that came to pass, by the account's clock.
type entry struct {
	at   time.Time
	what string
}

// request is a deed as it arrived, and the operation that it belongs to.
type request struct {
	what      string
	operation string
	done      bool      // the account carried it out
	gone      bool      // the account had nothing to delete any more
	thing     string    // what it was done to
	at        time.Time // when the account carried it out
}

func newLedger(now func() time.Time) *ledger {
	return &ledger{now: now, locks: map[model.ID]*pen{}, ended: map[string]time.Time{}, done: map[string]time.Time{}, intents: map[string]int{}, open: map[string]string{}, writers: map[string]map[int]bool{}, hands: map[string][]hand{}, began: map[string]time.Time{}}
}

// wrote takes down a line of the journal. Only between its intent and the next line may an operation be sent.
func (l *ledger) wrote(r model.Record, chair int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writers[r.ID] == nil {
		l.writers[r.ID], l.began[r.ID] = map[int]bool{}, l.now()
	}
	if _, before := l.done[r.ID]; r.Event == model.EventDone && !before {
		l.done[r.ID] = l.now()
	}
	l.ended[r.ID] = l.now()
	l.writers[r.ID][chair] = true
	l.records = append(l.records, r)
	l.diary = append(l.diary, entry{l.now(), fmt.Sprintf("journal: %s %s %s %s %+v", r.ID, r.Event, r.Deed, r.Kind, r.Point)})
	delete(l.open, r.ID)
	if r.Event == model.EventIntent {
		if off := r.SentAt.Sub(l.now()); off.Abs() > mostOff {
			l.flaws = append(l.flaws, fmt.Sprintf("%s was sent at %s by the clock of the program, which is off by %v", r.ID, r.SentAt, off))
		}
		l.intents[r.ID]++
		l.open[r.ID] = announced(r)
	}
}

// note writes into the diary.
func (l *ledger) note(at time.Time, format string, values ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.diary = append(l.diary, entry{at, fmt.Sprintf(format, values...)})
}

// tale is what came to pass while an operation lasted, a line each.
func (l *ledger) tale(operation string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	from, to := l.began[operation], l.ended[operation]
	var out strings.Builder
	for _, e := range l.diary {
		if !e.at.Before(from.Add(-time.Second)) && !e.at.After(to.Add(time.Second)) {
			fmt.Fprintf(&out, "\n    %s  %s", e.at.Format(time.TimeOnly), e.what)
		}
	}
	return out.String()
}

// latest is the end of the diary.
func (l *ledger) latest() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out strings.Builder
	for _, e := range l.diary[max(len(l.diary)-20, 0):] {
		fmt.Fprintf(&out, "\n    %s  %s", e.at.Format(time.TimeOnly), e.what)
	}
	return out.String()
}

// arrived takes down a deed's request of a run of the program. It uses up an intent that was on the disk before it; without
// one, it should not have been sent.
func (l *ledger) arrived(run, what, body string) *request {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := &request{what: what + " " + plain(body)}
	l.requests = append(l.requests, sent)
	for id, about := range l.open {
		if about == sent.what && strings.HasPrefix(id, run+"-") {
			sent.operation = id
			delete(l.open, id)
			return sent
		}
	}
	l.flaws = append(l.flaws, "a request without an intent of its own: "+sent.what)
	return sent
}

func (l *ledger) answered(at time.Time, sent *request, status int, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent.gone = status == http.StatusNotFound && strings.HasPrefix(sent.what, "DELETE ")
	if sent.done = status >= 200 && status <= 299; sent.done {
		sent.thing, sent.at = made(sent.what, body), at
		l.touch(at, runOf(sent.operation), sent.thing)
	}
}

// deeds is how many deeds have been confirmed and were about to be sent.
func (l *ledger) deeds() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.intents)
}

// plain writes a body with its fields in order.
func plain(body string) string {
	var fields map[string]any
	if json.Unmarshal([]byte(body), &fields) != nil {
		return body
	}
	out, _ := json.Marshal(fields)
	return string(out)
}

// announced is the request that an intent is about, as arrived knows it.
func announced(r model.Record) string {
	collection := "/" + r.Kind + "s/"
	fields := map[string]any{}
	switch {
	case r.Deed == "delete":
		return fmt.Sprintf("DELETE %s%s/ ", collection, r.Point.ID)
	case r.Deed == "restore" && r.Kind == "snapshot":
		return fmt.Sprintf("POST %s%s/restore/ ", collection, r.Point.ID)
	case r.Deed == "restore":
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
	return "POST " + collection + " " + plain(string(out))
}

// bury forgets what a program that has ended was about to send.
func (l *ledger) bury(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.open, func(id, _ string) bool { return strings.HasPrefix(id, run+"-") })
}

// pen is the journal as one run of the program writes it: what it gets onto the disk is in the ledger too. A program that
// has ended writes no more.
type pen struct {
	*journal.Journal
	ledger *ledger
	chair  int
	clock  *terminal.Clock
	mu     sync.Mutex
	dead   bool
}

func (p *pen) Append(r model.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return nil
	}
	if err := p.Journal.Append(r); err != nil {
		return err
	}
	p.ledger.wrote(r, p.chair)
	return nil
}

func (p *pen) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
	p.ledger.release("", p)
}

// LockServer is the journal's, but waits by the program's clock: the other program, which may hold the lock, stands still
// meanwhile. What a program held that has ended is free.
func (p *pen) LockServer(ctx context.Context, _ string, server model.ID) (unlock func(), err error) {
	end := p.clock.Now().Add(lockWait)
	held := false
	p.clock.Until(ctx, func() bool {
		held = p.ledger.hold(server, p)
		return held || p.clock.Now().After(end)
	})
	if !held {
		return nil, fmt.Errorf("the lock of server #%s: %w", server, model.ErrConflict)
	}
	return func() { p.ledger.release(server, p) }, nil
}

// lockWait is how long a program waits for another one that acts on the same server.
const lockWait = 45 * time.Second

// hold gives a program the lock of a server, if nobody has it.
func (l *ledger) hold(server model.ID, by *pen) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks[server] != nil {
		return false
	}
	l.locks[server] = by
	return true
}

// release frees the lock that a program has of a server, or all that it has for "".
func (l *ledger) release(server model.ID, by *pen) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.locks, func(of model.ID, holder *pen) bool { return holder == by && (server == "" || of == server) })
}

var _ command.Journal = (*pen)(nil)

// last is the last line of each operation, and the steps that led there.
func (l *ledger) last() (ends map[string]model.Record, steps map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ends, steps = map[string]model.Record{}, map[string]string{}
	for _, r := range l.records {
		ends[r.ID] = r
		steps[r.ID] = strings.TrimPrefix(steps[r.ID]+", "+r.Event, ", ")
	}
	return ends, steps
}
