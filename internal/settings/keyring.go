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

// keyringTimeout limits each keyring call. A locked keyring may never answer where it has no screen
// to ask for its password.
const keyringTimeout = time.Second

// unresponsiveKeyring is the message for a keyring that did not answer.
const unresponsiveKeyring = "the system's keyring did not answer within a second: unlock it"

var (
	errNoKeyring = errors.New("there is no keyring")
	errNoAnswer  = errors.New("the keyring does not answer")
)

// keyringEntry is one account's entry in the system's keyring. Its three functions may hang.
type keyringEntry struct {
	get          func(service, account string) (string, error)
	set          func(service, account, secret string) error
	remove       func(service, account string) error
	account      string
	timeout      time.Duration
	unresponsive *atomic.Bool // the keyring did not answer once, and is not asked again; nil: it is asked each time
}

// systemKeyring returns an entry of the system's keyring. If that cannot be reached, every call is
// an error.
func systemKeyring(account string, getenv func(string) string) keyringEntry {
	k := keyringEntry{get: keyring.Get, set: keyring.Set, remove: keyring.Delete, account: account,
		timeout: keyringTimeout, unresponsive: &atomic.Bool{}}
	if !canReachKeyring(getenv) {
		k.get = func(string, string) (string, error) { return "", errNoKeyring }
		k.set = func(string, string, string) error { return errNoKeyring }
		k.remove = func(string, string) error { return errNoKeyring }
	}
	return k
}

// canReachKeyring reports whether a keyring can be used. Over D-Bus without a running bus, as in
// most SSH sessions, a call would start a bus daemon and leave it behind.
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
func (k keyringEntry) find() (string, error) {
	return withTimeout(k, func() (string, error) { return k.get(keyringService, k.account) })
}

func (k keyringEntry) save(secret string) error {
	_, err := withTimeout(k, func() (struct{}, error) { return struct{}{}, k.set(keyringService, k.account, secret) })
	return err
}

func (k keyringEntry) forget() error {
	_, err := withTimeout(k, func() (struct{}, error) { return struct{}{}, k.remove(keyringService, k.account) })
	return err
}

// isAvailable reports whether the keyring answers, with a token or without.
func (k keyringEntry) isAvailable() bool {
	_, err := k.find()
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// timedOut reports whether the keyring failed to answer in time.
func (k keyringEntry) timedOut() bool { return k.unresponsive != nil && k.unresponsive.Load() }

// mayHoldToken reports whether the keyring may have a token in spite of this error. Without a
// keyring there is none.
func mayHoldToken(err error) bool {
	// go-keyring has no error value for it
	return errors.Is(err, errNoAnswer) || err != nil && strings.Contains(err.Error(), "unlock")
}

// withTimeout gives up on a call that takes too long, and leaves it running: the keyring library
// cannot be interrupted. Later calls then fail at once, so that a silent keyring costs the timeout
// only once.
func withTimeout[T any](k keyringEntry, call func() (T, error)) (T, error) {
	var none T
	if k.timedOut() {
		return none, errNoAnswer
	}
	type answer struct {
		value T
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		value, err := call()
		answered <- answer{value, err}
	}()
	timer := time.NewTimer(k.timeout)
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-timer.C:
		if k.unresponsive != nil {
			k.unresponsive.Store(true)
		}
		return none, errNoAnswer
	}
}
