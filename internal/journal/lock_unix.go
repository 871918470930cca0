//go:build unix

package journal

import (
	"errors"
	"os"
	"syscall"
)

// tryLock creates a file and takes its lock, or returns errLockHeld. The journal has a lock file of
// its own, because the journal itself is renamed on rotation.
func tryLock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f, syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, err
	}
	if !isFileAt(f, path) { // its last holder removed the file: this lock keeps nobody out
		_ = f.Close()
		return nil, errLockHeld
	}
	return func() { _ = f.Close() }, nil // closing unlocks
}

// flock tries to lock a file, without waiting.
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

// isFileAt reports whether the path still names this file.
func isFileAt(f *os.File, path string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	current, err := os.Stat(path)
	return err == nil && os.SameFile(opened, current)
}

// removeLock removes a lock file and unlocks it. The file goes first, so that tryLock in another
// program can notice it.
func removeLock(path string, unlock func()) {
	_ = os.Remove(path)
	unlock()
}

// isLocked reports whether a lock is held. It tries a shared lock, so that two checks at once do
// not see each other as holders.
func isLocked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return flock(f, syscall.LOCK_SH) != nil
}
