package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"vpsdeck/model"
)

// How often a lock that is held is tried again: after pauses that double from the first to the longest.
const (
	minPause = time.Millisecond
	maxPause = 10 * time.Millisecond // short, so that who writes now and then gets in between who writes all the time

	shortLockTimeout = 100 * time.Millisecond // how long a lock is waited for once it was waited for in vain
)

// errLockHeld says that another holds a lock, in this program or in another one.
var errLockHeld = errors.New("another program holds its lock")

// Pause waits for a time, and ends early with an error when the context does.
type Pause func(ctx context.Context, d time.Duration) error

// sleep is the Pause of the machine's clock.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// acquireQueuedLock is lock for a file that many programs lock often. A program that waits holds a second file, the queue, so that
// the current holder cannot take the lock again before it. Without that, one that locks in a loop keeps the others out.
func acquireQueuedLock(ctx context.Context, path string, limit time.Duration, pause Pause) (unlock func(), err error) {
	var waited time.Duration
	counted := func(ctx context.Context, d time.Duration) error {
		waited += d
		return pause(ctx, d)
	}
	leave, err := acquireLock(ctx, path+".queue", limit, counted)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit > 0 {
		limit = max(limit-waited, time.Nanosecond)
	}
	return acquireLock(ctx, path, limit, pause)
}

// acquireLock keeps other programs out until unlock. The lock is that of a file, which the system lets go when its holder is gone,
// however it ended. A held one is tried again until the context ends or the limit has been waited; without a limit, 0, only
// the context ends it. The error is errHeld then. It is tried once at least, also with a context that has ended.
func acquireLock(ctx context.Context, path string, limit time.Duration, pause Pause) (unlock func(), err error) {
	waited := time.Duration(0)
	for next := minPause; ; next = min(2*next, maxPause) {
		unlock, err := tryLock(path)
		if !errors.Is(err, errLockHeld) {
			return unlock, err
		}
		if limit > 0 && waited >= limit || pause(ctx, next) != nil {
			return nil, errLockHeld
		}
		waited += next
	}
}

// LockServer makes this program the only one on this machine that acts on a server: to look it up, to check, to write down
// what is about to be sent, and to send it. A lock that another holds is waited for until the context ends; then the error
// is one with a sentence that says so, and a model.ErrConflict. Whoever is gone holds nothing. Other errors are *Trouble:
// no lock can be made in the state directory.
//
// Two calls in one program keep each other out too. Unlock must be called once, and is quick.
func (j *Journal) LockServer(ctx context.Context, host string, server model.ID) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return nil, j.wrapError("locked", err)
	}
	path := j.serverLockPath(host, server)
	free, err := acquireLock(ctx, path, 0, j.pause)
	if errors.Is(err, errLockHeld) {
		return nil, &Error{"another vpsdeck is acting on this server", model.ErrConflict}
	}
	if err != nil {
		return nil, j.wrapError("locked", err)
	}
	return func() { removeLock(path, free) }, nil
}

// serverLockPath is the file that stands for a server. Its name is a hash, as hosts and IDs come from outside.
func (j *Journal) serverLockPath(host string, server model.ID) string {
	sum := sha256.Sum256([]byte(host + "\x00" + string(server)))
	return filepath.Join(filepath.Dir(j.path), "server-"+hex.EncodeToString(sum[:12])+".lock")
}
