// Package watch sees when a file has changed, for whoever reads it anew then.
package watch

import (
	"os"
	"time"
)

// File is a file that is looked at now and then. It is used by one goroutine.
type File struct {
	path    string
	current fileState // of the file as it was read last
	pending fileState // of a newer one, which may still be written
}

// fileState tells one state of a file from another.
type fileState struct {
	exists  bool
	modTime time.Time
	size    int64
}

func readState(path string) fileState {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}
	}
	return fileState{true, info.ModTime(), info.Size()}
}

// New begins to watch a file. It is called before the file is read, so that no change is missed.
func New(path string) *File {
	now := readState(path)
	return &File{path: path, current: now, pending: now}
}

// Changed says whether the file is another one than last time, and whether there is one. One that changes between two looks is still
// being written, and waits for the next: half a file, or none while it is being replaced, must not be taken for what was meant.
func (f *File) Changed() (changed, there bool) {
	now := readState(f.path)
	settled := now == f.pending
	f.pending = now
	if now == f.current || !settled {
		return false, now.exists
	}
	f.current = now
	return true, now.exists
}
