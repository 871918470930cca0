package fserror_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"vpsdeck/internal/fserror"
)

func TestReasonNamesNoPathAndNoGoError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := func(path string) error {
		_, err := os.ReadFile(path)
		return err
	}
	create := func(path string) error {
		_, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	}
	for want, err := range map[string]error{
		"no such file or directory":             open(filepath.Join(dir, "gone", "file")),
		"a part of its path is not a directory": open(filepath.Join(file, "below")),
		"it is a directory":                     open(dir),
		"something else is in its place":        create(file),
		"permission denied":                     &fs.PathError{Op: "open", Path: file, Err: syscall.EACCES},
		"the disk is full":                      fmt.Errorf("write: %w", syscall.ENOSPC),
		"the disk is read-only":                 &fs.PathError{Op: "open", Path: file, Err: syscall.EROFS},
		"I/O error":                             errors.New("unexpected"),
	} {
		if got := fserror.Reason(err); got != want {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
}
