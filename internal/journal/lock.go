package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"time"

	"vpsdeck/internal/fserror"
	"vpsdeck/model"
)

// The pauses between two attempts to take a held lock. They double from the shortest to the
// longest.
const (
	minPause = time.Millisecond
	maxPause = 10 * time.Millisecond // short, so that an occasional writer gets its turn among busy ones

	shortLockTimeout = 100 * time.Millisecond // the limit of a wait after one that timed out
)

// errLockHeld means that the lock is held elsewhere, in this program or in another one.
var errLockHeld = errors.New("another program holds its lock")

// Pause waits for a duration, and returns early with an error when the context ends.
type Pause func(ctx context.Context, d time.Duration) error

// acquireQueuedLock is acquireLock for a file that many programs lock often. A waiting program
// holds the lock of a second file, the queue, so that the current holder cannot overtake it.
// Without it, a program that locks in a loop would keep the others out.
func acquireQueuedLock(ctx context.Context, path string, limit time.Duration, pause Pause) (unlock func(), err error) {
	var waited time.Duration
	countingPause := func(ctx context.Context, d time.Duration) error {
		waited += d
		return pause(ctx, d)
	}
	leaveQueue, err := acquireLock(ctx, path+".queue", limit, countingPause)
	if err != nil {
		return nil, err
	}
	defer leaveQueue()
	if limit > 0 {
		limit = max(limit-waited, time.Nanosecond)
	}
	return acquireLock(ctx, path, limit, pause)
}

// acquireLock keeps other programs out until unlock. It locks a file, and the system releases that
// lock when the program ends, even by a crash. A held lock is tried again until the context ends or
// the limit is reached; 0 is no limit. The error is then errLockHeld. There is at least one
// attempt, also with a context that has ended.
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

// TryLock takes the lock of a file, which it creates, until unlock or the end of the program. taken is
// false if another program holds the lock. The error is a *model.UserError.
func TryLock(path string) (unlock func(), taken bool, err error) {
	if err = os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		unlock, err = tryLock(path)
	}
	switch {
	case errors.Is(err, errLockHeld):
		return nil, false, nil
	case err != nil:
		return nil, false, model.UserErrorf(nil, "%s cannot be locked: %s", path, fserror.Reason(err))
	}
	return unlock, true, nil
}

// LockServer makes this program the only one on this machine that acts on a server, while it looks
// the server up, checks it, records the action and sends it. It waits for a held lock until the
// context ends, and then returns a model.ErrConflict whose message says so. A program that has
// ended holds no lock. All errors are *model.UserError; any other than a conflict means that the state
// directory allows no lock.
//
// Two calls in one program exclude each other too. Unlock must be called once, and is quick.
func (j *Journal) LockServer(ctx context.Context, host string, server model.ID) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return nil, j.wrapError("locked", err)
	}
	path := j.serverLockPath(host, server)
	release, err := acquireLock(ctx, path, 0, j.pause)
	if errors.Is(err, errLockHeld) {
		return nil, model.UserErrorf(model.ErrConflict, "another vpsdeck is acting on this server")
	}
	if err != nil {
		return nil, j.wrapError("locked", err)
	}
	return func() { removeLock(path, release) }, nil
}

// serverLockPath returns the path of a server's lock file. Its name is a hash, because hosts and
// IDs come from outside.
func (j *Journal) serverLockPath(host string, server model.ID) string {
	sum := sha256.Sum256([]byte(host + "\x00" + string(server)))
	return filepath.Join(filepath.Dir(j.path), "server-"+hex.EncodeToString(sum[:12])+".lock")
}
