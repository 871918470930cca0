package settings

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"vpsdeck/model"
)

const builtInURL = "https://admin.vps.org/api/v1/"

// getenvFrom returns a function like os.Getenv that reads a map.
func getenvFrom(env map[string]string) func(string) string {
	return func(name string) string { return env[name] }
}

// writeFile writes a file, with its parent directories, and returns its path.
func writeFile(t *testing.T, mode os.FileMode, text string, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // regardless of the umask
		t.Fatal(err)
	}
	return name
}

// requireError fails the test unless the error is an Error with the code and all the words.
func requireError(t *testing.T, err error, code ExitCode, words ...string) {
	t.Helper()
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want an Error that contains %q", err, words)
	}
	if got.Code != code {
		t.Errorf("exit code %d, want %d: %s", got.Code, code, got)
	}
	for _, w := range words {
		if !strings.Contains(got.Error(), w) {
			t.Errorf("%q does not contain %q", got, w)
		}
	}
	if strings.ContainsRune(got.Error(), '\n') || strings.HasSuffix(got.Error(), ".") {
		t.Errorf("%q is not one sentence without a full stop", got)
	}
}

func TestSettingsPrecedence(t *testing.T) {
	yes, no, flag := true, false, "https://flag.example/v1"
	full := "api_url = 'https://file.example/v1'\nread_only = true\nascii = true\nmouse = false\nnotify = 'bell'\n" +
		"[keys]\n\"action.restore\" = [\"R\", \"ctrl+r\"]\n"
	env := map[string]string{"VPS_API_URL": "https://env.example/v1"}
	for name, c := range map[string]struct {
		flags Flags
		env   map[string]string
		file  string
		want  Settings
	}{
		"nothing set": {want: Settings{APIURL: "https://admin.vps.org/api/v1", Host: "admin.vps.org", Mouse: true}},
		"file": {file: full, want: Settings{APIURL: "https://file.example/v1", Host: "file.example", ReadOnly: true,
			ASCII: true, Keys: map[string][]string{"action.restore": {"R", "ctrl+r"}}}},
		"environment over file": {env: env, file: "api_url = 'https://file.example/v1'",
			want: Settings{APIURL: "https://env.example/v1", Host: "env.example", Mouse: true}},
		"flag over environment and file": {flags: Flags{APIURL: &flag, ReadOnly: &no, ASCII: &no}, env: env, file: full,
			want: Settings{APIURL: flag, Host: "flag.example",
				Keys: map[string][]string{"action.restore": {"R", "ctrl+r"}}}},
		"flag over default": {flags: Flags{ReadOnly: &yes, ASCII: &yes}, want: Settings{
			APIURL: "https://admin.vps.org/api/v1", Host: "admin.vps.org", ReadOnly: true, ASCII: true, Mouse: true}},
		"NO_COLOR": {env: map[string]string{"NO_COLOR": "no"}, want: Settings{
			APIURL: "https://admin.vps.org/api/v1", Host: "admin.vps.org", NoColor: true, Mouse: true}},
		"an empty file": {file: "# nothing\n", want: Settings{
			APIURL: "https://admin.vps.org/api/v1", Host: "admin.vps.org", Mouse: true}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			all := map[string]string{"XDG_CONFIG_HOME": dir}
			for k, v := range c.env {
				all[k] = v
			}
			if c.file != "" {
				writeFile(t, 0o644, c.file, dir, "vpsdeck", "config.toml")
			}
			c.want.Dir = filepath.Join(dir, "vpsdeck")
			c.want.Config, c.want.Motion = filepath.Join(c.want.Dir, "config.toml"), true
			if c.want.Notify = "none"; c.file == full {
				c.want.Notify = "bell"
			}
			got, err := Load(Sources{Flags: c.flags, Getenv: getenvFrom(all), DefaultURL: builtInURL})
			got.lines = nil
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, c.want)
			}
		})
	}
}

func TestXDGDirectories(t *testing.T) {
	for name, c := range map[string]struct {
		env           map[string]string
		config, state string
	}{
		"xdg": {map[string]string{"XDG_CONFIG_HOME": "/x", "XDG_STATE_HOME": "/s", "HOME": "/h"}, "/x/vpsdeck",
			"/s/vpsdeck"},
		"home": {map[string]string{"HOME": "/h"}, "/h/.config/vpsdeck", "/h/.local/state/vpsdeck"},
		"relative xdg": {map[string]string{"XDG_CONFIG_HOME": "x", "XDG_STATE_HOME": "s", "HOME": "/h"},
			"/h/.config/vpsdeck", "/h/.local/state/vpsdeck"},
		"systemd": {map[string]string{"CONFIGURATION_DIRECTORY": "/etc/v", "STATE_DIRECTORY": "/var/lib/v:/var/lib/w",
			"HOME": "/"},
			"/etc/v", "/var/lib/v"},
		"xdg in a service": {map[string]string{"XDG_STATE_HOME": "/s", "STATE_DIRECTORY": "/var/lib/v",
			"CONFIGURATION_DIRECTORY": "v"},
			"", "/s/vpsdeck"},
		"neither": {nil, "", ""},
	} {
		s, err := Load(Sources{Getenv: getenvFrom(c.env), DefaultURL: builtInURL})
		if err != nil || s.Dir != c.config || s.State != c.state {
			t.Errorf("%s: got %q, %q, %v, want %q, %q", name, s.Dir, s.State, err, c.config, c.state)
		}
	}
}

func TestSystemdDirectories(t *testing.T) {
	s, err := Load(Sources{Getenv: getenvFrom(map[string]string{"CACHE_DIRECTORY": "/var/cache/v:/x", "HOME": "/h"}),
		DefaultURL: builtInURL})
	if err != nil || s.Cache != "/var/cache/v" {
		t.Errorf("got %q, %v", s.Cache, err)
	}
}

// encodeAll returns the encodings in which Windows may write a text.
func encodeAll(text string) map[string]string {
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		little, big = binary.LittleEndian.AppendUint16(little, unit), binary.BigEndian.AppendUint16(big, unit)
	}
	return map[string]string{
		"UTF-8 with a mark": "\ufeff" + text, "UTF-16": "\xff\xfe" + string(little), "UTF-16, big-endian": "\xfe\xff" +
			string(big),
		"UTF-16 without a mark": string(little),
	}
}

func TestConfigAndTokenEncodings(t *testing.T) {
	for name, text := range encodeAll("read_only = true\r\nascii = true\r\nmosue = true # 日本\r\n") {
		path := writeFile(t, 0o600, text, t.TempDir(), "c.toml")
		_, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
		if name == "UTF-16 without a mark" {
			requireError(t, err, ExitConfig, "the config file "+path+" is not UTF-8 text", "save it as UTF-8")
			continue
		}
		requireError(t, err, ExitConfig, "line 3, column 1", "did you mean mouse?") // the lines before it were accepted
	}
	for name, text := range encodeAll("vps_s3cret\r\n") {
		got, err := ParseToken(text)
		if name == "UTF-16 without a mark" {
			if err == nil || !strings.Contains(err.Error(), "save it as UTF-8") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || got.Reveal() != "vps_s3cret" {
			t.Errorf("%s: %q, %v", name, got.Reveal(), err)
		}
	}
}

func TestPoliciesKeepConfigOrder(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		want    model.Policies
		wantErr string
	}{
		"none": {file: "mouse = true"},
		"two rules, the second with defaults": {
			file: "[[policy]]\nserver = 'db-*'\nbackup_max_age = '7d'\nmin_backups = 3\nsnapshot_max_age = " +
				"'1h'\nmin_snapshots = 2\n[[policy]]\nlocation = 'us-*'\n",
			want: model.Policies{
				{Server: "db-*", Policy: model.Policy{
					Backups:   model.Requirement{MaxAge: 7 * 24 * time.Hour, Min: 3},
					Snapshots: model.Requirement{MaxAge: time.Hour, Min: 2},
				}},
				{Location: "us-*", Policy: model.DefaultPolicy()},
			},
		},
		"any age": {file: "[[policy]]\nbackup_max_age = '0h'\n", want: model.Policies{{}}},
		"no length": {file: "[[policy]]\nsnapshot_max_age = '7x'\n",
			wantErr: "policy rule 1: snapshot_max_age: 7x is not a duration"},
		"too many points": {file: "[[policy]]\n[[policy]]\nmin_backups = 1000\n",
			wantErr: "toml, line 2: policy rule 2"},
		"age of 2nd rule": {file: "[[policy]]\n[[policy]]\nbackup_max_age = 'x'\n",
			wantErr: "toml, line 2: policy rule 2"},
		"2nd retention": {file: "[[retention]]\n\n[[retention]]\nkind = 'x'\n",
			wantErr: "toml, line 3: retention rule 2"},
		"rules in a list": {file: "mouse = true\npolicy = [{}, {min_backups = 1000}]\n",
			wantErr: "toml, line 2: policy rule 2"},
		"an unknown field": {file: "[[policy]]\nserver = 'a'\nage = '1d'\n", wantErr: "line 3"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, 0o600, c.file, t.TempDir(), "config.toml")
			s, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
			if c.wantErr != "" {
				requireError(t, err, ExitConfig, c.wantErr)
				return
			}
			if err != nil || !reflect.DeepEqual(s.Policies, c.want) {
				t.Errorf("got %+v, %v, want %+v", s.Policies, err, c.want)
			}
		})
	}
}

// Any file gives settings or an error of one sentence, never a panic, and never a token from the
// file.
func FuzzConfig(f *testing.F) {
	for _, text := range []string{
		"", "api_url = 'https://a.example/v1'\n[keys]\n'action.restore' = ['R']\n", "token = 'vps_secret123'",
		"mouse = 'yes'", "[keys", "\x00", "a.b.c = 1\n",
		"api_url = \"\\u202e\"", "notify = 3",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "config.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
		if err == nil {
			return
		}
		if message := model.ErrorMessage(err); strings.Contains(message, "\n") || CodeOf(err) != ExitConfig ||
			strings.Contains(message, "vps_secret123") {
			t.Errorf("%q: code %d, %q", text, CodeOf(err), message)
		}
	})
}

func TestPathsAreRelativeToTheConfig(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	config := func(value string) string { return writeFile(t, 0o600, "token_file = '"+value+"'", dir, "c.toml") }
	for value, want := range map[string]string{
		"t/token":  filepath.Join(dir, "t/token"),
		"/abs/tok": "/abs/tok",
		"~/tok":    filepath.Join(home, "tok"),
	} {
		path := config(value)
		s, err := Load(Sources{Flags: Flags{ConfigFile: &path}, DefaultURL: builtInURL,
			Getenv: getenvFrom(map[string]string{"HOME": home})})
		if err != nil || s.TokenFile != want {
			t.Errorf("%s: got %q, %v, want %q", value, s.TokenFile, err, want)
		}
	}
}

func TestBadAddressErrorsNameTheirSource(t *testing.T) {
	for address, words := range map[string]string{
		"":                             "not the address",
		"admin.vps.org":                "not the address",
		"ftp://admin.vps.org":          "not the address",
		"https://":                     "not the address",
		"https://:8443/v1":             "not the address",
		"https://h:99999":              "not the address",
		"https://h:0":                  "not the address",
		"https://h\x01/":               "not the address",
		"http://admin.vps.org":         "unencrypted",
		"http://10.0.0.1/":             "unencrypted",
		"http://localhost.evil.test":   "unencrypted",
		"http://0.0.0.0:8080":          "unencrypted",
		"https://me:hunter2@h/v1":      "user name or a password",
		"https://h/v1?token=hunter2":   "? or # part",
		"https://h/v1#hunter2":         "? or # part",
		"https://me:hunter2@h o s t/v": "not the address",
	} {
		env := getenvFrom(nil)
		_, err := Load(Sources{Flags: Flags{APIURL: &address}, Getenv: env, DefaultURL: builtInURL})
		requireError(t, err, ExitUsage, "--api-url", words)
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q repeats a password", err)
		}
		if address == "" {
			continue // an empty variable counts as unset
		}
		env = getenvFrom(map[string]string{"VPS_API_URL": address})
		_, err = Load(Sources{Getenv: env, DefaultURL: builtInURL})
		requireError(t, err, ExitConfig, "VPS_API_URL", words)
	}
	path := writeFile(t, 0o600, "api_url = 'http://admin.vps.org'", t.TempDir(), "c.toml")
	_, err := Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	requireError(t, err, ExitConfig, path, "api_url", "unencrypted")
}

func TestTokenStoreUsesHostAndPort(t *testing.T) {
	for address, want := range map[string]string{
		"https://Admin.VPS.org/api/v1/": "admin.vps.org",
		"https://admin.vps.org:443/":    "admin.vps.org",
		"https://admin.vps.org:/":       "admin.vps.org",
		"https://admin.vps.org:8443":    "admin.vps.org:8443",
		"http://localhost":              "localhost",
		"http://127.0.0.1:80/":          "127.0.0.1",
		"http://127.9.9.9:8080":         "127.9.9.9:8080",
		"http://[::1]:8080/":            "[::1]:8080",
	} {
		s, err := Load(Sources{Flags: Flags{APIURL: &address}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
		if err != nil || s.Host != want || strings.HasSuffix(s.APIURL, "/") {
			t.Errorf("%s: got URL %q and host %q, %v, want host %q", address, s.APIURL, s.Host, err, want)
		}
		if u, err := url.Parse(s.APIURL); err != nil || u.Host != want { // locks and the journal use the client's host
			t.Errorf("%s: the client uses %q, %v, want %q", address, s.APIURL, err, want)
		}
	}
}

func TestCAFileMustHoldCertificate(t *testing.T) {
	dir := t.TempDir()
	load := func() (Settings, error) {
		path := writeFile(t, 0o600, "ca_file = 'ca.pem'", dir, "c.toml")
		return Load(Sources{Flags: Flags{ConfigFile: &path}, Getenv: getenvFrom(nil), DefaultURL: builtInURL})
	}
	_, err := load()
	requireError(t, err, ExitConfig, "ca.pem", "no such file or directory")
	writeFile(t, 0o644, "hello", dir, "ca.pem")
	_, err = load()
	requireError(t, err, ExitConfig, "ca.pem", "no certificate")
	want := newCertificate(t)
	writeFile(t, 0o644, want, dir, "ca.pem")
	if s, err := load(); err != nil || string(s.RootCAs) != want {
		t.Errorf("got %q, %v", s.RootCAs, err)
	}
}

func newCertificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want ExitCode
	}{
		{nil, ExitOK},
		{errors.New("anything"), ExitOther},
		{Errorf(ExitUsage, "no"), ExitUsage},
		{errors.Join(errors.New("outer"), Errorf(ExitConfig, "no")), ExitConfig},
		{model.ErrUnauthorized, ExitToken},
		{model.ErrForbidden, ExitToken},
		{model.ErrNotFound, ExitNotFound},
		{model.ErrUnreachable, ExitOther},
		{model.ErrRefused, ExitOther},
		{model.ErrRateLimited, ExitLimited},
		{model.ErrConflict, ExitLimited},
		{errors.Join(model.ErrTimeout, model.ErrOutcomeUnknown), ExitUnknown},
		{errors.Join(model.ErrRateLimited, model.ErrOutcomeUnknown), ExitUnknown},
		{SilentExit(ExitCoverage), ExitCoverage},
		{ErrNoToken, ExitUsage},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
	}
}

func TestWorseExitCode(t *testing.T) {
	order := []ExitCode{ExitOK, ExitLimited, ExitNotFound, ExitRefused, ExitToken, ExitOther, ExitUnknown}
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Worse(b), order[max(i, j)]; got != want {
				t.Errorf("the worse of %d and %d is %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestSilentExitHasNoMessage(t *testing.T) {
	if message := model.ErrorMessage(SilentExit(ExitRefused)); message != "" {
		t.Errorf("the message is %q", message)
	}
}

func TestErrorsHideTokens(t *testing.T) {
	err := Errorf(ExitUsage, "there is no command %q", "vps_s3cret-x")
	if got, want := model.ErrorMessage(err), `there is no command "vps_…(hidden)"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
