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

// follow lets every open operation hear the news, then looks for ones that others have begun. It returns those that ended
// by it, and those whose lost answer was found.
func (s *State) follow(tell func(*Operation), findOthers func()) []Operation {
	var changed []Operation
	for i := range s.operations {
		o := &s.operations[i]
		if o.Phase.Over() {
			continue
		}
		before := o.Phase
		if tell(o); o.Phase != before {
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
		o := Operation{Deed: Create, Point: p, Server: p.Server, Phase: Running, Started: p.CreatedAt, shown: true}
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
			s.add(Operation{Deed: Restore, Server: server.Ref(), Phase: Running, Started: s.Now, AtLeast: true, shown: true})
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
}

// Begin notes that a deed's request is about to leave, and returns the operation. run names this run of the program, and
// with the operation's number its place in the journal.
func (s *State) Begin(in Intent, run string) Operation {
	p := in.Point
	o := Operation{
		Deed: in.Deed, Point: p, Server: p.Server, Mine: true, By: s.Me, Started: s.Now, After: in.After, Follows: in.Follows,
		known: map[ID]bool{},
	}
	for _, q := range s.Of(p.Server.ID) {
		if q.Kind == p.Kind {
			o.known[q.ID] = true
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
		if o.Phase == Sending || o.Phase == Unknown || o.Phase == Running && o.Deed == Delete { // a delete has no course
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

func (s *State) accepted(o *Operation, a Accepted) {
	switch o.Deed {
	case Create:
		o.settle(a.Point, s.Now)
	case Delete:
		o.end(Done, s.Now, "")
	case Restore:
		o.Phase, o.shown = Running, a.ServerStatus == ServerRestoring
	}
	s.Took(o.Deed, o.Point, a)
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

// Busy is why no further deed may start on the server now, or "": two never run on one server at once from this program.
// What others have begun there is no reason: the API knows what goes together. Those who share the program are no others.
func (s *State) Busy(server ID) string {
	for _, o := range s.Operations() {
		if (o.Mine || o.By != Actor{}) && o.Server.ID == server {
			by := ""
			if o.By != s.Me {
				by = " by " + o.By.Name
			}
			if o.Phase == Unknown {
				return "it is not yet known what became of “" + o.Title() + "”" + by
			}
			return "“" + o.Title() + "”" + by + " is still running"
		}
	}
	return ""
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
