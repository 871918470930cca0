//go:build unix

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"vpsdeck/internal/settings"
)

// atLogin is a person who logs in at a terminal.
func atLogin(t *testing.T) (*world, *seat) {
	t.Helper()
	w := newWorld(t)
	w.start().kill() // leaves a state directory behind, which the world looks through for the token
	s := sit(t, program(t, []string{"VPS_API_URL=" + w.url}, "login"))
	s.sees("API token of 127.0.0.1", "hidden:")
	return w, s
}

func TestLoginAsksForTheTokenWithoutShowingIt(t *testing.T) {
	_, s := atLogin(t)
	s.press(secretToken, "\r")
	s.sees("the token is kept in ")
	s.leave(settings.ExitFine)
	if written := s.written(); strings.Contains(written, secretToken[:8]) {
		t.Errorf("it shows the token: %q", written)
	}
}

func TestLoginThatIsBrokenOffGivesTheTerminalBack(t *testing.T) {
	for name, end := range map[string]func(*seat){
		"ctrl+c": func(s *seat) { s.press("vps_ha", "\x03") },
		"signal": func(s *seat) { s.signal(syscall.SIGINT) },
	} {
		t.Run(name, func(t *testing.T) {
			w, s := atLogin(t)
			before := len(w.account.Requests())
			end(s)
			s.sees("it was interrupted (SIGINT)")
			s.leave(settings.ExitSignal + settings.ExitCode(syscall.SIGINT))
			if asked := w.account.Requests()[before:]; len(asked) != 0 {
				t.Errorf("it asked %v", asked)
			}
		})
	}
}
