package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"vpsdeck/model"
)

// configFile is config.toml as written; a nil field is not in it. Its keys are listed once more in configKeys.
type configFile struct {
	accountTable
	DefaultProfile *string                 `toml:"default_profile"`
	Profile        map[string]accountTable `toml:"profile"`
	ASCII          *bool                   `toml:"ascii"`
	Mouse          *bool                   `toml:"mouse"`
	Motion         *bool                   `toml:"motion"`
	Theme          *string                 `toml:"theme"`
	Notify         *string                 `toml:"notify"`
	Columns        map[string][]string     `toml:"columns"`
	Keys           map[string][]string     `toml:"keys"`
	SSH            []SSHRule               `toml:"ssh"`
	Command        []CommandRule           `toml:"command"`

	path  string   // where it was read; "" if there is none
	lines keyLines // where its keys stand
}

// PolicyRule is a [[policy]] of the config as written: which servers it is for, by name and location glob, and what they must
// have to be covered.
type PolicyRule struct {
	Server   string `toml:"server"`
	Location string `toml:"location"`
	// What is not there is as in the default policy.
	BackupMaxAge   *string `toml:"backup_max_age"`   // of the newest usable backup, such as "26h" or "7d"; "0h": any
	SnapshotMaxAge *string `toml:"snapshot_max_age"` // of the newest usable snapshot
	MinBackups     *int    `toml:"min_backups"`      // usable backups
	MinSnapshots   *int    `toml:"min_snapshots"`    // usable snapshots
}

// configKeys says of every key what its value must be, in the words of an error.
var configKeys = map[string]string{
	"api_url":         mustBeText,
	"ca_file":         mustBeText,
	"token_file":      mustBeText,
	"token_env":       mustBeText,
	"token_command":   mustBeText,
	"read_only":       mustBeBool,
	"confirm":         mustBeText,
	"stripe":          mustBeText,
	"default_profile": mustBeText,
	"profile":         "must be a [profile.NAME] table for each profile, with settings such as api_url and token_command",
	"ascii":           mustBeBool,
	"mouse":           mustBeBool,
	"motion":          mustBeBool,
	"theme":           mustBeText,
	"notify":          mustBeText,
	"policy":          `must be a [[policy]] table with server, location, max_age and min_points`,
	"ssh":             `must be an [[ssh]] table with server, user, port and command (a list of texts)`,
	"command":         `must be a [[command]] table with key, name, run (a list of texts), shell, confirm and dangerous`,
	"columns":         `must be a [columns] table of lines like servers = ["name", "status"]`,
	"keys":            `must be a [keys] table of lines like "points.restore" = ["R"]: the name in quotes, the keys as a list`,
}

const (
	mustBeText = "must be a text in quotes"
	mustBeBool = "must be true or false, without quotes"
)

const tokenMisplaced = "a token does not belong into the config file: put it into VPS_API_TOKEN, " +
	"or into a file of its own and name that as token_file"

// readConfig reads the config file. Unless it is wanted, it may be missing.
func readConfig(path string, wanted bool) (configFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !wanted {
		return configFile{}, nil
	}
	if err != nil {
		return configFile{}, Errorf(ExitConfig, "the config file %s cannot be read: %s", path, fsReason(err))
	}
	if text, err = decodeText(text); err != nil {
		return configFile{}, Errorf(ExitConfig, "the config file %s %s", path, err)
	}
	var file configFile
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&file)
	var unknown *toml.StrictMissingError
	var broken *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return configFile{}, unknownKeyError(path, unknown)
	case errors.As(err, &broken):
		return configFile{}, newDecodeError(path, broken, describeDecodeError(broken))
	case err != nil:
		return configFile{}, Errorf(ExitConfig, "the config file %s is not TOML", path)
	}
	file.path, file.lines = path, findKeyLines(text)
	return file, file.check()
}

// check refuses texts that are empty, a token where something else belongs, and profiles that cannot be used, whichever of
// them is in use: a mistake in one is told before it is needed.
func (f configFile) check() error {
	err := f.checkTexts("", map[string]*string{"default_profile": f.DefaultProfile, "theme": f.Theme, "notify": f.Notify})
	if err == nil {
		err = f.checkAccount("", f.accountTable)
	}
	for _, name := range f.profileNames() {
		if err == nil {
			err = f.checkProfile(name)
		}
	}
	return err
}

// checkTexts refuses what no text may be. within is the table that they stand in.
func (f configFile) checkTexts(within string, texts map[string]*string) error {
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		switch text := texts[key]; {
		case text == nil:
		case strings.HasPrefix(*text, "vps_"):
			return f.errorAt(within+key, "%s is a token, and %s", key, tokenMisplaced)
		case strings.TrimSpace(*text) == "":
			return f.errorAt(within+key, "%s is empty: give it a value, or remove the line", key)
		}
	}
	return nil
}

// errorAt is about a key, by its full name, and begins with the file and the line where it stands.
func (f configFile) errorAt(key, format string, args ...any) error {
	return Errorf(ExitConfig, "%s: %s", f.position(key), fmt.Sprintf(format, args...))
}

func (f configFile) position(key string) string { return f.lines.position(f.path, key) }

// unknownKeyError picks the mistake to report: a token in the file before all others, else the first.
func unknownKeyError(path string, unknown *toml.StrictMissingError) error {
	for i := range unknown.Errors {
		e := &unknown.Errors[i]
		name := strings.ToLower(e.Key()[len(e.Key())-1])
		if (strings.Contains(name, "token") || strings.HasPrefix(name, "vps_")) && model.NearestWords(name, allKeys()) == nil {
			return newDecodeError(path, e, tokenMisplaced)
		}
	}
	e := &unknown.Errors[0]
	name, whose, all := strings.Join(e.Key(), "."), "setting", allKeys()
	if key := e.Key(); key[0] == "profile" && len(key) > 2 {
		name, whose, all = strings.Join(key[2:], "."), "setting of a profile", accountKeys
	}
	meant := model.DidYouMean(name, all)
	if meant == "" {
		meant = "; there are " + strings.Join(all, ", ")
	}
	return newDecodeError(path, e, fmt.Sprintf("%q is no %s%s", name, whose, meant))
}

func newDecodeError(path string, e *toml.DecodeError, what string) error {
	line, column := e.Position()
	return Errorf(ExitConfig, "%s, line %d, column %d: %s", path, line, column, what)
}

// codePointPattern is how the TOML library names a character before it shows it.
var codePointPattern = regexp.MustCompile(`U\+[0-9A-F]+ ('.')`)

// describeDecodeError says what is wrong in the file's own terms: the library speaks of Go types where a value is of the wrong kind.
func describeDecodeError(e *toml.DecodeError) string {
	what := strings.TrimPrefix(e.Error(), "toml: ")
	if key := e.Key(); len(key) > 0 && strings.HasPrefix(what, "cannot ") {
		name := strings.ToLower(key[0])
		if inner := key[min(2, len(key)-1)]; name == "profile" && configKeys[inner] != "" {
			name = inner
		}
		return name + " " + configKeys[name]
	}
	what = codePointPattern.ReplaceAllString(what, "$1")
	if strings.HasSuffix(what, "at start of value") {
		what += ": a text stands in quotes, yes and no are written true and false"
	}
	return what
}

func allKeys() []string {
	names := make([]string, 0, len(configKeys))
	for name := range configKeys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
