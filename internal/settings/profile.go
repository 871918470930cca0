package settings

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"vpsdeck/model"
)

// NoProfile selects the account whose settings are outside all profiles.
const NoProfile = "none"

// The levels of confirmation before an action.
const (
	ConfirmNormal = "usual"  // as documented
	ConfirmStrict = "strict" // every deletion needs the server's name typed
)

// accountTable is the settings of one account: those of a [profile.NAME], or those outside all
// profiles.
type accountTable struct {
	APIURL       *string         `toml:"api_url"`
	CAFile       *string         `toml:"ca_file"`
	TokenFile    *string         `toml:"token_file"`
	TokenEnv     *string         `toml:"token_env"`
	TokenCommand *string         `toml:"token_command"`
	ReadOnly     *bool           `toml:"read_only"`
	Confirm      *string         `toml:"confirm"`
	Stripe       *string         `toml:"stripe"`
	PanelURL     *string         `toml:"panel_url"`
	Policy       []PolicyRule    `toml:"policy"`
	Retention    []RetentionRule `toml:"retention"` // a profile takes none from outside, because rules delete
}

// accountKeys are the settings that a profile can have.
var accountKeys = []string{
	"api_url", "ca_file", "confirm", "panel_url", "policy", "read_only", "retention", "stripe", "token_command",
	"token_env", "token_file",
}

// profilePattern matches valid profile names. They need no quotes, either in TOML or in a shell.
var profilePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)
})

// variablePattern matches names of environment variables.
var variablePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
})

// profileNames returns the names of all profiles, sorted.
func (f configFile) profileNames() []string { return slices.Sorted(maps.Keys(f.Profile)) }

// accounts returns the settings of all accounts.
func (f configFile) accounts() []accountTable {
	return append(slices.Collect(maps.Values(f.Profile)), f.accountTable)
}

// tokenVariables returns the environment variables that token_env names, of all accounts.
func (f configFile) tokenVariables() []string {
	var names []string
	for _, t := range f.accounts() {
		if t.TokenEnv != nil {
			names = append(names, *t.TokenEnv)
		}
	}
	return names
}

// tokenFiles returns the resolved paths that token_file names, of all accounts.
func (f configFile) tokenFiles(resolve func(string) string) []string {
	var paths []string
	for _, t := range f.accounts() {
		if t.TokenFile != nil {
			paths = append(paths, resolve(*t.TokenFile))
		}
	}
	return paths
}

// checkProfile checks one profile.
func (f configFile) checkProfile(name string) error {
	key := "profile." + name
	switch {
	case strings.HasPrefix(name, "vps_"):
		return f.errorAt(key, "the name of a profile is a token, and %s", tokenMisplaced)
	case name == NoProfile:
		return f.errorAt(key, "a profile cannot be called %s: that name means the account outside all profiles",
			NoProfile)
	case !profilePattern().MatchString(name):
		return f.errorAt(key, "%q is not a valid profile name: use up to 32 letters, digits, - and _", name)
	}
	return f.checkAccount(key+".", f.Profile[name])
}

// checkAccount checks the settings of one account. table is the prefix of their keys, such as
// "profile.work.".
func (f configFile) checkAccount(table string, t accountTable) error {
	err := f.checkTexts(table, map[string]*string{
		"api_url": t.APIURL, "ca_file": t.CAFile, "token_file": t.TokenFile, "token_env": t.TokenEnv,
		"token_command": t.TokenCommand, "confirm": t.Confirm, "stripe": t.Stripe, "panel_url": t.PanelURL,
	})
	if err != nil {
		return err
	}
	var sources []string
	for _, source := range []struct {
		key   string
		value *string
	}{{"token_command", t.TokenCommand}, {"token_env", t.TokenEnv}, {"token_file", t.TokenFile}} {
		if source.value != nil {
			sources = append(sources, source.key)
		}
	}
	if len(sources) > 1 {
		return f.errorAt(table+sources[1], "%s exclude each other: a token has one source",
			strings.Join(sources, " and "))
	}
	if t.TokenEnv != nil && !variablePattern().MatchString(*t.TokenEnv) {
		return f.errorAt(table+"token_env",
			"token_env cannot be %q: it is the name of a variable, such as VPS_WORK_TOKEN", *t.TokenEnv)
	}
	if t.TokenCommand != nil {
		if _, err := splitCommand(*t.TokenCommand); err != nil {
			return f.errorAt(table+"token_command", "token_command %s", err)
		}
	}
	if t.Confirm != nil && *t.Confirm != ConfirmNormal && *t.Confirm != ConfirmStrict {
		return f.errorAt(table+"confirm", "confirm cannot be %q: use %s or %s", *t.Confirm, ConfirmNormal,
			ConfirmStrict)
	}
	if t.PanelURL != nil && !isPanelURL(*t.PanelURL) {
		return f.errorAt(table+"panel_url",
			"panel_url is not the address of a page: write it like https://panel.example.com/servers/{id}")
	}
	if t.APIURL != nil {
		if _, err := checkAddress(*t.APIURL, f.position(table+"api_url")+": api_url", ExitConfig); err != nil {
			return err
		}
	}
	if _, err = parseRetention(t.Retention, f.rulePosition(table+"retention")); err != nil {
		return err
	}
	_, err = parsePolicies(t.Policy, f.rulePosition(table+"policy"))
	return err
}

// selectAccount returns the settings of the selected account and its profile's name, "" for none. A
// profile inherits the settings outside all profiles that it leaves out, except for the source of
// its token: a token belongs to one account.
func (f configFile) selectAccount(from Sources) (accountTable, string, error) {
	name, source, code := from.selectProfile(f)
	if name == "" || name == NoProfile {
		return f.accountTable, "", nil
	}
	if from.Flags.APIURL != nil {
		return accountTable{}, "", Errorf(ExitUsage, "--api-url and a profile exclude each other: %s has its own "+
			"address; use --profile %s for another address", name, NoProfile)
	}
	t, ok := f.Profile[name]
	if !ok {
		return accountTable{}, "", Errorf(code, "%s: there is no profile %q: %s%s", source, name, f.describeProfiles(),
			model.DidYouMean(name, f.profileNames()))
	}
	if t.APIURL == nil {
		t.APIURL, t.PanelURL = f.APIURL, cmp.Or(t.PanelURL, f.PanelURL)
	}
	if t.CAFile == nil {
		t.CAFile = f.CAFile
	}
	if t.ReadOnly == nil {
		t.ReadOnly = f.ReadOnly
	}
	if t.Confirm == nil {
		t.Confirm = f.Confirm
	}
	if t.Policy == nil {
		t.Policy = f.Policy
	}
	return t, name, nil
}

// describeProfiles returns which profiles there are, as part of an error message.
func (f configFile) describeProfiles() string {
	switch names := f.profileNames(); {
	case f.path == "":
		return "there is no config file"
	case len(names) == 0:
		return fmt.Sprintf("%s has none; add one as [profile.NAME]", f.path)
	default:
		return fmt.Sprintf("%s has %s", f.path, strings.Join(names, ", "))
	}
}

// selectProfile returns the name of the selected profile, the source of that name, and the exit
// code if it is unknown. An address or a token in the environment is an account too, and overrides
// the config's default_profile.
func (s Sources) selectProfile(f configFile) (name, source string, code ExitCode) {
	env := s.Getenv("VPS_PROFILE")
	switch {
	case s.Flags.Profile != nil:
		return *s.Flags.Profile, "--profile", ExitUsage
	case env != "":
		return env, "VPS_PROFILE", ExitConfig
	case s.Flags.APIURL != nil || s.Getenv("VPS_API_URL") != "" || strings.TrimSpace(s.Getenv("VPS_API_TOKEN")) != "":
		return "", "", ExitOK
	case f.DefaultProfile != nil:
		return *f.DefaultProfile, f.position("default_profile") + ": default_profile", ExitConfig
	}
	return "", "", ExitOK
}
