package model

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Health is a state of a server's coverage. Higher is worse, so sorting by it puts the servers that
// need attention first.
type Health int

// The states of coverage, best first. Up to Expiring the policy is met; from TooFew on it is not.
const (
	Fine          Health = iota // every kind that the policy requires is recent
	BackupsFull                 // the quota has no room for another manual backup
	SnapshotsFull               // the quota has no room for another snapshot
	OddDate                     // a point's time is in the future or unreadable, so its age is unknown
	Expiring                    // it will not meet its policy once points expire soon
	TooFew                      // fewer usable points of a kind than required
	Overdue                     // the newest usable point of a kind is too old
	Failing                     // the last attempt of a kind failed
	NoBackup                    // backups are required, and only snapshots exist
	None                        // no usable restore point
)

// healthNames are the same on the screen, in filters and in output.
var healthNames = [...]string{
	Fine: "fine", BackupsFull: "backups full", SnapshotsFull: "snapshots full", OddDate: "odd date",
	Expiring: "expiring",
	TooFew:   "too few", Overdue: "overdue", Failing: "failing", NoBackup: "no backup", None: "none",
}

// HealthNames returns the names of all states, best first.
func HealthNames() []string { return slices.Clone(healthNames[:]) }

// String returns the state's name, for people and for programs.
func (h Health) String() string { return healthNames[h] }

// Met reports whether the policy is met now. Full quotas, odd dates and coming expiries are only
// warnings.
func (h Health) Met() bool { return h < TooFew }

// DefaultMaxAge is the greatest age of the newest usable backup if nothing else is configured:
// slightly over a day, because automatic backups are daily [E].
const DefaultMaxAge = 26 * time.Hour

// ExpiringWithin is how far ahead an assessment looks for expiring points.
const ExpiringWithin = 48 * time.Hour

// Policy is what a server must have to be covered. Each kind is assessed separately: snapshots live
// on the server's own infrastructure and are for rollback, backups on separate storage and for
// disaster recovery [D].
type Policy struct {
	Backups   Requirement
	Snapshots Requirement
	Automatic bool // an automatic backup must have succeeded, within Backups.MaxAge if that is set
}

// Requirement is what a policy requires of one kind. The zero Requirement requires nothing.
type Requirement struct {
	MaxAge time.Duration // of the newest usable point; 0: any age
	Min    int           // how many usable points; at least one if MaxAge is set
}

// DefaultPolicy requires a backup of the last day, and no snapshot.
func DefaultPolicy() Policy { return Policy{Backups: Requirement{MaxAge: DefaultMaxAge}} }

// ForKind returns what the policy requires of a kind.
func (p Policy) ForKind(kind Kind) Requirement {
	if kind == Snapshot {
		return p.Snapshots
	}
	return p.Backups
}

// Need returns how many usable points are required.
func (w Requirement) Need() int {
	if w.MaxAge > 0 {
		return max(w.Min, 1)
	}
	return w.Min
}

// Reason is one finding about a server's coverage.
type Reason struct {
	Health  Health
	Message string // “the newest backup is 3 d 2 h old: at most 1 d 2 h is allowed”
}

// Assessment is the result of checking a server against its policy.
type Assessment struct {
	Server     ServerRef
	Policy     Policy
	Health     Health    // the worst of the reasons; Fine if there are none
	Reasons    []Reason  // worst first; a server can be overdue and full at once
	Newest     time.Time // creation time of its newest usable point of either kind; zero: none, or unknown
	NextExpiry time.Time // when the first of its usable points expires; zero: never
	Usable     int       // how many points it can certainly be restored from
	Kinds      [2]KindState
	validUntil time.Time // when time alone changes the result; zero: never
}

// KindState is a server's points of one kind.
type KindState struct {
	Usable  int       // how many it can certainly be restored from
	Newest  time.Time // creation time of the newest usable one; zero: none, or unknown
	durable int       // usable points that do not expire soon

	newestAutomatic time.Time // of backups: creation time of the newest usable automatic one; zero: none, or unknown
}

// Assess checks a server's points against a policy, at a time on the API's clock. points are
// backups and snapshots, newest first. Suspended and stopped servers are assessed like others,
// because they may be needed again. Future points are not assumed.
func Assess(server Server, points []Point, policy Policy, now time.Time) Assessment {
	a := Assessment{Server: server.Ref(), Policy: policy}
	for i := range points {
		a.countPoint(&points[i], now)
	}
	a.findReasons(points, now)
	if len(a.Reasons) > 0 {
		a.Health = a.Reasons[0].Health
	}
	return a
}

// countPoint counts one point.
func (a *Assessment) countPoint(p *Point, now time.Time) {
	if p.inFuture(now) { // of any status, because its date is reported
		a.limitValidity(p.CreatedAt.Add(-MaxClockDrift))
	}
	if !p.Usable(now) {
		return
	}
	k := &a.Kinds[p.Kind]
	a.Usable++
	k.Usable++
	if p.lastsUntil(now.Add(ExpiringWithin)) {
		k.durable++
		if !p.ExpiresAt.IsZero() {
			a.limitValidity(p.ExpiresAt.Add(-ExpiringWithin))
		}
	}
	if !p.ExpiresAt.IsZero() {
		a.limitValidity(p.ExpiresAt)
		if a.NextExpiry.IsZero() || p.ExpiresAt.Before(a.NextExpiry) {
			a.NextExpiry = p.ExpiresAt
		}
	}
	if _, known := p.Age(now); known {
		k.Newest = laterTime(k.Newest, p.CreatedAt)
		if p.Kind == Backup && p.Type == Automatic {
			k.newestAutomatic = laterTime(k.newestAutomatic, p.CreatedAt)
		}
		a.Newest = laterTime(a.Newest, p.CreatedAt)
	}
}

func laterTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// findReasons adds the reasons, worst first.
func (a *Assessment) findReasons(points []Point, now time.Time) {
	backups, snapshots := a.Policy.Backups, a.Policy.Snapshots
	switch {
	case a.Usable == 0 && (backups.Need() > 0 || snapshots.Need() > 0):
		a.addReason(None, "no usable restore point")
	case backups.Need() > 0 && a.Kinds[Backup].Usable == 0:
		a.addReason(NoBackup, fmt.Sprintf("no usable backup, only %s on the server's own infrastructure",
			Pluralize(a.Kinds[Snapshot].Usable, "snapshot")))
	}
	a.checkFailures(points, now)
	for _, check := range []func(Kind, time.Time){a.checkAge, a.checkCount, a.checkExpiry} {
		check(Backup, now)
		check(Snapshot, now)
	}
	a.checkAutomatic(now)
	a.checkDates(points, now)
	for _, full := range []struct {
		kind   Kind
		health Health
		what   string
	}{{Snapshot, SnapshotsFull, "snapshots"}, {Backup, BackupsFull, "manual backups"}} {
		if q := QuotaOf(full.kind, a.Server.ID, points); q.Full() {
			a.addReason(full.health, fmt.Sprintf("%d of %d %s: no room for another", q.Used, q.Limit, full.what))
		}
	}
}

// checkFailures checks the last attempt of each kind, so that a snapshot does not hide failing
// backups. If snapshots are not required, a failed one counts until a point of either kind has
// completed after it.
func (a *Assessment) checkFailures(points []Point, now time.Time) {
	wanted := a.Policy.Snapshots.Need() > 0
	for _, last := range []*Point{
		lastFinished(points, now, func(p *Point) bool { return p.Kind == Backup }),
		lastFinished(points, now, func(p *Point) bool { return p.Kind == Snapshot || !wanted }),
	} {
		if last != nil && last.Status.Failed() && (last.Kind == Snapshot || !a.Has(Failing)) {
			a.addReason(Failing, fmt.Sprintf("the last %s, #%s, failed", last.Kind, last.ID))
		}
	}
}

// checkAge checks the newest usable point of a kind.
func (a *Assessment) checkAge(kind Kind, now time.Time) {
	limit, k := a.Policy.ForKind(kind).MaxAge, a.Kinds[kind]
	if limit == 0 || k.Usable == 0 {
		return
	}
	if k.Newest.IsZero() {
		a.addReason(Overdue, fmt.Sprintf("the age of the newest %s is unknown", kind))
		return
	}
	age := now.Sub(k.Newest)
	if age <= limit {
		a.limitValidity(k.Newest.Add(limit + 1))
		return
	}
	a.limitValidity(now.Add(untilTextChanges(age)))
	a.addReason(Overdue, fmt.Sprintf("the newest %s is %s", kind, tooOld(age, limit)))
}

// checkCount checks the number of usable points of a kind. Other reasons report that there are none
// at all.
func (a *Assessment) checkCount(kind Kind, _ time.Time) {
	need, has := a.Policy.ForKind(kind).Need(), a.Kinds[kind].Usable
	reported := a.Usable == 0 || kind == Backup && has == 0
	if !reported && has < need {
		a.addReason(TooFew, fmt.Sprintf("it has %s; at least %d required", Pluralize(has, "usable "+kind.String()),
			need))
	}
}

// checkAutomatic checks the newest usable automatic backup, if the policy requires one.
func (a *Assessment) checkAutomatic(now time.Time) {
	newest, limit := a.Kinds[Backup].newestAutomatic, a.Policy.Backups.MaxAge
	switch {
	case !a.Policy.Automatic || a.Kinds[Backup].Usable == 0 && a.Policy.Backups.Need() > 0:
		return // the reason why there is no backup at all says it
	case newest.IsZero():
		a.addReason(TooFew, "no usable automatic backup; the policy requires one")
		return
	case limit == 0:
		return
	}
	age := now.Sub(newest)
	if age <= limit {
		a.limitValidity(newest.Add(limit + 1))
		return
	}
	a.limitValidity(now.Add(untilTextChanges(age)))
	if !a.Has(Overdue) || a.Kinds[Backup].Newest.After(newest) {
		a.addReason(Overdue, "the newest automatic backup is "+tooOld(age, limit))
	}
}

// tooOld describes an age above its limit. Just above it both are the same in words.
func tooOld(age, limit time.Duration) string {
	text, allowed := FormatDuration(age), FormatDuration(limit)
	if text == allowed {
		text = "over " + text
	}
	return text + " old: at most " + allowed + " is allowed"
}

// checkExpiry checks how many points of a kind will soon be left.
func (a *Assessment) checkExpiry(kind Kind, _ time.Time) {
	need, k := a.Policy.ForKind(kind).Need(), a.Kinds[kind]
	if k.Usable >= need && k.durable < need {
		a.addReason(Expiring, fmt.Sprintf("in %s it will have %s left; at least %d required",
			FormatDuration(ExpiringWithin), Pluralize(k.durable, "usable "+kind.String()), need))
	}
}

// checkDates reports dates that cannot be trusted, the first of them in full.
func (a *Assessment) checkDates(points []Point, now time.Time) {
	var first string
	n := 0
	for i := range points {
		if text := points[i].oddDate(now); text != "" {
			if n++; n == 1 {
				first = text
			}
		}
	}
	switch {
	case n == 1:
		a.addReason(OddDate, first)
	case n > 1:
		a.addReason(OddDate, fmt.Sprintf("%s (and %d more)", first, n-1))
	}
}

// oddDate returns what is wrong with the point's times, or "".
func (p *Point) oddDate(now time.Time) string {
	switch {
	case p.CreatedUnreadable:
		return fmt.Sprintf("the creation time of %s #%s is unreadable: its age is unknown", p.Kind, p.ID)
	case p.inFuture(now):
		return fmt.Sprintf("%s #%s is dated %s, in the future: its age is unknown", p.Kind, p.ID,
			p.CreatedAt.UTC().Format("2 Jan 2006 15:04 UTC"))
	case p.ExpiresUnreadable:
		return fmt.Sprintf("the expiry of %s #%s is unreadable", p.Kind, p.ID)
	}
	return ""
}

func (a *Assessment) limitValidity(t time.Time) {
	if a.validUntil.IsZero() || t.Before(a.validUntil) {
		a.validUntil = t
	}
}

func (a *Assessment) addReason(h Health, text string) {
	a.Reasons = append(a.Reasons, Reason{h, text})
}

// ServerView is a server with its assessment, as filters see it.
type ServerView struct {
	Server
	Assessment Assessment
	Known      bool // its restore points are loaded; otherwise no condition on age or health matches
}

// Has reports whether the state is among the reasons. Without reasons it is Fine.
func (a Assessment) Has(h Health) bool { return a.HealthSet()&(1<<h) != 0 }

// HealthSet returns the states of the reasons as bits: 1<<Overdue and so on.
func (a Assessment) HealthSet() uint {
	if len(a.Reasons) == 0 {
		return 1 << Fine
	}
	var set uint
	for _, r := range a.Reasons {
		set |= 1 << r.Health
	}
	return set
}

// WorstFirst is a total order of assessments of different servers, for [slices.SortFunc]: by state,
// then the older newest backup first, then by name and ID.
func WorstFirst(a, b Assessment) int {
	return cmp.Or(cmp.Compare(b.Health, a.Health), a.Kinds[Backup].Newest.Compare(b.Kinds[Backup].Newest),
		a.Newest.Compare(b.Newest), byNameAndID(a.Server, b.Server))
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

// lastFinished returns the newest point that completed or failed, or nil. Points of unknown age or
// status do not hide a failure.
func lastFinished(points []Point, now time.Time, about func(*Point) bool) *Point {
	for i := range points {
		p := &points[i]
		if !about(p) {
			continue
		}
		_, known := p.Age(now)
		if p.Status.Failed() || p.Status == Completed && known {
			return p
		}
	}
	return nil
}
