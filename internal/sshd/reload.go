package sshd

import (
	"context"
	"time"
)

// usersCheckInterval is how often it is seen whether the users file has changed.
const usersCheckInterval = time.Second

// watchUsers reads the users file anew when it has changed.
func (s *Server) watchUsers(ctx context.Context) {
	tick := time.NewTicker(usersCheckInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if changed, _ := s.usersFile.Changed(); changed {
			s.Reload()
		}
	}
}

// Reload reads the users file anew. What is wrong with it is logged, and those that were known before stay. The sessions of those
// who may not come in any more, or may do something else now, end.
func (s *Server) Reload() {
	users, err := LoadUsers(s.opts.Users)
	if err != nil {
		s.opts.Log.Error("the users file is not taken", "why", err.Error())
		return
	}
	s.mu.Lock()
	s.users = users
	s.mu.Unlock()
	s.opts.Log.Info("users file read", "keys", len(users.keys), "authorities", len(users.authorities))
	for _, one := range s.activeSessions() {
		now, err := s.identify(one.key, one.ssh.RemoteAddr())
		switch {
		case err != nil:
			one.end("your key was taken out of the users file")
		case !now.Equal(one.identity.User):
			one.end("what you may do was changed: log in again")
		}
	}
}
