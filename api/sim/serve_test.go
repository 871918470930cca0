package sim

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestEveryEndpointAnswersWithItsStatus(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		words                    string
	}{
		{"servers", "GET", "/servers/", "", 200, `"count":12`},
		{"one server", "GET", "/servers/12345/", "", 200, `"name":"web-server-01"`},
		{"unknown server", "GET", "/servers/99999/", "", 404, `{"detail":"Not found."}`},
		{"server id that is no number", "GET", "/servers/web-server-01/", "", 404, `detail`},
		{"id beyond all numbers", "DELETE", "/backups/99999999999999999999/", "", 404, `detail`},
		{"negative id", "DELETE", "/backups/-1/", "", 404, `detail`},
		{"backups", "GET", "/backups/", "", 200, `"results":[{"id":`},
		{"snapshots", "GET", "/snapshots/", "", 200, `"results":[{"id":`},
		{"account", "GET", "/account/me/", "", 200, `"email":"ops@example.com"`},
		{"delete a backup", "DELETE", "/backups/501/", "", 204, ``},
		{"delete an unknown backup", "DELETE", "/backups/1/", "", 404, `detail`},
		{"delete a snapshot", "DELETE", "/snapshots/801/", "", 204, ``},
		{"delete an unknown snapshot", "DELETE", "/snapshots/1/", "", 404, `detail`},
		{"restore an unknown snapshot", "POST", "/snapshots/1/restore/", "", 404, `detail`},
		{"restore an unknown server", "POST", "/servers/1/restore/", `{"backup_id":501}`, 404, `detail`},
		{"restore from an unknown backup", "POST", "/servers/12345/restore/", `{"backup_id":1}`, 404, `detail`},
		{"restore from another's backup", "POST", "/servers/12346/restore/", `{"backup_id":501}`, 400,
			`"backup_id":["This backup belongs`},
		{"restore from no backup", "POST", "/servers/12345/restore/", "", 400,
			`{"backup_id":["This field is required."]}`},
		{"restore from a broken body", "POST", "/servers/12345/restore/", "{", 400, `non_field_errors`},
		{"no slash at the end", "GET", "/servers", "", 404, `detail`},
		{"too many slashes", "GET", "/servers//", "", 404, `detail`},
		{"unknown path", "GET", "/volumes/", "", 404, `detail`},
		{"wrong method on a list", "DELETE", "/backups/", "", 405, `Method \"DELETE\" not allowed.`},
		{"wrong method on one", "GET", "/backups/501/", "", 405, `detail`},
		{"wrong method on an action", "GET", "/snapshots/801/restore/", "", 405, `detail`},
		{"unknown method", "BREW", "/servers/", "", 405, `detail`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTestAccount(t, Options{})
			got := w.mustSend(c.status, c.method, c.path, c.body)
			if !strings.Contains(got, c.words) || c.words == "" && got != "" {
				t.Errorf("got %s, want %s", got, c.words)
			}
		})
	}
}

func TestBadBodiesAreRejectedByField(t *testing.T) {
	w := newTestAccount(t, Options{})
	long, longer := strings.Repeat("n", 101), strings.Repeat("ü", 501)
	for _, c := range []struct {
		name, path, body, words string
		status                  int
	}{
		{"empty", "/snapshots/", ``, `{"name":["This field is required."],"server_id":["This field is required."]}`,
			400},
		{"empty object", "/backups/", `{}`, `{"server_id":["This field is required."]}`, 400},
		{"null", "/backups/", `null`, `{"server_id":["This field is required."]}`, 400},
		{"not JSON", "/backups/", `{"server_id": 12345`, `{"non_field_errors":["JSON parse error`, 400},
		{"more than one", "/backups/", `{"server_id": 12345}{}`, `{"non_field_errors":["JSON parse error`, 400},
		{"a list", "/backups/", `[12345]`, `{"non_field_errors":["Invalid data.`, 400},
		{"a text", "/backups/", `"12345"`, `{"non_field_errors":["Invalid data.`, 400},
		{"server as text", "/backups/", `{"server_id":"12345"}`, `{"server_id":["A valid integer`, 400},
		{"server as fraction", "/backups/", `{"server_id":1.5}`, `{"server_id":["A valid integer`, 400},
		{"server null", "/backups/", `{"server_id":null}`, `{"server_id":["This field may not be null."]}`, 400},
		{"server 0", "/backups/", `{"server_id":0}`, `{"server_id":["Ensure`, 400},
		{"unknown server", "/backups/", `{"server_id":1}`, `{"detail":"Not found."}`, 404},
		{"unknown server, snapshot", "/snapshots/", `{"server_id":1,"name":"a"}`, `{"detail":"Not found."}`, 404},
		{"description a number", "/backups/", `{"server_id":12345,"description":7}`,
			`{"description":["Not a valid string."]}`, 400},
		{"description null", "/backups/", `{"server_id":12345,"description":null}`,
			`{"description":["This field may not`, 400},
		{"description too long", "/backups/", `{"server_id":12345,"description":"` + longer + `"}`,
			`{"description":["Ensure`, 400},
		{"name missing", "/snapshots/", `{"server_id":12345}`, `{"name":["This field is required."]}`, 400},
		{"name blank", "/snapshots/", `{"server_id":12345,"name":""}`, `{"name":["This field may not be blank."]}`,
			400},
		{"name with a space", "/snapshots/", `{"server_id":12345,"name":"a b"}`, `{"name":["Enter a valid name`, 400},
		{"name with a line break", "/snapshots/", `{"server_id":12345,"name":"a\n"}`, `{"name":["Enter a valid name`,
			400},
		{"name with an umlaut", "/snapshots/", `{"server_id":12345,"name":"für"}`, `{"name":["Enter a valid name`, 400},
		{"name too long", "/snapshots/", `{"server_id":12345,"name":"` + long + `"}`, `{"name":["Ensure`, 400},
		{"name a list", "/snapshots/", `{"server_id":12345,"name":["a"]}`, `{"name":["Not a valid string."]}`, 400},
		{"too large", "/backups/", `{"server_id":12345,"description":"` + strings.Repeat("x", maxBody) + `"}`, `detail`,
			400},
	} {
		if got := w.mustSend(c.status, "POST", c.path, c.body); !strings.HasPrefix(got, c.words) &&
			!strings.Contains(got, c.words) {
			t.Errorf("%s: got %s, want %s", c.name, got, c.words)
		}
	}
	if n := w.list("/snapshots/?server_id=12345").Count; n != 2 {
		t.Errorf("%d snapshots after refusals only, want 2", n)
	}
}

func TestDescriptionsAreReturnedUnchanged(t *testing.T) {
	w := newTestAccount(t, Options{})
	got := w.mustSend(201, "POST", "/backups/",
		`{"server_id":12345,"description":"R&D <b> \u001b[31m für 備份","unknown":[1]}`)
	if text := decode[item](t, got).Description; text != "R&D <b> \x1b[31m für 備份" {
		t.Errorf("got %q", text)
	}
	if !strings.Contains(got, "R&D <b>") {
		t.Errorf("& and < are escaped in %s", got)
	}
}

func TestOnlyTheTokenIsAccepted(t *testing.T) {
	w := newTestAccount(t, Options{Token: "vps_secret"})
	for given, status := range map[string]int{
		"":                    401,
		"Bearer":              401,
		"Bearer ":             401,
		"Bearer vps_demo":     401,
		"Bearer vps_secret2":  401,
		"Bearer vps_secre":    401,
		"Token vps_secret":    401,
		"vps_secret":          401,
		"Bearer vps_secret":   200,
		"Bearer  vps_secret ": 401,
	} {
		for _, path := range []string{"/servers/", "/account/me/"} {
			r := w.newRequest("GET", path, "")
			r.Header.Set("Authorization", given)
			if given == "" {
				r.Header.Del("Authorization")
			}
			answer, body, err := w.send(r)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != status {
				t.Errorf("%q: status %d, want %d", given, answer.StatusCode, status)
			}
			if status == 401 && (!strings.HasPrefix(body, `{"detail":`) || strings.Contains(body, "secre")) {
				t.Errorf("%q: body %s", given, body)
			}
		}
	}
}

func TestRejectedTokenChangesNothing(t *testing.T) {
	w := newTestAccount(t, Options{})
	r := w.newRequest("DELETE", "/backups/501/", "")
	r.Header.Set("Authorization", "Bearer other")
	if answer, _, err := w.send(r); err != nil || answer.StatusCode != 401 {
		t.Fatal(answer, err)
	}
	w.list("/backups/?server_id=12345").find(t, 501)
}

func TestBodyMustDeclareJSON(t *testing.T) {
	w := newTestAccount(t, Options{})
	for given, status := range map[string]int{
		"text/plain":                        400,
		"":                                  400,
		"application/x-www-form-urlencoded": 400,
		"application/json":                  201,
		"application/json; charset=utf-8":   201,
		"Application/JSON":                  201,
	} {
		r := w.newRequest("POST", "/backups/", `{"server_id":12345}`)
		r.Header.Set("Content-Type", given)
		answer, body, err := w.send(r)
		if err != nil || answer.StatusCode != status {
			t.Errorf("%q: %v %s %v, want %d", given, answer.Status, body, err, status)
		}
	}
}

func TestResponsesHaveDateAndLength(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.clock.Advance(90*time.Minute + 400*time.Millisecond)
	answer, body, err := w.send(w.newRequest("GET", "/servers/", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Date"); got != "Thu, 16 Jan 2025 17:15:00 GMT" {
		t.Errorf("Date: %s", got)
	}
	if got := answer.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type: %s", got)
	}
	if answer.ContentLength != int64(len(body)) {
		t.Errorf("Content-Length: %d for %d bytes", answer.ContentLength, len(body))
	}
}

func TestTimesAreWholeSeconds(t *testing.T) {
	w := newTestAccount(t, Options{Clock: NewSteppedClock(testStart.Add(400 * time.Millisecond))})
	w.mustSend(201, "POST", "/snapshots/", newSnapshotBody)
	w.mustSend(200, "POST", "/snapshots/801/restore/", "")
	w.clock.Advance(time.Hour)
	for _, path := range []string{"/servers/", "/backups/", "/snapshots/"} {
		body := w.mustSend(200, "GET", path, "")
		if fraction := regexp.MustCompile(`:\d\d\.\d+Z`).FindString(body); fraction != "" {
			t.Errorf("%s has a time that ends in %s", path, fraction)
		}
	}
}

func TestWrongMethodListsAllowedOnes(t *testing.T) {
	w := newTestAccount(t, Options{})
	answer, _, err := w.send(w.newRequest("PUT", "/backups/", `{}`))
	if err != nil || answer.Header.Get("Allow") != "GET, POST" {
		t.Errorf("%v %v", answer.Header, err)
	}
}

func TestPathsOutsideTheAPIAreNotFound(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.url = strings.TrimSuffix(w.url, basePath)
	for _, path := range []string{"/", "/servers/", "/api/v2/servers/", "/api/v1servers/"} {
		w.mustSend(http.StatusNotFound, "GET", path, "")
	}
}

func TestRequestsAreLoggedInOrderWithStatus(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.mustSend(200, "GET", "/backups/?server_id=12345", "")
	w.mustSend(404, "DELETE", "/snapshots/1/", "")
	want := []Request{{"GET", "/backups/", "server_id=12345", 200}, {"DELETE", "/snapshots/1/", "", 404}}
	got := w.Requests()
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRequestLogDropsTheOldestFirst(t *testing.T) {
	var l requestLog
	for i := range maxLogged + 1 {
		l.setStatus(l.add(Request{}), i)
	}
	l.setStatus(0, 999) // the response to a request that was dropped
	if n := len(l.entries); n != maxLogged-maxLogged/10+1 {
		t.Errorf("%d kept", n)
	}
	if first, last := l.entries[0].Status, l.entries[len(l.entries)-1].Status; first != maxLogged/10 ||
		last != maxLogged {
		t.Errorf("from %d to %d", first, last)
	}
}
