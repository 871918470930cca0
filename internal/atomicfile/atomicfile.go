// Package atomicfile replaces files whole or not at all.
package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
)

// ownerOnly is the mode that a temporary file has.
const ownerOnly = 0o600

// Write writes a file beside the old one and puts it in its place, so that a reader, or the next run
// after a crash, finds one or the other. Its directory must exist. A link is replaced and not followed:
// who can write to the directory must not choose another file. What is no file, such as a device, is
// not replaced: the error is [fs.ErrExist].
func Write(path string, data []byte, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return &fs.PathError{Op: "replace", Path: path, Err: fs.ErrExist}
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }() // after the rename there is none
	_, err = file.Write(data)
	if err == nil && mode != ownerOnly {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	return err
}
