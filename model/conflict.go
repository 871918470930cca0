package model

import "time"

// Forbids says whether the action may not begin on the point, or make it, while the operation is under way. Nothing
// documented forbids two operations on one server, so only these are forbidden; all else is for the API to decide:
//
//   - anything beside a restore, or beside a snapshot that a restore is to follow;
//   - a second create of the same kind on one server, with which a lost answer could be confused;
//   - deleting or restoring the very point that is being made or deleted.
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

// BlockReason says, for a person, that the operation is under way, where me asks.
func (o Operation) BlockReason(me Actor) string {
	by := ""
	if o.By != me && o.By.Name != "" {
		by = " by " + o.By.Name
	}
	if o.Phase == PhaseUnknown {
		return "it is not yet known what became of “" + o.Title() + "”" + by
	}
	return "“" + o.Title() + "”" + by + " is still running"
}

// Conflict is why the action may not begin now beside what is under way on its server, or "". It knows of this program's
// operations, of those who share it, and of others' as far as the lists have shown them.
func (s *State) Conflict(action Action, p Point) string {
	for _, o := range s.Operations() {
		if o.Forbids(action, p) {
			return o.BlockReason(s.Me)
		}
	}
	return ""
}

// maxJournalAge is how long after it was sent an operation of a program that is gone counts as under way, if nobody has looked
// what became of it. A restore takes up to 15 minutes [D].
const maxJournalAge = 30 * time.Minute

// OtherPrograms is what other programs that share the journal have done on a server.
type OtherPrograms struct {
	Open         []Operation  // may still be under way, those of a program that runs first
	Deleting     map[Key]bool // points that they delete, or have deleted so recently that a list may still show them
	runningCount int          // how many of Open are of a program that runs
}

// ReadOtherPrograms reads off the journal what others have done on a server, given the last line of each operation. alive says whether the
// program that began an operation still runs, run names this program.
func ReadOtherPrograms(last []Record, alive func(operation string) bool, run, host string, server ID, now time.Time) OtherPrograms {
	others := OtherPrograms{Deleting: map[Key]bool{}}
	var gone []Operation
	for _, r := range last {
		o, ok := r.Operation()
		if !ok || r.Host != host || o.Server.ID != server || r.IsFromRun(run) {
			continue
		}
		recent := now.Sub(o.Started) < maxJournalAge
		if o.Action == Delete && recent && (r.Open() || o.Phase == PhaseDone) {
			others.Deleting[o.Point.Key()] = true
		}
		switch {
		case !r.Open():
		case alive(r.ID):
			others.Open = append(others.Open, o)
		case recent:
			gone = append(gone, o)
		}
	}
	others.runningCount = len(others.Open)
	others.Open = append(others.Open, gone...)
	return others
}

// Conflict is the operation of another program that forbids the action, and whether the program still runs and so tells when
// its operation is over.
func (o OtherPrograms) Conflict(action Action, p Point) (other Operation, running, found bool) {
	for i, other := range o.Open {
		if other.Forbids(action, p) {
			return other, i < o.runningCount, true
		}
	}
	return Operation{}, false, false
}

// Without is the same without an operation that is known to be over.
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

// ResolvedBy says whether a list of its server's points of its kind, asked for now, shows that an operation of another program
// is over.
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
