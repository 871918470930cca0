//go:build !unix

package app

import tea "charm.land/bubbletea/v2"

// CanSuspend returns false: there is no job control on this system.
func CanSuspend() bool { return false }

// jobControl does nothing on this system.
type jobControl struct{ terminalReleased func() bool }

func (*jobControl) watch(*tea.Program) func() { return func() {} }

func (*jobControl) filter(msg tea.Msg) tea.Msg { return msg }
