package sim

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestServerURL(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", ":0", "0.0.0.0:0"} {
		s, err := Listen(addr, New(Options{Clock: NewSteppedClock(testStart)}))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if !regexp.MustCompile(`^http://127\.0\.0\.1:[1-9][0-9]*/api/v1$`).MatchString(s.URL()) {
			t.Errorf("%s: %s", addr, s.URL())
		}
		answer, err := http.Get(s.URL() + "/servers/")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %s", addr, answer.Status)
		}
	}
}

func TestUnusableAddressIsExplained(t *testing.T) {
	s, err := Listen("127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	inUse := strings.TrimSuffix(strings.TrimPrefix(s.URL(), "http://"), basePath)
	for addr, words := range map[string]string{
		inUse:             "the port is in use; choose another one",
		"8080":            "write HOST:PORT",
		"127.0.0.1":       "write HOST:PORT",
		"":                "write HOST:PORT",
		"127.0.0.1:99999": "a port from 0 to 65535",
		"192.0.2.1:0":     "this machine has no such address",
	} {
		s, err := Listen(addr, http.NotFoundHandler())
		if err == nil {
			s.Close()
			t.Errorf("%q was accepted", addr)
			continue
		}
		if !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "bind:") {
			t.Errorf("%q: %v", addr, err)
		}
	}
}

func TestClosingTheServerEndsHeldResponses(t *testing.T) {
	a := New(Options{Clock: NewSteppedClock(testStart)})
	a.Inject(Fault{Path: "/", Kind: Hold})
	arrived := make(chan struct{})
	s, err := Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(arrived)
		a.ServeHTTP(w, r)
	}))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		s.Close()
	}()
	if answer, err := http.Post(s.URL()+"/servers/", "application/json", strings.NewReader("{}")); err == nil {
		answer.Body.Close()
		t.Errorf("got %s", answer.Status)
	}
}

func TestTheServerHasLimits(t *testing.T) {
	s, err := Listen("127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h := s.http
	if h.ReadHeaderTimeout == 0 || h.ReadTimeout == 0 || h.WriteTimeout == 0 || h.IdleTimeout == 0 ||
		h.MaxHeaderBytes == 0 {
		t.Errorf("%+v", h)
	}
}

func TestLimitsHoldWithManyClients(t *testing.T) {
	w := newTestAccount(t, Options{Servers: 40})
	w.inject("GET /account/me/: status 500 x5")
	var wg sync.WaitGroup
	made := make(chan int, 200)
	for range 8 {
		wg.Go(func() {
			for range 5 {
				answer, _, err := w.send(w.newRequest("POST", "/snapshots/", newSnapshotBody))
				if err != nil {
					t.Error(err)
					return
				}
				made <- answer.StatusCode
				for _, path := range []string{"/servers/", "/backups/?page=2", "/snapshots/", "/account/me/"} {
					if _, _, err := w.send(w.newRequest("GET", path, "")); err != nil {
						t.Error(err)
					}
				}
				w.clock.Advance(time.Hour)
				w.Requests()
				w.Now()
			}
		})
	}
	wg.Wait()
	close(made)
	count := map[int]int{}
	for status := range made {
		count[status]++
	}
	if count[201] != 4 || count[400] != 36 {
		t.Errorf("statuses %v, want 4 created and 36 refused", count)
	}
	failed := 0
	for _, r := range w.Requests() {
		if r.Status == 500 {
			failed++
		}
	}
	if n := len(w.Requests()); n != 200 || failed != 5 {
		t.Errorf("%d requests, %d of which failed", n, failed)
	}
}

func FuzzRequestBodies(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `{"server_id":12345,"name":"n"}`, `{"server_id":1e400}`,
		`{"server_id":12345,"name":"\ud800"}`,
		`{"backup_id":501}`, `{"server_id":12345,"description":"x","description":null}`, strings.Repeat("[", 20000),
		"\xff",
	} {
		f.Add(seed)
	}
	clock := NewSteppedClock(testStart)
	a := New(Options{Clock: clock})
	allowed := map[int]bool{200: true, 201: true, 400: true, 404: true, 413: true}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/backups/", "/snapshots/", "/servers/12345/restore/",
			"/snapshots/801/restore/"} {
			status, got := sendDirect(a, "POST", path, body)
			if !allowed[status] || !strings.HasPrefix(got, "{") {
				t.Errorf("POST %s %q: %d %s", path, body, status, got)
			}
		}
		clock.Advance(time.Hour)
		if status, got := sendDirect(a, "GET", fmt.Sprintf("/snapshots/?server_id=%d", firstServerID),
			""); status != 200 {
			t.Errorf("afterwards: %d %s", status, got)
		}
	})
}
