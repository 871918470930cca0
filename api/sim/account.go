package sim

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"vpsdeck/model"
)

// MaxServers is the size of the largest fleet.
const MaxServers = 20_000

// Options configure an account. The zero value makes the demo's: twelve servers in different
// states, in real time.
type Options struct {
	Seed    uint64
	Servers int    // how many; 0 means 12, below 0 none, MaxServers at most. The first twelve are always the same
	Token   string // the only token that is accepted; "" means "vps_demo"
	Clock   *Clock // nil: a clock that starts now and runs at this machine's pace
	Quirks  Quirks // how reads differ from the true state; SetQuirks changes them
}

// Account is a simulated account. It is safe for concurrent use: requests are executed one after
// another.
type Account struct {
	seed     uint64
	token    [sha256.Size]byte // a hash, so that comparing takes the same time whatever the length
	clock    *Clock
	openedAt time.Time

	mu         sync.Mutex
	servers    []*server   // by id, ascending
	points     [2][]*point // by model.Kind; each by id, ascending
	lastID     [2]int64    // by model.Kind; the highest id ever used, including deleted points
	schedule   backupSchedule
	faults     []*Fault
	released   chan struct{} // closed to release the held responses
	requests   requestLog
	operations operationLog

	quirks                   Quirks
	quirksSince              time.Time   // when they were set
	hadQuirks                bool        // there are or were quirks, so lists must be filtered
	readCount, responseCount int         // for quirks that change from one request to the next
	gone                     [2][]*point // by model.Kind: deleted and expired points that lists may still show
}

// New makes an account in the state that it has at its clock's time. It takes well under a second
// even for the largest fleet.
func New(o Options) *Account {
	if o.Servers == 0 {
		o.Servers = len(demoServers)
	}
	if o.Token == "" {
		o.Token = "vps_demo"
	}
	if o.Clock == nil {
		o.Clock = NewClock(time.Now(), 1)
	}
	a := &Account{
		seed:     o.Seed,
		token:    sha256.Sum256([]byte(o.Token)),
		clock:    o.Clock,
		released: make(chan struct{}),
	}
	a.openedAt = a.Now()
	a.populate(min(max(o.Servers, 0), MaxServers))
	a.SetQuirks(o.Quirks)
	return a
}

// Now returns the account's time: its clock's, in UTC and whole seconds, as every time in a
// response is [E].
func (a *Account) Now() time.Time { return a.clock.Now().UTC().Truncate(time.Second) }

// server is one virtual server. Its state at any time follows from these fields and the clock.
type server struct {
	id           int64
	name         string
	hostname     string
	status       model.ServerStatus // until its first restore
	ip           string
	location     string
	plan         plan
	os           system
	created      time.Time
	updated      time.Time
	restores     []*restore    // in the order of acceptance
	autoBackups  bool          // the plan takes an automatic backup every night
	backupOffset time.Duration // the time of night, after 00:00 UTC
	usedMB       int64         // of its disk, MB
	failureRate  float64       // the share of automatic backups that fail, 0 to 1
}

// isRestoring reports whether a restore is running, whatever lists show.
func (s *server) isRestoring(now time.Time) bool {
	r, _ := s.latestRestore(now)
	return r != nil && r.isRunning(now)
}

// statusAt returns the status that lists show at a time.
func (s *server) statusAt(at time.Time) model.ServerStatus {
	if r, _ := s.latestRestore(at); r != nil {
		return r.statusAt(at)
	}
	return s.status
}

func (s *server) updatedAt(at time.Time) time.Time {
	r, before := s.latestRestore(at)
	switch {
	case r == nil, r.isHidden(at) && before == nil:
		return s.updated
	case r.isHidden(at):
		return before.ends
	case r.isRunning(at):
		return r.accepted
	}
	return r.ends
}

// point is one backup or snapshot.
type point struct {
	kind            model.Kind
	id              int64
	server          *server
	name            string // snapshots only
	automatic       bool   // backups only
	description     string
	created         time.Time
	doneAt          time.Time // when it completes or fails
	failed          bool      // whether it fails
	expires         time.Time // zero: never
	sizeMB          int64
	createOperation *Operation // nil if no request created it

	listedFrom  time.Time // when lists begin to show it
	listedUntil time.Time // when lists cease to show it, once it is gone; zero: it exists
	firstListed time.Time // when a list first showed it; zero: none has
	missing     bool      // the latest list did not show it
	vanishCount int       // how many more lists are to omit it
}

func (p *point) statusAt(now time.Time) model.PointStatus {
	switch {
	case now.Before(p.doneAt):
		return model.InProgress
	case p.failed:
		return model.Failed
	}
	return model.Completed
}

func (p *point) backupType() model.BackupType {
	if p.automatic {
		return model.Automatic
	}
	return model.Manual
}

func (p *point) isExpired(now time.Time) bool { return !p.expires.IsZero() && !now.Before(p.expires) }

func (a *Account) findServer(id int64) (*server, bool) {
	i, ok := slices.BinarySearchFunc(a.servers, id, func(s *server, id int64) int { return cmp.Compare(s.id, id) })
	if !ok {
		return nil, false
	}
	return a.servers[i], true
}

// findPoint finds a point in its list.
func (a *Account) findPoint(kind model.Kind, id int64) (int, bool) {
	return slices.BinarySearchFunc(a.points[kind], id, func(p *point, id int64) int { return cmp.Compare(p.id, id) })
}

// countManual returns how many points count against the server's limit; those in progress do [I].
func (a *Account) countManual(kind model.Kind, s *server) int {
	n := 0
	for _, p := range a.points[kind] {
		if p.server == s && !p.automatic {
			n++
		}
	}
	return n
}

// appendPoint adds the point, with the next id of its kind.
func (a *Account) appendPoint(p *point) {
	a.lastID[p.kind]++
	p.id = a.lastID[p.kind]
	a.points[p.kind] = append(a.points[p.kind], p)
}
