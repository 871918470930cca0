package main

import (
	"strings"
	"testing"
	"time"
)

const frame = ` vpsdeck demo                    ◌ connecting…
╭─ Servers ───────────╮╭─ Backups ───────────╮
│  loading servers…   ││  loading backups…   │
│                     │╰─────────────────────╯
│                     │╭─ Snapshots ─────────╮
│                     ││  loading snapshots… │
╰─────────────────────╯╰─────────────────────╯

 s snapshot   ? help
`

// loaded is the frame with data in it.
var loaded = strings.NewReplacer(
	"◌ connecting…", "● just now", "Servers ───", "Servers 12 ", "loading servers… ", "web-server-01    ",
	"loading backups… ", "No backups.      ", "loading snapshots…", "No snapshots.     ", "Backups ───", "Backups · 3",
).Replace(frame)

func TestAFrameIsFullOnceAllOfItsChromeIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		screen     string
		full, data bool
	}{
		"nothing":                  {"", false, false},
		"without data":             {frame, true, false},
		"with data":                {loaded, true, true},
		"no header":                {strings.Replace(frame, "vpsdeck", "", 1), false, false},
		"no footer":                {strings.Replace(loaded, "? help", "", 1), false, false},
		"a side with a gap":        {strings.Replace(loaded, "││", "│ ", 1), false, false},
		"no lower corner":          {strings.Replace(loaded, "╰", " ", 1), false, false},
		"no last corner":           {strings.Replace(loaded, "╯", " ", 1), false, false},
		"no upper corner":          {strings.Replace(loaded, "╮", "─", 1), false, false},
		"two boxes":                {strings.Replace(loaded, "╭─ Snap", "│  Snap", 1), false, false},
		"a text in a lower edge":   {strings.Replace(loaded, "╯╰────", "╯╰ 1/2", 1), true, true},
		"one list on its way":      {strings.Replace(loaded, "No snapshots.     ", "loading snapshots…", 1), true, false},
		"other servers":            {strings.Replace(loaded, "Servers 12 ", "Servers 2 ─", 1), true, false},
		"a header without its age": {strings.Replace(loaded, "●", "◌", 1), true, false},
	} {
		if got := fullFrame(c.screen); got != c.full {
			t.Errorf("%s: the frame is full: %v", name, got)
		}
		if got := allData(c.screen); got != c.data {
			t.Errorf("%s: all data is there: %v", name, got)
		}
	}
}

func TestTheSecondOfAPollIsLeftOutOfTheBytesBetweenPolls(t *testing.T) {
	at := func(seconds float64) time.Time {
		return opened.Add(time.Duration(seconds * float64(time.Second)))
	}
	tape := []chunk{
		{at: at(1), data: make([]byte, 80)}, {at: at(4.5), data: make([]byte, 1000)}, {at: at(8), data: make([]byte, 100)},
	}
	var seen rest
	seen.count(tape, []time.Time{at(4)}, at(0), at(10))
	if seen.between.String() != "20.0" || seen.whole.String() != "118" {
		t.Errorf("%s bytes a second between polls, %s in all", seen.between, seen.whole)
	}
	var quiet rest
	quiet.count(tape, nil, at(5), at(10))
	if quiet.between.String() != "20.0" || quiet.whole != nil {
		t.Errorf("without a poll: %s between polls, %s in all", quiet.between, quiet.whole)
	}
}

func TestThePollsAreTheRequestsAfterPeace(t *testing.T) {
	at := func(seconds float64) time.Time {
		return opened.Add(time.Duration(seconds * float64(time.Second)))
	}
	asked := []time.Time{at(0), at(.1), at(20), at(20.1), at(20.4), at(40), at(60)}
	got := bursts(asked, at(.05), at(60))
	if len(got) != 2 || got[0] != at(20) || got[1] != at(40) {
		t.Errorf("the polls are at %v", got)
	}
}
