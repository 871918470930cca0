package sshd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"vpsdeck/internal/fserror"
	"vpsdeck/model"

	gossh "golang.org/x/crypto/ssh"
)

// errorf returns an error with one of the server's files or its address, in a sentence for the
// operator.
func errorf(format string, args ...any) error { return model.UserErrorf(nil, format, args...) }

// LoadUsers reads a users file. Others must not be able to write to it, because that would let them
// log in. The error is a *model.UserError that names the line.
func LoadUsers(path string) (*Users, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errorf("the users file %s cannot be read: %s", path, fserror.Reason(err))
	}
	if mode := info.Mode(); mode.Perm()&0o022 != 0 {
		return nil, errorf("the users file %s can be written to by others (mode %04o): run chmod 0644 on it, or 0600",
			path, mode.Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errorf("the users file %s cannot be read: %s", path, fserror.Reason(err))
	}
	users, err := ParseUsers(text)
	var lineErr *UsersFileError
	if errors.As(err, &lineErr) {
		return nil, errorf("%s:%d: %s", path, lineErr.Line, lineErr.Message)
	}
	return users, nil
}

// CheckHostKey checks a host key, and reports whether it exists. A missing one is no error: the
// first start creates it.
func CheckHostKey(path string) (exists bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, errorf("the host key %s cannot be read: %s", path, fserror.Reason(err))
	case info.Mode().Perm()&0o077 != 0:
		return true, errorf("the host key %s can be read by others (mode %04o): run chmod 0600 on it, or make a new "+
			"one if they may have read it", path, info.Mode().Perm())
	}
	_, err = readHostKey(path)
	return true, err
}

// LoadHostKey reads the host key. If there is none, it creates an ed25519 key that only its owner
// can read.
func LoadHostKey(path string) (gossh.Signer, error) {
	exists, err := CheckHostKey(path)
	switch {
	case err != nil:
		return nil, err
	case !exists:
		if err := makeHostKey(path); err != nil {
			return nil, errorf("the host key %s cannot be created: %s", path, fserror.Reason(err))
		}
	}
	return readHostKey(path)
}

func readHostKey(path string) (gossh.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errorf("the host key %s cannot be read: %s", path, fserror.Reason(err))
	}
	signer, err := gossh.ParsePrivateKey(text)
	if err != nil {
		return nil, errorf("the host key %s is not a private key without a passphrase: make one with ssh-keygen -t "+
			"ed25519 -N '' -f %s, or remove it", path, path)
	}
	if why := weakKeyReason(signer.PublicKey()); why != "" {
		return nil, errorf("the host key %s is too weak: remove it, and make a new one with ssh-keygen -t ed25519 -N "+
			"'' -f %s", path, path)
	}
	return withoutSHA1(signer)
}

func makeHostKey(path string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	block, err := gossh.MarshalPrivateKey(private, "vpsdeck")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := pem.Encode(file, block); err != nil {
		_, _ = file.Close(), os.Remove(path)
		return err
	}
	return file.Close()
}
