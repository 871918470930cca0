package headless

import (
	"fmt"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/retention"
)

func TestOnlyADispensableSnapshotMakesRoom(t *testing.T) {
	const day = 24 * time.Hour
	web := model.Server{ID: "1", Name: "web"}
	// snapshots returns five, "1" the newest, with these statuses
	snapshots := func(statuses ...model.PointStatus) []model.Point {
		var out []model.Point
		for i, status := range statuses {
			out = append(out, model.Point{Kind: model.Snapshot, ID: model.ID(fmt.Sprint(i + 1)), Server: web.Ref(),
				Status: status, CreatedAt: testTime.Add(-time.Duration(i+1) * day)})
		}
		return out
	}
	const ok, failed, odd = model.Completed, model.Failed, model.PointStatus("verifying")
	for name, c := range map[string]struct {
		points []model.Point
		keep   retention.Rules
		policy model.Policy
		want   model.ID // "": none
	}{
		"the oldest":                    {snapshots(ok, ok, ok, ok, ok), retention.Rules{Last: 2}, model.Policy{}, "5"},
		"the oldest beside the new one": {snapshots(ok, ok, ok, ok, ok), retention.Rules{Last: 5}, model.Policy{}, "5"},
		"all are kept":                  {snapshots(ok, ok, ok, ok, ok), retention.Rules{Last: 6}, model.Policy{}, ""},
		"one that failed frees nothing for sure": {snapshots(ok, ok, ok, ok, failed), retention.Rules{Last: 1},
			model.Policy{}, "4"},
		"the last usable one stays until the new one is there": {snapshots(odd, odd, odd, odd, ok),
			retention.Rules{Last: 1}, model.Policy{}, ""},
		"what the policy needs until then": {snapshots(ok, ok, ok, ok, ok), retention.Rules{Last: 1},
			model.Policy{Snapshots: model.Requirement{Min: 5}}, ""},
	} {
		h := newHarness(t, func(o *Options) {
			o.Retain = []retention.Policy{{Rules: c.keep}}
			o.Policies = model.Policies{{Policy: c.policy}}
		})
		state := h.state
		h.updateClocks()
		ticket, _ := state.Servers.Start(testTime)
		state.ApplyServers(ticket, []model.Server{web}, nil)
		for kind, points := range [][]model.Point{model.Backup: nil, model.Snapshot: c.points} {
			ticket, _ := state.Points(model.Kind(kind)).Start(testTime)
			state.ApplyPoints(model.Kind(kind), "", ticket, points, nil)
		}
		next := model.Point{Kind: model.Snapshot, Name: "next", Server: web.Ref()}
		got, found := h.dispensable(model.ActionRequest{Action: model.Create, Point: next, Server: web.Ref()})
		if found != (c.want != "") || got.ID != c.want {
			t.Errorf("%s: %q goes, want %q", name, got.ID, c.want)
		}
	}
}
