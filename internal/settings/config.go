package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"vpsdeck/internal/fserror"
	"vpsdeck/model"
)

// configFile is config.toml as written; nil fields are not in it. configKeys lists its keys again.
type configFile struct {
	accountTable
	DefaultProfile *string                 `toml:"default_profile"`
	Profile        map[string]accountTable `toml:"profile"`
	ASCII          *bool                   `toml:"ascii"`
	Mouse          *bool                   `toml:"mouse"`
	Motion         *bool                   `toml:"motion"`
	Theme          any                     `toml:"theme"` // a name or a table; see parseTheme
	Notify         *string                 `toml:"notify"`
	ConfirmQuit    *bool                   `toml:"confirm_quit"`
	Columns        map[string][]string     `toml:"columns"`
	Keys           map[string][]string     `toml:"keys"`
	SSH            []SSHRule               `toml:"ssh"`
	Command        []CommandRule           `toml:"command"`
	View           []ViewRule              `toml:"view"`
	Hook           []HookRule              `toml:"hook"`

	path  string   // of the file; "" if there is none
	lines keyLines // of its keys
}

// PolicyRule is a [[policy]] of the config as written. Server and Location are globs for the
// servers that it applies to, and the rest is what they must have to be covered.
type PolicyRule struct {
	Server   string `toml:"server"`
	Location string `toml:"location"`
	Plan     string `toml:"plan"`
	OS       string `toml:"os"`
	// an automatic backup must have succeeded
	Automatic bool `toml:"automatic"`
	// Fields that are nil are as in the default policy.
	// of the newest usable backup, such as "26h" or "7d"; "0h": any age
	BackupMaxAge   *string `toml:"backup_max_age"`
	SnapshotMaxAge *string `toml:"snapshot_max_age"` // of the newest usable snapshot
	MinBackups     *int    `toml:"min_backups"`      // usable backups
	MinSnapshots   *int    `toml:"min_snapshots"`    // usable snapshots
}

// configKeys describes the value of every key, as part of an error message.
var configKeys = map[string]string{
	"api_url":         mustBeText,
	"ca_file":         mustBeText,
	"token_file":      mustBeText,
	"token_env":       mustBeText,
	"token_command":   mustBeText,
	"read_only":       mustBeBool,
	"confirm_quit":    mustBeBool,
	"confirm":         mustBeText,
	"stripe":          mustBeText,
	"panel_url":       mustBeText,
	"default_profile": mustBeText,
	"profile": "must be a [profile.NAME] table for each profile, with settings such as api_url and " +
		"token_command",
	"ascii":  mustBeBool,
	"mouse":  mustBeBool,
	"motion": mustBeBool,
	"theme":  mustBeTheme,
	"notify": mustBeText,
	"policy": `must be a [[policy]] table with server, location, plan, os, automatic, backup_max_age, min_backups, ` +
		`snapshot_max_age and min_snapshots`,
	"retention": `must be a [[retention]] table with server, kind, automatic, protect, keep_last, keep_hourly, ` +
		`keep_daily, keep_weekly, keep_monthly, keep_yearly and keep_within`,
	"ssh":     `must be an [[ssh]] table with server, user, port and command (a list of strings)`,
	"command": `must be a [[command]] table with key, name, run (a list of strings), shell, confirm and dangerous`,
	"view":    `must be a [[view]] table with name, key, pane, filter and order, all of them strings in quotes`,
	"hook": `must be a [[hook]] table with on (a list of strings), run (a list of strings) or url, header, ` +
		`header_env, header_file and timeout`,
	"columns": `must be a [columns] table of lines like servers = ["name", "status"]`,
	"keys":    `must be a [keys] table of lines like "action.restore" = ["R"]: the name in quotes, the keys as a list`,
}

const (
	mustBeText = "must be a string in quotes"
	mustBeBool = "must be true or false, without quotes"
)

const tokenMisplaced = "a token must not be in the config file: put it into VPS_API_TOKEN, " +
	"or into another file and set token_file to its path"

// readConfig reads the config file. A missing file is an error only if it is required.
func readConfig(path string, required bool) (configFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !required {
		return configFile{}, nil
	}
	if err != nil {
		return configFile{}, Errorf(ExitConfig, "the config file %s cannot be read: %s", path, fserror.Reason(err))
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

// CreateConfig writes a new config file, readable only by its owner, and the directories that it
// needs. It never overwrites a file.
func CreateConfig(path, text string) error {
	if path == "" {
		return Errorf(ExitConfig, "there is no home directory for the config file: set HOME, or give --config")
	}
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	var file *os.File
	if err == nil {
		file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	if errors.Is(err, fs.ErrExist) {
		return Errorf(ExitRefused, "%s already exists: it was not changed", path)
	}
	if err == nil {
		_, err = file.WriteString(text)
		if err = errors.Join(err, file.Close()); err != nil {
			_ = os.Remove(path)
		}
	}
	if err != nil {
		return Errorf(ExitConfig, "the config file %s cannot be written: %s", path, fserror.Reason(err))
	}
	return nil
}

// check rejects empty values, tokens where something else belongs, and invalid profiles. It checks
// all profiles, so that an error in one is reported before the profile is needed.
func (f configFile) check() error {
	err := f.checkTexts("", map[string]*string{"default_profile": f.DefaultProfile, "notify": f.Notify})
	if err == nil {
		_, _, err = f.parseTheme()
	}
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

// checkTexts rejects tokens and empty values. table is the prefix of the keys, such as
// "profile.work.".
func (f configFile) checkTexts(table string, texts map[string]*string) error {
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		switch text := texts[key]; {
		case text == nil:
		case strings.HasPrefix(*text, "vps_"):
			return f.errorAt(table+key, "%s is a token, and %s", key, tokenMisplaced)
		case strings.TrimSpace(*text) == "":
			return f.errorAt(table+key, "%s is empty: give it a value, or remove the line", key)
		}
	}
	return nil
}

// errorAt returns an error about a key, given by its full name. The message starts with the file
// and the key's line.
func (f configFile) errorAt(key, format string, args ...any) error {
	return Errorf(ExitConfig, "%s: %s", f.position(key), fmt.Sprintf(format, args...))
}

func (f configFile) position(key string) string { return f.lines.position(f.path, key) }

// rulePosition returns a function for the positions of tables with the same name, counted from 1. In
// a list of inline tables it is the position of the list.
func (f configFile) rulePosition(name string) func(int) string {
	return func(rule int) string {
		if _, known := f.lines[indexedKey(name, rule)]; known {
			return f.position(indexedKey(name, rule))
		}
		return f.position(name)
	}
}

// unknownKeyError picks the error to report: a token in the file if there is one, else the first.
func unknownKeyError(path string, unknown *toml.StrictMissingError) error {
	for i := range unknown.Errors {
		e := &unknown.Errors[i]
		name := strings.ToLower(e.Key()[len(e.Key())-1])
		if (strings.Contains(name, "token") || strings.HasPrefix(name, "vps_")) &&
			model.NearestWords(name, allKeys()) == nil {
			return newDecodeError(path, e, tokenMisplaced)
		}
	}
	e := &unknown.Errors[0]
	name, kind, valid := strings.Join(e.Key(), "."), "setting", allKeys()
	if key := e.Key(); key[0] == "profile" && len(key) > 2 {
		name, kind, valid = strings.Join(key[2:], "."), "profile setting", accountKeys
	}
	hint := model.DidYouMean(name, valid)
	if hint == "" {
		hint = "; valid: " + strings.Join(valid, ", ")
	}
	return newDecodeError(path, e, fmt.Sprintf("unknown %s %q%s", kind, name, hint))
}

func newDecodeError(path string, e *toml.DecodeError, message string) error {
	line, column := e.Position()
	return Errorf(ExitConfig, "%s, line %d, column %d: %s", path, line, column, message)
}

// codePointPattern matches how the TOML library writes a character: its code point, then the
// character in quotes.
var codePointPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`U\+[0-9A-F]+ ('.')`)
})

// describeDecodeError explains an error in terms of the file. For a value of the wrong type, the
// library's own message names Go types.
func describeDecodeError(e *toml.DecodeError) string {
	message := strings.TrimPrefix(e.Error(), "toml: ")
	if key := e.Key(); len(key) > 0 && strings.HasPrefix(message, "cannot ") {
		name := strings.ToLower(key[0])
		if inner := key[min(2, len(key)-1)]; name == "profile" && configKeys[inner] != "" {
			name = inner
		}
		return name + " " + configKeys[name]
	}
	message = codePointPattern().ReplaceAllString(message, "$1")
	if strings.HasSuffix(message, "at start of value") {
		message += ": a string needs quotes, and yes and no are written true and false"
	}
	return message
}

func allKeys() []string {
	names := make([]string, 0, len(configKeys))
	for name := range configKeys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
