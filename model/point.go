package model

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind distinguishes the two kinds of restore points.
type Kind int

// The kinds of restore points.
const (
	Backup   Kind = iota // on separate storage, long-term, for disaster recovery [D]
	Snapshot             // on the server's infrastructure, for quick rollback [D]
)

// String returns the word for one point of the kind.
func (k Kind) String() string {
	if k == Snapshot {
		return "snapshot"
	}
	return "backup"
}

// Limit returns how many a server may have: 5 snapshots, 10 manual backups [D]. Automatic backups
// do not count [D].
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
	Manual    BackupType = "manual"    // created on request; never expires
	Automatic BackupType = "automatic" // created by the plan; usually kept 7 to 30 days
)

// PointStatus is a restore point's status as the API returns it; unknown ones are kept unchanged.
type PointStatus string

// The statuses of a restore point.
const (
	InProgress PointStatus = "in_progress" // being created [E]
	Completed  PointStatus = "completed"   // can be restored [E]
	Failed     PointStatus = "failed"      // [I]
	Errored    PointStatus = "error"       // also means failed [I]
)

// Running reports whether the status is known to be temporary, and should be polled again soon.
func (s PointStatus) Running() bool { return s == InProgress }

// Failed reports whether the status means that the point is unusable.
func (s PointStatus) Failed() bool { return s == Failed || s == Errored }

// Point is a restore point: a backup or a snapshot of a server. Times are UTC, and zero if the API
// gave none.
type Point struct {
	Kind        Kind
	ID          ID
	Server      ServerRef
	Name        string     // snapshots only
	Type        BackupType // backups only
	Status      PointStatus
	SizeMB      int64 // MB; 0 is unknown, unless ZeroSize is set
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero: never, not given, or unreadable
	Description string

	ZeroSize          bool // the API returned a size of 0
	CreatedUnreadable bool // the API returned an unreadable creation time
	ExpiresUnreadable bool // the API returned an unreadable expiry, which does not mean never
}

// Key identifies a point: backups and snapshots have separate ID ranges.
type Key struct {
	Kind Kind
	ID   ID
}

// Key returns the point's key.
func (p Point) Key() Key { return Key{p.Kind, p.ID} }

// Label returns the point's name: a snapshot's name, or else a backup's description, or else its
// type and ID.
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

// CountsInQuota reports whether the point counts in its server's quota: all snapshots and manual
// backups do [D].
func (p Point) CountsInQuota() bool { return p.Kind == Snapshot || p.Type == Manual }

// MaxClockDrift is how far a creation time may lie ahead of the API's clock [I], because the clocks
// of two machines differ a little. Times further ahead are not trusted.
const MaxClockDrift = 5 * time.Minute

// Age returns how old the point is at a time on the API's clock. It returns false if that is
// unknown: no time was given, it was unreadable, or it is in the future by more than
// [MaxClockDrift].
func (p *Point) Age(now time.Time) (time.Duration, bool) {
	if p.CreatedAt.IsZero() || p.inFuture(now) {
		return 0, false
	}
	return max(now.Sub(p.CreatedAt), 0), true
}

// inFuture reports whether the creation time is in the future by more than clocks differ.
func (p *Point) inFuture(now time.Time) bool { return p.CreatedAt.After(now.Add(MaxClockDrift)) }

// Expired reports whether the point has expired.
func (p *Point) Expired(now time.Time) bool { return !p.ExpiresAt.IsZero() && !p.ExpiresAt.After(now) }

// lastsUntil reports whether the point certainly does not expire before then.
func (p *Point) lastsUntil(until time.Time) bool {
	return !p.ExpiresUnreadable && (p.ExpiresAt.IsZero() || p.ExpiresAt.After(until))
}

// Size returns the point's size in MB, and false if it is unknown.
func (p Point) Size() (mb int64, known bool) { return p.SizeMB, p.SizeMB > 0 || p.ZeroSize }

// CannotRestore returns why the server cannot be restored from this point, or "". An unknown status
// is no reason: the API decides.
func (p Point) CannotRestore(now time.Time) string {
	switch {
	case p.Expired(now) && !p.Status.Running() && !p.Status.Failed():
		return fmt.Sprintf("%s #%s expired %s ago: it can no longer be restored", p.Kind, p.ID,
			FormatDuration(now.Sub(p.ExpiresAt)))
	case p.Status.Running():
		return fmt.Sprintf("%s #%s is still being created: wait until it has completed", p.Kind, p.ID)
	case p.Status.Failed():
		return fmt.Sprintf("%s #%s failed and cannot be restored", p.Kind, p.ID)
	}
	return ""
}

// CannotDelete returns why the point cannot be deleted now, or "".
func (p Point) CannotDelete() string {
	if p.Status.Running() {
		return fmt.Sprintf("%s #%s is still being created: wait until it has finished", p.Kind, p.ID)
	}
	return ""
}

// Usable reports whether the server can certainly be restored from the point: it is complete and
// has not expired.
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

// ActionResult is the API's answer to a create or a restore that it accepted.
type ActionResult struct {
	Point        Point        // the created or restored point; after a restore only what the answer contains
	ServerStatus ServerStatus // after a restore: the server's new status, if given
	Message      string       // the API's own message
}

// Account is the owner of the token.
type Account struct {
	Email       string
	FirstName   string
	LastName    string
	Company     string
	CreatedAt   time.Time // a day, at 00:00 UTC
	TokenName   string
	Permissions []string // not interpreted
}

// Label returns the account's display name: the company, or else the person, or else the email
// address.
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

// NewestUsable returns the newest usable point, and false if there is none. A point of unknown age
// is returned only if there is no other.
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

// Role is a point's importance to its server. It decides how strict the confirmation before a
// deletion is.
type Role int

// The roles of a point among its server's points.
const (
	OrdinaryPoint Role = iota
	NewestPoint        // the newest usable one: restoring an older one loses more
	// the only usable backup: without it only snapshots remain, on the server's own infrastructure
	// [D]
	LastBackup
	LastPoint // the only usable one: without it nothing can be restored
)

// RoleOf returns the point's role among all points, at a time on the API's clock.
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

// Quota is how much of its quota for one kind of point a server uses.
type Quota struct {
	Used       int // complete, or of unknown status
	Pending    int // running or failed: whether they count is not documented
	Limit      int
	Incomplete bool // the list is incomplete: there may be more
}

// QuotaOf counts a server's points of one kind against the limit.
func QuotaOf(kind Kind, server ID, points []Point) Quota {
	q := Quota{Limit: kind.Limit()}
	for i := range points {
		if p := &points[i]; p.Kind == kind && p.Server.ID == server {
			q.add(p)
		}
	}
	return q
}

// add counts one point of the server and the kind.
func (q *Quota) add(p *Point) {
	switch {
	case !p.CountsInQuota():
	case p.Status.Running() || p.Status.Failed():
		q.Pending++
	default:
		q.Used++
	}
}

// Taken returns how many may count.
func (q Quota) Taken() int { return q.Used + q.Pending }

// Full reports whether there is certainly no room.
func (q Quota) Full() bool { return q.Used >= q.Limit }

// MayBeFull reports whether there is no room if running and failed points count, or if an
// incomplete list lacks some.
func (q Quota) MayBeFull() bool { return q.Incomplete || q.Taken() >= q.Limit }

// Left returns how much room there certainly is.
func (q Quota) Left() int {
	if q.Incomplete {
		return 0
	}
	return max(q.Limit-q.Taken(), 0)
}

// Limits of the forms. The API documents none; these prevent mistakes such as a pasted log from
// being sent.
const (
	MaxSnapshotName = 100
	MaxDescription  = 500
)

// CheckSnapshotName returns why the API would refuse a snapshot's name, by its rule
// ^[A-Za-z0-9_-]+$ [D].
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

// CheckDescription returns why a description cannot be sent: too long, or with control characters.
func CheckDescription(text string) error {
	if n := len([]rune(text)); n > MaxDescription {
		return fmt.Errorf("at most %d characters, this has %d", MaxDescription, n)
	}
	if Clean(text) != text {
		return errors.New("only plain text: no line breaks or control characters")
	}
	return nil
}
