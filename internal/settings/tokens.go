package settings

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
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

// Tokens finds and keeps the API token of one host.
type Tokens struct {
	env   string // VPS_API_TOKEN
	named string // the config's token_file; "" if none is named
	own   string // the file in the config directory; "" if there is no such directory
	ring  ring
}

// NewTokens makes the token store that belongs to the settings. Of the environment it reads VPS_API_TOKEN and where the
// keyring is.
func NewTokens(s Settings, getenv func(string) string) *Tokens {
	t := &Tokens{
		env:   strings.TrimSpace(getenv("VPS_API_TOKEN")),
		named: s.TokenFile,
		ring:  systemRing(s.Account, getenv),
	}
	if s.Dir != "" {
		// Escaped, so that no two hosts share a file: a token must never reach a host that it was not given for.
		t.own = filepath.Join(s.Dir, "token-"+url.QueryEscape(s.Account))
	}
	return t
}

// Find looks in VPS_API_TOKEN, then in the named token_file, then in the keyring, then in the program's own file for the
// host. It returns ErrNoToken when there is none, and a Fault with ExitToken when the first place that has one has one
// that cannot be used. It may take seconds, while the keyring waits for its password.
func (t *Tokens) Find() (Token, error) {
	if t.env != "" {
		return checked(t.env, "VPS_API_TOKEN")
	}
	if t.named != "" {
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

// Places lists where a token can be kept so that it is the one found at the next start; none while VPS_API_TOKEN is set.
func (t *Tokens) Places() []Place {
	switch {
	case t.env != "":
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
	if t.env != "" {
		return Token{}, Faultf(ExitToken, "VPS_API_TOKEN is set and comes before any token kept: change it there")
	}
	if !slices.Contains(t.Places(), place) {
		return Token{}, Faultf(ExitToken, "the token cannot be kept in %s: set VPS_API_TOKEN instead", place)
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
