package report

import (
	"fmt"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// event is something that failed, or a restore.
type event struct {
	At, Ended time.Time // Ended is zero if it has not ended, or that is not known; At too if it is not known
	ServerID  string
	Server    string
	What      string // “backup”, “restore snapshot known-good”
	Kind      string
	PointID   string
	Point     string // its name, or else its ID with #
	Outcome   string
	Reason    string
	By        string // "": not known
}

// outcomes are the outcomes of an action by the event of its last record.
var outcomes = map[string]string{
	model.EventIntent: "not known", model.EventRunning: "was running when last seen",
	model.EventUnknown: "not known", model.EventDone: "done", model.EventFailed: "failed",
	model.EventRefused: "refused", model.EventNotSeen: "not seen", model.EventUnconfirmed: "unconfirmed",
	model.EventCanceled: "canceled",
}

// localUser is who acted where vpsdeck was not shared, and so did not ask for names.
const localUser = "local user"

// addHistory adds what failed and what was restored, from the lists and the journal.
func (r *Report) addHistory(in Input) {
	created := map[model.Key]model.Record{} // what the journal knows of a failed point
	for _, record := range in.History.Records {
		op, ok := record.Operation()
		if !ok || op.Started.Before(r.From) && op.Ended.Before(r.From) {
			continue
		}
		if op.Action == model.Restore {
			r.Restores = append(r.Restores, newEvent(record, op))
		}
		switch {
		case !isFailure(record.Event):
		case op.Action == model.Create && op.Point.ID != "":
			created[op.Point.Key()] = record
		default:
			r.Failures = append(r.Failures, newEvent(record, op))
		}
	}
	r.addFailedPoints(in.State, created)
	newest := func(a, b event) int { return b.At.Compare(a.At) }
	slices.SortStableFunc(r.Failures, newest)
	slices.SortStableFunc(r.Restores, newest)
	r.describeJournal(in.History)
}

// isFailure reports whether an action did not succeed, or may not have. Running and canceled ones
// are no failures.
func isFailure(recorded string) bool {
	switch recorded {
	case model.EventDone, model.EventRunning, model.EventCanceled:
		return false
	}
	return true
}

// addFailedPoints adds the failed points of the period. One that the journal knows too is one event.
func (r *Report) addFailedPoints(state *model.State, created map[model.Key]model.Record) {
	for _, list := range [][]model.Point{state.Backups.Value, state.Snapshots.Value} {
		for i := range list {
			p := &list[i]
			if p.Status == model.Completed { // also if the journal knows of no end
				delete(created, p.Key())
			}
			if !p.Status.Failed() || !p.CreatedAt.IsZero() && p.CreatedAt.Before(r.From) {
				continue
			}
			e := event{
				At: p.CreatedAt, ServerID: model.Clean(string(p.Server.ID)), Server: model.Clean(p.Server.ShortLabel()),
				What: kindName(p), Kind: p.Kind.String(), PointID: model.Clean(string(p.ID)),
				Point: model.Clean(p.Label()), Outcome: "failed", Reason: "the provider lists it as failed",
			}
			if record, known := created[p.Key()]; known {
				delete(created, p.Key())
				op, _ := record.Operation()
				e.By, e.Ended = actor(op.By), op.Ended
			}
			r.Failures = append(r.Failures, e)
		}
	}
	for _, record := range created { // sorted later
		op, _ := record.Operation()
		r.Failures = append(r.Failures, newEvent(record, op))
	}
	slices.SortFunc(r.Failures, compareEvents)
}

// compareEvents makes the order of events with equal times the same in every report.
func compareEvents(a, b event) int {
	return slices.Compare([]string{a.Server, a.What, a.PointID, a.By}, []string{b.Server, b.What, b.PointID, b.By})
}

func newEvent(record model.Record, op model.Operation) event {
	e := event{
		At: op.Started, Ended: op.Ended, ServerID: model.Clean(string(op.Server.ID)),
		Server: model.Clean(op.Server.ShortLabel()), What: model.Clean(op.ActionText()), Kind: op.Point.Kind.String(),
		PointID: model.Clean(string(op.Point.ID)), Point: model.Clean(op.Point.Label()),
		Outcome: outcomes[record.Event], Reason: op.Reason, By: actor(op.By),
	}
	if op.Point.ID == "" {
		e.Point = model.Clean(op.Point.Name)
	}
	return e
}

func actor(by model.Actor) string {
	switch {
	case by.Name == "":
		return localUser
	case by.Address == "":
		return by.Name
	}
	return by.Name + " (" + by.Address + ")"
}

// describeJournal says what the journal cannot know.
func (r *Report) describeJournal(h History) {
	if h.Problem != "" {
		r.Doubts = append(r.Doubts, "What was restored is not known: "+model.Clean(h.Problem)+".")
		return
	}
	r.JournalNotes = []string{"By the journal of this machine. Restores from another machine or in the provider's " +
		"panel are not in it. “" + localUser + "” is a person at this machine, whose name vpsdeck does not ask for."}
	switch {
	case len(h.Records) == 0:
		r.JournalNotes = append(r.JournalNotes, "It has no action on this account.")
	case h.Records[0].SentAt.After(r.From):
		r.JournalNotes = append(r.JournalNotes, fmt.Sprintf("Its first action on this account is of %s.",
			widget.FormatTime(h.Records[0].SentAt)))
	}
	if h.Unreadable > 0 {
		r.Doubts = append(r.Doubts, fmt.Sprintf("%s of the journal cannot be read: an action may be missing from "+
			"this report.", model.Pluralize(h.Unreadable, "line")))
	}
}
