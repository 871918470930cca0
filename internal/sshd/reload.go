package sshd

import (
	"context"
	"time"

	"vpsdeck/internal/clock"
)

// usersCheckInterval is how often the users file is checked for changes.
const usersCheckInterval = time.Second

// watchUsers reloads the users file when it changes.
func (s *Server) watchUsers(ctx context.Context) {
	for clock.Sleep(ctx, usersCheckInterval) == nil {
		if changed, _ := s.usersFile.Changed(); changed {
			s.Reload()
		}
	}
}

// Reload reads the users file again. If the file has an error, Reload logs it and keeps the
// previous users. It ends the sessions of users who were removed or whose permissions have changed.
func (s *Server) Reload() {
	users, err := LoadUsers(s.opts.Users)
	if err != nil {
		s.opts.Log.Error("users file rejected", "why", err.Error())
		return
	}
	s.mu.Lock()
	s.users = users
	s.mu.Unlock()
	s.opts.Log.Info("users file loaded", "keys", len(users.keys), "authorities", len(users.authorities))
	for _, active := range s.activeSessions() {
		s.endIfChanged(active)
	}
}

// endIfChanged ends a session whose user was removed from the users file, or has other permissions.
func (s *Server) endIfChanged(active *session) {
	current, err := s.identify(active.key, active.ssh.RemoteAddr())
	switch {
	case err != nil:
		active.end("your key was removed from the users file")
	case !current.Equal(active.identity.User):
		active.end("your permissions were changed: log in again")
	}
}
