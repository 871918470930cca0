package ui

import (
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// tellUnmatched says once, when an account's servers have come, which of the config's policies holds for none of them: whoever
// wrote it believes that it does.
func (a *App) tellUnmatched(msg command.ServersLoadedMsg) {
	if a.matched || msg.Err != nil || len(a.state.Servers.Value) == 0 {
		return
	}
	a.matched = true
	for _, problem := range a.env.Policies.Unmatched(a.state.Servers.Value) {
		a.say(screen.Warning, problem.Words)
	}
}
