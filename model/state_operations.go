package model

import (
	"errors"
	"fmt"
	"slices"
)

// findPoint looks for the point that an operation works on; one whose answer was lost is found by what it asked for.
func (s *State) findPoint(o Operation) (Point, bool) {
	if o.Point.ID != "" {
		return s.Point(o.Point.Key())
	}
	for _, p := range s.PointsOf(o.Server.ID) {
		if o.matches(p) {
			return p, true
		}
	}
	return Point{}, false
}

// mayAppear reports whether an operation that was given up may still show in the lists: an API may be slower than the bounds
// allow for. It may not once the same is under way again.
func (s *State) mayAppear(o Operation) bool {
	if o.Phase != PhaseNotSeen && o.Phase != PhaseUnconfirmed || s.Now.Sub(o.Started) > maxLateness {
		return false
	}
	if o.Phase == PhaseNotSeen && o.Action == Restore { // a restore has no ID: what shows later may be somebody else's
		return false
	}
	return !slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Number > o.Number && p.Action == o.Action && p.Server.ID == o.Server.ID && p.Point.Kind == o.Point.Kind
	})
}

// updateOperations lets every open operation hear the news, then looks for ones that others have begun. It returns those that ended
// by it, those whose lost answer was found, and restores that a list has shown at work for the first time.
func (s *State) updateOperations(tell func(*Operation), findOthers func()) []Operation {
	var changed []Operation
	for i := range s.operations {
		o := &s.operations[i]
		if o.Phase.Over() && !s.mayAppear(*o) {
			continue
		}
		before, shown := o.Phase, o.evidence.wasSeen()
		if tell(o); o.Phase != before || o.Action == Restore && o.Mine && o.evidence.wasSeen() != shown {
			changed = append(changed, *o)
		}
	}
	findOthers()
	s.trimFinished()
	return changed
}

func (s *State) findCreates(kind Kind) {
	fleet := s.Fleet()
	for _, i := range fleet.running[kind] {
		p := fleet.Points(kind)[i]
		if s.isTracked(func(o Operation) bool { return o.makes(p) }) {
			continue
		}
		o := Operation{Action: Create, Point: p, Server: p.Server, Phase: PhaseRunning, Started: p.CreatedAt}
		o.evidence.addHit(s.Now)
		if p.CreatedAt.IsZero() {
			o.Started, o.StartUnknown = s.Now, true
		}
		s.addOperation(o)
	}
}

// makes reports whether the point is the one that a create makes. As long as its ID has not been told, it is known by what was
// asked for: a list may show it before the answer comes.
func (o Operation) makes(p Point) bool {
	if o.Point.ID == "" {
		return o.matches(p)
	}
	return o.Action == Create && o.Point.Key() == p.Key()
}

func (s *State) findRestores() {
	for _, server := range s.Servers.Value {
		if server.Status == ServerRestoring && !s.isTracked(func(o Operation) bool { return o.Action == Restore && o.Server.ID == server.ID }) {
			o := Operation{Action: Restore, Server: server.Ref(), Phase: PhaseRunning, Started: s.Now, StartUnknown: true}
			o.evidence.addHit(s.Now)
			s.addOperation(o)
		}
	}
}

func (s *State) isTracked(is func(Operation) bool) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return !o.Phase.Over() && is(o) }) ||
		slices.ContainsFunc(s.shared.team, is)
}

// ActionRequest is a deed that was confirmed and is about to be sent.
type ActionRequest struct {
	Action      Action
	Point       Point
	ThenRestore *Point // restore this once the snapshot that is made has completed
	FollowsID   string // the operation after which this restore comes

	// Server is the server as it was confirmed: its ID and the name of then. Points may carry an older name. An empty one
	// stands for the server as it is listed now.
	Server ServerRef
	// ConfirmedRole is what a point to be deleted was worth when its deletion was confirmed. It is not deleted if it has become worth
	// more: the last backup, or the last restore point.
	ConfirmedRole Role
}

// Begin notes that a deed's request is about to leave, and returns the operation. run names this run of the program, and
// with the operation's number its place in the journal.
func (s *State) Begin(in ActionRequest, run string) Operation {
	p := in.Point
	o := Operation{
		Action: in.Action, Point: p, Server: in.Server, Mine: true, By: s.Me, Started: s.Now, ThenRestore: in.ThenRestore, FollowsID: in.FollowsID,
		ConfirmedRole: in.ConfirmedRole, knownIDs: map[ID]bool{}, deleting: map[Key]bool{},
	}
	server, listed := s.Server(p.Server.ID)
	switch {
	case o.Server.ID != "":
	case listed:
		o.Server = server.Ref()
	default:
		o.Server = p.Server
	}
	o.stoppedBefore = listed && server.Status != ServerActive
	for _, q := range s.PointsOf(p.Server.ID) {
		if q.Kind == p.Kind {
			o.knownIDs[q.ID] = true
		}
	}
	for _, other := range s.operations {
		if other.Action == Delete && other.Server.ID == o.Server.ID && other.Phase != PhaseRefused {
			o.deleting[other.Point.Key()] = true
		}
	}
	return s.assignID(s.addOperation(o), run)
}

// assignID gives the operation its ID in the journal.
func (s *State) assignID(number int, run string) Operation {
	o := s.operationByNumber(number)
	o.ID = fmt.Sprintf("%s-%d", run, number)
	return *o
}

func (s *State) operationByNumber(number int) *Operation {
	for i := range s.operations {
		if s.operations[i].Number == number {
			return &s.operations[i]
		}
	}
	return nil
}

// Resume takes over what earlier runs of the program left behind, given the last record of each of their operations, and of
// every operation: what is open is looked into as what runs now is. A record of another host, or of a server that this account
// does not have, is left alone. It returns what was taken over.
func (s *State) Resume(left, last []Record, host string) []Operation {
	var resumed []Operation
	for _, r := range left {
		if r.Host != host || !r.Open() && !restorePending(r, last) {
			continue
		}
		o, ok := r.Operation()
		if _, mine := s.Server(o.Server.ID); !ok || !mine || s.hasOperation(o.ID) {
			continue
		}
		if o.ThenRestore != nil && restoreRecorded(r, last) { // and the line that told its own end was lost
			o.ThenRestore = nil
		}
		s.dropDuplicate(o)
		if o.Phase == PhaseSending || o.Phase == PhaseUnknown {
			o.markLost(s.Now, o.Reason) // it may have left before the program ended, and from now on it is looked for
		}
		if !o.Phase.Over() {
			o.Number = s.addOperation(o)
		}
		resumed = append(resumed, o)
	}
	return resumed
}

// hasOperation reports whether an operation of that ID, under way or over, was begun or taken over here already.
func (s *State) hasOperation(id string) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return o.ID == id })
}

// restorePending reports whether a snapshot that was taken first has completed, and nothing is known of the restore that was to
// follow it.
func restorePending(r Record, last []Record) bool {
	return r.ThenRestore != nil && r.Event == EventDone && !restoreRecorded(r, last)
}

// restoreRecorded reports whether a restore came after a snapshot, or was called off.
func restoreRecorded(r Record, last []Record) bool {
	return slices.ContainsFunc(last, func(other Record) bool { return other.FollowsID == r.ID })
}

// dropDuplicate drops the operation that stands for the same thing but was found in the lists: the journal knows more of it.
func (s *State) dropDuplicate(o Operation) {
	s.operations = slices.DeleteFunc(s.operations, func(p Operation) bool {
		same := p.Action == Restore && p.Server.ID == o.Server.ID || p.Action == Create && o.makes(p.Point)
		return !p.Mine && p.Action == o.Action && same
	})
}

// ApplyResult takes the API's answer to a deed. Requests for lists that were sent before it are given up: they show the
// world as it was.
func (s *State) ApplyResult(number int, a ActionResult, err Outcome) Operation {
	o := s.operationByNumber(number)
	if o == nil {
		return Operation{}
	}
	if !err.SentAt.IsZero() { // it was looked up first, which may have taken a while
		o.Started = err.SentAt
	}
	s.shared.minView = max(s.shared.minView, err.ViewNumber)
	switch {
	case err.Err == nil:
		s.markAccepted(o, a)
	case err.AnswerLost:
		o.markLost(s.Now, ErrorMessage(err.Err))
	case o.Action == Delete && errors.Is(err.Err, ErrNotFound) && s.lostBefore(*o):
		o.finish(PhaseDone, s.Now, "it was gone already: the time before, of which the answer was lost, has deleted it")
		s.ApplyAccepted(Delete, o.Point, ActionResult{})
	default:
		o.finish(PhaseRefused, s.Now, ErrorMessage(err.Err))
	}
	s.InvalidateLists(o.Point.Kind)
	return *o
}

// InvalidateLists gives up the requests for lists that were sent before a deed was answered: they show the world as it was.
func (s *State) InvalidateLists(kind Kind) {
	s.Servers.CancelPending()
	s.Points(kind).CancelPending()
}

// lostBefore reports whether the same was done before and its answer was lost.
func (s *State) lostBefore(o Operation) bool {
	return slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Phase == PhaseNotSeen && p.Action == o.Action && p.Point.Key() == o.Point.Key()
	})
}

// markAccepted takes in that the API has accepted an action. Its end is read off the lists alone, never off the answer.
func (s *State) markAccepted(o *Operation, a ActionResult) {
	if o.Action == Create {
		if why := o.resultMismatch(a.Point); why != "" {
			o.markLost(s.Now, why)
			return
		}
		a.Point.Server = o.Server
		o.Point = a.Point
	}
	o.Phase, o.Reason, o.Message, o.evidence = PhaseRunning, "", a.Message, evidence{since: s.Now}
	s.ApplyAccepted(o.Action, o.Point, a)
}

// resultMismatch is why the point in the answer to a create is not the one that was asked for, or "".
func (o Operation) resultMismatch(p Point) string {
	switch {
	case p.ID == "":
		return "the answer does not say what was made"
	case o.knownIDs[p.ID]:
		return fmt.Sprintf("the answer is about %s #%s, which was there before", p.Kind, p.ID)
	case p.Kind != o.Point.Kind || p.Server.ID != "" && p.Server.ID != o.Server.ID || p.Name != o.Point.Name:
		return fmt.Sprintf("the answer is about something else: %s #%s", p.Kind, p.ID)
	}
	return ""
}

// ApplyAccepted shows in the lists what the API has taken on, before it is asked again. Where another poller tells the lists, that one
// does it.
func (s *State) ApplyAccepted(deed Action, p Point, a ActionResult) {
	switch {
	case s.shared.enabled:
	case deed == Create:
		s.upsertPoint(a.Point)
	case deed == Delete:
		s.removePoint(p.Key())
	case a.ServerStatus != "":
		s.setServerStatus(p.Server.ID, a.ServerStatus)
	}
}

func (s *State) setServerStatus(id ID, status ServerStatus) {
	servers := slices.Clone(s.Servers.Value) // others may still read the list that came
	for i := range servers {
		if servers[i].ID == id {
			servers[i].Status = status
		}
	}
	s.Servers.Value = servers
	s.version++
	s.fleet = s.Fleet().withServers(servers)
}

// upsertPoint adds or replaces a point that an answer held.
func (s *State) upsertPoint(p Point) {
	r := s.Points(p.Kind)
	others := slices.DeleteFunc(slices.Clone(r.Value), func(q Point) bool { return q.ID == p.ID })
	r.Value = append(others, p)
	s.rebuildFleet()
}

func (s *State) removePoint(k Key) {
	r := s.Points(k.Kind)
	r.Value = slices.DeleteFunc(slices.Clone(r.Value), func(p Point) bool { return p.ID == k.ID })
	s.rebuildFleet()
}

// CancelRestore notes that the restore which was to follow an operation will not be sent.
func (s *State) CancelRestore(first Operation, why, run string) Operation {
	o := Operation{Action: Restore, Point: *first.ThenRestore, Server: first.Server, Mine: true, By: s.Me, Started: s.Now, FollowsID: first.ID}
	o.finish(PhaseCanceled, s.Now, why)
	return s.assignID(s.addOperation(o), run)
}

// Operations returns those that are under way, in the order in which they began.
func (s *State) Operations() []Operation {
	var open []Operation
	for _, o := range s.operations {
		if !o.Phase.Over() {
			open = append(open, o)
		}
	}
	open = append(open, s.shared.team...)
	slices.SortStableFunc(open, func(a, b Operation) int { return a.Started.Compare(b.Started) })
	return open
}

// FinishedOperations returns the operations that are over, in the order in which they began.
func (s *State) FinishedOperations() []Operation {
	var over []Operation
	for _, o := range s.operations {
		if o.Phase.Over() {
			over = append(over, o)
		}
	}
	return over
}

func (s *State) addOperation(o Operation) int {
	s.lastNumber++
	o.Number = s.lastNumber
	s.operations = append(s.operations, o)
	return o.Number
}

// maxFinished is how many ended operations are remembered.
const maxFinished = 200

func (s *State) trimFinished() {
	if len(s.operations) <= 2*maxFinished {
		return
	}
	over := 0
	s.operations = slices.DeleteFunc(s.operations, func(o Operation) bool {
		if o.Phase.Over() {
			over++
		}
		return o.Phase.Over() && over <= maxFinished
	})
}
