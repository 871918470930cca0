package app

import "runtime/debug"

// How much garbage may pile up, in percent of what is in use: less than Go's own 100, since a large fleet, and hundreds of sessions even
// more, have much in use. docs/PERFORMANCE.md has what it saves and costs.
const (
	GCPercentSingle = 55
	GCPercentServer = 40
)

// ballastSize is what the garbage collector is made to count as in use beside what is, in bytes. Of a small account so little is in use that
// each frame would be collected by itself.
const ballastSize = 4 << 20

// TuneGC sets the garbage collector up for the rest of the process. What it returns is the weight, to be kept alive; it is never
// touched, and so has no memory of its own.
func TuneGC(garbage int) []byte {
	ballast := make([]byte, ballastSize)
	debug.SetGCPercent(garbage)
	return ballast
}
