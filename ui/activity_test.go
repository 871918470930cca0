package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// journalRuns is a real journal, and the runs of the program that write it.
type journalRuns struct {
	dir          string
	accountClock *sim.Clock // the account's, which outlives the runs
	run          *journal.Run
}

// withJournal starts the program with a journal; a nil one is made.
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

func (d *journalRuns) journal() *journal.Journal { return journal.New(d.dir) }

func (d *journalRuns) startRun(t testing.TB, options *ui.Options, name string) {
	book := d.journal()
	run := book.StartRun(name)
	t.Cleanup(run.End)
	d.run, options.Journal, options.RunID = run, book, run.ID
}

// restartApp ends the program, and starts it anew at the same account, with the same journal.
func (d *journalRuns) restartApp(w *harness) {
	w.t.Helper()
	d.crash(w)
	d.run.End()
	d.startSecondRun(w)
}

// crash ends the program and leaves the mark of its run, as if it still went.
func (d *journalRuns) crash(w *harness) {
	w.t.Helper()
	w.Screen() // until it has come to rest
	w.Quit()
}

// startSecondRun begins the second run of the program.
func (d *journalRuns) startSecondRun(w *harness) {
	w.t.Helper()
	w.clock = terminal.NewClock(d.accountClock.Now, d.accountClock.Advance)
	w.proxy.clock = w.clock
	w.proxy.reset()
	options := ui.Options{Keys: keymap.Default(), Dark: true, Clock: w.clock, KeyTime: terminal.SpacedKeyTime(), Client: w.newClient(w.url)}
	d.startRun(w.t, &options, "second")
	w.app = ui.New(options)
	w.recorder = &recorder{app: w.app}
	w.Terminal = termtest.Start(w.t, w.recorder, 120, 40, terminal.WithClock(w.clock))
	w.Screen()
}

// performActions takes a snapshot, deletes a backup, and is refused another.
func performActions(w *harness) {
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(12 * time.Minute)
	w.selectServer("web-server-01")
	w.Press("2", "j")
	w.deleteSelected()
	w.Advance(time.Minute)
	w.injectFault("POST /backups/: status 400 x1")
	w.Press("b", "enter", "esc")
	w.Advance(time.Minute)
	w.createSnapshot("web-server-01", "after-update")
}

func TestActivityMatchesGolden(t *testing.T) {
	for _, s := range []size{small, standard, large} { // each with a journal of its own
		screenCase{"activity", []size{s}, []option{withJournal(t, &journalRuns{}), withServers(2)}, func(w *harness) { performActions(w); w.Press("A") }}.check(t)
	}
	screenCase{"activity-empty", []size{standard}, []option{withServers(2)}, press("A")}.check(t)
}

func TestActivityShowsRunningAndFinishedNewestFirst(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	performActions(w)
	w.Press("A")
	w.RequireText("◐ snapshot after-update of web-server-01  0 s, usually 3–10 m", "✓ snapshot before-update of web-server-01: completed in",
		"✓ delete backup #495 of web-server-01: deleted", "▲ backup without a description of web-server-01: not")
	g := w.Screen()
	_, refused, _ := g.Find("backup without a description of")
	_, deleted, _ := g.Find("delete backup #495")
	_, completed, _ := g.Find("snapshot before-update of")
	if deleted < refused || completed < deleted {
		t.Errorf("the newest does not stand first:\n%s", g.Text())
	}
	w.Press("A")
	w.RequireNoText("Earlier, newest first")
	w.Press("A", "esc")
	w.RequireNoText("Earlier, newest first")
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
	w.RequireText("Running", "nothing", "✓ snapshot after-update of web-server-01: completed in", "✓ snapshot before-update of web-server-01: completed in",
		"✓ delete backup #495 of web-server-01: deleted", "▲ backup without a description of web-server-01: not")
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
	w.RequireText("unreadable journal lines skipped: 3", "✓ snapshot before-update of web-server-01: completed")
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
	w.injectFault("POST /snapshots/: cut-before")
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
	d.startSecondRun(w) // the mark of the first run stands
	w.RequireNoText("begun before vpsdeck was started")
	w.RequireText("◐ 1 running") // seen in the lists, as anybody's
	w.selectServer("web-server-01")
	w.Press("s")
	w.RequireText("“snapshot before-update of web-server-01” is still running")
	w.Press("esc", "b")
	w.RequireText("New backup of web-server-01")
}

// interruptRestore asks for a restore with a snapshot first, and ends the program before that has completed.
func interruptRestore(t *testing.T, d *journalRuns) *harness {
	w := startApp(t, 120, 40, withJournal(t, d), withServers(2))
	w.selectServer("web-server-01")
	w.Press("3", "j")
	w.restoreSelected(true)
	w.advanceHidden(time.Minute)
	d.restartApp(w)
	w.advanceUntil(12*time.Minute, "Go on with the restore?")
	return w
}

func TestRestoreThatWaitedForItsSnapshotIsOfferedAgain(t *testing.T) {
	t.Parallel()
	d := &journalRuns{}
	w := interruptRestore(t, d)
	w.requireGolden("go-on-120x40")
	w.RequireText("the restore was not sent, as", "nobody was here", "Restore web-server-01 from snapshot weekly-snapshot-2025-01-08 (#798)?")
	w.skipInputDelay()
	w.Press("tab", "enter")
	w.RequireText("Go on with the restore?") // the name is not typed
	w.requireActions()
	w.Press("shift+tab")
	w.Type("web-server-01")
	w.Press("tab", "enter")
	w.requireActions("POST /snapshots/798/restore/")
	w.advanceUntil(20*time.Minute, "finished")
	d.restartApp(w)
	w.RequireNoText("Go on with the restore?")
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
	w.RequireNoText("Go on with the restore?", "begun before")
}

func TestUnwritableJournalIsReportedAndActionContinues(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := &journalRuns{dir: filepath.Join(place, "state")}
	w := startApp(t, 200, 40, withJournal(t, d), withServers(2))
	w.Press("x")
	w.createSnapshot("web-server-01", "before-update")
	text := w.Screen().Text()
	w.Press("A")
	text += w.Screen().Text()
	if !strings.Contains(text, "the journal ") || !strings.Contains(text, "a file stands where its directory should be") {
		t.Errorf("the reason is not said:\n%s", text)
	}
	if len(w.proxy.actions()) != 1 {
		t.Errorf("sent were %q", w.proxy.actions())
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
	var story []string
	for _, r := range records {
		story = append(story, r.Action+" "+r.Event)
	}
	want := []string{"create intent", "create running", "create done", "delete intent", "delete running", "delete done", "create intent", "create refused",
		"create intent", "create running", "create done"}
	requireLines(t, story, want...)
	text, err := os.ReadFile(d.journal().Path())
	w.must(err)
	if unreadable > 0 || strings.Contains(string(text), liveToken) {
		t.Errorf("%d lines cannot be read; the token is in it: %v", unreadable, strings.Contains(string(text), liveToken))
	}
	if model.LatestRecords(records)[0].Event != model.EventDone {
		t.Error("the first operation is not shown as done")
	}
}
