package sim

import (
	"cmp"
	"slices"
	"time"

	"vpsdeck/model"
)

const day = 24 * time.Hour

// backupSchedule is the plan of the automatic backups: every server that has them, in the order of a night, and how far the
// account has come.
type backupSchedule struct {
	order      []*server
	next       int       // the index in order that is due next
	today      time.Time // of the night of next, 00:00 UTC
	nextExpiry time.Time // nothing expires before; zero: nothing does
}

// start sets the plan to the first backup after now.
func (n *backupSchedule) start(servers []*server, now time.Time) {
	for _, s := range servers {
		if s.autoBackups {
			n.order = append(n.order, s)
		}
	}
	slices.SortStableFunc(n.order, func(a, b *server) int { return cmp.Compare(a.backupOffset, b.backupOffset) })
	n.today = now.Truncate(day)
	for n.next < len(n.order) && !n.nextDue().After(now) {
		n.next++
	}
}

// nextDue is when the backup that comes next begins.
func (n *backupSchedule) nextDue() time.Time { return n.today.Add(n.order[n.next].backupOffset) }

// advanceTo brings the account up to now: the automatic backups that were due since the last request are there, those that
// expired are gone. All else (a status, an end) is read off the clock when it is asked for. Backups begin in the order of
// time and take their ids in it, so that the number of steps in which the clock came here makes no difference.
func (a *Account) advanceTo(now time.Time) {
	n := &a.schedule
	for len(n.order) > 0 {
		if n.next == len(n.order) {
			n.next, n.today = 0, n.today.Add(day)
		}
		at := n.nextDue()
		if at.After(now) {
			break
		}
		a.runAutomaticBackup(n.order[n.next], at, now)
		n.next++
	}
	a.expireBackups(now)
}

// runAutomaticBackup takes a server's automatic backup of the night. A server that a restore is just overwriting is left out.
func (a *Account) runAutomaticBackup(s *server, at, now time.Time) {
	if s.isRestoring(at) {
		return
	}
	p := a.newAutomaticBackup(s, at)
	p.listedFrom = at
	if p.isExpired(now) {
		a.lastID[model.Backup]++ // it came and went while nobody looked
		return
	}
	a.appendPoint(p)
	a.schedule.noteExpiry(p)
}

// newAutomaticBackup is the backup that the plan takes of a server at a moment.
func (a *Account) newAutomaticBackup(s *server, at time.Time) *point {
	p := &point{
		kind:        model.Backup,
		server:      s,
		automatic:   true,
		description: "Automatic daily backup",
		created:     at,
		expires:     at.Add(s.plan.retention),
	}
	a.setDurationAndSize(p)
	p.failed = a.randomFloat(drawForOutcome, s.id, at) < s.failureRate
	return p
}

// noteExpiry takes note of when the point expires.
func (n *backupSchedule) noteExpiry(p *point) {
	if !p.expires.IsZero() && (n.nextExpiry.IsZero() || p.expires.Before(n.nextExpiry)) {
		n.nextExpiry = p.expires
	}
}

// expireBackups drops the backups whose time is up, and forgets those that no list can show any more. It looks through the
// list only when there is one.
func (a *Account) expireBackups(now time.Time) {
	oldest := now.Add(-a.quirks.Lag)
	for kind := range a.gone {
		a.gone[kind] = slices.DeleteFunc(a.gone[kind], func(p *point) bool { return !oldest.Before(p.listedUntil) })
	}
	if a.schedule.nextExpiry.IsZero() || now.Before(a.schedule.nextExpiry) {
		return
	}
	a.schedule.nextExpiry = time.Time{}
	backups := slices.DeleteFunc(a.points[model.Backup], func(p *point) bool {
		if p.isExpired(now) {
			a.retirePoint(p, p.expires)
		}
		return p.isExpired(now)
	})
	for _, p := range backups {
		a.schedule.noteExpiry(p)
	}
	a.points[model.Backup] = backups
}
