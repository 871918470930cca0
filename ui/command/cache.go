package command

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Cache keeps what was last seen of an account from one run of the program to the next.
type Cache interface {
	// Load returns what was seen of the account at a place, and false if there is nothing that can be read.
	Load(place string) (model.CachedAccount, bool)
	// Save keeps it in the place of what was kept before. Without it the next run begins empty, which is no trouble to tell of.
	Save(place string, seen model.CachedAccount)
}

// CacheLoadedMsg answers Recall.
type CacheLoadedMsg struct {
	Session int
	Account model.CachedAccount
}

// cacheKey is what tells accounts apart before anybody is asked: where the API is, and the profile.
func (s *Session) cacheKey() string { return s.Client.Host() + " " + s.Profile }

// LoadCache looks up what the last run has seen.
func (s *Session) LoadCache(m Cache) tea.Cmd {
	if m == nil {
		return nil
	}
	number, place := s.Number, s.cacheKey()
	return func() tea.Msg {
		seen, ok := m.Load(place)
		if !ok {
			return nil
		}
		return CacheLoadedMsg{Session: number, Account: seen}
	}
}

// SaveCache keeps what is seen for the next run.
func (s *Session) SaveCache(m Cache, seen model.CachedAccount) tea.Cmd {
	place := s.cacheKey()
	return func() tea.Msg {
		m.Save(place, seen)
		return nil
	}
}
