//go:build race

package ui_test

// slower is how many times longer things take under the race detector. What is long is cut by it: a table to one row in so
// many, a soak to a part of its deeds. To a race it does not matter which, and without the detector all are played.
const slower = 8
