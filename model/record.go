package model

import (
	"strings"
	"time"
)

// RecordVersion is the version of the journal's format.
const RecordVersion = 1

// Record is one line of the journal: a step of an operation. It contains everything needed to read
// it on its own. The records of one operation share its ID; the last one is its current state. It
// never contains a token.
type Record struct {
	Version int          `json:"v"`
	Time    time.Time    `json:"time"`              // when the line was written, by this machine's clock, UTC
	ID      string       `json:"id"`                // identifies the operation among all runs of the program
	Event   string       `json:"event"`             // one of the events below
	Host    string       `json:"host"`              // the API's
	Profile string       `json:"profile,omitempty"` // the account's profile; "": the account without a profile
	Action  string       `json:"action,omitempty"`  // create, restore or delete
	Kind    string       `json:"kind,omitempty"`    // backup or snapshot
	Server  RecordServer `json:"server,omitzero"`
	Point   RecordPoint  `json:"point,omitzero"`
	SentAt  time.Time    `json:"sent_at,omitzero"`  // when it was sent, or else confirmed, by the API's clock, UTC
	EndedAt time.Time    `json:"ended_at,omitzero"` // when it ended, by the API's clock, UTC
	// it was observed from start to end, so its duration is EndedAt - SentAt
	Timed bool `json:"timed,omitempty"`
	// when a list first showed a restore running, by the API's clock, UTC
	SeenAt      time.Time    `json:"seen_at,omitzero"`
	ThenRestore *RecordPoint `json:"then,omitempty"`   // for a snapshot taken first: what to restore after it
	FollowsID   string       `json:"after,omitempty"`  // for a restore after a snapshot: that operation's ID
	Reason      string       `json:"reason,omitempty"` // why it ended like this, to display
	By          Actor        `json:"by,omitzero"`      // who did it, if several people share the program
}

// RecordServer names a server in a record.
type RecordServer struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// RecordPoint names a restore point in a record. For a create it has no ID until the answer.
type RecordPoint struct {
	Kind        string    `json:"kind,omitempty"` // if it differs from the record's
	ID          ID        `json:"id,omitempty"`
	Name        string    `json:"name,omitempty"`
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"created_at,omitzero"`
}

// The events of an operation, in order. The first is on disk before the request is sent.
const (
	EventIntent      = "intent"      // it is about to be sent
	EventRunning     = "running"     // accepted by the API
	EventUnknown     = "unknown"     // the answer was lost
	EventDone        = "done"        // it succeeded
	EventFailed      = "failed"      // accepted, but failed
	EventRefused     = "refused"     // the API refused it, or the request was never sent
	EventNotSeen     = "not-found"   // the answer was lost, and nothing of it was found
	EventUnconfirmed = "unconfirmed" // accepted, but no list has shown it
	EventCanceled    = "canceled"    // not sent: what it waited for did not happen, or it was no longer wanted
)

// The events of a session, if several people share the program. They concern no server.
const (
	EventLogin  = "login"
	EventLogout = "logout"
)

// IsSession reports whether the record is of a login or a logout.
func (r Record) IsSession() bool { return r.Event == EventLogin || r.Event == EventLogout }

// NewSessionRecord returns the record of a login or a logout; id is the run that serves the
// session.
func NewSessionRecord(event, id, host string, who Actor, words string, now time.Time) Record {
	return Record{Version: RecordVersion, Time: now.UTC(), ID: id + "-" + event, Event: event, Host: host,
		Reason: words, By: who}
}

// SessionText says who logged in or out, to display.
func (r Record) SessionText() string {
	who := r.By.cleaned()
	words := who.Name + " logged in from " + who.Address + " with " + who.Key
	if r.Event == EventLogout {
		words = who.Name + " logged out"
	}
	if r.Reason != "" {
		words += ": " + Clean(r.Reason)
	}
	return words
}

var phaseEvents = map[Phase]string{
	PhaseSending: EventIntent, PhaseRunning: EventRunning, PhaseUnknown: EventUnknown, PhaseDone: EventDone,
	PhaseFailed:  EventFailed,
	PhaseRefused: EventRefused, PhaseNotSeen: EventNotSeen, PhaseCanceled: EventCanceled,
	PhaseUnconfirmed: EventUnconfirmed,
}

var actionNames = map[Action]string{Create: "create", Restore: "restore", Delete: "delete"}

// Open reports whether the record, as the last of its operation, leaves the outcome open.
func (r Record) Open() bool {
	return r.Event == EventIntent || r.Event == EventRunning || r.Event == EventUnknown
}

// IsFromRun reports whether that run of the program started the operation.
func (r Record) IsFromRun(run string) bool { return run != "" && strings.HasPrefix(r.ID, run+"-") }

// Record returns the operation as a record of the journal.
func (o Operation) Record(host string, now time.Time) Record {
	r := Record{
		Version: RecordVersion, Time: now.UTC(), ID: o.ID, Event: phaseEvents[o.Phase], Host: host,
		Action: actionNames[o.Action], Kind: o.Point.Kind.String(),
		Server: RecordServer(o.Server), Point: newRecordPoint(o.Point), SentAt: o.Started.UTC(), EndedAt: o.Ended.UTC(),
		FollowsID: o.FollowsID, Reason: o.Reason,
		Timed: o.isTimed(), By: o.By,
	}
	if o.Action == Restore {
		r.SeenAt = o.evidence.firstSeen.UTC()
	}
	if o.ThenRestore != nil {
		then := newRecordPoint(*o.ThenRestore)
		then.Kind = o.ThenRestore.Kind.String()
		r.ThenRestore = &then
	}
	return r
}

// WithSentAt sets the send time of an intent that was made when the action was confirmed, by the
// API's clock.
func (r Record) WithSentAt(sent time.Time) Record {
	r.Time = r.Time.Add(sent.Sub(r.SentAt)).UTC()
	r.SentAt = sent.UTC()
	return r
}

func newRecordPoint(p Point) RecordPoint {
	return RecordPoint{ID: p.ID, Name: p.Name, Description: p.Description, CreatedAt: p.CreatedAt.UTC()}
}

// Operation returns the operation as it was when the record was written. It is marked as resumed,
// so the restore after it needs a new confirmation. Texts are cleaned, because anybody may have
// edited the journal.
func (r Record) Operation() (Operation, bool) {
	o := Operation{
		ID: r.ID, Server: ServerRef{r.Server.ID, Clean(r.Server.Name)}, Mine: true, Started: r.SentAt,
		FollowsID: r.FollowsID,
		Reason:    Clean(r.Reason), Resumed: true, By: r.By.cleaned(), measured: r.Timed,
		evidence: evidence{since: r.SentAt, firstSeen: r.SeenAt, lastSeen: r.SeenAt},
	}
	phase, okPhase := keyByName(phaseEvents, r.Event)
	action, okAction := keyByName(actionNames, r.Action)
	kind, okKind := parseKind(r.Kind)
	if !okPhase || !okAction || !okKind || r.Server.ID == "" || r.ID == "" {
		return o, false
	}
	o.Phase, o.Action = phase, action
	if phase.Over() {
		if o.Ended = r.EndedAt; o.Ended.IsZero() {
			o.Ended = r.Time
		}
	}
	o.Point = r.Point.asPoint(kind, o.Server)
	if r.ThenRestore != nil {
		if kind, ok := parseKind(r.ThenRestore.Kind); ok {
			then := r.ThenRestore.asPoint(kind, o.Server)
			o.ThenRestore = &then
		}
	}
	return o, true
}

func (p RecordPoint) asPoint(kind Kind, server ServerRef) Point {
	return Point{Kind: kind, ID: p.ID, Server: server, Name: Clean(p.Name), Description: Clean(p.Description),
		CreatedAt: p.CreatedAt}
}

func parseKind(name string) (Kind, bool) {
	for _, k := range []Kind{Backup, Snapshot} {
		if k.String() == name {
			return k, true
		}
	}
	return Backup, false
}

func keyByName[K comparable](names map[K]string, name string) (K, bool) {
	for k, n := range names {
		if n == name {
			return k, true
		}
	}
	var none K
	return none, false
}

// LatestRecords reduces a journal, oldest record first, to the last record of each operation, in
// order of their starts.
func LatestRecords(records []Record) []Record {
	at := map[string]int{}
	var out []Record
	for _, r := range records {
		if i, ok := at[r.ID]; ok {
			out[i] = r
			continue
		}
		at[r.ID] = len(out)
		out = append(out, r)
	}
	return out
}
