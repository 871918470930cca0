package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/api"
	"vpsdeck/internal/lanes"
)

// expectation is what a fault leads to at one endpoint.
type expectation struct {
	shown      string        // on the screen once the program is idle
	shownLater string        // on the screen after wait; empty: not checked
	wait       time.Duration // before shownLater; 0: 140 s
	events     string        // the action's events in the journal; empty for a read
	requests   int           // number of requests to the endpoint
}

// faultCase is a fault, and what it leads to at each class of endpoints.
type faultCase struct {
	name          string
	respond       faultResponse
	executed      bool   // the account executes the request
	actionsOnly   bool   // for a list it equals the case before it
	timesOut      bool   // it lasts until the client's time limit
	baseURL       string // where the requests go; empty: to the fault server
	plainHTTP     bool   // the client speaks TLS, and the server does not
	untrustedCert bool   // the server's certificate is not trusted

	read, create, restore, remove expectation
	overrides                     map[string]expectation // for single endpoints
}

func (f faultCase) expectFor(e endpoint) expectation {
	if x, special := f.overrides[e.name]; special {
		return x
	}
	return []expectation{readClass: f.read, createClass: f.create, restoreClass: f.restore,
		deleteClass: f.remove}[e.class]
}

// Expectations of actions.
var (
	expectFound = expectation{shown: "the answer was lost, but it is running",
		events: "intent, unknown, running", requests: 1}
	expectDeletedLater = expectation{ // two lists must agree
		shown: "outcome unknown; searching the lists", shownLater: ": deleted", wait: 5 * time.Second,
		events: "intent, unknown, done", requests: 1,
	}
	expectNotFound = expectation{
		shown: "outcome unknown; searching the lists", shownLater: "Not seen: try again?",
		events: "intent, unknown, not-found", requests: 1,
	}
	// a list has shown it
	expectRunning     = expectation{shown: "restoring", events: "intent, running, running", requests: 1}
	expectDeleted     = expectation{shown: ": deleted", events: "intent, running, done", requests: 1}
	expectStillListed = expectation{shown: "delete", shownLater: "is still listed",
		events: "intent, running, unconfirmed", requests: 1}
)

// listError expects that a list fails with this message, while the old list stays.
func listError(words string, sent int) expectation { return expectation{shown: words, requests: sent} }

// actionRefused expects that an action is refused with this reason.
func actionRefused(words string) expectation {
	return expectation{shown: words, events: "intent, refused", requests: 1}
}

// withAccount expects that the header shows no account name, since the token's account is not
// known.
func (f faultCase) withAccount(sent int) faultCase {
	overrides := map[string]expectation{showAccount: {shown: "vpsdeck  account", requests: sent}}
	if f.name == "401" { // a refused token is reported for every endpoint alike
		delete(overrides, showAccount)
	}
	for name, x := range f.overrides {
		overrides[name] = x
	}
	f.overrides = overrides
	return f
}

// expectUnsent expects that the request is never sent.
func (f faultCase) expectUnsent(words string) faultCase {
	f.read = listError(words, 0)
	f.create = expectation{shown: words, events: "intent, refused"}
	f.restore, f.remove = f.create, f.create
	return f.withAccount(0)
}

// expectLost expects a lost answer. The fault says whether the action was done.
func (f faultCase) expectLost(words string, sent int) faultCase {
	f.read = listError(words, sent)
	f.create, f.restore, f.remove = expectNotFound, expectNotFound, expectNotFound
	if f.executed {
		f.create, f.restore, f.remove = expectFound, expectFound, expectDeletedLater
	}
	return f.withAccount(sent)
}

// expectLostBothWays returns two cases of a lost or unusable answer: one in which the action was
// done, and one in which it was not.
func (f faultCase) expectLostBothWays(words string, sent int) []faultCase {
	undone := f
	undone.name, undone.actionsOnly = f.name+", and not done", true
	f.executed = true
	return []faultCase{f.expectLost(words, sent), undone.expectLost(words, sent)}
}

// expectRefused expects a refusal by the API.
func (f faultCase) expectRefused(words string, sent int) faultCase {
	f.read = listError(words, sent)
	f.create = actionRefused(words)
	f.restore, f.remove = f.create, f.create
	return f.withAccount(sent)
}

// expectNoAPI expects that a 404 for a list means a wrong address, and not a deleted item.
func (f faultCase) expectNoAPI() faultCase {
	f.read = listError("has no API at this address (status 404)", 1)
	return f
}

// withDocumentedRefusal expects the documented reason of a refused action, since the API gives
// none.
func (f faultCase) withDocumentedRefusal() faultCase {
	f.create = actionRefused("The API refused it: the request is invalid, or the server's limit is reached.")
	f.restore = actionRefused("The API refused the restore: the server's state does not allow it.")
	return f
}

// withCountdown expects that the header counts down to the next try.
func (f faultCase) withCountdown(words string) faultCase {
	f.read.shown = words
	return f
}

// faults returns the faults that apply to an endpoint.
func (e endpoint) faults() []faultCase {
	return slices.DeleteFunc(allFaults(), func(f faultCase) bool { return f.actionsOnly && e.class == readClass })
}

// allFaults returns the whole table.
func allFaults() []faultCase {
	var all []faultCase
	for _, some := range [][]faultCase{connectionFaults(), responseFaults(), redirectFaults(), statusFaults(),
		badRequestFaults()} {
		all = append(all, some...)
	}
	return all
}

// connectionFaults are faults without a complete answer.
func connectionFaults() []faultCase {
	const late, cut = "did not answer in time", "broke off before the answer was complete"
	whole := func(answer string) string { return "HTTP/1.1 200 OK\r\n" + answer }
	return slices.Concat(
		[]faultCase{
			faultCase{name: "connection refused",
				baseURL: "http://127.0.0.1:1/api/v1"}.expectUnsent("refuses connections"),
			faultCase{name: "no such host",
				baseURL: "https://no..host/api/v1"}.expectUnsent("There is no such host as"),
			faultCase{name: "certificate not trusted",
				untrustedCert: true}.expectUnsent("is not trusted, so the token was not sent"),
			faultCase{name: "no TLS", plainHTTP: true}.expectUnsent("No secure connection to"),
		},
		faultCase{name: "time-out before headers", respond: hang, timesOut: true}.expectLostBothWays(late, 3),
		faultCase{name: "time-out in the body", respond: hangInBody, timesOut: true}.expectLostBothWays(late, 3),
		faultCase{name: "slow drip", respond: dripBody, timesOut: true}.expectLostBothWays(late, 3),
		faultCase{name: "cut before headers", respond: sendRaw("")}.expectLostBothWays(cut, 3),
		faultCase{name: "cut in the headers",
			respond: sendRaw("HTTP/1.1 200 OK\r\nContent-Type: text/pl")}.expectLostBothWays(cut, 3),
		faultCase{name: "cut in the body",
			respond: sendRaw(whole("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"cou\r\n"))}.expectLostBothWays(cut, 3),
		faultCase{name: "Content-Length too large",
			respond: sendRaw(whole("Content-Length: 500\r\n\r\n{\"count\": 0}"))}.expectLostBothWays(cut, 3),
		faultCase{name: "Content-Length too small", respond: sendRaw(whole("Content-Length: 5\r\n\r\n{\"count\": 0}"))}.
			expectLostBothWays("it is not valid JSON", 1),
		faultCase{name: "Content-Length no number", respond: sendRaw(whole("Content-Length: x\r\n\r\n{}"))}.
			expectLostBothWays("is not HTTP", 1),
		faultCase{name: "no HTTP", respond: sendRaw("SSH-2.0-OpenSSH_9.6\r\n")}.expectLostBothWays("is not HTTP", 1),
	)
}

// responseFaults are answers that report success but cannot be right.
func responseFaults() []faultCase {
	always := func(body string) faultResponse { return respondSuccess(func(string) string { return body }) }
	half := respondSuccess(func(body string) string { return body[:len(body)/2] })
	object := respondSuccess(changeLeaves(func(string, any) any { return struct{}{} }))
	null := respondSuccess(changeLeaves(func(string, any) any { return nil }))
	unknownStatus := respondSuccess(changeLeaves(func(name string, value any) any {
		if name == "status" {
			return "archiving"
		}
		return value
	}))
	unknownCase := faultCase{
		name: "unknown status word", respond: unknownStatus, executed: true, read: listError("archiving", 1),
		create: expectation{shown: "creating", events: "intent, running", requests: 1}, restore: expectRunning,
		remove:    expectDeletedLater,
		overrides: map[string]expectation{showAccount: {shown: "Acme", requests: 1}},
	}
	// a 204 is what the documents promise
	trusted := map[string]expectation{deleteBackup: expectDeleted, deleteSnapshot: expectDeleted}
	empty := faultCase{name: "204 with a body", overrides: trusted, respond: sendRaw("HTTP/1.1 204 No " +
		"Content\r\nContent-Length: 9\r\n\r\n{\"id\": 1}")}.
		expectLostBothWays("cannot be used: it is empty", 1)
	for i := range empty {
		if !empty[i].executed { // the lists still show the point
			empty[i].overrides = map[string]expectation{deleteBackup: expectStillListed,
				deleteSnapshot: expectStillListed, showAccount: empty[i].overrides[showAccount]}
		}
	}
	return slices.Concat(
		faultCase{name: "empty 200", respond: respond(200, "")}.expectLostBothWays("cannot be used: it is empty", 1),
		faultCase{name: "HTML 200", respond: respond(200, "<!doctype html><title>Log in</title>")}.
			expectLostBothWays("it is a web page", 1),
		faultCase{name: "truncated JSON", respond: half}.expectLostBothWays("cannot be used: it is not valid JSON", 1),
		faultCase{name: "wrong types", respond: object}.expectLostBothWays("cannot be used: item 1 of page 1", 1),
		faultCase{name: "null everywhere",
			respond: null}.expectLostBothWays("cannot be used: item 1 of page 1 has no id", 1),
		faultCase{name: "a bare null",
			respond: always("null")}.expectLostBothWays("cannot be used: it contains no list", 1),
		[]faultCase{unknownCase},
		empty,
		faultCase{name: "huge", respond: floodBody}.expectLostBothWays("it is far larger", 1),
	)
}

// redirectFaults redirect to another address. Only reads follow a redirect, and only to the API's
// own address.
func redirectFaults() []faultCase {
	var all []faultCase
	for _, status := range []int{301, 302, 307, 308} {
		words := fmt.Sprintf("The API redirects elsewhere (status %d)", status)
		all = append(all,
			faultCase{name: fmt.Sprint(status, " to here"), respond: redirectTo(status, "")}.expectRefused(words, 4),
			faultCase{name: fmt.Sprint(status, " to elsewhere"),
				respond: redirectTo(status, "https://elsewhere.example/")}.expectRefused(words, 1),
		)
	}
	return all
}

// statusFaults report a failure by their status.
func statusFaults() []faultCase {
	const again = "Rate limited by the API."
	having := "The API has trouble (status %d): try again in a while."
	all := []faultCase{
		faultCase{name: "401", respond: respond(401, "")}.expectRefused("The API does not accept the token", 1),
		faultCase{name: "403", respond: respond(403,
			"")}.expectRefused("The token may not do this: it lacks the permission.", 1),
		faultCase{name: "404", respond: respond(404,
			"")}.expectRefused("The API did not find this: it may have been deleted", 1).expectNoAPI(),
		faultCase{name: "409", respond: respond(409, "")}.expectRefused("The server is busy with something else", 1),
		faultCase{name: "429", respond: respond(429, "")}.expectRefused(again, 3),
		faultCase{name: "429, wait 5 s",
			respond: respond(429, "", "Retry-After", "5")}.expectRefused("Try again in 5 s.",
			3).withCountdown("again in 5 s"),
		faultCase{name: "429, wait 45 s",
			respond: respond(429, "", "Retry-After", "45")}.expectRefused("Try again in 45 s.",
			1).withCountdown("again in 45 s"),
		faultCase{name: "429, wait until a date", respond: retryAfterDate}.expectRefused("Try again in 45 s.",
			1).withCountdown("again in 45 s"),
		faultCase{name: "429, wait an absurd time", respond: respond(429, "", "Retry-After", strings.Repeat("9", 30))}.
			expectRefused("Try again in 60 min.", 1).withCountdown("again in 1 h"),
		faultCase{name: "500", respond: respond(500, "")}.expectRefused(fmt.Sprintf(having, 500), 1),
	}
	for _, status := range []int{405, 415, 422} {
		words := fmt.Sprintf("The API refused the request (status %d).", status)
		all = append(all, faultCase{name: fmt.Sprint(status), respond: respond(status, "")}.expectRefused(words, 1))
	}
	for _, status := range []int{502, 503, 504} {
		words := fmt.Sprintf(having, status)
		all = append(all,
			faultCase{name: fmt.Sprint(status), respond: respond(status, "")}.expectLost(words, 3),
			faultCase{name: fmt.Sprint(status, ", and yet done"), respond: respond(status, ""), executed: true,
				actionsOnly: true}.
				expectLost(words, 3),
		)
	}
	return append(all, faultCase{name: "600", respond: respond(600, "")}.
		expectLost("The API answered with status 600, which is unknown", 1))
}

// badRequestFaults are a 400 with each shape that its body may have. None of them is documented
// [I].
func badRequestFaults() []faultCase {
	const bare = "The API refused the request (status 400)."
	var all []faultCase
	for _, shape := range [][3]string{
		{"detail", `{"detail": "No room left."}`, "No room left."},
		{"error", `{"error": "No room left"}`, "No room left."},
		{"message", `{"message": "No room left"}`, "No room left."},
		{"a field", `{"name": ["No room left."]}`, "name: No room left."},
		{"non_field_errors", `{"non_field_errors": ["No room left."]}`, "No room left."},
		{"plain text", "No room left", "No room left."},
		{"a code", `{"error": "limit_reached"}`, "It says: limit_reached."},
		{"HTML", "<html><body>nginx</body></html>", bare},
		{"nothing", "", bare},
		{"JSON cut off", `{"detail": "No room le`, bare},
		{"control characters", `{"detail": "No \u001b[31mroom\u202e left."}`, "No ^[[31mroom‹202E› left."},
	} {
		row := faultCase{name: "400 with " + shape[0], respond: respond(400, shape[1])}.expectRefused(shape[2], 1)
		if shape[2] == bare {
			row = row.withDocumentedRefusal()
		}
		all = append(all, row)
	}
	return all
}

// clientLimits returns the limits of the client that meets the fault.
func (f faultCase) clientLimits() api.Limits {
	limits := api.Limits{Body: 64 << 10}
	if f.timesOut {
		// the test waits this long; everything else on one machine is far quicker
		limits.Call = 400 * lanes.Slower * time.Millisecond
	}
	return limits
}
