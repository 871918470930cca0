// Package settings finds out how the program is to run: a flag comes before the environment, that before the config
// file, that before the default. It also finds and keeps the API token, and holds the exit codes.
package settings

import (
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"vpsdeck/model"
)

// Flags is what the command line said; a nil field was not given.
type Flags struct {
	APIURL     *string
	ConfigFile *string
	Profile    *string
	ReadOnly   *bool
	ASCII      *bool
}

// Sources is where settings come from. Nothing else is read, the process's environment included.
type Sources struct {
	Flags      Flags
	Getenv     func(string) string // VPS_API_URL, VPS_API_TOKEN, VPS_PROFILE, NO_COLOR, HOME, and those that name directories: XDG_…_HOME, systemd's …_DIRECTORY
	DefaultURL string              // the API's address when nobody names one
}

// Settings is how the program is to run, checked, with nothing left to look up. What is checked where it is known, themes,
// columns, keys and the like, is as written; At tells where.
type Settings struct {
	Profile        string                // the profile in use; "": none, the settings outside of them
	Profiles       []string              // all there are, by name
	APIURL         string                // https, or http to this machine; no slash at its end
	Host           string                // the API's host, with its port where that is unusual
	RootCAs        []byte                // PEM of a private CA from ca_file; nil: the system's
	TokenFile      string                // absolute path from token_file; "": none named
	TokenEnv       string                // the variable from token_env; "": none named
	TokenVariables []string              // the variables that token_env names, of every account
	TokenCommand   []string              // program and arguments from token_command; nil: none named
	ReadOnly       bool                  // no deed can be done
	StrictConfirm  bool                  // every deletion wants its server's name typed
	Stripe         string                // the colour of the account, as written; "": none
	ASCII          bool                  // draw with ASCII alone
	Mouse          bool                  // listen to the mouse
	Motion         bool                  // something may move on the screen
	Theme          string                // which colours, as written; "": the usual ones
	Notify         string                // how the end of an operation is announced, as written
	NoColor        bool                  // NO_COLOR is set to anything but nothing
	Columns        map[string][]string   // the columns of a pane, as written
	Keys           map[string][]string   // keys by action, as written
	Policies       model.Policies        // what each server must have to be covered
	SSH            model.SSHRules        // how one gets to the servers
	Commands       []model.CustomCommand // the user's own
	Config         string                // the config file, whether it is there or not; "": there is no home to have one in
	Dir            string                // the program's config directory; "": there is no home to have one in
	State          string                // the program's state directory, for the journal; "": there is no home to have one in
	Cache          string                // the program's cache directory; "": there is no home to have one in

	lines keyLines
}

// Position is where a key of the config file stands, as "config.toml, line 3", by its full name.
func (s Settings) Position(key string) string { return s.lines.position(s.Config, key) }

// AccountPosition is where a setting of the account in use stands, in its profile or outside of it.
func (s Settings) AccountPosition(key string) string {
	if s.Profile != "" {
		key = "profile." + s.Profile + "." + key
	}
	return s.Position(key)
}

// ConfigPath is the config file that is read, and whether it must be there; "" if there is no home to have one in.
func ConfigPath(from Sources) (path string, wanted bool) {
	if from.Flags.ConfigFile != nil {
		return *from.Flags.ConfigFile, true
	}
	dir := configDir(from.Getenv)
	if dir == "" {
		return "", false
	}
	return filepath.Join(dir, "config.toml"), false
}

// Load gathers the settings. Its errors are Faults: ExitUsage for a flag, ExitConfig for the rest.
func Load(from Sources) (Settings, error) {
	s := Settings{Dir: configDir(from.Getenv), State: stateDir(from.Getenv), Cache: cacheDir(from.Getenv), NoColor: from.Getenv("NO_COLOR") != ""}
	path, wanted := ConfigPath(from)
	var file configFile
	if wanted || path != "" {
		var err error
		if file, err = readConfig(path, wanted); err != nil {
			return Settings{}, err
		}
	}
	table, profile, err := file.selectAccount(from)
	if err != nil {
		return Settings{}, err
	}
	s.Config, s.lines = path, file.lines
	s.Profile, s.Profiles, s.TokenVariables = profile, file.profileNames(), file.tokenVariables()
	s.ReadOnly = firstSet(false, from.Flags.ReadOnly, table.ReadOnly)
	s.StrictConfirm = firstSet(ConfirmNormal, table.Confirm) == ConfirmStrict
	s.Stripe = firstSet("", table.Stripe)
	s.ASCII = firstSet(false, from.Flags.ASCII, file.ASCII)
	s.Mouse, s.Motion = firstSet(true, file.Mouse), firstSet(true, file.Motion)
	s.Theme, s.Notify = firstSet("", file.Theme), firstSet("none", file.Notify)
	s.Columns, s.Keys = file.Columns, file.Keys
	if s.Policies, err = parsePolicies(table.Policy, path); err != nil {
		return Settings{}, err
	}
	if err := s.loadCommands(file, path); err != nil {
		return Settings{}, err
	}
	if err := s.resolveAddress(from, table); err != nil {
		return Settings{}, err
	}
	return s, s.resolveFiles(from, table)
}

// resolveAddress settles APIURL and Account. VPS_API_URL is the address of the account without a profile: a profile's token is for
// the profile's address alone.
func (s *Settings) resolveAddress(from Sources, table accountTable) error {
	text, name, code := from.DefaultURL, "the built-in address", ExitOther
	switch env := from.Getenv("VPS_API_URL"); {
	case from.Flags.APIURL != nil:
		text, name, code = *from.Flags.APIURL, "--api-url", ExitUsage
	case env != "" && s.Profile == "":
		text, name, code = env, "VPS_API_URL", ExitConfig
	case table.APIURL != nil:
		text, name, code = *table.APIURL, s.Config+": api_url", ExitConfig
	}
	u, err := checkAddress(text, name, code)
	if err != nil {
		return err
	}
	s.APIURL, s.Host = u.String(), canonicalHost(u)
	return nil
}

// resolveFiles settles where the token comes from, and the files that the config names. Their paths are relative to the config's
// own directory, so that they mean the same wherever the program is started; ~/ is the home directory.
func (s *Settings) resolveFiles(from Sources, table accountTable) error {
	resolve := func(path string) string {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			return filepath.Join(homeDir(from.Getenv), rest)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(s.Config), path)
		}
		if full, err := filepath.Abs(path); err == nil {
			return full
		}
		return path // the working directory is gone: reading will say so
	}
	s.TokenEnv = firstSet("", table.TokenEnv)
	if table.TokenFile != nil {
		s.TokenFile = resolve(*table.TokenFile)
	}
	if table.TokenCommand != nil {
		s.TokenCommand, _ = splitCommand(*table.TokenCommand) // it was checked with the file
	}
	if table.CAFile == nil {
		return nil
	}
	var err error
	path := resolve(*table.CAFile)
	if s.RootCAs, err = os.ReadFile(path); err != nil {
		return Errorf(ExitConfig, "%s: the ca_file %s cannot be read: %s", s.Config, path, fsReason(err))
	}
	if !x509.NewCertPool().AppendCertsFromPEM(s.RootCAs) {
		return Errorf(ExitConfig, "%s: the ca_file %s holds no certificate: it must be a PEM file with a CA in it", s.Config, path)
	}
	return nil
}

// Directories are where the program keeps its files; "": there is no home to have one in.
type Directories struct{ Config, State string }

// FindDirectories finds the program's directories without reading anything but the environment.
func FindDirectories(getenv func(string) string) Directories {
	return Directories{configDir(getenv), stateDir(getenv)}
}

// configDir is $XDG_CONFIG_HOME/vpsdeck, $CONFIGURATION_DIRECTORY or ~/.config/vpsdeck.
func configDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_CONFIG_HOME", "CONFIGURATION_DIRECTORY", ".config")
}

// stateDir is $XDG_STATE_HOME/vpsdeck, $STATE_DIRECTORY or ~/.local/state/vpsdeck.
func stateDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_STATE_HOME", "STATE_DIRECTORY", filepath.Join(".local", "state"))
}

// cacheDir is $XDG_CACHE_HOME/vpsdeck, $CACHE_DIRECTORY or ~/.cache/vpsdeck.
func cacheDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_CACHE_HOME", "CACHE_DIRECTORY", ".cache")
}

// programDir is the program's directory of one sort: what the user's environment says, then what systemd made for the service,
// then the usual place. systemd's is the directory itself, and may be a list with a colon between its parts: the first one
// counts. A relative path counts as none, as the specification of XDG's variables says.
func programDir(getenv func(string) string, xdg, systemd, usual string) string {
	if dir := getenv(xdg); filepath.IsAbs(dir) {
		return filepath.Join(dir, "vpsdeck")
	}
	if dir, _, _ := strings.Cut(getenv(systemd), ":"); filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	if home := homeDir(getenv); home != "" {
		return filepath.Join(home, usual, "vpsdeck")
	}
	return ""
}

func homeDir(getenv func(string) string) string {
	if home := getenv("HOME"); home != "" {
		return home
	}
	return getenv("USERPROFILE") // Windows
}

// firstSet is the first option that was given, else the fallback.
func firstSet[T any](fallback T, options ...*T) T {
	for _, o := range options {
		if o != nil {
			return *o
		}
	}
	return fallback
}

// fsReason says in words why a file could not be used.
func fsReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "you have no right to"
	case errors.Is(err, syscall.EISDIR):
		return "it is a directory"
	case errors.Is(err, syscall.ENOTDIR):
		return "its path leads through something that is no directory"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only"
	}
	return "the system refuses"
}
