package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// withEarlierRun starts the program with a journal of restores that an earlier run watched, and
// that took so many minutes.
func withEarlierRun(t *testing.T, minutes ...int) option {
	t.Helper()
	j := journal.New(t.TempDir())
	return func(s *setup) {
		s.ui.Journal, s.ui.RunID = j, "now"
		s.beforeStart = append(s.beforeStart, func(w *harness) {
			for i, m := range minutes {
				sent := startTime.Add(-time.Duration(i+1) * 24 * time.Hour)
				w.must(j.Append(model.Record{
					Version: model.RecordVersion, Time: sent, ID: fmt.Sprintf("before-%d", i), Event: model.EventDone,
					Host:   strings.TrimSuffix(strings.TrimPrefix(w.url, "http://"), "/api/v1"),
					Action: "restore", Kind: "snapshot", Server: model.RecordServer{ID: "12345", Name: "web-server-01"},
					Point:  model.RecordPoint{ID: "801", Name: "pre-migration-snapshot"},
					SentAt: sent, EndedAt: sent.Add(time.Duration(m) * time.Minute), Timed: true,
				}))
			}
		})
	}
}

func TestConfirmShowsPastRestoreDurations(t *testing.T) {
	t.Parallel()
	for _, s := range []size{standard, large} {
		name := "learned-page-" + s.String()
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, s.width, s.height, withServers(2), withEarlierRun(t, 7, 6, 8, 30))
			w.selectServer("web-server-01")
			w.Press("enter")
			w.requireGolden(name)
			if s == large {
				w.RequireText("LAST TOOK", "7 m")
			}
			w.Press("esc", "3", "r")
			w.RequireText("usually 7–30 m (last 4 here)")
		})
	}
}

func TestOperationLineUsesLearnedDurations(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2), withEarlierRun(t, 7, 6, 8))
	w.selectServer("web-server-01")
	w.Press("3")
	w.restoreSelected(false)
	w.Advance(5 * time.Second)
	w.RequireText("restore snapshot pre-migration-snap", "usually 7–8 m here")
	w.Press("1")
	w.createSnapshot("db-server-01", "before-update")
	w.RequireText("usually 7–8 m here")
}

func TestDurationsOfThisRunAreLearned(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.RequireText("usually 3–10 m")
	for _, server := range []string{"web-server-01", "mail-01", "vpn-gw"} {
		w.createSnapshot(server, "watched")
		w.advanceHidden(12 * time.Minute)
		w.RequireNoText("running")
	}
	w.createSnapshot("cache-01", "watched")
	w.RequireNoText("usually 3–10 m")
	w.RequireText(" m here")
	w.selectServer("web-server-02")
	w.Press("2", "r")
	w.RequireText("take a snapshot first", "adds about ")
	w.RequireNoText("adds 3–10 minutes")
}

func TestStuckOperationIsReportedOnce(t *testing.T) {
	t.Parallel()
	for _, s := range lanes.Rows([]size{small, standard, large}) {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, s.width, s.height, withServers(2))
			w.createSnapshot("web-server-01", "before-update")
			w.Screen()
			w.proxy.slowDown(24*time.Hour, "GET /snapshots/")
			w.advanceHidden(19*time.Minute + 50*time.Second)
			w.RequireNoText("stuck")
			w.advanceHidden(15 * time.Second)
			w.requireGolden("stuck-" + s.String())
			requireAligned(t, w.Screen())
			w.Press("j")
			w.RequireNoText("of web-server-01: stuck")
			w.advanceHidden(time.Minute)
			w.RequireNoText("of web-server-01: stuck") // it was already reported
			w.Press("A")
			w.requireGolden("stuck-activity-" + s.String())
			w.Press("space")
			w.RequireText("Stuck: it usually")
			w.Press("G") // the rest of it, on a small screen
			w.RequireText("started")
		})
	}
}

func TestFinishIsAnnouncedThroughTmux(t *testing.T) {
	t.Parallel()
	const tmuxPrefix = "\x1bPtmux;\x1b\x1b"
	for _, c := range lanes.Rows([]struct {
		how        ui.Announcement
		tmux       bool
		begin, end string // of the one sequence; empty: there is none
	}{
		{ui.AnnounceOSC777, true, tmuxPrefix + "]777;notify;vpsdeck;snapshot a-1 of web-server-01: completed in ",
			"\a\x1b\\"},
		{ui.AnnounceNone, false, "", ""},
		{ui.AnnounceBell, false, "\a", "\a"},
		{ui.AnnounceBell, true, "\a", "\a"},
		{ui.AnnounceOSC9, false, "\x1b]9;snapshot a-1 of web-server-01: completed in ", "\a"},
		{ui.AnnounceOSC9, true, tmuxPrefix + "]9;snapshot a-1 of web-server-01: completed in ", "\a\x1b\\"},
		{ui.AnnounceOSC777, false, "\x1b]777;notify;vpsdeck;snapshot a-1 of web-server-01: completed in ", "\a"},
	}) {
		t.Run(fmt.Sprintf("%s, tmux %v", c.how, c.tmux), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 24, withServers(2), withOptions(func(o *ui.Options) { o.Announce = c.how }),
				withTmux(c.tmux))
			w.createSnapshot("web-server-01", "a-1")
			w.advanceHidden(12 * time.Minute)
			w.RequireNoText("running")
			var got []string
			for _, sequence := range w.recorder.rawOutput {
				if !strings.Contains(sequence, "]9;4;") {
					got = append(got, sequence)
				}
			}
			if c.begin == "" && len(got) == 0 {
				return
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], c.begin) || !strings.HasSuffix(got[0], c.end) {
				t.Errorf("the terminal was sent %q", got)
			}
		})
	}
}

func TestProgressIsShownThroughTmux(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(2), withTmux(true))
	w.createSnapshot("web-server-01", "a-1")
	w.advanceHidden(12 * time.Minute)
	w.RequireNoText("running")
	got := w.recorder.rawOutput
	if len(got) < 10 || w.lastView().ProgressBar != nil {
		t.Fatalf("it was sent %q", got)
	}
	for i, sequence := range got {
		state := "\x1bPtmux;\x1b\x1b]9;4;1;"
		switch i {
		case 0: // it is being sent
			state = "\x1bPtmux;\x1b\x1b]9;4;3"
		case len(got) - 1:
			state = "\x1bPtmux;\x1b\x1b]9;4;0"
		}
		if !strings.HasPrefix(sequence, state) || i > 0 && sequence == got[i-1] {
			t.Errorf("sequence %d of %d is %q", i, len(got), sequence)
		}
	}
}

// withTmux starts the program inside tmux, or not.
func withTmux(yes bool) option {
	if !yes {
		return withTerminal()
	}
	return withTerminal(terminal.WithVariables("TMUX=/run/tmux,1,0"))
}

func TestTheAgeOfTheDataLagsBehindByLessThanASecond(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withServers(-1),
		beforeStart(func(w *harness) { w.proxy.slowDown(300*time.Millisecond, listPaths...) }))
	w.Advance(300 * time.Millisecond)
	w.RequireText("● just now")
	w.Advance(9600 * time.Millisecond)
	w.RequireText("● just now")
	w.Advance(1400 * time.Millisecond)
	w.RequireText("● 10 s ago")
	w.Advance(7 * time.Second)
	w.RequireText("● 10 s ago")
	w.Advance(2 * time.Second) // everything is polled again
	w.RequireText("● just now")
}
