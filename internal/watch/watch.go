// Package watch sees when a file has changed, for whoever reads it anew then.
package watch

import (
	"os"
	"time"
)

// File is a file that is looked at now and then. It is used by one goroutine.
type File struct {
	path     string
	seen     stamp // of the file as it was read last
	settling stamp // of a newer one, which may still be written
}

// stamp tells one state of a file from another.
type stamp struct {
	there bool
	at    time.Time
	size  int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{true, info.ModTime(), info.Size()}
}

// New begins to watch a file. It is called before the file is read, so that no change is missed.
func New(path string) *File {
	now := stampOf(path)
	return &File{path: path, seen: now, settling: now}
}

// Changed says whether the file is another one than last time, and whether there is one. One that changes between two looks is still
// being written, and waits for the next: half a file, or none while it is being replaced, must not be taken for what was meant.
func (f *File) Changed() (changed, there bool) {
	now := stampOf(f.path)
	settled := now == f.settling
	f.settling = now
	if now == f.seen || !settled {
		return false, now.there
	}
	f.seen = now
	return true, now.there
}
