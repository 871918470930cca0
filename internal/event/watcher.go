package event

import (
	"maps"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
)

// Options are the options of a Watcher.
type Options struct {
	Host     string // the API's
	Profile  string // of the account; "": the account without a profile
	Policies model.Policies
	Records  []model.Record // of the journal: how long operations usually take
}

// Watcher finds the events of an account in its views. Only one goroutine may use it.
type Watcher struct {
	opts   Options
	state  *model.State // what the views show
	memory Memory
	read   lists                // the lists that were last compared
	judged lists                // the lists from which coverage was last assessed
	absent map[string]time.Time // what was told of and is not listed now, and since when; by this machine's clock
	events []Event
}

// lists is when each list was read completely, by this machine's clock.
type lists struct {
	servers time.Time
	points  [2]time.Time
}

// NewWatcher returns a watcher that continues a memory. It starts without one if the memory is empty,
// of another version or too old at this time on the API's clock.
func NewWatcher(opts Options, memory Memory, now time.Time) *Watcher {
	return &Watcher{opts: opts, state: &model.State{}, memory: memory.Clone().continued(opts.Policies, now),
		absent: map[string]time.Time{}}
}

// Memory returns what must be saved to continue after a restart.
func (w *Watcher) Memory() Memory { return w.memory.Clone() }

// Apply returns what has happened up to a view. now is the time on the API's clock, local that of
// this machine.
func (w *Watcher) Apply(view model.AccountView, now, local time.Time) []Event {
	w.events = nil
	w.state.Now, w.state.Local = now, local
	// Operations of members are not passed on, so that all that the lists show count.
	ended := w.state.ApplyView(view, nil)
	for _, o := range ended {
		w.tellOperation(o)
	}
	fresh := freshLists(view)
	if len(ended) > 0 || w.read.servers.IsZero() && !fresh.servers.IsZero() {
		w.state.LearnDurations(w.opts.Records, w.opts.Host)
	}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		if at := fresh.points[kind]; !at.IsZero() && !at.Equal(w.read.points[kind]) {
			w.comparePoints(kind)
			w.read.points[kind] = at
		}
	}
	w.trackRunning(view.Operations, fresh)
	if at := fresh.servers; !at.IsZero() && !at.Equal(w.read.servers) {
		w.compareRestores()
		w.read.servers = at
	}
	w.judge(fresh)
	return w.events
}

// isComplete reports whether all three are known.
func (l lists) isComplete() bool {
	return !l.servers.IsZero() && !l.points[0].IsZero() && !l.points[1].IsZero()
}

// isNews reports whether what a list shows may be news: before all lists were read once, it is what
// was so at the start.
func (w *Watcher) isNews() bool { return !w.memory.At.IsZero() }

// freshLists returns when each list was read, if that was complete and the last request for it
// succeeded; else zero.
func freshLists(view model.AccountView) lists {
	at := func(s model.ListStatus) time.Time {
		if !s.Complete() {
			return time.Time{}
		}
		return s.At
	}
	return lists{at(view.Servers), [2]time.Time{at(view.Points[0]), at(view.Points[1])}}
}

// tellOperation tells that an operation has ended, as the state knows it from the lists.
func (w *Watcher) tellOperation(o model.Operation) {
	key := operationKey(o)
	before, known := w.memory.Running[key]
	if key == "" || !o.Phase.Over() {
		return
	}
	kind, how := Ended, completed
	if o.Phase != model.PhaseDone {
		kind, how = Failed, failed
	}
	if o.Action == model.Create && w.memory.Over[key] == how {
		return
	}
	if !known {
		before.Since = o.Started
	}
	w.add(kind, o, before, o.Reason)
	delete(w.memory.Running, key)
	if o.Action == model.Create {
		w.memory.Over[key] = how
	}
}

// comparePoints compares a complete list of points with the memory.
func (w *Watcher) comparePoints(kind model.Kind) {
	over := map[string]string{}
	for _, p := range w.state.Points(kind).Value {
		key, how := pointKey(p.Key()), overWord(p)
		before, wasRunning := w.memory.Running[key]
		told := w.memory.Over[key]
		if how == "" && told != "" { // an older list, or a status that is not known: its end was told
			over[key] = told
		}
		if how == "" || !wasRunning && !isKept(p, w.state.Now) {
			continue
		}
		over[key] = how
		delete(w.memory.Running, key)
		if !wasRunning && (!w.isNews() || !isRecent(p, w.state.Now)) || told == how {
			continue
		}
		what, why := Ended, ""
		if how == failed {
			what, why = Failed, "the API shows it as "+string(p.Status)
		}
		w.add(what, model.Operation{Action: model.Create, Point: p, Server: p.Server}, before, why)
	}
	prefix := kind.String() + "/"
	maps.DeleteFunc(w.memory.Over, func(key string, _ string) bool {
		return strings.HasPrefix(key, prefix) && over[key] == "" && w.isGone(key)
	})
	for key := range over {
		delete(w.absent, key)
	}
	maps.Copy(w.memory.Over, over)
	w.forgetMissing(prefix)
}

// replicaLag is how far a list may be behind an earlier one.
const replicaLag = 30 * time.Minute

// absentServer names a server in the watcher's absent.
func absentServer(id model.ID) string { return "server/" + string(id) }

// isGone reports whether a point or a server has not been listed for so long that no list is only
// behind. Until then what was told of it is remembered, so that it is not told again.
func (w *Watcher) isGone(key string) bool {
	since, known := w.absent[key]
	if !known {
		w.absent[key] = w.state.Local
		return false
	}
	if w.state.Local.Sub(since) < replicaLag {
		return false
	}
	delete(w.absent, key)
	return true
}

// compareRestores tells of the restores that an earlier run saw, and that have ended since.
func (w *Watcher) compareRestores() {
	tracked := w.tracked()
	for _, s := range w.state.Servers.Value {
		before, known := w.memory.Running[serverKey(s.ID)]
		if known && !tracked[serverKey(s.ID)] {
			what := Ended
			if s.Status.Failed() {
				what = Failed
			}
			o := model.Operation{Action: model.Restore, Server: s.Ref()}
			w.add(what, o, before, "the server is "+string(s.Status))
		}
	}
	w.forgetMissing(serverKey(""))
}

// forgetMissing forgets the operations of an earlier run that no list shows any more.
func (w *Watcher) forgetMissing(prefix string) {
	tracked := w.tracked()
	maps.DeleteFunc(w.memory.Running, func(key string, _ running) bool {
		return strings.HasPrefix(key, prefix) && !tracked[key]
	})
}

// tracked returns the keys of the operations that the state follows.
func (w *Watcher) tracked() map[string]bool {
	keys := map[string]bool{}
	for _, o := range w.state.Operations() {
		keys[operationKey(o)] = true
	}
	return keys
}

// trackRunning remembers the operations under way, and tells of those that are stuck. members is
// what the members have sent, of which more is known.
func (w *Watcher) trackRunning(members []model.Operation, fresh lists) {
	for _, o := range w.state.Operations() {
		key := operationKey(o)
		if key == "" {
			continue
		}
		entry, known := w.memory.Running[key]
		if !known {
			entry.Since = o.Started
		}
		o.Started = entry.Since
		i := slices.IndexFunc(members, func(m model.Operation) bool { return operationKey(m) == key })
		if i >= 0 {
			o.Point, o.Started, entry.By = members[i].Point, members[i].Started, model.Clean(members[i].By.Name)
		}
		if usual, stuck := w.state.Stuck(o); stuck && !entry.Stuck && fresh.isComplete() {
			if entry.Stuck = true; w.isNews() {
				w.add(Stuck, o, entry, "it has run for "+model.FormatDuration(o.Elapsed(w.state.Now))+
					", and usually takes at most "+model.FormatDuration(usual.Max))
			}
		}
		w.memory.Running[key] = entry
	}
}

// judge tells which servers meet their policy or no longer do, once all lists were read again.
func (w *Watcher) judge(fresh lists) {
	if !fresh.isComplete() || fresh.servers.Equal(w.judged.servers) ||
		fresh.points[0].Equal(w.judged.points[0]) || fresh.points[1].Equal(w.judged.points[1]) {
		return
	}
	w.judged = fresh
	notCovered := map[model.ID]bool{}
	for id := range w.memory.NotCovered {
		if _, listed := w.state.Server(id); listed {
			delete(w.absent, absentServer(id))
		} else if !w.isGone(absentServer(id)) {
			notCovered[id] = true
		}
	}
	for _, row := range w.state.Fleet().Assess(w.opts.Policies, true, w.state.Now) {
		met, was := row.Assessment.Health.Met(), w.memory.NotCovered[row.ID]
		if !met {
			notCovered[row.ID] = true
		}
		if w.memory.Covered && met == was {
			w.addCoverage(row)
		}
	}
	w.memory.Covered, w.memory.NotCovered, w.memory.At = true, notCovered, w.state.Now.UTC()
}

// add adds an event of an operation.
func (w *Watcher) add(kind Kind, o model.Operation, before running, why string) {
	e := w.newEvent(kind, o.Server)
	e.Action, e.Point, e.By = "create", newPoint(o.Point), before.By
	text := map[Kind]string{Failed: "failed", Stuck: "is stuck", Ended: "has completed"}[kind]
	id := operationKey(o)
	if o.Action == model.Restore {
		e.Action = "restore"
		id += "/" + before.Since.UTC().Format(time.RFC3339)
	}
	e.Text = model.Clean(o.Title() + " " + text)
	if why != "" {
		e.Text += ": " + model.Clean(why)
	}
	e.ID = eventID(w.opts.Host, string(kind), id)
	w.events = append(w.events, e)
}

// addCoverage adds an event of a server's coverage.
func (w *Watcher) addCoverage(row *model.AssessedServer) {
	kind, text := Covered, row.Ref().SentenceName()+" meets its policy again"
	if !row.Assessment.Health.Met() {
		kind, text = Uncovered, row.Ref().SentenceName()+" does not meet its policy"
	}
	e := w.newEvent(kind, row.Ref())
	e.Health = row.Assessment.Health.String()
	for _, r := range row.Assessment.Reasons {
		e.Reasons = append(e.Reasons, model.Clean(r.Message))
	}
	if e.Text = model.Clean(text); kind == Uncovered && len(e.Reasons) > 0 {
		e.Text += ": " + e.Reasons[0]
	}
	// The reading before is the same if an earlier run found it out and could not save it.
	e.ID = eventID(w.opts.Host, string(kind), string(row.ID), w.memory.At.Format(time.RFC3339))
	w.events = append(w.events, e)
}

func (w *Watcher) newEvent(kind Kind, s model.ServerRef) Event {
	return Event{Version: Version, Kind: kind, Time: w.state.Now.UTC().Truncate(time.Second), Host: w.opts.Host,
		Profile: w.opts.Profile, Server: newServer(s)}
}
