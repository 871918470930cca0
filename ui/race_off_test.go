//go:build !race

package ui_test

// underRace says that the race detector is on.
const underRace = false

// slower is the slowdown under the race detector, for tests that wait for real time.
const slower = 1
