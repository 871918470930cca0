package model

import (
	"slices"
	"time"
)

// AccountView is an account as one poller sees it, for all members who share it. It is never
// written to, so any number of goroutines may read it.
type AccountView struct {
	Number       int // grows with every view
	Fleet        *Fleet
	Servers      ListStatus
	Points       [2]ListStatus // by kind
	Account      Account
	AccountAt    time.Time   // when the account was loaded, by this machine's clock; zero: not yet
	NextPoll     time.Time   // when all lists are requested again, by this machine's clock
	Crowded      bool        // so many share the account that who only watches draws seldom
	Operations   []Operation // the members' operations that are under way
	requestTimes requestTimes
}

// ListStatus is the result of the last requests for a list.
type ListStatus struct {
	Err     error     // why the last one failed; nil after a good one
	At      time.Time // when the last good answer came, by this machine's clock; zero: none yet
	Partial bool      // the list is incomplete
}

// Complete reports whether the list was read completely, and the last request for it succeeded.
func (s ListStatus) Complete() bool { return s.Err == nil && !s.Partial && !s.At.IsZero() }

// Lists returns the results for all lists: servers, backups and snapshots.
func (v AccountView) Lists() [3]ListStatus { return [3]ListStatus{v.Servers, v.Points[0], v.Points[1]} }

// ListsAt returns when the oldest of the lists was loaded, by this machine's clock; zero: not all of
// them are.
func (v AccountView) ListsAt() time.Time {
	return slices.MinFunc([]time.Time{v.Servers.At, v.Points[Backup].At, v.Points[Snapshot].At}, time.Time.Compare)
}

// RequestedAt returns when the newest answer in the view was requested, on the API's clock. An answer
// is evidence of what runs, even if it is like the one before.
func (v AccountView) RequestedAt() time.Time {
	backups, snapshots := v.requestTimes.points[Backup], v.requestTimes.points[Snapshot]
	return slices.MaxFunc([]time.Time{v.requestTimes.servers, backups.allAt, backups.serverAt, snapshots.allAt,
		snapshots.serverAt}, time.Time.Compare)
}

// HasNews reports whether the view shows anything that an earlier one did not, except newer ages:
// other items or operations, or a failure, whose retry is counted down.
func (v AccountView) HasNews(earlier AccountView) bool {
	before := earlier.Lists()
	for i, now := range v.Lists() {
		if now.Err != nil || before[i].Err != nil || now.Partial != before[i].Partial ||
			now.At.IsZero() != before[i].At.IsZero() {
			return true
		}
	}
	return v.Fleet != earlier.Fleet || !v.AccountAt.Equal(earlier.AccountAt) ||
		!SameProgress(v.Operations, earlier.Operations)
}

// SameProgress reports whether two lists have the same operations, in the same phases and on the same
// points. Only then is there nothing to tell the other members.
func SameProgress(a, b []Operation) bool {
	return slices.EqualFunc(a, b, func(x, y Operation) bool {
		return x.Number == y.Number && x.Phase == y.Phase && x.Point.ID == y.Point.ID
	})
}

// Assess assesses the servers in advance. The cost grows with the account, so it is paid where the
// view is received, and not while a screen waits; see [Fleet.Assess].
func (v AccountView) Assess(policies Policies, now time.Time) {
	known := true
	for _, list := range v.Points {
		known = known && !list.At.IsZero() && !list.Partial
	}
	v.Fleet.Assess(policies, known, now)
}

// listStatusOf returns the result of the last requests for a list.
func listStatusOf[T any](r *Remote[T]) ListStatus {
	return ListStatus{r.Err, r.At, r.Loaded() && !r.Complete()}
}

// setStatus copies the status of a list that another poller requests.
func (r *Remote[T]) setStatus(s ListStatus) { r.Err, r.At, r.partial = s.Err, s.At, s.Partial }

// requestTimes is when each list was requested, on the API's clock.
type requestTimes struct {
	servers time.Time
	listed  map[ID]bool // the servers in the latest list, if it was incomplete
	points  [2]listTimes
}

// listTimes is when a list of points was last requested: all of it, and one server's part.
type listTimes struct {
	allAt    time.Time
	server   ID
	serverAt time.Time
	listed   [2]map[ID]bool // the points in either, if it was incomplete
}

func (l *listTimes) record(server ID, asked time.Time, listed map[ID]bool) {
	if server == "" {
		l.allAt, l.listed[0] = asked, listed
		return
	}
	l.server, l.serverAt, l.listed[1] = server, asked, listed
}

// sharedState is what a state has received from a poller that it shares with others.
type sharedState struct {
	enabled  bool        // a shared poller is in use, so this state sends no requests itself
	lastView int         // the number of the view that is shown
	minView  int         // earlier views do not include the actions sent here, and are dropped
	team     []Operation // the other members' operations that are under way
}

// AccountView returns a view of the state for the members who share it.
func (s *State) AccountView(number int, nextPoll time.Time, operations []Operation) AccountView {
	return AccountView{
		Number: number, Fleet: s.Fleet(), NextPoll: nextPoll, Operations: operations, requestTimes: s.requestTimes,
		Servers: listStatusOf(&s.Servers), Points: [2]ListStatus{listStatusOf(&s.Backups), listStatusOf(&s.Snapshots)},
		Account: s.Account.Value, AccountAt: s.Account.At,
	}
}

// ApplyView applies a view of the shared poller. operations is what the other members have under
// way. It returns the operations that the view shows as ended, and those whose lost answer was
// found. A view from before this member's last action is dropped.
func (s *State) ApplyView(v AccountView, operations []Operation) []Operation {
	if v.Number <= s.shared.lastView || v.Number < s.shared.minView {
		return nil
	}
	s.shared.enabled, s.shared.lastView = true, v.Number
	s.SetTeamOperations(operations)
	if v.Fleet != s.fleet {
		s.fleet = v.Fleet
		s.version++
	}
	s.Servers.Value, s.Backups.Value, s.Snapshots.Value = v.Fleet.Servers, v.Fleet.Backups, v.Fleet.Snapshots
	s.Servers.setStatus(v.Servers)
	for kind, status := range v.Points {
		s.Points(Kind(kind)).setStatus(status)
	}
	s.Account.Value, s.Account.At = v.Account, v.AccountAt
	before := s.requestTimes
	s.requestTimes = v.requestTimes
	var changed []Operation
	if !before.servers.Equal(v.requestTimes.servers) {
		changed = append(changed, s.updateFromServers(v.requestTimes.servers, v.requestTimes.listed)...)
	}
	for kind, now := range v.requestTimes.points {
		previous := before.points[kind]
		all, part := !previous.allAt.Equal(now.allAt), !previous.serverAt.Equal(now.serverAt)
		partIsLater := now.serverAt.After(now.allAt)
		// If views were skipped, both may be new. The fleet then has only the later answer about the server.
		if all {
			changed = append(changed, s.updateFromPoints(Kind(kind), now.allAt, now.listed[0], func(id ID) bool {
				return !part || !partIsLater || id != now.server
			})...)
		}
		if part && (!all || partIsLater) {
			changed = append(changed,
				s.updateFromPoints(Kind(kind), now.serverAt, now.listed[1], isServer(now.server))...)
		}
	}
	return changed
}

// SetTeamOperations sets the operations that the other members have under way, so that they are
// polled for.
func (s *State) SetTeamOperations(operations []Operation) {
	s.shared.team, s.open = operations, nil
	for _, o := range operations {
		s.dropDuplicate(o)
	}
}

// TeamOperations returns the other members' operations that are under way.
func (s *State) TeamOperations() []Operation { return s.shared.team }

// OwnOperations returns this program's operations that are under way, and the number of the latest
// operation.
func (s *State) OwnOperations() (open []Operation, latest int) {
	for _, o := range s.operations {
		if o.Mine && !o.Phase.Over() {
			open = append(open, o)
		}
	}
	return open, s.lastNumber
}
