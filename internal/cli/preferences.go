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

// preferencesFrom checks what the settings leave to be checked where it is known, keys, themes, columns and the like, and puts them
// into the dashboard's terms. Its errors are Faults with ExitConfig that name the line.
func preferencesFrom(s settings.Settings) (ui.Preferences, error) {
	out := ui.Preferences{
		Profile: command.Profile{Name: s.Profile, Stripe: stripe(s), ReadOnly: s.ReadOnly, Strict: s.StrictConfirm, Policies: s.Policies},
		Keys:    keymap.Default(), Theme: style.Theme(s.Theme), Columns: s.Columns, Announce: ui.Announcement(s.Notify),
		SSH: s.SSH, Commands: s.Commands, Secrets: s.TokenVariables, ASCII: s.ASCII, Mouse: s.Mouse, ReducedMotion: !s.Motion,
	}
	if err := out.Keys.Remap(s.Keys); err != nil {
		return out, configError(badKeyPosition(s), "[keys]: %s", err)
	}
	for i, own := range s.Commands {
		if err := out.Keys.AddCustom(own.Name, own.Key); err != nil {
			return out, configError(s.Position("command"), "[[command]] %d: %s", i+1, err)
		}
	}
	if pane, err := out.Columns.Check(); err != nil {
		return out, configError(s.Position("columns."+pane), "[columns]: %s", err)
	}
	for _, choice := range []struct {
		name, value, place string
		known              []string
	}{
		{"notify", s.Notify, s.Position("notify"), ui.Announcements()},
		{"theme", s.Theme, s.Position("theme"), append(style.Themes(), "")},
		{"stripe", s.Stripe, s.AccountPosition("stripe"), append(style.Stripes(), "")},
	} {
		if !slices.Contains(choice.known, choice.value) {
			known := strings.TrimSuffix(strings.Join(choice.known, ", "), ", ")
			return out, configError(choice.place, "%s cannot be %q: there are %s", choice.name, choice.value, known)
		}
	}
	return out, nil
}

func configError(place, format string, args ...any) error {
	return settings.Errorf(settings.ExitConfig, "%s: "+format, append([]any{place}, args...)...)
}

// badKeyPosition is the line of the first key that is wrong by itself; where two that are right conflict, that of the table.
func badKeyPosition(s settings.Settings) string {
	names := make([]string, 0, len(s.Keys))
	for name := range s.Keys {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		alone := keymap.Default()
		if alone.Remap(map[string][]string{name: s.Keys[name]}) != nil {
			return s.Position("keys." + name)
		}
	}
	return s.Position("keys")
}

// stripe is the colour of a profile: the one that the config gives it, or else one by its place among the profiles.
func stripe(s settings.Settings) string {
	if s.Stripe != "" || s.Profile == "" {
		return s.Stripe
	}
	colours := style.Stripes()
	return colours[slices.Index(s.Profiles, s.Profile)%len(colours)]
}

// configWatcher sees when the config file changes.
type configWatcher struct {
	flags    settings.Flags
	path     string
	file     *watch.File
	accounts *accounts
}

// newConfigWatcher begins to watch the config file; nil if there is no place for one.
func newConfigWatcher(flags settings.Flags) *configWatcher {
	path, _ := settings.ConfigPath(sources(flags))
	if path == "" {
		return nil
	}
	return &configWatcher{flags: flags, path: path, file: watch.New(path)}
}

// Reload reads the file if it is another one than last time.
func (w *configWatcher) Reload(profile string) (fresh ui.Preferences, changed bool, err error) {
	changed, there := w.file.Changed()
	if !changed {
		return ui.Preferences{}, false, nil
	}
	if !there {
		return ui.Preferences{}, false, settings.Errorf(settings.ExitConfig, "%s is gone", w.path)
	}
	s, err := settings.Load(sources(withProfile(w.flags, profile)))
	if err != nil {
		return ui.Preferences{}, false, err
	}
	if fresh, err = preferencesFrom(s); err != nil {
		return ui.Preferences{}, false, err
	}
	others := *w.accounts
	others.profiles = s.Profiles
	fresh.Accounts = &others
	return fresh, true, nil
}
