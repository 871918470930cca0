// Package watch reports when a file has changed, so that it can be read again.
package watch

import (
	"os"
	"time"
)

// File is a file that is checked now and then. It is for use by one goroutine.
type File struct {
	path    string
	current fileState // of the file as it was read last
	pending fileState // of a newer version, which may be incomplete
}

// fileState identifies one version of a file.
type fileState struct {
	exists  bool
	modTime time.Time
	size    int64
	mode    os.FileMode // chmod can make a file readable, or safe enough to be read
}

func readState(path string) fileState {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}
	}
	return fileState{true, info.ModTime(), info.Size(), info.Mode()}
}

// New starts watching a file. Call it before reading the file, so that no change is missed.
func New(path string) *File {
	now := readState(path)
	return &File{path: path, current: now, pending: now}
}

// Changed reports whether the file has changed since the last time, and whether it exists. A file
// that changed between two checks is still being written, and is reported later. Half a file, or
// none while it is being replaced, must not be read.
func (f *File) Changed() (changed, exists bool) {
	now := readState(f.path)
	settled := now == f.pending
	f.pending = now
	if now == f.current || !settled {
		return false, now.exists
	}
	f.current = now
	return true, now.exists
}
