package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// journalRuns is a journal on disk and the runs of the program that write to it.
type journalRuns struct {
	dir          string
	accountClock *sim.Clock // of the account; it outlives the runs
	run          *journal.Run
}

// withJournal starts the program with a journal in d.dir, or in a new directory.
func withJournal(t testing.TB, d *journalRuns) option {
	t.Helper()
	if d.dir == "" {
		d.dir = t.TempDir()
	}
	return func(s *setup) {
		d.accountClock = s.account.Clock
		d.startRun(t, &s.ui, "first")
	}
}

func (j *journalRuns) journal() *journal.Journal { return journal.New(j.dir) }

func (j *journalRuns) startRun(t testing.TB, options *ui.Options, name string) {
	store := j.journal()
	run := store.StartRun(name)
	t.Cleanup(run.End)
	j.run, options.Journal, options.RunID = run, store, run.ID
}

// restartApp ends the program and starts it again on the same account with the same journal.
func (j *journalRuns) restartApp(w *harness) {
	w.t.Helper()
	j.crash(w)
	j.run.End()
	j.startSecondRun(w)
}

// crash ends the program but leaves the mark of its run, as if it were still running.
func (j *journalRuns) crash(w *harness) {
	w.t.Helper()
	w.Screen() // wait until the program is idle
	w.Quit()
}

// startSecondRun starts the program for the second time.
func (j *journalRuns) startSecondRun(w *harness) {
	w.t.Helper()
	w.clock = terminal.NewClock(j.accountClock.Now, j.accountClock.Advance)
	w.proxy.clock = w.clock
	w.proxy.reset()
	options := ui.Options{Preferences: ui.Preferences{Keys: keymap.Default()}, Dark: true, Clock: w.clock,
		KeyTime: terminal.SpacedKeyTime(), Client: w.newClient(w.url)}
	j.startRun(w.t, &options, "second")
	w.app = ui.New(options)
	w.recorder = &recorder{app: w.app}
	w.Terminal = termtest.Start(w.t, w.recorder, 120, 40, terminal.WithClock(w.clock))
	w.Screen()
}

// performActions takes a snapshot, deletes a backup, has another backup refused, and takes a second
// snapshot.
func performActions(w *harness) {
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(12 * time.Minute)
	w.selectServer("web-server-01")
	w.Press("2", "j")
	w.deleteSelected()
	w.Advance(time.Minute)
	w.account.InjectFault("POST /backups/: status 400 x1")
	w.Press("b", "enter", "esc")
	w.Advance(time.Minute)
	w.createSnapshot("web-server-01", "after-update")
}

func TestActivityMatchesGolden(t *testing.T) {
	t.Parallel()
	for _, s := range everySize { // each with its own journal
		screenCase{"activity", []size{s}, []option{withJournal(t, &journalRuns{}), withServers(2)},
			func(w *harness) { performActions(w); w.Press("A") }}.check(t)
	}
	for _, c := range []screenCase{
		{"activity-empty", []size{standard}, []option{withServers(2)}, press("A")},
		{"activity-ascii", []size{standard}, []option{withServers(2), withASCII, withoutColor, readOnly},
			func(w *harness) {
				w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), "12345", "somebody-elses", ""))
				w.advanceHidden(12 * time.Minute)
				w.Press("A")
			}},
		{"activity-filter", []size{small, standard}, nil, press("A", "/", "n", "g", "i", "n", "x")},
		{"activity-none-found", []size{small}, nil, press("A", "/", "z", "z", "z", "enter")},
	} {
		c.check(t)
	}
}

func TestActivityShowsRunningAndFinishedNewestFirst(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	performActions(w)
	w.Press("A")
	w.RequireText("╭─ Activity 4 ─", "◐ snapshot after-update of web-server-01: 0 s, usually 3–10 m")
	last := 0
	for _, row := range []string{"◐ usually 3–10 m", "▲ not done: Injected fault", "✓ deleted", "✓ completed"} {
		_, y, there := w.Screen().Find(row)
		if !there || y <= last {
			t.Errorf("%q is in line %d, after %d:\n%s", row, y, last, w.Screen().Text())
		}
		last = y
	}
	w.Press("j")
	w.RequireText("▲ backup of web-server-01: not done: Injected fault: Bad Request.")
	w.Press("j")
	w.RequireText("✓ delete backup #495 of web-server-01: deleted")
	w.Press("j")
	w.RequireText("✓ snapshot before-update of web-server-01: completed in")
	w.Press("A")
	w.RequireNoText("─ Activity")
	w.Press("A", "esc")
	w.RequireNoText("─ Activity")
}

func TestActivityGoesToTheServerAndThePoint(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	performActions(w)
	w.Press("1", "enter", "A", "/")
	w.Type("snapshot completed")
	w.Press("enter", "enter")
	w.RequireText("╭─ web-server-01 #12345", "▌ ▼ snapshot   before-update")
	w.Press("esc")
	w.RequireText("╭─ Activity 1 of 4")
	w.Press("esc", "G", "k", "enter") // the deleted backup is gone, but its server is not
	w.RequireText("╭─ web-server-01 #12345")
	w.Press("esc", "A") // back to the page that was open before
	w.RequireText("╭─ web-server-01 #12345")
	w.Press("esc")
	w.RequireText("╭─ Servers 2")
}

func TestActivityFollowsTheOperationUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	performActions(w)
	w.Press("A")
	w.RequireText("◐ snapshot after-update of web-server-01")
	w.Press("j", "k")
	w.advanceUntil(12*time.Minute, "snapshot after-update of web-server-01: completed in")
}

func TestActivityCopiesTheRow(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	performActions(w)
	w.Press("A", "G", "y")
	w.RequireText("the line about “snapshot before-update of web-server-01” was sent to the terminal for its clipboard")
	w.requireCopied("16 Jan 2025 15:50 UTC  snapshot before-update of web-server-01: completed in 5 m 12 s")
	w.Press("space", "y")
	w.RequireText("╭─ snapshot before-update of web-server-01 ─")
	w.Press("esc", "x", "y") // the menu's item
	w.requireCopied(slices.Repeat(
		[]string{"16 Jan 2025 15:50 UTC  snapshot before-update of web-server-01: completed in 5 m 12 s"}, 2)...)
	w.Press("/")
	w.Type("zzz")
	w.Press("enter", "y", "x")
	w.RequireText("there is no row under the cursor")
	w.requireCopied()
}

func TestRowMenuOfActivityMatchesGolden(t *testing.T) {
	t.Parallel()
	screenCase{"activity-menu", everySize, []option{withServers(2)}, func(w *harness) {
		performActions(w)
		w.Press("A", "x")
	}}.check(t)
}

func TestRowMenuOfANoticeHasNoActions(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.Press("W", "A", "x")
	w.RequireText("─ Activity ─", "space  details", "copy the line")
	w.RequireNoText("restore  ", "ssh")
	w.Press("y")
	w.RequireText("the line about “notice” was sent")
}

// A row's keys act on its server and restore point.
func TestActionsStartFromActivity(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(12 * time.Minute)
	w.Press("A", "r")
	w.RequireText("Restore overwrites the disk", "before-update")
	w.Press("esc", "x", "d")
	w.RequireText("Delete", "before-update")
	w.Press("esc", "s")
	w.RequireText("New snapshot of web-server-01")
	w.requireActions(postBeforeUpdate)
}

func TestMouseWorksOnActivity(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withMouse, withJournal(t, &journalRuns{}), withServers(2))
	performActions(w)
	w.Press("A")
	w.ClickOn("TIME UTC ↓")
	w.RequireText("TIME UTC ↑", "ordered by time, oldest first")
	w.ClickOn("OUTCOME")
	w.RequireText("OUTCOME ↓", "ordered by outcome, not done first")
	w.ClickOn("✓ deleted")
	w.RequireText("✓ delete backup #495 of web-server-01: deleted")
	w.ClickOn("✓ deleted") // a double click goes there
	w.RequireText("╭─ web-server-01 #12345")
	w.Press("esc")
	w.RequireText("╭─ Activity 4", "OUTCOME ↓")
}

func TestActivityScrollsByWheelAndPage(t *testing.T) {
	t.Parallel()
	var notices []string
	for i := range 9 {
		notices = append(notices, fmt.Sprint("notice ", i))
	}
	w := startApp(t, 80, 14, withMouse, withOptions(func(o *ui.Options) { o.Notices = notices }))
	for range notices {
		w.skipInputDelay()
		w.Press("j")
	}
	w.Press("A")
	w.RequireText("1/11 ▾ more", "▌")
	w.Wheel(10, 5, 1)
	w.RequireText("4/11 ▴▾ more") // the cursor stays in sight
	w.Press("g", "ctrl+f")
	w.RequireText("▌ 16 Jan 15:45 notice")
	w.Press("ctrl+f", "ctrl+f", "ctrl+f", "ctrl+f")
	w.RequireText("11/11 ▴ more")
	w.Press("ctrl+b", "ctrl+b", "ctrl+b", "ctrl+b", "ctrl+b")
	w.RequireText("1/11 ▾ more")
	w.Press("G", "space", "esc") // nothing moves
	w.RequireText("11/11 ▴ more")
}

func TestEndedOperationIsMarkedUntilActivityIsOpened(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.RequireNoText("1 done")
	w.advanceHidden(12 * time.Minute)
	w.RequireText("✓ 1 done   ● just now")
	w.selectServer("web-server-01")
	w.Press("2", "j")
	w.deleteSelected() // it takes no time, so that its user saw it
	w.RequireText("✓ 1 done   ●")
	w.Press("A")
	w.RequireNoText("1 done")
	w.RequireText("•16 Jan 15:50  snapshot")
	w.Press("esc", "A")
	w.RequireNoText("1 done", "•16 Jan")
}

func TestReturningToTheWindowKeepsTheMark(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.Blur()
	w.advanceHidden(12 * time.Minute)
	w.Focus()
	w.RequireText("✓ 1 done")
	w.Press("A")
	w.RequireNoText("1 done")
}

func TestMarkIsClearedOnceTheOpenPageIsInSight(t *testing.T) {
	t.Parallel()
	for name, hide := range lanes.Table(map[string]struct{ begin, end func(*harness) }{
		"dialog": {press("?"), press("esc")},
		"blur":   {func(w *harness) { w.Blur() }, func(w *harness) { w.Focus() }},
		"page":   {press("enter"), press("esc")},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40, withServers(2))
			w.createSnapshot("web-server-01", "before-update")
			w.Press("A")
			hide.begin(w)
			w.advanceHidden(12 * time.Minute)
			w.RequireText("✓ 1 done")
			hide.end(w)
			w.RequireText("•16 Jan 15:50  snapshot")
			w.RequireNoText("1 done")
		})
	}
}

func TestOperationThatEndsInSightIsNotMarked(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withJournal(t, &journalRuns{}), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.Press("A")
	w.advanceHidden(12 * time.Minute)
	w.RequireText("✓ completed")
	w.RequireNoText("1 done")
}

func TestFailedOperationIsMarkedAsNotDone(t *testing.T) {
	t.Parallel()
	w := startApp(t, 40, 12, withJournal(t, &journalRuns{}), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("◐ 1 running")
	w.must(w.otherClient.DeleteSnapshot(t.Context(), "802"))
	w.advanceHidden(12 * time.Minute)
	w.RequireText("✗ 1 not done")
	w.Press("A")
	w.RequireNoText("not done")
	w.RequireText("✗ failed")
}

func TestActivityShowsOtherProfilesOnRequest(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.Press("A", "a")
	w.RequireText("the journal has nothing of other profiles")
	w.RequireNoText("PROFILE")
	deleted := model.Operation{ID: "other-1", Action: model.Delete, Phase: model.PhaseDone, Started: startTime,
		Ended: startTime, Point: model.Point{Kind: model.Snapshot, ID: "801", Name: "old"},
		Server: model.ServerRef{ID: "12345", Name: "their-server"}}
	record := deleted.Record("vps.example", startTime)
	record.Profile = "work\x1b[31m"
	w.must(d.journal().Append(record))
	w.Press("esc", "A")
	w.RequireNoText("their-server")
	w.Press("a")
	w.RequireText("╭─ Activity of all profiles 2", "PROFILE", "this one", "their-server", "✓ deleted")
	w.Press("G", "enter") // its server has the ID of one of this account
	w.RequireText("their-server is on profile work^[[31m. The palette (:) switches profiles.",
		"╭─ Activity of all profiles")
	for _, key := range []string{"s", "b", "r", "d"} {
		w.Press(key)
		w.requireRefused("their-server is on profile work^[[31m.")
	}
	w.Press("S")
	w.RequireText("there is no server under the cursor")
	w.Press("x")
	w.RequireText("copy the line")
	w.RequireNoText("ssh")
	w.Press("esc")
	w.Press("a")
	w.RequireNoText("their-server", "PROFILE")
}

func TestActivityOfEarlierRunIsReadFromTheJournal(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	performActions(w)
	w.advanceHidden(12 * time.Minute)
	d.restartApp(w)
	w.RequireNoText("begun before")
	w.Press("A")
	w.RequireText("╭─ Activity 4 ─", "✓ snapshot after-update of web-server-01: completed in",
		"snapshot  web-server-01  before-update", "delete    web-server-01  backup #495", "▲ not done: Injected fault")
	w.requireActions()
}

func TestUnreadableJournalLinesAreCounted(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(12 * time.Minute)
	file, err := os.OpenFile(d.journal().Path(), os.O_APPEND|os.O_WRONLY, 0)
	w.must(err)
	_, err = file.WriteString("not JSON\n{\"v\":1,\"id\":\n\x1b[31mred\n")
	w.must(err)
	w.must(file.Close())
	d.restartApp(w)
	w.Press("A")
	w.RequireText("unreadable journal lines skipped: 3", "─ ▲ 3 journal lines unreadable ─", "✓ completed")
}

func TestOperationOfEarlierRunIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(time.Minute)
	d.restartApp(w)
	w.RequireText("1 unfinished from another run of vpsdeck: checking progress", "◐ 1 running", "1 m")
	w.selectServer("web-server-01")
	w.Press("s")
	w.requireRefused("“snapshot before-update of web-server-01” is still running")
	w.advanceUntil(12*time.Minute, "snapshot before-update of web-server-01: completed (seen")
	w.requireActions()
	w.Press("A")
	w.RequireText("✓ snapshot before-update of web-server-01: completed")
}

func TestActionWithLostAnswerIsFoundByTheNextRun(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2), withFault("POST /snapshots/: cut-after-send"))
	w.createSnapshot("web-server-01", "before-update")
	d.restartApp(w)
	w.advanceUntil(12*time.Minute, "snapshot before-update of web-server-01: completed (seen")
	w.requireActions()
}

func TestActionThatNeverArrivedIsOfferedByTheNextRun(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.account.InjectFault("POST /snapshots/: cut-before")
	w.createSnapshot("web-server-01", "before-update")
	w.RequireText("outcome unknown; searching the lists")
	w.account.ClearFaults()
	d.restartApp(w)
	w.advanceUntil(2*time.Minute, "Not seen: try again?")
	w.RequireText("Send it again: snapshot before-update of web-server-01?", "its answer was lost")
	w.requireActions()
	w.skipInputDelay()
	w.Press("y", "enter")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"before-update"}`)
}

func TestRunningProgramKeepsItsOperations(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.createSnapshot("web-server-01", "before-update")
	d.crash(w)
	d.startSecondRun(w) // the mark of the first run is still there
	w.RequireNoText("begun before vpsdeck was started")
	w.RequireText("◐ 1 running") // found in the lists, like an operation of somebody else
	w.selectServer("web-server-01")
	w.Press("s")
	w.RequireText("“snapshot before-update of web-server-01” is still running")
	w.Press("esc", "b")
	w.RequireText("New backup of web-server-01")
}

// interruptRestore confirms a restore with a snapshot first, and restarts the program before the
// snapshot has completed.
func interruptRestore(t *testing.T, d *journalRuns) *harness {
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.selectServer("web-server-01")
	w.Press("3", "j")
	w.restoreSelected(true)
	w.advanceHidden(time.Minute)
	d.restartApp(w)
	w.advanceUntil(12*time.Minute, "Resume the restore?")
	return w
}

func TestRestoreThatWaitedForItsSnapshotIsOfferedAgain(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := interruptRestore(t, d)
	w.requireGolden("go-on-120x40")
	w.RequireText("the restore was not sent", "Restore web-server-01 from snapshot weekly-snapshot-2025-01-08 (#798)?")
	w.skipInputDelay()
	w.Press("tab", "enter")
	w.RequireText("Resume the restore?") // the name is not typed
	w.requireActions()
	w.Press("shift+tab")
	w.Type("web-server-01")
	w.Press("tab", "enter")
	w.requireActions("POST /snapshots/798/restore/")
	w.advanceUntil(20*time.Minute, "finished")
	d.restartApp(w)
	w.RequireNoText("Resume the restore?")
}

func TestDeclinedRestoreIsNeverOfferedAgain(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := interruptRestore(t, d)
	w.skipInputDelay()
	w.Press("esc")
	w.requireActions()
	w.Press("A")
	w.RequireText("no longer wanted")
	d.restartApp(w)
	w.advanceHidden(time.Minute)
	w.RequireNoText("Resume the restore?", "begun before")
}

func TestUnwritableJournalIsReportedAndActionContinues(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := &journalRuns{dir: filepath.Join(place, "state")}
	w := startApp(t, 200, 40, withJournal(t, d), withServers(2))
	w.Press("Z")
	w.createSnapshot("web-server-01", "before-update")
	text := w.Screen().Text()
	w.Press("A")
	text += w.Screen().Text()
	if !strings.Contains(text, "the journal ") || !strings.Contains(text, "a part of its path is not a directory") {
		t.Errorf("the reason is missing:\n%s", text)
	}
	if len(w.proxy.actions()) != 1 {
		t.Errorf("sent: %q", w.proxy.actions())
	}
}

func TestTheDemoKeepsNoJournal(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2), demo)
	w.createSnapshot("web-server-01", "before-update")
	if records, _, err := d.journal().Read(); len(records) > 0 || err != nil {
		t.Errorf("%d lines were written, %v", len(records), err)
	}
}

func TestTheJournalHasEachStepAndNoToken(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	performActions(w)
	w.advanceHidden(12 * time.Minute)
	w.Screen()
	records, unreadable, err := d.journal().Read()
	w.must(err)
	var events []string
	for _, r := range records {
		events = append(events, r.Action+" "+r.Event)
	}
	want := []string{"create intent", "create running", "create done", "delete intent", "delete running", "delete done",
		"create intent", "create refused",
		"create intent", "create running", "create done"}
	requireLines(t, events, want...)
	text, err := os.ReadFile(d.journal().Path())
	w.must(err)
	if unreadable > 0 || strings.Contains(string(text), liveToken) {
		t.Errorf("%d lines cannot be read; the token is in it: %v", unreadable,
			strings.Contains(string(text), liveToken))
	}
	if model.LatestRecords(records)[0].Event != model.EventDone {
		t.Error("the first operation is not shown as done")
	}
}

// A read-only session can send nothing, so it does not ask, and the next one still does.
func TestReadOnlySessionLeavesAWaitingRestoreAlone(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	leave := beforeStart(func(w *harness) {
		p := w.points(model.Snapshot, "12345")[0]
		first := model.Operation{ID: "gone-1", Action: model.Create, Server: p.Server, Point: p, ThenRestore: &p,
			Phase: model.PhaseDone, Started: startTime, Ended: startTime}
		w.must(d.journal().Append(first.Record(w.newClient(w.url).Host(), startTime)))
	})
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2), readOnly, leave)
	w.Advance(time.Minute)
	w.RequireNoText("Resume the restore?")
	w.Press("esc")
	d.restartApp(w)
	w.advanceUntil(time.Minute, "Resume the restore?")
	requireLines(t, w.app.ExitMessages(),
		"not sent: restore of web-server-01 from snapshot #801, which waits to be confirmed")
	w.skipInputDelay()
	w.Press("esc")
	w.RequireNoText("Resume the restore?")
	requireLines(t, w.app.ExitMessages())
}
