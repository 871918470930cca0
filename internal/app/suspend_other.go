//go:build !unix

package app

import tea "charm.land/bubbletea/v2"

// CanSuspend is false where there is no job control.
func CanSuspend() bool { return false }

// jobControl does nothing where there is none.
type jobControl struct{ terminalReleased func() bool }

func (*jobControl) watch(*tea.Program) func() { return func() {} }

func (*jobControl) filter(msg tea.Msg) tea.Msg { return msg }
