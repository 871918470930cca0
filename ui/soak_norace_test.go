//go:build !race

package ui_test

// slower is how many times longer things take under the race detector, which this is not.
const slower = 1
