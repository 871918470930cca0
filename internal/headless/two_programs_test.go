package headless

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// otherProgram returns a harness of another program on the same account and the journal in dir.
func (h *harness) otherProgram(t *testing.T, dir, run string) *harness {
	t.Helper()
	otherJournal := journal.New(dir)
	mark := otherJournal.StartRun(run)
	t.Cleanup(mark.End)
	other := &harness{account: h.account, clock: h.clock, url: h.url}
	other.Runner = New(Options{Client: h.newClient(t, h.url), Run: run, Journal: otherJournal, Clock: h.clock,
		Out: &other.out, Notes: &other.notes})
	t.Cleanup(other.End)
	return other
}

// pickPoint returns a restore point of the account that meets the condition.
func (h *harness) pickPoint(t *testing.T, suits func(*model.State, model.Point) bool) model.Point {
	t.Helper()
	probe := h.otherProgram(t, t.TempDir(), "probe")
	if err := probe.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := probe.state
	for _, p := range append(append([]model.Point(nil), state.Snapshots.Value...), state.Backups.Value...) {
		server, ok := state.Server(p.Server.ID)
		if ok && server.CannotChange() == "" && p.Usable(state.Now) && suits(state, p) {
			return p
		}
	}
	t.Fatal("the account has no such point")
	return model.Point{}
}

func usablePoints(state *model.State, server model.ID) []model.Point {
	var out []model.Point
	for _, p := range state.PointsOf(server) {
		if p.Usable(state.Now) {
			out = append(out, p)
		}
	}
	return out
}

// Of two conflicting commands at the same time, the second is refused with exit code 7 and a
// reason.
func TestOneOfTwoConflictingCommandsIsSent(t *testing.T) {
	act := func(what string, p model.Point) func(*harness) error {
		opts := PointOptions{Point: p.Key(), Server: p.Server.Name, Yes: true,
			Follow: FollowOptions{Format: Table, Timeout: time.Hour}}
		return func(h *harness) error {
			switch what {
			case "restore":
				return h.Restore(context.Background(), opts)
			case "delete":
				return h.Delete(context.Background(), opts)
			case "backup":
				return h.Create(context.Background(),
					CreateOptions{Kind: model.Backup, Servers: []string{string(p.Server.ID)}, Follow: opts.Follow})
			}
			return h.Create(context.Background(),
				CreateOptions{Kind: model.Snapshot, Servers: []string{string(p.Server.ID)}, Name: h.opts.Run,
					Follow: opts.Follow})
		}
	}
	several := func(state *model.State, p model.Point) bool {
		return p.Kind == model.Snapshot && len(usablePoints(state, p.Server.ID)) > 2 &&
			state.Conflict(model.Create, p) == "" &&
			!state.Quota(model.Snapshot, p.Server.ID).MayBeFull() && !state.Quota(model.Backup, p.Server.ID).MayBeFull()
	}
	for name, c := range map[string]struct {
		first, second string
		suits         func(*model.State, model.Point) bool
		sent          int
	}{
		"two restores": {"restore", "restore", several, 1},
		"a restore and the deletion of its point": {"restore", "delete", several, 1},
		"two snapshots":           {"snapshot", "snapshot", several, 1},
		"a snapshot and a backup": {"snapshot", "backup", several, 2},
		"a backup and a deletion": {"backup", "delete", several, 2},
		"the last two points": {"delete", "delete the other", func(state *model.State, p model.Point) bool {
			return len(usablePoints(state, p.Server.ID)) == 2
		}, 1},
	} {
		for _, together := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, together %v", name, together), func(t *testing.T) {
				h := newHarness(t, nil)
				p := h.pickPoint(t, c.suits)
				second, what := p, c.second
				if what == "delete the other" {
					what = "delete"
					second = h.pickPoint(t, func(_ *model.State,
						q model.Point) bool {
						return q.Server.ID == p.Server.ID && q.Key() != p.Key()
					})
				}
				dir := t.TempDir()
				programs := []*harness{h.otherProgram(t, dir, "one"), h.otherProgram(t, dir, "two")}
				commands := []func(*harness) error{act(c.first, p), act(what, second)}
				errs := make([]error, 2)
				var both sync.WaitGroup
				for i, do := range commands {
					run := func() { errs[i] = do(programs[i]) }
					if together {
						both.Go(run)
					} else {
						run()
					}
				}
				both.Wait()
				if n := h.sentCount(); n != c.sent {
					t.Errorf("%d requests were sent, want %d: %v\n%s%s", n, c.sent, errs, &programs[0].notes,
						&programs[1].notes)
				}
				refused := 0
				for i, err := range errs {
					if err == nil {
						continue
					}
					refused++
					output := model.ErrorMessage(err) + programs[i].notes.String()
					code := settings.CodeOf(err)
					last := c.second == "delete the other" && code == settings.ExitRefused &&
						strings.Contains(output, "last")
					// the deletion was first
					gone := code == settings.ExitNotFound && strings.Contains(output, "no longer there")
					if code != settings.ExitLimited && !last && !gone {
						t.Errorf("it ends with %d: %s", code, output)
					}
				}
				if refused != 2-c.sent {
					t.Errorf("%d of the two were refused: %v", refused, errs)
				}
			})
		}
	}
}

// The lists may not show yet what another program has just deleted, but the journal does.
func TestLastTwoPointsAreNotBothDeletedOnStaleLists(t *testing.T) {
	h := newHarness(t, nil)
	two := func(state *model.State, p model.Point) bool { return len(usablePoints(state, p.Server.ID)) == 2 }
	p := h.pickPoint(t, two)
	other := h.pickPoint(t, func(_ *model.State, q model.Point) bool {
		return q.Server.ID == p.Server.ID &&
			q.Key() != p.Key()
	})
	dir := t.TempDir()
	first, second := h.otherProgram(t, dir, "one"), h.otherProgram(t, dir, "two")
	if err := second.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	stale := &staleClient{second.opts.Client, second.state.Backups.Value, second.state.Snapshots.Value}
	second.opts.Client, second.session.Client = stale, stale
	opts := PointOptions{Point: p.Key(), Yes: true, Follow: FollowOptions{Format: Table}}
	if err := first.Delete(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	opts.Point = other.Key()
	err := second.Delete(t.Context(), opts)
	if settings.CodeOf(err) != settings.ExitLimited || !strings.Contains(second.notes.String(), "is now the last") ||
		h.sentCount() != 1 {
		t.Errorf("%v, %d sent: %s", err, h.sentCount(), &second.notes)
	}
}

// A dashboard that has switched to another account, or is suspended, is alive and records no ends.
func TestProgramThatNoLongerFollowsBlocksNobodyForLong(t *testing.T) {
	follow := FollowOptions{Format: Table}
	for what, do := range map[string]func(context.Context, *harness, model.Point) error{
		"a backup": func(ctx context.Context, h *harness, p model.Point) error {
			servers := []string{string(p.Server.ID)}
			return h.Create(ctx, CreateOptions{Kind: model.Backup, Servers: servers, Follow: follow})
		},
		"a restore": func(ctx context.Context, h *harness, p model.Point) error {
			return h.Restore(ctx, PointOptions{Point: p.Key(), Server: p.Server.Name, Yes: true, Follow: follow})
		},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHarness(t, nil)
			p := h.pickPoint(t, func(state *model.State, p model.Point) bool {
				return len(usablePoints(state, p.Server.ID)) > 2 && !state.Quota(model.Backup, p.Server.ID).MayBeFull()
			})
			dir := t.TempDir()
			left, cron := h.otherProgram(t, dir, "left"), h.otherProgram(t, dir, "cron")
			if err := do(t.Context(), left, p); err != nil {
				t.Fatalf("%v, %s", err, &left.notes)
			}
			h.account.Clock.Advance(3 * time.Hour)
			if err := do(t.Context(), cron, p); err != nil {
				t.Errorf("it is blocked hours later: %v, %s", err, &cron.notes)
			}
		})
	}
}

// staleClient lists restore points that have been deleted since.
type staleClient struct {
	command.Client
	backups, snapshots []model.Point
}

func (s *staleClient) Backups(_ context.Context, f model.BackupFilter) ([]model.Point, error) {
	return pointsOfServer(s.backups, f.Server), nil
}

func (s *staleClient) Snapshots(_ context.Context, f model.SnapshotFilter) ([]model.Point, error) {
	return pointsOfServer(s.snapshots, f.Server), nil
}

func pointsOfServer(points []model.Point, server model.ID) []model.Point {
	if server == "" {
		return points
	}
	return model.PointsOf(points, server)
}
