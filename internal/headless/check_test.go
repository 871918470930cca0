package headless

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

// fakeAPI is an API that serves these lists, item by item in JSON.
type fakeAPI struct{ servers, backups, snapshots []string }

// ServeHTTP serves the three lists.
func (f fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	items := map[string][]string{"/servers/": f.servers, "/backups/": f.backups, "/snapshots/": f.snapshots}[r.URL.Path]
	w.Header().Set("Date", testTime.Format(http.TimeFormat))
	_, _ = fmt.Fprintf(w, `{"count": %d, "results": [%s]}`, len(items), strings.Join(items, ","))
}

var testTime = simtest.At(12, 0)

// newHarness returns a harness on such an API, at noon of the documents' day.
func (f fakeAPI) newHarness(t *testing.T, change func(*Options)) *harness {
	t.Helper()
	h := newHarness(t, nil)
	h.startRunner(t, simtest.Serve(t, http.StripPrefix("/api/v1", f)), change)
	return h
}

func serverJSON(id int, name string) string {
	text, _ := json.Marshal(name)
	return fmt.Sprintf(`{"id": %d, "name": %s, "status": "active"}`, id, text)
}

// pointJSON returns a completed restore point; more has further fields, such as times.
func pointJSON(id, server int, more string) string {
	return fmt.Sprintf(`{"id": %d, "server": {"id": %d}, "status": "completed", "backup_type": "manual", `+
		`"size_mb": 1, %s}`, id, server, more)
}

func createdJSON(text string) string { return fmt.Sprintf(`"created_at": %q`, text) }

// runCheck runs a check as the command does, and returns its error.
func (h *harness) runCheck(t *testing.T, opts CheckOptions) error {
	t.Helper()
	if opts.Format == (Format{}) {
		opts.Format = Table
	}
	return opts.ReportUnchecked(&h.out, h.Check(t.Context(), opts))
}

func stringPtr(s string) *string { return &s }

func TestCheckOfNothingIsUnknown(t *testing.T) {
	one := fakeAPI{servers: []string{serverJSON(1, "web-1")},
		backups: []string{pointJSON(1, 1, createdJSON("2025-01-16T03:00:00Z"))}}
	for name, c := range map[string]struct {
		of    fakeAPI
		opts  CheckOptions
		words string
	}{
		"no servers": {fakeAPI{}, CheckOptions{}, "this account has no servers"},
		"no servers, and policies": {fakeAPI{}, CheckOptions{Backups: RequirementOptions{MaxAge: new(time.Duration)}},
			"this account has no servers"},
		"an empty name":              {one, CheckOptions{Server: stringPtr("")}, "--server is empty"},
		"a name of spaces":           {one, CheckOptions{Server: stringPtr(" ")}, "--server is empty"},
		"a pattern that fits none":   {one, CheckOptions{Server: stringPtr("db-*")}, `no server matches "db-*"`},
		"a name that no server has":  {one, CheckOptions{Server: stringPtr("db")}, `there is no server "db"`},
		"a name with a perfdata bar": {one, CheckOptions{Server: stringPtr("a|b=1")}, `there is no server "a¦b=1"`},
	} {
		h := c.of.newHarness(t, nil)
		err := h.runCheck(t, c.opts)
		if settings.CodeOf(err) != settings.ExitUnchecked ||
			!strings.HasPrefix(h.out.String(), "COVERAGE UNKNOWN: "+c.words) || strings.Contains(h.out.String(), "|") {
			t.Errorf("%s: %d, %v: %s", name, settings.CodeOf(err), err, &h.out)
		}
	}
	h := one.newHarness(t, nil)
	if err := h.runCheck(t, CheckOptions{}); err != nil ||
		!strings.HasPrefix(h.out.String(), "COVERAGE OK: 1 of 1 covered | servers=1 ") {
		t.Errorf("%v: %s", err, &h.out)
	}
}

func TestFailedCheckReportsUnknownInEveryFormat(t *testing.T) {
	for fault, words := range map[string]string{
		"GET /servers/: status 401":   "token",
		"GET /backups/: status 500":   "Injected fault: Internal Server Error",
		"GET /snapshots/: status 404": "",
		"GET /servers/: status 429":   "",
	} {
		h := newHarness(t, nil)
		h.account.InjectFault(fault)
		err := h.runCheck(t, CheckOptions{})
		if settings.CodeOf(err) != settings.ExitUnchecked || !strings.HasPrefix(h.out.String(), "COVERAGE UNKNOWN: ") ||
			!strings.Contains(h.out.String(), words) {
			t.Errorf("%s: %d, %v: %s", fault, settings.CodeOf(err), err, &h.out)
		}
		h.out.Reset()
		_ = h.runCheck(t, CheckOptions{Format: JSON})
		var found struct {
			Met     *bool
			Error   string
			Results []any
		}
		if err := json.Unmarshal(h.out.Bytes(), &found); err != nil || found.Met == nil || *found.Met ||
			found.Error == "" || found.Results == nil {
			t.Errorf("%s: %v: %s", fault, err, &h.out)
		}
		h.out.Reset()
		if err := h.runCheck(t, CheckOptions{Format: CSV}); h.out.Len() > 0 ||
			settings.CodeOf(err) != settings.ExitUnchecked {
			t.Errorf("%s: CSV of nothing: %s", fault, &h.out)
		}
	}
}

func TestPluginPrintsOneLineAndPluginExitCodes(t *testing.T) {
	fresh, old := createdJSON("2025-01-16T03:00:00Z"), createdJSON("2025-01-02T03:00:00Z")
	soon := fresh + `, "expires_at": "2025-01-17T03:00:00Z"`
	six := fakeAPI{}
	for id := range 7 {
		six.servers = append(six.servers, serverJSON(id+1, fmt.Sprint("s|x=9;", id)))
	}
	for name, c := range map[string]struct {
		of   fakeAPI
		opts CheckOptions
		code settings.ExitCode
		want string
	}{
		"ok": {fakeAPI{servers: []string{serverJSON(1, "a")}, backups: []string{pointJSON(1, 1, fresh)}},
			CheckOptions{}, 0, "COVERAGE OK: 1 of 1 covered | servers=1 wrong=0 warnings=0\n"},
		"warning": {fakeAPI{servers: []string{serverJSON(1, "a")}, backups: []string{pointJSON(1, 1, soon)}},
			CheckOptions{}, 1, "COVERAGE WARNING: 1 of 1 covered; warnings: 1 expiring; a expiring | servers=1 " +
				"wrong=0 warnings=1\n"},
		"critical": {fakeAPI{servers: []string{serverJSON(1, "a|b=1")}, backups: []string{pointJSON(1, 1, old)}},
			CheckOptions{}, 2, "COVERAGE CRITICAL: 1 of 1 not covered (1 overdue); a¦b=1 overdue | servers=1 wrong=1 " +
				"warnings=0\n"},
		"many": {six, CheckOptions{}, 2, "COVERAGE CRITICAL: 7 of 7 not covered (7 none); s¦x=9;0 none, s¦x=9;1 " +
			"none, s¦x=9;2 none, s¦x=9;3 none, s¦x=9;4 none, " +
			"and 2 more | servers=7 wrong=7 warnings=0\n"},
		"nothing to judge": {fakeAPI{}, CheckOptions{}, 3, "COVERAGE UNKNOWN: this account has no servers, so there " +
			"is nothing to check\n"},
		"bad usage": {six, CheckOptions{Format: JSON}, 3, "COVERAGE UNKNOWN: --nagios and --output cannot be " +
			"combined: a plugin prints one line\n"},
	} {
		h := c.of.newHarness(t, nil)
		c.opts.Nagios = true
		err := ReportPluginError(&h.out, h.runCheck(t, c.opts))
		if settings.CodeOf(err) != c.code || h.out.String() != c.want {
			t.Errorf("%s: %d, want %d: %s", name, settings.CodeOf(err), c.code, &h.out)
		}
	}
}

// Monitoring reads only the first line and the code, so a doubtful clock must be in that line, and
// must not be OK.
func TestPluginWarnsWhenTheClockIsInDoubt(t *testing.T) {
	one := "cache-01"
	for words, dates := range map[string]sim.Dates{
		"; this machine's clock and the API's differ by 1": {Shift: -10 * time.Minute},
		"; the API's answers come from a cache, ":          {Age: 10 * time.Minute},
	} {
		h := newHarness(t, nil)
		h.account.SetQuirks(sim.Quirks{Dates: dates})
		err := ReportPluginError(&h.out, h.runCheck(t, CheckOptions{Server: &one, Nagios: true}))
		first, _, _ := strings.Cut(h.out.String(), "|")
		if settings.CodeOf(err) != pluginWarning || !strings.HasPrefix(first, "COVERAGE WARNING: 1 of 1 covered") ||
			!strings.Contains(first, words) {
			t.Errorf("%d: %s", settings.CodeOf(err), &h.out)
		}
	}
}

func TestServerNameCannotForgePerfData(t *testing.T) {
	h := fakeAPI{servers: []string{serverJSON(1, "x|wrong=0 warnings=0"), serverJSON(2, "a|b")}}.newHarness(t, nil)
	_ = h.runCheck(t, CheckOptions{})
	first, rest, _ := strings.Cut(h.out.String(), "\n")
	if strings.Count(first, "|") != 1 || strings.Contains(rest, "|") || !strings.Contains(rest, "a¦b") {
		t.Errorf("%s", &h.out)
	}
}

func TestOnlyFreshBackupsOfPlausibleTimeCover(t *testing.T) {
	ago := func(d time.Duration) string { return createdJSON(testTime.Add(-d).Format(time.RFC3339)) }
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		backups, snapshots []string
		health, reason     string
	}{
		"a fresh backup":      {[]string{ago(time.Hour)}, nil, "fine", ""},
		"written with +0000":  {[]string{createdJSON("2025-01-16T03:00:00+0000")}, nil, "fine", ""},
		"written as an epoch": {[]string{`"created_at": 1736996400`}, nil, "fine", ""},
		"a fresh snapshot":    {nil, []string{ago(time.Hour)}, "no backup", "only 1 snapshot"},
		"and an old backup": {[]string{ago(9 * day)}, []string{ago(time.Hour)}, "overdue",
			"the newest backup is 9 d old"},
		"from the future": {[]string{ago(-365 * day), ago(380 * day)}, nil, "overdue",
			"the newest backup is 380 d old"},
		"from the future alone": {[]string{ago(-2 * time.Hour)}, nil, "overdue", "unknown"},
		"from the future and fresh": {[]string{createdJSON("9999-12-31T23:59:59Z"), ago(time.Hour)}, nil, "odd date",
			"in the future"},
		"of no time":            {[]string{`"created_at": null`}, nil, "overdue", "unknown"},
		"of an unreadable time": {[]string{createdJSON("yesterday")}, nil, "overdue", "unknown"},
		"expired a month ago": {[]string{ago(20*time.Hour) + `, "expires_at": "2024-12-16T12:00:00Z"`}, nil,
			"none", "no usable restore point"},
		"an unreadable expiry": {[]string{ago(time.Hour) + `, "expires_at": "soon"`}, nil, "expiring", ""},
	} {
		f := fakeAPI{servers: []string{serverJSON(1, "web-1")}}
		for i, more := range c.backups {
			f.backups = append(f.backups, pointJSON(i+1, 1, more))
		}
		for i, more := range c.snapshots {
			f.snapshots = append(f.snapshots, pointJSON(i+1, 1, more))
		}
		h := f.newHarness(t, nil)
		err := h.runCheck(t, CheckOptions{Format: JSON})
		var found struct {
			Results []struct {
				Health  string
				Reasons []string
			}
		}
		if json.Unmarshal(h.out.Bytes(), &found) != nil || len(found.Results) != 1 ||
			found.Results[0].Health != c.health ||
			!strings.Contains(strings.Join(found.Results[0].Reasons, "; "), c.reason) {
			t.Errorf("%s: %v: %s", name, err, &h.out)
		}
	}
}

func TestZeroSizeAndUnreadableTimesInLists(t *testing.T) {
	f := fakeAPI{backups: []string{
		`{"id": 1, "server": {"id": 1}, "status": "completed", "size_mb": 0, "created_at": "soon", ` +
			`"expires_at": "later"}`,
		`{"id": 2, "server": {"id": 1}, "status": "completed", "size_mb": null, "created_at": null}`,
	}}
	h := f.newHarness(t, nil)
	if err := h.ListPoints(t.Context(), model.Backup, ListOptions{Format: JSON}); err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{`"size_mb": 0,`, `"size_mb": null,`, "\"unreadable\": [\n      \"created_at\",\n  " +
		"    \"expires_at\"\n    ]", `"unreadable": []`} {
		if !strings.Contains(h.out.String(), piece) {
			t.Errorf("%s is not in %s", piece, &h.out)
		}
	}
	h.out.Reset()
	if err := h.ListPoints(t.Context(), model.Backup, ListOptions{Format: Table}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"0 MB  odd date     odd date", "-         -  none stated"} {
		if !strings.Contains(h.out.String(), row) {
			t.Errorf("%q is not in\n%s", row, &h.out)
		}
	}
}

func TestLastBackupNeedsConfirmation(t *testing.T) {
	h := fakeAPI{
		servers:   []string{serverJSON(1, "web-1")},
		backups:   []string{pointJSON(1, 1, createdJSON("2025-01-16T03:00:00Z"))},
		snapshots: []string{pointJSON(2, 1, `"name": "s", `+createdJSON("2025-01-16T04:00:00Z"))},
	}.newHarness(t, nil)
	err := h.Delete(t.Context(), PointOptions{Point: model.Key{Kind: model.Backup, ID: "1"}, Yes: true,
		Follow: FollowOptions{Format: Table}})
	if settings.CodeOf(err) != settings.ExitRefused ||
		!strings.Contains(model.ErrorMessage(err), "backup #1 is the last backup of ") {
		t.Errorf("%v", err)
	}
}
