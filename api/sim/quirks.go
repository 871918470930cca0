package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"vpsdeck/model"
)

// Quirks are the ways in which reads of an account differ from its true state. The zero value has
// none. Actions always follow the true state, not the lists: limits, conflicts and what is not
// found. All times are the account's. None of this is documented, except the stop before a restore
// [D]; a client must be right with all of it [I].
//
// Faults apply as well, to the responses that result.
type Quirks struct {
	// Lag is how far the replica that answers reads is behind. It never goes back to before the
	// quirks were set.
	Lag time.Duration
	// Replicas is how many replicas answer reads in turn. The first is current, the last is behind
	// by Lag, and those between are spread evenly. With 0 or 1 there is one, which is behind.
	Replicas int

	// StartLate is how long a server keeps its status after its restore was accepted. It is then
	// shown as stopping for the time Stopping, and as stopped for the time Stopped. The restore
	// takes longer by all three.
	StartLate, Stopping, Stopped time.Duration
	// HideRestores shows the status of before until the restore has ended.
	HideRestores bool

	// AppearLate is how long a point is not listed after the response to its create.
	AppearLate time.Duration
	// Vanish is how many lists omit a new point after one list has shown it. A minute after it was
	// first listed, it is always listed.
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
	Rows  int     // how many items come at most; 0: 2
	Count int     // the count that the list gives; 0: 50
}

// CutMode is what a request for page 2 and later gets from a list that is cut.
type CutMode string

// What a cut list returns. Only CutAgain has a next link, which leads to the same page for ever.
const (
	Cut404     CutMode = "404"     // there is no such page
	Cut410     CutMode = "410"     // the page is gone
	CutEmpty   CutMode = "empty"   // a page without items
	CutAgain   CutMode = "again"   // the first page, again
	CutIgnored CutMode = "ignored" // the first page, as if no page had been asked for
)

var cutModes = []CutMode{Cut404, Cut410, CutEmpty, CutAgain, CutIgnored}

// Dates make the Date of responses differ from the account's time. The zero value does not.
type Dates struct {
	Shift time.Duration // Date is later by this, or earlier if below 0
	At    time.Time     // Date is this; zero: the account's time, shifted
	Age   time.Duration // how long a cache has kept the response: Date is earlier by it, and the Age header gives it
	Every int           // which responses are affected: every second one with 2; 0 and 1 mean all
}

// maxQuirk limits the durations of quirks.
const maxQuirk = 24 * time.Hour

// Check returns an error for invalid quirks, as one sentence for the user.
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
		"replicas": q.Replicas, "vanish": q.Vanish, "cut-rows": q.Cut.Rows, "cut-count": q.Cut.Count,
		"date-every": q.Dates.Every,
	} {
		if n < 0 {
			return fmt.Errorf("%s %d is below 0", name, n)
		}
	}
	if q.Cut.Mode != "" && !slices.Contains(cutModes, q.Cut.Mode) {
		return fmt.Errorf("cut-lists %q is unknown: write one of %s", q.Cut.Mode,
			strings.Trim(fmt.Sprint(cutModes), "[]"))
	}
	if q.Dates.Age < 0 {
		return fmt.Errorf("age %v is below 0", q.Dates.Age)
	}
	return nil
}

// SetQuirks replaces the account's quirks from now on. What was begun before keeps its phases and
// times. It panics if Check returns an error.
func (a *Account) SetQuirks(q Quirks) {
	if err := q.Check(); err != nil {
		panic("sim: " + err.Error())
	}
	if q.Replicas == 1 {
		q.Replicas = 0 // one replica is no quirk, and a list without quirks is served without a copy of all points
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quirks, a.quirksSince = q, a.Now()
	a.hadQuirks = a.hadQuirks || q != Quirks{}
}

// Primary serves the account's true state: without quirks, without faults, and without an entry in
// Requests. Tests use it to read the true state, and to act as somebody else.
func (a *Account) Primary() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, true) })
}

// replicaTime returns the time of the replica that answers the next read.
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

// setDate sets the Date and Age headers of a response.
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

// cutFor returns how a list is cut, if it is.
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

// paginate returns the first items of a list, or what the mode gives for a later page.
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
		return response{status: http.StatusOK, body: pageJSON{Count: cut.Count, Next: q.pageURL(c, 2, cut.Rows),
			Results: results}}
	}
	return response{status: http.StatusOK, body: listJSON{cut.Count, results}}
}

// statusStopping is what lists show for a server that is being stopped [I].
const statusStopping model.ServerStatus = "stopping"

// restore is one restore of a server, and how lists show it.
type restore struct {
	accepted, ends                      time.Time
	statusBefore                        model.ServerStatus // the server's, when it was accepted
	startDelay, stoppingFor, stoppedFor time.Duration      // how long each phase before restoring is shown
	hidden                              bool               // lists never show the restore
}

func (r *restore) isRunning(at time.Time) bool { return at.Before(r.ends) }

// isHidden reports whether lists show nothing of the running restore at a time.
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

// latestRestore returns the last restore that was accepted by a time, and the one before it; nil if
// there is none.
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

// isListedAt reports whether lists show the point at a time.
func (p *point) isListedAt(at time.Time) bool {
	return !at.Before(p.listedFrom) && !p.isExpired(at) && (p.listedUntil.IsZero() || at.Before(p.listedUntil))
}

// updateMissing reports whether a list that should show the point omits it. All pages of one list
// agree.
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

// retirePoint keeps a deleted or expired point for as long as lists may show it.
func (a *Account) retirePoint(p *point, until time.Time) {
	if !a.hadQuirks {
		return
	}
	p.listedUntil = until
	a.gone[p.kind] = append(a.gone[p.kind], p)
}
