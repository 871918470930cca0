package ui_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

var (
	wideShort        = size{120, 24}
	onlyBeforeUpdate = []string{postBeforeUpdate}
)

func TestSwitchShowsOnlyTheOtherAccount(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]size{"switched-120x24": wideShort, "switched-40x12": small} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startMultiAccount(t, at, nil)
			b.h.RequireText("vpsdeck  work ", "Servers 12")
			b.switchTo("home")
			b.h.RequireText("vpsdeck  home ", "switched to profile home", "Servers 3")
			b.h.RequireNoText(" work ", "cache-01")
			b.h.requireGolden(name)
			if title := b.h.Title(); !strings.HasPrefix(title, "vpsdeck home") {
				t.Errorf("the window title is %q", title)
			}
			b.switchTo("")
			b.h.RequireText("switched to the account", "Servers 12")
			b.h.RequireNoText(" home ")
			b.requireActions(nil, nil)
		})
	}
}

func TestAccountStripeIsShownBehindDialogs(t *testing.T) {
	t.Parallel()
	for name, options := range lanes.Table(map[string][]option{"account-styled": nil,
		"account-no-color": {withoutColor}, "account-ascii": {withASCII}}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startMultiAccount(t, size{72, 18}, nil, append(options, withServers(2))...)
			b.h.selectServer("web-server-01")
			b.h.Press("2", "d")
			b.h.skipInputDelay()
			b.h.RequireText("work", "Delete for good")
			b.h.requireStyledGolden(name)
		})
	}
}

func TestDialogOnSmallestTerminalDoesNotHideTheAccount(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, size{40, 10}, nil, withServers(2))
	b.h.selectServer("web-server-01")
	b.h.Press("3", "r")
	b.h.skipInputDelay()
	b.h.RequireText("vpsdeck  work ", "Restore")
}

func TestPendingActionBlocksSwitchAndReachesOnlyItsAccount(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil, withServers(2))
	b.h.proxy.slowDown(5*time.Second, "POST /snapshots/")
	b.h.createSnapshot("web-server-01", "before-update")
	b.switchTo("home")
	b.h.RequireText("not switched: “snapshot before-update of web-server-01” is being sent", "work")
	b.h.Advance(6 * time.Second)
	b.h.RequireText("1 running", "before-update")
	b.switchTo("home")
	b.h.RequireText("vpsdeck  home ", "1 still running on profile work, watched again when you return")
	b.h.RequireNoText("before-update of")
	b.requireActions(onlyBeforeUpdate, nil)
	b.requireJournal(2, "work")
}

func TestNoActionStartsDuringAnAccountSwitch(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.homeProxy.slowDown(5*time.Second, "/account/me/")
	b.h.selectServer("web-server-01")
	b.switchTo("home")
	b.h.RequireText("opening profile home", "work")
	b.h.Press("2")
	b.h.deleteSelected()
	b.h.RequireText("Switching to profile home. Try again once it is open.")
	b.h.Press("1", "s")
	b.h.Type("x")
	b.h.Press("enter", "enter")
	b.h.RequireText("Switching to profile home.")
	b.h.Press("space", "b", "enter")
	b.h.RequireText("Switching to profile home.")
	b.h.Advance(6 * time.Second)
	b.h.RequireText("vpsdeck  home ")
	b.requireActions(nil, nil)
	b.requireJournal(0, "work")
}

// The dialog is about a server of work; home has a server with the same name and ID.
func TestOpenDialogIsClosedWhenTheAccountSwitches(t *testing.T) {
	t.Parallel()
	for name, ask := range lanes.Table(map[string]func(*multiAccount){
		"confirm": func(b *multiAccount) {
			b.h.Press("3", "r")
			b.h.skipInputDelay()
			b.h.typeRequiredName()
			b.h.Press("tab")
		},
		"form": func(b *multiAccount) {
			b.h.Press("s")
			b.h.Type("before-update")
			b.h.Press("enter")
		},
		"bulk": func(b *multiAccount) {
			b.h.Press("1", "space", "b")
		},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startMultiAccount(t, wideShort, nil)
			b.h.selectServer("web-server-01")
			b.homeProxy.slowDown(5*time.Second, "/account/me/")
			b.switchTo("home")
			ask(b)
			b.h.Advance(6 * time.Second)
			b.h.RequireText("vpsdeck  home ", "What was open on profile work was closed.")
			b.h.RequireNoText("cancel", "marked")
			b.h.pressAtOnce("enter", "tab", "enter", "enter", "esc")
			b.requireActions(nil, nil)
		})
	}
}

func TestTextForWhatTheSwitchClosedIsNoCommand(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"form": "s", "filter": "/"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := startMultiAccount(t, wideShort, nil)
			b.h.selectServer("web-server-01")
			b.homeProxy.slowDown(5*time.Second, "/account/me/")
			b.switchTo("home")
			b.h.Press(key)
			b.h.Type("before-")
			b.h.Advance(6 * time.Second)
			b.h.RequireText("vpsdeck  home ", "Servers 3", "Switched to profile home")
			b.h.Type("big-change") // b would open the form of a backup
			b.h.Press("enter", "enter")
			b.h.RequireNoText("Switched to profile home", "New backup")
			b.requireActions(nil, nil)
		})
	}
}

func TestMarksAndFiltersAreClearedBySwitch(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.h.Press("/")
	b.h.Type("web")
	b.h.Press("enter", "*")
	b.h.RequireText("marked", "/web")
	b.switchTo("home")
	b.h.RequireText("vpsdeck  home ")
	b.h.RequireNoText("marked", "/web")
}

func TestOperationsAreResumedAfterSwitchingBack(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil, withServers(2))
	b.h.createSnapshot("web-server-01", "before-update")
	b.switchTo("home")
	b.h.RequireNoText("1 running", "before-update of")
	b.h.Press("A")
	b.h.RequireText("Activity 1 ", "1 still running on profile work")
	b.h.RequireNoText("before-update")
	b.h.Press("esc")
	b.switchTo("work")
	b.h.RequireText("1 unfinished from another run of vpsdeck", "1 running")
	b.h.advanceUntil(11*time.Minute, "snapshot before-update of web-server-01: completed")
	b.requireActions(onlyBeforeUpdate, nil)
}

func TestWaitingRestoreIsOfferedAgainAndNeverSentToAnotherAccount(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil, withServers(2))
	b.h.selectServer("web-server-01")
	b.h.Press("3")
	b.h.restoreSelected(true)
	b.switchTo("home")
	b.h.advanceHidden(30 * time.Minute)
	b.requireActions([]string{postSafetySnapshot}, nil)
	b.switchTo("work")
	b.h.advanceUntil(time.Minute, "Resume the restore?")
	b.requireActions([]string{postSafetySnapshot}, nil)
	b.h.skipInputDelay()
	b.h.typeRequiredName()
	b.h.Press("tab", "enter")
	b.requireActions([]string{postSafetySnapshot, postRestore801}, nil)
}

func TestBulkActionsBlockSwitchUntilAnswered(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil, withServers(2))
	b.h.selectServer("web-server-01")
	b.h.Press("2", "*", "d")
	b.h.skipInputDelay()
	b.h.proxy.slowDown(5*time.Second, "/servers/") // each point is checked before it is deleted
	b.h.Type(strconv.Itoa(len(b.h.points(model.Backup, "12345"))))
	b.h.Press("tab", "enter")
	b.h.RequireText("Bulk actions")
	b.h.Press("esc", "esc") // stops the rest, closes the sheet
	b.switchTo("home")
	b.h.RequireText("not switched: ", "is being sent")
	b.h.advanceHidden(time.Minute)
	b.switchTo("home")
	b.h.RequireText("vpsdeck  home ")
	if sent := b.h.proxy.actions(); len(sent) != 1 || len(b.homeProxy.actions()) != 0 {
		t.Errorf("sent to work: %q, to home: %q", sent, b.homeProxy.actions())
	}
}

func TestASwitchThatFailsSaysWhyAndStays(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.setOpenError(&model.UserError{Text: "profile home has no token yet: run vpsdeck login --profile home"})
	b.switchTo("home")
	b.h.RequireText("not switched to profile home: profile home has no token yet: run vpsdeck login", "vpsdeck  work ",
		"Servers 12")
	b.setOpenError(nil)
	b.h.createSnapshot("web-server-01", "before-update")
	b.requireActions(onlyBeforeUpdate, nil)
}

func TestOnlyTheNewestSwitchCounts(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.homeProxy.slowDown(5*time.Second, "/account/me/")
	b.switchTo("home")
	b.switchTo("")
	b.h.RequireText("switched to the account without a profile", "Servers 12")
	b.h.Advance(6 * time.Second)
	b.h.RequireNoText("home", "Servers 3")
}

func TestReadOnlyProfileHasNoActions(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, func(p *command.Profile) { p.ReadOnly = true })
	b.switchTo("home")
	b.h.RequireText("home  read-only")
	b.h.selectServer("web-server-01")
	b.h.Press("s")
	b.h.requireRefused("This session is read-only")
	b.switchTo("work")
	b.h.RequireNoText("read-only")
	b.h.createSnapshot("web-server-01", "before-update")
	b.requireActions(onlyBeforeUpdate, nil)
}

func TestStrictProfileRequiresTheNameForEveryDeletion(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, func(p *command.Profile) { p.Strict = true })
	b.h.selectServer("web-server-01")
	for profile, strict := range map[string]bool{"home": true, "work": false} {
		b.switchTo(profile)
		b.h.selectServer("web-server-01")
		b.h.Press("2", "G", "d") // the oldest
		b.h.skipInputDelay()
		if got := b.h.Screen().Contains("Type web-server-01 to confirm"); got != strict {
			t.Errorf("%s: asked for the name: %v", profile, got)
		}
		b.h.Press("esc", "1")
	}
}

func TestAProfileHasItsOwnPolicies(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, func(p *command.Profile) {
		p.Policies = model.Policies{{Policy: model.Policy{Backups: model.Requirement{MaxAge: time.Minute}}}}
	})
	b.switchTo("home")
	b.h.RequireText("Servers 3  ✗ 1  ▲ 2")
	b.switchTo("work")
	b.h.RequireText("Servers 12  ✗ 2  ▲ 2")
	withoutPolicies := startMultiAccount(t, wideShort, nil)
	withoutPolicies.switchTo("home")
	withoutPolicies.h.RequireText("Servers 3  ✗ 1 ─")
}

func TestTokenForTheFormerAccountIsDropped(t *testing.T) {
	t.Parallel()
	b := startMultiAccount(t, wideShort, nil)
	b.homeProxy.slowDown(5*time.Second, "/account/me/")
	b.switchTo("home")
	b.h.account.InjectFault("GET /: status 401 x1")
	b.h.Press("R")
	b.h.RequireText("Open an account")
	b.h.account.ClearFaults()
	b.h.proxy.slowDown(20*time.Second, "/account/me/")
	b.h.Press("enter")
	b.h.Type(liveToken)
	b.h.Press("enter") // the check of the token on work takes longer than opening home
	b.h.Advance(6 * time.Second)
	b.h.RequireText("vpsdeck  home ", "Servers 3")
	b.h.Advance(30 * time.Second)
	b.h.RequireText("vpsdeck  home ", "Servers 3")
	b.h.RequireNoText("Keep the token?")
}
