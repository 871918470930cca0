//go:build !race

package ui_test

// underRace says that the race detector is on.
const underRace = false

// slower is the slowdown under the race detector; here there is none.
const slower = 1
