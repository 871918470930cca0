package command_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api"
	"vpsdeck/api/apitest"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// applyAnswers applies the answers of commands to the state.
func applyAnswers(t *testing.T, state *model.State, cmds []tea.Cmd) {
	t.Helper()
	for _, cmd := range cmds {
		if cmd == nil {
			continue
		}
		var err error
		switch msg := cmd().(type) {
		case command.ServersLoadedMsg:
			err = msg.Err
			state.ApplyServers(msg.Ticket, msg.Servers, msg.Err)
		case command.PointsLoadedMsg:
			err = msg.Err
			state.ApplyPoints(msg.Kind, msg.Server, msg.Ticket, msg.Points, msg.Err)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// loadedState is a state in which everything has been loaded once. The API has accepted the given
// actions.
func loadedState(t *testing.T, begun ...model.ActionRequest) *model.State {
	t.Helper()
	state := &model.State{Local: createdAt, Now: createdAt}
	applyAnswers(t, state, newSession(newClient(t,
		apitest.Call{Path: "/servers/", ResponseBody: listJSON(serverJSON)},
		apitest.Call{Path: "/backups/", ResponseBody: listJSON()},
		apitest.Call{Path: "/snapshots/", ResponseBody: listJSON(pointJSON(snap))},
	)).RefreshAll(state))
	for i, in := range begun {
		o := state.Begin(in, "run")
		in.Point.ID, in.Point.Status, in.Point.CreatedAt = model.ID("90"+string(rune('0'+i))), model.InProgress,
			createdAt
		state.ApplyResult(o.Number, model.ActionResult{Point: in.Point}, model.Outcome{})
	}
	return state
}

func TestRefreshRunningLoadsOnlyWhatOperationsNeed(t *testing.T) {
	create := func(kind model.Kind, server model.ID) model.ActionRequest {
		return model.ActionRequest{Action: model.Create,
			Point: model.Point{Kind: kind, Server: model.ServerRef{ID: server}}}
	}
	servers := apitest.Call{Path: "/servers/", ResponseBody: listJSON(serverJSON)}
	for name, c := range map[string]struct {
		begun []model.ActionRequest
		asked []apitest.Call
	}{
		"nothing runs": {nil, nil},
		"one server's snapshot": {[]model.ActionRequest{create(model.Snapshot, "12345")},
			[]apitest.Call{{Path: "/snapshots/", Query: "server_id=12345", ResponseBody: listJSON()}}},
		"snapshots of several": {[]model.ActionRequest{create(model.Snapshot, "12345"), create(model.Snapshot, "2")},
			[]apitest.Call{{Path: "/snapshots/", ResponseBody: listJSON()}}},
		"a backup": {[]model.ActionRequest{create(model.Backup, "2")},
			[]apitest.Call{{Path: "/backups/", Query: "server_id=2", ResponseBody: listJSON()}}},
		"a restore": {[]model.ActionRequest{{Action: model.Restore, Point: snap}},
			[]apitest.Call{servers}},
		"a restore and a backup": {[]model.ActionRequest{{Action: model.Restore, Point: snap},
			create(model.Backup, "2")}, []apitest.Call{servers,
			{Path: "/backups/", Query: "server_id=2", ResponseBody: listJSON()}}},
	} {
		t.Run(name, func(t *testing.T) {
			state := loadedState(t, c.begun...)
			// too many or too few requests fail the test
			applyAnswers(t, state, newSession(newClient(t, c.asked...)).RefreshRunning(state))
		})
	}
}

func TestRefreshInFlightIsNotRepeated(t *testing.T) {
	state := &model.State{}
	s := newSession(newClient(t))
	s.RefreshAll(state)
	for i, cmd := range s.RefreshAll(state) {
		if cmd != nil {
			t.Errorf("request %d was repeated", i)
		}
	}
}

func TestPollIntervalAndRetryDelayGrowToALimit(t *testing.T) {
	var waits []time.Duration
	for interval := time.Duration(0); len(waits) < 12; waits = append(waits, interval) {
		interval = command.NextPollInterval(interval)
	}
	if waits[0] != time.Second || waits[11] != 10*time.Second || !slices.IsSorted(waits) {
		t.Errorf("%v", waits)
	}
	for failures, want := range map[int]time.Duration{1: 2 * time.Second, 3: 8 * time.Second, 6: time.Minute,
		1000: time.Minute} {
		if got := command.RetryDelay(failures, errors.New("down")); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
	if got := command.RetryDelay(1, rateLimitError(t)); got != 90*time.Second {
		t.Errorf("Retry-After is 90 s, the delay is %v", got)
	}
}

// rateLimitError is an answer 429 with Retry-After 90 s.
func rateLimitError(t *testing.T) error {
	t.Helper()
	c, err := api.New(apitest.Script(t,
		apitest.Call{Path: "/servers/", Status: 429, ResponseHeader: map[string]string{"Retry-After": "90"}}), "vps_x")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Servers(t.Context(), model.ServerFilter{})
	return err
}

func TestCooldownGrowsWithRequestTimeUpToALimit(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		-time.Second: 0, 0: 0, 100 * time.Millisecond: 1900 * time.Millisecond, time.Second: 19 * time.Second,
		time.Minute: 5 * time.Minute,
	} {
		if got := command.CooldownAfter(took); got != want {
			t.Errorf("after %s: %s, want %s", took, got, want)
		}
	}
}

func TestServersOfALargeFleetArePolledInTurn(t *testing.T) {
	create := func(server model.ID) model.ActionRequest {
		return model.ActionRequest{Action: model.Create,
			Point: model.Point{Kind: model.Backup, Server: model.ServerRef{ID: server}}}
	}
	state := loadedState(t, create("1"), create("2"), create("3"))
	for i := range 101 {
		state.Backups.Value = append(state.Backups.Value,
			model.Point{Kind: model.Backup, ID: model.ID(fmt.Sprint(1000 + i))})
	}
	asked := map[model.ID]int{}
	s := newSession(newClient(t))
	s.Close() // every request fails at once; its message names the server
	for range 6 {
		for _, cmd := range s.RefreshRunning(state) {
			msg := cmd().(command.PointsLoadedMsg)
			asked[msg.Server]++
			state.ApplyPoints(msg.Kind, msg.Server, msg.Ticket, nil, msg.Err)
		}
	}
	if len(asked) != 3 || asked["1"] != 2 || asked["2"] != 2 || asked["3"] != 2 {
		t.Errorf("requests by server: %v", asked)
	}
}
