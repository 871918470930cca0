package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/command"
)

// cacheSave identifies the last saved state.
type cacheSave struct {
	session int
	version int
	savedAt time.Time
}

// cacheSaveInterval is the least time between two saves: a large fleet takes a while to write.
const cacheSaveInterval = 10 * time.Minute

// loadCache loads the account as the last run cached it, so that there is something to show until
// the API answers.
func (a *App) loadCache() tea.Cmd {
	if a.opts.Demo {
		return nil
	}
	return a.session.LoadCache(a.opts.Cache)
}

// applyCache shows the cached account. The header says how old it is. Actions check their server
// and point before they are sent, as always.
func (a *App) applyCache(msg command.CacheLoadedMsg) {
	if msg.Session == a.session.Number && a.state.LoadCache(msg.Account) {
		a.refreshPanes()
	}
}

// saveCache saves the account for the next run: as soon as it is complete, and then at intervals
// if it has changed.
func (a *App) saveCache() tea.Cmd {
	account, complete := a.state.CachedAccount()
	now := cacheSave{a.session.Number, a.state.Version(), a.state.Local}
	saved := a.lastCacheSave.session == now.session && (a.lastCacheSave.version == now.version || now.savedAt.Sub(a.lastCacheSave.savedAt) < cacheSaveInterval)
	if a.opts.Cache == nil || a.opts.Demo || !complete || saved {
		return nil
	}
	a.lastCacheSave = now
	return a.session.SaveCache(a.opts.Cache, account)
}
