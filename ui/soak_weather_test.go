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

// weather is what lies between the program and its account: requests and answers get lost, garbled, refused and late, by
// chance. The chance depends on the seed, on what is asked for and how often it was, and on the time, so that a soak with
// the same seed goes the same way as far as the order of requests allows it.
type weather struct {
	account   http.Handler
	simulated *sim.Account     // the account, for its quirks and its own journal
	now       func() time.Time // the account's clock
	seed      uint64
	ledger    *ledger

	mu     sync.Mutex
	calm   bool            // nothing happens any more
	dead   map[string]bool // the user agents of programs that have ended: what they still send has not been sent
	asked  map[string]int  // by method and endpoint
	behind []belated       // deeds that are carried out after their answer
	quirks sim.Quirks      // the account's, now
	turned int             // how often they changed
}

// belated is a deed that a gateway has given up, and that reaches the account all the same.
type belated struct {
	due   time.Time
	carry func()
}

// fate is what befalls a request.
type fate int

const (
	fair fate = iota
	cutBefore
	cutAfter   // it is carried out
	cutInBody  // it is carried out
	garbled    // it is carried out
	refusedNow // 429
	broken     // 500
	gateway    // 502 to 504
	gatewayHad // 502 to 504, and it is carried out
	gatewayYet // 504, and it is carried out later
	shutOut    // 401
)

var fateNames = map[fate]string{
	fair: "fair", cutBefore: "cut before", cutAfter: "cut after", cutInBody: "cut in the body", garbled: "garbled",
	refusedNow: "429", broken: "500", gateway: "502", gatewayHad: "503, and done", gatewayYet: "504, and done later",
	shutOut: "401",
}

func (f fate) String() string { return fateNames[f] }

// odds are how often each fate comes, of a thousand. The rest is fair.
type odds map[fate]int

var (
	readOdds = odds{
		cutBefore: 25, cutAfter: 25, cutInBody: 20, garbled: 15, refusedNow: 15, broken: 15, gateway: 30, shutOut: 3,
	}
	deedOdds = odds{
		cutBefore: 50, cutAfter: 60, cutInBody: 50, garbled: 50, refusedNow: 20, broken: 20, gateway: 50, gatewayHad: 50,
		gatewayYet: 50, shutOut: 10,
	}
	stormOdds = odds{
		cutBefore: 250, cutAfter: 100, cutInBody: 100, garbled: 100, refusedNow: 50, broken: 50, gateway: 150,
		gatewayHad: 100, gatewayYet: 50, shutOut: 5,
	}
)

// stormy says whether the time is one of storms, which last for two minutes.
func (w *weather) stormy() bool { return w.draw(fmt.Sprint(w.now().Unix()/120))%10 == 0 }

func (w *weather) draw(what string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, w.seed, what)
	n := h.Sum64() // FNV mixes its last bytes too little
	n ^= n >> 33
	n *= 0xff51afd7ed558ccd
	return n ^ n>>33
}

// next is the fate of the next request of a kind.
func (w *weather) next(kind string) fate {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[kind]++
	if w.calm {
		return fair
	}
	chances := readOdds
	switch {
	case w.stormy():
		chances = stormOdds
	case !strings.HasPrefix(kind, http.MethodGet):
		chances = deedOdds
	}
	n := int(w.draw(fmt.Sprint(kind, w.asked[kind])) % 1000)
	for f := cutBefore; f <= shutOut; f++ {
		if n -= chances[f]; n < 0 {
			return f
		}
	}
	return fair
}

// How late things are at most. A deed whose answer was lost counts as not seen by lists that were asked for up to half a
// minute after the loss: what a gateway carries out later than that can be missed, and nothing else.
const (
	slowest  = 30 * time.Second // a call on its way, or its answer
	mostLate = 15 * time.Second // what a gateway has given up
)

// delays are how long a call takes to leave, and its answer to come back.
func (w *weather) delays(endpoint string) (there, back time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[endpoint]++
	some := func(way string) time.Duration {
		n := w.draw(fmt.Sprint(way, endpoint, w.asked[endpoint]))
		if w.calm || n%20 != 0 {
			return 0
		}
		return time.Duration(n / 20 % uint64(slowest))
	}
	return some("there"), some("back")
}

// clear ends the weather.
func (w *weather) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calm = true
	w.quirks = sim.Quirks{}
	w.simulated.SetQuirks(w.quirks)
}

// bury has nothing more come of a program that has ended.
func (w *weather) bury(agent string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead[agent] = true
}

func (w *weather) isDead(agent string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead[agent]
}

// nextDue is when the next of what comes late is due.
func (w *weather) nextDue() (due time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.behind {
		if !ok || b.due.Before(due) {
			due, ok = b.due, true
		}
	}
	return due, ok
}

// catchUp carries out what has come late.
func (w *weather) catchUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []belated
	for _, b := range w.behind {
		if b.due.After(w.now()) {
			left = append(left, b)
			continue
		}
		b.carry()
	}
	w.behind = left
}

func (w *weather) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.turn()
	w.catchUp()
	if w.isDead(r.UserAgent()) {
		panic(http.ErrAbortHandler)
	}
	body, _ := io.ReadAll(r.Body)
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/api/v1")
	fate := w.next(kindOf(what))
	w.ledger.note(w.now(), "%s asks: %s %s %s: %s", r.UserAgent(), what, r.URL.RawQuery, body, fate)
	var sent *request
	if r.Method != http.MethodGet {
		sent = w.ledger.arrived(r.UserAgent(), what, string(body))
	}
	carry := func() *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(bytes.NewReader(body))
		w.account.ServeHTTP(answer, again)
		if sent != nil {
			w.ledger.note(w.now(), "account: %d for %s %s", answer.Code, what, body)
			w.ledger.answered(w.now(), sent, answer.Code, answer.Body.Bytes())
		}
		return answer
	}
	w.befall(fate, rw, carry)
}

// kindOf is a request without its ids.
func kindOf(what string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, what)
}

// befall lets the fate have its way. To cut is to panic with http.ErrAbortHandler.
func (w *weather) befall(f fate, rw http.ResponseWriter, carry func() *httptest.ResponseRecorder) {
	rw.Header().Set("Date", w.now().UTC().Format(http.TimeFormat))
	status := map[fate]int{refusedNow: 429, broken: 500, gateway: 502, gatewayHad: 503, gatewayYet: 504, shutOut: 401}[f]
	var answer *httptest.ResponseRecorder
	switch f {
	case cutBefore:
		panic(http.ErrAbortHandler)
	case gatewayYet:
		w.later(carry)
	case fair, cutAfter, cutInBody, garbled, gatewayHad:
		answer = carry()
	}
	switch {
	case f == cutAfter:
		panic(http.ErrAbortHandler)
	case f == refusedNow:
		rw.Header().Set("Retry-After", "3")
		fallthrough
	case status != 0:
		rw.WriteHeader(status)
	default:
		pass(f, rw, answer)
	}
}

// pass hands on the account's answer, or what is left of it.
func pass(f fate, rw http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		rw.Header()[name] = values
	}
	body := answer.Body.Bytes()
	if f == garbled && len(body) > 0 {
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

// later carries a deed out a moment from now.
func (w *weather) later(carry func() *httptest.ResponseRecorder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	wait := time.Duration(w.draw(fmt.Sprint("late", w.now())) % uint64(mostLate))
	w.behind = append(w.behind, belated{w.now().Add(wait), func() { carry() }})
}
