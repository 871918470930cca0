package sim

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"vpsdeck/model"
)

// MaxServers is the largest fleet that an account is made with.
const MaxServers = 20_000

// Options say what account to make. The zero value makes the demo's: twelve servers that tell a story, in real time.
type Options struct {
	Seed    uint64
	Servers int    // how many; 0 means 12, below 0 none, MaxServers at most. The first twelve are always the same
	Token   string // the only token that is let in; "" means "vps_demo"
	Clock   *Clock // nil: a clock that starts now and runs at this machine's pace
	Quirks  Quirks // how what is read differs from what is true; SetQuirks changes them
}

// Account is a simulated account. It is safe for concurrent use: each request is carried out whole, one after another.
type Account struct {
	seed     uint64
	token    [sha256.Size]byte // a hash, so that comparing takes the same time whatever the length
	clock    *Clock
	openedAt time.Time

	mu         sync.Mutex
	servers    []*server   // by id, ascending
	points     [2][]*point // by model.Kind; each by id, ascending
	lastID     [2]int64    // by model.Kind; the highest id ever given, also to a point that is gone
	schedule   backupSchedule
	faults     []*Fault
	released   chan struct{} // closed when the held answers may go
	requests   requestLog
	operations operationLog

	quirks                   Quirks
	quirksSince              time.Time   // when they were set
	hadQuirks                bool        // there are or were quirks, so that lists must be sifted
	readCount, responseCount int         // how many there were, for what changes from one to the next
	gone                     [2][]*point // by model.Kind: deleted and expired points that lists may still show
}

// New makes an account as its clock's time finds it. It takes well under a second also for the largest fleet.
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

// Now is the account's time: its clock's, in UTC and whole seconds, as every time in an answer is [E].
func (a *Account) Now() time.Time { return a.clock.Now().UTC().Truncate(time.Second) }

// server is one virtual server. What it is at a moment follows from these facts and the clock.
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
	restores     []*restore    // in the order in which they were accepted
	autoBackups  bool          // the plan takes an automatic backup every night
	backupOffset time.Duration // when in the night, after 00:00 UTC
	usedMB       int64         // of its disk, MB
	failureRate  float64       // the share of automatic backups that fail, 0 to 1
}

// isRestoring says whether a restore runs, whatever is shown of it.
func (s *server) isRestoring(now time.Time) bool {
	r, _ := s.latestRestore(now)
	return r != nil && r.isRunning(now)
}

// statusAt is what lists of a time show.
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
	createOperation *Operation // the create; nil if it was no request's

	listedFrom  time.Time // since when lists show it
	listedUntil time.Time // until when they do, once it is gone; zero: it stands
	firstListed time.Time // when a list showed it first; zero: none has
	missing     bool      // the latest list did not
	vanishCount int       // from how many lists it is still to be missing
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

// countManual is how many points count against the server's limit; those in progress do [I].
func (a *Account) countManual(kind model.Kind, s *server) int {
	n := 0
	for _, p := range a.points[kind] {
		if p.server == s && !p.automatic {
			n++
		}
	}
	return n
}

// appendPoint gives the point the next id of its kind.
func (a *Account) appendPoint(p *point) {
	a.lastID[p.kind]++
	p.id = a.lastID[p.kind]
	a.points[p.kind] = append(a.points[p.kind], p)
}
