package model

import (
	"fmt"
	"time"
)

// Action is what can be done with a restore point.
type Action int

// The deeds.
const (
	Create Action = iota
	Restore
	Delete
)

// Phase is how far an operation has come.
type Phase int

// The phases of an operation. Running and Unknown ones are asked after; the others have ended.
const (
	PhaseSending     Phase = iota // the request is on its way
	PhaseRunning                  // the API took it on
	PhaseUnknown                  // the answer was lost: it may or may not have happened
	PhaseDone                     // the API shows that it has ended well
	PhaseFailed                   // taken on, and then it failed
	PhaseRefused                  // the API said no, or the request never left
	PhaseNotSeen                  // the answer was lost, and nothing was found after enough looks
	PhaseCanceled                 // never sent: what it waited for did not come about
	PhaseUnconfirmed              // the API accepted it, and no list has shown it within a bounded time
)

// Over reports whether nothing more is expected of the operation.
func (p Phase) Over() bool { return p >= PhaseDone }

// Operation is one deed from its request to its end. Its times are on the API's clock.
type Operation struct {
	Number       int       // ours, counting from 1; the API gives jobs no ID
	ID           string    // in the journal; empty for what others began
	Action       Action    // what is done
	Point        Point     // what is made, gone back to or deleted; its ID is empty until the API told it
	Server       ServerRef // the server it happens to
	Phase        Phase
	Mine         bool      // sent by this program; else found in the lists
	By           Actor     // who sent it, where several share the program
	Started      time.Time // when it was sent (until then: confirmed), or when it was first seen
	StartUnknown bool      // Started is only when it was first seen
	Ended        time.Time // zero until it is over
	Reason       string    // why it ended as it did, for a person
	Message      string    // what the API said when it accepted it
	ThenRestore  *Point    // for a snapshot or backup taken first: the point to restore once it has completed
	FollowsID    string    // for a restore after a snapshot: the ID of that operation
	Resumed      bool      // begun by an earlier run of the program: what follows it is asked for again

	// ConfirmedRole is what a point to be deleted was worth when its deletion was confirmed; see [Intent].
	ConfirmedRole Role

	evidence evidence
	lostAt   time.Time // when its answer was lost; zero if it was not
	// stoppedBefore says that the server of a restore was not active when the restore was confirmed.
	stoppedBefore bool

	measured bool         // for one that is over: the time between Started and Ended is what it took
	knownIDs map[ID]bool  // the IDs of its kind on its server that were there before it was sent
	deleting map[Key]bool // the points of its server that other actions of this program delete
}

// Title names the operation for a person: "snapshot before-update of web-server-01".
func (o Operation) Title() string { return o.ActionText() + " " + o.TargetText() }

// ActionText is the deed and its object: "snapshot before-update", "restore 801", "delete backup #501".
func (o Operation) ActionText() string {
	switch o.Action {
	case Create:
		if o.Point.Kind == Snapshot {
			return "snapshot " + o.Point.Name
		}
		return "backup " + quoteDescription(o.Point.Description)
	case Delete:
		return fmt.Sprintf("delete %s %s", o.Point.Kind, o.pointName())
	}
	if o.Point.ID == "" {
		return "restore"
	}
	return fmt.Sprintf("restore %s %s", o.Point.Kind, o.pointName())
}

// TargetText is the server with the word that joins it: "of web-server-01", "onto web-server-03".
func (o Operation) TargetText() string {
	if o.Action == Restore {
		return "onto " + o.Server.SentenceName()
	}
	return "of " + o.Server.SentenceName()
}

func (o Operation) pointName() string {
	if o.Point.Name != "" {
		return o.Point.Name
	}
	return "#" + string(o.Point.ID)
}

func quoteDescription(text string) string {
	if text == "" {
		return "without a description"
	}
	return "“" + text + "”"
}

// AnswerLost reports whether the answer to its request was lost.
func (o Operation) AnswerLost() bool { return !o.lostAt.IsZero() }

// Elapsed is how long the operation has been at it, or was.
func (o Operation) Elapsed(now time.Time) time.Duration {
	if !o.Ended.IsZero() {
		now = o.Ended
	}
	return max(now.Sub(o.Started), 0)
}

// Span is how long something usually takes.
type Span struct{ Min, Max time.Duration }

// DocumentedDuration is how long the documents say that the operation takes, and false where they only say that it varies: a snapshot
// 3 to 10 minutes, a restore from one 5 to 15 [D].
func (o Operation) DocumentedDuration() (Span, bool) {
	return DocumentedDuration(o.Action, o.Point.Kind)
}

// DocumentedDuration is how long a deed on a kind of restore point takes by the documents; see [Operation.DocumentedDuration].
func DocumentedDuration(deed Action, kind Kind) (Span, bool) {
	switch {
	case kind == Snapshot && deed == Create:
		return Span{3 * time.Minute, 10 * time.Minute}, true
	case kind == Snapshot && deed == Restore:
		return Span{5 * time.Minute, 15 * time.Minute}, true
	}
	return Span{}, false
}

// clockTolerance is how far the creation time of a point may lie before the time at which we sent the request for it: both
// are on the API's clock, but ours is read off whole seconds.
const clockTolerance = 5 * time.Second

// maxLateness is how long after its answer was lost a request may still be carried out: the time limits of gateways are much shorter
// [I]. What was made later was made by another try, perhaps by another program that shares the journal.
const maxLateness = 30 * time.Minute

// matches reports whether the point may be the one that a create whose answer was lost has made.
func (o Operation) matches(p Point) bool {
	return o.Action == Create && p.Kind == o.Point.Kind && p.Server.ID == o.Server.ID && !o.knownIDs[p.ID] &&
		p.Type != Automatic && p.Name == o.Point.Name && p.Description == o.Point.Description &&
		!p.CreatedAt.Before(o.Started.Add(-clockTolerance)) && (o.lostAt.IsZero() || !p.CreatedAt.After(o.lostAt.Add(maxLateness)))
}

// LeavesUsablePoint reports whether its server keeps a usable point besides the one that it deletes, among these and without those that
// other actions delete.
func (o Operation) LeavesUsablePoint(points []Point, others map[Key]bool, now time.Time) bool {
	for _, p := range points {
		if k := p.Key(); p.Usable(now) && p.Server.ID == o.Server.ID && k != o.Point.Key() && !o.deleting[k] && !others[k] {
			return true
		}
	}
	return false
}

// Outcome is how a deed's request ended.
type Outcome struct {
	Err        error     // nil: the API took it on
	AnswerLost bool      // the answer was lost, so that it may have happened all the same
	SentAt     time.Time // by the API's clock; zero: it never left
	ViewNumber int       // the number of the view that shows what it did, where a poller is shared; 0: none is
}
