package command_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/apitest"
	"vpsdeck/api/sim"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// The account as it was when the action was confirmed: a server, a backup and a snapshot of it.
var (
	createdAt = time.Date(2025, 1, 15, 18, 30, 0, 0, time.UTC)
	server    = model.ServerRef{ID: "12345", Name: "web-server-01"}
	backup    = model.Point{Kind: model.Backup, ID: "501", Server: server, Type: model.Automatic,
		Status: model.Completed, CreatedAt: createdAt}
	snap = model.Point{Kind: model.Snapshot, ID: "801", Server: server, Name: "pre-migration",
		Status: model.Completed, CreatedAt: createdAt}
)

// The same in the JSON of the API.
const (
	serverJSON  = `{"id": 12345, "name": "web-server-01", "status": "active"}`
	pointFormat = `{"id": %s, "server": {"id": 12345, "name": "web-server-01"}, "name": "%s", "status": "%s", ` +
		`"created_at": "%s"}`
)

func listJSON(items ...string) string {
	return fmt.Sprintf(`{"count": %d, "results": [%s]}`, len(items), strings.Join(items, ", "))
}

func pointJSON(p model.Point) string {
	return fmt.Sprintf(pointFormat, p.ID, p.Name, p.Status, p.CreatedAt.Format(time.RFC3339))
}

// recheckCalls are the requests that Execute checks with before it sends: the servers, and the
// points of the kind.
func recheckCalls(p model.Point, servers, points string) []apitest.Call {
	return []apitest.Call{
		{Path: "/servers/", ResponseBody: servers},
		{Path: "/" + p.Kind.String() + "s/", Query: "server_id=12345", ResponseBody: points},
	}
}

// newClient is a real client, for a server that follows a script.
func newClient(t *testing.T, calls ...apitest.Call) command.Client {
	t.Helper()
	c, err := api.New(apitest.Script(t, calls...), "vps_x",
		api.WithWait(func(context.Context, time.Duration) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// execute carries out an action in a session and returns the result.
func execute(s *command.Session, action model.Action, p model.Point) command.ActionResultMsg {
	o := model.Operation{Number: 7, Action: action, Point: p, Server: p.Server, ConfirmedRole: model.LastPoint}
	return s.Execute(o, o.Record("host", createdAt))().(command.ActionResultMsg)
}

func newSession(c command.Client) *command.Session { return command.NewSession(3, c, nil, false) }

func TestActionRechecksFirstThenSendsOneRequest(t *testing.T) {
	restored := `{"status": "success", "server": {"id": 12345, "name": "web-server-01", "status": "restoring"}}`
	created := func(p model.Point) string {
		return fmt.Sprintf(pointFormat, "900", p.Name, "in_progress", "2025-01-16T16:15:00Z")
	}
	newSnap := model.Point{Kind: model.Snapshot, Server: server, Name: "before-update", Description: "by hand"}
	newBackup := model.Point{Kind: model.Backup, Server: server, Type: model.Manual, Description: "by hand"}
	for name, c := range map[string]struct {
		action model.Action
		point  model.Point
		sent   apitest.Call
	}{
		"create a snapshot": {model.Create, newSnap, apitest.Call{Method: "POST", Path: "/snapshots/",
			Body: `{"server_id": 12345, "name": "before-update", "description": "by hand"}`, Status: 201,
			ResponseBody: created(newSnap)}},
		"create a backup": {model.Create, newBackup, apitest.Call{Method: "POST", Path: "/backups/",
			Body: `{"server_id": 12345, "description": "by hand"}`, Status: 201, ResponseBody: created(newBackup)}},
		"restore a snapshot": {model.Restore, snap, apitest.Call{Method: "POST", Path: "/snapshots/801/restore/",
			ResponseBody: restored}},
		"restore a backup": {model.Restore, backup, apitest.Call{Method: "POST", Path: "/servers/12345/restore/",
			Body: `{"backup_id": 501}`, ResponseBody: restored}},
		"delete a snapshot": {model.Delete, snap, apitest.Call{Method: "DELETE", Path: "/snapshots/801/",
			Status: 204}},
		"delete a backup": {model.Delete, backup, apitest.Call{Method: "DELETE", Path: "/backups/501/",
			Status: 204}},
	} {
		t.Run(name, func(t *testing.T) {
			calls := []apitest.Call{{Path: "/servers/", ResponseBody: listJSON(serverJSON)}}
			if c.action != model.Create {
				calls = recheckCalls(c.point, listJSON(serverJSON), listJSON(pointJSON(c.point)))
			}
			got := execute(newSession(newClient(t, append(calls, c.sent)...)), c.action, c.point)
			if got.Session != 3 || got.Number != 7 || got.Outcome.Err != nil || got.Outcome.AnswerLost ||
				got.JournalErr != nil {
				t.Errorf("%+v", got)
			}
			switch {
			case c.action == model.Create &&
				(got.Accepted.Point.ID != "900" || got.Accepted.Point.Kind != c.point.Kind):
				t.Errorf("the created point is %+v", got.Accepted.Point)
			case c.action == model.Restore && got.Accepted.ServerStatus != model.ServerRestoring:
				t.Errorf("%+v", got.Accepted)
			}
			if described := command.DescribeRequest(c.action, c.point); !strings.HasPrefix(described,
				c.sent.Method+" "+c.sent.Path) {
				t.Errorf("the request is described as %q", described)
			}
		})
	}
}

func TestNothingIsSentIfTheAccountHasChanged(t *testing.T) {
	changed := func(change func(*model.Point)) string {
		p := snap
		change(&p)
		return listJSON(pointJSON(p))
	}
	gone, same := listJSON(), listJSON(serverJSON)
	notDelete := []model.Action{model.Create, model.Restore} // a point may outlive its server
	status := func(s string) string { return strings.Replace(listJSON(serverJSON), "active", s, 1) }
	for name, c := range map[string]struct {
		servers, points string // what Execute finds; "": not requested
		words           string
		kind            error
		actions         []model.Action
	}{
		"the server is gone": {gone, "", "server web-server-01 is no longer there", model.ErrNotFound, notDelete},
		"the server ID differs": {listJSON(strings.Replace(serverJSON, "12345", "12346", 1)), "",
			"web-server-01 is no longer there", model.ErrNotFound, notDelete},
		"the server is renamed": {listJSON(strings.Replace(serverJSON, "web-server-01", "db-server-01", 1)), "",
			"server #12345 is now called db-server-01, not web-server-01", model.ErrConflict, nil},
		"the server is restoring": {status("restoring"), "", "web-server-01 is being restored", model.ErrConflict, nil},
		"the point is gone": {same, gone, "snapshot #801 is no longer there", model.ErrNotFound,
			[]model.Action{model.Restore, model.Delete}},
		"the point is newer": {same, changed(func(p *model.Point) { p.CreatedAt = createdAt.Add(time.Hour) }),
			"not the one that was shown", model.ErrConflict, []model.Action{model.Restore, model.Delete}},
		"the point is renamed": {same, changed(func(p *model.Point) { p.Name = "weekly" }),
			"not the one that was shown", model.ErrConflict, []model.Action{model.Restore, model.Delete}},
		"its server differs": {same, strings.Replace(changed(func(*model.Point) {}), "12345", "12346", 1),
			"not the one that was shown", model.ErrConflict, []model.Action{model.Restore, model.Delete}},
		"the point is being made": {same, changed(func(p *model.Point) { p.Status = model.InProgress }),
			"still being created", model.ErrConflict, []model.Action{model.Restore, model.Delete}},
		"the point has failed": {same, changed(func(p *model.Point) { p.Status = model.Failed }),
			"cannot be restored", model.ErrConflict, []model.Action{model.Restore}},
		"another point is listed": {same, listJSON(strings.Replace(pointJSON(snap), "801", "802", 1)),
			"snapshot #801 is no longer there", model.ErrNotFound, []model.Action{model.Restore, model.Delete}},
	} {
		actions := c.actions
		if actions == nil {
			actions = []model.Action{model.Create, model.Restore, model.Delete}
		}
		for _, action := range actions {
			t.Run(fmt.Sprintf("%s, action %d", name, action), func(t *testing.T) {
				calls := recheckCalls(snap, c.servers, c.points)
				if c.points == "" {
					calls = calls[:1]
				}
				checkNotSent(t, execute(newSession(newClient(t, calls...)), action, snap), c.words, c.kind)
			})
		}
	}
}

func TestPointOfADeletedServerCanBeDeleted(t *testing.T) {
	calls := append(recheckCalls(snap, listJSON(), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: 204})
	if got := execute(newSession(newClient(t, calls...)), model.Delete, snap); got.Outcome.Err != nil {
		t.Errorf("%+v", got)
	}
}

// checkNotSent fails the test unless the action was not sent, for this reason.
func checkNotSent(t *testing.T, got command.ActionResultMsg, words string, kind error) {
	t.Helper()
	message := model.ErrorMessage(got.Outcome.Err)
	if got.Outcome.AnswerLost || !strings.Contains(message, words) || !strings.Contains(message, "nothing was sent") ||
		!errors.Is(got.Outcome.Err, kind) {
		t.Errorf("%+v; the message is %q, want %q and %q", got.Outcome, message, words, "nothing was sent")
	}
	if got.Session != 3 || got.Number != 7 || got.Accepted != (model.ActionResult{}) {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsSentIfTheRecheckFails(t *testing.T) {
	for status, kind := range map[int]error{
		http.StatusUnauthorized: model.ErrUnauthorized, http.StatusForbidden: model.ErrForbidden,
		http.StatusInternalServerError: model.ErrUnavailable,
	} {
		refused := apitest.Call{Path: "/servers/", Status: status, ResponseBody: `{"detail": "Not now, please."}`}
		checkNotSent(t, execute(newSession(newClient(t, refused)), model.Create, snap), "Not now, please.", kind)
		refused.Path, refused.Query = "/snapshots/", "server_id=12345"
		calls := []apitest.Call{{Path: "/servers/", ResponseBody: listJSON(serverJSON)}, refused}
		checkNotSent(t, execute(newSession(newClient(t, calls...)), model.Restore, snap), "Not now, please.", kind)
	}
	nobody, err := api.New("http://127.0.0.1:1/api/v1", "vps_x",
		api.WithWait(func(context.Context, time.Duration) error { return nil }))
	if err != nil {
		t.Fatal(err)
	}
	checkNotSent(t, execute(newSession(nobody), model.Delete, snap), "the check before it failed", model.ErrUnreachable)
}

func TestReadOnlySessionSendsNothing(t *testing.T) {
	for _, action := range []model.Action{model.Create, model.Restore, model.Delete} {
		s := command.NewSession(3, newClient(t), nil, true) // a script without calls: one would fail the test
		checkNotSent(t, execute(s, action, snap), "read-only", model.ErrForbidden)
	}
}

func TestClosedSessionSendsNothing(t *testing.T) {
	s := newSession(newClient(t))
	s.Close()
	got := execute(s, model.Delete, snap)
	if got.Outcome.Err == nil || got.Outcome.AnswerLost || !strings.Contains(model.ErrorMessage(got.Outcome.Err),
		"nothing was sent") {
		t.Errorf("%+v", got)
	}
}

func TestRefusalCarriesTheAPIMessage(t *testing.T) {
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "POST", Path: "/snapshots/801/restore/", Status: 400,
			ResponseBody: `{"detail": "The server is not in a valid state."}`})
	got := execute(newSession(newClient(t, calls...)), model.Restore, snap)
	if !errors.Is(got.Outcome.Err, model.ErrRefused) || got.Outcome.AnswerLost ||
		!strings.Contains(model.ErrorMessage(got.Outcome.Err), "not in a valid state") {
		t.Errorf("%+v", got.Outcome)
	}
}

func TestLostAnswerIsNotARefusal(t *testing.T) {
	calls := append(recheckCalls(snap, listJSON(serverJSON), listJSON(pointJSON(snap))),
		apitest.Call{Method: "DELETE", Path: "/snapshots/801/", Status: http.StatusBadGateway, ResponseBody: "<html>"})
	got := execute(newSession(newClient(t, calls...)), model.Delete, snap)
	if !got.Outcome.AnswerLost || !errors.Is(got.Outcome.Err, model.ErrOutcomeUnknown) {
		t.Errorf("%+v", got.Outcome)
	}
}

func TestRequestsAreDescribedAsInTheAPIDocs(t *testing.T) {
	for _, c := range []struct {
		action model.Action
		point  model.Point
		want   string
	}{
		{model.Create, backup, "POST /backups/"},
		{model.Create, snap, "POST /snapshots/"},
		{model.Restore, backup, `POST /servers/12345/restore/  {"backup_id": 501}`},
		{model.Restore, snap, "POST /snapshots/801/restore/"},
		{model.Delete, backup, "DELETE /backups/501/"},
		{model.Delete, snap, "DELETE /snapshots/801/"},
	} {
		if got := command.DescribeRequest(c.action, c.point); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The client keeps the last requests of a rate limit for actions. An action cannot be sent without
// its checks, so these may use them; the lists of a poll may not.
func TestActionAndItsChecksUseTheReservedRequests(t *testing.T) {
	account := simtest.New(t, simtest.At(15, 45), sim.Options{Token: "vps_live", Servers: 2})
	left := 5
	url := simtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		left--
		w.Header().Set("X-RateLimit-Limit", "100")
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left))
		w.Header().Set("X-RateLimit-Reset", "3000")
		account.ServeHTTP(w, r)
	}))
	s := newSession(simtest.NewClient(t, url, "vps_live", simtest.SteppedTime(account.Clock.Now)...))
	loaded := s.LoadPoints(model.Snapshot, server.ID, 1)().(command.PointsLoadedMsg)
	if len(loaded.Points) == 0 {
		t.Fatal(loaded.Err)
	}
	if polled := s.LoadServers(2)().(command.ServersLoadedMsg); !errors.Is(polled.Err, model.ErrRateLimited) {
		t.Errorf("the poll got %d servers, %v", len(polled.Servers), polled.Err)
	}
	if got := execute(s, model.Restore, loaded.Points[0]); got.Outcome.Err != nil {
		t.Errorf("the restore was not sent: %v", got.Outcome.Err)
	}
	err := execute(s, model.Delete, loaded.Points[0]).Outcome.Err
	if left != 1 || !errors.Is(err, model.ErrRateLimited) {
		t.Errorf("with %d requests left: %v", left, err)
	}
}
