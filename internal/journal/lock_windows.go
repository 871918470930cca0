package journal

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock creates a file and takes its lock, or returns errLockHeld. Windows releases the lock when
// its holder ends.
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

// lockFile tries to lock the first byte of a file, without waiting.
func lockFile(f *os.File, how uint32) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), how|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0,
		&windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLockHeld
	}
	return err
}

// removeLock unlocks a lock file and removes it. Windows removes no file that is still open, so
// nobody can hold the lock of a removed one.
func removeLock(path string, unlock func()) {
	unlock()
	_ = os.Remove(path)
}

// isLocked reports whether a lock is held. It tries a shared lock, so that two checks at once do
// not see each other as holders.
func isLocked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return lockFile(f, 0) != nil
}
