package settings

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Places lists where a token can be kept so that it is the one found at the next start; none while VPS_API_TOKEN is set, or
// where the config has it come from a variable or a command.
func (t *Tokens) Places() []Place {
	switch {
	case t.elsewhere() != "":
		return nil
	case t.named != "":
		return []Place{InFile}
	}
	var places []Place
	if t.ring.works() {
		places = append(places, InKeyring)
	}
	if t.own != "" {
		places = append(places, InFile)
	}
	return places
}

// Save keeps the token in one of Places, in the stead of the one kept before, and says where it is now. Its errors are
// Faults with ExitToken.
func (t *Tokens) Save(secret Secret, place Place) (Token, error) {
	if err := t.CanKeep(place); err != nil {
		return Token{}, err
	}
	if place == InKeyring {
		if err := t.ring.keep(secret.Reveal()); err != nil {
			return Token{}, Faultf(ExitToken, "%s did not take the token: keep it in a file instead", place)
		}
		return Token{secret, string(place)}, nil
	}
	path := t.own
	if t.named != "" {
		path = t.named
	} else if _, err := t.ring.find(); err == nil && t.ring.forget() != nil {
		return Token{}, Faultf(ExitToken, "%s holds an older token, which comes first: keep the new one there", InKeyring)
	}
	if err := writeToken(path, secret); err != nil {
		return Token{}, Faultf(ExitToken, "the token cannot be written to %s: %s", path, reason(err))
	}
	return Token{secret, path}, nil
}

// ours is why no token can be kept here: it comes from elsewhere.
func (t *Tokens) ours() error {
	switch {
	case t.env != "":
		return Faultf(ExitToken, "VPS_API_TOKEN is set and comes before any token kept: change it there")
	case t.elsewhere() != "":
		return Faultf(ExitToken, "%s: the token comes from %s: change it there", t.place, t.elsewhere())
	}
	return nil
}

// CanKeep is why a token cannot be kept in a place, or, where none is named, anywhere; nil if it can.
func (t *Tokens) CanKeep(place Place) error {
	if err := t.ours(); err != nil {
		return err
	}
	switch places := t.Places(); {
	case len(places) == 0:
		return Faultf(ExitToken, "there is no place to keep a token in: set HOME, or VPS_API_TOKEN instead")
	case place != "" && !slices.Contains(places, place):
		return Faultf(ExitToken, "the token cannot be kept in %s here: there is %s", place, places[0])
	}
	return nil
}

// Forget drops the token that was kept, in the keyring and in our own file, and says where it was; nowhere if there was none.
// Where the keyring did not answer, this is the error: there may be one in it.
// A file that the config names is not ours to delete. Its errors are Faults with ExitToken.
func (t *Tokens) Forget() ([]Place, error) {
	if err := t.ours(); err != nil {
		return nil, err
	}
	if t.named != "" {
		return nil, Faultf(ExitToken, "%s: the token is in %s, a file of your own: delete that yourself", t.place, t.named)
	}
	var from []Place
	_, asked := t.ring.find()
	if asked == nil {
		if t.ring.forget() != nil {
			return nil, Faultf(ExitToken, "%s did not give the token up: delete the entry %s of %s there", InKeyring, t.ring.account, service)
		}
		from = append(from, InKeyring)
	}
	if t.own != "" {
		switch err := os.Remove(t.own); {
		case err == nil:
			from = append(from, Place(t.own))
		case !errors.Is(err, fs.ErrNotExist):
			return from, Faultf(ExitToken, "the token file %s cannot be deleted: %s", t.own, reason(err))
		}
	}
	if unknown(asked) {
		return from, Faultf(ExitToken, "%s, and log out again: there may be a token in it", silence)
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
