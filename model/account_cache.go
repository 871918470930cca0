package model

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// CachedAccount is the lists of an account as last read completely. The next run shows them until
// the API answers. It contains no token.
type CachedAccount struct {
	At        time.Time // by this machine's clock
	Account   string    // fingerprint of the account, or "" if the API does not identify it
	Servers   []Server
	Backups   []Point
	Snapshots []Point
}

// maxCacheAge is the greatest age of a cache that is used. Older data says little about the account
// today.
const maxCacheAge = 30 * 24 * time.Hour

// Fingerprint identifies an account without naming it.
func (a Account) Fingerprint() string {
	if a.Email == "" && a.Company == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(a.Email + "\x00" + a.Company))
	return hex.EncodeToString(sum[:16])
}

// LoadCache fills the lists from the cache of an earlier run, and reports whether it did. It
// refuses a cache that is too old or in the future, or of another account, and any cache once the
// API has answered.
func (s *State) LoadCache(cached CachedAccount) bool {
	age := s.Local.Sub(cached.At)
	if s.Servers.Loaded() || s.Backups.Loaded() || s.Snapshots.Loaded() || age < 0 || age > maxCacheAge ||
		s.isOtherAccount(cached.Account) {
		return false
	}
	s.Servers.Value, s.Backups.Value, s.Snapshots.Value = cached.Servers, cached.Backups, cached.Snapshots
	s.Servers.At, s.Backups.At, s.Snapshots.At = cached.At, cached.At, cached.At
	s.cachedAt, s.cachedAccount = cached.At, cached.Account
	s.rebuildFleet()
	return true
}

// UsesCache reports whether a list still comes from the cache.
func (s *State) UsesCache() bool {
	return s.IsCached(s.Servers.At) || s.IsCached(s.Backups.At) || s.IsCached(s.Snapshots.At)
}

// IsCached reports whether a list of this time comes from the cache.
func (s *State) IsCached(at time.Time) bool { return !at.IsZero() && at.Equal(s.cachedAt) }

// IsOtherAccount reports whether an account is known to be another than the current one.
func (s *State) IsOtherAccount(a Account) bool { return s.isOtherAccount(a.Fingerprint()) }

// isOtherAccount reports whether the fingerprint is known to be of another account than the current
// one.
func (s *State) isOtherAccount(account string) bool {
	mine := s.Account.Value.Fingerprint()
	return mine != "" && account != "" && mine != account
}

// ApplyAccount applies the answer to a request for the account. A cache of another account is
// dropped.
func (s *State) ApplyAccount(t Ticket, account Account, err error) {
	s.Account.Finish(t, account, err, s.Local)
	if !s.UsesCache() || !s.isOtherAccount(s.cachedAccount) {
		return
	}
	if s.IsCached(s.Servers.At) {
		s.Servers.Value, s.Servers.At = nil, time.Time{}
	}
	for _, points := range []*Remote[[]Point]{&s.Backups, &s.Snapshots} {
		if s.IsCached(points.At) {
			points.Value, points.At = nil, time.Time{}
		}
	}
	s.rebuildFleet()
}

// CachedAccount returns the lists for the next run to cache. It returns false until all of them
// have been loaded completely and without errors.
func (s *State) CachedAccount() (CachedAccount, bool) {
	complete := s.Servers.Fresh() && s.Backups.Fresh() && s.Snapshots.Fresh() && !s.UsesCache() && !s.Account.Busy()
	return CachedAccount{
		At: s.Local, Account: s.Account.Value.Fingerprint(),
		Servers: s.Servers.Value, Backups: s.Backups.Value, Snapshots: s.Snapshots.Value,
	}, complete
}
