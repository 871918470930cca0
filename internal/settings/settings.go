// Package settings collects the program's settings. A flag overrides the environment, which
// overrides the config file, which overrides the default. The package also finds and saves the API
// token, and defines the exit codes.
package settings

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"

	"vpsdeck/internal/fserror"
	"vpsdeck/internal/hook"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/model/retention"
)

// Flags are the flags of the command line; a nil field was not given.
type Flags struct {
	APIURL     *string
	ConfigFile *string
	Profile    *string
	ReadOnly   *bool
	ASCII      *bool
}

// Sources is where settings come from. Nothing else is read, not even the process's environment.
type Sources struct {
	Flags Flags
	// VPS_API_URL, VPS_API_TOKEN, VPS_PROFILE, NO_COLOR, HOME, and directories: XDG_…_HOME,
	// systemd's …_DIRECTORY
	Getenv     func(string) string
	DefaultURL string // the API's address if no source has one
}

// Settings are the program's settings, checked and complete. Themes, columns, keys and the like are
// checked by the packages that know them, and are here as written; Position says where in the
// config.
type Settings struct {
	Profile        string                // the profile in use; "": none, but the settings outside all profiles
	Profiles       []string              // the names of all profiles
	APIURL         string                // https, or http to this machine; no slash at its end
	Host           string                // the API's host, with its port unless that is the default
	RootCAs        []byte                // PEM of a private CA from ca_file; nil: the system's
	TokenFile      string                // absolute path from token_file; "": not set
	TokenEnv       string                // the variable from token_env; "": not set
	TokenVariables []string              // the variables that token_env names, of all accounts
	TokenCommand   []string              // program and arguments from token_command; nil: not set
	ReadOnly       bool                  // no action is allowed
	StrictConfirm  bool                  // every deletion needs the server's name typed
	Stripe         string                // the colour of the account, as written; "": none
	PanelURL       string                // of a server in the provider's panel, with {id}; "": not set
	ASCII          bool                  // draw with ASCII only
	Mouse          bool                  // use the mouse
	Motion         bool                  // animations are allowed
	Theme          string                // the theme, as written; "": the default theme
	Colours        map[string]string     // the colours that replace those of the theme, as written
	Notify         string                // how the end of an operation is announced, as written
	ConfirmQuit    bool                  // the quit key asks first
	NoColor        bool                  // NO_COLOR is set and not empty
	Columns        map[string][]string   // the columns of each pane, as written
	Keys           map[string][]string   // keys by the name of the binding, as written
	Policies       model.Policies        // what each server must have to be covered
	Retention      []retention.Policy    // which restore points a cleanup keeps
	SSH            model.SSHRules        // how to connect to the servers
	Commands       []model.CustomCommand // custom commands
	Views          []query.SavedView     // saved views
	Hooks          []hook.Hook           // who is told of events
	Config         string                // path of the config file, which may be missing; "": no home directory
	Dir            string                // the program's config directory; "": no home directory
	State          string                // the program's state directory, for the journal; "": no home directory
	Cache          string                // the program's cache directory; "": no home directory

	lines keyLines
}

// TablePosition returns where one of several tables with the same name is, counted from 1.
func (s Settings) TablePosition(name string, i int) string { return s.Position(indexedKey(name, i)) }

// Position returns where a key is in the config file, such as "config.toml, line 3". The key is its
// full name.
func (s Settings) Position(key string) string { return s.lines.position(s.Config, key) }

// AccountPosition returns where a setting of the account in use is, in its profile or outside all
// profiles.
func (s Settings) AccountPosition(key string) string {
	if s.Profile != "" {
		key = "profile." + s.Profile + "." + key
	}
	return s.Position(key)
}

// ConfigPath returns the path of the config file, and whether it must exist; "" if there is no home
// directory.
func ConfigPath(from Sources) (path string, required bool) {
	if from.Flags.ConfigFile != nil {
		return *from.Flags.ConfigFile, true
	}
	dir := configDir(from.Getenv)
	if dir == "" {
		return "", false
	}
	return filepath.Join(dir, "config.toml"), false
}

// Load collects the settings. Its errors are of type Error, with ExitUsage for a flag and
// ExitConfig for the rest.
func Load(from Sources) (Settings, error) {
	s := Settings{Dir: configDir(from.Getenv), State: stateDir(from.Getenv), Cache: cacheDir(from.Getenv),
		NoColor: from.Getenv("NO_COLOR") != ""}
	path, required := ConfigPath(from)
	var file configFile
	if required || path != "" {
		var err error
		if file, err = readConfig(path, required); err != nil {
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
	s.Stripe, s.PanelURL = firstSet("", table.Stripe), firstSet("", table.PanelURL)
	s.ASCII = firstSet(false, from.Flags.ASCII, file.ASCII)
	s.Mouse, s.Motion = firstSet(true, file.Mouse), firstSet(true, file.Motion)
	s.Theme, s.Colours, _ = file.parseTheme() // already checked with the file
	s.Notify = firstSet("none", file.Notify)
	s.ConfirmQuit = firstSet(false, file.ConfirmQuit)
	s.Columns, s.Keys = file.Columns, file.Keys
	inFile := func(int) string { return path } // the lines were named when the file was checked
	if s.Retention, err = parseRetention(table.Retention, inFile); err != nil {
		return s, err
	}
	if s.Policies, err = parsePolicies(table.Policy, inFile); err != nil {
		return Settings{}, err
	}
	if err := s.loadCommands(file, path); err != nil {
		return Settings{}, err
	}
	if err := s.loadViews(file, path); err != nil {
		return Settings{}, err
	}
	if err := s.resolveAddress(from, table); err != nil {
		return Settings{}, err
	}
	if err := s.loadHooks(file, s.pathResolver(from)); err != nil {
		return Settings{}, err
	}
	return s, s.resolveFiles(from, table)
}

// resolveAddress sets APIURL and Host. VPS_API_URL applies only to the account without a profile: a
// profile's token must be sent only to the profile's address.
func (s *Settings) resolveAddress(from Sources, table accountTable) error {
	text, source, code := from.DefaultURL, "the built-in address", ExitOther
	switch env := from.Getenv("VPS_API_URL"); {
	case from.Flags.APIURL != nil:
		text, source, code = *from.Flags.APIURL, "--api-url", ExitUsage
	case env != "" && s.Profile == "":
		text, source, code = env, "VPS_API_URL", ExitConfig
	case table.APIURL != nil:
		text, source, code = *table.APIURL, s.Config+": api_url", ExitConfig
	}
	u, err := checkAddress(text, source, code)
	if err != nil {
		return err
	}
	s.APIURL, s.Host = u.String(), canonicalHost(u)
	return nil
}

// pathResolver resolves the paths in the config. They are relative to the config file, so that they
// do not depend on the working directory; ~/ is the home directory.
func (s *Settings) pathResolver(from Sources) func(string) string {
	return func(path string) string {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			return filepath.Join(homeDir(from.Getenv), rest)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(s.Config), path)
		}
		if full, err := filepath.Abs(path); err == nil {
			return full
		}
		return path // the working directory is gone: reading the file reports that
	}
}

// resolveFiles sets the source of the token, and loads the files that the config names.
func (s *Settings) resolveFiles(from Sources, table accountTable) error {
	resolve := s.pathResolver(from)
	s.TokenEnv = firstSet("", table.TokenEnv)
	if table.TokenFile != nil {
		s.TokenFile = resolve(*table.TokenFile)
	}
	if table.TokenCommand != nil {
		s.TokenCommand, _ = splitCommand(*table.TokenCommand) // already checked with the file
	}
	if table.CAFile == nil {
		return nil
	}
	var err error
	path := resolve(*table.CAFile)
	if s.RootCAs, err = os.ReadFile(path); err != nil {
		return Errorf(ExitConfig, "%s: the ca_file %s cannot be read: %s", s.Config, path, fserror.Reason(err))
	}
	if !x509.NewCertPool().AppendCertsFromPEM(s.RootCAs) {
		return Errorf(ExitConfig,
			"%s: the ca_file %s contains no certificate: it must be a PEM file with a CA certificate", s.Config, path)
	}
	return nil
}

// Directories are the program's directories; "" if there is no home directory.
type Directories struct{ Config, State string }

// FindDirectories finds the program's directories. It reads only the environment.
func FindDirectories(getenv func(string) string) Directories {
	return Directories{configDir(getenv), stateDir(getenv)}
}

// configDir returns $XDG_CONFIG_HOME/vpsdeck, $CONFIGURATION_DIRECTORY or ~/.config/vpsdeck.
func configDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_CONFIG_HOME", "CONFIGURATION_DIRECTORY", ".config")
}

// stateDir returns $XDG_STATE_HOME/vpsdeck, $STATE_DIRECTORY or ~/.local/state/vpsdeck.
func stateDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_STATE_HOME", "STATE_DIRECTORY", filepath.Join(".local", "state"))
}

// cacheDir returns $XDG_CACHE_HOME/vpsdeck, $CACHE_DIRECTORY or ~/.cache/vpsdeck.
func cacheDir(getenv func(string) string) string {
	return programDir(getenv, "XDG_CACHE_HOME", "CACHE_DIRECTORY", ".cache")
}

// programDir returns one of the program's directories: from the user's XDG variable, else from
// systemd's, else the default below the home directory. systemd's variable names the directory
// itself, or a list of them separated by colons, of which the first one counts. Relative paths are
// ignored, as the XDG specification requires.
func programDir(getenv func(string) string, xdg, systemd, fallback string) string {
	if dir := getenv(xdg); filepath.IsAbs(dir) {
		return filepath.Join(dir, "vpsdeck")
	}
	if dir, _, _ := strings.Cut(getenv(systemd), ":"); filepath.IsAbs(dir) {
		return filepath.Clean(dir)
	}
	if home := homeDir(getenv); home != "" {
		return filepath.Join(home, fallback, "vpsdeck")
	}
	return ""
}

func homeDir(getenv func(string) string) string {
	if home := getenv("HOME"); home != "" {
		return home
	}
	return getenv("USERPROFILE") // Windows
}

// firstSet returns the first option that is not nil, else the fallback.
func firstSet[T any](fallback T, options ...*T) T {
	for _, o := range options {
		if o != nil {
			return *o
		}
	}
	return fallback
}
