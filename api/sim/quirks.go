package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
)

// Quirks are the ways in which what is read of an account differs from what is true. The zero value has none. Actions are
// always decided by the truth: limits, conflicts and what is not found follow the account, not its lists. All times are the
// account's. None of this is documented, but for the stop before a restore [D]: a client must be right with all of it [I].
//
// Faults apply as well, to the answers that come of it.
type Quirks struct {
	// Lag is how far the replica that answers reads is behind. It is never further back than the quirks were set.
	Lag time.Duration
	// Replicas is how many answer reads in turn. The first is current, the last is behind by Lag, those between are
	// spread evenly. With 0 or 1 there is one, which is behind.
	Replicas int

	// StartLate is how long a server is shown as before after its restore was accepted. Then it is shown as stopping for
	// the time Stopping and as stopped for the time Stopped, both of which the restore takes longer.
	StartLate, Stopping, Stopped time.Duration
	// HideRestores shows a server as before until its restore has ended.
	HideRestores bool

	// AppearLate is how long a point is not listed after its create was answered.
	AppearLate time.Duration
	// Vanish is from how many lists a new point is missing, after it stood in one. Then it is listed for good, as it is a
	// minute after it was listed first.
	Vanish int
	// Linger is how long a point is still listed after it was deleted.
	Linger time.Duration

	Cut   Cut
	Dates Dates
}

// Cut makes lists end before their count. The zero value cuts none.
type Cut struct {
	Mode  CutMode // what a request for a later page gets
	Path  string  // of the list, as "/backups/"; "": of all three
	Rows  int     // how many things come at most; 0: 2
	Count int     // what the list says that there are; 0: 50
}

// CutMode is what a request for page 2 and later gets from a list that is cut.
type CutMode string

// What a cut list answers. Only CutAgain has a next, and leads to the same page for ever.
const (
	Cut404     CutMode = "404"     // there is no such page
	Cut410     CutMode = "410"     // the page is gone
	CutEmpty   CutMode = "empty"   // a page without things
	CutAgain   CutMode = "again"   // the first page, again
	CutIgnored CutMode = "ignored" // the first page, as if no page had been asked for
)

var cutModes = []CutMode{Cut404, Cut410, CutEmpty, CutAgain, CutIgnored}

// Dates make the Date of answers something else than the account's time. The zero value does not.
type Dates struct {
	Shift time.Duration // Date is this much later, or earlier if below 0
	At    time.Time     // Date is this; zero: the account's time, shifted
	Age   time.Duration // the answer comes from a cache that has held it so long: Date is earlier by it, and Age says it
	Every int           // which answers are so: every second one with 2; 0 and 1 mean all
}

// maxQuirk bounds the times of quirks.
const maxQuirk = 24 * time.Hour

// Check says what is wrong with quirks, in one sentence for a person.
func (q Quirks) Check() error {
	for name, d := range map[string]time.Duration{
		"lag": q.Lag, "start-late": q.StartLate, "stop-phase": q.Stopping + q.Stopped, "appear-late": q.AppearLate,
		"linger": q.Linger,
	} {
		if d < 0 || d > maxQuirk {
			return fmt.Errorf("%s %v is out of range: 0 to %d hours are possible", name, d, maxQuirk/time.Hour)
		}
	}
	for name, n := range map[string]int{
		"replicas": q.Replicas, "vanish": q.Vanish, "cut-rows": q.Cut.Rows, "cut-count": q.Cut.Count, "date-every": q.Dates.Every,
	} {
		if n < 0 {
			return fmt.Errorf("%s %d is below 0", name, n)
		}
	}
	if q.Cut.Mode != "" && !slices.Contains(cutModes, q.Cut.Mode) {
		return fmt.Errorf("cut-lists %q is unknown: write one of %s", q.Cut.Mode, strings.Trim(fmt.Sprint(cutModes), "[]"))
	}
	if q.Dates.Age < 0 {
		return fmt.Errorf("age %v is below 0", q.Dates.Age)
	}
	return nil
}

// SetQuirks replaces the account's quirks from now on. What was begun before keeps its phases and times. It panics with
// what Check says of them.
func (a *Account) SetQuirks(q Quirks) {
	if err := q.Check(); err != nil {
		panic("sim: " + err.Error())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quirks, a.quirksSince = q, a.Now()
	a.hadQuirks = a.hadQuirks || q != Quirks{}
}

// Primary answers as the account does, but from what is true: without quirks, without faults, and without a trace in
// Requests. Tests read the truth by it, and other people can act by it.
func (a *Account) Primary() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, true) })
}

// replicaTime is the time of the replica that answers the next read.
func (a *Account) replicaTime(now time.Time) time.Time {
	behind := a.quirks.Lag
	if n := a.quirks.Replicas; n > 1 {
		behind = behind * time.Duration(a.readCount%n) / time.Duration(n-1)
	}
	a.readCount++
	at := now.Add(-behind.Truncate(time.Second))
	if at.Before(a.quirksSince) {
		return a.quirksSince
	}
	return at
}

// setDate sets the headers that tell an answer's time.
func (a *Account) setDate(h http.Header, now time.Time) {
	d := a.quirks.Dates
	a.responseCount++
	if d.Every > 1 && a.responseCount%d.Every != 0 {
		d = Dates{}
	}
	at := now.Add(d.Shift - d.Age)
	if !d.At.IsZero() {
		at = d.At
	}
	h.Set("Date", at.UTC().Format(http.TimeFormat))
	if d.Age > 0 {
		h.Set("Age", fmt.Sprint(int64(d.Age/time.Second)))
	}
}

// cutFor says how a list is cut, if it is.
func (a *Account) cutFor(c call) (Cut, bool) {
	cut := a.quirks.Cut
	if c.primary || cut.Mode == "" || cut.Path != "" && cut.Path != apiPath(c.Request) {
		return Cut{}, false
	}
	if cut.Rows == 0 {
		cut.Rows = 2
	}
	if cut.Count == 0 {
		cut.Count = 50
	}
	return cut, true
}

// paginate answers with the first things of a list, or with what comes instead of more.
func (cut Cut) paginate(c call, q query, count int, at func(int) any) response {
	if !q.isFirstPage() {
		switch cut.Mode {
		case Cut404:
			return detailResponse(http.StatusNotFound, "Invalid page.")
		case Cut410:
			return detailResponse(http.StatusGone, "This page is gone.")
		case CutEmpty:
			return response{status: http.StatusOK, body: listJSON{cut.Count, []any{}}}
		}
	}
	results := make([]any, 0, cut.Rows)
	for i := range min(cut.Rows, count) {
		results = append(results, at(i))
	}
	if cut.Mode == CutAgain {
		return response{status: http.StatusOK, body: pageJSON{Count: cut.Count, Next: q.pageURL(c, 2, cut.Rows), Results: results}}
	}
	return response{status: http.StatusOK, body: listJSON{cut.Count, results}}
}

// statusStopping is what lists show of a server that is being stopped [I].
const statusStopping model.ServerStatus = "stopping"

// restore is one restore of a server, and what is shown of it.
type restore struct {
	accepted, ends                      time.Time
	statusBefore                        model.ServerStatus // the server's, when it was accepted
	startDelay, stoppingFor, stoppedFor time.Duration      // how long each phase before the restoring itself is shown
	hidden                              bool               // the server is shown as before all the while
}

func (r *restore) isRunning(at time.Time) bool { return at.Before(r.ends) }

// isHidden says whether nothing of the running restore is shown at a time.
func (r *restore) isHidden(at time.Time) bool {
	return r.isRunning(at) && (r.hidden || at.Before(r.accepted.Add(r.startDelay)))
}

func (r *restore) statusAt(at time.Time) model.ServerStatus {
	passed := at.Sub(r.accepted) - r.startDelay
	switch {
	case !r.isRunning(at):
		return model.ServerActive
	case r.isHidden(at), passed < r.stoppingFor && r.statusBefore != model.ServerActive:
		return r.statusBefore
	case passed < r.stoppingFor:
		return statusStopping
	case passed < r.stoppingFor+r.stoppedFor:
		return model.ServerStopped
	}
	return model.ServerRestoring
}

// latestRestore is the last one that was accepted by a time, with the one before it; nil where there is none.
func (s *server) latestRestore(at time.Time) (latest, before *restore) {
	for i := len(s.restores) - 1; i >= 0; i-- {
		if s.restores[i].accepted.After(at) {
			continue
		}
		if i > 0 {
			before = s.restores[i-1]
		}
		return s.restores[i], before
	}
	return nil, nil
}

// isListedAt says whether lists of a time show the point.
func (p *point) isListedAt(at time.Time) bool {
	return !at.Before(p.listedFrom) && !p.isExpired(at) && (p.listedUntil.IsZero() || at.Before(p.listedUntil))
}

// updateMissing says whether the point is missing from a list that should show it. The pages of one list agree.
func (p *point) updateMissing(firstPage bool, now time.Time) bool {
	if !firstPage {
		return p.missing
	}
	p.missing = !p.firstListed.IsZero() && p.vanishCount > 0 && now.Before(p.firstListed.Add(time.Minute))
	if p.missing {
		p.vanishCount--
	}
	if p.firstListed.IsZero() {
		p.firstListed = now
	}
	return p.missing
}

// retirePoint keeps a point that is gone for as long as lists may show it.
func (a *Account) retirePoint(p *point, lingers time.Time) {
	if !a.hadQuirks {
		return
	}
	p.listedUntil = lingers
	a.gone[p.kind] = append(a.gone[p.kind], p)
}
