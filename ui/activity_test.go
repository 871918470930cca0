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

// diary is a real journal, and the runs of the program that write it.
type diary struct {
	dir   string
	steps *sim.Clock // the account's, which outlives the runs
	run   *journal.Run
}

// keeping starts the program with a journal; a nil one is made.
func keeping(t testing.TB, d *diary) option {
	t.Helper()
	if d.dir == "" {
		d.dir = t.TempDir()
	}
	return func(s *setup) {
		d.steps = s.account.Clock
		d.begin(t, &s.ui, "first")
	}
}

func (d *diary) book() *journal.Journal { return journal.In(d.dir) }

func (d *diary) begin(t testing.TB, options *ui.Options, name string) {
	book := d.book()
	run := book.Begin(name)
	t.Cleanup(run.End)
	d.run, options.Journal, options.Run = run, book, run.ID
}

// again ends the program, and starts it anew at the same account, with the same journal.
func (d *diary) again(w *world) {
	w.t.Helper()
	d.crash(w)
	d.run.End()
	d.restart(w)
}

// crash ends the program and leaves the mark of its run, as if it still went.
func (d *diary) crash(w *world) {
	w.t.Helper()
	w.Screen() // until it has come to rest
	w.Quit()
}

// restart begins the second run of the program.
func (d *diary) restart(w *world) {
	w.t.Helper()
	w.clock = terminal.NewClock(d.steps.Now, d.steps.Advance)
	w.line.clock = w.clock
	w.line.forget()
	options := ui.Options{Keys: keymap.Default(), Dark: true, Clock: w.clock, KeyTime: terminal.Unhurried(), Client: w.client(w.url)}
	d.begin(w.t, &options, "second")
	w.app = ui.New(options)
	w.desk = &desk{app: w.app}
	w.Terminal = termtest.Start(w.t, w.desk, 120, 40, terminal.WithClock(w.clock))
	w.Screen()
}

// done takes a snapshot, deletes a backup, and is refused another.
func done(w *world) {
	w.makeSnapshot("web-server-01", "before-update")
	w.later(12 * time.Minute)
	w.choose("web-server-01")
	w.Press("2", "j")
	w.deleteChosen()
	w.Advance(time.Minute)
	w.fault("POST /backups/: status 400 x1")
	w.Press("b", "enter", "esc")
	w.Advance(time.Minute)
	w.makeSnapshot("web-server-01", "after-update")
}

func TestTheActivityLooksAsApproved(t *testing.T) {
	for _, s := range []size{small, usual, large} { // each with a journal of its own
		look{"activity", []size{s}, []option{keeping(t, &diary{}), servers(2)}, func(w *world) { done(w); w.Press("A") }}.check(t)
	}
	look{"activity-empty", []size{usual}, []option{servers(2)}, press("A")}.check(t)
}

func TestTheActivityTellsWhatRunsAndWhatHasEndedNewestFirst(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	done(w)
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

func TestTheActivityOfAnEarlierRunIsReadFromTheJournal(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	done(w)
	w.later(12 * time.Minute)
	d.again(w)
	w.RequireNoText("begun before")
	w.Press("A")
	w.RequireText("Running", "nothing", "✓ snapshot after-update of web-server-01: completed in", "✓ snapshot before-update of web-server-01: completed in",
		"✓ delete backup #495 of web-server-01: deleted", "▲ backup without a description of web-server-01: not")
	w.requireDeeds()
}

func TestLinesOfTheJournalThatCannotBeReadAreCounted(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	w.makeSnapshot("web-server-01", "before-update")
	w.later(12 * time.Minute)
	file, err := os.OpenFile(d.book().Path(), os.O_APPEND|os.O_WRONLY, 0)
	w.must(err)
	_, err = file.WriteString("not JSON\n{\"v\":1,\"id\":\n\x1b[31mred\n")
	w.must(err)
	w.must(file.Close())
	d.again(w)
	w.Press("A")
	w.RequireText("3 lines of the journal cannot be read and are left out", "✓ snapshot before-update of web-server-01: completed")
}

func TestWhatAnEarlierRunBeganIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	w.makeSnapshot("web-server-01", "before-update")
	w.later(time.Minute)
	d.again(w)
	w.RequireText("1 begun by another run of vpsdeck: looking how far it came", "◐ 1 running", "1 m")
	w.choose("web-server-01")
	w.Press("s")
	w.requireRefused("“snapshot before-update of web-server-01” is still running")
	w.pass(12*time.Minute, "snapshot before-update of web-server-01: completed (seen")
	w.requireDeeds()
	w.Press("A")
	w.RequireText("✓ snapshot before-update of web-server-01: completed")
}

func TestADeedWhoseAnswerWasLostIsFoundByTheNextRun(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2), fault("POST /snapshots/: cut-after-send"))
	w.makeSnapshot("web-server-01", "before-update")
	d.again(w)
	w.pass(12*time.Minute, "snapshot before-update of web-server-01: completed (seen")
	w.requireDeeds()
}

func TestADeedThatNeverArrivedIsOfferedAgainByTheNextRun(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	w.fault("POST /snapshots/: cut-before")
	w.makeSnapshot("web-server-01", "before-update")
	w.RequireText("the outcome is unknown")
	w.account.ClearFaults()
	d.again(w)
	w.pass(2*time.Minute, "Not seen: try again?")
	w.RequireText("Send it again: snapshot before-update of web-server-01?", "its answer was lost")
	w.requireDeeds()
	w.wake()
	w.Press("y", "enter")
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"before-update"}`)
}

func TestAnotherRunThatStillGoesKeepsItsOperations(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	w.makeSnapshot("web-server-01", "before-update")
	d.crash(w)
	d.restart(w) // the mark of the first run stands
	w.RequireNoText("begun before vpsdeck was started")
	w.RequireText("◐ 1 running") // seen in the lists, as anybody's
	w.choose("web-server-01")
	w.Press("s")
	w.RequireText("“snapshot before-update of web-server-01” is still running")
	w.Press("esc", "b")
	w.RequireText("New backup of web-server-01")
}

// halfway asks for a restore with a snapshot first, and ends the program before that has completed.
func halfway(t *testing.T, d *diary) *world {
	w := open(t, 120, 40, keeping(t, d), servers(2))
	w.choose("web-server-01")
	w.Press("3", "j")
	w.restoreChosen(true)
	w.later(time.Minute)
	d.again(w)
	w.pass(12*time.Minute, "Go on with the restore?")
	return w
}

func TestARestoreThatWaitedForItsSnapshotIsAskedForAgain(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := halfway(t, d)
	w.requireGolden("go-on-120x40")
	w.RequireText("the restore was not sent, as", "nobody was here", "Restore web-server-01 from snapshot weekly-snapshot-2025-01-08 (#798)?")
	w.wake()
	w.Press("tab", "enter")
	w.RequireText("Go on with the restore?") // the name is not typed
	w.requireDeeds()
	w.Press("shift+tab")
	w.Type("web-server-01")
	w.Press("tab", "enter")
	w.requireDeeds("POST /snapshots/798/restore/")
	w.pass(20*time.Minute, "ended")
	d.again(w)
	w.RequireNoText("Go on with the restore?")
}

func TestARestoreThatIsNotGoneOnWithIsNeverAskedForAgain(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := halfway(t, d)
	w.wake()
	w.Press("esc")
	w.requireDeeds()
	w.Press("A")
	w.RequireText("it was not wanted any more")
	d.again(w)
	w.later(time.Minute)
	w.RequireNoText("Go on with the restore?", "begun before")
}

func TestAJournalThatCannotBeWrittenIsSaidAndTheDeedGoesOn(t *testing.T) {
	t.Parallel()
	place := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(place, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := &diary{dir: filepath.Join(place, "state")}
	w := open(t, 200, 40, keeping(t, d), servers(2))
	w.Press("x")
	w.makeSnapshot("web-server-01", "before-update")
	text := w.Screen().Text()
	w.Press("A")
	text += w.Screen().Text()
	if !strings.Contains(text, "the journal ") || !strings.Contains(text, "a file stands where its directory should be") {
		t.Errorf("the reason is not said:\n%s", text)
	}
	if len(w.line.deeds()) != 1 {
		t.Errorf("sent were %q", w.line.deeds())
	}
}

func TestTheDemoKeepsNoJournal(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2), demo)
	w.makeSnapshot("web-server-01", "before-update")
	if records, _, err := d.book().Read(); len(records) > 0 || err != nil {
		t.Errorf("%d lines were written, %v", len(records), err)
	}
}

func TestTheJournalHasEachStepAndNoToken(t *testing.T) {
	t.Parallel()
	d := &diary{}
	w := open(t, 120, 40, keeping(t, d), servers(2))
	done(w)
	w.later(12 * time.Minute)
	w.Screen()
	records, unreadable, err := d.book().Read()
	w.must(err)
	var story []string
	for _, r := range records {
		story = append(story, r.Deed+" "+r.Event)
	}
	want := []string{"create intent", "create running", "create done", "delete intent", "delete running", "delete done", "create intent", "create refused",
		"create intent", "create running", "create done"}
	requireLines(t, story, want...)
	text, err := os.ReadFile(d.book().Path())
	w.must(err)
	if unreadable > 0 || strings.Contains(string(text), liveToken) {
		t.Errorf("%d lines cannot be read; the token is in it: %v", unreadable, strings.Contains(string(text), liveToken))
	}
	if model.Latest(records)[0].Event != model.EventDone {
		t.Error("the first operation is not shown as done")
	}
}
