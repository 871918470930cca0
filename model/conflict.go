package model

import "time"

// Forbids reports whether the action must not start on the point while the operation is under way.
// The documents forbid nothing here, so only these are forbidden; the API decides about the rest:
//
//   - anything during a restore, or during a snapshot that a restore will follow;
//   - a second create of the same kind on one server, which could be confused with one whose answer was lost;
//   - deleting or restoring the point that is being created or deleted.
func (o Operation) Forbids(action Action, p Point) bool {
	switch {
	case o.Phase.Over() || o.Server.ID != p.Server.ID:
		return false
	case o.Action == Restore || o.ThenRestore != nil:
		return true
	case o.Action == Create && action == Create:
		return o.Point.Kind == p.Kind
	case action == Create:
		return false
	case o.Action == Create:
		return o.makes(p)
	}
	return o.Point.Key() == p.Key()
}

// BlockReason says that the operation is under way, as text for the user me.
func (o Operation) BlockReason(me Actor) string {
	by := ""
	if o.By != me && o.By.Name != "" {
		by = " by " + o.By.Name
	}
	if o.Phase == PhaseUnknown {
		return "the outcome is not known yet: “" + o.Title() + "”" + by
	}
	return "“" + o.Title() + "”" + by + " is still running"
}

// Conflict returns why the action must not start now, or "". It considers the operations of this
// program, of the members who share it, and of others as far as the lists show them.
func (s *State) Conflict(action Action, p Point) string {
	for _, o := range s.Operations() {
		if o.Forbids(action, p) {
			return o.BlockReason(s.Me)
		}
	}
	return ""
}

// maxJournalAge is how long an operation of another program counts as under way, if that has
// recorded no end. It may have ended, be suspended, or have left the account. A restore takes up to
// 15 minutes [D], and the lists show what takes longer.
const maxJournalAge = 30 * time.Minute

// OtherPrograms is the operations on a server of other programs that share the journal.
type OtherPrograms struct {
	Open         []Operation  // may still be under way; those of running programs first
	Deleting     map[Key]bool // points they delete, or deleted so recently that a list may still show them
	runningCount int          // how many of Open belong to running programs
}

// ReadOtherPrograms reads from the journal what other programs have done on a server. last is the
// last record of each operation. alive reports whether the program that started an operation still
// runs. run names this program.
func ReadOtherPrograms(last []Record, alive func(operation string) bool, run, host string, server ID,
	now time.Time) OtherPrograms {
	others := OtherPrograms{Deleting: map[Key]bool{}}
	var gone []Operation
	for _, r := range last {
		o, ok := r.Operation()
		if !ok || r.Host != host || o.Server.ID != server || r.IsFromRun(run) {
			continue
		}
		recent := now.Sub(o.Started).Abs() < maxJournalAge
		if o.Action == Delete && recent && (r.Open() || o.Phase == PhaseDone) {
			others.Deleting[o.Point.Key()] = true
		}
		switch {
		case !r.Open():
		case (recent || o.ThenRestore != nil) && alive(r.ID): // a restore may follow at any time
			others.Open = append(others.Open, o)
		case recent:
			gone = append(gone, o)
		}
	}
	others.runningCount = len(others.Open)
	others.Open = append(others.Open, gone...)
	return others
}

// Conflict returns another program's operation that forbids the action. running means that this
// program still runs, and so will record when its operation is over.
func (o OtherPrograms) Conflict(action Action, p Point) (other Operation, running, found bool) {
	for i, other := range o.Open {
		if other.Forbids(action, p) {
			return other, i < o.runningCount, true
		}
	}
	return Operation{}, false, false
}

// Without returns a copy without an operation that is known to be over.
func (o OtherPrograms) Without(over Operation) OtherPrograms {
	var open []Operation
	for i, other := range o.Open {
		if other.ID != over.ID {
			open = append(open, other)
		} else if i < o.runningCount {
			o.runningCount--
		}
	}
	o.Open = open
	return o
}

// ResolvedBy reports whether a list shows that an operation of another program is over. points is a
// fresh list of the server's points of that kind.
func (o Operation) ResolvedBy(points []Point) bool {
	switch o.Action {
	case Create:
		for _, p := range points {
			if o.makes(p) {
				return !p.Status.Running()
			}
		}
		return false
	case Delete:
		for _, p := range points {
			if p.Key() == o.Point.Key() {
				return false
			}
		}
		return o.Phase == PhaseRunning
	}
	return false
}
