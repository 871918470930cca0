package headless

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// lists are what an API answers, item by item as it stands in JSON.
type lists struct{ servers, backups, snapshots []string }

// ServeHTTP answers the three lists.
func (l lists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	items := map[string][]string{"/servers/": l.servers, "/backups/": l.backups, "/snapshots/": l.snapshots}[r.URL.Path]
	w.Header().Set("Date", documentsNoon.Format(http.TimeFormat))
	_, _ = fmt.Fprintf(w, `{"count": %d, "results": [%s]}`, len(items), strings.Join(items, ","))
}

var documentsNoon = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

// of is a world on such an API, at noon of the documents' day.
func (l lists) of(t *testing.T, change func(*Options)) *world {
	t.Helper()
	w := newWorld(t, nil)
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	client, err := api.New(server.URL, "vps_demo", api.WithClock(w.clock.Now), api.WithWait(w.clock.Wait))
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Client: client, Run: "run", Clock: w.clock, Out: &w.out, Notes: &w.notes}
	if change != nil {
		change(&opts)
	}
	w.Runner = New(opts)
	t.Cleanup(w.End)
	return w
}

func aServer(id int, name string) string {
	text, _ := json.Marshal(name)
	return fmt.Sprintf(`{"id": %d, "name": %s, "status": "active"}`, id, text)
}

// aPoint is a completed one; more is what else stands in it, such as its times.
func aPoint(id, server int, more string) string {
	return fmt.Sprintf(`{"id": %d, "server": {"id": %d}, "status": "completed", "backup_type": "manual", "size_mb": 1, %s}`, id, server, more)
}

func made(text string) string { return fmt.Sprintf(`"created_at": %q`, text) }

// check runs a check as the command does, and returns its error.
func (w *world) check(t *testing.T, ask CheckAsk) error {
	t.Helper()
	if ask.Format == "" {
		ask.Format = Table
	}
	return ask.Unchecked(&w.out, w.Check(t.Context(), ask))
}

func text(s string) *string { return &s }

func TestGreenOverNothingIsNotGreen(t *testing.T) {
	one := lists{servers: []string{aServer(1, "web-1")}, backups: []string{aPoint(1, 1, made("2025-01-16T03:00:00Z"))}}
	for name, c := range map[string]struct {
		of    lists
		ask   CheckAsk
		words string
	}{
		"no servers":                 {lists{}, CheckAsk{}, "this account has no servers"},
		"no servers, and policies":   {lists{}, CheckAsk{Backups: WantedAsk{MaxAge: new(time.Duration)}}, "this account has no servers"},
		"an empty name":              {one, CheckAsk{Server: text("")}, "--server is empty"},
		"a name of spaces":           {one, CheckAsk{Server: text(" ")}, "--server is empty"},
		"a pattern that fits none":   {one, CheckAsk{Server: text("db-*")}, `no server's name is like "db-*"`},
		"a name that no server has":  {one, CheckAsk{Server: text("db")}, `there is no server "db"`},
		"a name with a perfdata bar": {one, CheckAsk{Server: text("a|b=1")}, `there is no server "a¦b=1"`},
	} {
		w := c.of.of(t, nil)
		err := w.check(t, c.ask)
		if settings.CodeOf(err) != settings.ExitUnchecked || !strings.HasPrefix(w.out.String(), "COVERAGE UNKNOWN: "+c.words) || strings.Contains(w.out.String(), "|") {
			t.Errorf("%s: %d, %v: %s", name, settings.CodeOf(err), err, &w.out)
		}
	}
	w := one.of(t, nil)
	if err := w.check(t, CheckAsk{}); err != nil || !strings.HasPrefix(w.out.String(), "COVERAGE OK: 1 of 1 covered | servers=1 ") {
		t.Errorf("%v: %s", err, &w.out)
	}
}

func TestACheckThatCannotBeMadeSaysSoWhereItsResultIsExpected(t *testing.T) {
	for fault, words := range map[string]string{
		"GET /servers/: status 401":   "token",
		"GET /backups/: status 500":   "This answer was asked for: Internal Server Error",
		"GET /snapshots/: status 404": "",
		"GET /servers/: status 429":   "",
	} {
		w := newWorld(t, nil)
		w.fault(t, fault)
		err := w.check(t, CheckAsk{})
		if settings.CodeOf(err) != settings.ExitUnchecked || !strings.HasPrefix(w.out.String(), "COVERAGE UNKNOWN: ") || !strings.Contains(w.out.String(), words) {
			t.Errorf("%s: %d, %v: %s", fault, settings.CodeOf(err), err, &w.out)
		}
		w.out.Reset()
		_ = w.check(t, CheckAsk{Format: JSON})
		var found struct {
			Met     *bool
			Error   string
			Results []any
		}
		if err := json.Unmarshal(w.out.Bytes(), &found); err != nil || found.Met == nil || *found.Met || found.Error == "" || found.Results == nil {
			t.Errorf("%s: %v: %s", fault, err, &w.out)
		}
		w.out.Reset()
		if err := w.check(t, CheckAsk{Format: CSV}); w.out.Len() > 0 || settings.CodeOf(err) != settings.ExitUnchecked {
			t.Errorf("%s: CSV of nothing: %s", fault, &w.out)
		}
	}
}

func TestAPluginSpeaksInItsOwnCodesAndOneLine(t *testing.T) {
	fresh, old := made("2025-01-16T03:00:00Z"), made("2025-01-02T03:00:00Z")
	soon := fresh + `, "expires_at": "2025-01-17T03:00:00Z"`
	six := lists{}
	for id := range 7 {
		six.servers = append(six.servers, aServer(id+1, fmt.Sprint("s|x=9;", id)))
	}
	for name, c := range map[string]struct {
		of   lists
		ask  CheckAsk
		code settings.ExitCode
		want string
	}{
		"ok":       {lists{servers: []string{aServer(1, "a")}, backups: []string{aPoint(1, 1, fresh)}}, CheckAsk{}, 0, "COVERAGE OK: 1 of 1 covered | servers=1 wrong=0 warnings=0\n"},
		"warning":  {lists{servers: []string{aServer(1, "a")}, backups: []string{aPoint(1, 1, soon)}}, CheckAsk{}, 1, "COVERAGE WARNING: 1 of 1 covered; warnings: 1 expiring; a expiring | servers=1 wrong=0 warnings=1\n"},
		"critical": {lists{servers: []string{aServer(1, "a|b=1")}, backups: []string{aPoint(1, 1, old)}}, CheckAsk{}, 2, "COVERAGE CRITICAL: 1 of 1 not covered (1 overdue); a¦b=1 overdue | servers=1 wrong=1 warnings=0\n"},
		"many": {six, CheckAsk{}, 2, "COVERAGE CRITICAL: 7 of 7 not covered (7 none); s¦x=9;0 none, s¦x=9;1 none, s¦x=9;2 none, s¦x=9;3 none, s¦x=9;4 none, " +
			"and 2 more | servers=7 wrong=7 warnings=0\n"},
		"nothing to judge": {lists{}, CheckAsk{}, 3, "COVERAGE UNKNOWN: this account has no servers, so there is nothing to check\n"},
		"bad usage":        {six, CheckAsk{Format: JSON}, 3, "COVERAGE UNKNOWN: --nagios and --output exclude each other: a plugin prints one line\n"},
	} {
		w := c.of.of(t, nil)
		c.ask.Nagios = true
		err := Plugin(&w.out, w.check(t, c.ask))
		if settings.CodeOf(err) != c.code || w.out.String() != c.want {
			t.Errorf("%s: %d, want %d: %s", name, settings.CodeOf(err), c.code, &w.out)
		}
	}
}

// Monitoring reads the first line and the code, so a clock that cannot be trusted stands there and is not green.
func TestAPluginIsNotGreenByAClockThatIsDoubted(t *testing.T) {
	one := "cache-01"
	for words, dates := range map[string]sim.Dates{
		"; this machine's clock and the API's differ by 1": {Shift: -10 * time.Minute},
		"; the API's answers come from a cache, ":          {Age: 10 * time.Minute},
	} {
		w := newWorld(t, nil)
		w.account.SetQuirks(sim.Quirks{Dates: dates})
		err := Plugin(&w.out, w.check(t, CheckAsk{Server: &one, Nagios: true}))
		first, _, _ := strings.Cut(w.out.String(), "|")
		if settings.CodeOf(err) != pluginWarning || !strings.HasPrefix(first, "COVERAGE WARNING: 1 of 1 covered") || !strings.Contains(first, words) {
			t.Errorf("%d: %s", settings.CodeOf(err), &w.out)
		}
	}
}

func TestNoNameReachesTheNumbersOfAPlugin(t *testing.T) {
	w := lists{servers: []string{aServer(1, "x|wrong=0 warnings=0"), aServer(2, "a|b")}}.of(t, nil)
	_ = w.check(t, CheckAsk{})
	first, rest, _ := strings.Cut(w.out.String(), "\n")
	if strings.Count(first, "|") != 1 || strings.Contains(rest, "|") || !strings.Contains(rest, "a¦b") {
		t.Errorf("%s", &w.out)
	}
}

func TestWhatCoversAServerIsAFreshBackupOfABelievableTime(t *testing.T) {
	ago := func(d time.Duration) string { return made(documentsNoon.Add(-d).Format(time.RFC3339)) }
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		backups, snapshots []string
		health, reason     string
	}{
		"a fresh backup":            {[]string{ago(time.Hour)}, nil, "fine", ""},
		"written with +0000":        {[]string{made("2025-01-16T03:00:00+0000")}, nil, "fine", ""},
		"written as an epoch":       {[]string{`"created_at": 1736996400`}, nil, "fine", ""},
		"a fresh snapshot":          {nil, []string{ago(time.Hour)}, "no backup", "only 1 snapshot"},
		"and an old backup":         {[]string{ago(9 * day)}, []string{ago(time.Hour)}, "overdue", "the newest backup is 9 d old"},
		"from the future":           {[]string{ago(-365 * day), ago(380 * day)}, nil, "overdue", "the newest backup is 380 d old"},
		"from the future alone":     {[]string{ago(-2 * time.Hour)}, nil, "overdue", "not known"},
		"from the future and fresh": {[]string{made("9999-12-31T23:59:59Z"), ago(time.Hour)}, nil, "odd date", "in the future"},
		"of no time":                {[]string{`"created_at": null`}, nil, "overdue", "not known"},
		"of an unreadable time":     {[]string{made("yesterday")}, nil, "overdue", "not known"},
		"expired a month ago":       {[]string{ago(20*time.Hour) + `, "expires_at": "2024-12-16T12:00:00Z"`}, nil, "none", "no usable restore point"},
		"an unreadable expiry":      {[]string{ago(time.Hour) + `, "expires_at": "soon"`}, nil, "expiring", ""},
	} {
		l := lists{servers: []string{aServer(1, "web-1")}}
		for i, more := range c.backups {
			l.backups = append(l.backups, aPoint(i+1, 1, more))
		}
		for i, more := range c.snapshots {
			l.snapshots = append(l.snapshots, aPoint(i+1, 1, more))
		}
		w := l.of(t, nil)
		err := w.check(t, CheckAsk{Format: JSON})
		var found struct {
			Results []struct {
				Health  string
				Reasons []string
			}
		}
		if json.Unmarshal(w.out.Bytes(), &found) != nil || len(found.Results) != 1 || found.Results[0].Health != c.health ||
			!strings.Contains(strings.Join(found.Results[0].Reasons, "; "), c.reason) {
			t.Errorf("%s: %v: %s", name, err, &w.out)
		}
	}
}

func TestASizeOfNothingIsNothingAndAnUnreadableTimeIsNamed(t *testing.T) {
	l := lists{backups: []string{
		`{"id": 1, "server": {"id": 1}, "status": "completed", "size_mb": 0, "created_at": "soon", "expires_at": "later"}`,
		`{"id": 2, "server": {"id": 1}, "status": "completed", "size_mb": null, "created_at": null}`,
	}}
	w := l.of(t, nil)
	if err := w.ListPoints(t.Context(), model.Backup, ListAsk{Format: JSON}); err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{`"size_mb": 0,`, `"size_mb": null,`, "\"unreadable\": [\n      \"created_at\",\n      \"expires_at\"\n    ]", `"unreadable": []`} {
		if !strings.Contains(w.out.String(), piece) {
			t.Errorf("%s is not in %s", piece, &w.out)
		}
	}
	w.out.Reset()
	if err := w.ListPoints(t.Context(), model.Backup, ListAsk{Format: Table}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"0 MB  odd date     odd date", "-         -  none stated"} {
		if !strings.Contains(w.out.String(), row) {
			t.Errorf("%q is not in\n%s", row, &w.out)
		}
	}
}

func TestTheLastBackupGoesOnlyWhenThatIsSaid(t *testing.T) {
	w := lists{
		servers: []string{aServer(1, "web-1")}, backups: []string{aPoint(1, 1, made("2025-01-16T03:00:00Z"))},
		snapshots: []string{aPoint(2, 1, `"name": "s", `+made("2025-01-16T04:00:00Z"))},
	}.of(t, nil)
	err := w.Delete(t.Context(), PointAsk{Point: model.Key{Kind: model.Backup, ID: "1"}, Yes: true, Follow: Follow{Format: Table}})
	if settings.CodeOf(err) != settings.ExitRefused || !strings.Contains(model.Words(err), "backup #1 is the last backup of ") {
		t.Errorf("%v", err)
	}
}
