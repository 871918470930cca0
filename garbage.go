package main

import "runtime/debug"

// How the garbage collector works for a dashboard. The percentage of what is in use that may pile up as garbage is less than half of
// Go's own, since a large fleet, or hundreds of sessions, have much in use. Of a small account it would be so little that each frame
// collects: the collector is made to count ballast as in use, which is never touched and so takes no memory.
// docs/PERFORMANCE.md has what both save and cost.
const (
	garbage = 40
	weight  = 8 << 20 // bytes
)

var ballast []byte

// thrifty sets the garbage collector up for a dashboard, for the rest of the process.
func thrifty() {
	ballast = make([]byte, weight)
	debug.SetGCPercent(garbage)
}
