//go:build !race

package ui_test

// slower is the slowdown under the race detector; here there is none.
const slower = 1
