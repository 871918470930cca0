package command

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Cache keeps the last known state of an account from one run of the program to the next.
type Cache interface {
	// Load returns the cached account for a key, and false if there is none that can be read.
	Load(key string) (model.CachedAccount, bool)
	// Save replaces the cached account for a key. It reports no error: without a cache the next
	// run only starts empty.
	Save(key string, account model.CachedAccount)
}

// CacheLoadedMsg answers LoadCache.
type CacheLoadedMsg struct {
	Session int
	Account model.CachedAccount
}

// cacheKey identifies an account before any request is sent: by the API host and the profile.
func (s *Session) cacheKey() string { return s.Client.Host() + " " + s.Profile }

// LoadCache loads the account as the last run cached it.
func (s *Session) LoadCache(c Cache) tea.Cmd {
	if c == nil {
		return nil
	}
	number, key := s.Number, s.cacheKey()
	return func() tea.Msg {
		account, ok := c.Load(key)
		if !ok {
			return nil
		}
		return CacheLoadedMsg{Session: number, Account: account}
	}
}

// SaveCache stores the account for the next run.
func (s *Session) SaveCache(c Cache, account model.CachedAccount) tea.Cmd {
	key := s.cacheKey()
	return func() tea.Msg {
		c.Save(key, account)
		return nil
	}
}
