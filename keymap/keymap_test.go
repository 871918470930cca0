package keymap

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// bindingNames are the names of all bindings. Configs contain them, so changing one breaks configs.
var bindingNames = []string{
	"move.up", "move.down", "move.top", "move.bottom", "move.pageup", "move.pagedown",
	"move.nextpage", "move.previouspage",
	"pane.next", "pane.previous", "pane.servers", "pane.backups", "pane.snapshots",
	"action.snapshot", "action.backup", "action.restore", "action.delete", "action.cleanup", "mark.one", "mark.range",
	"mark.all",
	"view.open", "view.back", "view.filter", "view.order", "view.reverse", "view.problems", "view.fleet",
	"view.refresh", "view.activity", "view.requests", "view.raw", "view.copy", "view.menu", "view.ssh", "view.panel",
	"view.palette",
	"view.help", "view.repaint", "view.suspend", "view.quit",
	"dialog.next", "dialog.previous", "dialog.confirm", "dialog.submit",
	"dialog.toggle", "dialog.yes", "dialog.no", "dialog.kinds", "dialog.cancel",
}

func (k *KeyMap) bindingsByName() map[string]*key.Binding {
	out := map[string]*key.Binding{}
	for _, g := range k.Groups() {
		for _, n := range g.Keys {
			out[n.Name] = n.Binding
		}
	}
	return out
}

func TestBindingNamesAreStable(t *testing.T) {
	k := Default()
	var got []string
	for _, g := range k.Groups() {
		for _, n := range g.Keys {
			got = append(got, n.Name)
			if !strings.HasPrefix(n.Name, g.Name+".") {
				t.Errorf("%s is in the group %s", n.Name, g.Name)
			}
		}
	}
	if !slices.Equal(got, bindingNames) {
		t.Errorf("the names are\n%q, want\n%q", got, bindingNames)
	}
}

func TestEveryBindingIsNamedAfterItsField(t *testing.T) {
	k := Default()
	byName := k.bindingsByName()
	groups := reflect.ValueOf(&k).Elem()
	fields := 0
	for i := range groups.NumField() - 3 { // the last are custom commands and saved views
		for j := range groups.Field(i).NumField() {
			fields++
			name := strings.ToLower(groups.Type().Field(i).Name + "." + groups.Field(i).Type().Field(j).Name)
			if got, want := byName[name], groups.Field(i).Field(j).Addr().Interface(); got != want {
				t.Errorf("%s is not the binding of that field", name)
			}
		}
	}
	if len(byName) != fields {
		t.Errorf("%d names for %d bindings", len(byName), fields)
	}
}

func TestDefaultKeysAreValidAndDoNotConflict(t *testing.T) {
	k := Default()
	if err := k.checkConflicts(); err != nil {
		t.Error(err)
	}
	for name, b := range k.bindingsByName() {
		if !b.Enabled() || len(b.Keys()) == 0 || b.Help().Desc == "" || b.Help().Key != Label(b.Keys()...) {
			t.Errorf("%s: %q, %+v", name, b.Keys(), b.Help())
		}
		for _, pressed := range b.Keys() {
			if err := checkKey(name, pressed); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTerminalKeyNamesCanBeBound(t *testing.T) {
	for _, press := range []tea.KeyPressMsg{
		{Code: 'r', Text: "r"}, {Code: 'R', Text: "R", Mod: tea.ModShift}, {Code: 'é', Text: "é"},
		{Code: '+', Text: "+"},
		{Code: 'x', Mod: tea.ModCtrl}, {Code: 'x', Mod: tea.ModAlt}, {Code: 'x', Mod: tea.ModCtrl | tea.ModAlt},
		{Code: tea.KeySpace, Text: " "}, {Code: tea.KeyTab, Mod: tea.ModShift}, {Code: tea.KeyF5},
		{Code: tea.KeyDelete},
		{Code: tea.KeyPgDown}, {Code: tea.KeyUp, Mod: tea.ModCtrl | tea.ModAlt | tea.ModShift}, {Code: tea.KeyEscape},
		{Code: tea.KeyBackspace},
	} {
		k := Default()
		if name, ok := k.bindingOf(press.String()); ok {
			if err := k.Remap(map[string][]string{name: {"f12"}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.Remap(map[string][]string{"action.delete": {press.String()}}); err != nil {
			t.Errorf("%v", err)
		} else if !key.Matches(press, k.Action.Delete) {
			t.Errorf("%q is bound, but does not match when pressed", press)
		}
	}
}

// bindingOf returns the binding outside dialogs that has the key.
func (k *KeyMap) bindingOf(pressed string) (string, bool) {
	for name, b := range k.bindingsByName() {
		if slices.Contains(b.Keys(), pressed) && !strings.HasPrefix(name, "dialog.") {
			return name, true
		}
	}
	return "", false
}

func TestRemapByName(t *testing.T) {
	k := Default()
	err := k.Remap(map[string][]string{
		"action.restore": {"ctrl+r", "f5"}, "view.refresh": {"r"}, // r is free once restore has other keys
		"dialog.no": {"q"}, // dialogs have keys of their own
		"move.up":   {"up", "up"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"action.restore": {"ctrl+r", "f5"}, "view.refresh": {"r"},
		"dialog.no": {"q"}, "view.quit": {"q"}} {
		b := k.bindingsByName()[name]
		if !slices.Equal(b.Keys(), want) || b.Help().Key != strings.Join(want, " ") {
			t.Errorf("%s: %q, shown as %q", name, b.Keys(), b.Help().Key)
		}
	}
	if k.Action.Restore.Help().Desc != "restore" {
		t.Errorf("its help is now %q", k.Action.Restore.Help().Desc)
	}
}

func TestEmptyKeyListDisablesBinding(t *testing.T) {
	for _, none := range [][]string{nil, {}} {
		k := Default()
		if err := k.Remap(map[string][]string{"action.delete": none}); err != nil {
			t.Fatal(err)
		}
		if k.Action.Delete.Enabled() || key.Matches(tea.KeyPressMsg{Code: 'd', Text: "d"}, k.Action.Delete) {
			t.Errorf("%#v leaves it enabled", none)
		}
		if err := k.Remap(map[string][]string{"action.delete": {"X"}}); err != nil || !k.Action.Delete.Enabled() {
			t.Errorf("it cannot be enabled again: %v", err)
		}
	}
}

func TestRejectedRemapExplainsWhyAndChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		keys map[string][]string
		want []string // in the message
	}{
		"an unknown name": {map[string][]string{"action.restroe": {"X"}},
			append([]string{`"action.restroe"`}, bindingNames...)},
		"no name":            {map[string][]string{"": {"X"}}, []string{`""`, "action.restore"}},
		"a name in capitals": {map[string][]string{"Action.Restore": {"X"}}, []string{`"Action.Restore"`}},
		"a word that is not a key": {map[string][]string{"action.restore": {"return"}},
			[]string{`"return"`, "action.restore", "enter"}},
		"no key": {map[string][]string{"action.restore": {""}},
			[]string{`""`, "action.restore"}},
		"a blank":         {map[string][]string{"action.restore": {" "}}, []string{`" "`, "space"}},
		"modifiers alone": {map[string][]string{"action.restore": {"ctrl+"}}, []string{`"ctrl+"`}},
		"modifiers in the wrong order": {map[string][]string{"action.restore": {"alt+ctrl+x"}},
			[]string{`"alt+ctrl+x"`}},
		"several characters": {map[string][]string{"action.restore": {"gg"}}, []string{`"gg"`}},
		"the key that always quits": {map[string][]string{"action.restore": {"ctrl+c"}},
			[]string{"ctrl+c", "action.restore", "always quits"}},
		"that key in a dialog": {map[string][]string{"dialog.cancel": {"esc", "ctrl+c"}},
			[]string{"ctrl+c", "dialog.cancel"}},
		"a key that is taken": {map[string][]string{"action.restore": {"d"}},
			[]string{"d is both", "action.restore", "action.delete"}},
		"a key of another group": {map[string][]string{"view.help": {"k"}},
			[]string{"k is both", "view.help", "move.up"}},
		"two bindings with one new key": {map[string][]string{"action.restore": {"X"}, "action.delete": {"X"}},
			[]string{"X is both", "action.restore", "action.delete"}},
		"a conflict within dialogs": {map[string][]string{"dialog.yes": {"n"}},
			[]string{"n is both", "dialog.yes", "dialog.no"}},
		"a valid and an invalid one": {map[string][]string{"action.restore": {"X"}, "view.quit": {"ctrl+c"}},
			[]string{"view.quit"}},
		"dialogs without cancel": {map[string][]string{"dialog.cancel": {}},
			[]string{"dialog.cancel needs a key"}},
		"dialogs without confirm": {map[string][]string{"dialog.confirm": nil},
			[]string{"dialog.confirm needs a key"}},
		"dialogs without next": {map[string][]string{"dialog.next": {}}, []string{"dialog.next needs a key"}},
	} {
		k, before := Default(), Default()
		err := k.Remap(c.keys)
		if err == nil {
			t.Errorf("%s is accepted", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %q is not in the message %q", name, want, err)
			}
		}
		if !reflect.DeepEqual(k, before) {
			t.Errorf("%s: it was rejected, but the map has changed", name)
		}
	}
}

func TestRemapErrorIsDeterministic(t *testing.T) {
	keys := map[string][]string{"a": {"X"}, "b": {"X"}, "action.restore": {"ctrl+c"}, "view.quit": {"?"}}
	k := Default()
	first := k.Remap(keys).Error()
	for range 50 {
		if again := k.Remap(maps.Clone(keys)).Error(); again != first {
			t.Fatalf("%q, then %q", first, again)
		}
	}
}

func TestReadOnlyHasNoActions(t *testing.T) {
	k := Default()
	k.DisableActions()
	for name, b := range k.bindingsByName() {
		if want := !strings.HasPrefix(name, "action."); b.Enabled() != want {
			t.Errorf("%s: enabled is %v", name, b.Enabled())
		}
	}
	if key.Matches(tea.KeyPressMsg{Code: 'r', Text: "r"}, k.Action.Restore) {
		t.Error("restore can be pressed")
	}
	if err := k.Remap(map[string][]string{"action.restore": {"X"}}); err != nil || k.Action.Restore.Enabled() {
		t.Errorf("remapping enables restore: %v", err)
	}
}

func TestLabelsAreShort(t *testing.T) {
	for want, keys := range map[string][]string{
		"": nil, "q": {"q"}, "k ↑": {"k", "up"}, "→ ← ↓": {"right", "left", "down"},
		"ctrl+d pgdn": {"ctrl+d", "pgdown"}, "R": {"R"},
	} {
		if got := Label(keys...); got != want {
			t.Errorf("%q is shown as %q, want %q", keys, got, want)
		}
	}
}
