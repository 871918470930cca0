package report

import (
	"fmt"

	"vpsdeck/model"
)

// finding is something that a person should look at.
type finding struct {
	Tone  string   // bad, warning, unknown or note
	Text  string   // a sentence without its end
	Names []string // the first of the servers that it is about
	More  int      // how many others
	Count int      // of what it is about
}

// maxNames is how many servers a finding names.
const maxNames = 6

func (f *finding) add(name string) {
	f.Count++
	if len(f.Names) == maxNames {
		f.More++
		return
	}
	f.Names = append(f.Names, name)
}

// healthTexts say of one server, and of several, what its state means.
var healthTexts = map[model.Health]struct{ tone, one, several string }{
	model.None: {"bad", "1 server cannot be brought back: it has no usable restore point",
		"%d servers cannot be brought back: they have no usable restore point"},
	model.NoBackup: {"bad", "1 server has snapshots only, on its own infrastructure, and no backup",
		"%d servers have snapshots only, on their own infrastructure, and no backup"},
	model.Failing: {"bad", "1 server's last attempt failed", "%d servers' last attempt failed"},
	model.Overdue: {"warning", "1 server's newest restore point is older than its policy allows",
		"%d servers' newest restore point is older than their policy allows"},
	model.TooFew: {"warning", "1 server has fewer restore points than its policy requires",
		"%d servers have fewer restore points than their policy requires"},
	model.Expiring: {"warning", "1 server will not meet its policy in 48 hours unless a new restore point is made",
		"%d servers will not meet their policy in 48 hours unless new restore points are made"},
	model.OddDate: {"warning", "1 server has a restore point with a date that cannot be trusted",
		"%d servers have restore points with a date that cannot be trusted"},
	model.SnapshotsFull: {"note", "1 server has no room for another snapshot",
		"%d servers have no room for another snapshot"},
	model.BackupsFull: {"note", "1 server has no room for another manual backup",
		"%d servers have no room for another manual backup"},
}

// findings collects what needs attention, most urgent first.
func (r *Report) findings() []finding {
	var out []finding
	if !r.Whole {
		out = append(out, finding{Tone: "unknown", Text: "The account was not read whole: more may need attention"})
	}
	for health := model.None; health > model.Fine; health-- {
		text := healthTexts[health]
		out = appendFinding(out, text.tone, text.one, text.several, r.Servers,
			func(s serverRow) bool { return s.Health == health })
	}
	unclear := 0
	for _, e := range r.Failures {
		if e.Outcome == outcomes[model.EventUnknown] {
			unclear++
		}
	}
	if unclear > 0 {
		out = append(out, finding{Tone: "unknown", Text: "The outcome of " + model.Pluralize(unclear, "action") +
			" is not known", Count: unclear})
	}
	out = appendFinding(out, "note", "1 server will have no restore point in 7 days unless a new one is made",
		"%d servers will have no restore point in 7 days unless new ones are made", r.Servers,
		func(s serverRow) bool { return s.Usable > 0 && s.Left[0] == 0 })
	return appendFinding(out, "note", "1 server has no usable restore point, and its policy requires none",
		"%d servers have no usable restore point, and their policy requires none", r.Servers,
		func(s serverRow) bool { return s.Usable == 0 && s.Health != model.None })
}

// appendFinding adds a finding about the servers that match, if there are any.
func appendFinding(out []finding, tone, one, several string, servers []serverRow,
	about func(serverRow) bool) []finding {
	f := finding{Tone: tone, Text: one}
	for _, s := range servers {
		if about(s) {
			f.add(s.Name)
		}
	}
	switch {
	case f.Count == 0:
		return out
	case f.Count > 1:
		f.Text = fmt.Sprintf(several, f.Count)
	}
	return append(out, f)
}
