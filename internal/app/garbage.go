package app

import "runtime/debug"

// GOGC values, in percent of the live heap. They are lower than Go's default of 100, because large
// fleets and many sessions keep much memory live. docs/PERFORMANCE.md has the savings and the cost.
const (
	GCPercentSingle = 55
	GCPercentServer = 40
)

// ballastSize is memory that the garbage collector counts as live, in bytes. Without it a small
// account's heap is so small that every frame would start a collection.
const ballastSize = 4 << 20

// TuneGC sets up the garbage collector for the rest of the process. The caller keeps the returned
// ballast alive; it is never touched, so it takes no physical memory.
func TuneGC(percent int) []byte {
	ballast := make([]byte, ballastSize)
	debug.SetGCPercent(percent)
	return ballast
}
