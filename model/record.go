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
	Version int          `json:"v"`
	Time    time.Time    `json:"time"`              // when the line was written, by this machine's clock, UTC
	ID      string       `json:"id"`                // the operation, unique among all runs of the program
	Event   string       `json:"event"`             // one of the events below
	Host    string       `json:"host"`              // the API's
	Profile string       `json:"profile,omitempty"` // whose account it is; "": the one without a profile
	Deed    string       `json:"deed,omitempty"`    // create, restore or delete
	Kind    string       `json:"kind,omitempty"`    // backup or snapshot
	Server  RecordServer `json:"server,omitzero"`
	Point   RecordPoint  `json:"point,omitzero"`
	SentAt  time.Time    `json:"sent_at,omitzero"`  // when it was sent, or confirmed if it never was, by the API's clock, UTC
	EndedAt time.Time    `json:"ended_at,omitzero"` // when it was over, by the API's clock, UTC
	Timed   bool         `json:"timed,omitempty"`   // the time between the two is what it took: it was watched all along
	SeenAt  time.Time    `json:"seen_at,omitzero"`  // when a list first showed a restore at work, by the API's clock, UTC
	Then    *RecordPoint `json:"then,omitempty"`    // for a snapshot taken first: what is to be restored after it
	After   string       `json:"after,omitempty"`   // for a restore that followed a snapshot: that operation's ID
	Words   string       `json:"words,omitempty"`   // why, for a person
	By      Actor        `json:"by,omitzero"`       // who did it, where several share the program
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
	EventNotSeen     = "not-seen"    // the answer was lost and nothing of it was found
	EventUnconfirmed = "unconfirmed" // it was taken on, and no list has shown it
	EventCalledOff   = "called-off"  // it was not sent: what it waited for did not come about, or nobody wanted it any more
)

// The events of a visit, where several people share the program. They are about no server.
const (
	EventCame = "login"
	EventLeft = "logout"
)

// Visit says whether the record tells that somebody came or left.
func (r Record) Visit() bool { return r.Event == EventCame || r.Event == EventLeft }

// VisitRecord is a line of the journal for somebody who comes or leaves; id is the run of the program that they work with.
func VisitRecord(event, id, host string, who Actor, words string, now time.Time) Record {
	return Record{Version: RecordVersion, Time: now.UTC(), ID: id + "-" + event, Event: event, Host: host, Words: words, By: who}
}

// VisitWords say who came or left, for a person.
func (r Record) VisitWords() string {
	who := r.By.clean()
	words := who.Name + " came in from " + who.Address + " with " + who.Key
	if r.Event == EventLeft {
		words = who.Name + " left"
	}
	if r.Words != "" {
		words += ": " + Clean(r.Words)
	}
	return words
}

var events = map[Phase]string{
	Sending: EventIntent, Running: EventRunning, Unknown: EventUnknown, Done: EventDone, Broken: EventFailed,
	Refused: EventRefused, NotSeen: EventNotSeen, CalledOff: EventCalledOff, Unconfirmed: EventUnconfirmed,
}

var deedNames = map[Deed]string{Create: "create", Restore: "restore", Delete: "delete"}

// Open says whether the record, as the last of its operation, leaves something to be looked into.
func (r Record) Open() bool {
	return r.Event == EventIntent || r.Event == EventRunning || r.Event == EventUnknown
}

// BegunBy says whether the operation was begun by that run of the program.
func (r Record) BegunBy(run string) bool { return run != "" && strings.HasPrefix(r.ID, run+"-") }

// Record is the operation as a line of the journal.
func (o Operation) Record(host string, now time.Time) Record {
	r := Record{
		Version: RecordVersion, Time: now.UTC(), ID: o.ID, Event: events[o.Phase], Host: host,
		Deed: deedNames[o.Deed], Kind: o.Point.Kind.String(),
		Server: RecordServer(o.Server), Point: recordPoint(o.Point), SentAt: o.Started.UTC(), EndedAt: o.Ended.UTC(), After: o.Follows, Words: o.Words,
		Timed: o.timed(), By: o.By,
	}
	if o.Deed == Restore {
		r.SeenAt = o.seen.first.UTC()
	}
	if o.After != nil {
		then := recordPoint(*o.After)
		then.Kind = o.After.Kind.String()
		r.Then = &then
	}
	return r
}

// At is an intent that was made when the deed was confirmed, as of the moment at which it is sent, by the API's clock.
func (r Record) At(sent time.Time) Record {
	r.Time = r.Time.Add(sent.Sub(r.SentAt)).UTC()
	r.SentAt = sent.UTC()
	return r
}

func recordPoint(p Point) RecordPoint {
	return RecordPoint{ID: p.ID, Name: p.Name, Description: p.Description, CreatedAt: p.CreatedAt.UTC()}
}

// Operation is the operation that a record tells of, as it was when the line was written. It is marked as resumed: what is
// to follow it is asked for again. Texts are cleaned: a journal is a file that anybody may have edited.
func (r Record) Operation() (Operation, bool) {
	o := Operation{
		ID: r.ID, Server: ServerRef{r.Server.ID, Clean(r.Server.Name)}, Mine: true, Started: r.SentAt, Follows: r.After,
		Words: Clean(r.Words), Resumed: true, By: r.By.clean(), watched: r.Timed,
		seen: sightings{since: r.SentAt, first: r.SeenAt, last: r.SeenAt},
	}
	phase, okPhase := keyOf(events, r.Event)
	deed, okDeed := keyOf(deedNames, r.Deed)
	kind, okKind := kindOf(r.Kind)
	if !okPhase || !okDeed || !okKind || r.Server.ID == "" || r.ID == "" {
		return o, false
	}
	o.Phase, o.Deed = phase, deed
	if phase.Over() {
		if o.Ended = r.EndedAt; o.Ended.IsZero() {
			o.Ended = r.Time
		}
	}
	o.Point = r.Point.point(kind, o.Server)
	if r.Then != nil {
		if kind, ok := kindOf(r.Then.Kind); ok {
			then := r.Then.point(kind, o.Server)
			o.After = &then
		}
	}
	return o, true
}

func (p RecordPoint) point(kind Kind, server ServerRef) Point {
	return Point{Kind: kind, ID: p.ID, Server: server, Name: Clean(p.Name), Description: Clean(p.Description), CreatedAt: p.CreatedAt}
}

func kindOf(name string) (Kind, bool) {
	for _, k := range []Kind{Backup, Snapshot} {
		if k.String() == name {
			return k, true
		}
	}
	return Backup, false
}

func keyOf[K comparable](names map[K]string, name string) (K, bool) {
	for k, n := range names {
		if n == name {
			return k, true
		}
	}
	var none K
	return none, false
}

// Latest reduces a journal, oldest line first, to the last record of each operation, in the order in which they began.
func Latest(records []Record) []Record {
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
