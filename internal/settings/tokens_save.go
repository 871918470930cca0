package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Stores lists where a token can be kept so that it is the one found at the next start; none while VPS_API_TOKEN is set, or
// where the config has it come from a variable or a command.
func (t *Tokens) Stores() []Store {
	switch {
	case t.externalSource() != "":
		return nil
	case t.tokenFile != "":
		return []Store{InFile}
	}
	var places []Store
	if t.keyring.isAvailable() {
		places = append(places, InKeyring)
	}
	if t.ownFile != "" {
		places = append(places, InFile)
	}
	return places
}

// Save keeps the token in one of Places, in the stead of the one kept before, and says where it is now. Its errors are
// Faults with ExitToken.
func (t *Tokens) Save(secret Secret, place Store) (Token, error) {
	if err := t.CheckStore(place); err != nil {
		return Token{}, err
	}
	if place == InKeyring {
		if err := t.keyring.save(secret.Reveal()); err != nil {
			return Token{}, Errorf(ExitToken, "%s did not take the token: keep it in a file instead", place)
		}
		return Token{secret, string(place)}, nil
	}
	path := t.ownFile
	if t.tokenFile != "" {
		path = t.tokenFile
	} else if _, err := t.keyring.find(); err == nil && t.keyring.forget() != nil {
		return Token{}, Errorf(ExitToken, "%s holds an older token, which comes first: keep the new one there", InKeyring)
	}
	if err := writeToken(path, secret); err != nil {
		return Token{}, Errorf(ExitToken, "the token cannot be written to %s: %s", path, fsReason(err))
	}
	return Token{secret, path}, nil
}

// checkManaged is why no token can be kept here: it comes from elsewhere.
func (t *Tokens) checkManaged() error {
	switch {
	case t.envToken != "":
		return Errorf(ExitToken, "VPS_API_TOKEN is set and comes before any token kept: change it there")
	case t.externalSource() != "":
		return Errorf(ExitToken, "%s: the token comes from %s: change it there", t.configPosition, t.externalSource())
	}
	return nil
}

// CheckStore is why a token cannot be kept in a place, or, where none is named, anywhere; nil if it can.
func (t *Tokens) CheckStore(place Store) error {
	if err := t.checkManaged(); err != nil {
		return err
	}
	switch places := t.Stores(); {
	case len(places) == 0:
		return Errorf(ExitToken, "there is no place to keep a token in: set HOME, or VPS_API_TOKEN instead")
	case place != "" && !slices.Contains(places, place):
		return Errorf(ExitToken, "the token cannot be kept in %s here: there is %s", place, places[0])
	}
	return nil
}

// Forget drops the token that was kept, in the keyring and in our own file, and says where it was; nowhere if there was none.
// Where the keyring did not answer, this is the error: there may be one in it.
// A file that the config names is not ours to delete. Its errors are Faults with ExitToken.
func (t *Tokens) Forget() ([]Store, error) {
	if err := t.checkManaged(); err != nil {
		return nil, err
	}
	if t.tokenFile != "" {
		return nil, Errorf(ExitToken, "%s: the token is in %s, a file of your own: delete that yourself", t.configPosition, t.tokenFile)
	}
	var from []Store
	_, asked := t.keyring.find()
	if asked == nil {
		if t.keyring.forget() != nil {
			return nil, Errorf(ExitToken, "%s did not give the token up: delete the entry %s of %s there", InKeyring, t.keyring.account, keyringService)
		}
		from = append(from, InKeyring)
	}
	if t.ownFile != "" {
		switch err := os.Remove(t.ownFile); {
		case err == nil:
			from = append(from, Store(t.ownFile))
		case !errors.Is(err, fs.ErrNotExist):
			return from, Errorf(ExitToken, "the token file %s cannot be deleted: %s", t.ownFile, fsReason(err))
		}
	}
	if mayHoldToken(asked) {
		return from, Errorf(ExitToken, "%s, and log out again: there may be a token in it", unresponsiveKeyring)
	}
	return from, nil
}

// writeToken replaces the file in one step, so that a crash leaves the old token or the new one, never half of one. The
// file is 0600 from its first moment on; a directory that is made for it is 0700.
func writeToken(path string, secret Secret) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".token-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.WriteString(secret.Reveal() + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
