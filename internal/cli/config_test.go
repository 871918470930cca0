package cli

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// loadConfig returns the settings and preferences of a config, with an empty environment.
func loadConfig(t *testing.T, text, profile string) (settings.Settings, ui.Preferences, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.Load(settings.Sources{
		Flags: withProfile(settings.Flags{ConfigFile: &path}, profile), Getenv: func(string) string { return "" },
		DefaultURL: "https://admin.vps.org/api/v1",
	})
	if err != nil {
		return s, ui.Preferences{}, err
	}
	prefs, err := preferencesFrom(s)
	return s, prefs, err
}

func TestPrintedConfigChangesNothing(t *testing.T) {
	plain, plainPrefs, err := loadConfig(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	printed, printedPrefs, err := loadConfig(t, configText(), "")
	if err != nil {
		t.Fatal(err)
	}
	if plainPrefs.Theme = "auto"; plainPrefs.Theme != printedPrefs.Theme { // an empty theme is the same
		t.Errorf("the theme is %q", printedPrefs.Theme)
	}
	if len(printed.Policies) != 1 || printed.Policies[0].Policy != model.DefaultPolicy() ||
		printed.Policies[0].Server != "" {
		t.Errorf("the policy is %+v", printed.Policies)
	}
	plainPrefs.Profile.Policies, printedPrefs.Profile.Policies = nil, nil
	if !reflect.DeepEqual(plainPrefs, printedPrefs) || plain.APIURL != printed.APIURL ||
		plain.ReadOnly != printed.ReadOnly {
		t.Errorf("got\n%+v\nwant\n%+v", printedPrefs, plainPrefs)
	}
}

// commentedSetting matches the start of a setting that is commented out.
var commentedSetting = regexp.MustCompile(`(?m)^#([^ ])`)

func TestEveryPrintedSettingCanBeUsed(t *testing.T) {
	for _, source := range []string{"token_env", "token_file", "token_command"} {
		text := commentedSetting.ReplaceAllString(configText(), "$1")
		// one token source, and no missing file
		for _, other := range []string{"ca_file", "token_env", "token_file", "token_command"} {
			if other != source {
				text = regexp.MustCompile(`(?m)^`+other+` .*\n`).ReplaceAllString(text, "")
			}
		}
		for _, profile := range []string{"", "work"} {
			s, prefs, err := loadConfig(t, text, profile)
			if err != nil {
				t.Fatalf("%s: %v\n%s", source, err, text)
			}
			if profile == "work" && (!s.ReadOnly || !s.StrictConfirm || prefs.Profile.Stripe != "red" ||
				s.Policies[0].Policy.Backups.MaxAge != 12*time.Hour) {
				t.Errorf("the profile is %+v", s)
			}
			if len(s.Keys) < 30 || len(s.Columns) != 3 {
				t.Errorf("%d keys, %d panes", len(s.Keys), len(s.Columns))
			}
		}
	}
}

func TestThemeIsABaseWithColours(t *testing.T) {
	s, prefs, err := loadConfig(t, "[theme]\nbase = 'light'\naccent = '#FF8800'\nbad = 9\n", "")
	if err != nil || prefs.Theme != "light" || prefs.Colours.Accent == nil || prefs.Colours.Bad == nil ||
		prefs.Colours.Text != nil {
		t.Errorf("%+v, %+v, %v", s.Colours, prefs.Colours, err)
	}
	for text, want := range map[string]string{
		"[theme]\naccent = 'rouge'\n":            `config.toml, line 2: [theme]: accent cannot be "rouge"`,
		"[theme]\nbase = 'light'\nacent = '1'\n": `config.toml, line 3: [theme]: unknown colour "acent"; valid: base, `,
		"[theme]\nbase = 'pink'\n":               `line 2: theme cannot be "pink"; valid: auto, dark`,
		"theme = { bad = 'rouge' }\n":            `line 1: [theme]: bad cannot be`,
	} {
		if _, _, err := loadConfig(t, text, ""); !strings.Contains(model.ErrorMessage(err), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPrintedConfigHasEverySetting(t *testing.T) {
	_, _, err := loadConfig(t, "nothing_like_it = 1", "")
	_, list, found := strings.Cut(model.ErrorMessage(err), "valid: ")
	if !found {
		t.Fatal(err)
	}
	for _, name := range strings.Split(list, ", ") {
		if !regexp.MustCompile(`(?m)^#?\[*` + name + `\b`).MatchString(configText()) {
			t.Errorf("the printed config lacks %s", name)
		}
	}
	for table, rule := range map[string]any{"policy": settings.PolicyRule{}, "retention": settings.RetentionRule{},
		"ssh": settings.SSHRule{}, "command": settings.CommandRule{}, "view": settings.ViewRule{},
		"hook": settings.HookRule{}} {
		section := regexp.MustCompile(`(?s)\n#?\[\[` + table + `\]\]\n.*?\n\n`).FindString(configText())
		for field := range reflect.TypeOf(rule).Fields() {
			name := field.Tag.Get("toml")
			if !regexp.MustCompile(`\b` + name + `\b`).MatchString(section) {
				t.Errorf("[[%s]] of the printed config lacks %s", table, name)
			}
		}
	}
}

func TestConfigDocsCoverKeySettings(t *testing.T) {
	text, err := os.ReadFile("../../docs/CONFIG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"profile", "theme", "columns", "motion", "stripe", "confirm", "token_command",
		"token_env", "default_profile"} {
		if !strings.Contains(string(text), name) {
			t.Errorf("docs/CONFIG.md does not mention %s", name)
		}
	}
}

// watchedConfig is a watched config file. Each write gives it a new modification time.
type watchedConfig struct {
	t       *testing.T
	path    string
	modTime time.Time
	*configWatcher
}

func newWatchedConfig(t *testing.T, text string) *watchedConfig {
	w := &watchedConfig{t: t, path: filepath.Join(t.TempDir(), "config.toml"),
		modTime: time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)}
	w.write(text)
	w.configWatcher = newConfigWatcher(settings.Flags{ConfigFile: &w.path})
	w.accounts = &accounts{flags: w.flags}
	return w
}

func (w *watchedConfig) write(text string) {
	w.t.Helper()
	w.modTime = w.modTime.Add(time.Second)
	if err := errors.Join(os.WriteFile(w.path, []byte(text), 0o600),
		os.Chtimes(w.path, w.modTime, w.modTime)); err != nil {
		w.t.Fatal(err)
	}
}

// requirePolls polls the file n times. Only the last poll may find a change, and must if want is
// true.
func (w *watchedConfig) requirePolls(n int, want bool) ui.Preferences {
	w.t.Helper()
	for i := range n {
		prefs, changed, err := w.Reload("")
		if err != nil || changed != (want && i == n-1) {
			w.t.Fatalf("poll %d of %d: changed %v, %v", i+1, n, changed, err)
		}
		if i == n-1 {
			return prefs
		}
	}
	return ui.Preferences{}
}

func TestConfigIsReloadedOnceItSettles(t *testing.T) {
	w := newWatchedConfig(t, "read_only = true\n")
	w.requirePolls(3, false)
	w.write("") // an editor has truncated it to write
	w.requirePolls(1, false)
	w.write("read_only = true\ntheme = 'light'\n[profile.work]\n")
	if prefs := w.requirePolls(2, true); prefs.Theme != "light" || !prefs.Profile.ReadOnly ||
		!reflect.DeepEqual(prefs.Accounts.Names(), []string{"work", ""}) {
		t.Errorf("%+v", prefs)
	}
	w.requirePolls(3, false)
}

func TestBrokenOrMissingConfigIsReportedOnce(t *testing.T) {
	w := newWatchedConfig(t, "theme = 'dark'\n")
	for _, c := range []struct{ text, message string }{
		{"thema = 'light'\n", "line 1, column 1"}, {"theme = 'x'\n", "line 1: theme cannot be"}, {"[profile", "line 1"},
	} {
		w.write(c.text)
		w.requirePolls(1, false)
		if _, changed, err := w.Reload(""); changed || !strings.Contains(model.ErrorMessage(err), c.message) {
			t.Errorf("%q: changed %v, %v", c.text, changed, err)
		}
		w.requirePolls(2, false)
	}
	if err := os.Remove(w.path); err != nil {
		t.Fatal(err)
	}
	w.requirePolls(1, false)
	if _, changed, err := w.Reload(""); changed || !strings.Contains(model.ErrorMessage(err), "no longer exists") {
		t.Errorf("gone: changed %v, %v", changed, err)
	}
	w.write("theme = 'light'\n")
	if prefs := w.requirePolls(2, true); prefs.Theme != "light" {
		t.Errorf("%+v", prefs)
	}
}

func TestRemovedProfileKeepsItsSettings(t *testing.T) {
	w := newWatchedConfig(t, "[profile.work]\nread_only = true\n")
	w.write("")
	w.requirePolls(1, false)
	if _, changed, err := w.Reload("work"); changed ||
		!strings.Contains(model.ErrorMessage(err), `there is no profile "work"`) {
		t.Errorf("changed %v, %v", changed, err)
	}
}

func TestFlagsApplyOnlyToTheirAccount(t *testing.T) {
	url, yes, no, work := "https://x.example", true, false, "work"
	for name, c := range map[string]struct {
		flags    settings.Flags
		profile  string
		readOnly *bool
		url      *string
	}{
		"read-only applies to all accounts":    {settings.Flags{ReadOnly: &yes}, "home", &yes, nil},
		"read-only=false applies to one":       {settings.Flags{ReadOnly: &no, Profile: &work}, "home", nil, nil},
		"and still does for that one":          {settings.Flags{ReadOnly: &no, Profile: &work}, "work", &no, nil},
		"an API URL applies to no profile":     {settings.Flags{APIURL: &url}, "home", nil, nil},
		"but to the account without a profile": {settings.Flags{APIURL: &url}, "", nil, &url},
	} {
		if got := withProfile(c.flags, c.profile); got.ReadOnly != c.readOnly || got.APIURL != c.url {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestProfileWithoutStripeGetsItsOwn(t *testing.T) {
	const text = "[profile.a]\n[profile.b]\n[profile.c]\nstripe = 'red'\n"
	seen := map[string]bool{}
	for _, name := range []string{"a", "b", "c"} {
		s, _, err := loadConfig(t, text, name)
		if err != nil {
			t.Fatal(err)
		}
		if seen[stripe(s)] || stripe(s) == "" {
			t.Errorf("%s has %q", name, stripe(s))
		}
		seen[stripe(s)] = true
	}
	if s, _, _ := loadConfig(t, text, ""); stripe(s) != "" {
		t.Error("the account without a profile has a stripe")
	}
}
