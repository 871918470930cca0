package model

import (
	"cmp"
	"fmt"
	"time"
)

// Health is how well a server is covered. A higher one is worse, so that ordering by it puts what needs a person first.
type Health int

// The states of a server's coverage, best first. Fine, Full and Expiring meet the policy now; the others do not.
const (
	Fine     Health = iota // it can go back to something recent
	Full                   // and yet no further snapshot, or manual backup, fits into its quota
	Expiring               // and yet it will not do once what expires soon is gone
	TooFew                 // it has fewer usable points than it should
	Late                   // its newest usable point is older than it should be
	Failing                // the newest attempt failed
	Never                  // there is nothing to go back to
)

// healthNames are for machines: filters, output, configuration. They do not change.
var healthNames = [...]string{
	Fine: "fine", Full: "full", Expiring: "expiring", TooFew: "few", Late: "late", Failing: "failing", Never: "never",
}

var healthWords = [...]string{
	Fine: "fine", Full: "quota full", Expiring: "expiring soon", TooFew: "too few", Late: "late", Failing: "failing", Never: "nothing to go back to",
}

// String is the state's name for machines: fine, full, expiring, few, late, failing, never.
func (h Health) String() string { return healthNames[h] }

// Words is the state for a person.
func (h Health) Words() string { return healthWords[h] }

// Met says whether the policy is met now: a full quota and a coming expiry are warnings.
func (h Health) Met() bool { return h < TooFew }

// LateAfter is how old the newest usable point may be where nothing else is configured: a day and a little, since automatic
// backups are daily [E].
const LateAfter = 26 * time.Hour

// ExpiringWithin is how far ahead an assessment looks for points that go by themselves.
const ExpiringWithin = 48 * time.Hour

// Policy is what a server must have to be covered.
type Policy struct {
	MaxAge    time.Duration // of the newest usable point; 0: any age will do
	MinPoints int           // usable ones, backups and snapshots together; 0: it need not have any, nor recent ones
}

// DefaultPolicy asks for one point of the last day.
func DefaultPolicy() Policy { return Policy{MaxAge: LateAfter, MinPoints: 1} }

// Reason is one thing to say of a server's coverage.
type Reason struct {
	Health Health
	Words  string // “the newest usable point is 3 d 2 h old: at most 1 d 2 h is allowed”
}

// Assessment is how a server stands against its policy.
type Assessment struct {
	Server     ServerRef
	Policy     Policy
	Health     Health    // the worst of the reasons; Fine without any
	Reasons    []Reason  // what is wrong, worst first; a server can be late and full at once
	Newest     time.Time // when its newest usable point was made; zero if there is none, or its time is not known
	NextExpiry time.Time // when the first of its usable points goes by itself; zero if none does
	Usable     int       // how many points it can go back to for certain
	holds      time.Time // when something else is to be said, though nothing but time has passed; zero: never
}

// Assess judges a server by its points, backups and snapshots, newest first, at a time on the API's clock. A server that
// is suspended or stopped is judged as any other: it can be needed again. No new point is counted on to come.
func Assess(server Server, points []Point, policy Policy, now time.Time) Assessment {
	a := Assessment{Server: server.Ref(), Policy: policy}
	staying := 0
	for _, p := range points {
		if !p.Usable() {
			continue
		}
		a.Usable++
		if p.lasts(now.Add(ExpiringWithin)) {
			staying++
			if !p.ExpiresAt.IsZero() {
				a.holdUntil(p.ExpiresAt.Add(-ExpiringWithin))
			}
		}
		if !p.ExpiresAt.IsZero() && (a.NextExpiry.IsZero() || p.ExpiresAt.Before(a.NextExpiry)) {
			a.NextExpiry = p.ExpiresAt
		}
	}
	if newest, ok := Newest(points); ok {
		a.Newest = newest.CreatedAt
	}
	a.judge(points, staying, now)
	if len(a.Reasons) > 0 {
		a.Health = a.Reasons[0].Health
	}
	return a
}

// judge finds the reasons, worst first.
func (a *Assessment) judge(points []Point, staying int, now time.Time) {
	need := a.Policy.MinPoints
	if need > 0 && a.Usable == 0 {
		a.say(Never, "there is no restore point that can be gone back to")
	}
	if p := newestEnded(points); p.Status.Bad() {
		a.say(Failing, fmt.Sprintf("the newest attempt, %s #%s, failed", p.Kind, p.ID))
	}
	if need > 0 && a.Usable > 0 {
		a.judgeAge(now)
		switch {
		case a.Usable < need:
			a.say(TooFew, fmt.Sprintf("it has %s, of at least %d", Counted(a.Usable, "usable restore point"), need))
		case staying < need:
			a.say(Expiring, fmt.Sprintf("in %s it will have %s left, of at least %d",
				Lasting(ExpiringWithin), Counted(staying, "usable restore point"), need))
		}
	}
	for kind, what := range [...]string{Snapshot: "snapshots", Backup: "manual backups"} {
		if q := QuotaOf(Kind(kind), a.Server.ID, points); q.Full() {
			a.say(Full, fmt.Sprintf("%d of %d %s: there is no room for another", q.Used, q.Limit, what))
		}
	}
}

func (a *Assessment) judgeAge(now time.Time) {
	limit := a.Policy.MaxAge
	switch age := now.Sub(a.Newest); {
	case limit == 0:
	case a.Newest.IsZero():
		a.say(Late, "when the newest usable point was made is not known")
	case age <= limit:
		a.holdUntil(a.Newest.Add(limit + 1))
	default:
		a.holdUntil(now.Add(lastingFor(age)))
		a.say(Late, fmt.Sprintf("the newest usable point is %s old: at most %s is allowed", Lasting(age), Lasting(limit)))
	}
}

func (a *Assessment) holdUntil(t time.Time) {
	if a.holds.IsZero() || t.Before(a.holds) {
		a.holds = t
	}
}

func (a *Assessment) say(h Health, words string) {
	a.Reasons = append(a.Reasons, Reason{h, words})
}

// Has says whether the state is among the reasons; Fine is where there is none.
func (a Assessment) Has(h Health) bool { return a.set()&(1<<h) != 0 }

func (a Assessment) set() uint {
	if len(a.Reasons) == 0 {
		return 1 << Fine
	}
	var set uint
	for _, r := range a.Reasons {
		set |= 1 << r.Health
	}
	return set
}

// WorstFirst is a total order of assessments of different servers, for [slices.SortFunc]: by state, then the one whose
// newest point is older, then by name and ID.
func WorstFirst(a, b Assessment) int {
	return cmp.Or(cmp.Compare(b.Health, a.Health), a.Newest.Compare(b.Newest), byNameAndID(a.Server, b.Server))
}

func byNameAndID(a, b ServerRef) int {
	switch c := compareNames(a.Name, b.Name); {
	case c != 0:
		return c
	case a.ID.Less(b.ID):
		return -1
	case b.ID.Less(a.ID):
		return 1
	}
	return 0
}

// lasts says whether the point does not go by itself until then.
func (p Point) lasts(until time.Time) bool { return p.ExpiresAt.IsZero() || p.ExpiresAt.After(until) }

// HealthOf judges points, newest first, by the default policy, and by nothing but what the server can go back to: never,
// failing, late or fine.
func HealthOf(points []Point, now time.Time) Health {
	a := Assess(Server{}, points, DefaultPolicy(), now)
	if a.Health < Late {
		return Fine
	}
	return a.Health
}

// newestEnded is the newest point that is no longer being made.
func newestEnded(points []Point) Point {
	for _, p := range points {
		if !p.Status.Running() {
			return p
		}
	}
	return Point{}
}
