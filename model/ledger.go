package model

import (
	"errors"
	"fmt"
	"slices"
)

// find looks for the point that an operation works on; one whose answer was lost is found by what it asked for.
func (s *State) find(o Operation) (Point, bool) {
	if o.Point.ID != "" {
		return s.Point(o.Point.Key())
	}
	for _, p := range s.Of(o.Server.ID) {
		if o.matches(p) {
			return p, true
		}
	}
	return Point{}, false
}

// mayAppear says whether an operation that was given up may still show in the lists: an API may be slower than the bounds
// allow for. It may not once the same is under way again.
func (s *State) mayAppear(o Operation) bool {
	if o.Phase != NotSeen && o.Phase != Unconfirmed || s.Now.Sub(o.Started) > mostLate {
		return false
	}
	if o.Phase == NotSeen && o.Deed == Restore { // a restore has no ID: what shows later may be somebody else's
		return false
	}
	return !slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Number > o.Number && p.Deed == o.Deed && p.Server.ID == o.Server.ID && p.Point.Kind == o.Point.Kind
	})
}

// follow lets every open operation hear the news, then looks for ones that others have begun. It returns those that ended
// by it, those whose lost answer was found, and restores that a list has shown at work for the first time.
func (s *State) follow(tell func(*Operation), findOthers func()) []Operation {
	var changed []Operation
	for i := range s.operations {
		o := &s.operations[i]
		if o.Phase.Over() && !s.mayAppear(*o) {
			continue
		}
		before, shown := o.Phase, o.seen.shown()
		if tell(o); o.Phase != before || o.Deed == Restore && o.Mine && o.seen.shown() != shown {
			changed = append(changed, *o)
		}
	}
	findOthers()
	s.trim()
	return changed
}

func (s *State) findCreates(kind Kind) {
	fleet := s.Fleet()
	for _, i := range fleet.running[kind] {
		p := fleet.Points(kind)[i]
		if s.following(func(o Operation) bool { return o.makes(p) }) {
			continue
		}
		o := Operation{Deed: Create, Point: p, Server: p.Server, Phase: Running, Started: p.CreatedAt}
		o.seen.hit(s.Now)
		if p.CreatedAt.IsZero() {
			o.Started, o.AtLeast = s.Now, true
		}
		s.add(o)
	}
}

// makes says whether the point is the one that a create makes. As long as its ID has not been told, it is known by what was
// asked for: a list may show it before the answer comes.
func (o Operation) makes(p Point) bool {
	if o.Point.ID == "" {
		return o.matches(p)
	}
	return o.Deed == Create && o.Point.Key() == p.Key()
}

func (s *State) findRestores() {
	for _, server := range s.Servers.Value {
		if server.Status == ServerRestoring && !s.following(func(o Operation) bool { return o.Deed == Restore && o.Server.ID == server.ID }) {
			o := Operation{Deed: Restore, Server: server.Ref(), Phase: Running, Started: s.Now, AtLeast: true}
			o.seen.hit(s.Now)
			s.add(o)
		}
	}
}

func (s *State) following(is func(Operation) bool) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return !o.Phase.Over() && is(o) }) ||
		slices.ContainsFunc(s.told.team, is)
}

// Intent is a deed that was confirmed and is about to be sent.
type Intent struct {
	Deed    Deed
	Point   Point
	After   *Point // restore this once the snapshot that is made has completed
	Follows string // the operation after which this restore comes

	// Server is the server as it was confirmed: its ID and the name of then. Points may carry an older name. An empty one
	// stands for the server as it is listed now.
	Server ServerRef
	// Confirmed is what a point to be deleted was worth when its deletion was confirmed. It is not deleted if it has become worth
	// more: the last backup, or the last restore point.
	Confirmed Standing
}

// Begin notes that a deed's request is about to leave, and returns the operation. run names this run of the program, and
// with the operation's number its place in the journal.
func (s *State) Begin(in Intent, run string) Operation {
	p := in.Point
	o := Operation{
		Deed: in.Deed, Point: p, Server: in.Server, Mine: true, By: s.Me, Started: s.Now, After: in.After, Follows: in.Follows,
		Confirmed: in.Confirmed, known: map[ID]bool{}, leaving: map[Key]bool{},
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
	for _, q := range s.Of(p.Server.ID) {
		if q.Kind == p.Kind {
			o.known[q.ID] = true
		}
	}
	for _, other := range s.operations {
		if other.Deed == Delete && other.Server.ID == o.Server.ID && other.Phase != Refused {
			o.leaving[other.Point.Key()] = true
		}
	}
	return s.name(s.add(o), run)
}

// name gives the operation its ID in the journal.
func (s *State) name(number int, run string) Operation {
	o := s.operation(number)
	o.ID = fmt.Sprintf("%s-%d", run, number)
	return *o
}

func (s *State) operation(number int) *Operation {
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
		if r.Host != host || !r.Open() && !unfollowed(r, last) {
			continue
		}
		o, ok := r.Operation()
		if _, mine := s.Server(o.Server.ID); !ok || !mine || s.knows(o.ID) {
			continue
		}
		if o.After != nil && followed(r, last) { // and the line that told its own end was lost
			o.After = nil
		}
		s.forget(o)
		if o.Phase == Sending || o.Phase == Unknown {
			o.lose(s.Now, o.Words) // it may have left before the program ended, and from now on it is looked for
		}
		if !o.Phase.Over() {
			o.Number = s.add(o)
		}
		resumed = append(resumed, o)
	}
	return resumed
}

// knows says whether an operation of that ID, under way or over, was begun or taken over here already.
func (s *State) knows(id string) bool {
	return slices.ContainsFunc(s.operations, func(o Operation) bool { return o.ID == id })
}

// unfollowed says whether a snapshot that was taken first has completed, and nothing is known of the restore that was to
// follow it.
func unfollowed(r Record, last []Record) bool {
	return r.Then != nil && r.Event == EventDone && !followed(r, last)
}

// followed says whether a restore came after a snapshot, or was called off.
func followed(r Record, last []Record) bool {
	return slices.ContainsFunc(last, func(other Record) bool { return other.After == r.ID })
}

// forget drops the operation that stands for the same thing but was found in the lists: the journal knows more of it.
func (s *State) forget(o Operation) {
	s.operations = slices.DeleteFunc(s.operations, func(p Operation) bool {
		same := p.Deed == Restore && p.Server.ID == o.Server.ID || p.Deed == Create && o.makes(p.Point)
		return !p.Mine && p.Deed == o.Deed && same
	})
}

// Answered takes the API's answer to a deed. Requests for lists that were sent before it are given up: they show the
// world as it was.
func (s *State) Answered(number int, a Accepted, err Outcome) Operation {
	o := s.operation(number)
	if o == nil {
		return Operation{}
	}
	if !err.Sent.IsZero() { // it was looked up first, which may have taken a while
		o.Started = err.Sent
	}
	s.told.since = max(s.told.since, err.View)
	switch {
	case err.Err == nil:
		s.accepted(o, a)
	case err.Lost:
		o.lose(s.Now, Words(err.Err))
	case o.Deed == Delete && errors.Is(err.Err, ErrNotFound) && s.lostBefore(*o):
		o.end(Done, s.Now, "it was gone already: the time before, of which the answer was lost, has deleted it")
		s.Took(Delete, o.Point, Accepted{})
	default:
		o.end(Refused, s.Now, Words(err.Err))
	}
	s.Outdate(o.Point.Kind)
	return *o
}

// Outdate gives up the requests for lists that were sent before a deed was answered: they show the world as it was.
func (s *State) Outdate(kind Kind) {
	s.Servers.Supersede()
	s.Points(kind).Supersede()
}

// lostBefore says whether the same was done before and its answer was lost.
func (s *State) lostBefore(o Operation) bool {
	return slices.ContainsFunc(s.operations, func(p Operation) bool {
		return p.Phase == NotSeen && p.Deed == o.Deed && p.Point.Key() == o.Point.Key()
	})
}

// accepted takes in that the API has accepted an action. Its end is read off the lists alone, never off the answer.
func (s *State) accepted(o *Operation, a Accepted) {
	if o.Deed == Create {
		if why := o.another(a.Point); why != "" {
			o.lose(s.Now, why)
			return
		}
		a.Point.Server = o.Server
		o.Point = a.Point
	}
	o.Phase, o.Words, o.Message, o.seen = Running, "", a.Message, sightings{since: s.Now}
	s.Took(o.Deed, o.Point, a)
}

// another is why the point in the answer to a create is not the one that was asked for, or "".
func (o Operation) another(p Point) string {
	switch {
	case p.ID == "":
		return "the answer does not say what was made"
	case o.known[p.ID]:
		return fmt.Sprintf("the answer is about %s #%s, which was there before", p.Kind, p.ID)
	case p.Kind != o.Point.Kind || p.Server.ID != "" && p.Server.ID != o.Server.ID || p.Name != o.Point.Name:
		return fmt.Sprintf("the answer is about something else: %s #%s", p.Kind, p.ID)
	}
	return ""
}

// Took shows in the lists what the API has taken on, before it is asked again. Where another poller tells the lists, that one
// does it.
func (s *State) Took(deed Deed, p Point, a Accepted) {
	switch {
	case s.told.fed:
	case deed == Create:
		s.put(a.Point)
	case deed == Delete:
		s.drop(p.Key())
	case a.ServerStatus != "":
		s.showServer(p.Server.ID, a.ServerStatus)
	}
}

func (s *State) showServer(id ID, status ServerStatus) {
	servers := slices.Clone(s.Servers.Value) // others may still read the list that came
	for i := range servers {
		if servers[i].ID == id {
			servers[i].Status = status
		}
	}
	s.Servers.Value = servers
	s.version++
	s.fleet = s.Fleet().with(servers)
}

// put adds or replaces a point that an answer held.
func (s *State) put(p Point) {
	r := s.Points(p.Kind)
	others := slices.DeleteFunc(slices.Clone(r.Value), func(q Point) bool { return q.ID == p.ID })
	r.Value = append(others, p)
	s.index()
}

func (s *State) drop(k Key) {
	r := s.Points(k.Kind)
	r.Value = slices.DeleteFunc(slices.Clone(r.Value), func(p Point) bool { return p.ID == k.ID })
	s.index()
}

// CallOff notes that the restore which was to follow an operation will not be sent.
func (s *State) CallOff(first Operation, why, run string) Operation {
	o := Operation{Deed: Restore, Point: *first.After, Server: first.Server, Mine: true, By: s.Me, Started: s.Now, Follows: first.ID}
	o.end(CalledOff, s.Now, why)
	return s.name(s.add(o), run)
}

// Operations returns those that are under way, in the order in which they began.
func (s *State) Operations() []Operation {
	var open []Operation
	for _, o := range s.operations {
		if !o.Phase.Over() {
			open = append(open, o)
		}
	}
	open = append(open, s.told.team...)
	slices.SortStableFunc(open, func(a, b Operation) int { return a.Started.Compare(b.Started) })
	return open
}

// Ended returns the operations that are over, in the order in which they began.
func (s *State) Ended() []Operation {
	var over []Operation
	for _, o := range s.operations {
		if o.Phase.Over() {
			over = append(over, o)
		}
	}
	return over
}

func (s *State) add(o Operation) int {
	s.numbers++
	o.Number = s.numbers
	s.operations = append(s.operations, o)
	return o.Number
}

// keep is how many ended operations are remembered.
const keep = 200

func (s *State) trim() {
	if len(s.operations) <= 2*keep {
		return
	}
	over := 0
	s.operations = slices.DeleteFunc(s.operations, func(o Operation) bool {
		if o.Phase.Over() {
			over++
		}
		return o.Phase.Over() && over <= keep
	})
}
