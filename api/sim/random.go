package sim

import (
	"math/rand/v2"
	"time"

	"vpsdeck/model"
)

// drawPurpose is what a random number is for, so that numbers for different purposes are
// independent.
type drawPurpose uint64

const (
	drawForDuration drawPurpose = iota + 1
	drawForSize
	drawForOutcome
	drawForFleet
)

// randomFloat returns a number from 0 up to 1 that depends only on the seed, the server, the time
// and the purpose. There is no shared stream of random numbers: a list between two actions would
// change what comes after it.
func (a *Account) randomFloat(of drawPurpose, server int64, at time.Time) float64 {
	source := a.randomSource(of, server, at.Unix())
	return float64(source.Uint64()>>11) / (1 << 53)
}

func (a *Account) randomSource(of drawPurpose, server, moment int64) *rand.PCG {
	const odd = 0x9e3779b97f4a7c15 // spreads neighbouring numbers over all bits
	return rand.NewPCG(a.seed^uint64(of)*odd, uint64(server)*odd^uint64(moment))
}

// span is how long an action takes, from the shortest to the longest.
type span struct{ shortest, longest time.Duration }

// How long actions take. The times of snapshots are documented [D]. Backups are said to be slower,
// and their numbers are ours [I].
var (
	createSpans = [2]span{
		model.Backup:   {8 * time.Minute, 25 * time.Minute},
		model.Snapshot: {3 * time.Minute, 10 * time.Minute},
	}
	restoreSpans = [2]span{
		model.Backup:   {10 * time.Minute, 40 * time.Minute},
		model.Snapshot: {5 * time.Minute, 15 * time.Minute},
	}
)

// drawDuration draws how long an action on a server takes that begins at a time, in whole seconds.
// Two thirds are random, and one third depends on the size of the data.
func (a *Account) drawDuration(s span, of *server, at time.Time) time.Duration {
	const large = 200_000 // MB; more data takes no longer
	load := min(float64(of.usedMB)/large, 1)
	share := (2*a.randomFloat(drawForDuration, of.id, at) + load) / 3
	return (s.shortest + time.Duration(share*float64(s.longest-s.shortest))).Truncate(time.Second)
}

// setDurationAndSize sets how long it takes to create a point, and how large it will be. A snapshot
// has the size of the data; a backup is compressed [E].
func (a *Account) setDurationAndSize(p *point) {
	p.doneAt = p.created.Add(a.drawDuration(createSpans[p.kind], p.server, p.created))
	share := 0.97 + 0.06*a.randomFloat(drawForSize, p.server.id, p.created)
	if p.kind == model.Backup {
		share *= 0.87
	}
	p.sizeMB = int64(share * float64(p.server.usedMB))
}
