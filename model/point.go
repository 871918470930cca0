package model

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind tells the two sorts of restore points apart.
type Kind int

// The sorts of restore points.
const (
	Backup   Kind = iota // on separate storage, long-term, for disaster recovery [D]
	Snapshot             // beside the server, for quick rollback [D]
)

// String is the word for one of the kind.
func (k Kind) String() string {
	if k == Snapshot {
		return "snapshot"
	}
	return "backup"
}

// Limit is how many a server may have: 5 snapshots, 10 manual backups [D]. Automatic backups do not count [D].
func (k Kind) Limit() int {
	if k == Snapshot {
		return 5
	}
	return 10
}

// BackupType says who made a backup.
type BackupType string

// The types of a backup [D].
const (
	Manual    BackupType = "manual"    // made on request; never expires by itself
	Automatic BackupType = "automatic" // made by the plan; kept 7 to 30 days as a rule
)

// PointStatus is a restore point's state as the API words it; unknown ones are kept as they came.
type PointStatus string

// The statuses of a restore point.
const (
	InProgress PointStatus = "in_progress" // being made [E]
	Completed  PointStatus = "completed"   // can be gone back to [E]
	Failed     PointStatus = "failed"      // [I]
	Errored    PointStatus = "error"       // another word for failed [I]
)

// Running reports whether the status is known to be a passing one, worth asking for again soon.
func (s PointStatus) Running() bool { return s == InProgress }

// Failed reports whether the status means that nothing usable came out.
func (s PointStatus) Failed() bool { return s == Failed || s == Errored }

// Point is a restore point: a backup or a snapshot of a server. Times are UTC, and zero when the API gave none.
type Point struct {
	Kind        Kind
	ID          ID
	Server      ServerRef
	Name        string     // snapshots only
	Type        BackupType // backups only
	Status      PointStatus
	SizeMB      int64 // MB; 0 while it is not known, unless ZeroSize says that it is 0
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero: never, not stated, or not readable
	Description string

	ZeroSize          bool // the API states a size of 0
	CreatedUnreadable bool // the API gave a creation time that could not be read
	ExpiresUnreadable bool // the API gave an expiry that could not be read: not the same as never
}

// Key is what makes a point unique: IDs of backups and of snapshots are numbered apart.
type Key struct {
	Kind Kind
	ID   ID
}

// Key names the point.
func (p Point) Key() Key { return Key{p.Kind, p.ID} }

// Label is what people call the point: a snapshot's name, else a backup's description, else its type and ID.
func (p Point) Label() string {
	switch {
	case p.Name != "":
		return p.Name
	case p.Description != "":
		return p.Description
	case p.Type != "":
		return fmt.Sprintf("%s %s #%s", p.Type, p.Kind, p.ID)
	}
	return fmt.Sprintf("%s #%s", p.Kind, p.ID)
}

// CountsInQuota reports whether the point takes a place in its server's quota: every snapshot, every manual backup [D].
func (p Point) CountsInQuota() bool { return p.Kind == Snapshot || p.Type == Manual }

// MaxClockDrift is how far a creation time may lie ahead of the API's clock [I]: the clocks of two machines differ a little. What
// lies further ahead is not believed.
const MaxClockDrift = 5 * time.Minute

// Age is how old the point is at a time on the API's clock, and false where that is not known: no time was given, it could
// not be read, or it lies in the future by more than [Drift].
func (p *Point) Age(now time.Time) (time.Duration, bool) {
	if p.CreatedAt.IsZero() || p.inFuture(now) {
		return 0, false
	}
	return max(now.Sub(p.CreatedAt), 0), true
}

// inFuture reports whether the creation time lies in the future, beyond what clocks differ by.
func (p *Point) inFuture(now time.Time) bool { return p.CreatedAt.After(now.Add(MaxClockDrift)) }

// Expired reports whether the point's end has come.
func (p *Point) Expired(now time.Time) bool { return !p.ExpiresAt.IsZero() && !p.ExpiresAt.After(now) }

// lastsUntil reports whether the point certainly does not expire until then.
func (p *Point) lastsUntil(until time.Time) bool {
	return !p.ExpiresUnreadable && (p.ExpiresAt.IsZero() || p.ExpiresAt.After(until))
}

// Size is the point's size in MB, and false while it is not known.
func (p Point) Size() (mb int64, known bool) { return p.SizeMB, p.SizeMB > 0 || p.ZeroSize }

// CannotRestore is why the server cannot be restored from this point, or "". A status that the program does not know is no
// reason: the API decides.
func (p Point) CannotRestore(now time.Time) string {
	switch {
	case p.Expired(now) && !p.Status.Running() && !p.Status.Failed():
		return fmt.Sprintf("%s #%s expired %s ago: it can no longer be restored", p.Kind, p.ID, FormatDuration(now.Sub(p.ExpiresAt)))
	case p.Status.Running():
		return fmt.Sprintf("%s #%s is still being made: wait until it has completed", p.Kind, p.ID)
	case p.Status.Failed():
		return fmt.Sprintf("%s #%s failed: there is nothing in it to go back to", p.Kind, p.ID)
	}
	return ""
}

// CannotDelete is why the point cannot be deleted now, or "".
func (p Point) CannotDelete() string {
	if p.Status.Running() {
		return fmt.Sprintf("%s #%s is still being made: wait until it has ended", p.Kind, p.ID)
	}
	return ""
}

// Usable reports whether the server can certainly be restored from the point: it is complete and has not expired.
func (p *Point) Usable(now time.Time) bool { return p.Status == Completed && !p.Expired(now) }

// BackupFilter narrows a list of backups; empty fields do not.
type BackupFilter struct {
	Server ID
	Type   BackupType
}

// SnapshotFilter narrows a list of snapshots; an empty field does not.
type SnapshotFilter struct {
	Server ID
}

// ActionResult is what the API answered to a create or a restore that it took on.
type ActionResult struct {
	Point        Point        // the point made, or gone back to; after a restore only what the answer held of it
	ServerStatus ServerStatus // after a restore: the server's new status, if told
	Message      string       // the API's own words
}

// Account is whose token it is.
type Account struct {
	Email       string
	FirstName   string
	LastName    string
	Company     string
	CreatedAt   time.Time // a day, at 00:00 UTC
	TokenName   string
	Permissions []string // opaque
}

// Label is how the account is called on the screen: the company, else the person, else the address.
func (a Account) Label() string {
	switch {
	case a.Company != "":
		return a.Company
	case a.FirstName != "" && a.LastName != "":
		return a.FirstName + " " + a.LastName
	case a.Email != "":
		return a.Email
	}
	return "account"
}

// PointsOf returns the points of one server, in their order.
func PointsOf(points []Point, server ID) []Point {
	var out []Point
	for _, p := range points {
		if p.Server.ID == server {
			out = append(out, p)
		}
	}
	return out
}

// NewestUsable returns the newest usable point, and false if there is none. One whose age is not known is only taken where there
// is no other.
func NewestUsable(points []Point, now time.Time) (Point, bool) {
	var best *Point
	known := false
	for i := range points {
		p := &points[i]
		if !p.Usable(now) {
			continue
		}
		_, dated := p.Age(now)
		if best == nil || dated && (!known || p.CreatedAt.After(best.CreatedAt)) {
			best, known = p, dated
		}
	}
	if best == nil {
		return Point{}, false
	}
	return *best, true
}

// Role is what a point is worth to its server, which decides how hard the program asks before it goes.
type Role int

// The standings of a point among its server's points.
const (
	OrdinaryPoint Role = iota
	NewestPoint        // the newest usable one: an older one loses more
	LastBackup         // the only usable backup: only snapshots remain, on the server's own infrastructure [D]
	LastPoint          // the only usable one: without it nothing can be restored
)

// RoleOf tells what the point is among all points of its server, backups and snapshots together, at a time on the API's
// clock.
func RoleOf(p Point, all []Point, now time.Time) Role {
	if !p.Usable(now) {
		return OrdinaryPoint
	}
	usable := slices.DeleteFunc(PointsOf(all, p.Server.ID), func(q Point) bool { return !q.Usable(now) })
	backups := 0
	for i := range usable {
		if usable[i].Kind == Backup {
			backups++
		}
	}
	switch newest, _ := NewestUsable(usable, now); {
	case len(usable) <= 1:
		return LastPoint
	case p.Kind == Backup && backups <= 1:
		return LastBackup
	case newest.Key() == p.Key():
		return NewestPoint
	}
	return OrdinaryPoint
}

// Quota is how far a server has used its room for one kind of point.
type Quota struct {
	Used       int // complete, or of a status that we do not know
	Pending    int // running or failed: whether they count is not documented
	Limit      int
	Incomplete bool // the list is incomplete: there may be more than these
}

// QuotaOf counts the points of one kind that a server has against its limit.
func QuotaOf(kind Kind, server ID, points []Point) Quota {
	q := Quota{Limit: kind.Limit()}
	for i := range points {
		if p := &points[i]; p.Kind == kind && p.Server.ID == server {
			q.add(p)
		}
	}
	return q
}

// add takes in one point of the server and the kind.
func (q *Quota) add(p *Point) {
	switch {
	case !p.CountsInQuota():
	case p.Status.Running() || p.Status.Failed():
		q.Pending++
	default:
		q.Used++
	}
}

// Taken is all that may count.
func (q Quota) Taken() int { return q.Used + q.Pending }

// Full says that there is no room whatever the API counts.
func (q Quota) Full() bool { return q.Used >= q.Limit }

// MayBeFull says that there is no room if running and failed points count, or those that an incomplete list lacks.
func (q Quota) MayBeFull() bool { return q.Incomplete || q.Taken() >= q.Limit }

// Left is the room that there is for certain.
func (q Quota) Left() int {
	if q.Incomplete {
		return 0
	}
	return max(q.Limit-q.Taken(), 0)
}

// Bounds of what a form takes. The API documents no length; these keep a slip of the hand (a pasted log) from being sent.
const (
	MaxSnapshotName = 100
	MaxDescription  = 500
)

// CheckSnapshotName tells why the API would refuse a snapshot's name, by its own rule ^[A-Za-z0-9_-]+$ [D].
func CheckSnapshotName(name string) error {
	if name == "" {
		return errors.New("a snapshot needs a name")
	}
	if len(name) > MaxSnapshotName {
		return fmt.Errorf("at most %d characters", MaxSnapshotName)
	}
	for _, r := range name {
		if !isNameRune(r) {
			return fmt.Errorf("only letters, digits, - and _: %s is not allowed", describeRune(r))
		}
	}
	return nil
}

// CheckDescription tells why a description cannot be sent: too long, or with characters that are no text.
func CheckDescription(text string) error {
	if n := len([]rune(text)); n > MaxDescription {
		return fmt.Errorf("at most %d characters, this has %d", MaxDescription, n)
	}
	if Clean(text) != text {
		return errors.New("only plain text: no line breaks or control characters")
	}
	return nil
}
