package sshd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	gossh "golang.org/x/crypto/ssh"
)

// Error is what is wrong with a file of the server's, in a sentence for whoever runs it.
type Error struct{ message string }

// Error is the sentence.
func (t *Error) Error() string { return t.message }

// Message is the sentence.
func (t *Error) Message() string { return t.message }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// fsReason words a failure of the file system.
func fsReason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is not there"
	case errors.Is(err, fs.ErrPermission):
		return "vpsdeck may not"
	}
	return "the disk does not let it"
}

// LoadUsers reads a users file. It must not be one that others can write to: who can write to it can come in. The error is a
// *Trouble that names the line.
func LoadUsers(path string) (*Users, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, errorf("the users file %s cannot be read: %s", path, fsReason(err))
	}
	if mode := info.Mode(); mode.Perm()&0o022 != 0 {
		return nil, errorf("the users file %s can be written to by others (mode %04o): chmod 0644 it, or 0600", path, mode.Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errorf("the users file %s cannot be read: %s", path, fsReason(err))
	}
	users, err := ParseUsers(text)
	var fault *UsersFileError
	if errors.As(err, &fault) {
		return nil, errorf("%s:%d: %s", path, fault.Line, fault.Message)
	}
	return users, nil
}

// CheckHostKey says what is wrong with a host key, and whether there is one: without, the first start makes it.
func CheckHostKey(path string) (there bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, errorf("the host key %s cannot be read: %s", path, fsReason(err))
	case info.Mode().Perm()&0o077 != 0:
		return true, errorf("the host key %s can be read by others (mode %04o): chmod 0600 it, and if they may have read it, make a new one", path, info.Mode().Perm())
	}
	_, err = readHostKey(path)
	return true, err
}

// LoadHostKey reads the host key, or makes one where there is none: an ed25519 key that only its owner can read.
func LoadHostKey(path string) (gossh.Signer, error) {
	there, err := CheckHostKey(path)
	switch {
	case err != nil:
		return nil, err
	case !there:
		if err := makeHostKey(path); err != nil {
			return nil, errorf("the host key %s cannot be made: %s", path, fsReason(err))
		}
	}
	return readHostKey(path)
}

func readHostKey(path string) (gossh.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errorf("the host key %s cannot be read: %s", path, fsReason(err))
	}
	signer, err := gossh.ParsePrivateKey(text)
	if err != nil {
		return nil, errorf("the host key %s is no private key without a passphrase: make one with ssh-keygen -t ed25519 -N '' -f %s, or remove it", path, path)
	}
	if why := weakKeyReason(signer.PublicKey()); why != "" {
		return nil, errorf("the host key %s is not good enough: make one with ssh-keygen -t ed25519 -N '' -f %s, and remove this one before", path, path)
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
