package cli

import (
	"slices"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/internal/watch"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
	"vpsdeck/ui/style"
)

// wishes checks what the settings leave to be checked where it is known, keys, themes, columns and the like, and puts them
// into the dashboard's terms. Its errors are Faults with ExitConfig that name the line.
func wishes(s settings.Settings) (ui.Fresh, error) {
	out := ui.Fresh{
		Profile: command.Profile{Name: s.Profile, Stripe: stripe(s), ReadOnly: s.ReadOnly, Strict: s.Strict, Policies: s.Policies},
		Keys:    keymap.Default(), Theme: style.Theme(s.Theme), Columns: s.Columns, Announce: ui.Announcement(s.Notify),
		SSH: s.SSH, Commands: s.Commands, Secrets: s.Secrets, ASCII: s.ASCII, Mouse: s.Mouse, Still: !s.Motion,
	}
	if err := out.Keys.Remap(s.Keys); err != nil {
		return out, wrong(keyPlace(s), "[keys]: %s", err)
	}
	for i, own := range s.Commands {
		if err := out.Keys.AddOwn(own.Name, own.Key); err != nil {
			return out, wrong(s.At("command"), "[[command]] %d: %s", i+1, err)
		}
	}
	if pane, err := out.Columns.Check(); err != nil {
		return out, wrong(s.At("columns."+pane), "[columns]: %s", err)
	}
	for _, choice := range []struct {
		name, value, place string
		known              []string
	}{
		{"notify", s.Notify, s.At("notify"), ui.Announcements()},
		{"theme", s.Theme, s.At("theme"), append(style.Themes(), "")},
		{"stripe", s.Stripe, s.AtAccount("stripe"), append(style.Stripes(), "")},
	} {
		if !slices.Contains(choice.known, choice.value) {
			known := strings.TrimSuffix(strings.Join(choice.known, ", "), ", ")
			return out, wrong(choice.place, "%s cannot be %q: there are %s", choice.name, choice.value, known)
		}
	}
	return out, nil
}

func wrong(place, format string, args ...any) error {
	return settings.Faultf(settings.ExitConfig, "%s: "+format, append([]any{place}, args...)...)
}

// keyPlace is the line of the first key that is wrong by itself; where two that are right conflict, that of the table.
func keyPlace(s settings.Settings) string {
	names := make([]string, 0, len(s.Keys))
	for name := range s.Keys {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		alone := keymap.Default()
		if alone.Remap(map[string][]string{name: s.Keys[name]}) != nil {
			return s.At("keys." + name)
		}
	}
	return s.At("keys")
}

// stripe is the colour of a profile: the one that the config gives it, or else one by its place among the profiles.
func stripe(s settings.Settings) string {
	if s.Stripe != "" || s.Profile == "" {
		return s.Stripe
	}
	colours := style.Stripes()
	return colours[slices.Index(s.Profiles, s.Profile)%len(colours)]
}

// configWatch sees when the config file changes.
type configWatch struct {
	flags    settings.Flags
	path     string
	file     *watch.File
	accounts *accounts
}

// newWatch begins to watch the config file; nil if there is no place for one.
func newWatch(flags settings.Flags) *configWatch {
	path, _ := settings.ConfigPath(sources(flags))
	if path == "" {
		return nil
	}
	return &configWatch{flags: flags, path: path, file: watch.New(path)}
}

// Look reads the file if it is another one than last time.
func (w *configWatch) Look(profile string) (fresh ui.Fresh, changed bool, err error) {
	changed, there := w.file.Changed()
	if !changed {
		return ui.Fresh{}, false, nil
	}
	if !there {
		return ui.Fresh{}, false, settings.Faultf(settings.ExitConfig, "%s is gone", w.path)
	}
	s, err := settings.Load(sources(on(w.flags, profile)))
	if err != nil {
		return ui.Fresh{}, false, err
	}
	if fresh, err = wishes(s); err != nil {
		return ui.Fresh{}, false, err
	}
	others := *w.accounts
	others.profiles = s.Profiles
	fresh.Accounts = &others
	return fresh, true, nil
}
