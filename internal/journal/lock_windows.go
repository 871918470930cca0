package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock of a file, which it makes, or is errHeld. Windows lets it go when its holder is gone.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f, windows.LOCKFILE_EXCLUSIVE_LOCK); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil // closing unlocks
}

// lockFile asks for a lock on the first byte and does not wait for it.
func lockFile(f *os.File, how uint32) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLockHeld
	}
	return err
}

// removeLock unlocks and takes the lock's file away. Windows removes no file that somebody has open, so nobody can hold the
// lock of one that is gone.
func removeLock(path string, unlock func()) {
	unlock()
	_ = os.Remove(path)
}

// isLocked says whether somebody holds the lock. It asks for a share of it only, so that two who ask at once do not take each
// other for a holder.
func isLocked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return lockFile(f, 0) != nil
}
