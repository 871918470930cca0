package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// configFile is config.toml as written; a nil field is not in it. Its keys are listed once more in configKeys.
type configFile struct {
	APIURL    *string             `toml:"api_url"`
	CAFile    *string             `toml:"ca_file"`
	TokenFile *string             `toml:"token_file"`
	ReadOnly  *bool               `toml:"read_only"`
	ASCII     *bool               `toml:"ascii"`
	Mouse     *bool               `toml:"mouse"`
	Notify    *string             `toml:"notify"`
	Keys      map[string][]string `toml:"keys"`
	Policy    []PolicyRule        `toml:"policy"`
	SSH       []SSHRule           `toml:"ssh"`
	Command   []CommandRule       `toml:"command"`
}

// PolicyRule is a [[policy]] of the config as written: which servers it is for, by name and location glob, and what they must
// have to be covered.
type PolicyRule struct {
	Server    string  `toml:"server"`
	Location  string  `toml:"location"`
	MaxAge    *string `toml:"max_age"`    // of the newest restore point, such as "26h" or "7d"; "0h": any; not there: the default
	MinPoints *int    `toml:"min_points"` // restore points that can be gone back to; not there: the default
}

// configKeys says of every key what its value must be, in the words of an error.
var configKeys = map[string]string{
	"api_url":    "must be a text in quotes",
	"ca_file":    "must be a text in quotes",
	"token_file": "must be a text in quotes",
	"read_only":  "must be true or false, without quotes",
	"ascii":      "must be true or false, without quotes",
	"mouse":      "must be true or false, without quotes",
	"notify":     "must be a text in quotes",
	"policy":     `must be a [[policy]] table with server, location, max_age and min_points`,
	"ssh":        `must be an [[ssh]] table with server, user, port and command (a list of texts)`,
	"command":    `must be a [[command]] table with key, name, run (a list of texts), shell, confirm and dangerous`,
	"keys":       `must be a [keys] table of lines like "points.restore" = ["R"]: the name in quotes, the keys as a list`,
}

const noTokenHere = "a token does not belong into the config file: put it into VPS_API_TOKEN, " +
	"or into a file of its own and name that as token_file"

// readConfig reads the config file. Unless it is wanted, it may be missing.
func readConfig(path string, wanted bool) (configFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && !wanted {
		return configFile{}, nil
	}
	if err != nil {
		return configFile{}, Faultf(ExitConfig, "the config file %s cannot be read: %s", path, reason(err))
	}
	var file configFile
	err = toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&file)
	var unknown *toml.StrictMissingError
	var broken *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		return configFile{}, unknownKey(path, unknown)
	case errors.As(err, &broken):
		return configFile{}, at(path, broken, describe(broken))
	case err != nil:
		return configFile{}, Faultf(ExitConfig, "the config file %s is not TOML", path)
	}
	return file, file.check(path)
}

// check refuses texts that are empty, or a token where a path or an address belongs.
func (f configFile) check(path string) error {
	for _, text := range []struct {
		key   string
		value *string
	}{{"api_url", f.APIURL}, {"ca_file", f.CAFile}, {"token_file", f.TokenFile}, {"notify", f.Notify}} {
		switch {
		case text.value == nil:
		case strings.HasPrefix(*text.value, "vps_"):
			return Faultf(ExitConfig, "%s: %s is a token, and %s", path, text.key, noTokenHere)
		case strings.TrimSpace(*text.value) == "":
			return Faultf(ExitConfig, "%s: %s is empty: give it a value, or remove the line", path, text.key)
		}
	}
	return nil
}

// unknownKey picks the mistake to report: a token in the file before all others, else the first.
func unknownKey(path string, unknown *toml.StrictMissingError) error {
	for i := range unknown.Errors {
		e := &unknown.Errors[i]
		name := strings.ToLower(e.Key()[len(e.Key())-1])
		if (strings.Contains(name, "token") || strings.HasPrefix(name, "vps_")) && nearest(name) == nil {
			return at(path, e, noTokenHere)
		}
	}
	e := &unknown.Errors[0]
	name := strings.Join(e.Key(), ".")
	near := nearest(name)
	if near == nil {
		return at(path, e, fmt.Sprintf("%q is no setting; there are %s", name, strings.Join(allKeys(), ", ")))
	}
	return at(path, e, fmt.Sprintf("%q is no setting; did you mean %s?", name, strings.Join(near, " or ")))
}

func at(path string, e *toml.DecodeError, what string) error {
	line, column := e.Position()
	return Faultf(ExitConfig, "%s, line %d, column %d: %s", path, line, column, what)
}

// codePoint is how the TOML library names a character before it shows it.
var codePoint = regexp.MustCompile(`U\+[0-9A-F]+ ('.')`)

// describe says what is wrong in the file's own terms: the library speaks of Go types where a value is of the wrong kind.
func describe(e *toml.DecodeError) string {
	what := strings.TrimPrefix(e.Error(), "toml: ")
	if key := e.Key(); len(key) > 0 && strings.HasPrefix(what, "cannot ") {
		name := strings.ToLower(key[0])
		return name + " " + configKeys[name]
	}
	what = codePoint.ReplaceAllString(what, "$1")
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

// nearest lists the keys that a misspelt one may have been meant to be, the likeliest first; nil if none comes near.
func nearest(name string) []string {
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "").Replace
	wrong := squeeze(strings.ToLower(name))
	var near []string
	best := len(wrong)/3 + 1
	for _, key := range allKeys() {
		switch d := distance(wrong, squeeze(key)); {
		case d < best:
			best, near = d, []string{key}
		case d == best && near != nil:
			near = append(near, key)
		}
	}
	return near
}

// distance counts the letters to insert, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			step := diagonal
			if a[i] != b[j] {
				step++
			}
			diagonal = row[j+1]
			row[j+1] = min(step, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
