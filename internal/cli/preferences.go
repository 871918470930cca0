package cli

import (
	"slices"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/internal/watch"
	"vpsdeck/keymap"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// preferencesFrom converts settings into the dashboard's preferences. It checks what the settings
// package does not know: keys, themes, columns and so on. Its errors are settings.Errors with
// ExitConfig that name the line.
func preferencesFrom(s settings.Settings) (ui.Preferences, error) {
	prefs := ui.Preferences{
		Profile: command.Profile{Name: s.Profile, Stripe: stripe(s), ReadOnly: s.ReadOnly, Strict: s.StrictConfirm,
			PanelURL: s.PanelURL, Policies: s.Policies, Retention: s.Retention},
		Keys: keymap.Default(), Theme: style.Theme(s.Theme), Columns: s.Columns, Announce: ui.Announcement(s.Notify),
		SSH: s.SSH, Commands: s.Commands, Views: s.Views, Secrets: s.TokenVariables, ASCII: s.ASCII, Mouse: s.Mouse,
		ReducedMotion: !s.Motion, ConfirmQuit: s.ConfirmQuit,
	}
	if err := prefs.Keys.Remap(s.Keys); err != nil {
		return prefs, configError(badKeyPosition(s), "[keys]: %s", err)
	}
	for i, custom := range s.Commands {
		if err := prefs.Keys.AddCustom(custom.Name, custom.Key); err != nil {
			return prefs, configError(s.TablePosition("command", i+1), "[[command]] %d: %s", i+1, err)
		}
	}
	for i, view := range s.Views {
		err := prefs.Keys.AddView(view.Name, view.Key)
		if err == nil {
			err = screen.CheckOrder(view.Pane, view.Order)
		}
		if err != nil {
			return prefs, configError(s.TablePosition("view", i+1), "[[view]] %d: %s", i+1, err)
		}
	}
	if pane, err := prefs.Columns.Check(); err != nil {
		return prefs, configError(s.Position("columns."+pane), "[columns]: %s", err)
	}
	var name string
	var err error
	if prefs.Colours, name, err = style.ParseColours(s.Colours); err != nil {
		return prefs, configError(s.ThemePosition(name), "[theme]: %s", err)
	}
	for _, choice := range []struct {
		name, value, position string
		known                 []string
	}{
		{"notify", s.Notify, s.Position("notify"), ui.Announcements()},
		{"theme", s.Theme, s.ThemePosition("base"), append(style.Themes(), "")},
		{"stripe", s.Stripe, s.AccountPosition("stripe"), append(style.Stripes(), "")},
	} {
		if !slices.Contains(choice.known, choice.value) {
			known := strings.TrimSuffix(strings.Join(choice.known, ", "), ", ")
			return prefs, configError(choice.position, "%s cannot be %q; valid: %s", choice.name, choice.value, known)
		}
	}
	return prefs, nil
}

func configError(position, format string, args ...any) error {
	return settings.Errorf(settings.ExitConfig, "%s: "+format, append([]any{position}, args...)...)
}

// badKeyPosition returns the line of the first invalid key, or the line of the table if two valid
// keys conflict.
func badKeyPosition(s settings.Settings) string {
	names := make([]string, 0, len(s.Keys))
	for name := range s.Keys {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		keys := keymap.Default()
		if keys.Remap(map[string][]string{name: s.Keys[name]}) != nil {
			return s.Position("keys." + name)
		}
	}
	return s.Position("keys")
}

// stripe returns the colour of a profile: the one from the config, or one chosen by its position
// among the profiles.
func stripe(s settings.Settings) string {
	if s.Stripe != "" || s.Profile == "" {
		return s.Stripe
	}
	colours := style.Stripes()
	return colours[slices.Index(s.Profiles, s.Profile)%len(colours)]
}

// configWatcher reloads the preferences when the config file changes.
type configWatcher struct {
	flags    settings.Flags
	path     string
	file     *watch.File
	accounts *accounts
}

// newConfigWatcher watches the config file. It returns nil if there is no path for one.
func newConfigWatcher(flags settings.Flags) *configWatcher {
	path, _ := settings.ConfigPath(sources(flags))
	if path == "" {
		return nil
	}
	return &configWatcher{flags: flags, path: path, file: watch.New(path)}
}

// Reload reads the file if it has changed since the last call.
func (w *configWatcher) Reload(profile string) (prefs ui.Preferences, changed bool, err error) {
	changed, exists := w.file.Changed()
	if !changed {
		return ui.Preferences{}, false, nil
	}
	if !exists {
		return ui.Preferences{}, false, settings.Errorf(settings.ExitConfig, "%s no longer exists", w.path)
	}
	s, err := settings.Load(sources(withProfile(w.flags, profile)))
	if err != nil {
		return ui.Preferences{}, false, err
	}
	if prefs, err = preferencesFrom(s); err != nil {
		return ui.Preferences{}, false, err
	}
	accts := *w.accounts
	accts.profiles = s.Profiles
	prefs.Accounts = &accts
	return prefs, true, nil
}
