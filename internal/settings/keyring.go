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

// service is the program's name in the keyring.
const service = "vpsdeck"

// patience is how long the keyring may take. A locked one may never answer where there is no screen to ask for its password.
const patience = time.Second

// silence says that the keyring did not answer.
const silence = "the system's keyring did not answer within a second: unlock it"

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
	silent   *atomic.Bool // it did not answer once, and is not asked again; nil: it is asked each time
}

// systemRing is the system's own keyring, or one that is not there.
func systemRing(account string, getenv func(string) string) ring {
	r := ring{get: keyring.Get, set: keyring.Set, drop: keyring.Delete, account: account, patience: patience, silent: &atomic.Bool{}}
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
	return within(r, func() (string, error) { return r.get(service, r.account) })
}

func (r ring) keep(secret string) error {
	_, err := within(r, func() (struct{}, error) { return struct{}{}, r.set(service, r.account, secret) })
	return err
}

func (r ring) forget() error {
	_, err := within(r, func() (struct{}, error) { return struct{}{}, r.drop(service, r.account) })
	return err
}

// works says whether the keyring answers, with a token or without.
func (r ring) works() bool {
	_, err := r.find()
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// gaveUp says whether the keyring did not answer.
func (r ring) gaveUp() bool { return r.silent != nil && r.silent.Load() }

// unknown says whether an error in asking leaves open what the keyring holds. Without a keyring it holds nothing.
func unknown(err error) bool {
	return errors.Is(err, errNoAnswer) || err != nil && strings.Contains(err.Error(), "unlock") // go-keyring has no error of its own for it
}

// within gives up on a call that takes too long, and leaves it behind: the keyring's library cannot be interrupted. After
// that nothing is asked any more, so that a silent keyring costs its time once.
func within[T any](r ring, ask func() (T, error)) (T, error) {
	var none T
	if r.gaveUp() {
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
	timer := time.NewTimer(r.patience)
	defer timer.Stop()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-timer.C:
		if r.silent != nil {
			r.silent.Store(true)
		}
		return none, errNoAnswer
	}
}
