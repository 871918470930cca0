package sim

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// joinRuns describes how a value changes from second to second, as in "active 6, restoring 3".
func joinRuns(values []string) string {
	var out []string
	for i := 0; i < len(values); {
		n := i
		for n < len(values) && values[n] == values[i] {
			n++
		}
		out = append(out, fmt.Sprint(values[i], " ", n-i))
		i = n
	}
	return strings.Join(out, ", ")
}

func TestQuirksDecideTheServerStatus(t *testing.T) {
	for _, c := range []struct {
		name   string
		quirks Quirks
		server string
		want   string // from second to second after the restore was accepted, up to its end
	}{
		{"no quirks", Quirks{}, "12345", "restoring 20"},
		{"behind", Quirks{Lag: 6 * time.Second}, "12345", "active 6, restoring 14"},
		{"two in turn", Quirks{Lag: 4 * time.Second, Replicas: 2}, "12345",
			"restoring 1, active 1, restoring 1, active 1, restoring 16"},
		{"three in turn", Quirks{Lag: 6 * time.Second, Replicas: 3}, "12345",
			"restoring 1, active 2, restoring 2, active 1, restoring 14"},
		{"starts late", Quirks{StartLate: 5 * time.Second}, "12345", "active 5, restoring 15"},
		{"stops first", Quirks{StartLate: 3 * time.Second, Stopping: 4 * time.Second, Stopped: 2 * time.Second},
			"12345",
			"active 3, stopping 4, stopped 2, restoring 11"},
		{"stops first, behind", Quirks{Lag: 2 * time.Second, Stopping: 4 * time.Second, Stopped: 2 * time.Second},
			"12345",
			"active 2, stopping 4, stopped 2, restoring 12"},
		{"was stopped", Quirks{Stopping: 4 * time.Second, Stopped: 2 * time.Second}, "12351",
			"stopped 6, restoring 14"},
		{"never shown", Quirks{HideRestores: true, Stopping: 4 * time.Second}, "12345", "active 20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{Quirks: c.quirks})
			w.clock.Advance(time.Minute)
			backup := w.list("/backups/?backup_type=automatic&server_id=" + c.server).Results[0]
			w.readCount = 0
			w.mustSend(200, "POST", "/servers/"+c.server+"/restore/", fmt.Sprintf(`{"backup_id":%d}`, backup.ID))
			w.readCount = 0
			var shown []string
			for range 20 {
				one := w.list("/servers/?page=1").Results[0].Status
				if c.server != "12345" {
					one = w.serverStatus(c.server)
				}
				shown = append(shown, one)
				w.clock.Advance(time.Second)
			}
			if got := joinRuns(shown); got != c.want {
				t.Errorf("shown as %s, want %s", got, c.want)
			}
			w.mustSend(400, "POST", "/backups/", `{"server_id":`+c.server+`}`) // the true state decides
			done := w.Operations()[0]
			if done.Action != "restore" || done.Kind != model.Backup || string(done.Server) != c.server ||
				!done.Accepted.Equal(testStart.Add(time.Minute)) || done.Ended.Sub(done.Accepted) < 10*time.Minute {
				t.Errorf("the account did %+v", done)
			}
			w.clock.Advance(done.Ended.Sub(w.Now()))
			w.readCount = 0
			lag := c.quirks.Lag
			if c.quirks.Replicas > 1 {
				lag = 0 // the first answers
			}
			if lag > 0 && w.serverStatus(c.server) != "restoring" {
				t.Errorf("at its end it is shown as %s", w.serverStatus(c.server))
			}
			w.clock.Advance(lag)
			w.readCount = 0
			if s := decode[item](t, w.mustSend(200, "GET", "/servers/"+c.server+"/", "")); s.Status != "active" ||
				!s.UpdatedAt.Equal(done.Ended) {
				t.Errorf("after its end: %+v", s)
			}
		})
	}
}

// sendPrimary sends a request to the account's true state.
func (a *testAccount) sendPrimary(method, path, body string) (int, string) {
	r := a.newRequest(method, path, body)
	r.URL.Path = basePath + strings.TrimPrefix(r.URL.Path, basePath)
	answer := httptest.NewRecorder()
	a.Primary().ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

func TestQuirksDecideWhenAPointIsListed(t *testing.T) {
	create := func(w *testAccount) { w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`) }
	remove := func(w *testAccount) { w.mustSend(204, "DELETE", "/snapshots/801/", "") }
	for _, c := range []struct {
		name   string
		quirks Quirks
		action func(*testAccount)
		id     int64
		want   string
	}{
		{"a create", Quirks{}, create, 802, "listed 10"},
		{"behind", Quirks{Lag: 3 * time.Second}, create, 802, "missing 3, listed 7"},
		{"late", Quirks{AppearLate: 5 * time.Second}, create, 802, "missing 5, listed 5"},
		{"late and behind", Quirks{AppearLate: 5 * time.Second, Lag: 2 * time.Second}, create, 802,
			"missing 7, listed 3"},
		{"in turn", Quirks{Lag: 4 * time.Second, Replicas: 2}, create, 802,
			"listed 1, missing 1, listed 1, missing 1, listed 6"},
		{"gone for a poll", Quirks{Vanish: 1}, create, 802, "listed 1, missing 1, listed 8"},
		{"late, then gone for two polls", Quirks{AppearLate: 2 * time.Second, Vanish: 2}, create, 802,
			"missing 2, listed 1, missing 2, listed 5"},
		{"a delete", Quirks{}, remove, 801, "missing 10"},
		{"a delete, behind", Quirks{Lag: 3 * time.Second}, remove, 801, "listed 3, missing 7"},
		{"a delete that lingers", Quirks{Linger: 5 * time.Second}, remove, 801, "listed 5, missing 5"},
		{"a delete that lingers, behind", Quirks{Linger: 5 * time.Second, Lag: 2 * time.Second}, remove, 801,
			"listed 7, missing 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{Quirks: c.quirks})
			w.clock.Advance(time.Minute)
			c.action(w)
			is := func(l list) string {
				if slices.ContainsFunc(l.Results, func(one item) bool { return one.ID == c.id }) {
					return "listed"
				}
				return "missing"
			}
			var shown []string
			for range 10 {
				shown = append(shown, is(w.list("/snapshots/?server_id=12345")))
				w.clock.Advance(time.Second)
			}
			if got := joinRuns(shown); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
			if _, body := w.sendPrimary("GET", "/snapshots/?server_id=12345",
				""); is(decode[list](t, body)) != shown[9] {
				t.Errorf("in the true state it is %s", is(decode[list](t, body)))
			}
			done := w.Operations()[0]
			if done.Point != model.ID(fmt.Sprint(c.id)) || !done.Accepted.Equal(testStart.Add(time.Minute)) {
				t.Errorf("the account did %+v", done)
			}
		})
	}
}

func TestPagesOfAListAgreeOnMissingPoints(t *testing.T) {
	w := newTestAccount(t, Options{Quirks: Quirks{Vanish: 1}})
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
	want := w.list("/snapshots/?page_size=3").Count
	for _, missing := range []int{1, 0} {
		for page := range 3 {
			if got := w.list(fmt.Sprintf("/snapshots/?page_size=3&page=%d", page+1)).Count; got != want-missing {
				t.Errorf("page %d counts %d, want %d", page+1, got, want-missing)
			}
		}
	}
}

func TestActionsFollowTheTrueStateNotTheLists(t *testing.T) {
	w := newTestAccount(t, Options{Quirks: Quirks{Lag: time.Minute, AppearLate: time.Minute, Linger: time.Minute}})
	w.clock.Advance(time.Hour)
	for i := range 3 {
		w.mustSend(201, "POST", "/snapshots/", fmt.Sprintf(`{"server_id":12345,"name":"n%d"}`, i))
	}
	w.mustSend(400, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`) // the limit counts what is not listed yet
	if n := w.list("/snapshots/?server_id=12345").Count; n != 2 {
		t.Errorf("%d are listed", n)
	}
	w.mustSend(204, "DELETE", "/snapshots/801/", "")
	w.list("/snapshots/?server_id=12345").find(t, 801)
	w.mustSend(404, "DELETE", "/snapshots/801/", "")
	w.mustSend(404, "POST", "/snapshots/801/restore/", "")
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
}

func TestAReplicaIsNeverOlderThanItsQuirks(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.mustSend(201, "POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)
	w.clock.Advance(5 * time.Second)
	w.SetQuirks(Quirks{Lag: time.Minute})
	w.list("/snapshots/?server_id=12345").find(t, 802)
	w.clock.Advance(time.Second)
	w.mustSend(204, "DELETE", "/snapshots/801/", "")
	w.clock.Advance(time.Second)
	w.list("/snapshots/?server_id=12345").find(t, 801)
	w.SetQuirks(Quirks{})
	if n := w.list("/snapshots/?server_id=12345").Count; n != 2 {
		t.Errorf("%d are listed without quirks", n)
	}
}

func TestLaggingReplicaStillListsAnExpiredBackup(t *testing.T) {
	w := newTestAccount(t, Options{Quirks: Quirks{Lag: time.Minute}})
	oldest := w.list("/backups/?server_id=12345&backup_type=automatic").Results
	last := oldest[len(oldest)-1]
	w.clock.Advance(last.ExpiresAt.Sub(w.Now()) + 30*time.Second)
	w.list("/backups/?server_id=12345").find(t, last.ID)
	w.clock.Advance(30 * time.Second)
	if l := w.list("/backups/?server_id=12345"); slices.ContainsFunc(l.Results,
		func(one item) bool { return one.ID == last.ID }) {
		t.Error("it is still there")
	}
	if len(w.gone[model.Backup]) != 0 {
		t.Errorf("%d points are kept that nothing shows", len(w.gone[model.Backup]))
	}
}

func TestListsAreCut(t *testing.T) {
	for _, c := range []struct {
		mode    CutMode
		status  int // of page 2
		results int // on page 2
		next    bool
	}{
		{Cut404, 404, 0, false}, {Cut410, 410, 0, false}, {CutEmpty, 200, 0, false}, {CutAgain, 200, 2, true},
		{CutIgnored, 200, 2, false},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			w := newTestAccount(t, Options{Quirks: Quirks{Cut: Cut{Mode: c.mode, Path: "/backups/"}}})
			first := w.list("/backups/")
			if first.Count != 50 || len(first.Results) != 2 || (first.Next != nil) != c.next {
				t.Errorf("the first page: count %d, %d results, next %v", first.Count, len(first.Results), first.Next)
			}
			second := decode[list](t, w.mustSend(c.status, "GET", "/backups/?page=2", ""))
			if len(second.Results) != c.results || c.results > 0 && second.Results[0].ID != first.Results[0].ID {
				t.Errorf("page 2: %+v", second)
			}
			if c.status == 200 && second.Count != 50 {
				t.Errorf("page 2 counts %d", second.Count)
			}
			if n := len(w.list("/servers/").Results); n != 12 {
				t.Errorf("another list has %d", n)
			}
		})
	}
	w := newTestAccount(t, Options{Quirks: Quirks{Cut: Cut{Mode: Cut404, Rows: 5, Count: 7}}})
	if l := w.list("/servers/"); l.Count != 7 || len(l.Results) != 5 {
		t.Errorf("count %d, %d results", l.Count, len(l.Results))
	}
}

func TestDatesAreSkewed(t *testing.T) {
	for _, c := range []struct {
		name      string
		dates     Dates
		date, age string
	}{
		{"none", Dates{}, "Thu, 16 Jan 2025 15:45:00 GMT", ""},
		{"behind", Dates{Shift: -30 * time.Hour}, "Wed, 15 Jan 2025 09:45:00 GMT", ""},
		{"ahead", Dates{Shift: 3 * time.Hour}, "Thu, 16 Jan 2025 18:45:00 GMT", ""},
		{"of a cache", Dates{Age: 30 * time.Hour}, "Wed, 15 Jan 2025 09:45:00 GMT", "108000"},
		{"1970", Dates{At: time.Unix(0, 0)}, "Thu, 01 Jan 1970 00:00:00 GMT", ""},
		{"9999", Dates{At: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)}, "Fri, 31 Dec 9999 23:59:59 GMT", ""},
		{"every second one", Dates{Shift: time.Hour, Every: 2}, "Thu, 16 Jan 2025 15:45:00 GMT", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{Quirks: Quirks{Dates: c.dates}})
			for i := range 2 {
				answer, _, err := w.send(w.newRequest("GET", "/account/me/", ""))
				if err != nil {
					t.Fatal(err)
				}
				want := c.date
				if c.dates.Every == 2 && i == 1 {
					want = "Thu, 16 Jan 2025 16:45:00 GMT"
				}
				if date, age := answer.Header.Get("Date"), answer.Header.Get("Age"); date != want || age != c.age {
					t.Errorf("Date %q, Age %q, want %q, %q", date, age, want, c.age)
				}
			}
		})
	}
}

func TestFaultsApplyAfterQuirks(t *testing.T) {
	w := newTestAccount(t, Options{Quirks: Quirks{Lag: time.Minute, Cut: Cut{Mode: Cut404},
		Dates: Dates{Shift: time.Hour}}})
	w.Inject(Fault{Method: "GET", Path: "/servers/", Kind: Strange, Times: 1})
	answer, body, err := w.send(w.newRequest("GET", "/servers/", ""))
	if err != nil || answer.Header.Get("Date") != "Thu, 16 Jan 2025 16:45:00 GMT" {
		t.Fatalf("%v %v", answer, err)
	}
	if l := decode[list](t, body); len(l.Results) != 2 || l.Results[0].Status != "archiving" {
		t.Errorf("got %s", body)
	}
	w.Inject(Fault{Method: "POST", Path: "/snapshots/", Kind: CutAfterSend, Times: 1})
	if _, _, err := w.send(w.newRequest("POST", "/snapshots/", `{"server_id":12345,"name":"n"}`)); err == nil {
		t.Error("there was an answer")
	}
	if done := w.Operations(); len(done) != 1 || done[0].Action != "create" {
		t.Errorf("the account did %+v", done)
	}
}

func TestPrimaryIgnoresQuirksAndFaults(t *testing.T) {
	w := newTestAccount(t, Options{Quirks: Quirks{HideRestores: true, AppearLate: time.Hour, Vanish: 9,
		Cut: Cut{Mode: Cut404}}})
	w.Inject(Fault{Kind: Status, Path: "/", Status: http.StatusServiceUnavailable})
	if code, body := w.sendPrimary("POST", "/snapshots/", `{"server_id":12345,"name":"theirs"}`); code != 201 {
		t.Fatalf("%d %s", code, body)
	}
	if code, body := w.sendPrimary("POST", "/snapshots/801/restore/", ""); code != 200 {
		t.Fatalf("%d %s", code, body)
	}
	w.ClearFaults()
	w.SetQuirks(Quirks{})
	w.list("/snapshots/?server_id=12345").find(t, 802)
	if status := w.serverStatus("12345"); status != "restoring" {
		t.Errorf("shown as %s", status)
	}
	if n := len(w.Requests()); n != 2 {
		t.Errorf("%d requests are logged, want the two lists", n)
	}
}

func TestBadQuirksAreExplained(t *testing.T) {
	for words, q := range map[string]Quirks{
		"lag":             {Lag: -time.Second},
		"linger 25h":      {Linger: 25 * time.Hour},
		"replicas -1":     {Replicas: -1},
		`cut-lists "418"`: {Cut: Cut{Mode: "418"}},
		"age":             {Dates: Dates{Age: -1}},
	} {
		if err := q.Check(); err == nil || !strings.Contains(err.Error(), words) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// "vpsdeck sim" passes one replica when nothing is asked for. If that counts as a quirk, each page
// of a large account copies and sorts all points.
func TestOneReplicaCostsNothing(t *testing.T) {
	allocations := func(q Quirks) float64 {
		account := New(Options{Servers: 500, Clock: NewSteppedClock(testStart), Quirks: q})
		return testing.AllocsPerRun(10, func() {
			r := httptest.NewRequest(http.MethodGet, "/api/v1/backups/?page=3&page_size=20", nil)
			r.Header.Set("Authorization", "Bearer vps_demo")
			w := httptest.NewRecorder()
			account.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
		})
	}
	none, one, many := allocations(Quirks{}), allocations(Quirks{Replicas: 1}), allocations(Quirks{Replicas: 2})
	if one > none+5 || many < none+10 {
		t.Errorf("a page takes %v allocations without quirks, %v with one replica, %v with two", none, one, many)
	}
}
