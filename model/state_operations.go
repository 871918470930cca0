package model

import (
	"errors"
	"fmt"
	"slices"
)

// findPoint finds the point of an operation. If the answer was lost, it is found by what was
// requested.
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

// mayAppear reports whether an operation that was given up may still appear in the lists, because
// an API may be slower than the time limits. It no longer may once the same action was started
// again.
func (s *State) mayAppear(o Operation) bool {
	if o.Phase != PhaseNotSeen && o.Phase != PhaseUnconfirmed || s.Now.Sub(o.Started) > maxLateness {
		return false
	}
	if o.Phase == PhaseNotSeen && o.Action == Restore { // a restore has no ID: a later one may be someone else's
		return false
	}
	return !slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Number > o.Number && p.Action == o.Action && p.Server.ID == o.Server.ID && p.Point.Kind == o.Point.Kind
	})
}

// updateOperations calls update for every open operation, then looks for operations of others. It
// returns those that ended, those whose lost answer was found, and restores that a list shows
// running for the first time.
func (s *State) updateOperations(update func(*Operation), findOthers func()) []Operation {
	var changed []Operation
	for i := range s.operations {
		o := &s.operations[i]
		if o.Phase.Over() && !s.mayAppear(*o) {
			continue
		}
		before, shown := o.Phase, o.evidence.wasSeen()
		if update(o); o.Phase != before || o.Action == Restore && o.Mine && o.evidence.wasSeen() != shown {
			changed = append(changed, *o)
		}
	}
	s.open = nil
	findOthers()
	s.trimFinished()
	return changed
}

func (s *State) findCreates(kind Kind) {
	fleet := s.Fleet()
	if len(fleet.running[kind]) == 0 {
		return
	}
	known := map[Key]bool{}
	var unnamed []Operation
	for _, o := range s.Operations() {
		switch {
		case o.Action != Create:
		case o.Point.ID != "":
			known[o.Point.Key()] = true
		default:
			unnamed = append(unnamed, o)
		}
	}
	for _, i := range fleet.running[kind] {
		p := fleet.Points(kind)[i]
		if known[p.Key()] || slices.ContainsFunc(unnamed, func(o Operation) bool { return o.matches(p) }) {
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

// makes reports whether the point is the result of a create. Before its ID is known, it is
// identified by what was requested, because a list may show it before the answer comes.
func (o Operation) makes(p Point) bool {
	if o.Point.ID == "" {
		return o.matches(p)
	}
	return o.Action == Create && o.Point.Key() == p.Key()
}

func (s *State) findRestores() {
	for _, server := range s.Servers.Value {
		if server.Status == ServerRestoring && !s.isRestoring(server.ID) {
			o := Operation{Action: Restore, Server: server.Ref(), Phase: PhaseRunning, Started: s.Now,
				StartUnknown: true}
			o.evidence.addHit(s.Now)
			s.addOperation(o)
		}
	}
}

// isRestoring reports whether a restore onto the server is known.
func (s *State) isRestoring(server ID) bool {
	return slices.ContainsFunc(s.Operations(),
		func(o Operation) bool { return o.Action == Restore && o.Server.ID == server })
}

// ActionRequest is an action that was confirmed and is about to be sent.
type ActionRequest struct {
	Action      Action
	Point       Point
	ThenRestore *Point // restore this once the new snapshot has completed
	FollowsID   string // the ID of the operation that this restore follows

	// Server is the server as it was confirmed, with its ID and name at that time. Points may carry
	// an older name. If empty, the server as currently listed is used.
	Server ServerRef
	// ConfirmedRole is the role of a point to delete when its deletion was confirmed. It is not
	// deleted if it has become more important: the last backup, or the last restore point.
	ConfirmedRole Role
}

// Begin records that an action's request is about to be sent, and returns the operation. run
// identifies this run of the program. Together with the operation's number it forms the ID in the
// journal.
func (s *State) Begin(in ActionRequest, run string) Operation {
	p := in.Point
	o := Operation{
		Action: in.Action, Point: p, Server: in.Server, Mine: true, By: s.Me, Started: s.Now,
		ThenRestore: in.ThenRestore, FollowsID: in.FollowsID,
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

// assignID sets the operation's ID in the journal.
func (s *State) assignID(number int, run string) Operation {
	o := s.operationByNumber(number)
	s.open = nil
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

// Resume takes over the open operations of earlier runs of the program, and polls for them like its
// own. left is the last record of each operation of those runs, last the last record of every
// operation. Records of another host, or of servers not in this account, are ignored. It returns
// what it took over.
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
		if o.ThenRestore != nil && restoreRecorded(r, last) { // the record of the snapshot's end was lost
			o.ThenRestore = nil
		}
		s.dropDuplicate(o)
		o.evidence.limitTo(s.Now)
		if o.Phase == PhaseSending || o.Phase == PhaseUnknown {
			// it may have been sent before the program ended, so it is searched for from now on
			o.markLost(s.Now, o.Reason)
		}
		o.Number = s.addOperation(o)
		resumed = append(resumed, o)
	}
	return resumed
}

// hasOperation reports whether an operation with the ID, open or over, is already known.
func (s *State) hasOperation(id string) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return o.ID == id })
}

// restorePending reports whether a snapshot that was taken first has completed, and its restore is
// not recorded.
func restorePending(r Record, last []Record) bool {
	return r.ThenRestore != nil && r.Event == EventDone && !restoreRecorded(r, last)
}

// restoreRecorded reports whether the restore after a snapshot was started or canceled.
func restoreRecorded(r Record, last []Record) bool {
	return slices.ContainsFunc(last, func(other Record) bool { return other.FollowsID == r.ID })
}

// dropDuplicate removes the same operation found in the lists, because the journal knows more about
// it.
func (s *State) dropDuplicate(o Operation) {
	s.open = nil
	s.operations = slices.DeleteFunc(s.operations, func(p Operation) bool {
		same := p.Action == Restore && p.Server.ID == o.Server.ID || p.Action == Create && o.makes(p.Point)
		return !p.Mine && p.Action == o.Action && same
	})
}

// ApplyResult applies the API's answer to an action. It cancels earlier requests for lists, because
// they show the old state.
func (s *State) ApplyResult(number int, a ActionResult, err Outcome) Operation {
	o := s.operationByNumber(number)
	if o == nil {
		return Operation{}
	}
	defer func() { s.open = nil }()
	if !err.SentAt.IsZero() { // it is later than Begin, because the target was rechecked first
		o.Started = err.SentAt
	}
	s.shared.minView = max(s.shared.minView, err.ViewNumber)
	switch {
	case err.Err == nil:
		s.markAccepted(o, a)
	case err.AnswerLost:
		o.markLost(s.Now, ErrorMessage(err.Err))
	case o.Action == Delete && errors.Is(err.Err, ErrNotFound) && s.lostBefore(*o):
		o.finish(PhaseDone, s.Now, "it was already deleted by the earlier attempt, whose answer was lost")
		s.ApplyAccepted(Delete, o.Point, ActionResult{})
	default:
		o.finish(PhaseRefused, s.Now, ErrorMessage(err.Err))
	}
	s.InvalidateLists(o.Point.Kind)
	return *o
}

// InvalidateLists cancels requests for lists that were sent before an action was answered, because
// they show the old state.
func (s *State) InvalidateLists(kind Kind) {
	s.Servers.CancelPending()
	s.Points(kind).CancelPending()
}

// lostBefore reports whether the same action was sent before and its answer was lost.
func (s *State) lostBefore(o Operation) bool {
	return slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Phase == PhaseNotSeen && p.Action == o.Action && p.Point.Key() == o.Point.Key()
	})
}

// markAccepted records that the API has accepted an action. Only the lists, never the answer, show
// its end.
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

// resultMismatch returns why the point in the answer to a create is not the requested one, or "".
func (o Operation) resultMismatch(p Point) string {
	switch {
	case p.ID == "":
		return "the answer does not say what was created"
	case o.knownIDs[p.ID]:
		return fmt.Sprintf("the answer is about %s #%s, which existed before", p.Kind, p.ID)
	case p.Kind != o.Point.Kind || p.Server.ID != "" && p.Server.ID != o.Server.ID || p.Name != o.Point.Name:
		return fmt.Sprintf("the answer is about something else: %s #%s", p.Kind, p.ID)
	}
	return ""
}

// ApplyAccepted shows an accepted action in the lists before the next poll. A shared poller does
// this itself.
func (s *State) ApplyAccepted(action Action, p Point, a ActionResult) {
	switch {
	case s.shared.enabled:
	case action == Create:
		s.upsertPoint(a.Point)
	case action == Delete:
		s.removePoint(p.Key())
	case a.ServerStatus != "":
		s.setServerStatus(p.Server.ID, a.ServerStatus)
	}
}

func (s *State) setServerStatus(id ID, status ServerStatus) {
	servers := slices.Clone(s.Servers.Value) // others may still be reading the old list
	for i := range servers {
		if servers[i].ID == id {
			servers[i].Status = status
		}
	}
	s.Servers.Value = servers
	s.version++
	s.fleet = s.Fleet().withServers(servers)
}

// upsertPoint adds or replaces a point from an answer.
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

// CancelRestore records that the restore after an operation will not be sent, even if that operation
// was given up and appears after all.
func (s *State) CancelRestore(first Operation, why, run string) Operation {
	if known := s.operationByNumber(first.Number); known != nil {
		known.ThenRestore, s.open = nil, nil
	}
	o := Operation{Action: Restore, Point: *first.ThenRestore, Server: first.Server, Mine: true, By: s.Me,
		Started: s.Now, FollowsID: first.ID}
	o.finish(PhaseCanceled, s.Now, why)
	return s.assignID(s.addOperation(o), run)
}

// Operations returns the operations that are under way, in the order in which they started. Nobody
// writes to the slice: it is the same until they change, because each frame asks several times.
func (s *State) Operations() []Operation {
	if s.open != nil {
		return s.open
	}
	open := make([]Operation, 0, len(s.shared.team)+len(s.operations))
	for i := range s.operations {
		if o := &s.operations[i]; !o.Phase.Over() {
			open = append(open, *o)
		}
	}
	open = append(open, s.shared.team...)
	slices.SortStableFunc(open, func(a, b Operation) int { return a.Started.Compare(b.Started) })
	s.open = slices.Clip(open)
	return s.open
}

// IsNotSeen reports whether an operation is one whose answer was lost and that was given up. It no
// longer is once it has appeared after all.
func (s *State) IsNotSeen(number int) bool {
	o := s.operationByNumber(number)
	return o != nil && o.Phase == PhaseNotSeen
}

// HasOwnOperations reports whether operations of this program are under way.
func (s *State) HasOwnOperations() bool {
	return slices.ContainsFunc(s.Operations(), func(o Operation) bool { return o.Mine })
}

// FinishedOperations returns the operations that are over, in the order in which they started.
func (s *State) FinishedOperations() []Operation {
	var over []Operation
	for _, o := range s.operations {
		if o.Phase.Over() {
			over = append(over, o)
		}
	}
	return over
}

// UnsentRestores returns the operations of this user that have completed, and whose restore after them
// was neither sent nor cancelled.
func (s *State) UnsentRestores() []Operation {
	var out []Operation
	for _, o := range s.operations {
		follows := func(p Operation) bool { return p.FollowsID == o.ID }
		if o.Phase == PhaseDone && o.ThenRestore != nil && o.By.Name == s.Me.Name &&
			!slices.ContainsFunc(s.operations, follows) {
			out = append(out, o)
		}
	}
	return out
}

func (s *State) addOperation(o Operation) int {
	s.lastNumber++
	o.Number = s.lastNumber
	s.operations, s.open = append(s.operations, o), nil
	return o.Number
}

// maxFinished is how many finished operations are kept.
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
