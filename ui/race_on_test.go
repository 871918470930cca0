//go:build race

package ui_test

// underRace says that the race detector is on.
const underRace = true

// slower is the slowdown under the race detector. Long tests are cut by it: a table to every eighth
// row, a soak to an eighth of its actions. For finding races it does not matter which rows run;
// without the detector all of them run.
const slower = 8
