package settings

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"
)

// service is the program's name in the keyring.
const service = "vpsdeck"

// patience is how long the keyring may take: a locked one asks for its password, a broken one never answers.
const patience = 5 * time.Second

var (
	errNoKeyring = errors.New("there is no keyring")
	errNoAnswer  = errors.New("the keyring does not answer")
)

// ring is one account's place in the system's keyring, as three deeds that may hang.
type ring struct {
	get      func(service, account string) (string, error)
	set      func(service, account, secret string) error
	drop     func(service, account string) error
	account  string
	patience time.Duration
}

// systemRing is the system's own keyring, or one that is not there.
func systemRing(account string, getenv func(string) string) ring {
	r := ring{get: keyring.Get, set: keyring.Set, drop: keyring.Delete, account: account, patience: patience}
	if !busAtHand(getenv) {
		r.get = func(string, string) (string, error) { return "", errNoKeyring }
		r.set = func(string, string, string) error { return errNoKeyring }
		r.drop = func(string, string) error { return errNoKeyring }
	}
	return r
}

// busAtHand says whether a keyring can be asked. Where it is reached over D-Bus and no bus runs, as in most SSH sessions,
// asking would start a bus daemon and leave it behind.
func busAtHand(getenv func(string) string) bool {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return true
	}
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address != "autolaunch:"
	}
	dir := getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// find returns the account's token, and keyring.ErrNotFound when the keyring works and has none.
func (r ring) find() (string, error) {
	return within(r.patience, func() (string, error) { return r.get(service, r.account) })
}

func (r ring) keep(secret string) error {
	_, err := within(r.patience, func() (struct{}, error) { return struct{}{}, r.set(service, r.account, secret) })
	return err
}

func (r ring) forget() error {
	_, err := within(r.patience, func() (struct{}, error) { return struct{}{}, r.drop(service, r.account) })
	return err
}

// works says whether the keyring answers, with a token or without.
func (r ring) works() bool {
	_, err := r.find()
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// within gives up on a call that takes too long, and leaves it behind: the keyring's library cannot be interrupted.
func within[T any](limit time.Duration, ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := ask()
		answered <- answer{value, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-timer.C:
		var none T
		return none, errNoAnswer
	}
}
