package settings

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func loadText(t *testing.T, text string) (Settings, error) {
	t.Helper()
	home := t.TempDir()
	writeFile(t, 0o600, text, home, ".config", "vpsdeck", "config.toml")
	return Load(Sources{Getenv: getenvFrom(map[string]string{"HOME": home}), DefaultURL: builtInURL})
}

func TestHooksAreRead(t *testing.T) {
	s, err := loadText(t, `
[[hook]]
on = ["failed", "uncovered"]
run = ["sh", "-c", "jq .text"]
[[hook]]
on = ["ended"]
url = "https://hooks.example.com/x"
header = "Authorization"
header_file = "hook-token"
timeout = "1m"
`)
	if err != nil || len(s.Hooks) != 2 {
		t.Fatalf("%+v, %v", s.Hooks, err)
	}
	if h := s.Hooks[0]; !slices.Equal(h.Run, []string{"sh", "-c", "jq .text"}) || h.Timeout != 10*time.Second {
		t.Errorf("%+v", h)
	}
	if h := s.Hooks[1]; h.Timeout != time.Minute || h.HeaderFile != filepath.Join(s.Dir, "hook-token") {
		t.Errorf("%+v", h)
	}
}

func TestInvalidHooksAreReportedWithTheirLine(t *testing.T) {
	for text, want := range map[string][]string{
		"[[hook]]\non = ['failed']\n":                                  {"line 1: hook 1: run or url is missing"},
		"[[hook]]\non = ['faild']\nrun = ['x']\n":                      {"line 1: hook 1: on cannot contain \"faild\""},
		"[[hook]]\non = ['failed']\nrun = ['x']\ntimeout = 'x'\n":      {"timeout is not a time"},
		"[[hook]]\non = ['failed']\nrun = ['x', 'vps_secret']\n":       {"it contains a token"},
		"[[hook]]\non = 'failed'\n":                                    {"hook must be a [[hook]] table"},
		"[[hook]]\non = ['failed']\nurl = 'http://x.example/secret'\n": {"would be unencrypted"},
		"[[hook]]\non = ['failed']\nurl = 'https://x.example/secret'\nheader = 'X'\nheader_env = 'a b'\n": {
			"header_env is the name of a variable"},
	} {
		_, err := loadText(t, text)
		requireError(t, err, ExitConfig, want...)
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s repeats a secret", err)
		}
	}
}

// The token of one account must not reach the address of a hook either if another account is in use.
func TestHookCannotSendTheToken(t *testing.T) {
	const accounts = "token_env = 'MY_TOKEN'\n[profile.work]\ntoken_env = 'WORK_TOKEN'\n[profile.home]\n" +
		"token_file = 'token'\n"
	const hook = "[[hook]]\non = ['failed']\nurl = 'https://x.example/secret'\nheader = 'X'\n"
	for source, why := range map[string]string{
		"header_env = 'VPS_API_TOKEN'": "header_env cannot be VPS_API_TOKEN",
		"header_env = 'MY_TOKEN'":      "header_env cannot be MY_TOKEN",
		"header_env = 'WORK_TOKEN'":    "header_env cannot be WORK_TOKEN",
		"header_file = './token'":      "header_file cannot be a token_file",
	} {
		_, err := loadText(t, accounts+hook+source+"\n")
		requireError(t, err, ExitConfig, "line 6: hook 1: "+why+": the API token is sent to the API only")
	}
	if s, err := loadText(t, accounts+hook+"header_env = 'HOOK_TOKEN'\n"); err != nil || len(s.Hooks) != 1 {
		t.Errorf("%+v, %v", s.Hooks, err)
	}
}
