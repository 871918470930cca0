package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

func TestEachThemeHasItsColours(t *testing.T) {
	t.Parallel()
	for _, name := range lanes.Rows(style.Themes()) {
		for background, options := range map[string][]option{"": nil, "-light": {withTerminal(terminal.WithLight())}} {
			file := "theme-" + name + background
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				theme := withOptions(func(o *ui.Options) { o.Theme = style.Theme(name) })
				w := startApp(t, 60, 12, append(options, withServers(3), theme)...)
				w.Press("j")
				w.requireStyledGolden(file)
			})
		}
	}
}

func TestOwnColoursAreDrawn(t *testing.T) {
	t.Parallel()
	own, _, err := style.ParseColours(map[string]string{"accent": "#ff8800", "bad": "13"})
	if err != nil {
		t.Fatal(err)
	}
	w := startApp(t, 60, 12, withServers(3), withOptions(func(o *ui.Options) { o.Theme, o.Colours = style.Dark, own }))
	w.Press("j")
	w.requireStyledGolden("theme-own")
}

func TestColumnsThatAreNotChosenAreNotShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 24, withOptions(func(o *ui.Options) {
		o.Columns = screen.Columns{"servers": {"name", "ip", "plan"}, "backups": {"type", "created"}}
	}))
	w.RequireText("NAME", " IP ", "203.0.113.10")
	w.RequireNoText("BACKUP ", "COVERAGE", "LOCATION", "✗ none")
	w.selectServer("web-server-01")
	head := w.Screen()
	_, y, _ := head.Find("TYPE")
	if line := head.Line(y); !strings.Contains(line, "CREATED") || strings.Contains(line[strings.Index(line, "TYPE"):],
		"STATUS") {
		t.Errorf("the backups have the columns %q", line)
	}
	w.RequireText("DESCRIPTION") // of the snapshots, which show all columns
	w.Press("a")
	w.RequireText("SERVER") // shown for several servers, whatever columns are chosen
}

func TestColumnsAreShownInTheirConfiguredOrder(t *testing.T) {
	t.Parallel()
	w := startApp(t, 160, 24, withOptions(func(o *ui.Options) {
		o.Columns = screen.Columns{"servers": {"ip", "coverage", "name"}, "backups": {"size", "created", "type"}}
	}))
	requireWords := func(words ...string) {
		t.Helper()
		all := " " + strings.Join(strings.Fields(strings.NewReplacer("│", " ", "▌", " ").Replace(w.Screen().Text())),
			" ") + " "
		if want := " " + strings.Join(words, " ") + " "; !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, w.Screen().Text())
		}
	}
	requireWords("IP", "COVERAGE", "↓", "NAME")
	requireWords("✗", "none", "db-server-02")
	w.selectServer("web-server-01")
	requireWords("SIZE", "CREATED", "↓", "TYPE")
	w.Press("a")
	requireWords("SERVER", "SIZE", "CREATED", "↓", "TYPE")
	requireWords("NAME", "STATUS", "SIZE") // no columns are configured for the snapshots
}

func TestReducedMotionHasNoFillingBars(t *testing.T) {
	t.Parallel()
	for name, reduced := range map[string]bool{"motion": false, "reduced": true} {
		w := startApp(t, 120, 24, withServers(2), withOptions(func(o *ui.Options) { o.ReducedMotion = reduced }))
		w.createSnapshot("web-server-01", "before-update")
		w.Advance(time.Minute)
		w.RequireText("snapshot before-update", "1 m", "usually 3–10 m")
		if got := w.Screen().Contains("━"); got == reduced {
			t.Errorf("%s: a bar is drawn: %v", name, got)
		}
		if got := w.lastView().ProgressBar != nil; got == reduced {
			t.Errorf("%s: the terminal's progress bar is drawn: %v", name, got)
		}
	}
}

// startWithConfig starts the program with a config that the test can change.
func startWithConfig(t *testing.T) (*harness, *fakeConfig, ui.Preferences) {
	p := &fakeConfig{}
	w := startApp(t, 120, 24, withOptions(func(o *ui.Options) { o.Config = p }))
	return w, p, ui.Preferences{Keys: keymap.Default(), Mouse: true}
}

func TestChangedConfigIsAppliedAtOnce(t *testing.T) {
	t.Parallel()
	w, p, prefs := startWithConfig(t)
	before := w.Screen().Styled()
	must := func(err error) { w.must(err) }
	must(prefs.Keys.Remap(map[string][]string{"action.snapshot": {"X"}}))
	prefs.Theme, prefs.Columns = style.Contrast, screen.Columns{"servers": {"name", "status"}}
	strict := model.Policy{Backups: model.Requirement{MaxAge: time.Minute}}
	prefs.Profile = command.Profile{Policies: model.Policies{{Policy: strict}}}
	prefs.Announce = ui.AnnounceBell
	p.set(prefs, nil)
	w.Advance(4 * time.Second)
	w.RequireText("Config reloaded.", "X snapshot", "NAME", "STATUS")
	w.RequireNoText("COVERAGE", "BACKUP ", "▲ 2")
	if w.Screen().Styled() == before {
		t.Error("the colours are the same")
	}
	w.Advance(20 * time.Second)
	w.RequireNoText("Config reloaded")
}

func TestReadOnlyFollowsTheConfig(t *testing.T) {
	t.Parallel()
	w, p, prefs := startWithConfig(t)
	w.selectServer("web-server-01")
	w.Press("2", "d")
	w.skipInputDelay()
	prefs.Profile.ReadOnly = true
	p.set(prefs, nil)
	w.Advance(4 * time.Second)
	w.typeRequiredName()
	w.Press("tab", "enter") // the dialog was open already
	w.RequireText("vpsdeck read-only")
	w.requireRefused("Nothing was sent", "This session is read-only: it changes nothing.")
	w.requireActions()
	prefs.Profile.ReadOnly = false
	p.set(prefs, nil)
	w.Advance(4 * time.Second)
	w.RequireNoText("read-only")
	w.createSnapshot("web-server-01", "before-update")
	w.requireActions(postBeforeUpdate)
}

func TestInvalidConfigShowsTheErrorAndIsNotApplied(t *testing.T) {
	t.Parallel()
	w, p, prefs := startWithConfig(t)
	prefs.Profile.ReadOnly, prefs.ASCII = true, true
	p.set(prefs, &model.UserError{Text: "config.toml, line 3: theme cannot be \"x\": there are auto, dark"})
	w.Advance(4 * time.Second)
	w.RequireText(`Config not applied: config.toml, line 3: theme cannot be "x"`, "╭─ Servers")
	w.RequireNoText("read-only")
	w.Advance(time.Minute) // it stays until it is read
	w.RequireText("Config not applied")
	w.Press("j", "j")
	w.RequireNoText("Config not applied")
	w.Advance(time.Minute)
	w.RequireNoText("Config not applied")
}

func TestPaletteOffersOnlyTheOtherAccounts(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.h.Press(":")
	b.h.Type("switch to")
	b.h.RequireText("switch to profile home", "switch to the account without a profile")
	b.h.RequireNoText("switch to profile work")
	w := startApp(t, wideShort.width, wideShort.height)
	w.Press(":")
	w.Type("switch to")
	w.RequireNoText("switch to profile", "switch to the account")
}

func TestLoginOffersTheProfiles(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.h.account.InjectFault("GET /: status 401 x1")
	b.h.Press("R")
	b.h.chooseOption("profile home")
	b.h.RequireText("vpsdeck  home ", "Servers 3")
}

func TestTheRequestsOfAnAccountAreNotShownOnAnother(t *testing.T) {
	t.Parallel()
	asked := &command.RequestLog{}
	asked.Add(model.Exchange{Method: "GET", URL: "https://vps.example/secret-of-work/", Status: 200})
	b := startMultiAccount(t, wideShort, nil, withOptions(func(o *ui.Options) { o.Requests = asked }))
	b.h.Press("L")
	b.h.RequireText("/secret-of-work/")
	b.switchTo("home") // with the page open
	b.h.RequireNoText("/secret-of-work/")
	b.h.Press("L")
	b.h.RequireNoText("/secret-of-work/", "Servers 3")
}

func TestDemoSwitchesToAnAccountAndItsJournal(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil, demo, withServers(2))
	b.h.RequireText("vpsdeck demo", "nothing is real")
	b.h.RequireNoText(" work ")
	b.switchTo("work")
	b.h.RequireText("vpsdeck  work ", "switched to profile work")
	b.h.RequireNoText("demo", "nothing is real")
	b.h.createSnapshot("web-server-01", "before-update")
	b.requireActions(onlyBeforeUpdate, nil)
	b.requireJournal(2, "work")
}
