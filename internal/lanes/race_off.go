//go:build !race

package lanes

// underRace says that the race detector is on.
const underRace = false

// Slower is the slowdown under the race detector, for tests that wait for real time.
const Slower = 1
