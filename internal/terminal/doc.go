// Package terminal simulates a person at a terminal, for pictures and tests. It emulates the
// screen, sends keys, and knows when the program is idle, so that no test has to sleep.
//
// Session runs a Bubble Tea program on an emulated terminal. Its verbs are Press, Type, Click,
// Resize, Advance and Settle. Probe counts the commands and messages that are still pending. Clock
// is the program's clock, and moves only when a test advances it. Grid is the content of the
// screen.
//
// Commands that wait for the wall clock are not run in a session: see [WallClockCommands].
package terminal
