package sim

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func (a *testAccount) inject(text string) {
	a.t.Helper()
	f, err := ParseFault(text)
	if err != nil {
		a.t.Fatal(err)
	}
	a.Inject(f)
}

const newSnapshotBody = `{"server_id":12352,"name":"n"}` // of ci-runner-01, which has one

func TestEveryFaultDoesWhatItSays(t *testing.T) {
	for _, c := range []struct {
		fault  string
		done   bool // whether the snapshot is made
		status int  // 0: no answer
		check  func(t *testing.T, answer *http.Response, body string, err error)
	}{
		{"POST /snapshots/: cut-before", false, 0, nil},
		{"POST /snapshots/: cut-after-send", true, 0, nil},
		{"POST /snapshots/: cut-in-body", true, 201, func(t *testing.T, r *http.Response, body string, err error) {
			if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(body, `{"id":802,`) ||
				len(body) >= int(r.ContentLength) {
				t.Errorf("got %q, %v", body, err)
			}
		}},
		{"POST /snapshots/: truncated", true, 201, func(t *testing.T, _ *http.Response, body string, err error) {
			if err != nil || json.Valid([]byte(body)) || !strings.HasPrefix(body, `{"id":802,`) {
				t.Errorf("got %q, %v", body, err)
			}
		}},
		{"POST /snapshots/: garbage", true, 201, func(t *testing.T, _ *http.Response, body string, err error) {
			if err != nil || json.Valid([]byte(body)) || body == "" {
				t.Errorf("got %q, %v", body, err)
			}
		}},
		{"POST /snapshots/: nulls", true, 201, bodyContains(`"id":null`)},
		{"POST /snapshots/: mistyped", true, 201, bodyContains(`"id":{}`)},
		{"POST /snapshots/: strange", true, 201, bodyContains(`"status":"archiving"`)},
		{"POST /snapshots/: wrong-length", true, 201, func(t *testing.T, _ *http.Response, body string, err error) {
			if !errors.Is(err, io.ErrUnexpectedEOF) || !json.Valid([]byte(body)) {
				t.Errorf("got %q, %v", body, err)
			}
		}},
		{`POST /snapshots/: status 400 says {"name": ["Taken."]}`, false, 400, bodyContains(`{"name": ["Taken."]}`)},
		{"POST /snapshots/: html", true, 201, checkHTMLPage},
		{"POST /snapshots/: html 502", false, 502, checkHTMLPage},
		{"POST /snapshots/: empty", true, 201, checkEmptyBody},
		{"POST /snapshots/: empty 500", false, 500, checkEmptyBody},
		{"POST /snapshots/: status 204", false, 204, checkEmptyBody},
		{"POST /snapshots/: status 503", false, 503, func(t *testing.T, r *http.Response, body string, err error) {
			if err != nil || body != `{"detail":"Injected fault: Service Unavailable."}` ||
				r.Header.Get("Retry-After") != "" {
				t.Errorf("got %q, %v, %v", body, r.Header, err)
			}
		}},
		{"POST /snapshots/: status 429 retry 3s", false, 429, func(t *testing.T, r *http.Response, _ string, _ error) {
			if r.Header.Get("Retry-After") != "3" {
				t.Errorf("got %v", r.Header)
			}
		}},
		{"POST /snapshots/: delay 1ms", true, 201, checkWholeBody},
		{"POST /snapshots/: drip 20ns", true, 201, checkWholeBody},
	} {
		t.Run(c.fault, func(t *testing.T) {
			w := newTestAccount(t, Options{})
			w.inject(c.fault)
			answer, body, err := w.send(w.newRequest("POST", "/snapshots/", newSnapshotBody))
			switch {
			case c.status == 0 && err == nil:
				t.Errorf("got an answer: %s", body)
			case c.status != 0 && (answer == nil || answer.StatusCode != c.status):
				t.Fatalf("got %v, %v, want %d", answer, err, c.status)
			case c.check != nil:
				c.check(t, answer, body, err)
			}
			if last := w.Requests()[0]; last.Status != c.status {
				t.Errorf("logged as %+v", last)
			}
			w.ClearFaults()
			if done := w.list("/snapshots/?server_id=12352").Count == 2; done != c.done {
				t.Errorf("done: %v, want %v", done, c.done)
			}
		})
	}
}

func TestHugeResponseIsPaddedWithBlanks(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.inject("POST /snapshots/: huge")
	answer, err := w.http.Do(w.newRequest("POST", "/snapshots/", newSnapshotBody))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.CopyN(io.Discard, answer.Body, hugeBytes); err != nil || answer.ContentLength != -1 {
		t.Errorf("length %d, %v", answer.ContentLength, err)
	}
	rest, err := io.ReadAll(answer.Body)
	checkWholeBody(t, answer, string(rest), err)
}

func TestRedirectUsesTheGivenLocation(t *testing.T) {
	account := New(Options{})
	f, err := ParseFault("GET /servers/: status 307 to https://elsewhere.example/x")
	if err != nil {
		t.Fatal(err)
	}
	account.Inject(f)
	answer := httptest.NewRecorder()
	account.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/v1/servers/", nil))
	if to := answer.Header().Get("Location"); answer.Code != 307 || to != "https://elsewhere.example/x" {
		t.Errorf("%d, to %q", answer.Code, to)
	}
}

func bodyContains(part string) func(*testing.T, *http.Response, string, error) {
	return func(t *testing.T, _ *http.Response, body string, err error) {
		if err != nil || !strings.Contains(body, part) {
			t.Errorf("got %q, %v", body, err)
		}
	}
}

func checkHTMLPage(t *testing.T, r *http.Response, body string, err error) {
	t.Helper()
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") ||
		!strings.HasPrefix(body, "<!DOCTYPE") {
		t.Errorf("got %q, %v", body, err)
	}
}

func checkEmptyBody(t *testing.T, _ *http.Response, body string, err error) {
	t.Helper()
	if err != nil || body != "" {
		t.Errorf("got %q, %v", body, err)
	}
}

func checkWholeBody(t *testing.T, _ *http.Response, body string, err error) {
	t.Helper()
	if err != nil || !json.Valid([]byte(body)) || !strings.HasPrefix(body, `{"id":802,`) {
		t.Errorf("got %.200q, %v", body, err)
	}
}

func TestFaultsOnAResponseWithoutABody(t *testing.T) {
	for fault, status := range map[string]int{
		"cut-in-body": 0, "truncated": 204, "empty": 204, "drip 20ns": 204, "garbage": 200, "html": 200,
	} {
		w := newTestAccount(t, Options{})
		w.inject("DELETE /snapshots/{id}/: " + fault)
		answer, body, err := w.send(w.newRequest("DELETE", "/snapshots/801/", ""))
		if status == 0 && err == nil || status != 0 && (err != nil || answer.StatusCode != status) {
			t.Errorf("%s: %v, %q, %v, want %d", fault, answer, body, err, status)
		}
		w.ClearFaults()
		w.mustSend(404, "DELETE", "/snapshots/801/", "")
	}
}

func TestFaultMatchesItsTargetAndCount(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.inject("GET /backups/: status 500 x2")
	w.inject("* /backups/{id}/: status 501 x1")
	w.inject("GET /backups/: status 502 x1")
	w.inject("DELETE /: status 507")
	for _, c := range []struct {
		status       int
		method, path string
	}{
		{200, "GET", "/snapshots/"},
		{500, "GET", "/backups/?server_id=12345"},
		{405, "PATCH", "/backups/"},
		{500, "GET", "/backups/"},
		{502, "GET", "/backups/"},
		{200, "GET", "/backups/"},
		{501, "DELETE", "/backups/501/"},
		{507, "DELETE", "/backups/501/"},
		{507, "DELETE", "/nowhere/"},
	} {
		w.mustSend(c.status, c.method, c.path, "")
	}
	w.ClearFaults()
	w.mustSend(204, "DELETE", "/backups/501/", "")
}

func TestFaultWithoutMethodMatchesAllMethods(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.Inject(Fault{Path: "/servers/{id}/", Kind: Status, Status: 418})
	w.mustSend(418, "GET", "/servers/12345/", "")
	w.mustSend(200, "GET", "/servers/", "")
	if text := (Fault{Path: "/", Kind: Hold}).String(); text != "* /: hold" {
		t.Errorf("it reads %q", text)
	}
}

// sendAsync sends a request to the account without a socket, and returns a channel for its status.
func sendAsync(ctx context.Context, a *Account, method, path, body string) <-chan int {
	out := make(chan int, 1)
	go func() {
		r := httptest.NewRequest(method, basePath+path, strings.NewReader(body)).WithContext(ctx)
		r.Header.Set("Authorization", "Bearer vps_demo")
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		out <- w.Code
	}()
	return out
}

func TestHeldResponseWaitsForRelease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Options{Clock: NewSteppedClock(testStart)})
		a.Inject(Fault{Method: "POST", Path: "/snapshots/", Kind: Hold})
		a.Release() // nothing is held yet, so this lets nothing go
		first := sendAsync(t.Context(), a, "POST", "/snapshots/", newSnapshotBody)
		synctest.Wait()
		if asked := a.Requests(); len(asked) != 1 || asked[0].Status != 0 {
			t.Errorf("while held: %+v", asked)
		}
		if status, body := sendDirect(a, "GET", "/snapshots/?server_id=12352", ""); !strings.Contains(body,
			`"count":2`) {
			t.Errorf("while held, others are not answered, or the action is not done: %d %s", status, body)
		}
		select {
		case status := <-first:
			t.Fatalf("answered with %d before Release", status)
		default:
		}
		a.Release()
		if status := <-first; status != 201 {
			t.Errorf("status %d", status)
		}
		second := sendAsync(t.Context(), a, "POST", "/snapshots/", newSnapshotBody)
		synctest.Wait()
		a.ClearFaults()
		a.Release()
		if status := <-second; status != 201 || a.Requests()[0].Status != 201 {
			t.Errorf("status %d, logged %+v", status, a.Requests())
		}
	})
}

func TestHeldResponseEndsWhenTheClientLeaves(t *testing.T) {
	w := newTestAccount(t, Options{})
	w.inject("GET /servers/: hold")
	arrived, left := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(arrived)
		w.ServeHTTP(rw, r)
		close(left)
	}))
	defer server.Close()
	w.url = server.URL + basePath
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-arrived
		leave()
	}()
	if _, _, err := w.send(w.newRequest("GET", "/servers/", "").WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-left
	if asked := w.Requests(); asked[0].Status != 0 {
		t.Errorf("logged as %+v", asked)
	}
}

func TestDelaysAndDripsTakeTheirTime(t *testing.T) {
	for what, f := range map[string]Fault{
		"delay": {Path: "/", Kind: Delay, Time: 2 * time.Second},
		"drip":  {Path: "/", Kind: Drip, Time: 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := New(Options{Clock: NewSteppedClock(testStart)})
			a.Inject(f)
			begun := time.Now()
			if status, body := sendDirect(a, "GET", "/servers/", ""); status != 200 || !json.Valid([]byte(body)) {
				t.Errorf("%s: %d %s", what, status, body)
			}
			if took := time.Since(begun); took != 2*time.Second {
				t.Errorf("%s: took %v", what, took)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			begun = time.Now()
			<-sendAsync(ctx, a, "GET", "/servers/", "")
			if took := time.Since(begun); took > 1100*time.Millisecond {
				t.Errorf("%s: went on for %v after the client had gone", what, took)
			}
		})
	}
}
