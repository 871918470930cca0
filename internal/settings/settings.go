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
	ReadOnly   *bool
	ASCII      *bool
}

// Sources is where settings come from. Nothing else is read, the process's environment included.
type Sources struct {
	Flags      Flags
	Getenv     func(string) string // VPS_API_URL, NO_COLOR, XDG_CONFIG_HOME, XDG_STATE_HOME, HOME
	DefaultURL string              // the API's address when nobody names one
}

// Settings is how the program is to run, checked, with nothing left to look up.
type Settings struct {
	APIURL    string              // https, or http to this machine; no slash at its end
	Account   string              // the API's host, with its port where that is unusual: tokens are kept under it
	RootCAs   []byte              // PEM of a private CA from ca_file; nil: the system's
	TokenFile string              // absolute path from token_file; "": none named
	ReadOnly  bool                // no deed can be done
	ASCII     bool                // draw with ASCII alone
	Mouse     bool                // listen to the mouse
	Notify    string              // how the end of an operation is announced, as written; checked where the ways are known
	NoColor   bool                // NO_COLOR is set to anything but nothing
	Keys      map[string][]string // keys by action, as written; checked where the keys are known
	Policies  model.Policies      // what each server must have to be covered
	SSH       model.SSHRules      // how one gets to the servers
	Commands  []model.OwnCommand  // the user's own
	Dir       string              // the program's config directory; "": there is no home to have one in
	State     string              // the program's state directory, for the journal; "": there is no home to have one in
}

// Load gathers the settings. Its errors are Faults: ExitUsage for a flag, ExitConfig for the rest.
func Load(from Sources) (Settings, error) {
	s := Settings{Dir: configDir(from.Getenv), State: stateDir(from.Getenv), NoColor: from.Getenv("NO_COLOR") != ""}
	path, wanted := filepath.Join(s.Dir, "config.toml"), false
	if from.Flags.ConfigFile != nil {
		path, wanted = *from.Flags.ConfigFile, true
	}
	var file configFile
	if wanted || s.Dir != "" {
		var err error
		if file, err = readConfig(path, wanted); err != nil {
			return Settings{}, err
		}
	}
	s.ReadOnly = first(false, from.Flags.ReadOnly, file.ReadOnly)
	s.ASCII = first(false, from.Flags.ASCII, file.ASCII)
	s.Mouse = first(true, file.Mouse)
	s.Notify = first("none", file.Notify)
	s.Keys = file.Keys
	var err error
	if s.Policies, err = policies(file.Policy, path); err != nil {
		return Settings{}, err
	}
	if err := s.errands(file, path); err != nil {
		return Settings{}, err
	}
	if err := s.address(from, file, path); err != nil {
		return Settings{}, err
	}
	return s, s.files(from, file, path)
}

// address settles APIURL and Account.
func (s *Settings) address(from Sources, file configFile, path string) error {
	text, name, code := from.DefaultURL, "the built-in address", ExitOther
	switch env := from.Getenv("VPS_API_URL"); {
	case from.Flags.APIURL != nil:
		text, name, code = *from.Flags.APIURL, "--api-url", ExitUsage
	case env != "":
		text, name, code = env, "VPS_API_URL", ExitConfig
	case file.APIURL != nil:
		text, name, code = *file.APIURL, path+": api_url", ExitConfig
	}
	u, err := checkAddress(text, name, code)
	if err != nil {
		return err
	}
	s.APIURL, s.Account = u.String(), account(u)
	return nil
}

// files settles the files that the config names. Their paths are relative to the config's own directory, so that they
// mean the same wherever the program is started; ~/ is the home directory.
func (s *Settings) files(from Sources, file configFile, config string) error {
	resolve := func(path string) string {
		if rest, ok := strings.CutPrefix(path, "~/"); ok {
			return filepath.Join(home(from.Getenv), rest)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(config), path)
		}
		if full, err := filepath.Abs(path); err == nil {
			return full
		}
		return path // the working directory is gone: reading will say so
	}
	if file.TokenFile != nil {
		s.TokenFile = resolve(*file.TokenFile)
	}
	if file.CAFile == nil {
		return nil
	}
	var err error
	path := resolve(*file.CAFile)
	if s.RootCAs, err = os.ReadFile(path); err != nil {
		return Faultf(ExitConfig, "%s: the ca_file %s cannot be read: %s", config, path, reason(err))
	}
	if !x509.NewCertPool().AppendCertsFromPEM(s.RootCAs) {
		return Faultf(ExitConfig, "%s: the ca_file %s holds no certificate: it must be a PEM file with a CA in it", config, path)
	}
	return nil
}

// configDir is $XDG_CONFIG_HOME/vpsdeck, or ~/.config/vpsdeck.
func configDir(getenv func(string) string) string {
	return xdgDir(getenv, "XDG_CONFIG_HOME", ".config")
}

// stateDir is $XDG_STATE_HOME/vpsdeck, or ~/.local/state/vpsdeck.
func stateDir(getenv func(string) string) string {
	return xdgDir(getenv, "XDG_STATE_HOME", filepath.Join(".local", "state"))
}

// xdgDir is the program's directory of one sort. A relative path in the environment counts as none, as the specification
// of the variables says.
func xdgDir(getenv func(string) string, variable, usual string) string {
	if xdg := getenv(variable); filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "vpsdeck")
	}
	if home := home(getenv); home != "" {
		return filepath.Join(home, usual, "vpsdeck")
	}
	return ""
}

func home(getenv func(string) string) string {
	if home := getenv("HOME"); home != "" {
		return home
	}
	return getenv("USERPROFILE") // Windows
}

// first is the first option that was given, else the fallback.
func first[T any](fallback T, options ...*T) T {
	for _, o := range options {
		if o != nil {
			return *o
		}
	}
	return fallback
}

// reason says in words why a file could not be used.
func reason(err error) string {
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
