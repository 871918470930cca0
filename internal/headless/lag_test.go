package headless

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

// --wait must not end before the operation has, however the lists lag. If the lists never show it,
// the outcome is unconfirmed.
func TestWaitEndsWithTheOperation(t *testing.T) {
	for quirk, q := range map[string]sim.Quirks{
		"none":               {},
		"a replica behind":   {Lag: 8 * time.Second},
		"two replicas":       {Lag: 8 * time.Second, Replicas: 2},
		"active for a while": {StartLate: 6 * time.Second},
		"the server is stopped before": {StartLate: 3 * time.Second, Stopping: 20 * time.Second,
			Stopped: time.Minute},
		"a point that appears late":        {AppearLate: 30 * time.Second},
		"one that vanishes and comes back": {Vanish: 3},
		"one that lingers":                 {Linger: 30 * time.Second},
		"all of it": {
			Lag: 5 * time.Second, Replicas: 2, StartLate: 6 * time.Second, Stopping: 9 * time.Second,
			Stopped:    9 * time.Second,
			AppearLate: 10 * time.Second, Vanish: 1, Linger: 10 * time.Second,
		},
		"restores that never show": {HideRestores: true},
	} {
		if testing.Short() && quirk != "all of it" {
			continue
		}
		for _, action := range []string{"restore", "snapshot", "backup", "delete"} {
			t.Run(fmt.Sprintf("%s, %s", action, quirk), func(t *testing.T) {
				h := newHarness(t, nil)
				p := h.pickPoint(t, func(state *model.State, p model.Point) bool {
					return p.Kind == model.Snapshot && len(usablePoints(state, p.Server.ID)) > 2 &&
						state.Conflict(model.Create, p) == "" &&
						!state.Quota(model.Snapshot, p.Server.ID).MayBeFull() &&
						!state.Quota(model.Backup, p.Server.ID).MayBeFull()
				})
				h.account.SetQuirks(q)
				program := h.otherProgram(t, t.TempDir(), "one")
				follow := FollowOptions{Wait: true, Timeout: 3 * time.Hour, Format: Table}
				opts := PointOptions{Point: p.Key(), Server: p.Server.Name, Yes: true, Follow: follow}
				var err error
				switch action {
				case "restore":
					err = program.Restore(t.Context(), opts)
				case "delete":
					err = program.Delete(t.Context(), opts)
				case "backup":
					err = program.Create(t.Context(),
						CreateOptions{Kind: model.Backup, Servers: []string{string(p.Server.ID)}, Follow: follow})
				default:
					err = program.Create(t.Context(),
						CreateOptions{Kind: model.Snapshot, Servers: []string{string(p.Server.ID)}, Name: "n",
							Follow: follow})
				}
				output := program.out.String() + program.notes.String()
				if h.sentCount() != 1 {
					t.Fatalf("%d requests were sent: %v", h.sentCount(), err)
				}
				if action == "restore" && q.HideRestores {
					if settings.CodeOf(err) != settings.ExitUnconfirmed ||
						!strings.Contains(output, "the server was not seen restoring; active since") {
						t.Errorf("it ends with %d: %s", settings.CodeOf(err), output)
					}
					return
				}
				if err != nil {
					t.Fatalf("%v: %s", err, output)
				}
				operations := h.account.Operations()
				mine := operations[slices.IndexFunc(operations,
					func(o sim.Operation) bool { return !o.Accepted.Before(h.startedAt) })]
				if late := h.account.Now().Sub(mine.Ended); late < 0 || late > 90*time.Second {
					t.Errorf("it reports the end %s after it happened: %s", late, output)
				}
			})
		}
	}
}

// While lists stay incomplete, nothing shows how an action went. This must be reported within
// minutes, and must not block the next command on the server for longer.
func TestIncompleteListsDoNotBlockForever(t *testing.T) {
	for name, test := range map[string]struct {
		fault string
		want  settings.ExitCode
	}{
		"accepted": {"", settings.ExitUnconfirmed},
		"lost":     {"DELETE /snapshots/{id}/: cut-after-send x1", settings.ExitUnknown},
	} {
		journal := &simtest.Journal{}
		h := newHarness(t, func(o *Options) { o.Journal = journal })
		if test.fault != "" {
			h.account.InjectFault(test.fault)
		}
		h.account.SetQuirks(sim.Quirks{Cut: sim.Cut{Mode: sim.Cut404}})
		follow := FollowOptions{Timeout: 2 * time.Hour, Format: Table}
		opts := PointOptions{Point: snapshotKey(801), Yes: true, Follow: follow}
		if err := h.Delete(t.Context(), opts); h.sentCount() != 1 || settings.CodeOf(err) != test.want {
			t.Errorf("%s: %d sent; it ends with %v: %s", name, h.sentCount(), err, &h.notes)
		}
		again := New(h.opts)
		_ = again.Create(t.Context(), CreateOptions{Kind: model.Snapshot, Servers: []string{"web-server-01"}, Name: "n",
			Follow: follow})
		again.End()
		if took := h.account.Now().Sub(h.startedAt); took > 10*time.Minute {
			t.Errorf("%s: the two commands take %v", name, took)
		}
	}
}
