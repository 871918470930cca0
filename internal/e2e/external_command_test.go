//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"vpsdeck/internal/settings"
)

// fakeSSHScript replaces ssh: it prints its arguments and whether it has the terminal, can be
// interrupted, and reads a line. With noflsh ctrl+c does not discard the pending input, as it would
// by default.
const fakeSSHScript = `#!/bin/sh
stty noflsh
trap 'trap "" INT; echo interrupted' INT
[ -t 0 ] && [ -t 1 ] && echo "at a terminal, given $*, token [$VPS_API_TOKEN$WORK_TOKEN]"
until read -r line && [ -n "$line" ]; do :; done
stty -noflsh
echo "read $line"
`

func TestSSHGetsTheTerminalAndTheDashboardReturns(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	dir := t.TempDir()
	ssh, config := filepath.Join(dir, "fake-ssh"), filepath.Join(dir, "config.toml")
	if err := os.WriteFile(ssh, []byte(fakeSSHScript), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "[[ssh]]\nuser = 'root'\nport = 2222\ncommand = ['" + ssh + "']\n" +
		"[[command]]\nkey = 'f5'\nname = 'greet'\nrun = ['/bin/echo', 'hello', '{id}']\n" +
		"[profile.work]\ntoken_env = 'WORK_TOKEN'\n" // not in use
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := h.newCommand()
	cmd.Args = append(cmd.Args, "--config", config)
	cmd.Env = append(cmd.Env, "WORK_TOKEN=vps_another")
	s := startSession(t, cmd)
	s.waitFor("web-server-01", "Acme Inc.", "✗ none")
	s.press("S")
	s.waitFor("at a terminal, given -p 2222 -- root@203.0.113.", "token []")
	s.waitOutput("interrupted", "\x03") // for fake-ssh only
	s.press("by hand\r")
	s.waitOutput("read by hand")
	s.waitFor("back from ssh to")
	s.press("\x1b[15~")
	s.waitOutput("hello 12")
	s.waitFor("press enter to return to vpsdeck")
	s.press("\r")
	s.waitFor("back from greet")
	s.press("q")
	s.requireExit(settings.ExitOK)
	h.requireSent()
}
