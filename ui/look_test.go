package ui_test

import (
	"strings"
	"testing"
	"time"

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
	for _, name := range style.Themes() {
		for ground, options := range map[string][]option{"": nil, "-light": {on(terminal.WithLight())}} {
			file := "theme-" + name + ground
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				theme := with(func(o *ui.Options) { o.Theme = style.Theme(name) })
				w := open(t, 60, 12, append(options, servers(3), theme)...)
				w.Press("j")
				w.requireStyled(file)
			})
		}
	}
}

func TestColumnsThatAreNotChosenAreNotShown(t *testing.T) {
	t.Parallel()
	w := open(t, 160, 24, with(func(o *ui.Options) {
		o.Columns = screen.Columns{"servers": {"name", "ip", "plan"}, "backups": {"type", "created"}}
	}))
	w.RequireText("NAME", " IP ", "203.0.113.10")
	w.RequireNoText("BACKUP ", "COVERAGE", "LOCATION", "✗ none")
	w.choose("web-server-01")
	head := w.Screen()
	_, y, _ := head.Find("TYPE")
	if line := head.Line(y); !strings.Contains(line, "CREATED") || strings.Contains(line[strings.Index(line, "TYPE"):], "STATUS") {
		t.Errorf("the backups have the columns %q", line)
	}
	w.RequireText("DESCRIPTION") // of the snapshots, which show all
	w.Press("a")
	w.RequireText("SERVER") // told where there are several, whatever is chosen
}

func TestColumnsStandAsTheyAreListed(t *testing.T) {
	t.Parallel()
	w := open(t, 160, 24, with(func(o *ui.Options) {
		o.Columns = screen.Columns{"servers": {"ip", "coverage", "name"}, "backups": {"size", "created", "type"}}
	}))
	requireWords := func(words ...string) {
		t.Helper()
		all := " " + strings.Join(strings.Fields(strings.NewReplacer("│", " ", "▌", " ").Replace(w.Screen().Text())), " ") + " "
		if want := " " + strings.Join(words, " ") + " "; !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, w.Screen().Text())
		}
	}
	requireWords("IP", "COVERAGE", "↓", "NAME")
	requireWords("✗", "none", "db-server-02")
	w.choose("web-server-01")
	requireWords("SIZE", "CREATED", "↓", "TYPE")
	w.Press("a")
	requireWords("SERVER", "SIZE", "CREATED", "↓", "TYPE")
	requireWords("NAME", "STATUS", "SIZE") // the snapshots have no choice
}

func TestWithoutMotionNoBarFills(t *testing.T) {
	t.Parallel()
	for name, still := range map[string]bool{"motion": false, "still": true} {
		w := open(t, 120, 24, servers(2), with(func(o *ui.Options) { o.Still = still }))
		w.makeSnapshot("web-server-01", "before-update")
		w.Advance(time.Minute)
		w.RequireText("snapshot before-update", "1 m", "usually 3–10 m")
		if got := w.Screen().Contains("━"); got == still {
			t.Errorf("%s: a bar is drawn: %v", name, got)
		}
		if got := w.view().ProgressBar != nil; got == still {
			t.Errorf("%s: the terminal's own bar is drawn: %v", name, got)
		}
	}
}

// followed starts the program on settings that change.
func followed(t *testing.T) (*world, *papers, ui.Fresh) {
	p := &papers{}
	w := open(t, 120, 24, with(func(o *ui.Options) { o.Config = p }))
	return w, p, ui.Fresh{Keys: keymap.Default(), Mouse: true}
}

func TestSettingsThatChangeHoldAtOnce(t *testing.T) {
	t.Parallel()
	w, p, fresh := followed(t)
	before := w.Screen().Styled()
	must := func(err error) { w.must(err) }
	must(fresh.Keys.Remap(map[string][]string{"deed.snapshot": {"x"}}))
	fresh.Theme, fresh.Columns = style.Contrast, screen.Columns{"servers": {"name", "status"}}
	fresh.Profile = command.Profile{Policies: model.Policies{{Policy: model.Policy{Backups: model.Wanted{MaxAge: time.Minute}}}}}
	fresh.Announce = ui.AnnounceBell
	p.write(fresh, nil)
	w.Advance(4 * time.Second)
	w.RequireText("the settings have changed, and hold from now on", "x snapshot", "NAME", "STATUS")
	w.RequireNoText("COVERAGE", "BACKUP ", "▲ 2")
	if w.Screen().Styled() == before {
		t.Error("the colours are the same")
	}
	w.Advance(20 * time.Second)
	w.RequireNoText("the settings have changed")
}

func TestReadOnlyComesAndGoesWithTheSettings(t *testing.T) {
	t.Parallel()
	w, p, fresh := followed(t)
	w.choose("web-server-01")
	w.Press("2", "d")
	w.wake()
	fresh.Profile.ReadOnly = true
	p.write(fresh, nil)
	w.Advance(4 * time.Second)
	w.typeAskedName()
	w.Press("tab", "enter") // the question was open already
	w.RequireText("vpsdeck read-only")
	w.requireRefused("Nothing was sent", "This session is read-only: it changes nothing.")
	w.requireDeeds()
	fresh.Profile.ReadOnly = false
	p.write(fresh, nil)
	w.Advance(4 * time.Second)
	w.RequireNoText("read-only")
	w.makeSnapshot("web-server-01", "before-update")
	w.requireDeeds(beforeUpdate)
}

func TestBrokenSettingsSayWhyAndTheOldOnesStay(t *testing.T) {
	t.Parallel()
	w, p, fresh := followed(t)
	fresh.Profile.ReadOnly, fresh.ASCII = true, true
	p.write(fresh, spoken{"config.toml, line 3: theme cannot be \"x\": there are auto, dark"})
	w.Advance(4 * time.Second)
	w.RequireText(`the settings stay as they were: config.toml, line 3: theme cannot be "x"`, "╭─ Servers")
	w.RequireNoText("read-only")
	w.Advance(time.Minute) // it stays until it is read
	w.RequireText("the settings stay as they were")
	w.Press("j", "j")
	w.RequireNoText("the settings stay as they were")
	w.Advance(time.Minute)
	w.RequireNoText("the settings stay as they were")
}

func TestThePaletteOffersTheOtherAccountsAlone(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.w.Press(":")
	b.w.Type("switch to")
	b.w.RequireText("switch to profile home", "switch to the account without a profile")
	b.w.RequireNoText("switch to profile work")
	w := open(t, midi.width, midi.height)
	w.Press(":")
	w.Type("switch to")
	w.RequireNoText("switch to profile", "switch to the account")
}

func TestTheFirstQuestionOffersTheProfilesToo(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.w.fault("GET /: status 401 x1")
	b.w.Press("R")
	b.w.pick("profile home")
	b.w.RequireText("vpsdeck  home ", "Servers 3")
}

func TestTheRequestsOfAnAccountAreNotShownOnAnother(t *testing.T) {
	t.Parallel()
	asked := &command.RequestLog{}
	asked.Add(model.Exchange{Method: "GET", URL: "https://vps.example/secret-of-work/", Status: 200})
	b := openBank(t, midi, nil, with(func(o *ui.Options) { o.Requests = asked }))
	b.w.Press("L")
	b.w.RequireText("/secret-of-work/")
	b.ask("home") // with the page open
	b.w.RequireNoText("/secret-of-work/")
	b.w.Press("L")
	b.w.RequireNoText("/secret-of-work/", "Servers 3")
}

func TestFromTheDemoOneGoesToAnAccountAndItsJournal(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil, demo, servers(2))
	b.w.RequireText("vpsdeck demo", "nothing is real")
	b.w.RequireNoText(" work ")
	b.ask("work")
	b.w.RequireText("vpsdeck  work ", "this is profile work now")
	b.w.RequireNoText("demo", "nothing is real")
	b.w.makeSnapshot("web-server-01", "before-update")
	b.requireDeeds(nudge, nil)
	b.requireBook(2, "work")
}
