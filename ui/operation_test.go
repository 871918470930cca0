package ui_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

const beforeUpdate = `POST /snapshots/ {"server_id":12345,"name":"before-update"}`

func TestASnapshotWhoseAnswerIsLostIsFoundAndGoesOn(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.fault("POST /snapshots/: cut-after-send")
	w.choose("web-server-01")
	w.line.slowDown(10*time.Second, "GET /snapshots/")
	w.makeSnapshot("web-server-01", "before-update")
	w.RequireText("snapshot before-update of web-server-01: the outcome is unknown; it is looked for, and not sent again", "outcome unknown")
	w.Advance(20 * time.Second)
	w.RequireText("before-update", "◐ creating", "usually 3–10 m", "◐ 1 running")
	w.line.slowDown(0)
	w.pass(11*time.Minute, "snapshot before-update of web-server-01: completed in ")
	w.requireDeeds(beforeUpdate)
	if n := len(w.points(model.Snapshot, "12345")); n != 3 {
		t.Errorf("the account has %d snapshots", n)
	}
}

func TestASnapshotThatNeverArrivedIsNotSeen(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.fault("POST /snapshots/: cut-before x1")
	w.makeSnapshot("web-server-01", "before-update")
	w.RequireText("the outcome is unknown")
	w.pass(5*time.Minute, "Not seen: try again?")
	w.requireDeeds(beforeUpdate)
	w.wake()
	w.Press("tab", "enter")
	w.RequireText("◐ 1 running", "◐ creating")
	w.requireDeeds(beforeUpdate, beforeUpdate)
}

func TestWhatIsNotKnownYetKeepsOtherDeedsFromItsServer(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.fault("POST /snapshots/: cut-before x1")
	w.makeSnapshot("web-server-01", "before-update")
	w.wake()
	w.Press("s")
	w.requireRefused("It is not yet known what became of “snapshot before-update of")
	w.requireDeeds(beforeUpdate)
}

func TestWhatOthersBeginShowsUp(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.RequireNoText("running")
	w.must2(w.others.CreateSnapshot(t.Context(), "12345", "somebody-elses", ""))
	w.must2(w.others.RestoreSnapshot(t.Context(), "796"))
	w.Advance(20 * time.Second)
	w.RequireText("◐ 2 running", "snapshot somebody-elses", "db-server-01  restore", "◐ restoring")
	w.pass(20*time.Minute, "restore onto db-server-01: ended (seen")
	w.Press("A")
	w.RequireText("snapshot somebody-elses of web-server-01: completed")
	w.Press("esc")
	w.RequireNoText("running")
	w.requireDeeds()
}

func TestAnEstimateIsNeverFull(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.makeSnapshot("web-server-01", "before-update")
	w.Screen()
	w.line.slowDown(24*time.Hour, "GET /snapshots/")
	last := -1
	for range 8 {
		bar := w.view().ProgressBar
		if bar == nil || bar.State != tea.ProgressBarDefault || bar.Value < last || bar.Value >= 100 {
			t.Fatalf("the terminal's progress bar is %+v after %d", bar, last)
		}
		last = bar.Value
		w.RequireText("─  ") // the bar's rest
		w.later(2 * time.Minute)
	}
	w.RequireText("longer than usual")
	if last < 90 {
		t.Errorf("after twice the usual time the bar stands at %d %%", last)
	}
}

func TestTheTerminalItselfShowsWhatRuns(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	if v := w.view(); v.WindowTitle != "vpsdeck Acme Inc." || v.ProgressBar != nil {
		t.Errorf("at rest the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
	w.makeSnapshot("web-server-01", "before-update")
	if v := w.view(); v.WindowTitle != "vpsdeck Acme Inc. (1 running)" || v.ProgressBar == nil {
		t.Errorf("at work the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
	w.must2(w.others.RestoreSnapshot(t.Context(), "796"))
	w.Advance(20 * time.Second)
	if title := w.Title(); title != "vpsdeck Acme Inc. (2 running)" {
		t.Errorf("the title is %q", title)
	}
	w.later(16 * time.Minute)
	if v := w.view(); v.WindowTitle != "vpsdeck Acme Inc." || v.ProgressBar != nil {
		t.Errorf("at the end the title is %q, the progress %+v", v.WindowTitle, v.ProgressBar)
	}
}

func TestADurationThatNobodyKnowsHasNoBar(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	at("web-server-01", "b", "enter")(w)
	if bar := w.view().ProgressBar; bar == nil || bar.State != tea.ProgressBarIndeterminate {
		t.Errorf("the terminal's progress bar is %+v", bar)
	}
	w.RequireText("duration varies")
	w.RequireNoText("━")
}

func TestWhatWentWrongStandsUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.fault("POST /snapshots/: status 400 x1")
	w.makeSnapshot("web-server-01", "before-update")
	w.Press("g") // it was on its way before one could read
	w.later(3 * time.Minute)
	w.RequireText("snapshot before-update of web-server-01: not done")
	w.Press("g")
	w.RequireNoText("not done")
}

func TestWhatWentWellGoesByItself(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.Press("o")
	w.RequireText("ordered by name")
	w.Advance(10 * time.Second)
	w.RequireNoText("ordered by name")
}

func TestQuittingSaysWhatGoesOn(t *testing.T) {
	t.Parallel()
	w := open(t, 120, 24, servers(2))
	w.choose("web-server-01")
	w.Press("3")
	w.restoreChosen(true)
	w.Advance(90 * time.Second)
	w.Press("q")
	w.Wait()
	requireLines(t, w.app.Farewell(),
		"goes on at the provider: snapshot before-restore-20250116-154500 of web-server-01, since 1 m 30 s",
		"not sent: restore of web-server-01 from snapshot #801, which waited for that snapshot")
	if n := len(w.line.deeds()); n != 1 {
		t.Errorf("%d deeds were sent", n)
	}
}

func TestQuittingAsksNothing(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]string{
		"q": {"q"}, "ctrl+c in a question": {"2", "d", "ctrl+c"}, "ctrl+c in a form": {"s", "ctrl+c"},
		"ctrl+c in a filter": {"/", "ctrl+c"}, "ctrl+c in the help": {"?", "ctrl+c"}, "q after the help": {"?", "q", "q"},
		"q after esc": {"esc", "esc", "q"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, 80, 24)
			w.choose("web-server-01")
			w.Press(keys...)
			w.Wait()
			requireLines(t, w.app.Farewell()) // what others have begun is their business
			if deeds := w.line.deeds(); deeds != nil {
				t.Errorf("sent %q", deeds)
			}
		})
	}
}

func TestAnOutcomeThatIsNotKnownIsSaidAtTheEnd(t *testing.T) {
	t.Parallel()
	w := open(t, 80, 24, servers(2))
	w.fault("POST /snapshots/: cut-before")
	w.makeSnapshot("web-server-01", "before-update")
	w.Press("q")
	w.Wait()
	requireLines(t, w.app.Farewell(),
		"its outcome is not known: snapshot before-update of web-server-01; look at the account before you do it again")
}
