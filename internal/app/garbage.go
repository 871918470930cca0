package app

import (
	"runtime/debug"
	"time"
)

// gcPercent is GOGC, in percent of the live heap. It is lower than Go's default of 100, because large
// fleets and many sessions keep much memory live. docs/PERFORMANCE.md has the savings and the cost.
const gcPercent = 55

// At the start nothing is collected, so that the first frame has the processor to itself: for a
// time, and up to a number of bytes.
const (
	startTime   = 300 * time.Millisecond
	startMemory = 64 << 20
)

// ballastSize is memory that the garbage collector counts as live, in bytes. Without it a small
// account's heap is so small that every frame would start a collection.
const ballastSize = 4 << 20

// ballast is never touched, so it takes no physical memory.
var ballast []byte

// TuneGC sets up the garbage collector for the rest of the process.
func TuneGC() {
	limit := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, startMemory))
	debug.SetGCPercent(-1)
	time.AfterFunc(startTime, func() {
		ballast = make([]byte, ballastSize)
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(limit)
	})
}
