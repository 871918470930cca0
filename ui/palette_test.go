package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/style"
)

// typeInPalette opens the palette and types into it.
func typeInPalette(text string) func(*harness) {
	return func(w *harness) {
		w.Press(":")
		w.Type(text)
	}
}

// paletteRow returns the selected row of the palette.
func paletteRow(g terminal.Grid) string {
	_, height := g.Size()
	for y := range height {
		if _, row, found := strings.Cut(g.Line(y), "│  ▸ "); found {
			row, _, _ = strings.Cut(row, "│")
			return strings.Join(strings.Fields(row), " ")
		}
	}
	return ""
}

// choosePaletteRow selects a row of the palette and runs it.
func (h *harness) choosePaletteRow(row string) {
	h.t.Helper()
	for range 40 {
		if paletteRow(h.Screen()) == row {
			h.Press("enter")
			return
		}
		h.Press("down")
	}
	h.t.Fatalf("%q is not in the palette:\n%s", row, h.Screen().Text())
}

func TestPaletteMatchesGolden(t *testing.T) {
	t.Parallel()
	all := []size{small, standard, large}
	for _, l := range []screenCase{
		{"palette", all, nil, press(":")},
		{"palette-found", all, nil, typeInPalette("web")},
		{"palette-nothing", []size{small, standard}, nil, typeInPalette("zebra")},
		{"palette-scrolled", []size{standard}, nil, press(":", "up", "down", "down", "down", "down", "down", "down",
			"down",
			"down", "down", "down", "down", "down", "down", "down", "down", "down")},
		{"palette-arguments", everySize, nil, typeInPalette("snapshot web-*")},
		{"palette-filter", []size{standard}, nil, typeInPalette("filter status:")},
		{"palette-read-only", []size{standard}, []option{readOnly}, press("ctrl+p")},
	} {
		l.check(t)
	}
}

func TestActionChosenByNameEqualsItsKey(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct{ from, typed, row, key string }{
		{"1", "snapshot", "snapshot s", "s"},
		{"1", "back up", "back up b", "b"},
		{"1", "restore", "restore r", "r"},
		{"2", "delete", "delete d", "d"},
		{"3", "delete", "delete d", "d"},
		{"1", "clean", "clean up c", "c"},
		{"1", "mark all", "mark all shown *", "*"},
		{"1", "mark", "mark space", "space"},
		{"1", "order", "order o", "o"},
		{"1", "problems", "problems only w", "w"},
		{"1", "all servers", "all servers a", "a"},
		{"1", "activity", "activity A", "A"},
		{"1", "help", "help ?", "?"},
		{"1", "filter", "filter /", "/"},
		{"1", "backups", "backups 2", "2"},
		{"2", "open", "open enter", "enter"},
	}) {
		t.Run(c.row+" in "+c.from, func(t *testing.T) {
			t.Parallel()
			byKey, byName := startApp(t, 80, 24), startApp(t, 80, 24)
			for _, w := range []*harness{byKey, byName} {
				w.selectServer("web-server-01")
				w.Press(c.from)
			}
			byKey.Press(c.key)
			typeInPalette(c.typed)(byName)
			byName.choosePaletteRow(c.row)
			if want, got := maskPort(byKey.Screen().Text()), maskPort(byName.Screen().Text()); got != want {
				t.Errorf("by its key:\n%s\nby its name:\n%s", want, got)
			}
		})
	}
}

func TestThePaletteQuits(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	typeInPalette("quit")(w)
	w.choosePaletteRow("quit q")
	w.Wait()
}

func TestActionFromThePaletteIsConfirmedAndSent(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	w.Press("3", "j")
	typeInPalette("delete")(w)
	w.choosePaletteRow("delete d")
	w.RequireText("Delete snapshot weekly-snapshot-2025-01-08 (#798) of web-server-01?")
	w.Press("enter") // typed before the dialog could be read
	w.skipInputDelay()
	w.Press("y", "enter")
	w.requireActions("DELETE /snapshots/798/")
}

func TestThePaletteJumpsToServersAndPointsByNameAndID(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct{ typed, title, cursor string }{
		{"db-server-01", "db-server-01 #12346", "▼ snapshot   before-pg16-upgrade"},
		{"dbsrv2", "db-server-02 #12347", ""},
		{"12354", "vpn-gw #12354", ""},
		{"#12354", "vpn-gw #12354", ""},
		{"801", "web-server-01 #12345", "▼ snapshot   pre-migration-snapshot"},
		{"#798", "web-server-01 #12345", "▼ snapshot   weekly-snapshot"},
		{"499", "web-server-01 #12345", "◇ manual     Pre-update backup"},
		{"before-pg16", "db-server-01 #12346", "▼ snapshot   before-pg16-upgrade"},
		{"candidate", "staging-01 #12355", "◇ manual     Release 5.4,"},
	}) {
		t.Run(c.typed, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			typeInPalette(c.typed)(w)
			w.Press("enter")
			w.RequireText("╭─ " + c.title)
			if c.cursor != "" && c.typed != "db-server-01" {
				w.requireCursor(c.cursor)
			}
			w.Press("esc")
			w.RequireText("Servers 12")
		})
	}
}

func TestJumpWorksFromAnotherPageAndForAnAction(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	openPage("mail-01")(w)
	typeInPalette("801")(w)
	w.Press("enter")
	w.requireCursor("▼ snapshot   pre-migration-snapshot")
	w.deleteSelected()
	w.requireActions("DELETE /snapshots/801/")
}

func TestPaletteReportsNoMatches(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	typeInPalette("zebra")(w)
	w.RequireText("No matches.")
	w.Press("enter", "down", "up")
	w.RequireText("No matches.")
	for range "zebra" {
		w.Press("backspace")
	}
	w.RequireNoText("No matches.")
	w.Press("esc")
	w.RequireText("Servers 12")
}

func TestReadOnlyPaletteHasNoActions(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"back up", "delete", "clean up", "restore"} {
		w := startApp(t, 80, 24, readOnly)
		typeInPalette(action)(w)
		if row := paletteRow(w.Screen()); strings.HasPrefix(row, action) {
			t.Errorf("%q is offered", row)
		}
	}
	w := startApp(t, 80, 24, readOnly)
	typeInPalette("801")(w)
	w.Press("enter")
	w.RequireText("pre-migration-s")
	w.requireActions()
}

func TestThePaletteMovesAndStopsAtItsEnds(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press(":")
	first := paletteRow(w.Screen())
	w.Press("up")
	if got := paletteRow(w.Screen()); got != first {
		t.Errorf("above the first row is %q", got)
	}
	seen := map[string]bool{}
	for range 30 {
		seen[paletteRow(w.Screen())] = true
		w.Press("tab")
	}
	if len(seen) != 30 {
		t.Errorf("%d different rows, want 30", len(seen))
	}
	w.Press("shift+tab")
	w.Type("jk") // letters are text here
	w.RequireText(": jk")
}

func TestThePaletteTakesAPaste(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press(":")
	w.Paste("#801\n")
	if got, want := paletteRow(w.Screen()), "pre-migration-snapshot snapshot #801 of web-server-01"; got != want {
		t.Errorf("selected %q, want %q", got, want)
	}
}

func TestPaletteUnderlinesMatches(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	typeInPalette("mgrsnp")(w)
	g := w.Screen()
	_, y, _ := g.Find("pre-migration-snapshot")
	if got := underlinedText(g, y); got != "mgrsnp" {
		t.Errorf("underlined %q", got)
	}
}

func TestAKeyThatWasRemappedIsShownAndActsFromThePalette(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withRemappedKeys(t,
		map[string][]string{"action.backup": {"B"}, "view.palette": {"ctrl+k"}}))
	w.Press("ctrl+k")
	w.Type("back up")
	w.choosePaletteRow("back up B")
	w.RequireText("New backup of")
	w.Press("esc")
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		w.RequireNoText(fmt.Sprintf("New %s of", kind))
	}
}

// paletteRows returns the visible rows of the palette.
func paletteRows(g terminal.Grid) []string {
	var out []string
	_, height := g.Size()
	for y := range height {
		_, row, found := strings.Cut(g.Line(y), "│  ")
		row, _, closed := strings.Cut(row, "│")
		if text := strings.Join(strings.Fields(strings.TrimPrefix(row, "▸ ")), " "); found && closed && text != "" {
			out = append(out, text)
		}
	}
	return out
}

func TestPaletteOffersServersThenPointsActionsAndViews(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Press(":")
	var names []string
	for range 75 {
		if row := paletteRow(w.Screen()); len(names) == 0 || names[len(names)-1] != row {
			names = append(names, row)
		}
		w.Press("down")
	}
	at := func(row string) int { return slices.Index(names, row) }
	order := []int{at("web-server-01 server #12345"), at("pre-migration-snapshot snapshot #801 of web-server-01"),
		at("snapshot s"), at("mark space"), at("servers 1"), at("help ?"), at("theme theme NAME")}
	if order[0] != 0 || !slices.IsSorted(order) {
		t.Errorf("the order of the groups is %v: %q", order, names)
	}
	for _, row := range names {
		if strings.Contains(row, "half a page") || strings.Contains(row, "next pane") || strings.HasPrefix(row, "up ") {
			t.Errorf("a movement is offered: %q", row)
		}
	}
}

func TestPaletteFindsWordsInAnyOrderWithGaps(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for typed, want := range map[string]string{
		"snapshot migr":         "pre-migration-snapshot snapshot #801 of web-server-01",
		"01 web":                "web-server-01 server #12345",
		"web-server-01":         "web-server-01 server #12345", // and then its points
		"web-server-01 pre-m":   "pre-migration-snapshot snapshot #801 of web-server-01",
		"server dbsrv 02":       "db-server-02 server #12347",
		"pages raw":             "", // both words must match
		"restore":               "restore r",
		"up back":               "back up b",
		"snapshot #801":         "pre-migration-snapshot snapshot #801 of web-server-01",
		"801 web-server-01 pre": "pre-migration-snapshot snapshot #801 of web-server-01",
	} {
		typeInPalette(typed)(w)
		if got := paletteRow(w.Screen()); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
		w.Press("esc")
	}
}

func TestPaletteRemembersTheLastChoices(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for _, typed := range []string{"vpn-gw", "activity", "theme light"} {
		typeInPalette(typed)(w)
		w.Press("enter", "esc")
	}
	w.Press(":")
	got := paletteRows(w.Screen())
	want := []string{"theme light", "activity A", "vpn-gw server #12354"}
	if i := slices.Index(got, want[0]); i < 0 || !slices.Equal(got[i:i+3], want) {
		t.Errorf("the first rows are %q, want %q", got, want)
	}
	w.Type("vp") // the last chosen of equal ones is first
	if got := paletteRow(w.Screen()); got != want[2] {
		t.Errorf("%q is first, want %q", got, want[2])
	}
}

func TestCommandsWithArgumentsOpenTheUsualDialogs(t *testing.T) {
	t.Parallel()
	for typed, want := range lanes.Table(map[string][]string{
		"restore web-server-01":             {"Restore overwrites the disk", "Type web-server-01 to confirm"},
		"Restore  srv01 web":                {"Restore overwrites the disk", "Type web-server-01 to confirm"},
		"restore #12345":                    {"Restore overwrites the disk", "Type web-server-01 to confirm"},
		"snapshot web-server-01":            {"New snapshot of web-server-01"},
		"backup db-server-01":               {"New backup of db-server-01"},
		"back up db-server-01":              {"New backup of db-server-01"},
		"backup ci-*":                       {"New backup of 2 servers", "ci-runner-01, ci-runner-02"},
		"snapshot web-server-01 mail-01":    {"New snapshot of 2 servers", "web-server-01, mail-01"},
		"snapshot db-server-01":             {"Cannot create a snapshot", "5 of 5"},
		"restore web-server-03":             {"Cannot restore", "is being restored"},
		"filter status:stopped":             {"Servers 1 of 12", "/status:stopped"},
		"filter health:overdue name:mail-*": {"Servers 1 of 12", "mail-01"},
	}) {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			typeInPalette(typed)(w)
			w.Press("enter")
			w.RequireText(want...)
			w.RequireNoText("Go to / run")
			w.skipInputDelay()
			w.requireActions()
		})
	}
}

func TestACommandActsOnceOnAServerNamedTwice(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press(":")
	w.Type("backup web-server-01 mail-01 web-server-01")
	w.Press("enter")
	w.RequireText("2 servers: web-server-01, mail-01")
	w.Press("enter")
	w.advanceHidden(3 * time.Hour)
	w.RequireText("2 of 2 done")
	w.requireActionsAnyOrder(`POST /backups/ {"server_id":12345}`, `POST /backups/ {"server_id":12348}`)
}

// Which of them was meant is not known, so the form lists both.
func TestACommandActsOnAllServersOfAName(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, beforeStart(func(w *harness) {
		w.proxy.rewrite(func(answer string) string { return strings.ReplaceAll(answer, `"vpn-gw"`, `"mail-01"`) })
	}))
	w.Press(":")
	w.Type("backup web-server-01 mail-01")
	w.Press("enter")
	w.RequireText("3 servers: web-server-01, mail-01, mail-01")
}

func TestCommandsThatCannotRunSayWhyAndStayOpen(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"restore web-*":   "✗ works on one server",
		"snapshot zebra":  "✗ no server matches",
		"snapshot zebra*": "✗ no server matches",
		"theme pink":      "✗ valid: auto, dark",
		"profile work":    "✗ there is no other profile",
	} {
		w := startApp(t, 80, 24)
		typeInPalette(typed)(w)
		w.RequireText(want)
		w.Press("enter")
		w.RequireText("Go to / run")
		w.requireActions()
	}
	w := startApp(t, 80, 24, readOnly)
	typeInPalette("restore web-server-01")(w)
	w.RequireText("✗ this session is read-only")
	w.Press("enter")
	w.RequireText("Go to / run")
}

func TestCommandsAreCompleted(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	for typed, want := range map[string]string{
		"resto":            "restore ",
		"restore web":      "restore web-server-01",
		"snapshot vp":      "snapshot vpn-gw",
		"the":              "theme ",
		"theme hi":         "theme high-contrast",
		"filter sta":       "filter status:",
		"filter web heal":  "filter web health:",
		"filter health:ov": "filter health:overdue",
		"filter status:a":  "filter status:active",
	} {
		typeInPalette(typed)(w)
		w.RequireText("tab complete")
		w.Press("tab")
		if !strings.Contains(w.Screen().Text(), "│  : "+strings.TrimSpace(want)) {
			t.Errorf("%q is not completed to %q:\n%s", typed, want, w.Screen().Text())
		}
		w.Press("esc")
	}
}

func TestThePaletteChangesTheTheme(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	before := w.Screen().Styled()
	typeInPalette("theme light")(w)
	w.Press("enter")
	w.RequireText(`theme light; theme = "light" in the config keeps it`)
	light := startApp(t, 80, 24, withOptions(func(o *ui.Options) { o.Theme = style.Light }))
	w.Press("j")
	light.Press("j")
	if got, want := maskPort(w.Screen().Styled()), maskPort(light.Screen().Styled()); got != want || got == before {
		t.Error("it has not the colours of the theme")
	}
}

// ctrl+l works everywhere, but the palette and a letter choose it too.
func TestRepaintIsChosenByNameAndByALetter(t *testing.T) {
	t.Parallel()
	keys := keymap.Default()
	if err := keys.Remap(map[string][]string{"view.repaint": {"ctrl+l", "%"}}); err != nil {
		t.Fatal(err)
	}
	var clears func(tea.Cmd) bool
	clears = func(cmd tea.Cmd) bool {
		if cmd == nil {
			return false
		}
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			return slices.ContainsFunc(batch, clears)
		}
		return msg == tea.ClearScreen()
	}
	for name, presses := range map[string][]tea.KeyPressMsg{
		"by its key":           {{Code: 'l', Mod: tea.ModCtrl}},
		"by a letter":          {{Code: '%', Text: "%"}},
		"by its name":          {{Code: ':', Text: ":"}, {Text: "repaint"}, {Code: tea.KeyEnter}},
		"by its key in a form": {{Code: 'b', Text: "b"}, {Code: 'l', Mod: tea.ModCtrl}},
	} {
		d := loadedApp(t, 1, func(o *ui.Options) { o.Keys = keys })
		last := len(presses) - 1
		for _, press := range presses[:last] {
			d.send(press)
		}
		if _, cmd := d.Update(presses[last]); !clears(cmd) {
			t.Errorf("%s: the screen is not repainted", name)
		}
	}
}
