package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func createRequests(p Point, n int) []ActionRequest {
	return slices.Repeat([]ActionRequest{{Action: Create, Point: p}}, n)
}

func TestQuotasAreCheckedBeforeTheFirstRequest(t *testing.T) {
	several := func(n int, p Point) []Point { return slices.Repeat([]Point{p}, n) }
	s, b := snapshot("", 0), backup("", 0)
	for name, c := range map[string]struct {
		requests []ActionRequest
		points   []Point
		want     string
	}{
		"room for all": {createRequests(s, 5), several(5, snapshot("1", 0).onServer(db)), ""},
		"no room": {createRequests(s, 1), several(5, snapshot("1", 0)),
			"web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (5 of 5 used): delete some first, " +
				"or create fewer"},
		"several on one server": {createRequests(s, 2), several(4, snapshot("1", 0)),
			"web-server-01 (#12345): there is room for 1 more snapshot, not for 2 (4 of 5 used): delete some first, " +
				"or create fewer"},
		"the last that fits": {createRequests(s, 1), several(4, snapshot("1", 0)), ""},
		"manual backups": {createRequests(b, 11), nil, "web-server-01 (#12345): there is room for 10 more " +
			"manual backups, not for 11 (0 of 10 used): delete some first, or create fewer"},
		"automatic ones are free": {createRequests(b, 10), several(30, backup("1", 0).asAutomatic()), ""},
		"each kind by itself":     {append(createRequests(s, 5), createRequests(b, 10)...), nil, ""},
		"a running one may count": {createRequests(s, 1),
			append(several(4, snapshot("1", 0)), snapshot("2", 0).withStatus(InProgress)),
			"web-server-01 (#12345): there may be no room for 1 more snapshot: 1 snapshot running or failed may " +
				"count (4 of 5 used)"},
		"more than full": {createRequests(s, 1), several(7, snapshot("1", 0)),
			"web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (7 of 5 used): delete some first, " +
				"or create fewer"},
		"a deletion makes no room": {append([]ActionRequest{{Action: Delete, Point: snapshot("1", 0)},
			{Action: Restore, Point: s}}, createRequests(s, 1)...), several(5, snapshot("1", 0)),
			"web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (5 of 5 used): delete some first, " +
				"or create fewer"},
		"two servers, in their order": {append(createRequests(b.onServer(db), 11), createRequests(s, 6)...), nil,
			"db-server-01 (#12346): there is room for 10 more manual backups, not for 11 (0 of 10 used): delete some " +
				"first, or create fewer\n" +
				"web-server-01 (#12345): there is room for 5 more snapshots, not for 6 (0 of 5 used): delete some " +
				"first, or create fewer"},
	} {
		problems := CheckQuotas(c.requests, c.points)
		if got := messageLines(problems); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, c.want)
		}
		for _, p := range problems {
			if p.Warning != (name == "a running one may count") || p.Server.ID == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// requestsFor returns actions on servers by their IDs.
func requestsFor(servers ...ID) []ActionRequest {
	var out []ActionRequest
	for _, id := range servers {
		out = append(out, ActionRequest{Action: Create,
			Point: snapshot("", 0).onServer(ServerRef{ID: id, Name: "s" + string(id)})})
	}
	return out
}

// itemNumbers returns the items' indexes.
func itemNumbers(items []Item) string {
	out := ""
	for _, it := range items {
		out += fmt.Sprint(it.Number)
	}
	return out
}

func TestBatchSendsInOrderWithinItsLimits(t *testing.T) {
	b := NewBatch(requestsFor("a", "a", "b", "c", "d", "e"), Limits{Sending: 2, Running: 3})
	step := func(want string) {
		t.Helper()
		if got := itemNumbers(b.Next(nil)); got != want {
			t.Fatalf("%s is sent, want %s", got, want)
		}
	}
	step("02") // not 1: it creates the same kind on the server of 0
	step("")
	b.SetOperation(0, 10)
	b.SetOperation(2, 12)
	if !b.ApplyOperation(Operation{Number: 10, Phase: PhaseRunning}) ||
		b.ApplyOperation(Operation{Number: 10, Phase: PhaseRunning}) {
		t.Error("ApplyOperation reports changes wrongly")
	}
	step("3") // 0 is running at the provider, so its request no longer counts
	b.SetOperation(3, 13)
	b.ApplyOperation(Operation{Number: 12, Phase: PhaseRunning})
	step("") // three actions are running
	b.ApplyOperation(Operation{Number: 10, Phase: PhaseDone})
	step("1")
	if b.ApplyOperation(Operation{Number: 12, Phase: PhaseSending}) {
		t.Error("a running item became sent again")
	}
	b.ApplyOperation(Operation{Number: 12, Phase: PhaseUnknown})
	b.ApplyOperation(Operation{Number: 13, Phase: PhaseRefused, Reason: "quota reached"})
	step("4")
	if it := b.Items()[3]; it.State != ItemFailed || it.Reason != "quota reached" || it.Attempts != 1 {
		t.Errorf("%+v", it)
	}
}

func TestBatchWaitsForOtherOperationsOnTheServer(t *testing.T) {
	b := NewBatch(requestsFor("a", "b"), Limits{Sending: 9})
	if got := itemNumbers(b.Next(func(in ActionRequest) bool { return in.Point.Server.ID == "a" })); got != "1" {
		t.Errorf("%s is sent", got)
	}
	if got := itemNumbers(b.Next(nil)); got != "0" {
		t.Errorf("%s is sent once the server is free", got)
	}
	if b := NewBatch(requestsFor("a", "b"), Limits{}); len(b.Next(nil)) != 1 {
		t.Error("without a limit, not exactly one is sent at a time")
	}
}

func TestBatchRunsCompatibleActionsInParallel(t *testing.T) {
	first, second := backup("1", time.Hour), snapshot("2", time.Hour)
	b := NewBatch([]ActionRequest{
		{Action: Delete, Point: first}, {Action: Delete, Point: second}, {Action: Delete, Point: first},
		{Action: Create, Point: requestedSnapshot}, {Action: Restore, Point: second},
	}, Limits{Sending: 9})
	got := ""
	for item := b.Next(nil); len(item) > 0; item = b.Next(nil) { // one request at a time
		got += itemNumbers(item)
		b.SetOperation(item[0].Number, 10+item[0].Number)
		b.ApplyOperation(Operation{Number: 10 + item[0].Number, Phase: PhaseRunning})
	}
	if got != "013" { // the same point twice, and a restore of what is being deleted, wait
		t.Errorf("%s run in parallel", got)
	}
}

func TestBatchRetriesOnlyFailedItems(t *testing.T) {
	phases := []Phase{PhaseDone, PhaseFailed, PhaseRefused, PhaseNotSeen, PhaseUnknown, PhaseRunning, PhaseCanceled}
	b := NewBatch(requestsFor("a", "b", "c", "d", "e", "f", "g", "h"), Limits{Sending: 7})
	for _, it := range b.Next(nil) {
		b.SetOperation(it.Number, 10+it.Number)
		b.ApplyOperation(Operation{Number: 10 + it.Number, Phase: phases[it.Number], Reason: "why"})
	}
	if n := b.Stop(); n != 1 || b.Items()[7].State != ItemStopped || b.Over() {
		t.Errorf("%d stopped: %+v", n, b.Items()[7])
	}
	if got := itemNumbers(b.Next(nil)); got != "" {
		t.Errorf("after the stop %s is sent", got)
	}
	if n := b.Retry(); n != 2 || b.Count(ItemWaiting) != 2 {
		t.Errorf("%d are retried", n)
	}
	again := b.Next(nil)
	if itemNumbers(again) != "12" || again[0].Attempts != 2 || again[0].Operation != 0 || again[0].Reason != "" {
		t.Errorf("again: %+v", again)
	}
	if b.ApplyOperation(Operation{Number: 11, Phase: PhaseDone}) || b.ApplyOperation(Operation{Phase: PhaseDone}) ||
		b.Items()[1].State != ItemSent {
		t.Error("a late result of the first attempt was applied to the second")
	}
	b.SetOperation(1, 21)
	b.SetOperation(1, 22)
	if b.ApplyOperation(Operation{Number: 22, Phase: PhaseDone}) ||
		!b.ApplyOperation(Operation{Number: 21, Phase: PhaseDone}) {
		t.Error("an item has changed its operation")
	}
	if b.ApplyOperation(Operation{Number: 21, Phase: PhaseRunning}) || b.Items()[1].State != ItemDone {
		t.Error("a finished item continues")
	}
}

func TestBatchIsOverWhenAllItemsAre(t *testing.T) {
	b := NewBatch(requestsFor("a", "b"), Limits{Sending: 1})
	if b.Over() || !NewBatch(nil, Limits{}).Over() {
		t.Error("a new batch is over, or an empty one is not")
	}
	b.Next(nil)
	b.SetOperation(0, 1)
	b.Stop()
	if b.Over() {
		t.Error("it is over although one is sent")
	}
	b.ApplyOperation(Operation{Number: 1, Phase: PhaseNotSeen})
	if !b.Over() {
		t.Error("it is not over")
	}
	for state := ItemWaiting; state <= ItemStopped; state++ {
		if state.String() == "" || state.Over() && state.UnderWay() {
			t.Errorf("%d", state)
		}
	}
}

func TestBatchNeverExceedsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.SliceOfN(rapid.SampledFrom([]ID{"a", "b", "c", "d"}), 0, 12).Draw(t, "servers")
		limits := Limits{Sending: rapid.IntRange(0, 4).Draw(t, "sending"),
			Running: rapid.IntRange(0, 4).Draw(t, "running")}
		b := NewBatch(requestsFor(servers...), limits)
		sent, allowed := make([]int, len(servers)), slices.Repeat([]int{1}, len(servers))
		open := map[int]int{} // item by operation
		operations, stopped := 0, false
		t.Repeat(map[string]func(*rapid.T){
			"next": func(t *rapid.T) {
				other := rapid.SampledFrom([]ID{"", "a", "b"}).Draw(t, "busy")
				for _, it := range b.Next(func(in ActionRequest) bool { return in.Point.Server.ID == other }) {
					if sent[it.Number]++; sent[it.Number] > allowed[it.Number] || sent[it.Number] != it.Attempts {
						t.Fatalf("item %d is sent %d times", it.Number, sent[it.Number])
					}
					if stopped || servers[it.Number] == other {
						t.Fatalf("item %d is sent although it must not be", it.Number)
					}
					operations++
					open[operations] = it.Number
					b.SetOperation(it.Number, operations)
				}
			},
			"heard": func(t *rapid.T) {
				phase := rapid.SampledFrom([]Phase{PhaseSending, PhaseRunning, PhaseRunning, PhaseUnknown, PhaseDone,
					PhaseFailed, PhaseFailed, PhaseRefused, PhaseNotSeen, PhaseCanceled, PhaseUnconfirmed}).Draw(t,
					"phase")
				o := Operation{Number: rapid.IntRange(0, operations+1).Draw(t, "operation"), Phase: phase}
				before := b.Items()
				if b.ApplyOperation(o) {
					if i, ok := open[o.Number]; !ok || !before[i].State.UnderWay() ||
						b.Items()[i].State != itemStates[o.Phase] {
						t.Fatalf("%+v is applied", o)
					}
				}
			},
			"stop": func(*rapid.T) {
				b.Stop()
				stopped = true
			},
			"retry": func(t *rapid.T) {
				before := b.Items()
				again := b.Retry()
				stopped = stopped && again == 0
				for i, it := range b.Items() {
					if before[i].State == ItemFailed && it.State != ItemWaiting {
						t.Fatalf("item %d is not retried", i)
					}
					if before[i].State != ItemFailed && it.State != before[i].State {
						t.Fatalf("item %d was %s and is %s", i, before[i].State, it.State)
					}
					if before[i].State == ItemFailed {
						allowed[i]++
					}
				}
			},
			"": func(t *rapid.T) {
				sending, running, busy := 0, 0, map[ID]bool{}
				for _, it := range b.Items() {
					if it.State == ItemSent {
						sending++
					}
					if !it.State.UnderWay() {
						continue
					}
					if running++; busy[servers[it.Number]] {
						t.Fatalf("two requests at once on server %s", servers[it.Number])
					}
					busy[servers[it.Number]] = true
				}
				if sending > max(limits.Sending, 1) || limits.Running > 0 && running > limits.Running {
					t.Fatalf("%d sent, %d under way: more than %+v", sending, running, limits)
				}
			},
		})
	})
}

func TestBatchFinishesWhenContinued(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.SliceOfN(rapid.SampledFrom([]ID{"a", "b", "c"}), 0, 12).Draw(t, "servers")
		b := NewBatch(requestsFor(servers...), Limits{rapid.IntRange(0, 3).Draw(t, "sending"),
			rapid.IntRange(0, 3).Draw(t, "running")})
		for round := 0; !b.Over(); round++ {
			next := b.Next(nil)
			if len(next) == 0 || round > len(servers) {
				t.Fatalf("no progress: %+v", b.Items())
			}
			for _, it := range next {
				b.SetOperation(it.Number, it.Number+1)
				b.ApplyOperation(Operation{Number: it.Number + 1,
					Phase: rapid.SampledFrom([]Phase{PhaseDone, PhaseFailed, PhaseRefused, PhaseNotSeen}).Draw(t,
						"end")})
			}
		}
	})
}
