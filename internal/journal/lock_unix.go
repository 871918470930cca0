//go:build unix

package journal

import (
	"os"
	"syscall"
)

// lock keeps other programs from writing until unlock. It is the file beside the journal that is locked, since the journal
// itself is put aside now and then.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil // closing unlocks
}

// locked says whether somebody holds the lock. It asks for a share of it only, so that two who ask at once do not take each
// other for a holder.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}
