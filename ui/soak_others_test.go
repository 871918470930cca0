package ui_test

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
)

// inDemo reports whether the program shows the demo.
func (s *soakTest) inDemo() bool {
	s.Advance(0)
	return strings.HasPrefix(s.app.View().WindowTitle, "vpsdeck demo")
}

// actAsOther acts as another user of the account, without faults. The API may refuse it, for
// instance while something else is running.
func (s *soakTest) actAsOther() {
	kind := []model.Kind{model.Backup, model.Snapshot}[s.random.IntN(2)]
	points := s.points(kind, "")
	if len(points) == 0 {
		return
	}
	p := points[s.random.IntN(len(points))]
	ctx, label := s.t.Context(), s.uniqueName("theirs")
	touched := ""
	var err error
	switch n := s.random.IntN(10); {
	case n < 3 && kind == model.Backup:
		_, err = s.otherClient.CreateBackup(ctx, p.Server.ID, label)
	case n < 3:
		_, err = s.otherClient.CreateSnapshot(ctx, p.Server.ID, label, "")
	case p.Status != model.Completed:
		return
	case n < 6 && kind == model.Backup:
		touched = "server #" + string(p.Server.ID)
		_, err = s.otherClient.RestoreBackup(ctx, p.Server.ID, p.ID)
	case n < 6:
		touched = "server #" + string(p.Server.ID)
		_, err = s.otherClient.RestoreSnapshot(ctx, p.ID)
	case kind == model.Backup:
		touched = pointName(kind, p.ID)
		err = s.otherClient.DeleteBackup(ctx, p.ID)
	default:
		touched = pointName(kind, p.ID)
		err = s.otherClient.DeleteSnapshot(ctx, p.ID)
	}
	s.audit.note(s.accountClock.Now(), "somebody else: %s #%s of %s, %s: %v", kind, p.ID, p.Server.ID, label, err)
	if err == nil {
		s.audit.addTouch(s.accountClock.Now(), "somebody else", touched)
	}
}

// pointName returns the name of a restore point in the audit log.
func pointName(kind model.Kind, id model.ID) string { return kind.String() + " #" + string(id) }

// touch is a change to a restore point or a server, by a run of the program or by somebody else.
type touch struct {
	time time.Time
	by   string
}

// addTouch records who changed something.
func (a *auditLog) addTouch(at time.Time, by, target string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.addTouchLocked(at, by, target)
}

func (a *auditLog) addTouchLocked(at time.Time, by, target string) {
	a.touches[target] = append(a.touches[target], touch{at, by})
}

// runOf returns the run of the program that began an operation.
func runOf(operation string) string {
	run, _, _ := strings.Cut(operation, "-")
	return run
}

// targetOf returns what a request created (by the account's answer) or deleted, or the server that
// it restored.
func targetOf(what string, answer []byte) string {
	var point struct {
		ID model.ID `json:"id"`
	}
	_ = json.Unmarshal(answer, &point) // only the answer to a create has one
	path := strings.Split(strings.Fields(what)[1], "/")
	kind := strings.TrimSuffix(path[1], "s")
	switch {
	case strings.HasPrefix(what, "DELETE"):
		return kind + " #" + path[2]
	case point.ID != "":
		return kind + " #" + string(point.ID)
	case kind == "server":
		return "server #" + path[2]
	}
	var restored struct {
		Server struct {
			ID model.ID `json:"id"`
		} `json:"server"`
	}
	_ = json.Unmarshal(answer, &restored)
	return "server #" + string(restored.Server.ID)
}

// isAmbiguous reports whether somebody else, or another run, changed the target of an operation
// while it lasted, or before it, while it was being checked. A restore by somebody else may have run
// for long, unseen by the check if the account hides restores. Its traces may then be theirs, and
// docs/RELIABILITY.md does not promise to tell them apart. The same is true if both programs watch
// an operation that an earlier run left.
func (a *auditLog) isAmbiguous(r model.Record, sent *sentAction) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	target, before := r.Kind+" #"+string(r.Point.ID), time.Minute
	switch {
	case len(a.writers[r.ID]) > 1:
		return true
	case r.Action == "restore":
		target, before = "server #"+string(r.Server.ID), longestRestore
	case sent != nil && sent.target != "":
		target = sent.target
	}
	return slices.ContainsFunc(a.touches[target], func(h touch) bool {
		return h.by != runOf(r.ID) && h.time.After(a.firstWritten[r.ID].Add(-before)) &&
			!h.time.After(a.lastWritten[r.ID])
	})
}

// longestRestore is longer than any restore of the simulated account takes.
const longestRestore = 3 * time.Hour

// isMisattributed reports whether one program gave up a create, while another still searched for it
// and found a second try of the same name. The two tries cannot be told apart. The action is not
// sent again because of it.
func (a *auditLog) isMisattributed(r model.Record, steps string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, after, given := strings.Cut(steps, model.EventNotSeen)
	return r.Action == "create" && len(a.writers[r.ID]) > 1 && given && strings.Contains(after, model.EventDone)
}

// touchedByOthers reports whether somebody else has ever changed a restore point.
func (a *auditLog) touchedByOthers(r model.Record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(a.touches[r.Kind+" #"+string(r.Point.ID)],
		func(h touch) bool { return h.by != runOf(r.ID) })
}
