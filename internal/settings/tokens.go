package settings

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Place is where a token can be kept, in words for a person.
type Place string

// The places that keep a token.
const (
	InKeyring Place = "the system's keyring"
	InFile    Place = "a file that only you can read"
)

// ErrNoToken says that no token was found anywhere: ask for one where there is a terminal.
var ErrNoToken error = Faultf(ExitUsage,
	"there is no API token: set VPS_API_TOKEN, name a token_file in the config, or start vpsdeck in a terminal and enter one")

// Tokens finds and keeps the API token of one account.
type Tokens struct {
	whose   string        // the account, as a sentence begins: "profile work"; "" for the one without a profile
	env     string        // VPS_API_TOKEN; never for a profile
	envName string        // the config's token_env; "" if none is named
	envHas  string        // what is in it
	named   string        // the config's token_file; "" if none is named
	command []string      // the config's token_command; nil if none is named
	limit   time.Duration // for the command
	place   string        // where the config names its source
	own     string        // the file in the config directory; "" if there is no such directory
	ring    ring
}

// NewTokens makes the token store that belongs to the settings. Of the environment it reads VPS_API_TOKEN, which is for the
// account without a profile alone, the variable that the settings name, and where the keyring is.
func NewTokens(s Settings, getenv func(string) string) *Tokens {
	name := s.Account
	t := &Tokens{named: s.TokenFile, envName: s.TokenEnv, command: s.TokenCommand, limit: commandLimit}
	if s.Profile == "" {
		t.env = strings.TrimSpace(getenv("VPS_API_TOKEN"))
	} else {
		t.whose, name = "profile "+s.Profile, s.Profile+"@"+s.Account
	}
	for key, given := range map[string]bool{"token_env": t.envName != "", "token_file": t.named != "", "token_command": t.command != nil} {
		if given {
			t.place = s.AtAccount(key)
		}
	}
	if t.envName != "" {
		t.envHas = strings.TrimSpace(getenv(t.envName))
	}
	t.ring = systemRing(name, getenv)
	if s.Dir != "" {
		// Escaped, so that no two accounts share a file: a token must never reach a host that it was not given for.
		t.own = filepath.Join(s.Dir, "token-"+url.QueryEscape(name))
	}
	return t
}

// Find looks in VPS_API_TOKEN, then in the source that the config names, if it names one there alone, then in the keyring,
// then in the program's own file for the account. It returns an error that is ErrNoToken when there is none to be found or
// to be asked for, and a Fault with ExitToken when the first place that should have one has none that can be used. It may
// take seconds, while the keyring or the token command waits for a password.
func (t *Tokens) Find(ctx context.Context) (Token, error) {
	switch {
	case t.env != "":
		return checked(t.env, "VPS_API_TOKEN")
	case t.envName != "" && t.envHas == "":
		return Token{}, Faultf(ExitToken, "%s: there is no token in %s: set that variable, or name another source", t.place, t.envName)
	case t.envName != "":
		return checked(t.envHas, t.envName)
	case t.command != nil:
		return t.ask(ctx)
	case t.named != "":
		return readToken(t.named)
	}
	if text, err := t.ring.find(); err == nil {
		return checked(text, string(InKeyring))
	}
	if t.own == "" {
		return Token{}, ErrNoToken
	}
	if _, err := os.Lstat(t.own); errors.Is(err, fs.ErrNotExist) {
		return Token{}, ErrNoToken
	}
	return readToken(t.own)
}

// ask runs the token command.
func (t *Tokens) ask(ctx context.Context) (Token, error) {
	name := "the token_command " + t.command[0]
	text, err := run(ctx, t.command, t.limit)
	if err != nil {
		return Token{}, Faultf(ExitToken, "%s: %s %s", t.place, name, err)
	}
	secret, err := NewSecret(text)
	if err != nil {
		return Token{}, Faultf(ExitToken, "%s: what %s prints %s", t.place, name, err)
	}
	return Token{secret, name}, nil
}

// Source says where the token comes from, without looking whether it is there.
func (t *Tokens) Source() string {
	switch {
	case t.env != "":
		return "VPS_API_TOKEN"
	case t.envName != "":
		return "the variable " + t.envName
	case t.command != nil:
		return "the command " + t.command[0]
	case t.named != "":
		return t.named
	}
	return "as kept by vpsdeck login"
}

// elsewhere is where the token comes from if that is no place of ours to write to, or "".
func (t *Tokens) elsewhere() string {
	if t.env != "" || t.envName != "" || t.command != nil {
		return t.Source()
	}
	return ""
}

// Places lists where a token can be kept so that it is the one found at the next start; none while VPS_API_TOKEN is set, or
// where the config has it come from a variable or a command.
func (t *Tokens) Places() []Place {
	switch {
	case t.elsewhere() != "":
		return nil
	case t.named != "":
		return []Place{InFile}
	}
	var places []Place
	if t.ring.works() {
		places = append(places, InKeyring)
	}
	if t.own != "" {
		places = append(places, InFile)
	}
	return places
}

// Save keeps the token in one of Places, in the stead of the one kept before, and says where it is now. Its errors are
// Faults with ExitToken.
func (t *Tokens) Save(secret Secret, place Place) (Token, error) {
	if err := t.CanKeep(place); err != nil {
		return Token{}, err
	}
	if place == InKeyring {
		if err := t.ring.keep(secret.Reveal()); err != nil {
			return Token{}, Faultf(ExitToken, "%s did not take the token: keep it in a file instead", place)
		}
		return Token{secret, string(place)}, nil
	}
	path := t.own
	if t.named != "" {
		path = t.named
	} else if _, err := t.ring.find(); err == nil && t.ring.forget() != nil {
		return Token{}, Faultf(ExitToken, "%s holds an older token, which comes first: keep the new one there", InKeyring)
	}
	if err := writeToken(path, secret); err != nil {
		return Token{}, Faultf(ExitToken, "the token cannot be written to %s: %s", path, reason(err))
	}
	return Token{secret, path}, nil
}

// ours is why no token can be kept here: it comes from elsewhere.
func (t *Tokens) ours() error {
	switch {
	case t.env != "":
		return Faultf(ExitToken, "VPS_API_TOKEN is set and comes before any token kept: change it there")
	case t.elsewhere() != "":
		return Faultf(ExitToken, "%s: the token comes from %s: change it there", t.place, t.elsewhere())
	}
	return nil
}

// CanKeep is why a token cannot be kept in a place, or, where none is named, anywhere; nil if it can.
func (t *Tokens) CanKeep(place Place) error {
	if err := t.ours(); err != nil {
		return err
	}
	switch places := t.Places(); {
	case len(places) == 0:
		return Faultf(ExitToken, "there is no place to keep a token in: set HOME, or VPS_API_TOKEN instead")
	case place != "" && !slices.Contains(places, place):
		return Faultf(ExitToken, "the token cannot be kept in %s here: there is %s", place, places[0])
	}
	return nil
}

// Forget drops the token that was kept, in the keyring and in our own file, and says where it was; nowhere if there was none.
// A file that the config names is not ours to delete. Its errors are Faults with ExitToken.
func (t *Tokens) Forget() ([]Place, error) {
	if err := t.ours(); err != nil {
		return nil, err
	}
	if t.named != "" {
		return nil, Faultf(ExitToken, "%s: the token is in %s, a file of your own: delete that yourself", t.place, t.named)
	}
	var from []Place
	if _, err := t.ring.find(); err == nil {
		if t.ring.forget() != nil {
			return nil, Faultf(ExitToken, "%s did not give the token up: delete the entry %s of %s there", InKeyring, t.ring.account, service)
		}
		from = append(from, InKeyring)
	}
	if t.own == "" {
		return from, nil
	}
	switch err := os.Remove(t.own); {
	case err == nil:
		from = append(from, Place(t.own))
	case !errors.Is(err, fs.ErrNotExist):
		return from, Faultf(ExitToken, "the token file %s cannot be deleted: %s", t.own, reason(err))
	}
	return from, nil
}

// Missing is ErrNoToken for whoever cannot be asked for one: what can be done instead.
func (t *Tokens) Missing() error {
	if t.whose != "" {
		return Faultf(ExitToken, "%s has no token yet: run vpsdeck login --%s, or name a token_command, token_env or token_file in the config",
			t.whose, t.whose)
	}
	return Faultf(ExitToken, "there is no API token: set VPS_API_TOKEN, name a token_file in the config, or start vpsdeck in a terminal "+
		"once and enter one")
}

func checked(text, source string) (Token, error) {
	secret, err := NewSecret(text)
	if err != nil {
		return Token{}, Faultf(ExitToken, "the token in %s %s", source, err)
	}
	return Token{secret, source}, nil
}

// readToken reads a token file, which must be a plain file that nobody but its owner can open.
func readToken(path string) (Token, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Token{}, Faultf(ExitToken, "the token file %s cannot be read: %s", path, reason(err))
	}
	// Windows has no such mode bits: there, files under the user's profile are closed to other users by inheritance.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && info.Mode().IsRegular() && mode&0o077 != 0 {
		return Token{}, Faultf(ExitToken, "the token file %s is open to others (mode %04o): run chmod 600 %s",
			path, mode, quoted(path))
	}
	if !info.Mode().IsRegular() {
		return Token{}, Faultf(ExitToken, "the token file %s is not a plain file", path)
	}
	if info.Size() > maxToken {
		return Token{}, Faultf(ExitToken, "the token file %s is too large to hold one token", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Token{}, Faultf(ExitToken, "the token file %s cannot be read: %s", path, reason(err))
	}
	return checked(string(text), path)
}

// writeToken replaces the file in one step, so that a crash leaves the old token or the new one, never half of one. The
// file is 0600 from its first moment on; a directory that is made for it is 0700.
func writeToken(path string, secret Secret) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".token-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.WriteString(secret.Reveal() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// quoted is the path as a shell takes it.
func quoted(path string) string {
	plain := func(r rune) bool {
		return r > '~' || strings.ContainsRune("/._-+=:@%,", r) ||
			r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
