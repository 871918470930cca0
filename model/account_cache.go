package model

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// CachedAccount is what an account had when it was last read whole, for the next run of the program to begin with. It holds no token.
type CachedAccount struct {
	At        time.Time // by this machine's clock
	Account   string    // whose it was: a fingerprint, or "" where the API does not tell
	Servers   []Server
	Backups   []Point
	Snapshots []Point
}

// maxCacheAge is how old what was seen may be: beyond it, it says more of the past than of the account.
const maxCacheAge = 30 * 24 * time.Hour

// Fingerprint tells accounts apart without naming them.
func (a Account) Fingerprint() string {
	if a.Email == "" && a.Company == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(a.Email + "\x00" + a.Company))
	return hex.EncodeToString(sum[:16])
}

// LoadCache begins with what an earlier run of the program has seen, and says whether it did: not once something has come from
// the API itself, nor with what is too old, or of the future.
func (s *State) LoadCache(seen CachedAccount) bool {
	age := s.Local.Sub(seen.At)
	if s.Servers.Loaded() || s.Backups.Loaded() || s.Snapshots.Loaded() || age < 0 || age > maxCacheAge || s.isOtherAccount(seen.Account) {
		return false
	}
	s.Servers.Value, s.Backups.Value, s.Snapshots.Value = seen.Servers, seen.Backups, seen.Snapshots
	s.Servers.At, s.Backups.At, s.Snapshots.At = seen.At, seen.At, seen.At
	s.cachedAt, s.cachedAccount = seen.At, seen.Account
	s.rebuildFleet()
	return true
}

// UsesCache says whether a list on the screen is still one that an earlier run has seen.
func (s *State) UsesCache() bool {
	return s.isCached(s.Servers.At) || s.isCached(s.Backups.At) || s.isCached(s.Snapshots.At)
}

func (s *State) isCached(at time.Time) bool { return !at.IsZero() && at.Equal(s.cachedAt) }

// isOtherAccount says whether that is another account than the one that one is on, as far as it is known.
func (s *State) isOtherAccount(account string) bool {
	mine := s.Account.Value.Fingerprint()
	return mine != "" && account != "" && mine != account
}

// ApplyAccount takes the answer to the question whose account it is. What was recalled of another one is forgotten.
func (s *State) ApplyAccount(t Ticket, account Account, err error) {
	s.Account.Finish(t, account, err, s.Local)
	if !s.UsesCache() || !s.isOtherAccount(s.cachedAccount) {
		return
	}
	if s.isCached(s.Servers.At) {
		s.Servers.Value, s.Servers.At = nil, time.Time{}
	}
	for _, points := range []*Remote[[]Point]{&s.Backups, &s.Snapshots} {
		if s.isCached(points.At) {
			points.Value, points.At = nil, time.Time{}
		}
	}
	s.rebuildFleet()
}

// CachedAccount is what there is to be recalled by the next run, and false as long as not all of it has come, or a part is not known to
// be good.
func (s *State) CachedAccount() (CachedAccount, bool) {
	whole := s.Servers.Fresh() && s.Backups.Fresh() && s.Snapshots.Fresh() && !s.UsesCache() && !s.Account.Busy()
	return CachedAccount{
		At: s.Local, Account: s.Account.Value.Fingerprint(),
		Servers: s.Servers.Value, Backups: s.Backups.Value, Snapshots: s.Snapshots.Value,
	}, whole
}
