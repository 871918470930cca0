package settings

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zalando/go-keyring"
)

// keyringService is the program's name in the keyring.
const keyringService = "vpsdeck"

// keyringTimeout is how long the keyring may take. A locked one may never answer where there is no screen to ask for its password.
const keyringTimeout = time.Second

// unresponsiveKeyring says that the keyring did not answer.
const unresponsiveKeyring = "the system's keyring did not answer within a second: unlock it"

var (
	errNoKeyring = errors.New("there is no keyring")
	errNoAnswer  = errors.New("the keyring does not answer")
)

// keyringEntry is one account's place in the system's keyring, as three deeds that may hang.
type keyringEntry struct {
	get          func(service, account string) (string, error)
	set          func(service, account, secret string) error
	remove       func(service, account string) error
	account      string
	timeout      time.Duration
	unresponsive *atomic.Bool // it did not answer once, and is not asked again; nil: it is asked each time
}

// systemKeyring is the system's own keyring, or one that is not there.
func systemKeyring(account string, getenv func(string) string) keyringEntry {
	r := keyringEntry{get: keyring.Get, set: keyring.Set, remove: keyring.Delete, account: account, timeout: keyringTimeout, unresponsive: &atomic.Bool{}}
	if !canReachKeyring(getenv) {
		r.get = func(string, string) (string, error) { return "", errNoKeyring }
		r.set = func(string, string, string) error { return errNoKeyring }
		r.remove = func(string, string) error { return errNoKeyring }
	}
	return r
}

// canReachKeyring says whether a keyring can be asked. Where it is reached over D-Bus and no bus runs, as in most SSH sessions,
// asking would start a bus daemon and leave it behind.
func canReachKeyring(getenv func(string) string) bool {
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
func (r keyringEntry) find() (string, error) {
	return withTimeout(r, func() (string, error) { return r.get(keyringService, r.account) })
}

func (r keyringEntry) save(secret string) error {
	_, err := withTimeout(r, func() (struct{}, error) { return struct{}{}, r.set(keyringService, r.account, secret) })
	return err
}

func (r keyringEntry) forget() error {
	_, err := withTimeout(r, func() (struct{}, error) { return struct{}{}, r.remove(keyringService, r.account) })
	return err
}

// isAvailable says whether the keyring answers, with a token or without.
func (r keyringEntry) isAvailable() bool {
	_, err := r.find()
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// timedOut says whether the keyring did not answer.
func (r keyringEntry) timedOut() bool { return r.unresponsive != nil && r.unresponsive.Load() }

// mayHoldToken says whether an error in asking leaves open what the keyring holds. Without a keyring it holds nothing.
func mayHoldToken(err error) bool {
	return errors.Is(err, errNoAnswer) || err != nil && strings.Contains(err.Error(), "unlock") // go-keyring has no error of its own for it
}

// withTimeout gives up on a call that takes too long, and leaves it behind: the keyring's library cannot be interrupted. After
// that nothing is asked any more, so that a silent keyring costs its time once.
func withTimeout[T any](r keyringEntry, ask func() (T, error)) (T, error) {
	var none T
	if r.timedOut() {
		return none, errNoAnswer
	}
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := ask()
		answered <- answer{value, err}
	}()
	timer := time.NewTimer(r.timeout)
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-timer.C:
		if r.unresponsive != nil {
			r.unresponsive.Store(true)
		}
		return none, errNoAnswer
	}
}
