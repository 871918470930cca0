package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vpsdeck/model"

	"github.com/zalando/go-keyring"
)

// memoryKeyring is a working keyring in memory.
func memoryKeyring(account string, stored map[string]string) keyringEntry {
	return keyringEntry{account: account, timeout: time.Minute,
		get: func(service, account string) (string, error) {
			if text, ok := stored[service+"/"+account]; ok {
				return text, nil
			}
			return "", keyring.ErrNotFound
		},
		set:    func(service, account, secret string) error { stored[service+"/"+account] = secret; return nil },
		remove: func(service, account string) error { delete(stored, service+"/"+account); return nil },
	}
}

// newTestTokens returns tokens with an empty directory and a keyring with the given entries, and
// the path of vpsdeck's own token file.
func newTestTokens(t *testing.T, env, named string, stored map[string]string) (*Tokens, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vpsdeck")
	tokens := NewTokens(Settings{Host: "admin.vps.org", Dir: dir, TokenFile: named},
		getenvFrom(map[string]string{"VPS_API_TOKEN": env}))
	tokens.keyring = memoryKeyring("admin.vps.org", stored)
	return tokens, filepath.Join(dir, "token-admin.vps.org")
}

func mustSecret(t *testing.T, text string) model.Secret {
	t.Helper()
	s, err := ParseToken(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTokenSourcePrecedence(t *testing.T) {
	named := writeFile(t, 0o400, "\n vps_named \n", t.TempDir(), "tok")
	full := func() map[string]string { return map[string]string{"vpsdeck/admin.vps.org": "vps_ring"} }
	for name, c := range map[string]struct {
		env, named string
		ring       map[string]string
		file       bool
		want       string
		source     string
	}{
		"environment": {env: " vps_env\n", named: named, ring: full(), file: true, want: "vps_env",
			source: "VPS_API_TOKEN"},
		"named file":        {named: named, ring: full(), file: true, want: "vps_named", source: named},
		"keyring":           {ring: full(), file: true, want: "vps_ring", source: "the system's keyring"},
		"own file":          {file: true, want: "vps_own", source: "own"},
		"blank environment": {env: " \n", file: true, want: "vps_own", source: "own"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, own := newTestTokens(t, c.env, c.named, c.ring)
			if c.file {
				writeFile(t, 0o600, "vps_own\n", own)
			}
			if c.source == "own" {
				c.source = own
			}
			got, err := tokens.Find(t.Context())
			if err != nil || got.Value.Reveal() != c.want || got.Source != c.source {
				t.Errorf("got %q from %q, %v, want %q from %q", got.Value.Reveal(), got.Source, err, c.want, c.source)
			}
		})
	}
	tokens, _ := newTestTokens(t, "", "", nil)
	if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
		t.Errorf("no token: got %v, want ErrNoToken", err)
	}
}

func TestBadTokenIsRefusedWithoutBeingShown(t *testing.T) {
	for text, words := range map[string]string{
		"vps_s3cret\nvps_other":     "more than one line",
		"vps_s3cret other":          "a space or a character",
		"vps_s3cret\x1b[31m":        "a space or a character",
		"vps_s3crét":                "a space or a character",
		strings.Repeat("s3cr", 2e3): "too long",
		"s3c":                       "too short",
		`"vps_s3cret"`:              "has quotes around it",
		"'vps_s3cret":               "has quotes around it",
		"“vps_s3cret”":              "has quotes around it",
	} {
		tokens, own := newTestTokens(t, text, "", nil)
		_, err := tokens.Find(t.Context())
		requireError(t, err, ExitToken, "VPS_API_TOKEN", words)
		if strings.Contains(err.Error(), "s3cr") {
			t.Errorf("%q shows the token", err)
		}
		tokens.envToken = ""
		tokens.keyring = memoryKeyring("admin.vps.org", map[string]string{"vpsdeck/admin.vps.org": text})
		_, err = tokens.Find(t.Context())
		requireError(t, err, ExitToken, "keyring", words)
		tokens.keyring = memoryKeyring("admin.vps.org", nil)
		writeFile(t, 0o600, text, own)
		_, err = tokens.Find(t.Context())
		requireError(t, err, ExitToken, own)
	}
	tokens, _ := newTestTokens(t, "", writeFile(t, 0o600, "\n", t.TempDir(), "tok"), nil)
	_, err := tokens.Find(t.Context())
	requireError(t, err, ExitToken, "is empty")
}

func TestTokenFileOpenToOthersIsRefused(t *testing.T) {
	for mode, ok := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false, 0o620: false, 0o666: false,
	} {
		path := writeFile(t, mode, "vps_s3cret", t.TempDir(), "my token")
		tokens, _ := newTestTokens(t, "", path, nil)
		_, err := tokens.Find(t.Context())
		if ok {
			if err != nil {
				t.Errorf("mode %o: %v", mode, err)
			}
			continue
		}
		requireError(t, err, ExitToken, path, fmt.Sprintf("mode %04o", mode), "chmod 600 '"+path+"'")
	}
	credentials := t.TempDir()
	for mode, ok := range map[os.FileMode]bool{0o440: true, 0o640: true, 0o444: false, 0o460: false, 0o441: false} {
		path := writeFile(t, mode, "vps_s3cret", credentials, fmt.Sprintf("token-%o", mode))
		tokens, _ := newTestTokens(t, "", path, nil)
		tokens.credentialsDir = credentials + "/"
		if _, err := tokens.Find(t.Context()); (err == nil) != ok {
			t.Errorf("systemd's credential with mode %o: %v", mode, err)
		}
		if tokens.credentialsDir = credentials + "/tok"; mode != 0o440 && ok {
			_, err := tokens.Find(t.Context())
			requireError(t, err, ExitToken, path)
		}
	}
	tokens, own := newTestTokens(t, "", "", nil)
	writeFile(t, 0o644, "vps_s3cret", own)
	_, err := tokens.Find(t.Context())
	requireError(t, err, ExitToken, own, "chmod 600 "+own)
}

func TestTokenFileMustBeRegular(t *testing.T) {
	dir := t.TempDir()
	for path, words := range map[string]string{
		filepath.Join(dir, "none"):     "no such file or directory",
		dir:                            "not a plain file",
		filepath.Join(dir, "none/tok"): "no such file or directory",
		writeFile(t, 0o600, strings.Repeat("x", maxToken+1), dir, "big"): "too large",
	} {
		tokens, _ := newTestTokens(t, "", path, nil)
		_, err := tokens.Find(t.Context())
		requireError(t, err, ExitToken, path, words)
	}
}

func TestSavedTokenIsFoundNext(t *testing.T) {
	named := filepath.Join(t.TempDir(), "a", "b", "tok")
	for name, c := range map[string]struct {
		named string
		place Store
		ring  map[string]string
	}{
		"in the keyring":              {place: InKeyring, ring: map[string]string{}},
		"in the file":                 {place: InFile},
		"in the file over a keyring":  {place: InFile, ring: map[string]string{"vpsdeck/admin.vps.org": "vps_old"}},
		"in the file that is named":   {place: InFile, named: named},
		"in the keyring over another": {place: InKeyring, ring: map[string]string{"vpsdeck/admin.vps.org": "vps_old"}},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, _ := newTestTokens(t, "", c.named, c.ring)
			saved, err := tokens.Save(mustSecret(t, "vps_new"), c.place)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tokens.Find(t.Context())
			if err != nil || got.Value.Reveal() != "vps_new" || got.Source != saved.Source {
				t.Errorf("found %q in %q, %v; saved in %q", got.Value.Reveal(), got.Source, err, saved.Source)
			}
		})
	}
}

func TestSavedFileIsPrivateAndReplacedAtomically(t *testing.T) {
	tokens, own := newTestTokens(t, "", "", nil)
	if _, err := tokens.Save(mustSecret(t, "vps_one"), InFile); err != nil {
		t.Fatal(err)
	}
	old, err := os.Open(own)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close() }()
	if err := os.Chmod(own, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := tokens.Save(mustSecret(t, "vps_two"), InFile); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{own: 0o600, filepath.Dir(own): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	// If it had been written in place, the open file would now have the new token.
	content := make([]byte, 64)
	if n, _ := old.Read(content); string(content[:n]) != "vps_one\n" {
		t.Errorf("the old file now has %q: it was overwritten, not replaced", content[:n])
	}
	if entries, err := os.ReadDir(filepath.Dir(own)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestFailedSaveLeavesNothingBehind(t *testing.T) {
	tokens, own := newTestTokens(t, "", "", nil)
	if err := os.MkdirAll(filepath.Join(own, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := tokens.Save(mustSecret(t, "vps_s3cret"), InFile)
	requireError(t, err, ExitToken, own)
	if entries, err := os.ReadDir(filepath.Dir(own)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}

	tokens, _ = newTestTokens(t, "vps_env", "", nil)
	_, err = tokens.Save(mustSecret(t, "vps_new"), InFile)
	requireError(t, err, ExitToken, "VPS_API_TOKEN is set")

	tokens, _ = newTestTokens(t, "", "", nil)
	tokens.keyring.set = func(string, string, string) error { return errors.New("vps_s3cret") }
	_, err = tokens.Save(mustSecret(t, "vps_s3cret"), InKeyring)
	requireError(t, err, ExitToken, "keyring did not accept the token")

	tokens, own = newTestTokens(t, "", "", map[string]string{"vpsdeck/admin.vps.org": "vps_old"})
	tokens.keyring.remove = func(string, string) error { return errors.New("locked") }
	_, err = tokens.Save(mustSecret(t, "vps_new"), InFile)
	requireError(t, err, ExitToken, "older token")
	if _, err := os.Stat(own); err == nil {
		t.Error("wrote a token that Find would never return")
	}
}

func TestOnlyStoresThatAreSearchedAreOffered(t *testing.T) {
	gone := keyringEntry{timeout: time.Minute, get: func(string, string) (string, error) { return "", errNoKeyring }}
	for name, c := range map[string]struct {
		env, named string
		ring       keyringEntry
		homeless   bool
		want       []Store
	}{
		"all":             {ring: memoryKeyring("a", nil), want: []Store{InKeyring, InFile}},
		"no keyring":      {ring: gone, want: []Store{InFile}},
		"no home":         {ring: memoryKeyring("a", nil), homeless: true, want: []Store{InKeyring}},
		"neither":         {ring: gone, homeless: true},
		"named file":      {ring: memoryKeyring("a", nil), named: "/t", want: []Store{InFile}},
		"the environment": {ring: memoryKeyring("a", nil), env: "vps_env"},
	} {
		tokens, _ := newTestTokens(t, c.env, c.named, nil)
		tokens.keyring = c.ring
		if c.homeless {
			tokens.ownFile = ""
		}
		if got := tokens.Stores(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		if len(c.want) == 0 {
			_, err := tokens.Save(mustSecret(t, "vps_new"), InFile)
			requireError(t, err, ExitToken, "VPS_API_TOKEN")
		}
	}
}

func TestUnavailableKeyringIsSkipped(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	hang := func() error { <-forever; return nil }
	for name, r := range map[string]keyringEntry{
		"hangs": {timeout: time.Nanosecond,
			get:    func(string, string) (string, error) { return "vps_late", hang() },
			set:    func(string, string, string) error { return hang() },
			remove: func(string, string) error { return hang() }},
		"absent": {timeout: time.Minute,
			get:    func(string, string) (string, error) { return "", errNoKeyring },
			set:    func(string, string, string) error { return errNoKeyring },
			remove: func(string, string) error { return errNoKeyring }},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, own := newTestTokens(t, "", "", nil)
			tokens.keyring = r
			if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
				t.Errorf("got %v, want ErrNoToken", err)
			}
			if err := r.save("vps_x"); err == nil {
				t.Error("saved a token in a keyring that does not work")
			}
			writeFile(t, 0o600, "vps_own", own)
			if got, err := tokens.Find(t.Context()); err != nil || got.Source != own {
				t.Errorf("got %v, %v, want the file's", got, err)
			}
			if _, err := tokens.Save(mustSecret(t, "vps_new"), InFile); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestUnresponsiveKeyringTimesOutOnce(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	var calls atomic.Int32
	hang := func() error { calls.Add(1); <-forever; return nil }
	tokens, own := newTestTokens(t, "", "", nil)
	tokens.keyring = keyringEntry{timeout: time.Nanosecond, unresponsive: &atomic.Bool{},
		get:    func(string, string) (string, error) { return "vps_late", hang() },
		set:    func(string, string, string) error { return hang() },
		remove: func(string, string) error { return hang() }}
	if tokens.KeyringWarning() != "" {
		t.Error("there is a warning before the first call")
	}
	if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
		t.Errorf("got %v, want ErrNoToken", err)
	}
	const warning = "the system's keyring did not answer within a second"
	if !strings.Contains(tokens.KeyringWarning(), warning) {
		t.Errorf("the warning is %q", tokens.KeyringWarning())
	}
	requireError(t, tokens.MissingError(), ExitToken, warning, "VPS_API_TOKEN")
	if stores := tokens.Stores(); fmt.Sprint(stores) != fmt.Sprint([]Store{InFile}) {
		t.Errorf("a token can be saved in %v", stores)
	}
	writeFile(t, 0o600, "vps_own", own)
	stores, err := tokens.Forget()
	requireError(t, err, ExitToken, warning, "it may still hold a token")
	if fmt.Sprint(stores) != fmt.Sprint([]Store{Store(own)}) {
		t.Errorf("deleted from %v", stores)
	}
	if _, err := os.Stat(own); err == nil {
		t.Error("the token file still exists")
	}
	if n := calls.Load(); n > 1 {
		t.Errorf("the keyring was called %d times", n)
	}
}

func TestLockedKeyringMayHoldToken(t *testing.T) {
	tokens, _ := newTestTokens(t, "", "", nil)
	tokens.keyring.get = func(string, string) (string, error) {
		return "", errors.New("failed to unlock correct collection '/x'")
	}
	_, err := tokens.Forget()
	requireError(t, err, ExitToken, "it may still hold a token")
	tokens.keyring.get = func(string, string) (string, error) { return "", errNoKeyring }
	if stores, err := tokens.Forget(); err != nil || len(stores) > 0 {
		t.Errorf("without a keyring: %v, %v", stores, err)
	}
}

func TestNoBusIsStarted(t *testing.T) {
	dir := t.TempDir()
	ownKeyring := runtime.GOOS == "darwin" || runtime.GOOS == "windows" // needs no bus
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"nothing":    {nil, false},
		"address":    {map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}, true},
		"autolaunch": {map[string]string{"DBUS_SESSION_BUS_ADDRESS": "autolaunch:"}, false},
		"no socket":  {map[string]string{"XDG_RUNTIME_DIR": dir}, false},
		"with a socket": {map[string]string{"XDG_RUNTIME_DIR": filepath.Dir(writeFile(t, 0o600, "", dir, "run",
			"bus"))}, true},
	} {
		if got := canReachKeyring(getenvFrom(c.env)); got != (c.want || ownKeyring) {
			t.Errorf("%s: got %v", name, got)
		}
		if c.want || ownKeyring {
			continue // a call would reach the keyring of the user who runs the test
		}
		if r := systemKeyring("admin.vps.org", getenvFrom(c.env)); r.isAvailable() || r.save("vps_x") == nil ||
			r.forget() == nil {
			t.Errorf("%s: a keyring that does not exist works", name)
		}
	}
}

func TestTokenFilePerHost(t *testing.T) {
	hosts := map[string]string{}
	for _, host := range []string{"admin.vps.org", "admin.vps.org:8443", "admin.vps.org_8443", "[::1]:8080",
		"__1__8080"} {
		name := NewTokens(Settings{Host: host, Dir: "/c"}, getenvFrom(nil)).ownFile
		if other, taken := hosts[name]; taken || filepath.Dir(name) != "/c" {
			t.Errorf("%s has the file %s, like %q", host, name, other)
		}
		hosts[name] = host
	}
}
