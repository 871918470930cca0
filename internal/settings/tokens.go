package settings

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
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
	given   string        // systemd's directory of credentials; "" if there is none
	ring    ring
}

// NewTokens makes the token store that belongs to the settings. Of the environment it reads VPS_API_TOKEN, which is for the
// account without a profile alone, the variable that the settings name, and where the keyring is.
func NewTokens(s Settings, getenv func(string) string) *Tokens {
	name := s.Account
	t := &Tokens{named: s.TokenFile, envName: s.TokenEnv, command: s.TokenCommand, limit: commandLimit, given: getenv("CREDENTIALS_DIRECTORY")}
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
		return t.read(t.named)
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
	return t.read(t.own)
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

// Silence is a sentence on a keyring that did not answer, so that a token which is kept there was not read; "" if it did, or
// was not asked.
func (t *Tokens) Silence() string {
	if !t.ring.gaveUp() {
		return ""
	}
	return silence
}

// Missing is ErrNoToken for whoever cannot be asked for one: what can be done instead.
func (t *Tokens) Missing() error {
	if t.ring.gaveUp() {
		return Faultf(ExitToken, "%s, or set VPS_API_TOKEN, a token_command, a token_env or a token_file", silence)
	}
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

// read reads a token file, which must be a plain file that nobody but its owner can open, or whose group was chosen.
func (t *Tokens) read(path string) (Token, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Token{}, Faultf(ExitToken, "the token file %s cannot be read: %s", path, reason(err))
	}
	// Windows has no such mode bits: there, files under the user's profile are closed to other users by inheritance.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && info.Mode().IsRegular() && mode&0o077 != 0 && !t.forGroup(path, info) {
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

// forGroup says whether a file that its group can read, and nobody else, may be so: it is one of systemd's credentials, or
// nobody can write to it and its group was chosen by whoever mounted it. A file that a person made open is not among these.
func (t *Tokens) forGroup(path string, info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if mode&0o037 != 0 { // its group may write to it, or others may do anything
		return false
	}
	if filepath.IsAbs(t.given) && strings.HasPrefix(filepath.Clean(path), filepath.Clean(t.given)+string(filepath.Separator)) {
		return true
	}
	return mode == 0o440 && chosenGroup(info)
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
