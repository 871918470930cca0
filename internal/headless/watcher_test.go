package headless

import (
	"context"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// slowClient does not answer with snapshots until the test ends. Its servers come after an hour.
type slowClient struct {
	command.Client
	clock *virtualClock
	hang  context.Context
}

func (c *slowClient) Snapshots(context.Context, model.SnapshotFilter) ([]model.Point, error) {
	<-c.hang.Done()
	return nil, c.hang.Err()
}

func (c *slowClient) Servers(ctx context.Context, f model.ServerFilter) ([]model.Server, error) {
	c.clock.simClock.Advance(time.Hour)
	return c.Client.Servers(ctx, f)
}

// A list that is still under way at the timeout must not keep the next watcher from polling.
func TestListUnderWayAtTheTimeoutIsRequestedAgain(t *testing.T) {
	h := newHarness(t, nil)
	if err := h.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.session.Client = &slowClient{Client: h.opts.Client, clock: h.clock, hang: t.Context()}
	for _, action := range []model.Action{model.Restore, model.Create} {
		in := model.ActionRequest{Action: action, Point: h.state.Snapshots.Value[0]}
		o := h.state.Begin(in, "run")
		lost := model.Outcome{AnswerLost: true, Err: model.ErrOutcomeUnknown}
		h.state.ApplyResult(o.Number, model.ActionResult{}, lost)
	}
	w := &watcher{
		Runner: h.Runner, batch: model.NewBatch(nil, model.Limits{}),
		isSettled: func(o model.Operation) bool { return o.Phase.Over() },
		onStep:    func(model.Operation, error) {},
	}
	if err := w.run(t.Context(), time.Minute); err != errTimeout {
		t.Errorf("it ends with %v", err)
	}
	h.poller.RequestRunning()
	if n := len(h.poller.Due()); n != 2 {
		t.Errorf("%d lists are requested after the timeout, want the servers and the snapshots", n)
	}
}

// A command may wait several times: for an earlier action, for room, for its own actions.
func TestTimeoutCountsForTheWholeCommand(t *testing.T) {
	h := newHarness(t, nil)
	if err := h.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	in := model.ActionRequest{Action: model.Restore, Point: h.state.Snapshots.Value[0]}
	o := h.state.Begin(in, "run")
	h.state.ApplyResult(o.Number, model.ActionResult{}, model.Outcome{AnswerLost: true, Err: model.ErrOutcomeUnknown})
	start := h.clock.Now()
	for range 3 {
		w := &watcher{
			Runner: h.Runner, batch: model.NewBatch(nil, model.Limits{}),
			isSettled: func(o model.Operation) bool { return o.Phase.Over() },
			onStep:    func(model.Operation, error) {},
		}
		if err := w.run(t.Context(), 20*time.Second); err != errTimeout {
			t.Fatalf("it ends with %v", err)
		}
	}
	if waited := h.clock.Now().Sub(start); waited > 30*time.Second {
		t.Errorf("it waited %s in all, with a timeout of 20 s", waited)
	}
}
