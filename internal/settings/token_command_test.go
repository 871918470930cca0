//go:build unix

package settings

import (
	"strings"
	"testing"
	"time"
)

// findWithCommand finds the token with a token command of a profile. It is a shell script, so that
// it can fail in any way.
func findWithCommand(t *testing.T, script string, limit time.Duration) (Token, error) {
	t.Helper()
	path := writeFile(t, 0o700, "#!/bin/sh\n"+script+"\n", t.TempDir(), "print-token")
	s, err := loadConfig(t, "[profile.work]\ntoken_command = \"'"+path+"' '$HOME' a\"\n", "work", nil)
	if err != nil {
		t.Fatal(err)
	}
	tokens := NewTokens(s, getenvFrom(nil))
	tokens.commandTimeout = limit
	return tokens.Find(t.Context())
}

func TestTokenCommandPrintsToken(t *testing.T) {
	for _, script := range []string{"echo vps_s3cret", "printf '  vps_s3cret \\r\\n\\n'",
		"printf vps_s3cret; echo oops >&2", "read x || echo vps_s3cret",
		`[ "$1" = '$HOME' ] && echo vps_s3cret`} {
		token, err := findWithCommand(t, script, time.Minute)
		if err != nil || token.Value.Reveal() != "vps_s3cret" ||
			!strings.HasPrefix(token.Source, "the token_command ") {
			t.Errorf("%s: got %q from %q, %v", script, token.Value.Reveal(), token.Source, err)
		}
	}
}

func TestTokenCommandErrors(t *testing.T) {
	for script, words := range map[string]string{
		"echo vps_s3cret; exit 3":              "failed (exit code 3)",
		"echo vps_s3cret; echo vps_s3cret2":    "more than one line",
		"echo":                                 "prints nothing",
		"echo vps_s3cret oops":                 "contains a space",
		"yes vps_s3cret | head -c 20000":       "more than one line",
		"head -c 20000 /dev/zero | tr '\\0' a": "too long to be a token",
	} {
		_, err := findWithCommand(t, script, time.Minute)
		requireError(t, err, ExitToken, "config.toml, line 2", "token_command", words)
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q repeats the output", err)
		}
	}
}

func TestTokenCommandTimesOut(t *testing.T) {
	_, err := findWithCommand(t, "exec sleep 600", time.Millisecond)
	requireError(t, err, ExitToken, "config.toml, line 2", "did not finish within", "run it by hand")
}

func TestMissingTokenCommand(t *testing.T) {
	for command, words := range map[string]string{
		"no-such-program-anywhere": "there is no such program on the PATH",
		"/no/such/program":         "no such file or directory",
		"/":                        "cannot be started",
	} {
		s, err := loadConfig(t, "token_command = '"+command+" x'", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewTokens(s, getenvFrom(nil)).Find(t.Context())
		requireError(t, err, ExitToken, "config.toml, line 1", "cannot be started", words)
	}
}
