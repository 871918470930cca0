package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func making(p Point, n int) []Intent { return slices.Repeat([]Intent{{Deed: Create, Point: p}}, n) }

func TestQuotasAreCheckedForAllBeforeTheFirstRequest(t *testing.T) {
	several := func(n int, p Point) []Point { return slices.Repeat([]Point{p}, n) }
	s, b := snapshot("", 0), backup("", 0)
	for name, c := range map[string]struct {
		intents []Intent
		points  []Point
		want    string
	}{
		"room for all":            {making(s, 5), several(5, snapshot("1", 0).of(db)), ""},
		"no room":                 {making(s, 1), several(5, snapshot("1", 0)), "web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (5 of 5 used): delete some first, or ask for fewer"},
		"several on one server":   {making(s, 2), several(4, snapshot("1", 0)), "web-server-01 (#12345): there is room for 1 more snapshot, not for 2 (4 of 5 used): delete some first, or ask for fewer"},
		"the last that fits":      {making(s, 1), several(4, snapshot("1", 0)), ""},
		"manual backups":          {making(b, 11), nil, "web-server-01 (#12345): there is room for 10 more manual backups, not for 11 (0 of 10 used): delete some first, or ask for fewer"},
		"automatic ones are free": {making(b, 10), several(30, backup("1", 0).automatic()), ""},
		"each kind by itself":     {append(making(s, 5), making(b, 10)...), nil, ""},
		"a running one may count": {making(s, 1), append(several(4, snapshot("1", 0)), snapshot("2", 0).with(InProgress)),
			"web-server-01 (#12345): there may be no room for 1 more snapshot: 1 snapshot running or failed may count (4 of 5 used)"},
		"more than full": {making(s, 1), several(7, snapshot("1", 0)), "web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (7 of 5 used): delete some first, or ask for fewer"},
		"a deletion makes no room": {append([]Intent{{Deed: Delete, Point: snapshot("1", 0)}, {Deed: Restore, Point: s}}, making(s, 1)...), several(5, snapshot("1", 0)),
			"web-server-01 (#12345): there is room for 0 more snapshots, not for 1 (5 of 5 used): delete some first, or ask for fewer"},
		"two servers, in their order": {append(making(b.of(db), 11), making(s, 6)...), nil,
			"db-server-01 (#12346): there is room for 10 more manual backups, not for 11 (0 of 10 used): delete some first, or ask for fewer\n" +
				"web-server-01 (#12345): there is room for 5 more snapshots, not for 6 (0 of 5 used): delete some first, or ask for fewer"},
	} {
		problems := QuotaCheck(c.intents, c.points)
		if got := sentences(problems); got != c.want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, c.want)
		}
		for _, p := range problems {
			if p.Maybe != (name == "a running one may count") || p.Server.ID == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
}

// on are deeds on servers by their IDs.
func on(servers ...ID) []Intent {
	var out []Intent
	for _, id := range servers {
		out = append(out, Intent{Deed: Create, Point: snapshot("", 0).of(ServerRef{ID: id, Name: "s" + string(id)})})
	}
	return out
}

// numbers are the items' places.
func numbers(items []Item) string {
	out := ""
	for _, it := range items {
		out += fmt.Sprint(it.Number)
	}
	return out
}

func TestABatchSendsInOrderAsFarAsItsLimitsLetIt(t *testing.T) {
	b := NewBatch(on("a", "a", "b", "c", "d", "e"), Limits{Sending: 2, Running: 3})
	step := func(want string) {
		t.Helper()
		if got := numbers(b.Next(nil)); got != want {
			t.Fatalf("%s is sent, want %s", got, want)
		}
	}
	step("02") // not 1: it makes the same kind on the server of 0
	step("")
	b.Began(0, 10)
	b.Began(2, 12)
	if !b.Heard(Operation{Number: 10, Phase: Running}) || b.Heard(Operation{Number: 10, Phase: Running}) {
		t.Error("whether something has changed is told wrongly")
	}
	step("3") // 0 goes on at the provider, so that its request counts no more
	b.Began(3, 13)
	b.Heard(Operation{Number: 12, Phase: Running})
	step("") // three deeds go on
	b.Heard(Operation{Number: 10, Phase: Done})
	step("1")
	if b.Heard(Operation{Number: 12, Phase: Sending}) {
		t.Error("what runs goes back to being sent")
	}
	b.Heard(Operation{Number: 12, Phase: Unknown})
	b.Heard(Operation{Number: 13, Phase: Refused, Words: "quota reached"})
	step("4")
	if it := b.Items()[3]; it.State != ItemFailed || it.Words != "quota reached" || it.Tries != 1 {
		t.Errorf("%+v", it)
	}
}

func TestABatchWaitsForWhatElseRunsOnAServer(t *testing.T) {
	b := NewBatch(on("a", "b"), Limits{Sending: 9})
	if got := numbers(b.Next(func(in Intent) bool { return in.Point.Server.ID == "a" })); got != "1" {
		t.Errorf("%s is sent", got)
	}
	if got := numbers(b.Next(nil)); got != "0" {
		t.Errorf("%s is sent once the server is free", got)
	}
	if b := NewBatch(on("a", "b"), Limits{}); len(b.Next(nil)) != 1 {
		t.Error("without a limit not one is sent at a time")
	}
}

func TestABatchRunsSideBySideWhatDoesNotForbidEachOther(t *testing.T) {
	first, second := backup("1", time.Hour), snapshot("2", time.Hour)
	b := NewBatch([]Intent{
		{Deed: Delete, Point: first}, {Deed: Delete, Point: second}, {Deed: Delete, Point: first}, {Deed: Create, Point: wanted}, {Deed: Restore, Point: second},
	}, Limits{Sending: 9})
	got := ""
	for item := b.Next(nil); len(item) > 0; item = b.Next(nil) { // one request at a time
		got += numbers(item)
		b.Began(item[0].Number, 10+item[0].Number)
		b.Heard(Operation{Number: 10 + item[0].Number, Phase: Running})
	}
	if got != "013" { // the same point twice, and a restore of what is being deleted, wait
		t.Errorf("%s run side by side", got)
	}
}

func TestOnlyWhatFailedIsTriedAgain(t *testing.T) {
	phases := []Phase{Done, Broken, Refused, NotSeen, Unknown, Running, CalledOff}
	b := NewBatch(on("a", "b", "c", "d", "e", "f", "g", "h"), Limits{Sending: 7})
	for _, it := range b.Next(nil) {
		b.Began(it.Number, 10+it.Number)
		b.Heard(Operation{Number: 10 + it.Number, Phase: phases[it.Number], Words: "why"})
	}
	if n := b.Stop(); n != 1 || b.Items()[7].State != ItemStopped || b.Over() {
		t.Errorf("%d stopped: %+v", n, b.Items()[7])
	}
	if got := numbers(b.Next(nil)); got != "" {
		t.Errorf("after the stop %s is sent", got)
	}
	if n := b.Retry(); n != 2 || b.Count(ItemWaiting) != 2 {
		t.Errorf("%d are tried again", n)
	}
	again := b.Next(nil)
	if numbers(again) != "12" || again[0].Tries != 2 || again[0].Operation != 0 || again[0].Words != "" {
		t.Errorf("again: %+v", again)
	}
	if b.Heard(Operation{Number: 11, Phase: Done}) || b.Heard(Operation{Phase: Done}) || b.Items()[1].State != ItemSent {
		t.Error("late news of the first try is taken for that of the second")
	}
	b.Began(1, 21)
	b.Began(1, 22)
	if b.Heard(Operation{Number: 22, Phase: Done}) || !b.Heard(Operation{Number: 21, Phase: Done}) {
		t.Error("an item has changed its operation")
	}
	if b.Heard(Operation{Number: 21, Phase: Running}) || b.Items()[1].State != ItemDone {
		t.Error("what has ended goes on")
	}
}

func TestABatchIsOverWhenAllItsItemsAre(t *testing.T) {
	b := NewBatch(on("a", "b"), Limits{Sending: 1})
	if b.Over() || !NewBatch(nil, Limits{}).Over() {
		t.Error("what has not begun is over, or what is empty is not")
	}
	b.Next(nil)
	b.Began(0, 1)
	b.Stop()
	if b.Over() {
		t.Error("it is over while one is on its way")
	}
	b.Heard(Operation{Number: 1, Phase: NotSeen})
	if !b.Over() {
		t.Error("it is not over")
	}
	for state := ItemWaiting; state <= ItemStopped; state++ {
		if state.String() == "" || state.Over() && state.UnderWay() {
			t.Errorf("%d", state)
		}
	}
}

func TestABatchKeepsItsLimitsWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.SliceOfN(rapid.SampledFrom([]ID{"a", "b", "c", "d"}), 0, 12).Draw(t, "servers")
		limits := Limits{Sending: rapid.IntRange(0, 4).Draw(t, "sending"), Running: rapid.IntRange(0, 4).Draw(t, "running")}
		b := NewBatch(on(servers...), limits)
		sent, allowed := make([]int, len(servers)), slices.Repeat([]int{1}, len(servers))
		open := map[int]int{} // item by operation
		operations, stopped := 0, false
		t.Repeat(map[string]func(*rapid.T){
			"next": func(t *rapid.T) {
				other := rapid.SampledFrom([]ID{"", "a", "b"}).Draw(t, "busy")
				for _, it := range b.Next(func(in Intent) bool { return in.Point.Server.ID == other }) {
					if sent[it.Number]++; sent[it.Number] > allowed[it.Number] || sent[it.Number] != it.Tries {
						t.Fatalf("item %d is sent %d times", it.Number, sent[it.Number])
					}
					if stopped || servers[it.Number] == other {
						t.Fatalf("item %d is sent although it may not be", it.Number)
					}
					operations++
					open[operations] = it.Number
					b.Began(it.Number, operations)
				}
			},
			"heard": func(t *rapid.T) {
				phase := rapid.SampledFrom([]Phase{Sending, Running, Running, Unknown, Done, Broken, Broken, Refused, NotSeen, CalledOff, Unconfirmed}).Draw(t, "phase")
				o := Operation{Number: rapid.IntRange(0, operations+1).Draw(t, "operation"), Phase: phase}
				before := b.Items()
				if b.Heard(o) {
					if i, ok := open[o.Number]; !ok || !before[i].State.UnderWay() || b.Items()[i].State != itemStates[o.Phase] {
						t.Fatalf("%+v is taken", o)
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
						t.Fatalf("item %d is not tried again", i)
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
						t.Fatalf("two at once on server %s", servers[it.Number])
					}
					busy[servers[it.Number]] = true
				}
				if sending > max(limits.Sending, 1) || limits.Running > 0 && running > limits.Running {
					t.Fatalf("%d on their way, %d under way: more than %+v", sending, running, limits)
				}
			},
		})
	})
}

func TestABatchThatIsGoneOnWithComesToItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.SliceOfN(rapid.SampledFrom([]ID{"a", "b", "c"}), 0, 12).Draw(t, "servers")
		b := NewBatch(on(servers...), Limits{rapid.IntRange(0, 3).Draw(t, "sending"), rapid.IntRange(0, 3).Draw(t, "running")})
		for round := 0; !b.Over(); round++ {
			next := b.Next(nil)
			if len(next) == 0 || round > len(servers) {
				t.Fatalf("nothing goes on: %+v", b.Items())
			}
			for _, it := range next {
				b.Began(it.Number, it.Number+1)
				b.Heard(Operation{Number: it.Number + 1, Phase: rapid.SampledFrom([]Phase{Done, Broken, Refused, NotSeen}).Draw(t, "end")})
			}
		}
	})
}
