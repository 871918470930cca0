//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of a file, which it makes, or is errHeld. For the journal it is a file beside it that is locked,
// since the journal itself is put aside now and then.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f, syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, err
	}
	if !isFileAt(f, path) { // its last holder took the file away: this lock keeps nobody out
		_ = f.Close()
		return nil, errLockHeld
	}
	return func() { _ = f.Close() }, nil // closing unlocks
}

// flock asks for a lock and does not wait for it.
func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLockHeld
		}
		return err
	}
}

// isFileAt says whether the path still names this file.
func isFileAt(f *os.File, path string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(mine, there)
}

// removeLock takes a lock's file away and unlocks. It is removed first: who has opened it meanwhile sees that in tryLock.
func removeLock(path string, unlock func()) {
	_ = os.Remove(path)
	unlock()
}

// isLocked says whether somebody holds the lock. It asks for a share of it only, so that two who ask at once do not take each
// other for a holder.
func isLocked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return flock(f, syscall.LOCK_SH) != nil
}
