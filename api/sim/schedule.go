package sim

import (
	"cmp"
	"slices"
	"time"

	"vpsdeck/model"
)

const day = 24 * time.Hour

// backupSchedule is the schedule of the automatic backups: every server that has them, in the order
// of a night, and how far the account has come.
type backupSchedule struct {
	order      []*server
	next       int       // the index in order that is due next
	today      time.Time // of the night of next, 00:00 UTC
	nextExpiry time.Time // when the next backup expires; zero: none does
}

// start sets the schedule to the first backup after now.
func (s *backupSchedule) start(servers []*server, now time.Time) {
	for _, srv := range servers {
		if srv.autoBackups {
			s.order = append(s.order, srv)
		}
	}
	slices.SortStableFunc(s.order, func(a, b *server) int { return cmp.Compare(a.backupOffset, b.backupOffset) })
	s.today = now.Truncate(day)
	for s.next < len(s.order) && !s.nextDue().After(now) {
		s.next++
	}
}

// nextDue returns when the next backup begins.
func (s *backupSchedule) nextDue() time.Time { return s.today.Add(s.order[s.next].backupOffset) }

// advanceTo brings the account up to now. It takes the automatic backups that were due since the
// last request, and drops those that expired. Everything else (a status, an end) follows from the
// clock when it is read. Backups begin in the order of time and take their ids in it, so that the
// number of steps makes no difference.
func (a *Account) advanceTo(now time.Time) {
	s := &a.schedule
	for len(s.order) > 0 {
		if s.next == len(s.order) {
			s.next, s.today = 0, s.today.Add(day)
		}
		at := s.nextDue()
		if at.After(now) {
			break
		}
		a.runAutomaticBackup(s.order[s.next], at, now)
		s.next++
	}
	a.expireBackups(now)
}

// runAutomaticBackup takes a server's automatic backup of the night. A server that is being
// restored is left out.
func (a *Account) runAutomaticBackup(s *server, at, now time.Time) {
	if s.isRestoring(at) {
		return
	}
	p := a.newAutomaticBackup(s, at)
	p.listedFrom = at
	if p.isExpired(now) {
		a.lastID[model.Backup]++ // it was created and expired between two requests
		return
	}
	a.appendPoint(p)
	a.schedule.noteExpiry(p)
}

// newAutomaticBackup makes the automatic backup of a server at a time.
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

// noteExpiry updates the time of the next expiry.
func (s *backupSchedule) noteExpiry(p *point) {
	if !p.expires.IsZero() && (s.nextExpiry.IsZero() || p.expires.Before(s.nextExpiry)) {
		s.nextExpiry = p.expires
	}
}

// expireBackups drops the expired backups, and forgets those that no list can show any more. It
// searches the list only if a backup has expired.
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
