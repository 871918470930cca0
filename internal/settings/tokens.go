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

	"vpsdeck/internal/fserror"
)

// Store is where a token can be saved, in words for a person.
type Store string

// The token stores.
const (
	InKeyring Store = "the system's keyring"
	InFile    Store = "a file that only you can read"
)

// ErrNoToken means that no token was found. A terminal can ask for one.
var ErrNoToken error = Errorf(ExitUsage,
	"there is no API token: set VPS_API_TOKEN, name a token_file in the config, or start vpsdeck in a terminal and "+
		"enter one")

// Tokens finds and saves the API token of one account.
type Tokens struct {
	profileLabel   string        // the account, such as "profile work"; "" for the one without a profile
	envToken       string        // VPS_API_TOKEN; never for a profile
	tokenEnv       string        // the config's token_env; "" if not set
	tokenEnvValue  string        // the value of that variable
	tokenFile      string        // the config's token_file; "" if not set
	command        []string      // the config's token_command; nil if not set
	commandTimeout time.Duration // for the command
	configPosition string        // where the config sets the source of the token
	ownFile        string        // vpsdeck's token file in the config directory; "" if there is no such directory
	credentialsDir string        // systemd's credentials directory; "" if there is none
	keyring        keyringEntry
}

// NewTokens returns the tokens of the account in the settings. From the environment it reads
// VPS_API_TOKEN, only for the account without a profile, the variable that the settings name, and
// where the keyring is.
func NewTokens(s Settings, getenv func(string) string) *Tokens {
	name := s.Host
	t := &Tokens{tokenFile: s.TokenFile, tokenEnv: s.TokenEnv, command: s.TokenCommand,
		commandTimeout: tokenCommandTimeout, credentialsDir: getenv("CREDENTIALS_DIRECTORY")}
	if s.Profile == "" {
		t.envToken = strings.TrimSpace(getenv("VPS_API_TOKEN"))
	} else {
		t.profileLabel, name = "profile "+s.Profile, s.Profile+"@"+s.Host
	}
	for key, isSet := range map[string]bool{"token_env": t.tokenEnv != "", "token_file": t.tokenFile != "",
		"token_command": t.command != nil} {
		if isSet {
			t.configPosition = s.AccountPosition(key)
		}
	}
	if t.tokenEnv != "" {
		t.tokenEnvValue = strings.TrimSpace(getenv(t.tokenEnv))
	}
	t.keyring = systemKeyring(name, getenv)
	if s.Dir != "" {
		// Escaped, so that no two accounts share a file: a token must never be sent to another host
		// than its own.
		t.ownFile = filepath.Join(s.Dir, "token-"+url.QueryEscape(name))
	}
	return t
}

// Find returns the token of VPS_API_TOKEN, else of the source in the config. If the config has
// none, it tries the keyring, then vpsdeck's own file for the account. The error is ErrNoToken if
// there is no token, or another Error with ExitToken if the source has no usable one. Find may take
// seconds, while the keyring or the token command waits for a password.
func (t *Tokens) Find(ctx context.Context) (Token, error) {
	switch {
	case t.envToken != "":
		return newToken(t.envToken, "VPS_API_TOKEN")
	case t.tokenEnv != "" && t.tokenEnvValue == "":
		return Token{}, Errorf(ExitToken, "%s: there is no token in %s: set that variable, or name another source",
			t.configPosition, t.tokenEnv)
	case t.tokenEnv != "":
		return newToken(t.tokenEnvValue, t.tokenEnv)
	case t.command != nil:
		return t.runCommand(ctx)
	case t.tokenFile != "":
		return t.readFile(t.tokenFile)
	}
	if text, err := t.keyring.find(); err == nil {
		return newToken(text, string(InKeyring))
	}
	if t.ownFile == "" {
		return Token{}, ErrNoToken
	}
	if _, err := os.Lstat(t.ownFile); errors.Is(err, fs.ErrNotExist) {
		return Token{}, ErrNoToken
	}
	return t.readFile(t.ownFile)
}

// runCommand runs the token command.
func (t *Tokens) runCommand(ctx context.Context) (Token, error) {
	name := "the token_command " + t.command[0]
	text, err := runTokenCommand(ctx, t.command, t.commandTimeout)
	if err != nil {
		return Token{}, Errorf(ExitToken, "%s: %s %s", t.configPosition, name, err)
	}
	secret, err := ParseToken(text)
	if err != nil {
		return Token{}, Errorf(ExitToken, "%s: the output of %s %s", t.configPosition, name, err)
	}
	return Token{secret, name}, nil
}

// Source returns where the token comes from, without checking whether there is one.
func (t *Tokens) Source() string {
	switch {
	case t.envToken != "":
		return "VPS_API_TOKEN"
	case t.tokenEnv != "":
		return "the variable " + t.tokenEnv
	case t.command != nil:
		return "the command " + t.command[0]
	case t.tokenFile != "":
		return t.tokenFile
	}
	return "as kept by vpsdeck login"
}

// externalSource returns the source of the token if vpsdeck cannot write to it, or "".
func (t *Tokens) externalSource() string {
	if t.envToken != "" || t.tokenEnv != "" || t.command != nil {
		return t.Source()
	}
	return ""
}

// KeyringWarning returns a sentence if the keyring did not answer, so that a token in it was not
// read. It is "" if the keyring answered or was not asked.
func (t *Tokens) KeyringWarning() string {
	if !t.keyring.timedOut() {
		return ""
	}
	return unresponsiveKeyring
}

// MissingError is the error for a missing token where nobody can be asked for one. It says what to
// do instead.
func (t *Tokens) MissingError() error {
	if t.keyring.timedOut() {
		return Errorf(ExitToken, "%s, or set VPS_API_TOKEN, a token_command, a token_env or a token_file",
			unresponsiveKeyring)
	}
	if t.profileLabel != "" {
		return Errorf(ExitToken, "%s has no token yet: run vpsdeck login --%s, or name a token_command, token_env or "+
			"token_file in the config",
			t.profileLabel, t.profileLabel)
	}
	return Errorf(ExitToken, "there is no API token: set VPS_API_TOKEN, name a token_file in the config, or start "+
		"vpsdeck in a terminal once and enter one")
}

func newToken(text, source string) (Token, error) {
	secret, err := ParseToken(text)
	if err != nil {
		return Token{}, Errorf(ExitToken, "the token in %s %s", source, err)
	}
	return Token{secret, source}, nil
}

// readFile reads a token file. It must be a plain file that only its owner can open, apart from
// what allowsGroup permits.
func (t *Tokens) readFile(path string) (Token, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Token{}, Errorf(ExitToken, "the token file %s cannot be read: %s", path, fserror.Reason(err))
	}
	// Windows has no such mode bits: there, files in the user's profile inherit permissions that
	// keep other users out.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && info.Mode().IsRegular() && mode&0o077 != 0 &&
		!t.allowsGroup(path, info) {
		return Token{}, Errorf(ExitToken, "the token file %s is open to others (mode %04o): run chmod 600 %s",
			path, mode, shellQuote(path))
	}
	if !info.Mode().IsRegular() {
		return Token{}, Errorf(ExitToken, "the token file %s is not a plain file", path)
	}
	if info.Size() > maxToken {
		return Token{}, Errorf(ExitToken, "the token file %s is too large to hold one token", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Token{}, Errorf(ExitToken, "the token file %s cannot be read: %s", path, fserror.Reason(err))
	}
	return newToken(string(text), path)
}

// allowsGroup reports whether a file may be readable by its group. It allows systemd's credentials,
// and mounted secrets: files of another owner, or of root, that nobody can write to. A file that
// the user made readable is not allowed.
func (t *Tokens) allowsGroup(path string, info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if mode&0o037 != 0 { // its group can write or execute it, or others have any permission
		return false
	}
	if filepath.IsAbs(t.credentialsDir) &&
		strings.HasPrefix(filepath.Clean(path), filepath.Clean(t.credentialsDir)+string(filepath.Separator)) {
		return true
	}
	return mode == 0o440 && isForeignOwned(info)
}

// shellQuote quotes a path for a shell.
func shellQuote(path string) string {
	plain := func(r rune) bool {
		return r > '~' || strings.ContainsRune("/._-+=:@%,", r) ||
			r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
