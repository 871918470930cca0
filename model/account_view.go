package model

import "time"

// AccountView is an account as one poller sees it for many who look at it together. Nobody writes to it: any number of goroutines
// may read one.
type AccountView struct {
	Number       int // grows with every view
	Fleet        *Fleet
	Servers      ListStatus
	Points       [2]ListStatus // by kind
	Account      Account
	AccountAt    time.Time   // when it was told, by this machine's clock; zero: it was not
	NextPoll     time.Time   // when everything is asked for again, by this machine's clock
	Operations   []Operation // what those who look at it have begun and is not over
	requestTimes requestTimes
}

// ListStatus is how the last requests for a list went.
type ListStatus struct {
	Err     error     // why the last one failed; nil after a good one
	At      time.Time // when the last good answer came, by this machine's clock; zero if none has
	Partial bool      // what is known is a part of what there is
}

// listStatusOf is how the last requests for a list went.
func listStatusOf[T any](r *Remote[T]) ListStatus {
	return ListStatus{r.Err, r.At, r.Loaded() && !r.Complete()}
}

// setStatus takes over how the requests for a list went elsewhere.
func (r *Remote[T]) setStatus(s ListStatus) { r.Err, r.At, r.partial = s.Err, s.At, s.Partial }

// requestTimes are when the lists were asked for that an account is known by, on the API's clock.
type requestTimes struct {
	servers time.Time
	listed  map[ID]bool // the servers in the latest list, if that was incomplete
	points  [2]listTimes
}

// listTimes is when a list of points was asked for: the whole of it, and one server's part of it the last time.
type listTimes struct {
	allAt    time.Time
	server   ID
	serverAt time.Time
	listed   [2]map[ID]bool // the points in either, if that was incomplete
}

func (l *listTimes) record(server ID, asked time.Time, listed map[ID]bool) {
	if server == "" {
		l.allAt, l.listed[0] = asked, listed
		return
	}
	l.server, l.serverAt, l.listed[1] = server, asked, listed
}

// sharedState is what a state has been told by a poller that it shares with others.
type sharedState struct {
	enabled  bool        // it is told at all, and does not ask by itself
	lastView int         // the number of the view that it shows
	minView  int         // views before this one do not show yet what was done here
	team     []Operation // what the others have begun and is not over
}

// AccountView is the state for those who share it.
func (s *State) AccountView(number int, again time.Time, work []Operation) AccountView {
	return AccountView{
		Number: number, Fleet: s.Fleet(), NextPoll: again, Operations: work, requestTimes: s.requestTimes,
		Servers: listStatusOf(&s.Servers), Points: [2]ListStatus{listStatusOf(&s.Backups), listStatusOf(&s.Snapshots)},
		Account: s.Account.Value, AccountAt: s.Account.At,
	}
}

// ApplyView takes over what a shared poller sees, and returns the operations that it showed to be over, and those whose lost answer
// was found. work is what the others have under way. A view that does not show yet what was done here is dropped.
func (s *State) ApplyView(v AccountView, work []Operation) []Operation {
	if v.Number <= s.shared.lastView || v.Number < s.shared.minView {
		return nil
	}
	s.shared.enabled, s.shared.lastView = true, v.Number
	s.SetTeamOperations(work)
	if v.Fleet != s.fleet {
		s.fleet = v.Fleet
		s.version++
	}
	s.Servers.Value, s.Backups.Value, s.Snapshots.Value = v.Fleet.Servers, v.Fleet.Backups, v.Fleet.Snapshots
	s.Servers.setStatus(v.Servers)
	for kind, sight := range v.Points {
		s.Points(Kind(kind)).setStatus(sight)
	}
	s.Account.Value, s.Account.At = v.Account, v.AccountAt
	before := s.requestTimes
	s.requestTimes = v.requestTimes
	var changed []Operation
	if !before.servers.Equal(v.requestTimes.servers) {
		changed = append(changed, s.updateFromServers(v.requestTimes.servers, v.requestTimes.listed)...)
	}
	for kind, now := range v.requestTimes.points {
		was := before.points[kind]
		if !was.allAt.Equal(now.allAt) {
			changed = append(changed, s.updateFromPoints(Kind(kind), "", now.allAt, now.listed[0])...)
		}
		if !was.serverAt.Equal(now.serverAt) {
			changed = append(changed, s.updateFromPoints(Kind(kind), now.server, now.serverAt, now.listed[1])...)
		}
	}
	return changed
}

// SetTeamOperations takes over what those who share this state's view have under way, so that it is asked after.
func (s *State) SetTeamOperations(work []Operation) {
	s.shared.team = work
	for _, o := range work {
		s.dropDuplicate(o)
	}
}

// TeamOperations is what the others have under way.
func (s *State) TeamOperations() []Operation { return s.shared.team }

// OwnOperations are the operations that are under way here, and the number of the latest that was begun.
func (s *State) OwnOperations() (open []Operation, latest int) {
	for _, o := range s.operations {
		if o.Mine && !o.Phase.Over() {
			open = append(open, o)
		}
	}
	return open, s.lastNumber
}
