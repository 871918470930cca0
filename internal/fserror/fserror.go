// Package fserror describes errors of the file system in plain words.
package fserror

import (
	"errors"
	"io/fs"
	"syscall"
)

// Reason returns why a file cannot be used, as the end of a sentence: without a path, and without
// Go's prefixes.
func Reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full"
	case errors.Is(err, syscall.ENOTDIR):
		return "a part of its path is not a directory"
	case errors.Is(err, syscall.EISDIR):
		return "it is a directory"
	case errors.Is(err, fs.ErrNotExist):
		return "no such file or directory"
	case errors.Is(err, fs.ErrExist):
		return "something else is in its place"
	}
	return "I/O error"
}
