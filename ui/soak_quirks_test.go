package ui_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/model"
)

var soakQuirks = flag.String("soak-quirks", "lag restores points cut dates",
	"kinds of wrong lists in the soak test; none: \"\"")

// quirksDuration is how long one set of quirks lasts, on the account's clock.
const quirksDuration = 3 * time.Minute

// The longest lag of the lists. Together with maxExecutionDelay it stays below half a minute. After
// that time an action with a lost answer counts as not seen.
const (
	maxLag    = 6 * time.Second // a replica
	maxHidden = 6 * time.Second // a new point that is not listed yet, a deleted one that still is
)

// maxClockError is how far the program's estimate of the account's clock may be off, whatever dates
// the answers carry.
const maxClockError = time.Minute

// quirksAt returns the quirks at a time. They depend only on the seed and the time.
func (i *faultInjector) quirksAt(at time.Time) sim.Quirks {
	slot := at.Unix() / int64(quirksDuration/time.Second)
	draw := func(what string, n int) int { return int(i.randomFor(fmt.Sprint("quirk ", what, slot)) % uint64(n)) }
	upTo := func(what string, limit time.Duration) time.Duration {
		return time.Duration(draw(what, int(limit/time.Second)+1)) * time.Second
	}
	enabled := func(kind string) bool { return slices.Contains(strings.Fields(*soakQuirks), kind) }
	var q sim.Quirks
	if draw("none", 10) < 3 {
		return q
	}
	if enabled("lag") && draw("lags", 2) == 0 {
		q.Lag, q.Replicas = upTo("lag", maxLag), 1+draw("replicas", 3)
	}
	switch n := draw("restores", 8); {
	case !enabled("restores"):
	case n == 0:
		q.HideRestores = true
	case n < 5:
		q.StartLate, q.Stopping, q.Stopped = upTo("start", 20*time.Second), upTo("stopping", 10*time.Second),
			upTo("stopped", 10*time.Second)
	}
	if enabled("points") && draw("points", 2) == 0 {
		q.AppearLate, q.Linger, q.Vanish = upTo("appear", maxHidden), upTo("linger", maxHidden), draw("vanish", 2)
	}
	if enabled("cut") && draw("cut", 8) == 0 {
		q.Cut = sim.Cut{
			Mode: []sim.CutMode{sim.Cut404, sim.Cut410, sim.CutEmpty, sim.CutAgain, sim.CutIgnored}[draw("then", 5)],
			Path: []string{"", "/servers/", "/backups/", "/snapshots/"}[draw("path", 4)],
		}
	}
	switch n := draw("dates", 12); {
	case !enabled("dates"):
	case n == 0:
		q.Dates = sim.Dates{Age: 30 * time.Hour}
	case n == 1:
		q.Dates = sim.Dates{At: time.Unix(0, 0), Every: 1 + draw("every", 3)}
	case n == 2:
		q.Dates = sim.Dates{At: time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC), Every: 1 +
			draw("every", 3)}
	case n == 3:
		q.Dates = sim.Dates{Shift: time.Duration(draw("shift", 61)-30) * time.Hour, Every: 3}
	}
	return q
}

// updateQuirks changes the account's quirks when it is time.
func (i *faultInjector) updateQuirks() {
	i.mu.Lock()
	defer i.mu.Unlock()
	var q sim.Quirks
	if !i.disabled {
		q = i.quirksAt(i.now())
	}
	if q != i.quirks {
		i.quirks = q
		i.quirkChanges++
		i.simulated.SetQuirks(q)
		i.audit.note(i.now(), "from now on: %+v", q)
	}
}

// checkEndTimes checks that the journal closed no operation as done before it ended at the account.
func (s *soakTest) checkEndTimes(sent map[string]*sentAction, ends map[string]model.Record) {
	s.t.Helper()
	operations := s.faults.simulated.Operations()
	late := map[string][]time.Duration{}
	for id, at := range s.audit.doneAt {
		r, request := ends[id], sent[id]
		if request == nil || !request.executed {
			continue // checkActions handles it
		}
		operation, ok := request.findOperation(operations, r)
		switch {
		case !ok:
			s.t.Errorf("the account has no operation for %s: %s", id, request.line)
		case at.Before(operation.Ended) && (r.Action != "restore" || !s.audit.isAmbiguous(r, request)):
			s.t.Errorf("%s, a %s, was closed as done at %s, but ended at %s:%s", id, r.Action, at.Format(time.TimeOnly),
				operation.Ended.Format(time.TimeOnly), s.audit.operationTimeline(id))
		default:
			late[r.Action] = append(late[r.Action], at.Sub(operation.Ended))
		}
	}
	for what, times := range late {
		slices.Sort(times)
		s.t.Logf("%d of the action %s were closed after the account's own end, half of them within %v, the last "+
			"after %v", len(times), what,
			times[len(times)/2].Truncate(time.Second), times[len(times)-1].Truncate(time.Second))
	}
	s.t.Logf("the quirks of the account changed %d times", s.faults.quirkChanges)
}

// findOperation returns what the account did for a request, by the account's own journal.
func (s *sentAction) findOperation(operations []sim.Operation, r model.Record) (sim.Operation, bool) {
	for _, o := range slices.Backward(operations) {
		target := o.Kind.String() + " #" + string(o.Point)
		if o.Action == "restore" {
			target = "server #" + string(o.Server)
		}
		if o.Action == r.Action && target == s.target && !o.Accepted.After(s.executedAt) {
			return o, true
		}
	}
	return sim.Operation{}, false
}

// checkServers compares the servers that the program shows with the account's.
func (s *soakTest) checkServers() {
	s.t.Helper()
	held, err := s.otherClient.Servers(s.t.Context(), model.ServerFilter{})
	if err != nil {
		s.t.Fatal(err)
	}
	lines := func(servers []model.Server) string {
		var out []string
		for _, server := range servers {
			out = append(out, fmt.Sprintf("#%s %s: %s, %s", server.ID, server.Name, server.Status,
				server.UpdatedAt.Format(time.RFC3339)))
		}
		slices.Sort(out)
		return strings.Join(out, "\n")
	}
	if known, held := lines(s.app.StateForTest().Servers.Value), lines(held); known != held {
		s.t.Errorf("the program has the servers\n%s\nand the account\n%s", known, held)
	}
}
