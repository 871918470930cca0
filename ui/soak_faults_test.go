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

// faultInjector stands between the program and its account: it loses, garbles, refuses and delays
// requests and answers at random. The choice depends on the seed, the request, its count and the
// time. A soak with the same seed therefore runs alike, as far as the order of requests allows it.
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
	noFault: "no fault", cutBefore: "cut before", cutAfter: "cut after", cutInBody: "cut in the body",
	garbledBody: "garbled",
	rateLimited: "429", serverError: "500", gatewayError: "502", gatewayExecuted: "503, and done",
	gatewayDelayed: "504, and done later",
	unauthorized:   "401",
}

func (f faultKind) String() string { return faultNames[f] }

// faultRates are how often each fault occurs, per thousand requests.
type faultRates map[faultKind]int

var (
	readRates = faultRates{
		cutBefore: 25, cutAfter: 25, cutInBody: 20, garbledBody: 15, rateLimited: 15, serverError: 15, gatewayError: 30,
		unauthorized: 3,
	}
	actionRates = faultRates{
		cutBefore: 50, cutAfter: 60, cutInBody: 50, garbledBody: 50, rateLimited: 20, serverError: 20, gatewayError: 50,
		gatewayExecuted: 50,
		gatewayDelayed:  50, unauthorized: 10,
	}
	burstRates = faultRates{
		cutBefore: 250, cutAfter: 100, cutInBody: 100, garbledBody: 100, rateLimited: 50, serverError: 50,
		gatewayError:    150,
		gatewayExecuted: 100, gatewayDelayed: 50, unauthorized: 5,
	}
)

// inBurst reports whether this is a burst of faults. A burst lasts two minutes.
func (i *faultInjector) inBurst() bool { return i.randomFor(fmt.Sprint(i.now().Unix()/120))%10 == 0 }

func (i *faultInjector) randomFor(what string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, i.seed, what)
	n := h.Sum64() // FNV mixes its last bytes too little
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	return n ^ n>>33
}

// nextFault returns the fault of the next request of a kind.
func (i *faultInjector) nextFault(kind string) faultKind {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requestCounts[kind]++
	if i.disabled {
		return noFault
	}
	chances := readRates
	switch {
	case i.inBurst():
		chances = burstRates
	case !strings.HasPrefix(kind, http.MethodGet):
		chances = actionRates
	}
	n := int(i.randomFor(fmt.Sprint(kind, i.requestCounts[kind])) % 1000)
	for f := cutBefore; f <= unauthorized; f++ {
		if n -= chances[f]; n < 0 {
			return f
		}
	}
	return noFault
}

// The longest delays. An action with a lost answer counts as not seen if lists requested up to half
// a minute after the loss do not show it. Only what a gateway executes later than that can be
// missed.
const (
	maxCallDelay      = 30 * time.Second // of a request, or of its answer
	maxExecutionDelay = 15 * time.Second // of what a gateway has given up
)

// callDelays returns the delays of a request and of its answer.
func (i *faultInjector) callDelays(endpoint string) (there, back time.Duration) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requestCounts[endpoint]++
	some := func(direction string) time.Duration {
		n := i.randomFor(fmt.Sprint(direction, endpoint, i.requestCounts[endpoint]))
		if i.disabled || n%20 != 0 {
			return 0
		}
		return time.Duration(n / 20 % uint64(maxCallDelay))
	}
	return some("there"), some("back")
}

// disable ends all faults and quirks.
func (i *faultInjector) disable() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.disabled = true
	i.quirks = sim.Quirks{}
	i.simulated.SetQuirks(i.quirks)
}

// dropAgent drops the requests of an ended program from now on.
func (i *faultInjector) dropAgent(agent string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.droppedAgents[agent] = true
}

func (i *faultInjector) isDropped(agent string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.droppedAgents[agent]
}

// nextDue returns when the next delayed request is due.
func (i *faultInjector) nextDue() (due time.Time, ok bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, b := range i.delayed {
		if !ok || b.due.Before(due) {
			due, ok = b.due, true
		}
	}
	return due, ok
}

// executeDue executes the delayed requests that are due.
func (i *faultInjector) executeDue() {
	i.mu.Lock()
	defer i.mu.Unlock()
	var left []delayedRequest
	for _, b := range i.delayed {
		if b.due.After(i.now()) {
			left = append(left, b)
			continue
		}
		b.execute()
	}
	i.delayed = left
}

func (i *faultInjector) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	i.updateQuirks()
	i.executeDue()
	if i.isDropped(r.UserAgent()) {
		panic(http.ErrAbortHandler)
	}
	body, _ := io.ReadAll(r.Body)
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	fault := i.nextFault(requestKind(what))
	i.audit.note(i.now(), "%s asks: %s %s %s: %s", r.UserAgent(), what, r.URL.RawQuery, body, fault)
	var sent *sentAction
	if r.Method != http.MethodGet {
		sent = i.audit.addRequest(r.UserAgent(), what, string(body))
	}
	execute := func() *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		i.account.ServeHTTP(answer, again)
		if sent != nil {
			i.audit.note(i.now(), "account: %d for %s %s", answer.Code, what, body)
			i.audit.addResponse(i.now(), sent, answer.Code, answer.Body.Bytes())
		}
		return answer
	}
	i.applyFault(fault, rw, execute)
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

// applyFault answers a request as its fault says. It panics with http.ErrAbortHandler to cut the
// connection.
func (i *faultInjector) applyFault(f faultKind, rw http.ResponseWriter, execute func() *httptest.ResponseRecorder) {
	rw.Header().Set("Date", i.now().UTC().Format(http.TimeFormat))
	status := map[faultKind]int{rateLimited: 429, serverError: 500, gatewayError: 502, gatewayExecuted: 503,
		gatewayDelayed: 504, unauthorized: 401}[f]
	var answer *httptest.ResponseRecorder
	switch f {
	case cutBefore:
		panic(http.ErrAbortHandler)
	case gatewayDelayed:
		i.executeLater(execute)
	case noFault, cutAfter, cutInBody, garbledBody, gatewayExecuted:
		answer = execute()
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
func (i *faultInjector) executeLater(execute func() *httptest.ResponseRecorder) {
	i.mu.Lock()
	defer i.mu.Unlock()
	wait := time.Duration(i.randomFor(fmt.Sprint("late", i.now())) % uint64(maxExecutionDelay))
	i.delayed = append(i.delayed, delayedRequest{i.now().Add(wait), func() { execute() }})
}
