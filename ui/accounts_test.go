package ui_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/command"
)

var (
	midi  = size{120, 24}
	nudge = []string{beforeUpdate}
)

func TestASwitchShowsTheOtherAccountAndNothingOfTheFirst(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]size{"switched-120x24": midi, "switched-40x12": small} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBank(t, at, nil)
			b.w.RequireText("vpsdeck  work ", "Servers 12")
			b.ask("home")
			b.w.RequireText("vpsdeck  home ", "this is profile home now", "Servers 3")
			b.w.RequireNoText(" work ", "cache-01")
			b.w.requireGolden(name)
			if title := b.w.Title(); !strings.HasPrefix(title, "vpsdeck home") {
				t.Errorf("the window is called %q", title)
			}
			b.ask("")
			b.w.RequireText("this is the account without a", "Servers 12")
			b.w.RequireNoText(" home ")
			b.requireDeeds(nil, nil)
		})
	}
}

func TestTheAccountIsMarkedAtTheEdgeAlsoBehindAQuestion(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]option{"account-styled": nil, "account-no-color": {noColour}, "account-ascii": {inASCII}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBank(t, size{72, 18}, nil, append(options, servers(2))...)
			b.w.choose("web-server-01")
			b.w.Press("2", "d")
			b.w.wake()
			b.w.RequireText("work", "Delete for good")
			b.w.requireStyled(name)
		})
	}
}

func TestOnTheSmallestTerminalAQuestionDoesNotHideWhoseAccountItIs(t *testing.T) {
	t.Parallel()
	b := openBank(t, size{40, 10}, nil, servers(2))
	b.w.choose("web-server-01")
	b.w.Press("3", "r")
	b.w.wake()
	b.w.RequireText("vpsdeck  work ", "Restore")
}

func TestADeedThatIsBeingSentHoldsTheSwitchAndReachesItsOwnAccountAlone(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil, servers(2))
	b.w.line.slowDown(5*time.Second, "POST /snapshots/")
	b.w.makeSnapshot("web-server-01", "before-update")
	b.ask("home")
	b.w.RequireText("not switched: “snapshot before-update of web-server-01” is being sent", "work")
	b.w.Advance(6 * time.Second)
	b.w.RequireText("1 running", "before-update")
	b.ask("home")
	b.w.RequireText("vpsdeck  home ", "1 left running on profile work, taken up again there")
	b.w.RequireNoText("before-update of")
	b.requireDeeds(nudge, nil)
	b.requireBook(2, "work")
}

func TestNoDeedBeginsOnTheWayToAnotherAccount(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.home.slowDown(5*time.Second, "/account/me/")
	b.w.choose("web-server-01")
	b.ask("home")
	b.w.RequireText("opening profile home", "work")
	b.w.Press("2")
	b.w.deleteChosen()
	b.w.RequireText("nothing was sent: profile home is being opened, ask again once it is")
	b.w.Press("1", "s")
	b.w.Type("x")
	b.w.Press("enter", "enter")
	b.w.RequireText("nothing was sent: profile home is being opened")
	b.w.Press("space", "b", "enter")
	b.w.RequireText("nothing was sent: profile home is being opened")
	b.w.Advance(6 * time.Second)
	b.w.RequireText("vpsdeck  home ")
	b.requireDeeds(nil, nil)
	b.requireBook(0, "work")
}

// The question is about a server of work; home has one of the same name and ID.
func TestAQuestionThatIsOpenWhenTheOtherAccountOpensGoesWithItsAccount(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*bank){
		"question": func(b *bank) {
			b.w.Press("3", "r")
			b.w.wake()
			b.w.typeAskedName()
			b.w.Press("tab")
		},
		"form": func(b *bank) {
			b.w.Press("s")
			b.w.Type("before-update")
			b.w.Press("enter")
		},
		"several": func(b *bank) {
			b.w.Press("1", "space", "b")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBank(t, midi, nil)
			b.w.choose("web-server-01")
			b.home.slowDown(5*time.Second, "/account/me/")
			b.ask("home")
			ask(b)
			b.w.Advance(6 * time.Second)
			b.w.RequireText("vpsdeck  home ", "what was open was closed, nothing of it was sent")
			b.w.RequireNoText("cancel", "marked")
			b.w.burst("enter", "tab", "enter", "enter", "esc")
			b.requireDeeds(nil, nil)
		})
	}
}

func TestMarksAndFiltersDoNotGoAlong(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.w.Press("/")
	b.w.Type("web")
	b.w.Press("enter", "*")
	b.w.RequireText("marked", "/web")
	b.ask("home")
	b.w.RequireText("vpsdeck  home ")
	b.w.RequireNoText("marked", "/web")
}

func TestWhatRunsOnAnAccountIsTakenUpAgainWhenOneIsBack(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil, servers(2))
	b.w.makeSnapshot("web-server-01", "before-update")
	b.ask("home")
	b.w.RequireNoText("1 running", "before-update of")
	b.w.Press("A")
	b.w.RequireText("Running", "nothing")
	b.w.RequireNoText("before-update")
	b.w.Press("esc")
	b.ask("work")
	b.w.RequireText("1 begun by another run of vpsdeck", "1 running")
	b.w.pass(11*time.Minute, "snapshot before-update of web-server-01: completed")
	b.requireDeeds(nudge, nil)
}

func TestARestoreThatWaitsForItsSnapshotIsAskedForAgainAndNeverSentElsewhere(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil, servers(2))
	b.w.choose("web-server-01")
	b.w.Press("3")
	b.w.restoreChosen(true)
	b.ask("home")
	b.w.later(30 * time.Minute)
	b.requireDeeds([]string{rescue}, nil)
	b.ask("work")
	b.w.pass(time.Minute, "Go on with the restore?")
	b.requireDeeds([]string{rescue}, nil)
	b.w.wake()
	b.w.typeAskedName()
	b.w.Press("tab", "enter")
	b.requireDeeds([]string{rescue, restore801}, nil)
}

func TestSeveralDeedsHoldTheSwitchUntilTheyAreAnswered(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil, servers(2))
	b.w.choose("web-server-01")
	b.w.Press("2", "*", "d")
	b.w.wake()
	b.w.line.slowDown(5*time.Second, "/servers/") // what is deleted is looked up before
	b.w.Type(strconv.Itoa(len(b.w.points(model.Backup, "12345"))))
	b.w.Press("tab", "enter")
	b.w.RequireText("Several at once")
	b.w.Press("esc", "esc") // stops the rest, closes the sheet
	b.ask("home")
	b.w.RequireText("not switched: ", "is being sent")
	b.w.later(time.Minute)
	b.ask("home")
	b.w.RequireText("vpsdeck  home ")
	if sent := b.w.line.deeds(); len(sent) != 1 || len(b.home.deeds()) != 0 {
		t.Errorf("work was sent %q, and home %q", sent, b.home.deeds())
	}
}

func TestASwitchThatFailsSaysWhyAndStays(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.refuse(spoken{"profile home has no token yet: run vpsdeck login --profile home"})
	b.ask("home")
	b.w.RequireText("not switched to profile home: profile home has no token yet: run vpsdeck login", "vpsdeck  work ", "Servers 12")
	b.refuse(nil)
	b.w.makeSnapshot("web-server-01", "before-update")
	b.requireDeeds(nudge, nil)
}

func TestOnlyTheNewestSwitchCounts(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.home.slowDown(5*time.Second, "/account/me/")
	b.ask("home")
	b.ask("")
	b.w.RequireText("this is the account without a profile now", "Servers 12")
	b.w.Advance(6 * time.Second)
	b.w.RequireNoText("home", "Servers 3")
}

func TestAProfileThatIsReadOnlyHasNoDeedsAndTheNextOneHas(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, func(p *command.Profile) { p.ReadOnly = true })
	b.ask("home")
	b.w.RequireText("home  read-only")
	b.w.choose("web-server-01")
	b.w.Press("s")
	b.w.requireRefused("This session is read-only")
	b.ask("work")
	b.w.RequireNoText("read-only")
	b.w.makeSnapshot("web-server-01", "before-update")
	b.requireDeeds(nudge, nil)
}

func TestAStrictProfileWantsTheNameForEveryDeletion(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, func(p *command.Profile) { p.Strict = true })
	b.w.choose("web-server-01")
	for profile, strict := range map[string]bool{"home": true, "work": false} {
		b.ask(profile)
		b.w.choose("web-server-01")
		b.w.Press("2", "G", "d") // the oldest
		b.w.wake()
		if got := b.w.Screen().Contains("Type the server's name"); got != strict {
			t.Errorf("%s: asked for the name: %v", profile, got)
		}
		b.w.Press("esc", "1")
	}
}

func TestAProfileHasItsOwnPolicies(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, func(p *command.Profile) {
		p.Policies = model.Policies{{Policy: model.Policy{Backups: model.Wanted{MaxAge: time.Minute}}}}
	})
	b.ask("home")
	b.w.RequireText("Servers 3  ✗ 1  ▲ 2")
	b.ask("work")
	b.w.RequireText("Servers 12  ✗ 2  ▲ 2")
	usual := openBank(t, midi, nil)
	usual.ask("home")
	usual.w.RequireText("Servers 3  ✗ 1 ─")
}

func TestATokenForTheAccountThatWasLeftIsDropped(t *testing.T) {
	t.Parallel()
	b := openBank(t, midi, nil)
	b.home.slowDown(5*time.Second, "/account/me/")
	b.ask("home")
	b.w.fault("GET /: status 401 x1")
	b.w.Press("R")
	b.w.RequireText("Open an account")
	b.w.account.ClearFaults()
	b.w.line.slowDown(20*time.Second, "/account/me/")
	b.w.Press("enter")
	b.w.Type(liveToken)
	b.w.Press("enter") // asks work whether the token is live, for longer than home takes to open
	b.w.Advance(6 * time.Second)
	b.w.RequireText("vpsdeck  home ", "Servers 3")
	b.w.Advance(30 * time.Second)
	b.w.RequireText("vpsdeck  home ", "Servers 3")
	b.w.RequireNoText("Keep the token?")
}
