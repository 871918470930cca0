// Package report describes an account for a manager and for an audit: who can be brought back, what
// failed, what was restored and by whom, and what expires. [New] makes the report of what was read;
// it is written as HTML, Markdown or CSV. All times are UTC.
package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// MaxDays is the longest period of a report, in days.
const MaxDays = 366

// How far ahead a report looks for restore points that expire.
const (
	expirySoon = 7 * day
	expiryMost = 30 * day
	day        = 24 * time.Hour
)

// Input is what a report is made of.
type Input struct {
	State    *model.State // loaded; its Now, by the API's clock, is when the account was read
	Policies model.Policies
	History  History
	Days     int      // length of the period in UTC days, today included: 1 to MaxDays
	Account  string   // its owner; "": not known
	Host     string   // the API's
	Profile  string   // the account's profile; "": none
	Program  string   // what has made the report, with its version
	Doubts   []string // why the input may be wrong, one sentence each
}

// History is what the journal of this machine has of the account.
type History struct {
	Records    []model.Record // the last of each operation, in the order of their starts
	Unreadable int            // lines that cannot be read
	Problem    string         // why there is no history; "": the journal was read
}

// Report is the report in a form that can be written. Its texts are cleaned.
type Report struct {
	Account, Host, Profile, Program string

	From, ReadAt time.Time // the period starts and ends with them; From is midnight
	Days         int       // of the period
	Whole        bool      // every list was read completely
	Doubts       []string  // why the report may be wrong, one sentence each

	Servers    []serverRow // worst coverage first
	Restorable int         // servers with a usable restore point
	Below      []serverRow // the servers that do not meet their policy, worst first
	Attention  []finding   // most urgent first

	Failures     []event // newest first
	Restores     []event // newest first
	JournalNotes []string

	Expiring     []expiry // in the next 30 days, the soonest first
	ExpiringSoon int      // of these, in the next 7 days
	ExpiryDays   [30]int  // how many expire on each of the next days of 24 hours
	Losses       []loss   // the servers of these points, those with the least left first

	Space []space
	Total space
}

// serverRow is one server.
type serverRow struct {
	ID           string
	Name         string // its ID with # if it has none
	Health       model.Health
	State        string // the word for Health; with a question mark if the account was not read whole
	Reasons      []string
	Policy       string
	Newest       time.Time // of the usable restore points; zero: none, or unknown
	NewestBackup time.Time
	Backups      int // usable ones
	Usable       int // restore points of both kinds
	Cover        []model.DayCover
	Since        since  // only of one that is below its policy
	Left         [2]int // usable restore points that are left in 7 and in 30 days
}

// expiry is a restore point that expires.
type expiry struct {
	At, Created time.Time
	ServerID    string
	Server      string
	Kind        string
	ID, Label   string
	SizeMB      int64 // 0: unknown
}

// loss is what of a server expires in the next 30 days.
type loss struct {
	serverRow
	Soon, Most int       // restore points that expire in 7 and in 30 days
	First      time.Time // when the first of them expires
}

// New makes a report.
func New(in Input) *Report {
	state := in.State
	now := state.Now.UTC()
	r := &Report{
		Account: model.Clean(in.Account), Host: model.Clean(in.Host), Profile: model.Clean(in.Profile),
		Program: in.Program, ReadAt: now, Days: in.Days,
		From:   now.Truncate(day).AddDate(0, 0, 1-in.Days),
		Whole:  state.Complete(),
		Doubts: append(incompleteLists(state), in.Doubts...),
	}
	r.addServers(in)
	r.addHistory(in)
	r.addPoints(state)
	r.Attention = r.findings()
	return r
}

// Verdict returns the summary in one or two sentences.
func (r *Report) Verdict() string {
	n, below := len(r.Servers), len(r.Below)
	switch {
	case !r.Whole:
		return fmt.Sprintf("The account could not be read whole. At least %s can be brought back; whether all can "+
			"is not known.", model.Pluralize(r.Restorable, "server"))
	case n == 0:
		return "This account has no servers."
	case r.Restorable < n:
		text := fmt.Sprintf("%d of %s can be brought back.", r.Restorable, model.Pluralize(n, "server"))
		return text + " " + belowSentence(below)
	case n == 1:
		return "The only server can be brought back. " + belowSentence(below)
	}
	return fmt.Sprintf("All %d servers can be brought back. %s", n, belowSentence(below))
}

func belowSentence(below int) string {
	switch below {
	case 0:
		return "Every policy is met."
	case 1:
		return "1 server does not meet its policy."
	}
	return fmt.Sprintf("%d servers do not meet their policy.", below)
}

// Tone returns how the summary is to be taken: good, warning, bad or unknown.
func (r *Report) Tone() string {
	switch {
	case !r.Whole:
		return "unknown"
	case r.Restorable < len(r.Servers):
		return "bad"
	case len(r.Below) > 0:
		return "warning"
	}
	return "good"
}

// incompleteLists returns a sentence for each list of which only a part was read.
func incompleteLists(state *model.State) []string {
	var out []string
	for _, list := range []struct {
		name string
		err  error
	}{{"servers", state.Servers.Err}, {"backups", state.Backups.Err}, {"snapshots", state.Snapshots.Err}} {
		if part := new(model.IncompleteError); errors.As(list.err, &part) {
			out = append(out, fmt.Sprintf("The list of %s is incomplete: the API gave %s. What is missing is not in "+
				"this report, and may change what it says.", list.name, part.Counts()))
		} else if list.err != nil {
			out = append(out, fmt.Sprintf("The list of %s could not be read: %s", list.name,
				model.ErrorMessage(list.err)))
		}
	}
	return out
}

// addServers assesses the servers.
func (r *Report) addServers(in Input) {
	state, fleet := in.State, in.State.Fleet()
	assessments := make([]model.Assessment, 0, len(fleet.Servers))
	for _, s := range fleet.Servers {
		points := fleet.PointsOf(s.ID)
		assessments = append(assessments, model.Assess(s, points, in.Policies.For(s), state.Now))
	}
	slices.SortStableFunc(assessments, model.WorstFirst)
	for _, a := range assessments {
		server, _ := fleet.Server(a.Server.ID)
		points := fleet.PointsOf(a.Server.ID)
		row := newServerRow(a, r.Whole)
		row.Cover = fleet.CoverLastDays(a.Server.ID, state.Now, r.Days)
		row.Left = [2]int{usableAfter(points, state.Now, expirySoon), usableAfter(points, state.Now, expiryMost)}
		if a.Usable > 0 {
			r.Restorable++
		}
		if !a.Health.Met() {
			row.Since = belowSince(server, points, a.Policy, state.Now)
			r.Below = append(r.Below, row)
		}
		r.Servers = append(r.Servers, row)
	}
}

func newServerRow(a model.Assessment, whole bool) serverRow {
	row := serverRow{
		ID: model.Clean(string(a.Server.ID)), Name: model.Clean(a.Server.ShortLabel()), Health: a.Health,
		State: a.Health.String(), Policy: a.Policy.String(), Newest: a.Newest, Usable: a.Usable,
		NewestBackup: a.Kinds[model.Backup].Newest, Backups: a.Kinds[model.Backup].Usable,
	}
	if !whole {
		row.State += "?"
	}
	for _, reason := range a.Reasons {
		row.Reasons = append(row.Reasons, model.Clean(reason.Message))
	}
	return row
}

// usableAfter counts the usable points that will certainly not have expired after a while.
func usableAfter(points []model.Point, now time.Time, after time.Duration) int {
	n := 0
	for i := range points {
		if p := &points[i]; p.Usable(now) && p.Usable(now.Add(after)) && !p.ExpiresUnreadable {
			n++
		}
	}
	return n
}

// space is how much restore points of one sort take.
type space struct {
	Name    string
	Points  int
	MB      int64
	Unknown int // of the points, those without a size
}

func (s *space) add(p *model.Point) {
	s.Points++
	if mb, known := p.Size(); known {
		s.MB += mb
	} else {
		s.Unknown++
	}
}

// Size returns the known size for people.
func (s space) Size() string { return widget.Size(s.MB) }

// addPoints adds what expires, and the space by kind.
func (r *Report) addPoints(state *model.State) {
	r.Space = []space{{Name: "automatic backups"}, {Name: "manual backups"}, {Name: "snapshots"}}
	r.Total = space{Name: "together"}
	other := space{Name: "other backups"}
	for _, list := range [][]model.Point{state.Backups.Value, state.Snapshots.Value} {
		for i := range list {
			p := &list[i]
			r.Total.add(p)
			switch {
			case p.Kind == model.Snapshot:
				r.Space[2].add(p)
			case p.Type == model.Automatic:
				r.Space[0].add(p)
			case p.Type == model.Manual:
				r.Space[1].add(p)
			default:
				other.add(p)
			}
			r.addExpiry(p, state.Now)
		}
	}
	if other.Points > 0 {
		r.Space = append(r.Space, other)
	}
	slices.SortFunc(r.Expiring, compareExpiry)
	r.addLosses()
}

// addLosses counts by server what expires.
func (r *Report) addLosses() {
	losses := map[string]*loss{}
	for i, e := range r.Expiring {
		if losses[e.ServerID] == nil {
			losses[e.ServerID] = &loss{First: e.At}
		}
		losses[e.ServerID].Most++
		if i < r.ExpiringSoon {
			losses[e.ServerID].Soon++
		}
	}
	for _, s := range r.Servers {
		if lost := losses[s.ID]; lost != nil {
			lost.serverRow = s
			r.Losses = append(r.Losses, *lost)
		}
	}
	slices.SortStableFunc(r.Losses, func(a, b loss) int {
		return cmp.Or(cmp.Compare(a.Left[0], b.Left[0]), cmp.Compare(a.Left[1], b.Left[1]), a.First.Compare(b.First))
	})
}

// addExpiry adds a usable point if it expires in the next 30 days.
func (r *Report) addExpiry(p *model.Point, now time.Time) {
	left := p.ExpiresAt.Sub(now)
	if !p.Usable(now) || p.ExpiresAt.IsZero() || left > expiryMost {
		return
	}
	if left <= expirySoon {
		r.ExpiringSoon++
	}
	r.ExpiryDays[min(int(left/day), len(r.ExpiryDays)-1)]++
	r.Expiring = append(r.Expiring, expiry{
		At: p.ExpiresAt, Created: p.CreatedAt, ServerID: model.Clean(string(p.Server.ID)),
		Server: model.Clean(p.Server.ShortLabel()), Kind: kindName(p), ID: model.Clean(string(p.ID)),
		Label: model.Clean(p.Label()), SizeMB: p.SizeMB,
	})
}

// kindName returns the kind of a point, with who made it.
func kindName(p *model.Point) string {
	if p.Kind == model.Backup && (p.Type == model.Automatic || p.Type == model.Manual) {
		return string(p.Type) + " backup"
	}
	return p.Kind.String()
}
