package ui

import (
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// warnUnusedPolicies says once, when an account's servers have come, which of the config's policies holds for none of them: whoever
// wrote it believes that it does.
func (a *App) warnUnusedPolicies(msg command.ServersLoadedMsg) {
	if a.policiesChecked || msg.Err != nil || len(a.state.Servers.Value) == 0 {
		return
	}
	a.policiesChecked = true
	for _, problem := range a.env.Policies.Unmatched(a.state.Servers.Value) {
		a.notify(screen.Warning, problem.Message)
	}
}
