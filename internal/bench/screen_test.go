package main

import (
	"strings"
	"testing"
	"time"
)

const emptyScreen = ` vpsdeck demo                    ◌ connecting…
╭─ Servers ───────────╮╭─ Backups ───────────╮
│  loading servers…   ││  loading backups…   │
│                     │╰─────────────────────╯
│                     │╭─ Snapshots ─────────╮
│                     ││  loading snapshots… │
╰─────────────────────╯╰─────────────────────╯

 s snapshot   ? help
`

// loadedScreen is the frame with data.
var loadedScreen = strings.NewReplacer(
	"◌ connecting…", "● just now", "Servers ───", "Servers 12 ", "loading servers… ", "web-server-01    ",
	"loading backups… ", "No backups.      ", "loading snapshots…", "No snapshots.     ", "Backups ───", "Backups · 3",
).Replace(emptyScreen)

func TestFrameIsFullWhenAllChromeIsDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		screen     string
		full, data bool
	}{
		"nothing":                {"", false, false},
		"without data":           {emptyScreen, true, false},
		"with data":              {loadedScreen, true, true},
		"no header":              {strings.Replace(emptyScreen, "vpsdeck", "", 1), false, false},
		"no footer":              {strings.Replace(loadedScreen, "? help", "", 1), false, false},
		"a side with a gap":      {strings.Replace(loadedScreen, "││", "│ ", 1), false, false},
		"no lower corner":        {strings.Replace(loadedScreen, "╰", " ", 1), false, false},
		"no last corner":         {strings.Replace(loadedScreen, "╯", " ", 1), false, false},
		"no upper corner":        {strings.Replace(loadedScreen, "╮", "─", 1), false, false},
		"two boxes":              {strings.Replace(loadedScreen, "╭─ Snap", "│  Snap", 1), false, false},
		"a text in a lower edge": {strings.Replace(loadedScreen, "╯╰────", "╯╰ 1/2", 1), true, true},
		"one list missing": {strings.Replace(loadedScreen, "No snapshots.     ", "loading snapshots…", 1), true,
			false},
		"other servers":            {strings.Replace(loadedScreen, "Servers 12 ", "Servers 2 ─", 1), true, false},
		"a header without its age": {strings.Replace(loadedScreen, "●", "◌", 1), true, false},
	} {
		if got := isFullFrame(c.screen); got != c.full {
			t.Errorf("%s: the frame is full: %v", name, got)
		}
		if got := hasAllData(c.screen); got != c.data {
			t.Errorf("%s: all data is there: %v", name, got)
		}
	}
}

var testStart = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

func TestBytesBetweenPollsLeaveOutThePolls(t *testing.T) {
	at := func(seconds float64) time.Time {
		return testStart.Add(time.Duration(seconds * float64(time.Second)))
	}
	chunks := []chunk{
		{at: at(1), data: make([]byte, 80)}, {at: at(4.5), data: make([]byte, 1000)},
		{at: at(8), data: make([]byte, 100)},
	}
	var polled idleResult
	polled.addBytes(chunks, []time.Time{at(4)}, at(0), at(10))
	if polled.betweenPolls.String() != "20.0" || polled.total.String() != "118" {
		t.Errorf("%s bytes a second between polls, %s in total", polled.betweenPolls, polled.total)
	}
	var quiet idleResult
	quiet.addBytes(chunks, nil, at(5), at(10))
	if quiet.betweenPolls.String() != "20.0" || quiet.total != nil {
		t.Errorf("without a poll: %s between polls, %s in total", quiet.betweenPolls, quiet.total)
	}
}

func TestPollsStartAfterASecondWithoutRequests(t *testing.T) {
	at := func(seconds float64) time.Time {
		return testStart.Add(time.Duration(seconds * float64(time.Second)))
	}
	requests := []time.Time{at(0), at(.1), at(20), at(20.1), at(20.4), at(40), at(60)}
	got := pollStarts(requests, at(.05), at(60))
	if len(got) != 2 || got[0] != at(20) || got[1] != at(40) {
		t.Errorf("the polls are at %v", got)
	}
}
