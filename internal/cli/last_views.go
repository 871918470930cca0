package cli

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"vpsdeck/internal/atomicfile"
	"vpsdeck/internal/settings"
	"vpsdeck/ui/command"
)

// lastViews is the file that keeps how each account was shown last. An unreadable file counts as
// missing: it holds nothing that cannot be set again with a key.
type lastViews struct {
	path string // "": there is no state directory, so nothing is kept
}

func newLastViews(stateDir string) lastViews {
	if stateDir == "" {
		return lastViews{}
	}
	return lastViews{filepath.Join(stateDir, "views.json")}
}

// maxLastViews is the largest file that is read, in bytes.
const maxLastViews = 1 << 20

func (l lastViews) read() map[string]command.LastView {
	all := map[string]command.LastView{}
	file, err := os.Open(l.path)
	if err != nil {
		return all
	}
	defer func() { _ = file.Close() }()
	if json.NewDecoder(io.LimitReader(file, maxLastViews)).Decode(&all) != nil || all == nil {
		return map[string]command.LastView{}
	}
	return all
}

// load returns how the account of a profile was shown last.
func (l lastViews) load(profile string) command.LastView { return l.read()[viewsKey(profile)] }

// save keeps how accounts were shown last. Those of other accounts stay.
func (l lastViews) save(views map[string]command.LastView) {
	all := l.read()
	changed := false
	for profile, last := range views {
		if before, known := all[viewsKey(profile)]; !reflect.DeepEqual(before, last) {
			all[viewsKey(profile)], changed = last, true
			if reflect.DeepEqual(last, command.LastView{}) && known {
				delete(all, viewsKey(profile))
			}
		}
	}
	if l.path == "" || !changed || os.MkdirAll(filepath.Dir(l.path), 0o700) != nil {
		return
	}
	if text, err := json.Marshal(all); err == nil {
		_ = atomicfile.Write(l.path, text, 0o600) // a lost view is no reason to fail at the end
	}
}

// viewsKey is the name of an account in the file.
func viewsKey(profile string) string {
	if profile == "" {
		return settings.NoProfile
	}
	return profile
}
