package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/internal/event"
)

const secretValue = "Bearer verysecret"

// receiver is an address that answers with a list of statuses, the last of them from then on.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	got      []*http.Request
	bodies   []event.Event
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	t.Helper()
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	text, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	var e event.Event
	if json.Unmarshal(text, &e) != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	r.got, r.bodies = append(r.got, req), append(r.bodies, e)
	w.Header().Set("Location", "/elsewhere")
	w.WriteHeader(r.statuses[min(len(r.got), len(r.statuses))-1])
}

// sender is a sender that never really waits, with its reports.
type sender struct {
	*Sender
	reports chan Report
	waits   chan time.Duration
	cancel  func() // tells it to end
	stop    func() // and waits for the end
}

func newSender(t *testing.T, hooks ...Hook) *sender {
	t.Helper()
	s := &sender{reports: make(chan Report, 5000), waits: make(chan time.Duration, 5000)}
	now := time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
	var mu sync.Mutex
	s.Sender = New(Options{
		Hooks: hooks, Secrets: []string{"OTHER_TOKEN"},
		Getenv: func(name string) string { return map[string]string{"HOOK_TOKEN": secretValue + "\n"}[name] },
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return now
		},
		Wait: func(ctx context.Context, d time.Duration) error {
			mu.Lock()
			now = now.Add(d)
			mu.Unlock()
			s.waits <- d
			return ctx.Err()
		},
		Report: func(r Report) { s.reports <- r },
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.Run(ctx)
	}()
	s.cancel = cancel
	s.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(s.stop)
	return s
}

// tell tells of events and returns the first final report.
func (s *sender) tell(t *testing.T, events ...event.Event) Report {
	t.Helper()
	s.Add(s.Plan(events))
	return s.final(t)
}

func (s *sender) final(t *testing.T) Report {
	t.Helper()
	for {
		select {
		case r := <-s.reports:
			if strings.Contains(fmt.Sprintf("%+v", r), "verysecret") {
				t.Errorf("the secret is in %+v", r)
			}
			if r.Result != Retrying {
				return r
			}
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is reported")
		}
	}
}

func failedEvent(id string) event.Event {
	return event.Event{Version: 1, ID: id, Kind: event.Failed, Text: "backup #501 of web-server-01 failed",
		Server: event.Server{ID: "12345", Name: "web-server-01"}}
}

func toURL(url string) Hook {
	return Hook{On: []string{"failed"}, URL: url, Timeout: 5 * time.Second, Header: "Authorization",
		HeaderEnv: "HOOK_TOKEN"}
}

func TestAnAddressGetsTheEventWithItsSecret(t *testing.T) {
	to := newReceiver(t, 204)
	s := newSender(t, toURL(to.URL))
	if r := s.tell(t, failedEvent("a")); r.Result != Delivered || r.Why != "" {
		t.Fatalf("%+v", r)
	}
	req := to.got[0]
	if got := req.Header.Get("Authorization"); got != secretValue {
		t.Errorf("the header is %q", got)
	}
	if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" ||
		req.Header.Get("Idempotency-Key") != "a" || to.bodies[0].Text != failedEvent("a").Text {
		t.Errorf("%s %v %+v", req.Method, req.Header, to.bodies[0])
	}
	if left := s.Pending(); len(left) > 0 && !waitFor(func() bool { return len(s.Pending()) == 0 }) {
		t.Errorf("%+v is still pending", left)
	}
}

func waitFor(met func() bool) bool {
	late := time.After(10 * time.Second)
	for !met() {
		select {
		case <-late:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	return true
}

func TestAnAddressIsTriedAgainWithTheSameID(t *testing.T) {
	to := newReceiver(t, 503, 429, 500, 200)
	s := newSender(t, toURL(to.URL))
	if r := s.tell(t, failedEvent("a")); r.Result != Delivered {
		t.Fatalf("%+v", r)
	}
	for _, e := range to.bodies {
		if e.ID != "a" {
			t.Errorf("it was sent with the ID %q", e.ID)
		}
	}
	var waits []time.Duration
	for len(s.waits) > 0 {
		waits = append(waits, <-s.waits)
	}
	if want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(waits, want) {
		t.Errorf("it waited %v, want %v", waits, want)
	}
}

func TestAnAddressIsGivenUpAfterADay(t *testing.T) {
	to := newReceiver(t, 500)
	s := newSender(t, toURL(to.URL))
	if r := s.tell(t, failedEvent("a")); r.Result != Failed || !strings.Contains(r.Why, "status 500") {
		t.Errorf("%+v", r)
	}
	if n := len(to.got); n < 200 || n > 400 { // every 5 minutes
		t.Errorf("it was sent %d times", n)
	}
}

func TestARefusedEventIsNotSentAgain(t *testing.T) {
	for _, status := range []int{400, 401, 404, 302} {
		to := newReceiver(t, status)
		s := newSender(t, toURL(to.URL))
		if r := s.tell(t, failedEvent("a")); r.Result != Failed || len(to.got) != 1 {
			t.Errorf("%d: %+v after %d requests", status, r, len(to.got))
		}
	}
}

func TestADeadHookHoldsUpNoOther(t *testing.T) {
	dead, alive := newReceiver(t, 503), newReceiver(t, 200)
	s := newSender(t, toURL(dead.URL), toURL(alive.URL))
	s.Add(s.Plan([]event.Event{failedEvent("a"), failedEvent("b")}))
	if !waitFor(func() bool {
		alive.mu.Lock()
		defer alive.mu.Unlock()
		return len(alive.bodies) == 2
	}) {
		t.Fatal("the other hook waits")
	}
	if alive.bodies[0].ID != "a" || alive.bodies[1].ID != "b" {
		t.Errorf("%+v", alive.bodies)
	}
}

func TestOnlyWantedEventsAreSentAndWhatWaitsIsKept(t *testing.T) {
	h := toURL("http://127.0.0.1:1")
	s := New(Options{Hooks: []Hook{h}, Now: time.Now, Getenv: os.Getenv})
	covered := failedEvent("b")
	covered.Kind = event.Covered
	s.Add(s.Plan([]event.Event{failedEvent("a"), covered}))
	pending := s.Pending()
	if len(pending) != 1 || pending[0].Event.ID != "a" {
		t.Fatalf("%+v", pending)
	}
	h.On = []string{"failed", "ended"} // changed in the config before the next start
	next := New(Options{Hooks: []Hook{h}, Now: time.Now, Getenv: os.Getenv})
	next.Add(append(pending, Delivery{Hook: "removed", Event: covered}))
	if got := next.Pending(); len(got) != 1 || got[0].Event.ID != "a" {
		t.Errorf("after a restart %+v waits", got)
	}
	for i := range 2 * maxQueue {
		next.Add(next.Plan([]event.Event{failedEvent(fmt.Sprint(i))}))
	}
	if got := next.Pending(); len(got) != maxQueue || got[0].Event.ID != "a" {
		t.Errorf("%d wait, the first is %q", len(got), got[0].Event.ID)
	}
}

func TestAProgramGetsTheEventAndNoToken(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("VPS_API_TOKEN", "vps_verysecret")
	t.Setenv("OTHER_TOKEN", "vps_verysecret")
	out := filepath.Join(dir, "out")
	s := newSender(t, program("sh", "-c", `cat > "$0"; env >> "$0"; echo vps_verysecret; exit 0`, out))
	if r := s.tell(t, failedEvent("a")); r.Result != Delivered {
		t.Fatalf("%+v", r)
	}
	text, err := os.ReadFile(out)
	first, env, _ := strings.Cut(string(text), "\n")
	var e event.Event
	if err != nil || json.Unmarshal([]byte(first), &e) != nil || e.ID != "a" {
		t.Errorf("it got %q, %v", first, err)
	}
	if strings.Contains(env, "verysecret") || !strings.Contains(env, "PATH=") {
		t.Errorf("its environment is %s", env)
	}
}

func program(args ...string) Hook {
	return Hook{On: []string{"failed"}, Run: args, Timeout: 5 * time.Second}
}

func TestAProgramIsNotRunAgain(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	slow := program("sh", "-c", "sleep 600 & sleep 600")
	slow.Timeout = 100 * time.Millisecond
	for want, h := range map[string]Hook{
		"it exited with code 3":            program("sh", "-c", `echo >> "$0"; exit 3`, runs),
		"it was killed by a signal":        program("sh", "-c", "kill -9 $$"),
		"there is no such program":         program("no-such-program"),
		"it did not finish within 0 s":     slow,
		"it cannot be started: permission": program(t.TempDir()),
	} {
		s := newSender(t, h)
		if r := s.tell(t, failedEvent("a")); r.Result != Failed || !strings.HasPrefix(r.Why, want) {
			t.Errorf("%+v, want %q", r, want)
		}
		s.stop()
	}
	if text, err := os.ReadFile(runs); err != nil || len(text) != 1 {
		t.Errorf("it was run %d times, %v", len(text), err)
	}
}

func TestWhatWaitsStaysWhenItEnds(t *testing.T) {
	to := newReceiver(t, 503)
	s := newSender(t, toURL(to.URL))
	s.Add(s.Plan([]event.Event{failedEvent("a")}))
	<-s.waits
	s.stop()
	if left := s.Pending(); len(left) != 1 || left[0].Event.ID != "a" {
		t.Errorf("%+v", left)
	}
}

// systemd ends the programs of hooks together with vpsdeck.
func TestAProgramThatIsEndedWithVpsdeckIsKept(t *testing.T) {
	pid := filepath.Join(t.TempDir(), "pid")
	s := newSender(t, program("sh", "-c", `echo $$ > "$0.new"; mv "$0.new" "$0"; exec sleep 600`, pid))
	s.Add(s.Plan([]event.Event{failedEvent("a"), failedEvent("b")}))
	var text []byte
	if !waitFor(func() (started bool) {
		var err error
		text, err = os.ReadFile(pid)
		return err == nil
	}) {
		t.Fatal("the program does not start")
	}
	s.cancel()
	number, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(number)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.stop()
	if left := s.Pending(); len(left) != 2 || left[0].Event.ID != "a" {
		t.Errorf("%+v is left", left)
	}
	if len(s.reports) > 0 {
		t.Errorf("it reports %+v", <-s.reports)
	}
}

func TestSecretsComeFromAFileThatOthersCannotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	h := Hook{Header: "Authorization", HeaderFile: path, URL: "https://x.example"}
	for mode, c := range map[os.FileMode]struct{ text, want string }{
		0o600: {secretValue + "\n", ""},
		0o644: {secretValue, "is open to others"},
		0o400: {"two\nlines", "more than one line"},
		0o440: {"  \n", "is empty"},
		0o700: {"Bearer vps_verysecret", "an API token, which is sent to the API only"},
	} {
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		why := h.CheckSource(os.Getenv)
		if c.want == "" && why != "" || !strings.Contains(why, c.want) || strings.Contains(why, "verysecret") {
			t.Errorf("mode %o: %q, want %q", mode, why, c.want)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if why := h.CheckSource(os.Getenv); !strings.Contains(why, "no such file") {
		t.Errorf("without the file: %q", why)
	}
}

func TestHooksAreChecked(t *testing.T) {
	ok := Hook{On: []string{"failed"}, Run: []string{"mail"}, Timeout: DefaultTimeout}
	if why := ok.Check(); why != "" {
		t.Error(why)
	}
	toURL := func(h *Hook, url, header string) { h.Run, h.URL, h.Header = nil, url, header }
	const address = "https://x.example"
	for want, change := range map[string]func(*Hook){
		"on is missing":                     func(h *Hook) { h.On = nil },
		"did you mean failed":               func(h *Hook) { h.On = []string{"faild"} },
		"run and url exclude each other":    func(h *Hook) { h.URL = "https://x.example" },
		"run or url is missing":             func(h *Hook) { h.Run = nil },
		"run names no program":              func(h *Hook) { h.Run = []string{""} },
		"are for a url":                     func(h *Hook) { h.Header = "X" },
		"timeout must be":                   func(h *Hook) { h.Timeout = time.Hour },
		"would be unencrypted":              func(h *Hook) { toURL(h, "http://x.example/secret", "") },
		"is not an address":                 func(h *Hook) { toURL(h, "secret", "") },
		"a user name or a password":         func(h *Hook) { toURL(h, "https://u:secret@x.example", "") },
		"has a # part":                      func(h *Hook) { toURL(h, "https://x.example/#secret", "") },
		"header is missing":                 func(h *Hook) { toURL(h, address, ""); h.HeaderEnv = "X" },
		"has one source":                    func(h *Hook) { toURL(h, address, "X") },
		`header cannot be "Content-Length"`: func(h *Hook) { toURL(h, address, "Content-Length") },
	} {
		h := ok
		change(&h)
		if why := h.Check(); !strings.Contains(why, want) || strings.Contains(why, "secret") {
			t.Errorf("%q, want %q", why, want)
		}
	}
	local := Hook{On: []string{"ended"}, URL: "http://localhost:8080/x", Timeout: DefaultTimeout}
	if why := local.Check(); why != "" || local.Name() != "localhost:8080" {
		t.Errorf("%q, %q", why, local.Name())
	}
}
