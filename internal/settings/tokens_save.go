package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"vpsdeck/internal/atomicfile"
	"vpsdeck/internal/fserror"
	"vpsdeck/model"
)

// Stores returns where a token can be saved so that the next start finds it. There is no store
// while VPS_API_TOKEN is set, or while the config names a variable or a command.
func (t *Tokens) Stores() []Store {
	switch {
	case t.externalSource() != "":
		return nil
	case t.tokenFile != "":
		return []Store{InFile}
	}
	var stores []Store
	if t.keyring.isAvailable() {
		stores = append(stores, InKeyring)
	}
	if t.ownFile != "" {
		stores = append(stores, InFile)
	}
	return stores
}

// Save saves the token in one of Stores, replaces the previous one, and returns it with its new
// source. Its errors are of type Error with ExitToken.
func (t *Tokens) Save(secret model.Secret, store Store) (Token, error) {
	if err := t.CheckStore(store); err != nil {
		return Token{}, err
	}
	if store == InKeyring {
		if err := t.keyring.save(secret.Reveal()); err != nil {
			return Token{}, Errorf(ExitToken, "%s did not accept the token: keep it in a file instead", store)
		}
		return Token{secret, string(store)}, nil
	}
	path := t.ownFile
	if t.tokenFile != "" {
		path = t.tokenFile
	} else if _, err := t.keyring.find(); err == nil && t.keyring.forget() != nil {
		return Token{}, Errorf(ExitToken, "%s holds an older token, which is found first: keep the new one there",
			InKeyring)
	}
	if err := writeToken(path, secret); err != nil {
		return Token{}, Errorf(ExitToken, "the token cannot be written to %s: %s", path, fserror.Reason(err))
	}
	return Token{secret, path}, nil
}

// checkManaged returns an error if the token comes from a source that vpsdeck cannot write to.
func (t *Tokens) checkManaged() error {
	switch {
	case t.envToken != "":
		return Errorf(ExitToken, "VPS_API_TOKEN is set and overrides any saved token: change it there")
	case t.externalSource() != "":
		return Errorf(ExitToken, "%s: the token comes from %s: change it there", t.configPosition, t.externalSource())
	}
	return nil
}

// CheckStore returns an error if a token cannot be saved in the store, or, for "", in any store.
func (t *Tokens) CheckStore(store Store) error {
	if err := t.checkManaged(); err != nil {
		return err
	}
	switch stores := t.Stores(); {
	case len(stores) == 0:
		return Errorf(ExitToken, "there is no place to keep a token: set HOME, or use VPS_API_TOKEN instead")
	case store != "" && !slices.Contains(stores, store):
		return Errorf(ExitToken, "the token cannot be kept in %s here: use %s", store, stores[0])
	}
	return nil
}

// Forget deletes the saved token from the keyring and from vpsdeck's own file, and returns where it
// was. It is an error if the keyring does not answer, because it may hold a token. Forget never
// deletes a file that the config names. Its errors are of type Error with ExitToken.
func (t *Tokens) Forget() ([]Store, error) {
	if err := t.checkManaged(); err != nil {
		return nil, err
	}
	if t.tokenFile != "" {
		return nil, Errorf(ExitToken, "%s: the token is in %s, which you manage: delete the file yourself",
			t.configPosition, t.tokenFile)
	}
	var from []Store
	_, findErr := t.keyring.find()
	if findErr == nil {
		if t.keyring.forget() != nil {
			return nil, Errorf(ExitToken, "%s did not delete the token: delete the entry %s of %s there", InKeyring,
				t.keyring.account, keyringService)
		}
		from = append(from, InKeyring)
	}
	if t.ownFile != "" {
		switch err := os.Remove(t.ownFile); {
		case err == nil:
			from = append(from, Store(t.ownFile))
		case !errors.Is(err, fs.ErrNotExist):
			return from, Errorf(ExitToken, "the token file %s cannot be deleted: %s", t.ownFile, fserror.Reason(err))
		}
	}
	if mayHoldToken(findErr) {
		return from, Errorf(ExitToken, "%s, and log out again: it may still hold a token", unresponsiveKeyring)
	}
	return from, nil
}

// writeToken replaces the file atomically, so that a crash leaves the old token or the new one,
// never half of one. The file is created with mode 0600, and a new directory with 0700.
func writeToken(path string, secret model.Secret) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(secret.Reveal()+"\n"), 0o600)
}
