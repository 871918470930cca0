// Package terminal stands in for a person at a terminal, for pictures and tests: a screen that understands what a program
// writes, a hand that presses keys, and a sense of when the program has come to rest, so that nothing ever has to sleep
// and hope.
//
// Session runs a Bubble Tea program against an emulated terminal and offers the verbs: Press, Type, Click, Resize,
// Advance, Settle. Probe knows what the program still has under way. Clock is the time that the program lives by: it
// moves when it is told to. Grid is what the person sees.
//
// Inside a session the wall clock stands still: see [WallClock].
package terminal
