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

func TestAnActionIsSentUnderALockOnItsServer(t *testing.T) {
	j := &journal{}
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := do(command.NewSession(3, client(t, calls...), j, false), model.Delete, snap)
	if got.Outcome.Err != nil || fmt.Sprint(j.locked) != "[12345]" || fmt.Sprint(j.unlocked) != "[1]" {
		t.Errorf("%v; locked %v, unlocked after %v lines", got.Outcome.Err, j.locked, j.unlocked)
	}
}

func TestWhileAnotherProgramActsOnTheServerNothingIsSent(t *testing.T) {
	held := fmt.Errorf("%w: held", model.ErrConflict)
	got := do(command.NewSession(3, client(t), &journal{busy: held}, false), model.Delete, snap)
	checkUnsent(t, got, "another vpsdeck is acting on web-server-01", model.ErrConflict)
}

func TestWhereNothingCanBeLockedTheActionGoesOn(t *testing.T) {
	calls := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := do(command.NewSession(3, client(t, calls...), &journal{busy: errDisk}, false), model.Delete, snap)
	if got.Outcome.Err != nil {
		t.Error(got.Outcome.Err)
	}
}

func TestAnActionIsComparedWithTheNameThatWasConfirmed(t *testing.T) {
	old := snap
	old.Server.Name = "its-old-name"
	confirmed := model.Operation{Number: 7, Deed: model.Delete, Point: old, Server: server, Confirmed: model.LastPoint}
	calls := append(looksAt(old, list(serverLine), list(line(old))), apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	got := session(client(t, calls...)).Do(confirmed, model.Record{})().(command.DeedAnsweredMsg)
	if got.Outcome.Err != nil {
		t.Errorf("the point carries the server's old name, and it is refused: %v", got.Outcome.Err)
	}
	renamed := `{"id": 12345, "name": "renamed", "status": "active"}`
	got = session(client(t, looksAt(old, list(renamed), "")[:1]...)).Do(confirmed, model.Record{})().(command.DeedAnsweredMsg)
	checkUnsent(t, got, "now called renamed", model.ErrConflict)
}

func TestWhatHasBecomeTheLastPointIsNotDeletedUnlessThatWasConfirmed(t *testing.T) {
	remove := model.Operation{Number: 7, Deed: model.Delete, Point: snap, Server: server}
	onlyIt := append(looksAt(snap, list(serverLine), list(line(snap))), apitest.Call{Path: "/backups/", Query: "server_id=12345", Answer: list()})
	got := session(client(t, onlyIt...)).Do(remove, model.Record{})().(command.DeedAnsweredMsg)
	checkUnsent(t, got, "has become the last restore point of web-server-01", model.ErrConflict)

	another := append(looksAt(snap, list(serverLine), list(line(snap))),
		apitest.Call{Path: "/backups/", Query: "server_id=12345", Answer: list(line(backup))}, apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	if got := session(client(t, another...)).Do(remove, model.Record{})().(command.DeedAnsweredMsg); got.Outcome.Err != nil {
		t.Errorf("a backup remains, and yet: %v", got.Outcome.Err)
	}
}

// What another program began, and ended before it could tell, is looked up where the lists can tell.
func TestWhatAnotherProgramLeftOpenIsInTheWayOnlyWhileItMayRun(t *testing.T) {
	wanted := model.Point{Kind: model.Snapshot, Server: server, Name: "before-update"}
	made := model.Point{Kind: model.Snapshot, ID: "900", Server: server, Name: "other", CreatedAt: made}
	for _, c := range []struct {
		status model.PointStatus
		sent   bool
	}{{model.InProgress, false}, {model.Completed, true}} {
		left := model.Operation{ID: "gone-1", Deed: model.Create, Point: made, Server: server, Phase: model.Running, Started: time.Now()}
		listed := made
		listed.Status = c.status
		calls := []apitest.Call{{Path: "/servers/", Answer: list(serverLine)}, {Path: "/snapshots/", Query: "server_id=12345", Answer: list(line(listed))}}
		if c.sent {
			calls = append(calls, apitest.Call{Method: "POST", Path: "/snapshots/", Body: `{"server_id":12345,"name":"before-update"}`, Status: 201, Answer: line(model.Point{ID: "901", Name: "before-update", Status: "in_progress"})})
		}
		cl := client(t, calls...)
		j := &journal{read: []model.Record{left.Record(cl.Host(), time.Now())}}
		o := model.Operation{Number: 1, ID: "me-1", Deed: model.Create, Point: wanted, Server: server}
		s := command.NewSession(3, cl, j, false)
		s.Run = "me"
		got := s.Do(o, o.Record(cl.Host(), time.Now()))().(command.DeedAnsweredMsg)
		if c.sent != (got.Outcome.Err == nil) {
			t.Errorf("the other snapshot is %s: %v", c.status, got.Outcome.Err)
		}
		if !c.sent && (!got.Elsewhere || !errors.Is(got.Outcome.Err, model.ErrConflict) || !strings.Contains(model.Words(got.Outcome.Err), "begun by another vpsdeck")) {
			t.Errorf("%+v", got)
		}
	}
}
