package ui

import (
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
)

// warnUnusedPolicies warns once per account, when its servers are loaded, of policies in the
// config that match none of them. Otherwise a user may rely on a policy that has no effect.
func (a *App) warnUnusedPolicies(msg command.ServersLoadedMsg) {
	if a.policiesChecked || msg.Err != nil || len(a.state.Servers.Value) == 0 {
		return
	}
	a.policiesChecked = true
	for _, problem := range a.env.Policies.Unmatched(a.state.Servers.Value) {
		a.notify(screen.Warning, problem.Message)
	}
}
