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

// names are the names of all bindings. People write them into their configs: one that changes breaks those.
var names = []string{
	"move.up", "move.down", "move.top", "move.bottom", "move.pageup", "move.pagedown",
	"pane.next", "pane.previous", "pane.servers", "pane.backups", "pane.snapshots",
	"deed.snapshot", "deed.backup", "deed.restore", "deed.delete", "deed.clear", "mark.one", "mark.range", "mark.all",
	"view.open", "view.back", "view.filter", "view.order", "view.turn", "view.wrong", "view.fleet", "view.refresh", "view.activity", "view.requests", "view.raw", "view.copy", "view.ssh", "view.palette", "view.help", "view.repaint", "view.suspend", "view.quit",
	"dialog.next", "dialog.previous", "dialog.press", "dialog.toggle", "dialog.yes", "dialog.no", "dialog.cancel",
}

func (k *KeyMap) byName() map[string]*key.Binding {
	out := map[string]*key.Binding{}
	for _, g := range k.Groups() {
		for _, n := range g.Keys {
			out[n.Name] = n.Binding
		}
	}
	return out
}

func TestNamesStayAsTheyAre(t *testing.T) {
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
	if !slices.Equal(got, names) {
		t.Errorf("the names are\n%q, want\n%q", got, names)
	}
}

func TestEveryBindingHasANameAfterItsField(t *testing.T) {
	k := Default()
	byName := k.byName()
	groups := reflect.ValueOf(&k).Elem()
	fields := 0
	for i := range groups.NumField() - 1 { // the last are the user's own
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

func TestTheDefaultKeysAreKeysAndDoNotConflict(t *testing.T) {
	k := Default()
	if err := k.conflict(); err != nil {
		t.Error(err)
	}
	for name, b := range k.byName() {
		if !b.Enabled() || len(b.Keys()) == 0 || b.Help().Desc == "" || b.Help().Key != Label(b.Keys()...) {
			t.Errorf("%s: %q, %+v", name, b.Keys(), b.Help())
		}
		for _, pressed := range b.Keys() {
			if err := check(name, pressed); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestTheTerminalsOwnNamesOfKeysCanBeBound(t *testing.T) {
	for _, press := range []tea.KeyPressMsg{
		{Code: 'r', Text: "r"}, {Code: 'R', Text: "R", Mod: tea.ModShift}, {Code: 'é', Text: "é"}, {Code: '+', Text: "+"},
		{Code: 'x', Mod: tea.ModCtrl}, {Code: 'x', Mod: tea.ModAlt}, {Code: 'x', Mod: tea.ModCtrl | tea.ModAlt},
		{Code: tea.KeySpace, Text: " "}, {Code: tea.KeyTab, Mod: tea.ModShift}, {Code: tea.KeyF5}, {Code: tea.KeyDelete},
		{Code: tea.KeyPgDown}, {Code: tea.KeyUp, Mod: tea.ModCtrl | tea.ModAlt | tea.ModShift}, {Code: tea.KeyEscape}, {Code: tea.KeyBackspace},
	} {
		k := Default()
		if name, ok := k.owner(press.String()); ok {
			if err := k.Remap(map[string][]string{name: {"f12"}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.Remap(map[string][]string{"deed.delete": {press.String()}}); err != nil {
			t.Errorf("%v", err)
		} else if !key.Matches(press, k.Deed.Delete) {
			t.Errorf("%q is bound, and does not match when it is pressed", press)
		}
	}
}

// owner is the binding of the screen that has the key.
func (k *KeyMap) owner(pressed string) (string, bool) {
	for name, b := range k.byName() {
		if slices.Contains(b.Keys(), pressed) && !strings.HasPrefix(name, "dialog.") {
			return name, true
		}
	}
	return "", false
}

func TestRemapGivesKeysByName(t *testing.T) {
	k := Default()
	err := k.Remap(map[string][]string{
		"deed.restore": {"ctrl+r", "f5"}, "view.refresh": {"r"}, // r is free once restore has other keys
		"dialog.no": {"q"}, // questions have their keys to themselves
		"move.up":   {"up", "up"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"deed.restore": {"ctrl+r", "f5"}, "view.refresh": {"r"}, "dialog.no": {"q"}, "view.quit": {"q"}} {
		b := k.byName()[name]
		if !slices.Equal(b.Keys(), want) || b.Help().Key != strings.Join(want, " ") {
			t.Errorf("%s: %q, shown as %q", name, b.Keys(), b.Help().Key)
		}
	}
	if k.Deed.Restore.Help().Desc != "restore" {
		t.Errorf("what it does is now %q", k.Deed.Restore.Help().Desc)
	}
}

func TestAnEmptyListOfKeysSwitchesABindingOff(t *testing.T) {
	for _, none := range [][]string{nil, {}} {
		k := Default()
		if err := k.Remap(map[string][]string{"deed.delete": none}); err != nil {
			t.Fatal(err)
		}
		if k.Deed.Delete.Enabled() || key.Matches(tea.KeyPressMsg{Code: 'd', Text: "d"}, k.Deed.Delete) {
			t.Errorf("%#v leaves it on", none)
		}
		if err := k.Remap(map[string][]string{"deed.delete": {"x"}}); err != nil || !k.Deed.Delete.Enabled() {
			t.Errorf("it cannot be switched on again: %v", err)
		}
	}
}

func TestRemapRefusesWithASentenceAndChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		keys map[string][]string
		want []string // in the sentence
	}{
		"an unknown name":              {map[string][]string{"deed.restroe": {"x"}}, append([]string{`"deed.restroe"`}, names...)},
		"no name":                      {map[string][]string{"": {"x"}}, []string{`""`, "deed.restore"}},
		"a name in capitals":           {map[string][]string{"Deed.Restore": {"x"}}, []string{`"Deed.Restore"`}},
		"a word that is no key":        {map[string][]string{"deed.restore": {"return"}}, []string{`"return"`, "deed.restore", "enter"}},
		"no key":                       {map[string][]string{"deed.restore": {""}}, []string{`""`, "deed.restore"}},
		"a blank":                      {map[string][]string{"deed.restore": {" "}}, []string{`" "`, "space"}},
		"modifiers alone":              {map[string][]string{"deed.restore": {"ctrl+"}}, []string{`"ctrl+"`}},
		"modifiers in the wrong order": {map[string][]string{"deed.restore": {"alt+ctrl+x"}}, []string{`"alt+ctrl+x"`}},
		"several characters":           {map[string][]string{"deed.restore": {"gg"}}, []string{`"gg"`}},
		"the key that always quits":    {map[string][]string{"deed.restore": {"ctrl+c"}}, []string{"ctrl+c", "deed.restore", "always quits"}},
		"that key in a question":       {map[string][]string{"dialog.cancel": {"esc", "ctrl+c"}}, []string{"ctrl+c", "dialog.cancel"}},
		"a key that is taken":          {map[string][]string{"deed.restore": {"d"}}, []string{"d is both", "deed.restore", "deed.delete"}},
		"a key of another group":       {map[string][]string{"view.help": {"k"}}, []string{"k is both", "view.help", "move.up"}},
		"two new keys that are one":    {map[string][]string{"deed.restore": {"x"}, "deed.delete": {"x"}}, []string{"x is both", "deed.restore", "deed.delete"}},
		"a conflict within a question": {map[string][]string{"dialog.yes": {"n"}}, []string{"n is both", "dialog.yes", "dialog.no"}},
		"a good one beside a bad one":  {map[string][]string{"deed.restore": {"x"}, "view.quit": {"ctrl+c"}}, []string{"view.quit"}},
		"a question without an end":    {map[string][]string{"dialog.cancel": {}}, []string{"dialog.cancel needs a key"}},
		"a question without an answer": {map[string][]string{"dialog.press": nil}, []string{"dialog.press needs a key"}},
		"a question that keeps its No": {map[string][]string{"dialog.next": {}}, []string{"dialog.next needs a key"}},
	} {
		k, before := Default(), Default()
		err := k.Remap(c.keys)
		if err == nil {
			t.Errorf("%s is taken", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %q is not in the sentence %q", name, want, err)
			}
		}
		if !reflect.DeepEqual(k, before) {
			t.Errorf("%s: it was refused, and yet the map has changed", name)
		}
	}
}

func TestARefusalIsTheSameEveryTime(t *testing.T) {
	keys := map[string][]string{"a": {"x"}, "b": {"x"}, "deed.restore": {"ctrl+c"}, "view.quit": {"?"}}
	k := Default()
	first := k.Remap(keys).Error()
	for range 50 {
		if again := k.Remap(maps.Clone(keys)).Error(); again != first {
			t.Fatalf("%q, and then %q", first, again)
		}
	}
}

func TestReadOnlyHasNoDeeds(t *testing.T) {
	k := Default()
	k.ReadOnly()
	for name, b := range k.byName() {
		if want := !strings.HasPrefix(name, "deed."); b.Enabled() != want {
			t.Errorf("%s: on is %v", name, b.Enabled())
		}
	}
	if key.Matches(tea.KeyPressMsg{Code: 'r', Text: "r"}, k.Deed.Restore) {
		t.Error("restore can be pressed")
	}
	if err := k.Remap(map[string][]string{"deed.restore": {"x"}}); err != nil || k.Deed.Restore.Enabled() {
		t.Errorf("another key brings restore back: %v", err)
	}
}

func TestLabelsAreShort(t *testing.T) {
	for want, keys := range map[string][]string{
		"": nil, "q": {"q"}, "k ↑": {"k", "up"}, "→ ← ↓": {"right", "left", "down"}, "ctrl+d pgdn": {"ctrl+d", "pgdown"}, "R": {"R"},
	} {
		if got := Label(keys...); got != want {
			t.Errorf("%q is shown as %q, want %q", keys, got, want)
		}
	}
}
