package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// drawer is a keyring in memory that works.
func drawer(account string, held map[string]string) ring {
	return ring{account: account, patience: time.Minute,
		get: func(service, account string) (string, error) {
			if text, ok := held[service+"/"+account]; ok {
				return text, nil
			}
			return "", keyring.ErrNotFound
		},
		set:  func(service, account, secret string) error { held[service+"/"+account] = secret; return nil },
		drop: func(service, account string) error { delete(held, service+"/"+account); return nil },
	}
}

// store is a token store in an empty directory, with a keyring that holds what is given.
func store(t *testing.T, env, named string, held map[string]string) (*Tokens, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "vpsdeck")
	tokens := NewTokens(Settings{Account: "admin.vps.org", Dir: dir, TokenFile: named},
		environment(map[string]string{"VPS_API_TOKEN": env}))
	tokens.ring = drawer("admin.vps.org", held)
	return tokens, filepath.Join(dir, "token-admin.vps.org")
}

func secret(t *testing.T, text string) Secret {
	t.Helper()
	s, err := NewSecret(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheTokenIsFoundInTheFirstPlaceThatHasOne(t *testing.T) {
	named := writeFile(t, 0o400, "\n vps_named \n", t.TempDir(), "tok")
	full := func() map[string]string { return map[string]string{"vpsdeck/admin.vps.org": "vps_ring"} }
	for name, c := range map[string]struct {
		env, named string
		ring       map[string]string
		file       bool
		want       string
		source     string
	}{
		"environment":       {env: " vps_env\n", named: named, ring: full(), file: true, want: "vps_env", source: "VPS_API_TOKEN"},
		"named file":        {named: named, ring: full(), file: true, want: "vps_named", source: named},
		"keyring":           {ring: full(), file: true, want: "vps_ring", source: "the system's keyring"},
		"own file":          {file: true, want: "vps_own", source: "own"},
		"blank environment": {env: " \n", file: true, want: "vps_own", source: "own"},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, own := store(t, c.env, c.named, c.ring)
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
	tokens, _ := store(t, "", "", nil)
	if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
		t.Errorf("nothing anywhere: got %v, want ErrNoToken", err)
	}
}

func TestABadTokenIsRefusedWithoutBeingShown(t *testing.T) {
	for text, words := range map[string]string{
		"vps_s3cret\nvps_other":     "more than one line",
		"vps_s3cret other":          "a space or a character",
		"vps_s3cret\x1b[31m":        "a space or a character",
		"vps_s3crét":                "a space or a character",
		strings.Repeat("s3cr", 2e3): "too long",
		`"vps_s3cret"`:              "has quotes around it",
		"'vps_s3cret":               "has quotes around it",
		"“vps_s3cret”":              "has quotes around it",
	} {
		tokens, own := store(t, text, "", nil)
		_, err := tokens.Find(t.Context())
		wantFault(t, err, ExitToken, "VPS_API_TOKEN", words)
		if strings.Contains(err.Error(), "s3cr") {
			t.Errorf("%q shows the token", err)
		}
		tokens.env = ""
		tokens.ring = drawer("admin.vps.org", map[string]string{"vpsdeck/admin.vps.org": text})
		_, err = tokens.Find(t.Context())
		wantFault(t, err, ExitToken, "keyring", words)
		tokens.ring = drawer("admin.vps.org", nil)
		writeFile(t, 0o600, text, own)
		_, err = tokens.Find(t.Context())
		wantFault(t, err, ExitToken, own)
	}
	tokens, _ := store(t, "", writeFile(t, 0o600, "\n", t.TempDir(), "tok"), nil)
	_, err := tokens.Find(t.Context())
	wantFault(t, err, ExitToken, "is empty")
}

func TestATokenFileThatOthersCanOpenIsRefused(t *testing.T) {
	for mode, fine := range map[os.FileMode]bool{
		0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o644: false, 0o620: false, 0o666: false,
	} {
		path := writeFile(t, mode, "vps_s3cret", t.TempDir(), "my token")
		tokens, _ := store(t, "", path, nil)
		_, err := tokens.Find(t.Context())
		if fine {
			if err != nil {
				t.Errorf("mode %o: %v", mode, err)
			}
			continue
		}
		wantFault(t, err, ExitToken, path, fmt.Sprintf("mode %04o", mode), "chmod 600 '"+path+"'")
	}
	given := t.TempDir()
	for mode, fine := range map[os.FileMode]bool{0o440: true, 0o640: true, 0o444: false, 0o460: false, 0o441: false} {
		path := writeFile(t, mode, "vps_s3cret", given, fmt.Sprintf("token-%o", mode))
		tokens, _ := store(t, "", path, nil)
		tokens.given = given + "/"
		if _, err := tokens.Find(t.Context()); (err == nil) != fine {
			t.Errorf("a credential of systemd's, mode %o: %v", mode, err)
		}
		if tokens.given = given + "/tok"; mode != 0o440 && fine {
			_, err := tokens.Find(t.Context())
			wantFault(t, err, ExitToken, path)
		}
	}
	tokens, own := store(t, "", "", nil)
	writeFile(t, 0o644, "vps_s3cret", own)
	_, err := tokens.Find(t.Context())
	wantFault(t, err, ExitToken, own, "chmod 600 "+own)
}

func TestANamedTokenFileMustBeAPlainFile(t *testing.T) {
	dir := t.TempDir()
	for path, words := range map[string]string{
		filepath.Join(dir, "none"):     "does not exist",
		dir:                            "not a plain file",
		filepath.Join(dir, "none/tok"): "does not exist",
		writeFile(t, 0o600, strings.Repeat("x", maxToken+1), dir, "big"): "too large",
	} {
		tokens, _ := store(t, "", path, nil)
		_, err := tokens.Find(t.Context())
		wantFault(t, err, ExitToken, path, words)
	}
}

func TestASavedTokenIsTheOneFoundNext(t *testing.T) {
	named := filepath.Join(t.TempDir(), "a", "b", "tok")
	for name, c := range map[string]struct {
		named string
		place Place
		ring  map[string]string
	}{
		"in the keyring":              {place: InKeyring, ring: map[string]string{}},
		"in the file":                 {place: InFile},
		"in the file over a keyring":  {place: InFile, ring: map[string]string{"vpsdeck/admin.vps.org": "vps_old"}},
		"in the file that is named":   {place: InFile, named: named},
		"in the keyring over another": {place: InKeyring, ring: map[string]string{"vpsdeck/admin.vps.org": "vps_old"}},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, _ := store(t, "", c.named, c.ring)
			saved, err := tokens.Save(secret(t, "vps_new"), c.place)
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

func TestASavedFileIsForItsOwnerAloneAndReplacedInOneStep(t *testing.T) {
	tokens, own := store(t, "", "", nil)
	if _, err := tokens.Save(secret(t, "vps_one"), InFile); err != nil {
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
	if _, err := tokens.Save(secret(t, "vps_two"), InFile); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{own: 0o600, filepath.Dir(own): 0o700 | os.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	// Written in place, the file that is still open would now hold the new token.
	held := make([]byte, 64)
	if n, _ := old.Read(held); string(held[:n]) != "vps_one\n" {
		t.Errorf("the old file now holds %q: it was not replaced but written over", held[:n])
	}
	if entries, err := os.ReadDir(filepath.Dir(own)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestAFailedSaveSaysWhyAndLeavesNothingBehind(t *testing.T) {
	tokens, own := store(t, "", "", nil)
	if err := os.MkdirAll(filepath.Join(own, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := tokens.Save(secret(t, "vps_s3cret"), InFile)
	wantFault(t, err, ExitToken, own)
	if entries, err := os.ReadDir(filepath.Dir(own)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}

	tokens, _ = store(t, "vps_env", "", nil)
	_, err = tokens.Save(secret(t, "vps_new"), InFile)
	wantFault(t, err, ExitToken, "VPS_API_TOKEN is set")

	tokens, _ = store(t, "", "", nil)
	tokens.ring.set = func(string, string, string) error { return errors.New("vps_s3cret") }
	_, err = tokens.Save(secret(t, "vps_s3cret"), InKeyring)
	wantFault(t, err, ExitToken, "keyring did not take the token")

	tokens, own = store(t, "", "", map[string]string{"vpsdeck/admin.vps.org": "vps_old"})
	tokens.ring.drop = func(string, string) error { return errors.New("locked") }
	_, err = tokens.Save(secret(t, "vps_new"), InFile)
	wantFault(t, err, ExitToken, "older token")
	if _, err := os.Stat(own); err == nil {
		t.Error("a token was written that would never be found")
	}
}

func TestOnlyPlacesThatWouldBeFoundAreOffered(t *testing.T) {
	gone := ring{patience: time.Minute, get: func(string, string) (string, error) { return "", errNoKeyring }}
	for name, c := range map[string]struct {
		env, named string
		ring       ring
		homeless   bool
		want       []Place
	}{
		"all":             {ring: drawer("a", nil), want: []Place{InKeyring, InFile}},
		"no keyring":      {ring: gone, want: []Place{InFile}},
		"no home":         {ring: drawer("a", nil), homeless: true, want: []Place{InKeyring}},
		"neither":         {ring: gone, homeless: true},
		"named file":      {ring: drawer("a", nil), named: "/t", want: []Place{InFile}},
		"the environment": {ring: drawer("a", nil), env: "vps_env"},
	} {
		tokens, _ := store(t, c.env, c.named, nil)
		tokens.ring = c.ring
		if c.homeless {
			tokens.own = ""
		}
		if got := tokens.Places(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
		if len(c.want) == 0 {
			_, err := tokens.Save(secret(t, "vps_new"), InFile)
			wantFault(t, err, ExitToken, "VPS_API_TOKEN")
		}
	}
}

func TestAKeyringThatHangsOrIsAbsentIsPassedOver(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	hang := func() error { <-forever; return nil }
	for name, r := range map[string]ring{
		"hangs": {patience: time.Nanosecond,
			get:  func(string, string) (string, error) { return "vps_late", hang() },
			set:  func(string, string, string) error { return hang() },
			drop: func(string, string) error { return hang() }},
		"absent": {patience: time.Minute,
			get:  func(string, string) (string, error) { return "", errNoKeyring },
			set:  func(string, string, string) error { return errNoKeyring },
			drop: func(string, string) error { return errNoKeyring }},
	} {
		t.Run(name, func(t *testing.T) {
			tokens, own := store(t, "", "", nil)
			tokens.ring = r
			if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
				t.Errorf("got %v, want ErrNoToken", err)
			}
			if err := r.keep("vps_x"); err == nil {
				t.Error("kept a token in a keyring that does not work")
			}
			writeFile(t, 0o600, "vps_own", own)
			if got, err := tokens.Find(t.Context()); err != nil || got.Source != own {
				t.Errorf("got %v, %v, want the file's", got, err)
			}
			if _, err := tokens.Save(secret(t, "vps_new"), InFile); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestASilentKeyringCostsItsTimeOnceAndIsNamed(t *testing.T) {
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	var asked atomic.Int32
	hang := func() error { asked.Add(1); <-forever; return nil }
	tokens, own := store(t, "", "", nil)
	tokens.ring = ring{patience: time.Nanosecond, silent: &atomic.Bool{},
		get:  func(string, string) (string, error) { return "vps_late", hang() },
		set:  func(string, string, string) error { return hang() },
		drop: func(string, string) error { return hang() }}
	if tokens.Silence() != "" {
		t.Error("it is called silent before it was asked")
	}
	if _, err := tokens.Find(t.Context()); !errors.Is(err, ErrNoToken) {
		t.Errorf("got %v, want ErrNoToken", err)
	}
	const named = "the system's keyring did not answer within a second"
	if !strings.Contains(tokens.Silence(), named) {
		t.Errorf("it is not named: %q", tokens.Silence())
	}
	wantFault(t, tokens.Missing(), ExitToken, named, "VPS_API_TOKEN")
	if places := tokens.Places(); fmt.Sprint(places) != fmt.Sprint([]Place{InFile}) {
		t.Errorf("a token can be kept in %v", places)
	}
	writeFile(t, 0o600, "vps_own", own)
	places, err := tokens.Forget()
	wantFault(t, err, ExitToken, named, "there may be a token in it")
	if fmt.Sprint(places) != fmt.Sprint([]Place{Place(own)}) {
		t.Errorf("forgotten in %v", places)
	}
	if _, err := os.Stat(own); err == nil {
		t.Error("what could be forgotten was not")
	}
	if n := asked.Load(); n > 1 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestALockedKeyringMayHoldAToken(t *testing.T) {
	tokens, _ := store(t, "", "", nil)
	tokens.ring.get = func(string, string) (string, error) {
		return "", errors.New("failed to unlock correct collection '/x'")
	}
	_, err := tokens.Forget()
	wantFault(t, err, ExitToken, "there may be a token in it")
	tokens.ring.get = func(string, string) (string, error) { return "", errNoKeyring }
	if places, err := tokens.Forget(); err != nil || len(places) > 0 {
		t.Errorf("without a keyring: %v, %v", places, err)
	}
}

func TestNoBusIsStartedWhereNoneRuns(t *testing.T) {
	dir := t.TempDir()
	ownKeyring := runtime.GOOS == "darwin" || runtime.GOOS == "windows" // needs no bus
	for name, c := range map[string]struct {
		env  map[string]string
		want bool
	}{
		"nothing":       {nil, false},
		"address":       {map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}, true},
		"autolaunch":    {map[string]string{"DBUS_SESSION_BUS_ADDRESS": "autolaunch:"}, false},
		"no socket":     {map[string]string{"XDG_RUNTIME_DIR": dir}, false},
		"with a socket": {map[string]string{"XDG_RUNTIME_DIR": filepath.Dir(writeFile(t, 0o600, "", dir, "run", "bus"))}, true},
	} {
		if got := busAtHand(environment(c.env)); got != (c.want || ownKeyring) {
			t.Errorf("%s: got %v", name, got)
		}
		if c.want || ownKeyring {
			continue // asking would reach the keyring of whoever runs the test
		}
		if r := systemRing("admin.vps.org", environment(c.env)); r.works() || r.keep("vps_x") == nil || r.forget() == nil {
			t.Errorf("%s: a keyring that is not there does something", name)
		}
	}
}

func TestEveryHostHasAFileOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, host := range []string{"admin.vps.org", "admin.vps.org:8443", "admin.vps.org_8443", "[::1]:8080", "__1__8080"} {
		name := NewTokens(Settings{Account: host, Dir: "/c"}, environment(nil)).own
		if other, taken := seen[name]; taken || filepath.Dir(name) != "/c" {
			t.Errorf("%s has the file %s, as has %q", host, name, other)
		}
		seen[name] = host
	}
}

func TestASecretIsNeverPrinted(t *testing.T) {
	token := Token{Value: secret(t, "vps_s3cret"), Source: "x"}
	inside := struct{ token Token }{token} // unexported: fmt reads it by reflection, past every method
	for _, shown := range []any{token, &token, token.Value, &token.Value, inside, &inside, []Token{token}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if text := fmt.Sprintf(verb, shown); strings.Contains(text, "s3cret") || strings.Contains(text, fmt.Sprintf("%x", "s3cret")) {
				t.Errorf("%s of %T shows it: %s", verb, shown, text)
			}
		}
	}
	if got := fmt.Sprintf("%v %s", token.Value, token.Value.String()+token.Value.GoString()); strings.Count(got, hidden) != 3 {
		t.Errorf("got %q", got)
	}
	if text, err := json.Marshal(token); err != nil || !strings.Contains(string(text), "hidden") || strings.Contains(string(text), "s3cret") {
		t.Errorf("as JSON: %s, %v", text, err)
	}
	var none Secret
	if !none.Empty() || none.Reveal() != "" || token.Value.Empty() {
		t.Error("the zero secret must be empty, and no other")
	}
}
