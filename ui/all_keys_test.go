package ui_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// allKeys returns every bound key and a few unbound ones.
func allKeys() []string {
	keys := []string{"x", "Z", "0", "backspace", "delete", "f1", "ctrl+v", "é"}
	all := keymap.Default()
	for _, g := range all.Groups() {
		for _, n := range g.Keys {
			keys = append(keys, n.Binding.Keys()...)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// parseKey returns the key press for a key's name.
func parseKey(t testing.TB, name string) tea.KeyPressMsg {
	t.Helper()
	base, mod := name, tea.KeyMod(0)
	if rest, ok := strings.CutPrefix(base, "ctrl+"); ok {
		base, mod = rest, tea.ModCtrl
	}
	if rest, ok := strings.CutPrefix(base, "shift+"); ok {
		base, mod = rest, tea.ModShift
	}
	named := map[string]rune{"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "tab": tea.KeyTab, "enter": tea.KeyEnter, "esc": tea.KeyEscape,
		"space":     tea.KeySpace,
		"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "f1": tea.KeyF1}
	press := tea.KeyPressMsg{Code: named[base], Mod: mod}
	if press.Code == 0 {
		press.Code = []rune(base)[0]
	}
	if mod == 0 && len([]rune(base)) == 1 {
		press.Text = base
	} else if base == "space" {
		press.Text = " "
	}
	if press.String() != name {
		t.Fatalf("%q was parsed as %q", name, press)
	}
	return press
}

// accountLists are an account's lists; a nil list has not been loaded.
type accountLists struct {
	servers            []model.Server
	backups, snapshots []model.Point
}

// offlineApp is the program without a network: it gets an account's lists once, and its commands
// are not run.
type offlineApp struct {
	*ui.App
	t      testing.TB
	ticket model.Ticket
}

func newOfflineApp(t testing.TB, account accountLists, change ...func(*ui.Options)) *offlineApp {
	log := &command.RequestLog{}
	log.Add(model.Exchange{Method: "GET", URL: "http://127.0.0.1/api/v1/servers/", Status: 200})
	var typed time.Time
	o := ui.Options{
		Preferences: ui.Preferences{Keys: keymap.Default(), Mouse: true},
		Client:      stubClient{}, Clock: &manualClock{now: startTime}, Dark: true, Requests: log,
		KeyTime: func() time.Time { typed = typed.Add(time.Second); return typed },
	}
	for _, c := range change {
		c(&o)
	}
	l := &offlineApp{App: ui.New(o), t: t}
	l.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	l.Init()
	l.applyLists(account)
	return l
}

// applyLists delivers the lists as a poll would.
func (o *offlineApp) applyLists(account accountLists) {
	o.ticket++
	if account.servers != nil {
		o.Update(command.ServersLoadedMsg{Session: 1, Ticket: o.ticket, Servers: account.servers})
	}
	for kind, points := range [][]model.Point{model.Backup: account.backups, model.Snapshot: account.snapshots} {
		if points != nil {
			o.Update(command.PointsLoadedMsg{Session: 1, Ticket: o.ticket, Kind: model.Kind(kind), Points: points})
		}
	}
}

func (o *offlineApp) press(names ...string) {
	for _, name := range names {
		o.Update(parseKey(o.t, name))
		o.Update(command.ExecFinishedMsg{Name: "ssh"}) // return from any external command
	}
}

// stubClient is a client for tests that send no request.
type stubClient struct{ command.Client }

func (stubClient) Host() string   { return "127.0.0.1" }
func (stubClient) Now() time.Time { return startTime }

// testAccounts are the accounts that every pane is tested with.
func testAccounts(t testing.TB) map[string]accountLists {
	t.Helper()
	w := newHarness(t, sim.Options{Servers: 4})
	full := accountLists{backups: w.points(model.Backup, ""), snapshots: w.points(model.Snapshot, "")}
	var err error
	if full.servers, err = w.otherClient.Servers(t.Context(), model.ServerFilter{}); err != nil {
		t.Fatal(err)
	}
	return map[string]accountLists{
		"full": full, "no servers": {[]model.Server{}, []model.Point{}, []model.Point{}},
		"no points":   {full.servers, []model.Point{}, []model.Point{}},
		"nothing yet": {}, "only servers yet": {servers: full.servers},
		"points of gone servers": {[]model.Server{}, full.backups, full.snapshots},
	}
}

// keysToPanes are the keys that lead to every pane, including panes that a filter has emptied.
var keysToPanes = map[string][]string{
	"servers": nil, "backups": {"2"}, "snapshots": {"3"}, "page": {"enter"}, "requests": {"L"},
	"all backups": {"a", "2"}, "all snapshots": {"a", "3"},
	"activity": {"A"}, "palette": {":"}, "help": {"?"}, "raw": {"J"}, "problems only": {"w"}, "filter": {"/"},
	"marked": {"*"}, "marked points": {"2", "*"},
	"no server found": {"/", "z", "z", "z", "enter"}, "no backup found": {"2", "/", "z", "z", "z", "enter"},
	"no snapshot found": {"3", "/", "z", "z", "z", "enter"}, "nothing found on the page": {"enter", "/", "z", "z", "z",
		"enter"},
	"no request found": {"L", "/", "z", "z", "z", "enter"}, "nothing found anywhere": {"a", "2", "/", "z", "z", "z",
		"enter"},
	"anchored": {"space"}, "anchored backups": {"2", "space"}, "marked and then filtered": {"space", "/", "z", "z", "z",
		"enter"},
}

func TestNoKeyInAnyPanePanics(t *testing.T) {
	t.Parallel()
	for name, account := range testAccounts(t) {
		for place, path := range keysToPanes {
			for i, key := range allKeys() {
				if i%lanes.Step() != 0 {
					continue
				}
				for _, readOnly := range []bool{false, true} {
					if readOnly && name != "full" {
						continue
					}
					l := newOfflineApp(t, account, func(o *ui.Options) { o.Profile.ReadOnly = readOnly })
					l.press(path...)
					func() {
						defer func() {
							if recovered := recover(); recovered != nil {
								t.Errorf("%s, %s: %s: %v", name, place, key, recovered)
							}
						}()
						l.press(key)
						l.View()
					}()
					over := place == "help" && key == "ctrl+o" // the sheet about the kinds
					if n := l.DialogCount(); n > 1 && !over {
						t.Errorf("%s, %s: %s opens %d dialogs", name, place, key, n)
					}
				}
			}
		}
	}
}

// Letters typed for a form that did not open must not act as commands.
func TestActionKeyConsumesFollowingKeys(t *testing.T) {
	t.Parallel()
	row := 0
	for name, account := range testAccounts(t) {
		for place, path := range keysToPanes {
			for _, key := range []string{"s", "b", "r", "d", "c"} {
				if row++; row%lanes.Step() != 0 {
					continue
				}
				for _, readOnly := range []bool{false, true} {
					l := newOfflineApp(t, account, func(o *ui.Options) { o.Profile.ReadOnly = readOnly })
					l.press(path...)
					if l.DialogCount() > 0 || place == "filter" || place == "requests" || place == "no request found" {
						continue
					}
					l.press(key)
					for _, typed := range []string{"d", "o", "d", "o", "q", "2", "a", ":", "R"} {
						l.press(typed)
						if l.DialogCount() != 1 {
							t.Fatalf("%s, %s, read-only %v: %s and then %s: %d dialogs are open:\n%s", name, place,
								readOnly, key, typed, l.DialogCount(), l.View().Content)
						}
					}
					before := l.View().Content
					l.press("esc")
					if l.DialogCount() != 0 || l.View().Content == before {
						t.Errorf("%s, %s: esc does not close what %s has opened", name, place, key)
					}
				}
			}
		}
	}
}

// Random keys are pressed while the lists change.
func TestNoSequenceOfKeysPanics(t *testing.T) {
	t.Parallel()
	all := testAccounts(t)
	full := all["full"]
	keys := allKeys()
	for seed := range uint64(max(12/lanes.Step(), 2)) {
		random := rand.New(rand.NewPCG(seed, 13))
		l := newOfflineApp(t, full)
		var pressed []string
		func() {
			defer func() {
				if recovered := recover(); recovered != nil {
					t.Errorf("seed %d: %v after %q", seed, recovered, pressed[max(len(pressed)-20, 0):])
				}
			}()
			for range 400 {
				key := keys[random.IntN(len(keys))]
				if random.IntN(4) == 0 {
					key = []string{"V", "space", "V", "*", "esc", "2", "3", "1", "a", "o"}[random.IntN(10)]
				}
				if key == "ctrl+c" || key == "q" {
					continue
				}
				pressed = append(pressed, key)
				l.press(key)
				l.View()
				if random.IntN(8) == 0 {
					l.applyLists(accountLists{randomSubset(random, full.servers), randomSubset(random, full.backups),
						randomSubset(random, full.snapshots)})
				}
			}
		}()
	}
}

// randomSubset returns a part of a list in random order, sometimes nothing.
func randomSubset[T any](random *rand.Rand, all []T) []T {
	out := slices.Clone(all)
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out[:random.IntN(len(out)+1)]
}
