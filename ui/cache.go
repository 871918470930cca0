package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/ui/command"
)

// cacheSave is what was kept for the next run.
type cacheSave struct {
	session int
	version int
	savedAt time.Time
}

// cacheSaveInterval is how long the next run may be behind: a large fleet takes a while to write.
const cacheSaveInterval = 10 * time.Minute

// loadCache looks up what the last run has seen, so that there is something to look at until the API answers.
func (a *App) loadCache() tea.Cmd {
	if a.opts.Demo {
		return nil
	}
	return a.session.LoadCache(a.opts.Cache)
}

// applyCache shows it. The header says how old it is; deeds look up what they are about before they are sent, as always.
func (a *App) applyCache(msg command.CacheLoadedMsg) {
	if msg.Session == a.session.Number && a.state.LoadCache(msg.Account) {
		a.refreshPanes()
	}
}

// saveCache keeps what is seen for the next run: as soon as it is whole, and then every while if it has changed.
func (a *App) saveCache() tea.Cmd {
	seen, whole := a.state.CachedAccount()
	now := cacheSave{a.session.Number, a.state.Version(), a.state.Local}
	kept := a.lastCacheSave.session == now.session && (a.lastCacheSave.version == now.version || now.savedAt.Sub(a.lastCacheSave.savedAt) < cacheSaveInterval)
	if a.opts.Cache == nil || a.opts.Demo || !whole || kept {
		return nil
	}
	a.lastCacheSave = now
	return a.session.SaveCache(a.opts.Cache, seen)
}
