//go:build unix

package e2e

import (
	"strings"
	"syscall"
	"testing"

	"vpsdeck/internal/settings"
)

// startLogin starts vpsdeck login on a terminal, and waits for its prompt.
func startLogin(t *testing.T) (*harness, *session) {
	t.Helper()
	h := newHarness(t)
	h.start().kill() // leaves a state directory, which the harness searches for the token
	s := startSession(t, newCommand(t, []string{"VPS_API_URL=" + h.url}, "login"))
	s.waitFor("API token of 127.0.0.1", "(hidden):")
	return h, s
}

func TestLoginHidesTheToken(t *testing.T) {
	t.Parallel()
	h, s := startLogin(t)
	before := len(h.account.Requests())
	s.press(secretToken, "\r")
	s.waitFor("token saved in ")
	s.requireExit(settings.ExitOK)
	if requests := h.account.Requests()[before:]; len(requests) != 1 {
		t.Errorf("it sent %v, want one request, which checks the token and names the account", requests)
	}
	if written := s.output(); strings.Contains(written, secretToken[:8]) {
		t.Errorf("it shows the token: %q", written)
	}
}

func TestInterruptedLoginRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*session){
		"ctrl+c": func(s *session) { s.press("vps_ha", "\x03") },
		"signal": func(s *session) { s.signal(syscall.SIGINT) },
	} {
		if isCut(name, "ctrl+c") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			h, s := startLogin(t)
			before := len(h.account.Requests())
			end(s)
			s.waitFor("interrupted (SIGINT)")
			s.requireExit(settings.ExitSignal + settings.ExitCode(syscall.SIGINT))
			if requests := h.account.Requests()[before:]; len(requests) != 0 {
				t.Errorf("it sent %v", requests)
			}
		})
	}
}
