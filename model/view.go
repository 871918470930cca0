package model

import "time"

// View is an account as one poller sees it for many who look at it together. Nobody writes to it: any number of goroutines
// may read one.
type View struct {
	Number    int // grows with every view
	Fleet     *Fleet
	Servers   Sight
	Points    [2]Sight // by kind
	Account   Account
	AccountAt time.Time   // when it was told, by this machine's clock; zero: it was not
	Again     time.Time   // when everything is asked for again, by this machine's clock
	Work      []Operation // what those who look at it have begun and is not over
	sights    sights
}

// Sight is how the last requests for a list went.
type Sight struct {
	Err  error     // why the last one failed; nil after a good one
	At   time.Time // when the last good answer came, by this machine's clock; zero if none has
	Part bool      // what is known is a part of what there is
}

// sightOf is how the last requests for a list went.
func sightOf[T any](r *Remote[T]) Sight { return Sight{r.Err, r.At, r.Loaded() && !r.Whole()} }

// show takes over how the requests for a list went elsewhere.
func (r *Remote[T]) show(s Sight) { r.Err, r.At, r.part = s.Err, s.At, s.Part }

// sights are when the lists were asked for that an account is known by, on the API's clock.
type sights struct {
	servers time.Time
	listed  map[ID]bool // the servers in the latest list, if that was incomplete
	points  [2]looked
}

// looked is when a list of points was asked for: the whole of it, and one server's part of it the last time.
type looked struct {
	whole  time.Time
	server ID
	part   time.Time
	listed [2]map[ID]bool // the points in either, if that was incomplete
}

func (l *looked) note(server ID, asked time.Time, listed map[ID]bool) {
	if server == "" {
		l.whole, l.listed[0] = asked, listed
		return
	}
	l.server, l.part, l.listed[1] = server, asked, listed
}

// told is what a state has been told by a poller that it shares with others.
type told struct {
	fed   bool        // it is told at all, and does not ask by itself
	last  int         // the number of the view that it shows
	since int         // views before this one do not show yet what was done here
	team  []Operation // what the others have begun and is not over
}

// View is the state for those who share it.
func (s *State) View(number int, again time.Time, work []Operation) View {
	return View{
		Number: number, Fleet: s.Fleet(), Again: again, Work: work, sights: s.sights,
		Servers: sightOf(&s.Servers), Points: [2]Sight{sightOf(&s.Backups), sightOf(&s.Snapshots)},
		Account: s.Account.Value, AccountAt: s.Account.At,
	}
}

// Told takes over what a shared poller sees, and returns the operations that it showed to be over, and those whose lost answer
// was found. work is what the others have under way. A view that does not show yet what was done here is dropped.
func (s *State) Told(v View, work []Operation) []Operation {
	if v.Number <= s.told.last || v.Number < s.told.since {
		return nil
	}
	s.told.fed, s.told.last = true, v.Number
	s.Attend(work)
	if v.Fleet != s.fleet {
		s.fleet = v.Fleet
		s.version++
	}
	s.Servers.Value, s.Backups.Value, s.Snapshots.Value = v.Fleet.Servers, v.Fleet.Backups, v.Fleet.Snapshots
	s.Servers.show(v.Servers)
	for kind, sight := range v.Points {
		s.Points(Kind(kind)).show(sight)
	}
	s.Account.Value, s.Account.At = v.Account, v.AccountAt
	before := s.sights
	s.sights = v.sights
	var changed []Operation
	if !before.servers.Equal(v.sights.servers) {
		changed = append(changed, s.followServers(v.sights.servers, v.sights.listed)...)
	}
	for kind, now := range v.sights.points {
		was := before.points[kind]
		if !was.whole.Equal(now.whole) {
			changed = append(changed, s.followPoints(Kind(kind), "", now.whole, now.listed[0])...)
		}
		if !was.part.Equal(now.part) {
			changed = append(changed, s.followPoints(Kind(kind), now.server, now.part, now.listed[1])...)
		}
	}
	return changed
}

// Attend takes over what those who share this state's view have under way, so that it is asked after.
func (s *State) Attend(work []Operation) {
	s.told.team = work
	for _, o := range work {
		s.forget(o)
	}
}

// Team is what the others have under way.
func (s *State) Team() []Operation { return s.told.team }

// Mine are the operations that are under way here, and the number of the latest that was begun.
func (s *State) Mine() (open []Operation, latest int) {
	for _, o := range s.operations {
		if o.Mine && !o.Phase.Over() {
			open = append(open, o)
		}
	}
	return open, s.numbers
}
