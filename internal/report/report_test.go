package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"vpsdeck/model"
)

// writers are the forms of a report.
var writers = map[string]func(*Report, io.Writer) error{
	"html": (*Report).WriteHTML, "md": (*Report).WriteMarkdown, "csv": (*Report).WriteCSV,
}

func text(t testing.TB, r *Report, form string) string {
	t.Helper()
	var b bytes.Buffer
	if err := writers[form](r, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The goldens of the small fleet and of one that was read in part. They were checked by hand.
func TestReportAs(t *testing.T) {
	for name, r := range map[string]*Report{"small": New(smallInput(t)), "partial": New(partialInput(t))} {
		for form := range writers {
			t.Run(name+"."+form, func(t *testing.T) { golden.RequireEqual(t, []byte(text(t, r, form))) })
		}
	}
}

// What the small fleet must show, worked out by hand from the times in smallInput.
func TestSmallFleet(t *testing.T) {
	r := New(smallInput(t))
	if got := r.Verdict(); got != "5 of 6 servers can be brought back. 4 servers do not meet their policy." {
		t.Error(got)
	}
	type row struct{ name, state, since, days string }
	var got []row
	for _, s := range r.Servers {
		since := ""
		if i := slices.IndexFunc(r.Below, func(b serverRow) bool { return b.ID == s.ID }); i >= 0 {
			since = r.Below[i].Since.String()
		}
		got = append(got, row{s.Name, s.State, since, s.Letters()})
	}
	want := []row{
		{"new-01", "none", "at most 5 h 45 m", ".............."},
		{"snap-01", "no backup", "at most 14 d 15 h", ".............S"},
		{"db-01", "failing", "1 d 12 h", "...........BFF"},  // since the first failed one, of 15 Jan 03:00
		{"mail-01", "overdue", "5 d 1 h", ".......B......"}, // 26 hours after 10 Jan 12:00
		{"web-01", "fine", "", "........F..BBB"},
		{"web-02", "fine", "", ".....S......BB"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if len(r.Failures) != 5 || len(r.Restores) != 2 || len(r.Expiring) != 6 || r.ExpiringSoon != 3 {
		t.Errorf("%d failures, %d restores, %d expire, %d soon", len(r.Failures), len(r.Restores), len(r.Expiring),
			r.ExpiringSoon)
	}
	if last := r.Failures[4]; last.By != "anna (192.0.2.7)" || last.PointID != "9" {
		t.Errorf("the failed snapshot is not the one of the journal: %+v", last)
	}
	if r.Total != (space{"together", 13, 33792, 4}) {
		t.Errorf("%+v", r.Total)
	}
}

func TestPartialReadIsNeverShownAsFine(t *testing.T) {
	r := New(partialInput(t))
	if r.Whole || r.Tone() != "unknown" || r.Servers[0].State != "fine?" || len(r.Attention) < 1 {
		t.Errorf("%+v", r)
	}
	for form, want := range map[string][]string{
		"html": {"This report is incomplete", "NOT WHOLE", "the API gave 1 of 6", "≥ 1", "there is no journal"},
		"md": {"**This report is incomplete.**", "NOT WHOLE", "the API gave 1 of 6", "| ≥ 1 |",
			"the journal was not read"},
		"csv": {"read,2025-01-16T15:45:00Z,,,,,,incomplete", "the API gave 1 of 6", "at least",
			"below_policy,,,,,,,not known", "expiring_30d,,,,1,,,at least"},
	} {
		got := text(t, r, form)
		for _, part := range want {
			if !strings.Contains(got, part) {
				t.Errorf("%s does not say %q", form, part)
			}
		}
		for _, fine := range []string{"Every policy is met", "Every server meets", "Nothing.", "All 1"} {
			if strings.Contains(got, fine) {
				t.Errorf("%s says %q", form, fine)
			}
		}
	}
}

func TestWholeAccountWithoutTroubleIsSaidSo(t *testing.T) {
	s := server("1", "a", at(1, 0))
	backup := point(s, model.Backup, "1", at(16, 3), at(30, 3), 1)
	in := Input{State: loadedState(t, []model.Server{s}, []model.Point{backup}), Days: 1}
	r := New(in)
	if r.Verdict() != "The only server can be brought back. Every policy is met." || r.Tone() != "good" ||
		len(r.Attention) != 0 || len(r.Doubts) != 0 {
		t.Errorf("%s %v %v", r.Verdict(), r.Attention, r.Doubts)
	}
	in.State = loadedState(t, nil, nil)
	if got := New(in).Verdict(); got != "This account has no servers." {
		t.Error(got)
	}
}

// The program that started them had given them up before a list showed them.
func TestWhatTheListsShowAsCompletedHasNotFailed(t *testing.T) {
	s := server("1", "a", at(1, 0))
	backup, snapshot := point(s, model.Backup, "7", at(16, 3), time.Time{}, 1), point(s, model.Snapshot, "7", at(16, 4),
		time.Time{}, 1)
	running := point(s, model.Snapshot, "8", at(16, 5), time.Time{}, 1)
	running.Status = model.InProgress
	in := Input{State: loadedState(t, []model.Server{s}, []model.Point{backup, snapshot, running}), Days: 1}
	for _, id := range []model.ID{"7", "8"} {
		in.History.Records = append(in.History.Records,
			record("r-"+string(id), "create", model.EventUnconfirmed, s, model.RecordPoint{ID: id}, at(16, 4), ""))
	}
	if got := New(in).Failures; len(got) != 1 || got[0].PointID != "8" || got[0].Outcome != "unconfirmed" {
		t.Errorf("%+v", got)
	}
}

// An expiry that cannot be read is not “never”.
func TestAnUnreadableExpiryLeavesNothingForSure(t *testing.T) {
	s := server("1", "a", at(1, 0))
	odd := point(s, model.Backup, "1", at(15, 3), time.Time{}, 1)
	odd.ExpiresUnreadable = true
	r := New(Input{State: loadedState(t, []model.Server{s}, []model.Point{odd,
		point(s, model.Backup, "2", at(16, 3), at(20, 3), 1)}), Days: 1})
	if got := r.Losses[0]; got.Usable != 2 || got.Left != [2]int{0, 0} || got.Soon != 1 || got.Most != 1 {
		t.Errorf("%d usable, left %v, expire %d and %d", got.Usable, got.Left, got.Soon, got.Most)
	}
}

func TestSinceWhenBelowPolicy(t *testing.T) {
	s := server("1", "a", at(2, 0))
	backup := func(created, expires time.Time) model.Point {
		return point(s, model.Backup, model.ID(created.String()), created, expires, 1)
	}
	daily := model.DefaultPolicy()
	two := model.Policy{Backups: model.Requirement{Min: 2}}
	undated := backup(at(1, 0), time.Time{})
	undated.CreatedAt, undated.CreatedUnreadable = time.Time{}, true
	for name, c := range map[string]struct {
		policy model.Policy
		points []model.Point
		want   string
	}{
		"too old": {daily, []model.Point{backup(at(10, 0), at(30, 0))}, "5 d 13 h"},
		"met again meanwhile": {daily, []model.Point{backup(at(14, 0), at(30, 0)), backup(at(3, 0), at(30, 0))},
			"1 d 13 h"},
		"the last has expired": {daily, []model.Point{backup(at(16, 0), at(16, 9))}, "6 h 45 m"},
		"failed": {daily, []model.Point{failed(backup(at(16, 9), at(30, 0))), backup(at(16, 0), at(30, 0))},
			"6 h 45 m"},
		"one of two expired": {two, []model.Point{backup(at(5, 0), at(30, 0)), backup(at(4, 0), at(15, 12))},
			"1 d 3 h"},
		"never enough": {two, []model.Point{backup(at(5, 0), at(30, 0))}, "at most 14 d 15 h"},
		"no point":     {daily, nil, "at most 14 d 15 h"},
		"unknown age":  {daily, []model.Point{undated}, "at most 14 d 15 h"},
	} {
		if got := belowSince(s, c.points, c.policy, now).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	s.CreatedAt = time.Time{}
	if got := belowSince(s, nil, daily, now).String(); got != "not known" {
		t.Errorf("without a time of its own: %s", got)
	}
}

func TestCalendarOfALongPeriodIsByWeek(t *testing.T) {
	r := New(withDays(smallInput(t), 93))
	i := slices.IndexFunc(r.Servers, func(s serverRow) bool { return s.Name == "web-02" })
	// 14 weeks; the backup of 1 Jan and the snapshot of 8 Jan are in the last but two and but one
	if got := r.Servers[i].Letters(); got != "...........BSB" || r.CellName() != "week" {
		t.Errorf("%s, by %s", got, r.CellName())
	}
	if got := New(withDays(smallInput(t), 92)).CellName(); got != "day" {
		t.Errorf("92 days are by %s", got)
	}
}

func TestLongListsAreFoldedAndCut(t *testing.T) {
	rows := make([]int, 60)
	if f := fold(rows, maxRows); len(f.Open) != 60 || f.Chunks != nil {
		t.Errorf("60 rows are folded: %d open", len(f.Open))
	}
	f := fold(make([]int, 3000), maxRows)
	shown := len(f.Open)
	for _, c := range f.Chunks {
		if c.First != shown+1 || c.Last-c.First+1 != len(c.Rows) {
			t.Errorf("after %d rows: %d to %d, %d rows", shown, c.First, c.Last, len(c.Rows))
		}
		shown += len(c.Rows)
	}
	if shown != 2050 || f.LeftOut != 950 {
		t.Errorf("%d shown, %d left out", shown, f.LeftOut)
	}
	page := text(t, New(fleetInput(t, 3000)), "html")
	if n := strings.Count(page, `class="c"`); n != 3000 {
		t.Errorf("%d of 3000 servers are on the page", n)
	}
	if got := text(t, New(fleetInput(t, 3000)), "md"); strings.Count(got, "\n") > 500 ||
		!strings.Contains(got, "And 2900 more rows") {
		t.Error("the Markdown report is not cut")
	}
}

// tagPattern matches a tag with its attributes.
var tagPattern = regexp.MustCompile(`<[a-z!/][^>]*>`)

func TestTextsOfTheAccountAreDataInHTML(t *testing.T) {
	page := text(t, New(hostileInput(t)), "html")
	body := page[strings.Index(page, "<body>"):]
	for _, tag := range tagPattern.FindAllString(body, -1) {
		if strings.Contains(tag, "script") || strings.Contains(tag, "onerror") || strings.Contains(tag, "http") ||
			strings.HasPrefix(tag, "<img") || strings.HasPrefix(tag, "<style") || strings.Contains(tag, "evil") {
			t.Errorf("a text has become a tag: %s", tag)
		}
	}
	if strings.Contains(page, "\u202e") || !strings.Contains(page, "&lt;script&gt;alert(1)&lt;/script&gt;") {
		t.Error("texts are not escaped")
	}
	if n := strings.Count(page, "<style"); n != 1 {
		t.Errorf("%d styles", n)
	}
	for _, outside := range []string{"http://", "https://", "//cdn", "@import", "url(h", "src="} {
		if strings.Contains(New(smallInput(t)).htmlOf(t), outside) {
			t.Errorf("the page has %s", outside)
		}
	}
}

func (r *Report) htmlOf(t *testing.T) string { return text(t, r, "html") }

// withoutCode removes the code spans of a line by the rules of CommonMark.
func withoutCode(line string) string {
	run := regexp.MustCompile("`+")
	var out strings.Builder
	for {
		open := run.FindStringIndex(line)
		if open == nil {
			return out.String() + line
		}
		out.WriteString(line[:open[0]])
		fence, rest := line[open[0]:open[1]], line[open[1]:]
		end := -1
		for _, place := range run.FindAllStringIndex(rest, -1) {
			if place[1]-place[0] == len(fence) {
				end = place[1]
				break
			}
		}
		if end < 0 {
			return out.String() + "UNCLOSED" + rest
		}
		line = rest[end:]
	}
}

func TestTextsOfTheAccountAreDataInMarkdown(t *testing.T) {
	columns := 0
	for line := range strings.Lines(text(t, New(hostileInput(t)), "md")) {
		line = strings.TrimSuffix(line, "\n")
		if n := strings.Count(line, "|"); strings.HasPrefix(line, "| ") { // bars count even in a code span
			if columns > 0 && n != columns {
				t.Errorf("%d bars, and %d in its head: %s", n, columns, line)
			}
			columns = n
		} else {
			columns = 0
		}
		rest := withoutCode(line)
		for _, bad := range []string{"UNCLOSED", "evil", "<", "](", "@", "http", "alert", "SUM", "title", "tick"} {
			if strings.Contains(rest, bad) {
				t.Errorf("%q stands outside of code: %s", bad, line)
			}
		}
	}
}

func TestTextsOfTheAccountAreNoFormulasInCSV(t *testing.T) {
	raw := text(t, New(hostileInput(t)), "csv")
	if strings.Count(raw, "\r\n") != strings.Count(raw, "\n") {
		t.Error("not every line ends with CRLF")
	}
	rows, err := csv.NewReader(strings.NewReader(raw)).ReadAll()
	if err != nil { // also if a row has more cells than the header
		t.Fatal(err)
	}
	quoted := 0
	for _, row := range rows {
		for _, cell := range row {
			inner := strings.TrimLeft(cell, " ")
			if inner != "" && strings.ContainsAny(inner[:1], "=+-@\t\r") || strings.HasPrefix(inner, "＝") {
				t.Errorf("%q is a formula", cell)
			}
			if strings.HasPrefix(cell, "'") {
				quoted++
			}
		}
	}
	if quoted == 0 {
		t.Error("no text was quoted: the test sees none")
	}
}

// The most that a report of 10,000 servers may take, so that browsers and mail still handle it.
func TestReportOf10000ServersIsUsable(t *testing.T) {
	servers := 10000
	if testing.Short() {
		servers = 2000
	}
	r := New(fleetInput(t, servers))
	for form, most := range map[string]int{"html": 8 << 20, "md": 100 << 10, "csv": 32 << 20} {
		size := len(text(t, r, form))
		t.Logf("%s: %d KB", form, size>>10)
		if size > most {
			t.Errorf("%s has %d bytes, want at most %d", form, size, most)
		}
	}
}

func BenchmarkReportOf10000Servers(b *testing.B) {
	in := fleetInput(b, 10000)
	in.State.Fleet()
	for form := range writers {
		b.Run(form, func(b *testing.B) {
			for b.Loop() {
				if err := writers[form](New(in), io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
