package command_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

func TestActionIsSentUnderAServerLock(t *testing.T) {
	j := &fakeJournal{}
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := execute(command.NewSession(3, newClient(t, calls...), j, false), model.Delete, snap)
	if got.Outcome.Err != nil || fmt.Sprint(j.locked) != "[12345]" || fmt.Sprint(j.unlocked) != "[1]" {
		t.Errorf("%v; locked %v, unlocked after %v lines", got.Outcome.Err, j.locked, j.unlocked)
	}
}

func TestNothingIsSentWhileTheServerIsLocked(t *testing.T) {
	held := fmt.Errorf("%w: held", model.ErrConflict)
	got := execute(command.NewSession(3, newClient(t), &fakeJournal{busy: held}, false), model.Delete, snap)
	checkNotSent(t, got, "another vpsdeck is acting on web-server-01", model.ErrConflict)
}

func TestActionContinuesIfLockingFails(t *testing.T) {
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := execute(command.NewSession(3, newClient(t, calls...), &fakeJournal{busy: errDisk}, false), model.Delete,
		snap)
	if got.Outcome.Err != nil {
		t.Error(got.Outcome.Err)
	}
}

func TestRecheckUsesTheConfirmedServerName(t *testing.T) {
	old := snap
	old.Server.Name = "its-old-name"
	confirmed := model.Operation{Number: 7, Action: model.Delete, Point: old, Server: server,
		ConfirmedRole: model.LastPoint}
	calls := append(recheckCalls(old, listJSON(serverJSON), listJSON(pointJSON(old))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := newSession(newClient(t, calls...)).Execute(confirmed, model.Record{})().(command.ActionResultMsg)
	if got.Outcome.Err != nil {
		t.Errorf("refused because the point has the server's old name: %v", got.Outcome.Err)
	}
	renamed := `{"id": 12345, "name": "renamed", "status": "active"}`
	got = newSession(newClient(t, recheckCalls(old, listJSON(renamed), "")[:1]...)).Execute(confirmed,
		model.Record{})().(command.ActionResultMsg)
	checkNotSent(t, got, "now called renamed", model.ErrConflict)
}

func TestNewlyLastPointIsNotDeletedUnlessConfirmed(t *testing.T) {
	remove := model.Operation{Number: 7, Action: model.Delete, Point: snap, Server: server}
	onlyIt := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Path: "/backups/", Query: "server_id=12345", ResponseBody: listJSON()})
	got := newSession(newClient(t, onlyIt...)).Execute(remove, model.Record{})().(command.ActionResultMsg)
	checkNotSent(t, got, "is now the last restore point of web-server-01", model.ErrConflict)

	unusable := remove // when its deletion was confirmed
	unusable.Point.Status = "verifying"
	got = newSession(newClient(t, onlyIt...)).Execute(unusable, model.Record{})().(command.ActionResultMsg)
	checkNotSent(t, got, "is now the last restore point of web-server-01", model.ErrConflict)

	another := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Path: "/backups/", Query: "server_id=12345", ResponseBody: listJSON(pointJSON(backup))},
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	if got := newSession(newClient(t, another...)).Execute(remove,
		model.Record{})().(command.ActionResultMsg); got.Outcome.Err != nil {
		t.Errorf("refused although a backup remains: %v", got.Outcome.Err)
	}
}

// What another program started before it was killed is looked up in the lists, where they can
// tell.
func TestAbandonedOperationBlocksOnlyWhileItMayRun(t *testing.T) {
	wanted := model.Point{Kind: model.Snapshot, Server: server, Name: "before-update"}
	made := model.Point{Kind: model.Snapshot, ID: "900", Server: server, Name: "other", CreatedAt: createdAt}
	for _, c := range []struct {
		status model.PointStatus
		sent   bool
	}{{model.InProgress, false}, {model.Completed, true}} {
		left := model.Operation{ID: "gone-1", Action: model.Create, Point: made, Server: server,
			Phase: model.PhaseRunning, Started: time.Now()}
		listed := made
		listed.Status = c.status
		calls := []apitest.Call{{Path: "/servers/", ResponseBody: listJSON(serverJSON)},
			{Path: "/snapshots/", Query: "server_id=12345", ResponseBody: listJSON(pointJSON(listed))}}
		if c.sent {
			calls = append(calls, apitest.Call{Method: "POST", Path: "/snapshots/",
				Body: `{"server_id":12345,"name":"before-update"}`, Status: 201,
				ResponseBody: pointJSON(model.Point{ID: "901", Name: "before-update", Status: "in_progress"})})
		}
		cl := newClient(t, calls...)
		j := &fakeJournal{read: []model.Record{left.Record(cl.Host(), time.Now())}}
		o := model.Operation{Number: 1, ID: "me-1", Action: model.Create, Point: wanted, Server: server}
		s := command.NewSession(3, cl, j, false)
		s.RunID = "me"
		got := s.Execute(o, o.Record(cl.Host(), time.Now()))().(command.ActionResultMsg)
		if c.sent != (got.Outcome.Err == nil) {
			t.Errorf("the other snapshot is %s: %v", c.status, got.Outcome.Err)
		}
		if !c.sent && (!got.OtherProgram || !errors.Is(got.Outcome.Err, model.ErrConflict) ||
			!strings.Contains(model.ErrorMessage(got.Outcome.Err), "started by another vpsdeck")) {
			t.Errorf("%+v", got)
		}
	}
}
