package settings

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

const mustBeTheme = `must be a string in quotes, or a [theme] table with base and colours such as accent = "#7FE0FF"`

// parseTheme parses the theme: a name, or a table with the name as base and colours by name. A
// colour may be a number, as colours of the terminal are.
func (f configFile) parseTheme() (base string, colours map[string]string, err error) {
	switch theme := f.Theme.(type) {
	case nil:
		return "", nil, nil
	case string:
		return theme, nil, f.checkTexts("", map[string]*string{"theme": &theme})
	case map[string]any:
		colours = map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(theme)) {
			value, ok := theme[name].(string)
			if number, isNumber := theme[name].(int64); isNumber && name != "base" {
				value, ok = strconv.FormatInt(number, 10), true
			}
			if !ok {
				return "", nil, f.errorAt(f.lines.themeKey(name), "theme.%s %s", name, mustBeText)
			}
			if err := f.checkTexts("theme.", map[string]*string{name: &value}); err != nil {
				return "", nil, err
			}
			colours[name] = strings.TrimSpace(value)
		}
		base = colours["base"]
		delete(colours, "base")
		return base, colours, nil
	}
	return "", nil, f.errorAt("theme", "theme %s", mustBeTheme)
}

// themeKey returns the full name of a key in the theme's table, or of the table if its lines are not
// known: it may be written on one line, and a base may be written as the theme itself.
func (l keyLines) themeKey(name string) string {
	if _, known := l["theme."+name]; known {
		return "theme." + name
	}
	return "theme"
}

// ThemePosition returns where a key of the theme's table is in the config file.
func (s Settings) ThemePosition(name string) string { return s.Position(s.lines.themeKey(name)) }
