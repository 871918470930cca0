package ui_test

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"vpsdeck/api/sim"
)

// faultInjector stands between the program and its account: it loses, garbles, refuses and delays requests and answers at random. The choice depends on the seed, the request, its count and the time. A soak with the same seed therefore runs alike, as far as the order of requests allows it.
type faultInjector struct {
	account   http.Handler
	simulated *sim.Account     // the account, for its quirks and its own journal
	now       func() time.Time // the account's clock
	seed      uint64
	audit     *auditLog

	mu            sync.Mutex
	disabled      bool             // no more faults
	droppedAgents map[string]bool  // user agents of ended programs; their requests are dropped
	requestCounts map[string]int   // by method and endpoint
	delayed       []delayedRequest // actions that are executed after their answer
	quirks        sim.Quirks       // the account's current ones
	quirkChanges  int              // how often they changed
}

// delayedRequest is an action that a gateway has given up, but that still reaches the account.
type delayedRequest struct {
	due     time.Time
	execute func()
}

// faultKind is what happens to a request.
type faultKind int

const (
	noFault faultKind = iota
	cutBefore
	cutAfter        // executed
	cutInBody       // executed
	garbledBody     // executed
	rateLimited     // 429
	serverError     // 500
	gatewayError    // 502 to 504
	gatewayExecuted // 502 to 504, executed
	gatewayDelayed  // 504, executed later
	unauthorized    // 401
)

var faultNames = map[faultKind]string{
	noFault: "no fault", cutBefore: "cut before", cutAfter: "cut after", cutInBody: "cut in the body", garbledBody: "garbled",
	rateLimited: "429", serverError: "500", gatewayError: "502", gatewayExecuted: "503, and done", gatewayDelayed: "504, and done later",
	unauthorized: "401",
}

func (f faultKind) String() string { return faultNames[f] }

// faultRates are how often each fault occurs, per thousand requests.
type faultRates map[faultKind]int

var (
	readRates = faultRates{
		cutBefore: 25, cutAfter: 25, cutInBody: 20, garbledBody: 15, rateLimited: 15, serverError: 15, gatewayError: 30, unauthorized: 3,
	}
	actionRates = faultRates{
		cutBefore: 50, cutAfter: 60, cutInBody: 50, garbledBody: 50, rateLimited: 20, serverError: 20, gatewayError: 50, gatewayExecuted: 50,
		gatewayDelayed: 50, unauthorized: 10,
	}
	burstRates = faultRates{
		cutBefore: 250, cutAfter: 100, cutInBody: 100, garbledBody: 100, rateLimited: 50, serverError: 50, gatewayError: 150,
		gatewayExecuted: 100, gatewayDelayed: 50, unauthorized: 5,
	}
)

// inBurst reports whether this is a burst of faults. A burst lasts two minutes.
func (w *faultInjector) inBurst() bool { return w.randomFor(fmt.Sprint(w.now().Unix()/120))%10 == 0 }

func (w *faultInjector) randomFor(what string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, w.seed, what)
	n := h.Sum64() // FNV mixes its last bytes too little
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	return n ^ n>>33
}

// nextFault returns the fault of the next request of a kind.
func (w *faultInjector) nextFault(kind string) faultKind {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requestCounts[kind]++
	if w.disabled {
		return noFault
	}
	chances := readRates
	switch {
	case w.inBurst():
		chances = burstRates
	case !strings.HasPrefix(kind, http.MethodGet):
		chances = actionRates
	}
	n := int(w.randomFor(fmt.Sprint(kind, w.requestCounts[kind])) % 1000)
	for f := cutBefore; f <= unauthorized; f++ {
		if n -= chances[f]; n < 0 {
			return f
		}
	}
	return noFault
}

// The longest delays. An action with a lost answer counts as not seen if lists requested up to half a minute after the loss do not show it. Only what a gateway executes later than that can be missed.
const (
	maxCallDelay      = 30 * time.Second // of a request, or of its answer
	maxExecutionDelay = 15 * time.Second // of what a gateway has given up
)

// callDelays returns the delays of a request and of its answer.
func (w *faultInjector) callDelays(endpoint string) (there, back time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requestCounts[endpoint]++
	some := func(way string) time.Duration {
		n := w.randomFor(fmt.Sprint(way, endpoint, w.requestCounts[endpoint]))
		if w.disabled || n%20 != 0 {
			return 0
		}
		return time.Duration(n / 20 % uint64(maxCallDelay))
	}
	return some("there"), some("back")
}

// disable ends all faults and quirks.
func (w *faultInjector) disable() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disabled = true
	w.quirks = sim.Quirks{}
	w.simulated.SetQuirks(w.quirks)
}

// dropAgent drops the requests of an ended program from now on.
func (w *faultInjector) dropAgent(agent string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.droppedAgents[agent] = true
}

func (w *faultInjector) isDropped(agent string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.droppedAgents[agent]
}

// nextDue returns when the next delayed request is due.
func (w *faultInjector) nextDue() (due time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.delayed {
		if !ok || b.due.Before(due) {
			due, ok = b.due, true
		}
	}
	return due, ok
}

// executeDue executes the delayed requests that are due.
func (w *faultInjector) executeDue() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []delayedRequest
	for _, b := range w.delayed {
		if b.due.After(w.now()) {
			left = append(left, b)
			continue
		}
		b.execute()
	}
	w.delayed = left
}

func (w *faultInjector) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.updateQuirks()
	w.executeDue()
	if w.isDropped(r.UserAgent()) {
		panic(http.ErrAbortHandler)
	}
	body, _ := io.ReadAll(r.Body)
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	fate := w.nextFault(requestKind(what))
	w.audit.note(w.now(), "%s asks: %s %s %s: %s", r.UserAgent(), what, r.URL.RawQuery, body, fate)
	var sent *sentAction
	if r.Method != http.MethodGet {
		sent = w.audit.addRequest(r.UserAgent(), what, string(body))
	}
	carry := func() *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		w.account.ServeHTTP(answer, again)
		if sent != nil {
			w.audit.note(w.now(), "account: %d for %s %s", answer.Code, what, body)
			w.audit.addResponse(w.now(), sent, answer.Code, answer.Body.Bytes())
		}
		return answer
	}
	w.applyFault(fate, rw, carry)
}

// requestKind returns a request without its IDs.
func requestKind(what string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, what)
}

// applyFault answers a request as its fault says. It panics with http.ErrAbortHandler to cut the connection.
func (w *faultInjector) applyFault(f faultKind, rw http.ResponseWriter, carry func() *httptest.ResponseRecorder) {
	rw.Header().Set("Date", w.now().UTC().Format(http.TimeFormat))
	status := map[faultKind]int{rateLimited: 429, serverError: 500, gatewayError: 502, gatewayExecuted: 503, gatewayDelayed: 504, unauthorized: 401}[f]
	var answer *httptest.ResponseRecorder
	switch f {
	case cutBefore:
		panic(http.ErrAbortHandler)
	case gatewayDelayed:
		w.executeLater(carry)
	case noFault, cutAfter, cutInBody, garbledBody, gatewayExecuted:
		answer = carry()
	}
	switch {
	case f == cutAfter:
		panic(http.ErrAbortHandler)
	case f == rateLimited:
		rw.Header().Set("Retry-After", "3")
		fallthrough
	case status != 0:
		rw.WriteHeader(status)
	default:
		writeAnswer(f, rw, answer)
	}
}

// writeAnswer writes the account's answer, damaged as the fault says.
func writeAnswer(f faultKind, rw http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		rw.Header()[name] = values
	}
	body := answer.Body.Bytes()
	if f == garbledBody && len(body) > 0 {
		body = bytes.Repeat([]byte{'{'}, len(body))
	}
	rw.WriteHeader(answer.Code)
	if f != cutInBody {
		_, _ = rw.Write(body)
		return
	}
	_, _ = rw.Write(body[:len(body)/2])
	_ = http.NewResponseController(rw).Flush()
	panic(http.ErrAbortHandler)
}

// executeLater executes an action a moment from now.
func (w *faultInjector) executeLater(carry func() *httptest.ResponseRecorder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := time.Duration(w.randomFor(fmt.Sprint("late", w.now())) % uint64(maxExecutionDelay))
	w.delayed = append(w.delayed, delayedRequest{w.now().Add(wait), func() { carry() }})
}
