package settings

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"vpsdeck/model"
)

// NoProfile chooses the account of the settings that stand outside of all profiles.
const NoProfile = "none"

// The levels of asking before a deed.
const (
	ConfirmNormal = "usual"  // as the documents of the program say
	ConfirmStrict = "strict" // every deletion wants its server's name typed
)

// accountTable is the settings of one account: those of a [profile.NAME], or those outside of all of them.
type accountTable struct {
	APIURL       *string      `toml:"api_url"`
	CAFile       *string      `toml:"ca_file"`
	TokenFile    *string      `toml:"token_file"`
	TokenEnv     *string      `toml:"token_env"`
	TokenCommand *string      `toml:"token_command"`
	ReadOnly     *bool        `toml:"read_only"`
	Confirm      *string      `toml:"confirm"`
	Stripe       *string      `toml:"stripe"`
	Policy       []PolicyRule `toml:"policy"`
}

// accountKeys are the settings that a profile can have.
var accountKeys = []string{
	"api_url", "ca_file", "confirm", "policy", "read_only", "stripe", "token_command", "token_env", "token_file",
}

// profilePattern is what a profile may be called: what needs no quotes in TOML, nor in a shell.
var profilePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)

// variablePattern is what the environment's variables are called.
var variablePattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// profileNames are the names of all profiles, in order.
func (f configFile) profileNames() []string { return slices.Sorted(maps.Keys(f.Profile)) }

// tokenVariables are the variables of the environment that are named as holding a token, whichever account's.
func (f configFile) tokenVariables() []string {
	var names []string
	for _, t := range append(slices.Collect(maps.Values(f.Profile)), f.accountTable) {
		if t.TokenEnv != nil {
			names = append(names, *t.TokenEnv)
		}
	}
	return names
}

// checkProfile checks one profile.
func (f configFile) checkProfile(name string) error {
	key := "profile." + name
	switch {
	case strings.HasPrefix(name, "vps_"):
		return f.errorAt(key, "a profile is named by a token, and %s", tokenMisplaced)
	case name == NoProfile:
		return f.errorAt(key, "no profile can be called %s: that is the account outside of all profiles", NoProfile)
	case !profilePattern.MatchString(name):
		return f.errorAt(key, "%q is no name for a profile: use up to 32 letters, digits, - and _", name)
	}
	return f.checkAccount(key+".", f.Profile[name])
}

// checkAccount checks the settings of one account. within is the table that they stand in.
func (f configFile) checkAccount(within string, t accountTable) error {
	err := f.checkTexts(within, map[string]*string{
		"api_url": t.APIURL, "ca_file": t.CAFile, "token_file": t.TokenFile, "token_env": t.TokenEnv,
		"token_command": t.TokenCommand, "confirm": t.Confirm, "stripe": t.Stripe,
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
		return f.errorAt(within+sources[1], "%s exclude each other: a token has one source", strings.Join(sources, " and "))
	}
	if t.TokenEnv != nil && !variablePattern.MatchString(*t.TokenEnv) {
		return f.errorAt(within+"token_env", "token_env cannot be %q: it is the name of a variable, such as VPS_WORK_TOKEN", *t.TokenEnv)
	}
	if t.TokenCommand != nil {
		if _, err := splitCommand(*t.TokenCommand); err != nil {
			return f.errorAt(within+"token_command", "token_command %s", err)
		}
	}
	if t.Confirm != nil && *t.Confirm != ConfirmNormal && *t.Confirm != ConfirmStrict {
		return f.errorAt(within+"confirm", "confirm cannot be %q: there are %s and %s", *t.Confirm, ConfirmNormal, ConfirmStrict)
	}
	if t.APIURL != nil {
		if _, err := checkAddress(*t.APIURL, f.position(within+"api_url")+": api_url", ExitConfig); err != nil {
			return err
		}
	}
	_, err = parsePolicies(t.Policy, f.position(within+"policy"))
	return err
}

// selectAccount is the account that is asked for: its table, with what it leaves open taken from outside of the profiles, and its
// profile's name, "" for none. Where a token comes from is never taken from outside: a token belongs to one account.
func (f configFile) selectAccount(from Sources) (accountTable, string, error) {
	name, asked, code := from.selectProfile(f)
	if name == "" || name == NoProfile {
		return f.accountTable, "", nil
	}
	if from.Flags.APIURL != nil {
		return accountTable{}, "", Errorf(ExitUsage, "--api-url and a profile exclude each other: %s has an address of its own; "+
			"--profile %s is for other addresses", name, NoProfile)
	}
	t, ok := f.Profile[name]
	if !ok {
		return accountTable{}, "", Errorf(code, "%s: there is no profile %q: %s%s", asked, name, f.describeProfiles(), model.DidYouMean(name, f.profileNames()))
	}
	if t.APIURL == nil {
		t.APIURL = f.APIURL
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

// describeProfiles says which profiles there are.
func (f configFile) describeProfiles() string {
	switch names := f.profileNames(); {
	case f.path == "":
		return "there is no config file that could have one"
	case len(names) == 0:
		return fmt.Sprintf("%s has none; one is written as [profile.NAME]", f.path)
	default:
		return fmt.Sprintf("%s has %s", f.path, strings.Join(names, ", "))
	}
}

// selectProfile is the name of the profile that is asked for, where, and the exit code if it is wrong. An address or a token in
// the environment is an account too, and comes before the config's default_profile.
func (from Sources) selectProfile(f configFile) (name, asked string, code ExitCode) {
	env := from.Getenv("VPS_PROFILE")
	switch {
	case from.Flags.Profile != nil:
		return *from.Flags.Profile, "--profile", ExitUsage
	case env != "":
		return env, "VPS_PROFILE", ExitConfig
	case from.Flags.APIURL != nil || from.Getenv("VPS_API_URL") != "" || strings.TrimSpace(from.Getenv("VPS_API_TOKEN")) != "":
		return "", "", ExitOK
	case f.DefaultProfile != nil:
		return *f.DefaultProfile, f.position("default_profile") + ": default_profile", ExitConfig
	}
	return "", "", ExitOK
}
