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

// faultInjector is what lies between the program and its account: requests and answers get lost, garbled, refused and late, by
// chance. The chance depends on the seed, on what is asked for and how often it was, and on the time, so that a soak with
// the same seed goes the same way as far as the order of requests allows it.
type faultInjector struct {
	account   http.Handler
	simulated *sim.Account     // the account, for its quirks and its own journal
	now       func() time.Time // the account's clock
	seed      uint64
	audit     *auditLog

	mu            sync.Mutex
	disabled      bool             // nothing happens any more
	droppedAgents map[string]bool  // the user agents of programs that have ended: what they still send has not been sent
	requestCounts map[string]int   // by method and endpoint
	delayed       []delayedRequest // deeds that are carried out after their answer
	quirks        sim.Quirks       // the account's, now
	quirkChanges  int              // how often they changed
}

// delayedRequest is a deed that a gateway has given up, and that reaches the account all the same.
type delayedRequest struct {
	due     time.Time
	execute func()
}

// faultKind is what befalls a request.
type faultKind int

const (
	noFault faultKind = iota
	cutBefore
	cutAfter        // it is carried out
	cutInBody       // it is carried out
	garbledBody     // it is carried out
	rateLimited     // 429
	serverError     // 500
	gatewayError    // 502 to 504
	gatewayExecuted // 502 to 504, and it is carried out
	gatewayDelayed  // 504, and it is carried out later
	unauthorized    // 401
)

var faultNames = map[faultKind]string{
	noFault: "fair", cutBefore: "cut before", cutAfter: "cut after", cutInBody: "cut in the body", garbledBody: "garbled",
	rateLimited: "429", serverError: "500", gatewayError: "502", gatewayExecuted: "503, and done", gatewayDelayed: "504, and done later",
	unauthorized: "401",
}

func (f faultKind) String() string { return faultNames[f] }

// faultRates are how often each fate comes, of a thousand. The rest is fair.
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

// inBurst says whether the time is one of storms, which last for two minutes.
func (w *faultInjector) inBurst() bool { return w.randomFor(fmt.Sprint(w.now().Unix()/120))%10 == 0 }

func (w *faultInjector) randomFor(what string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, w.seed, what)
	n := h.Sum64() // FNV mixes its last bytes too little
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	return n ^ n>>33
}

// nextFault is the fate of the next request of a kind.
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

// How late things are at most. A deed whose answer was lost counts as not seen by lists that were asked for up to half a
// minute after the loss: what a gateway carries out later than that can be missed, and nothing else.
const (
	maxCallDelay      = 30 * time.Second // a call on its way, or its answer
	maxExecutionDelay = 15 * time.Second // what a gateway has given up
)

// callDelays are how long a call takes to leave, and its answer to come back.
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

// disable ends the weather.
func (w *faultInjector) disable() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disabled = true
	w.quirks = sim.Quirks{}
	w.simulated.SetQuirks(w.quirks)
}

// dropAgent has nothing more come of a program that has ended.
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

// nextDue is when the next of what comes late is due.
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

// executeDue carries out what has come late.
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

// requestKind is a request without its ids.
func requestKind(what string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, what)
}

// applyFault lets the fate have its way. To cut is to panic with http.ErrAbortHandler.
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

// writeAnswer hands on the account's answer, or what is left of it.
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

// executeLater carries a deed out a moment from now.
func (w *faultInjector) executeLater(carry func() *httptest.ResponseRecorder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := time.Duration(w.randomFor(fmt.Sprint("late", w.now())) % uint64(maxExecutionDelay))
	w.delayed = append(w.delayed, delayedRequest{w.now().Add(wait), func() { carry() }})
}
