package sim

import (
	"math/rand/v2"
	"time"

	"vpsdeck/model"
)

// subject is what a number is drawn for, so that the draws for one thing do not hang together.
type subject uint64

const (
	duration subject = iota + 1
	size
	outcome
	fleet
)

// draw is a number from 0 up to 1 that depends on nothing but the seed, the server, the moment and what it is for. There
// is no shared stream of random numbers: a list asked for in between would change what comes after it.
func (a *Account) draw(of subject, server int64, at time.Time) float64 {
	source := a.source(of, server, at.Unix())
	return float64(source.Uint64()>>11) / (1 << 53)
}

func (a *Account) source(of subject, server, moment int64) *rand.PCG {
	const odd = 0x9e3779b97f4a7c15 // spreads neighbouring numbers over all bits
	return rand.NewPCG(a.seed^uint64(of)*odd, uint64(server)*odd^uint64(moment))
}

// span is how long a deed takes, from the quickest to the slowest.
type span struct{ least, most time.Duration }

// How long deeds take. Those of snapshots are documented [D]; backups are said to be slower, and their numbers are ours [I].
var (
	creating = [2]span{
		model.Backup:   {8 * time.Minute, 25 * time.Minute},
		model.Snapshot: {3 * time.Minute, 10 * time.Minute},
	}
	restoring = [2]span{
		model.Backup:   {10 * time.Minute, 40 * time.Minute},
		model.Snapshot: {5 * time.Minute, 15 * time.Minute},
	}
)

// lasts draws how long a deed on a server takes when it begins at a moment, in whole seconds: two thirds chance, one third
// what is on the disk.
func (a *Account) lasts(s span, of *server, at time.Time) time.Duration {
	const large = 200_000 // MB from which a disk counts as full as can be
	load := min(float64(of.usedMB)/large, 1)
	share := (2*a.draw(duration, of.id, at) + load) / 3
	return (s.least + time.Duration(share*float64(s.most-s.least))).Truncate(time.Second)
}

// measure settles how long it takes to make a point, and how large it will be. A snapshot holds the disk as it is; a
// backup is packed [E].
func (a *Account) measure(p *point) {
	p.done = p.created.Add(a.lasts(creating[p.kind], p.server, p.created))
	share := 0.97 + 0.06*a.draw(size, p.server.id, p.created)
	if p.kind == model.Backup {
		share *= 0.87
	}
	p.sizeMB = int64(share * float64(p.server.usedMB))
}
