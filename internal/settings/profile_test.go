package settings

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

const twoProfiles = `api_url = "https://top.example/v1"
read_only = true
token_file = "top-token"
[[policy]]
backup_max_age = "7d"

[profile.work]
api_url = "https://work.example/v1"
token_command = "pass show 'vps work'"
read_only = false
confirm = "strict"
stripe = "red"
[[profile.work.policy]]
backup_max_age = "12h"

[profile.home]
token_env = "HOME_TOKEN"
`

// loadConfig loads a config with a profile; "" for none.
func loadConfig(t *testing.T, text, profile string, env map[string]string) (Settings, error) {
	t.Helper()
	path := writeFile(t, 0o600, text, t.TempDir(), "config.toml")
	flags := Flags{ConfigFile: &path}
	if profile != "" {
		flags.Profile = &profile
	}
	return Load(Sources{Flags: flags, Getenv: getenvFrom(env), DefaultURL: builtInURL})
}

func TestProfileInheritsWhatItLeavesUnset(t *testing.T) {
	work, err := loadConfig(t, twoProfiles, "work", nil)
	if err != nil {
		t.Fatal(err)
	}
	if work.Profile != "work" || work.Host != "work.example" || work.ReadOnly || !work.StrictConfirm ||
		work.Stripe != "red" || work.TokenFile != "" ||
		!reflect.DeepEqual(work.TokenCommand, []string{"pass", "show", "vps work"}) ||
		!reflect.DeepEqual(work.Profiles, []string{"home", "work"}) ||
		work.Policies[0].Policy.Backups.MaxAge != 12*time.Hour {
		t.Errorf("work: %+v", work)
	}
	home, err := loadConfig(t, twoProfiles, "home", nil)
	if err != nil || home.Host != "top.example" || !home.ReadOnly || home.StrictConfirm ||
		home.TokenEnv != "HOME_TOKEN" || home.TokenFile != "" ||
		!reflect.DeepEqual(home.Policies,
			model.Policies{{Policy: model.Policy{Backups: model.Requirement{MaxAge: 7 * 24 * time.Hour}}}}) {
		t.Errorf("home: %+v, %v", home, err)
	}
	none, err := loadConfig(t, twoProfiles, NoProfile, map[string]string{"VPS_PROFILE": "work"})
	if err != nil || none.Profile != "" || filepath.Base(none.TokenFile) != "top-token" {
		t.Errorf("none: %+v, %v", none, err)
	}
}

func TestProfilePrecedence(t *testing.T) {
	byDefault := "default_profile = 'home'\n" + twoProfiles
	for name, c := range map[string]struct {
		flag string
		env  map[string]string
		want string
	}{
		"default":                       {want: "home"},
		"environment":                   {env: map[string]string{"VPS_PROFILE": "work"}, want: "work"},
		"flag":                          {flag: "home", env: map[string]string{"VPS_PROFILE": "work"}, want: "home"},
		"none by flag":                  {flag: "none", want: ""},
		"none by the environment":       {env: map[string]string{"VPS_PROFILE": "none"}, want: ""},
		"a token in the environment":    {env: map[string]string{"VPS_API_TOKEN": "vps_x"}, want: ""},
		"an address in the environment": {env: map[string]string{"VPS_API_URL": "https://env.example"}, want: ""},
		"a profile in the environment": {env: map[string]string{"VPS_API_TOKEN": "vps_x", "VPS_PROFILE": "work"},
			want: "work"},
	} {
		s, err := loadConfig(t, byDefault, c.flag, c.env)
		if err != nil || s.Profile != c.want {
			t.Errorf("%s: got %q, %v, want %q", name, s.Profile, err, c.want)
		}
	}
}

// The environment describes another account: a profile's token must not be sent to its address, nor
// its token to the profile's address.
func TestEnvironmentAccountNeverMixesWithProfile(t *testing.T) {
	env := map[string]string{"VPS_API_URL": "https://env.example", "VPS_API_TOKEN": "vps_env", "HOME_TOKEN": "vps_home"}
	s, err := loadConfig(t, twoProfiles, "home", env)
	if err != nil || s.Host != "top.example" {
		t.Fatalf("got %q, %v", s.Host, err)
	}
	if token, err := NewTokens(s, getenvFrom(env)).Find(t.Context()); err != nil ||
		token.Value.Reveal() != "vps_home" || token.Source != "HOME_TOKEN" {
		t.Errorf("got %q from %q, %v", token.Value.Reveal(), token.Source, err)
	}
	other := "https://flag.example"
	path := writeFile(t, 0o600, twoProfiles, t.TempDir(), "config.toml")
	_, err = Load(Sources{Flags: Flags{ConfigFile: &path, APIURL: &other}, DefaultURL: builtInURL,
		Getenv: getenvFrom(map[string]string{"VPS_PROFILE": "home"})})
	requireError(t, err, ExitUsage, "--api-url and a profile exclude each other", "home")
}

func TestProfileErrorsNameTheLine(t *testing.T) {
	for text, words := range map[string][]string{
		"[profile.work]\nreadonly = true": {"line 2",
			`unknown profile setting "readonly"`, "did you mean read_only?"},
		"[[profile.work.retentions]]": {"line 1", "did you mean retention?"},
		"[profile.work]\nmouse = true": {"line 2", `unknown profile setting "mouse"`,
			"valid: api_url, ca_file, confirm"},
		"[profile.work]\nread_only = 'yes'":              {"line 2", "read_only must be true or false"},
		"[profile.work]\n\napi_url = 'http://a.example'": {"line 3", "api_url", "unencrypted"},
		"[profile.work]\ntoken = 'vps_s3cret'":           {"line 2", "VPS_API_TOKEN"},
		"[profile.work]\ntoken_env = 'vps_s3cret'":       {"line 2", "token_env is a token"},
		"[profile.vps_s3cret]":                           {"line 1", "name of a profile is a token"},
		"[profile.work]\ntoken_env = 'A B'": {"line 2", `token_env cannot be "A B"`,
			"VPS_WORK_TOKEN"},
		"[profile.work]\ntoken_env = 'A'\ntoken_file = 'b'": {"line 3",
			"token_env and token_file exclude each other"},
		"token_command = 'a'\ntoken_file = 'b'": {"token_command and token_file exclude each other"},
		"[profile.work]\ntoken_command = 'pass \"x'": {"line 2",
			`token_command has a " that is not closed`},
		"[profile.work]\ntoken_command = 'pass \\'": {"line 2", `ends with a \`},
		"[profile.work]\ntoken_command = '\"\"'":    {"line 2", "names no program"},
		"[profile.work]\ntoken_command = \"a\\nb\"": {"line 2", "line break"},
		"[profile.work]\nconfirm = 'never'": {"line 2",
			`confirm cannot be "never": use usual or strict`},
		"[profile.work]\nstripe = ''": {"line 2", "stripe is empty"},
		"[profile.none]":              {"line 1", "a profile cannot be called none"},
		"[profile.'a b']": {"line 1", `"a b" is not a valid profile name`,
			"letters, digits, - and _"},
		"[profile.work]\n[[profile.work.policy]]\nbackup_max_age = 'x'": {"line 2",
			"policy rule 1: backup_max_age: x is not a duration"},
		"profile = 1": {"line 1", "must be a [profile.NAME] table"},
		"# x\ndefault_profile = 'wrok'\n[profile.work]": {"line 2: default_profile", `no profile "wrok"`, "has work"},
		"default_profile = 'wrok'":                      {`no profile "wrok"`, "has none", "[profile.NAME]"},
		"[theme]\nbase = 1":                             {"line 2", "theme.base must be a string"},
		"[theme]\naccent = ''":                          {"line 2", "accent is empty"},
		"theme = { accent = true }":                     {"line 1", "theme.accent must be"},
		"theme = 3": {"line 1",
			"theme must be a string in quotes, or a [theme] table"},
		"panel_url = 'panel.example.com'":         {"line 1", "panel_url is not the address of a page"},
		"panel_url = 'https://{id}.example.com/'": {"line 1", "panel_url is not the address of a page"},
		"panel_url = 'file:///etc/{id}'":          {"line 1", "panel_url is not the address of a page"},
		"theme = ''":                              {"line 1", "theme is empty"},
		"[columns]\nservers = 'name'":             {"line 2", "[columns] table"},
	} {
		_, err := loadConfig(t, text, "", nil)
		requireError(t, err, ExitConfig, append(words, "config.toml")...)
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q repeats a token", err)
		}
	}
	_, err := loadConfig(t, twoProfiles, "wrok", nil)
	requireError(t, err, ExitUsage, `--profile: there is no profile "wrok"`, "has home, work; did you mean work?")
	_, err = loadConfig(t, twoProfiles, "", map[string]string{"VPS_PROFILE": "wrok"})
	requireError(t, err, ExitConfig, `VPS_PROFILE: there is no profile "wrok"`)
	_, err = Load(Sources{Getenv: getenvFrom(map[string]string{"VPS_PROFILE": "work"}), DefaultURL: builtInURL})
	requireError(t, err, ExitConfig, "there is no config file")
}

func TestKeyPositions(t *testing.T) {
	s, err := loadConfig(t, "# one\ntheme = 'x'\n[keys]\n\"action.restore\" = [\"R\"]\n\n[profile.work]\nstripe = "+
		"'red'\n", "work", nil)
	if err != nil {
		t.Fatal(err)
	}
	for key, line := range map[string]string{"theme": ", line 2", "keys": ", line 3", "keys.action.restore": ", line 4",
		"mouse": ""} {
		if got, want := s.Position(key), s.Config+line; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if got, want := s.AccountPosition("stripe"), s.Config+", line 7"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSplitCommand(t *testing.T) {
	for text, want := range map[string][]string{
		"pass show vps":              {"pass", "show", "vps"},
		"  a\tb  ":                   {"a", "b"},
		`op read "op://x y/z" ''`:    {"op", "read", "op://x y/z", ""},
		`a 'it"s' "it's" b\ c "\""`:  {"a", `it"s`, "it's", "b c", `"`},
		`echo $HOME; rm -rf * | x &`: {"echo", "$HOME;", "rm", "-rf", "*", "|", "x", "&"},
		`a'b'c`:                      {"abc"},
		`'a\b'`:                      {`a\b`},
	} {
		if got, err := splitCommand(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestProfileTokenIsStoredUnderItsOwnName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vpsdeck")
	stored := map[string]string{"vpsdeck/admin.vps.org": "vps_top"}
	tokens := NewTokens(Settings{Profile: "work", Host: "admin.vps.org", Dir: dir},
		getenvFrom(map[string]string{"VPS_API_TOKEN": "vps_env"}))
	tokens.keyring = memoryKeyring(tokens.keyring.account, stored)
	if _, err := tokens.Find(t.Context()); err != ErrNoToken {
		t.Fatalf("before the first save: %v", err)
	}
	requireError(t, tokens.MissingError(), ExitToken, "profile work has no token yet", "vpsdeck login --profile work")
	for _, place := range []Store{InKeyring, InFile} {
		if _, err := tokens.Save(mustSecret(t, "vps_work"), place); err != nil {
			t.Fatal(err)
		}
		if got, err := tokens.Find(t.Context()); err != nil || got.Value.Reveal() != "vps_work" {
			t.Errorf("%s: got %q, %v", place, got.Value.Reveal(), err)
		}
	}
	if from, err := tokens.Forget(); err != nil || len(from) != 1 ||
		from[0] != Store(filepath.Join(dir, "token-work%40admin.vps.org")) {
		t.Errorf("deleted from %q, %v", from, err)
	}
	if from, err := tokens.Forget(); err != nil || len(from) != 0 {
		t.Errorf("deleted again from %q, %v", from, err)
	}
	if stored["vpsdeck/admin.vps.org"] != "vps_top" || len(stored) != 1 {
		t.Errorf("the keyring has %q", stored)
	}
}

func TestExternalTokenIsNeitherSavedNorForgotten(t *testing.T) {
	for name, c := range map[string]struct {
		s     Settings
		words []string
	}{
		"variable": {Settings{Profile: "work", TokenEnv: "WORK"}, []string{"the variable WORK", "change it there"}},
		"command": {Settings{Profile: "work", TokenCommand: []string{"pass", "show"}},
			[]string{"the command pass", "change it there"}},
	} {
		tokens := NewTokens(c.s, getenvFrom(nil))
		requireError(t, tokens.CheckStore(""), ExitToken, c.words...)
		_, err := tokens.Save(mustSecret(t, "vps_x"), InFile)
		requireError(t, err, ExitToken, c.words...)
		_, err = tokens.Forget()
		requireError(t, err, ExitToken, c.words...)
		if len(tokens.Stores()) != 0 {
			t.Errorf("%s: it could be saved in %q", name, tokens.Stores())
		}
	}
	named := writeFile(t, 0o600, "vps_x", t.TempDir(), "mine")
	_, err := NewTokens(Settings{TokenFile: named}, getenvFrom(nil)).Forget()
	requireError(t, err, ExitToken, named, "delete the file yourself")
	if _, err := os.Stat(named); err != nil {
		t.Error("the user's file was deleted")
	}
}

func TestEmptyTokenVariable(t *testing.T) {
	s, err := loadConfig(t, twoProfiles, "home", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewTokens(s, getenvFrom(nil)).Find(t.Context())
	requireError(t, err, ExitToken, "config.toml, line 17", "there is no token in HOME_TOKEN")
}
