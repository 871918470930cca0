package ui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/api/sim"
	"vpsdeck/internal/lanes"
	"vpsdeck/model"
	"vpsdeck/ui"
)

const postBeforeUpdate = `POST /snapshots/ {"server_id":12345,"name":"before-update"}`

func TestSnapshotWithLostAnswerIsFound(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("POST /snapshots/: cut-after-send")
	w.selectServer("web-server-01")
	w.proxy.slowDown(10*time.Second, "GET /snapshots/")
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("snapshot before-update of web-server-01: outcome unknown; searching the lists, not sent again",
		"outcome unknown")
	w.Advance(20 * time.Second)
	w.RequireText("before-update", "◐ creating", "usually 3–10 m", "◐ 1 running")
	w.proxy.slowDown(0)
	w.advanceUntil(11*time.Minute, "snapshot before-update of web-server-01: completed in ")
	w.requireActions(postBeforeUpdate)
	if n := len(w.points(model.Snapshot, "12345")); n != 3 {
		t.Errorf("the account has %d snapshots", n)
	}
}

func TestSnapshotThatNeverArrivedIsNotFound(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("POST /snapshots/: cut-before x1")
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("outcome unknown; searching the lists")
	w.advanceUntil(5*time.Minute, "Not seen: try again?")
	w.requireActions(postBeforeUpdate)
	w.skipInputDelay()
	w.Press("tab", "enter")
	w.RequireText("◐ 1 running", "◐ creating")
	w.requireActions(postBeforeUpdate, postBeforeUpdate)
}

func TestSnapshotThatAppearsLateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *harness {
		w := startApp(t, 120, 24, withServers(2))
		w.account.InjectFault("POST /snapshots/: cut-after-send x1")
		w.account.SetQuirks(sim.Quirks{AppearLate: 4 * time.Minute})
		w.createSnapshot("web-server-01", "before-update")
		return w
	}
	t.Run("while the offer is open", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.advanceUntil(3*time.Minute, "Not seen: try again?")
		w.advanceHidden(11 * time.Minute)
		w.Press("tab", "enter")
		w.requireRefused("Not sent again", "The lists have shown it meanwhile.")
		w.requireActions(postBeforeUpdate)
	})
	t.Run("while the offer waits for another dialog", func(t *testing.T) {
		t.Parallel()
		w := start(t)
		w.Press("?")
		w.advanceHidden(14 * time.Minute)
		w.skipInputDelay()
		w.Press("esc")
		w.Advance(time.Second)
		w.RequireNoText("Not seen: try again?")
		w.requireActions(postBeforeUpdate)
	})
}

func TestResendOfASnapshotDoesNotRestore(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.account.InjectFault("POST /snapshots/: cut-before x1")
	w.restoreSelected(true)
	w.advanceUntil(5*time.Minute, "Not seen: try again?")
	w.RequireText("Send it again: snapshot before-restore-")
	w.skipInputDelay()
	w.Press("tab", "enter")
	w.advanceHidden(12 * time.Minute)
	w.requireActions(postSafetySnapshot, postSafetySnapshot)
}

func TestUnknownOutcomeBlocksOtherActionsOnItsServer(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("POST /snapshots/: cut-before x1")
	w.createSnapshot("web-server-01", "before-update")
	w.skipInputDelay()
	w.Press("s")
	w.requireRefused("The outcome is not known yet: “snapshot before-update of")
	w.requireActions(postBeforeUpdate)
}

func TestOperationsOfOthersAreShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.RequireNoText("running")
	w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), "12345", "somebody-elses", ""))
	w.mustAccept(w.otherClient.RestoreSnapshot(t.Context(), "796"))
	w.Advance(20 * time.Second)
	w.RequireText("◐ 2 running", "snapshot somebody-elses", "db-server-01  restore", "◐ restoring")
	w.advanceUntil(20*time.Minute, "restore onto db-server-01: finished (seen")
	w.Press("A")
	w.Press("G")
	w.RequireText("snapshot somebody-elses of web-server-01: completed")
	w.Press("esc")
	w.RequireNoText("running")
	w.requireActions()
}

func TestAnEstimateIsNeverFull(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.Screen()
	w.proxy.slowDown(24*time.Hour, "GET /snapshots/")
	last := -1
	for range 8 {
		bar := w.lastView().ProgressBar
		if bar == nil || bar.State != tea.ProgressBarDefault || bar.Value < last || bar.Value >= 100 {
			t.Fatalf("the terminal's progress bar is %+v after %d", bar, last)
		}
		last = bar.Value
		w.RequireText("─  ") // the unfilled part of the bar
		w.advanceHidden(2 * time.Minute)
	}
	w.RequireText("longer than usual")
	if last < 90 {
		t.Errorf("after twice the usual time the bar stands at %d %%", last)
	}
}

func TestTerminalShowsProgress(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	if v := w.lastView(); v.WindowTitle != "vpsdeck Acme Inc." || v.ProgressBar != nil {
		t.Errorf("at rest the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
	w.createSnapshot("web-server-01", "before-update")
	if v := w.lastView(); v.WindowTitle != "vpsdeck Acme Inc. (1 running)" || v.ProgressBar == nil {
		t.Errorf("at work the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
	w.mustAccept(w.otherClient.RestoreSnapshot(t.Context(), "796"))
	w.Advance(20 * time.Second)
	if title := w.Title(); title != "vpsdeck Acme Inc. (2 running)" {
		t.Errorf("the title is %q", title)
	}
	w.advanceHidden(16 * time.Minute)
	if v := w.lastView(); v.WindowTitle != "vpsdeck Acme Inc." || v.ProgressBar != nil {
		t.Errorf("at the end the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
}

func TestUnknownDurationHasNoBar(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	atServer("web-server-01", "b", "enter")(w)
	if bar := w.lastView().ProgressBar; bar == nil || bar.State != tea.ProgressBarIndeterminate {
		t.Errorf("the terminal's progress bar is %+v", bar)
	}
	w.RequireText("no estimate")
	w.RequireNoText("━")
}

func TestErrorNoticeStaysUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.account.InjectFault("POST /snapshots/: status 400 x1")
	w.createSnapshot("web-server-01", "before-update")
	w.Press("g") // typed before the notice could be read
	w.advanceHidden(3 * time.Minute)
	w.RequireText("snapshot before-update of web-server-01: not done")
	w.Press("g")
	w.RequireNoText("not done")
}

func TestSuccessNoticeDisappears(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.Press("o", "n")
	w.RequireText("ordered by name")
	w.Advance(10 * time.Second)
	w.RequireNoText("ordered by name")
}

func TestQuitReportsRunningOperations(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(true)
	w.Advance(90 * time.Second)
	w.Press("q")
	w.Wait()
	requireLines(t, w.app.ExitMessages(),
		"still running at the provider: snapshot before-restore-20250116-154500 of web-server-01, for 1 m 30 s",
		"not sent: restore of web-server-01 from snapshot #801, which waited for that snapshot")
	if n := len(w.proxy.actions()); n != 1 {
		t.Errorf("%d actions were sent", n)
	}
}

func TestQuittingAsksNothing(t *testing.T) {
	t.Parallel()
	for name, keys := range lanes.Table(map[string][]string{
		"q": {"q"}, "ctrl+c in a confirm": {"2", "d", "ctrl+c"}, "ctrl+c in a form": {"s", "ctrl+c"},
		"ctrl+c in a filter": {"/", "ctrl+c"}, "ctrl+c in the help": {"?", "ctrl+c"},
		"q after the help": {"?", "q", "q"},
		"q after esc":      {"esc", "esc", "q"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24)
			w.selectServer("web-server-01")
			w.Press(keys...)
			w.Wait()
			requireLines(t, w.app.ExitMessages()) // operations of others are not reported
			if sent := w.proxy.actions(); sent != nil {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

func TestConfirmQuitAsksFirst(t *testing.T) {
	t.Parallel()
	confirm := withOptions(func(o *ui.Options) { o.ConfirmQuit = true })
	screenCase{"quit-confirm", everySize, []option{confirm, withServers(2)}, func(w *harness) {
		w.createSnapshot("web-server-01", "before-update")
		w.Press("q")
	}}.check(t)
	for name, keys := range lanes.Table(map[string][]string{
		"y": {"q", "y", "enter"}, "tab": {"q", "tab", "enter"}, "ctrl+c": {"q", "ctrl+c"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24, confirm, withServers(2))
			w.Press("q")
			w.RequireText("Quit vpsdeck?")
			w.Press("esc")
			w.RequireNoText("Quit vpsdeck?")
			w.Press(keys[0])
			w.skipInputDelay()
			w.Press(keys[1:]...)
			w.Wait()
		})
	}
}

func TestUnknownOutcomeIsReportedOnExit(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.account.InjectFault("POST /snapshots/: cut-before")
	w.createSnapshot("web-server-01", "before-update")
	w.Press("q")
	w.Wait()
	requireLines(t, w.app.ExitMessages(),
		"outcome unknown: snapshot before-update of web-server-01; check the account before you try again")
}
