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
func (p *poller) loadCache() tea.Cmd {
	if p.opts.Demo {
		return nil
	}
	return p.session.LoadCache(p.opts.Cache)
}

// applyCache shows the cached account. The header says how old it is. Actions check their server
// and point before they are sent, as always.
func (a *actions) applyCache(msg command.CacheLoadedMsg) {
	if msg.Session == a.session.Number && a.state.LoadCache(msg.Account) {
		a.panes.refresh()
	}
}

// saveCache saves the account for the next run: as soon as it is complete, and then at intervals
// if it has changed.
func (p *poller) saveCache() tea.Cmd {
	account, complete := p.state.CachedAccount()
	now := cacheSave{p.session.Number, p.state.Version(), p.state.Local}
	saved := p.lastCacheSave.session == now.session &&
		(p.lastCacheSave.version == now.version || now.savedAt.Sub(p.lastCacheSave.savedAt) < cacheSaveInterval)
	if p.opts.Cache == nil || p.opts.Demo || !complete || saved {
		return nil
	}
	p.lastCacheSave = now
	return p.session.SaveCache(p.opts.Cache, account)
}
