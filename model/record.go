package model

import (
	"strings"
	"time"
)

// RecordVersion is the version of the journal's format that Record is.
const RecordVersion = 1

// Record is one line of the journal: a step of one operation, with all that is needed to read it alone. Lines of one
// operation share its ID; the last of them tells how far it came. It never holds a token.
type Record struct {
	Version     int          `json:"v"`
	Time        time.Time    `json:"time"`              // when the line was written, by this machine's clock, UTC
	ID          string       `json:"id"`                // the operation, unique among all runs of the program
	Event       string       `json:"event"`             // one of the events below
	Host        string       `json:"host"`              // the API's
	Profile     string       `json:"profile,omitempty"` // whose account it is; "": the one without a profile
	Action      string       `json:"action,omitempty"`  // create, restore or delete
	Kind        string       `json:"kind,omitempty"`    // backup or snapshot
	Server      RecordServer `json:"server,omitzero"`
	Point       RecordPoint  `json:"point,omitzero"`
	SentAt      time.Time    `json:"sent_at,omitzero"`  // when it was sent, or confirmed if it never was, by the API's clock, UTC
	EndedAt     time.Time    `json:"ended_at,omitzero"` // when it was over, by the API's clock, UTC
	Timed       bool         `json:"timed,omitempty"`   // the time between the two is what it took: it was watched all along
	SeenAt      time.Time    `json:"seen_at,omitzero"`  // when a list first showed a restore at work, by the API's clock, UTC
	ThenRestore *RecordPoint `json:"then,omitempty"`    // for a snapshot taken first: what is to be restored after it
	FollowsID   string       `json:"after,omitempty"`   // for a restore that followed a snapshot: that operation's ID
	Reason      string       `json:"reason,omitempty"`  // why, for a person
	By          Actor        `json:"by,omitzero"`       // who did it, where several share the program
}

// RecordServer names a server in a record.
type RecordServer struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
}

// RecordPoint names a restore point in a record. A create has no ID before its answer.
type RecordPoint struct {
	Kind        string    `json:"kind,omitempty"` // where it is not the record's own
	ID          ID        `json:"id,omitempty"`
	Name        string    `json:"name,omitempty"`
	Description string    `json:"description,omitempty"`
	CreatedAt   time.Time `json:"created_at,omitzero"`
}

// The events of an operation, in the order in which they come. The first is written, and is on the disk, before the
// request leaves.
const (
	EventIntent      = "intent"      // it is about to be sent
	EventRunning     = "running"     // the API took it on
	EventUnknown     = "unknown"     // the answer was lost
	EventDone        = "done"        // it ended well
	EventFailed      = "failed"      // it was taken on, and failed
	EventRefused     = "refused"     // the API said no, or the request never left
	EventNotSeen     = "not-found"   // the answer was lost and nothing of it was found
	EventUnconfirmed = "unconfirmed" // it was taken on, and no list has shown it
	EventCanceled    = "canceled"    // it was not sent: what it waited for did not come about, or nobody wanted it any more
)

// The events of a visit, where several people share the program. They are about no server.
const (
	EventLogin  = "login"
	EventLogout = "logout"
)

// IsSession reports whether the record tells that somebody came or left.
func (r Record) IsSession() bool { return r.Event == EventLogin || r.Event == EventLogout }

// NewSessionRecord is a line of the journal for somebody who comes or leaves; id is the run of the program that they work with.
func NewSessionRecord(event, id, host string, who Actor, words string, now time.Time) Record {
	return Record{Version: RecordVersion, Time: now.UTC(), ID: id + "-" + event, Event: event, Host: host, Reason: words, By: who}
}

// SessionText say who came or left, for a person.
func (r Record) SessionText() string {
	who := r.By.cleaned()
	words := who.Name + " came in from " + who.Address + " with " + who.Key
	if r.Event == EventLogout {
		words = who.Name + " left"
	}
	if r.Reason != "" {
		words += ": " + Clean(r.Reason)
	}
	return words
}

var phaseEvents = map[Phase]string{
	PhaseSending: EventIntent, PhaseRunning: EventRunning, PhaseUnknown: EventUnknown, PhaseDone: EventDone, PhaseFailed: EventFailed,
	PhaseRefused: EventRefused, PhaseNotSeen: EventNotSeen, PhaseCanceled: EventCanceled, PhaseUnconfirmed: EventUnconfirmed,
}

var actionNames = map[Action]string{Create: "create", Restore: "restore", Delete: "delete"}

// Open reports whether the record, as the last of its operation, leaves something to be looked into.
func (r Record) Open() bool {
	return r.Event == EventIntent || r.Event == EventRunning || r.Event == EventUnknown
}

// IsFromRun reports whether the operation was begun by that run of the program.
func (r Record) IsFromRun(run string) bool { return run != "" && strings.HasPrefix(r.ID, run+"-") }

// Record is the operation as a line of the journal.
func (o Operation) Record(host string, now time.Time) Record {
	r := Record{
		Version: RecordVersion, Time: now.UTC(), ID: o.ID, Event: phaseEvents[o.Phase], Host: host,
		Action: actionNames[o.Action], Kind: o.Point.Kind.String(),
		Server: RecordServer(o.Server), Point: newRecordPoint(o.Point), SentAt: o.Started.UTC(), EndedAt: o.Ended.UTC(), FollowsID: o.FollowsID, Reason: o.Reason,
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

// WithSentAt is an intent that was made when the deed was confirmed, as of the moment at which it is sent, by the API's clock.
func (r Record) WithSentAt(sent time.Time) Record {
	r.Time = r.Time.Add(sent.Sub(r.SentAt)).UTC()
	r.SentAt = sent.UTC()
	return r
}

func newRecordPoint(p Point) RecordPoint {
	return RecordPoint{ID: p.ID, Name: p.Name, Description: p.Description, CreatedAt: p.CreatedAt.UTC()}
}

// Operation is the operation that a record tells of, as it was when the line was written. It is marked as resumed: what is
// to follow it is asked for again. Texts are cleaned: a journal is a file that anybody may have edited.
func (r Record) Operation() (Operation, bool) {
	o := Operation{
		ID: r.ID, Server: ServerRef{r.Server.ID, Clean(r.Server.Name)}, Mine: true, Started: r.SentAt, FollowsID: r.FollowsID,
		Reason: Clean(r.Reason), Resumed: true, By: r.By.cleaned(), measured: r.Timed,
		evidence: evidence{since: r.SentAt, firstSeen: r.SeenAt, lastSeen: r.SeenAt},
	}
	phase, okPhase := keyByName(phaseEvents, r.Event)
	deed, okDeed := keyByName(actionNames, r.Action)
	kind, okKind := parseKind(r.Kind)
	if !okPhase || !okDeed || !okKind || r.Server.ID == "" || r.ID == "" {
		return o, false
	}
	o.Phase, o.Action = phase, deed
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
	return Point{Kind: kind, ID: p.ID, Server: server, Name: Clean(p.Name), Description: Clean(p.Description), CreatedAt: p.CreatedAt}
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

// LatestRecords reduces a journal, oldest line first, to the last record of each operation, in the order in which they began.
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
