package model

import (
	"context"
	"fmt"
	"time"
)

// Action is what can be done with a restore point.
type Action int

// The actions.
const (
	Create Action = iota
	Restore
	Delete
)

// Phase is how far an operation has got.
type Phase int

// The phases of an operation. Running and unknown ones are polled for; all from PhaseDone on are
// final.
const (
	PhaseSending     Phase = iota // the request is on its way
	PhaseRunning                  // accepted by the API
	PhaseUnknown                  // the answer was lost: it may or may not have happened
	PhaseDone                     // the API shows that it succeeded
	PhaseFailed                   // accepted, but failed later
	PhaseRefused                  // the API refused it, or the request was never sent
	PhaseNotSeen                  // the answer was lost, and enough searches found nothing
	PhaseCanceled                 // never sent: what it waited for did not happen
	PhaseUnconfirmed              // accepted by the API, but no list has shown it in a bounded time
)

// Over reports whether the phase is final.
func (p Phase) Over() bool { return p >= PhaseDone }

// Operation is one action from its request to its end. Its times are on the API's clock.
type Operation struct {
	Number       int       // assigned here, counting from 1; the API gives jobs no ID
	ID           string    // in the journal; empty for operations of others
	Action       Action    // what is done
	Point        Point     // what is created, restored or deleted; its ID is empty until the API returns it
	Server       ServerRef // the affected server
	Phase        Phase
	Mine         bool      // sent by this program; else found in the lists
	By           Actor     // who sent it, if several people share the program
	Started      time.Time // when it was sent (before that: confirmed) or first seen
	StartUnknown bool      // Started is only when it was first seen
	Ended        time.Time // zero until it is over
	Reason       string    // why it ended like this, to display
	Message      string    // the API's message when it accepted it
	ThenRestore  *Point    // for a snapshot or backup taken first: the point to restore after it
	FollowsID    string    // for a restore after a snapshot: the ID of that operation
	Resumed      bool      // started by an earlier run of the program: the restore after it needs a new confirmation

	// ConfirmedRole is the role of a point to delete when its deletion was confirmed; see
	// [ActionRequest].
	ConfirmedRole Role

	evidence evidence
	lostAt   time.Time // when its answer was lost; zero: it was not
	// stoppedBefore means that the server of a restore was not active when the restore was
	// confirmed.
	stoppedBefore bool

	measured bool         // it is over, and took the time from Started to Ended
	knownIDs map[ID]bool  // the IDs of its kind on its server before it was sent
	deleting map[Key]bool // the points of its server that other actions of this program delete
}

// Title describes the operation: "snapshot before-update of web-server-01".
func (o Operation) Title() string { return o.ActionText() + " " + o.TargetText() }

// ActionText is the action and its object: "snapshot before-update", "restore 801", "delete backup
// #501".
func (o Operation) ActionText() string {
	switch o.Action {
	case Create:
		if o.Point.Kind == Snapshot {
			return "snapshot " + o.Point.Name
		}
		if o.Point.Description == "" {
			return "backup"
		}
		return "backup “" + o.Point.Description + "”"
	case Delete:
		return fmt.Sprintf("delete %s %s", o.Point.Kind, o.pointName())
	}
	if o.Point.ID == "" {
		return "restore"
	}
	return fmt.Sprintf("restore %s %s", o.Point.Kind, o.pointName())
}

// TargetText is the server with its preposition: "of web-server-01", "onto web-server-03".
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

// AnswerLost reports whether the answer to its request was lost.
func (o Operation) AnswerLost() bool { return !o.lostAt.IsZero() }

// Elapsed returns how long the operation has been running, or ran.
func (o Operation) Elapsed(now time.Time) time.Duration {
	if !o.Ended.IsZero() {
		now = o.Ended
	}
	return max(now.Sub(o.Started), 0)
}

// Span is how long something usually takes.
type Span struct{ Min, Max time.Duration }

// DocumentedDuration returns how long the operation takes according to the documents: a snapshot 3
// to 10 minutes, a restore from one 5 to 15 [D]. It returns false if they only say that it varies.
func (o Operation) DocumentedDuration() (Span, bool) {
	return DocumentedDuration(o.Action, o.Point.Kind)
}

// DocumentedDuration returns how long an action on a kind of restore point takes according to the
// documents; see [Operation.DocumentedDuration].
func DocumentedDuration(action Action, kind Kind) (Span, bool) {
	switch {
	case kind == Snapshot && action == Create:
		return Span{3 * time.Minute, 10 * time.Minute}, true
	case kind == Snapshot && action == Restore:
		return Span{5 * time.Minute, 15 * time.Minute}, true
	}
	return Span{}, false
}

// clockTolerance is how far a point's creation time may lie before the time its request was sent.
// Both are on the API's clock, but ours is read in whole seconds.
const clockTolerance = 5 * time.Second

// maxLateness is how long after its answer was lost a request may still be executed; timeouts of
// gateways are much shorter [I]. Points created later come from another attempt, perhaps by another
// program that shares the journal.
const maxLateness = 30 * time.Minute

// matches reports whether the point may be the result of a create whose answer was lost.
func (o Operation) matches(p Point) bool {
	lostAt := o.lostAt
	if o.Resumed { // the earlier run lost it soon after it was sent, however long ago that was
		lostAt = o.Started
	}
	return o.Action == Create && p.Kind == o.Point.Kind && p.Server.ID == o.Server.ID && !o.knownIDs[p.ID] &&
		p.Type != Automatic && p.Name == o.Point.Name && p.Description == o.Point.Description &&
		!p.CreatedAt.Before(o.Started.Add(-clockTolerance)) &&
		(lostAt.IsZero() || !p.CreatedAt.After(lostAt.Add(maxLateness)))
}

// LeavesUsablePoint reports whether the server of a delete keeps another usable point. It ignores
// the points that other actions delete.
func (o Operation) LeavesUsablePoint(points []Point, others map[Key]bool, now time.Time) bool {
	for _, p := range points {
		if k := p.Key(); p.Usable(now) && p.Server.ID == o.Server.ID && k != o.Point.Key() && !o.deleting[k] &&
			!others[k] {
			return true
		}
	}
	return false
}

// Outcome is the result of an action's request.
type Outcome struct {
	Err        error     // nil: the API accepted it
	AnswerLost bool      // the answer was lost, so the action may still have happened
	SentAt     time.Time // on the API's clock; zero: it was never sent
	ViewNumber int       // with a shared poller: the number of the first view that includes the action; otherwise 0
}

// actionContext is the key of [ForAction].
type actionContext struct{}

// ForAction marks the context of reads without which an action cannot be sent. They may use the
// requests that are reserved for actions.
func ForAction(ctx context.Context) context.Context {
	return context.WithValue(ctx, actionContext{}, true)
}

// IsForAction reports whether the context was marked by [ForAction].
func IsForAction(ctx context.Context) bool { return ctx.Value(actionContext{}) != nil }
