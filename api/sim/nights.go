package sim

import (
	"cmp"
	"slices"
	"time"

	"vpsdeck/model"
)

const day = 24 * time.Hour

// nights is the plan of the automatic backups: every server that has them, in the order of a night, and how far the
// account has come.
type nights struct {
	order  []*server
	next   int       // the index in order that is due next
	today  time.Time // of the night of next, 00:00 UTC
	expiry time.Time // nothing expires before; zero: nothing does
}

// begin sets the plan to the first backup after now.
func (n *nights) begin(servers []*server, now time.Time) {
	for _, s := range servers {
		if s.nightly {
			n.order = append(n.order, s)
		}
	}
	slices.SortStableFunc(n.order, func(a, b *server) int { return cmp.Compare(a.minute, b.minute) })
	n.today = now.Truncate(day)
	for n.next < len(n.order) && !n.due().After(now) {
		n.next++
	}
}

// due is when the backup that comes next begins.
func (n *nights) due() time.Time { return n.today.Add(n.order[n.next].minute) }

// settle brings the account up to now: the automatic backups that were due since the last request are there, those that
// expired are gone. All else (a status, an end) is read off the clock when it is asked for. Backups begin in the order of
// time and take their ids in it, so that the number of steps in which the clock came here makes no difference.
func (a *Account) settle(now time.Time) {
	n := &a.nights
	for len(n.order) > 0 {
		if n.next == len(n.order) {
			n.next, n.today = 0, n.today.Add(day)
		}
		at := n.due()
		if at.After(now) {
			break
		}
		a.backUp(n.order[n.next], at, now)
		n.next++
	}
	a.expire(now)
}

// backUp takes a server's automatic backup of the night. A server that a restore is just overwriting is left out.
func (a *Account) backUp(s *server, at, now time.Time) {
	if s.restoring(at) {
		return
	}
	p := a.automatic(s, at)
	p.appears = at
	if p.expired(now) {
		a.lastID[model.Backup]++ // it came and went while nobody looked
		return
	}
	a.add(p)
	a.nights.watch(p)
}

// automatic is the backup that the plan takes of a server at a moment.
func (a *Account) automatic(s *server, at time.Time) *point {
	p := &point{
		kind:        model.Backup,
		server:      s,
		automatic:   true,
		description: "Automatic daily backup",
		created:     at,
		expires:     at.Add(s.plan.retention),
	}
	a.measure(p)
	p.failed = a.draw(outcome, s.id, at) < s.fails
	return p
}

// watch takes note of when the point expires.
func (n *nights) watch(p *point) {
	if !p.expires.IsZero() && (n.expiry.IsZero() || p.expires.Before(n.expiry)) {
		n.expiry = p.expires
	}
}

// expire drops the backups whose time is up, and forgets those that no list can show any more. It looks through the
// list only when there is one.
func (a *Account) expire(now time.Time) {
	oldest := now.Add(-a.quirks.Lag)
	for kind := range a.gone {
		a.gone[kind] = slices.DeleteFunc(a.gone[kind], func(p *point) bool { return !oldest.Before(p.lingers) })
	}
	if a.nights.expiry.IsZero() || now.Before(a.nights.expiry) {
		return
	}
	a.nights.expiry = time.Time{}
	backups := slices.DeleteFunc(a.points[model.Backup], func(p *point) bool {
		if p.expired(now) {
			a.bury(p, p.expires)
		}
		return p.expired(now)
	})
	for _, p := range backups {
		a.nights.watch(p)
	}
	a.points[model.Backup] = backups
}
