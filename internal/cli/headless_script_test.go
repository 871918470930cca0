//go:build unix

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"vpsdeck/api/sim"
	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// scriptClockVar names the variable with the URL of the virtual clock. It is set when a script
// starts the test binary as vpsdeck.
const scriptClockVar = "VPSDECK_TEST_CLOCK"

func init() { // before TestMain, which would build the program again
	if address := os.Getenv(scriptClockVar); address != "" && filepath.Base(os.Args[0]) == "vpsdeck" {
		clock := newVirtualClock(address)
		err := executeWithTiming(context.Background(), os.Args[1:],
			timing{clock: clock, wait: clock.Wait, completionTimeout: time.Minute})
		if message := model.ErrorMessage(err); message != "" {
			_, _ = fmt.Fprintln(os.Stderr, "vpsdeck: "+message)
		}
		os.Exit(int(settings.CodeOf(err)))
	}
}

// virtualClock starts at the account's time. A wait takes no time: it advances this clock and the
// account's instead.
type virtualClock struct {
	address  string
	offset   time.Duration // from the real time
	advanced atomic.Int64
}

func newVirtualClock(address string) *virtualClock {
	c := &virtualClock{address: address}
	resp, err := http.Get(address)
	if err != nil {
		return c
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	if start, err := time.Parse(time.RFC3339Nano, string(text)); err == nil {
		c.offset = time.Until(start)
	}
	return c
}

func (c *virtualClock) Now() time.Time {
	return time.Now().Add(c.offset + time.Duration(c.advanced.Load()))
}

func (c *virtualClock) Wait(ctx context.Context, d time.Duration) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.address+"?for="+url.QueryEscape(d.String()), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	c.advanced.Add(int64(d))
	return resp.Body.Close()
}

func (c *virtualClock) Tick(d time.Duration, message func(time.Time) tea.Msg) tea.Cmd {
	return func() tea.Msg {
		if c.Wait(context.Background(), d) != nil {
			return nil
		}
		return message(c.Now())
	}
}

// scriptEnv is the account that a script uses.
type scriptEnv struct {
	account   *sim.Account
	url       string
	clock     *sim.Clock
	heldWaits chan struct{} // receives one value for each held wait

	mu        sync.Mutex
	holdWaits bool // waits do not end
}

// ServeHTTP is the virtual clock: it returns the time, or advances the clock instead of waiting.
func (s *scriptEnv) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if !r.URL.Query().Has("for") { // asks for the time
		_, _ = io.WriteString(rw, s.clock.Now().Format(time.RFC3339Nano))
		return
	}
	d, err := time.ParseDuration(r.URL.Query().Get("for"))
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	hold := s.holdWaits
	s.mu.Unlock()
	if hold {
		s.heldWaits <- struct{}{}
		<-r.Context().Done()
		return
	}
	s.clock.Advance(d)
}

// countRequests counts the requests with a method and a path, such as "POST /snapshots/".
func (s *scriptEnv) countRequests(what string) int {
	n := 0
	for _, r := range s.account.Requests() {
		if r.Method+" "+r.Path == what {
			n++
		}
	}
	return n
}

// Each script runs commands without a screen, on an account of the documents' day.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		Setup:         scriptSetup,
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "", // updates the expected outputs in the scripts
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits, "asked": scriptRequests, "fault": scriptFault, "later": scriptAdvance,
			"hold": scriptHold, "waiting": scriptWaiting,
			"watching": scriptWatching,
			"expand":   scriptExpand, "lockjournal": scriptLockJournal,
		},
	})
}

func scriptSetup(env *testscript.Env) error {
	clock := sim.NewSteppedClock(time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC))
	s := &scriptEnv{account: sim.New(sim.Options{Seed: 1, Clock: clock}), clock: clock,
		heldWaits: make(chan struct{}, 1)}
	server, err := sim.Listen("127.0.0.1:0", s.account)
	if err != nil {
		return err
	}
	s.url = server.URL()
	env.Defer(server.Close)
	waits := httptest.NewServer(s)
	env.Defer(waits.Close)

	self, err := os.Executable()
	bin := filepath.Join(env.WorkDir, ".bin")
	if err := errors.Join(err, os.Mkdir(bin, 0o700), os.Symlink(self, filepath.Join(bin, "vpsdeck"))); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"PATH": bin + string(filepath.ListSeparator) + env.Getenv("PATH"), "HOME": env.WorkDir,
		scriptClockVar: waits.URL,
		"VPS_API_URL":  server.URL(), "VPS_API_TOKEN": "vps_demo",
	} {
		env.Setenv(name, value)
	}
	env.Values["script"] = s
	return nil
}

// expand FROM TO: copies a file, replacing ${URL} by the account's URL.
func scriptExpand(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "${URL}", scriptEnvOf(ts).url)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// lockjournal: another program holds the journal's lock until the script ends.
func scriptLockJournal(ts *testscript.TestScript, _ bool, _ []string) {
	path := ts.MkAbs(".local/state/vpsdeck/journal.jsonl.lock")
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o700))
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	ts.Check(err)
	ts.Check(syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	ts.Defer(func() { _ = f.Close() })
}

func scriptEnvOf(ts *testscript.TestScript) *scriptEnv { return ts.Value("script").(*scriptEnv) }

// exits CODE ARGUMENT...: vpsdeck exits with that code, and prints no token and no raw error.
func scriptExits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec("vpsdeck", args[1:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s\n%s%s", code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
	for _, never := range []string{"vps_demo", "strconv", "goroutine", "dial tcp", "%!"} {
		if text := ts.ReadFile("stdout") + ts.ReadFile("stderr"); strings.Contains(text, never) {
			ts.Fatalf("%q is in the output:\n%s", never, text)
		}
	}
}

// asked N 'METHOD PATH': the account has received N such requests.
func scriptRequests(ts *testscript.TestScript, _ bool, args []string) {
	if n := scriptEnvOf(ts).countRequests(args[1]); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%s was received %d times, want %s", args[1], n, args[0])
	}
}

// fault 'METHOD PATH: FAULT' or fault none: injects a fault, or clears all.
func scriptFault(ts *testscript.TestScript, _ bool, args []string) {
	if args[0] == "none" {
		scriptEnvOf(ts).account.ClearFaults()
		return
	}
	fault, err := sim.ParseFault(args[0])
	ts.Check(err)
	scriptEnvOf(ts).account.Inject(fault)
}

// later DURATION: advances the account's clock.
func scriptAdvance(ts *testscript.TestScript, _ bool, args []string) {
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	scriptEnvOf(ts).clock.Advance(d)
}

// hold: from now on waits do not end.
func scriptHold(ts *testscript.TestScript, _ bool, _ []string) {
	s := scriptEnvOf(ts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holdWaits = true
}

// watching: blocks until the program in the background has read all lists, and has told what it
// watches.
func scriptWatching(ts *testscript.TestScript, _ bool, _ []string) {
	pattern := filepath.Join(ts.MkAbs(".local/state/vpsdeck"), "events-*.json")
	for late := time.After(time.Minute); ; {
		files, err := filepath.Glob(pattern)
		ts.Check(err)
		if len(files) > 0 {
			ts.Check(os.Remove(files[0])) // the next program writes it again
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-late: // only a guard: it takes milliseconds
			ts.Fatalf("the program has written no file")
		}
	}
}

// waiting: blocks until the program in the background waits.
func scriptWaiting(ts *testscript.TestScript, _ bool, _ []string) {
	select {
	case <-scriptEnvOf(ts).heldWaits:
	case <-time.After(time.Minute): // only a guard: it takes milliseconds
		ts.Fatalf("the program does not wait")
	}
}
