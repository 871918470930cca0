package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vpsdeck/api"
)

// expect is what a fault makes of one endpoint.
type expect struct {
	seen  string        // on the screen, once the program has come to rest
	later string        // on the screen after a while; empty: nobody looks
	after time.Duration // that while; 0: a few minutes
	story string        // a deed's steps in the journal; empty for what is only read
	sent  int           // requests of the endpoint
}

// trouble is something that goes wrong, and what each class of endpoints makes of it.
type trouble struct {
	name      string
	spoil     misbehave
	done      bool   // the account carries the request out
	deedsOnly bool   // to a list it is the same as the one before
	timed     bool   // it takes the client's time limit
	base      string // where the requests go; empty: to the front
	plain     bool   // the client speaks TLS, and the front does not
	untrusted bool   // the front's certificate is nobody's

	read, create, restore, kill expect
	but                         map[string]expect // for single endpoints
}

func (f trouble) on(e endpoint) expect {
	if x, special := f.but[e.name]; special {
		return x
	}
	return []expect{reading: f.read, creating: f.create, restoring: f.restore, deleting: f.kill}[e.class]
}

// What comes of deeds.
var (
	found    = expect{seen: "found, it is running", story: "intent, unknown, running", sent: 1}
	vanished = expect{ // two lists must agree
		seen: "the outcome is unknown; it is looked for", later: ": deleted", after: 5 * time.Second, story: "intent, unknown, done", sent: 1,
	}
	unseen = expect{
		seen: "the outcome is unknown; it is looked for", later: "Not seen: try again?",
		story: "intent, unknown, not-seen", sent: 1,
	}
	taken    = expect{seen: "restoring", story: "intent, running, running", sent: 1} // a list has shown it
	deleted  = expect{seen: ": deleted", story: "intent, running, done", sent: 1}
	standing = expect{seen: "delete", later: "is still listed", story: "intent, running, unconfirmed", sent: 1}
)

// said is a list that did not come, and why; the old one stays.
func said(words string, sent int) expect { return expect{seen: words, sent: sent} }

// refused is a deed that was not done, and why.
func refused(words string) expect { return expect{seen: words, story: "intent, refused", sent: 1} }

// account keeps what the header says when it is not known whose token it is.
func (f trouble) account(sent int) trouble {
	but := map[string]expect{showAccount: {seen: "vpsdeck  account", sent: sent}}
	if f.name == "401" { // it is the token's, whatever was asked for
		delete(but, showAccount)
	}
	for name, x := range f.but {
		but[name] = x
	}
	f.but = but
	return f
}

// unsent are the requests that never leave.
func (f trouble) unsent(words string) trouble {
	f.read = said(words, 0)
	f.create = expect{seen: words, story: "intent, refused"}
	f.restore, f.kill = f.create, f.create
	return f.account(0)
}

// lost are the answers that do not come. A deed was done, or not, as the fault says.
func (f trouble) lost(words string, sent int) trouble {
	f.read = said(words, sent)
	f.create, f.restore, f.kill = unseen, unseen, unseen
	if f.done {
		f.create, f.restore, f.kill = found, found, vanished
	}
	return f.account(sent)
}

// either are the answers that do not come, or whose status says success and whose body does not: of a deed that was done, and
// of one that was not.
func (f trouble) either(words string, sent int) []trouble {
	undone := f
	undone.name, undone.deedsOnly = f.name+", and not done", true
	f.done = true
	return []trouble{f.lost(words, sent), undone.lost(words, sent)}
}

// no are the answers that say no.
func (f trouble) no(words string, sent int) trouble {
	f.read = said(words, sent)
	f.create = refused(words)
	f.restore, f.kill = f.create, f.create
	return f.account(sent)
}

// counted are the answers after which the header counts down to the next try.
func (f trouble) counted(words string) trouble {
	f.read.seen = words
	return f
}

// troubles are what may befall an endpoint.
func (e endpoint) troubles() []trouble {
	return slices.DeleteFunc(troubles(), func(f trouble) bool { return f.deedsOnly && e.class == reading })
}

// troubles is the table.
func troubles() []trouble {
	var all []trouble
	for _, some := range [][]trouble{lineFaults(), answerFaults(), redirectFaults(), statusFaults(), refusals()} {
		all = append(all, some...)
	}
	return all
}

// lineFaults are those in which no whole answer comes.
func lineFaults() []trouble {
	const late, cut = "did not answer in time", "broke off before the answer was complete"
	whole := func(answer string) string { return "HTTP/1.1 200 OK\r\n" + answer }
	return slices.Concat(
		[]trouble{
			trouble{name: "connection refused", base: "http://127.0.0.1:1/api/v1"}.unsent("refuses connections"),
			trouble{name: "no such host", base: "https://no..host/api/v1"}.unsent("There is no such host as"),
			trouble{name: "certificate not trusted", untrusted: true}.unsent("is not trusted, so the token was not sent"),
			trouble{name: "no TLS", plain: true}.unsent("No secure connection to"),
		},
		trouble{name: "time-out before headers", spoil: hangs, timed: true}.either(late, 3),
		trouble{name: "time-out in the body", spoil: hangsInBody, timed: true}.either(late, 3),
		trouble{name: "slow drip", spoil: drips, timed: true}.either(late, 3),
		trouble{name: "cut before headers", spoil: sends("")}.either(cut, 3),
		trouble{name: "cut in the headers", spoil: sends("HTTP/1.1 200 OK\r\nContent-Type: text/pl")}.either(cut, 3),
		trouble{name: "cut in the body", spoil: sends(whole("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"cou\r\n"))}.either(cut, 3),
		trouble{name: "Content-Length too large", spoil: sends(whole("Content-Length: 500\r\n\r\n{\"count\": 0}"))}.either(cut, 3),
		trouble{name: "Content-Length too small", spoil: sends(whole("Content-Length: 5\r\n\r\n{\"count\": 0}"))}.
			either("it is not readable JSON", 1),
		trouble{name: "Content-Length no number", spoil: sends(whole("Content-Length: x\r\n\r\n{}"))}.
			either("cannot be read as HTTP", 1),
		trouble{name: "no HTTP", spoil: sends("SSH-2.0-OpenSSH_9.6\r\n")}.either("cannot be read as HTTP", 1),
	)
}

// answerFaults are those in which an answer comes that says success, and cannot be right.
func answerFaults() []trouble {
	always := func(body string) misbehave { return says2xx(func(string) string { return body }) }
	half := says2xx(func(body string) string { return body[:len(body)/2] })
	object := says2xx(leaves(func(string, any) any { return struct{}{} }))
	null := says2xx(leaves(func(string, any) any { return nil }))
	strange := says2xx(leaves(func(name string, value any) any {
		if name == "status" {
			return "archiving"
		}
		return value
	}))
	stranger := trouble{
		name: "unknown status word", spoil: strange, done: true, read: said("archiving", 1),
		create: expect{seen: "creating", story: "intent, running", sent: 1}, restore: taken, kill: vanished,
		but: map[string]expect{showAccount: {seen: "Acme", sent: 1}},
	}
	believed := map[string]expect{deleteBackup: deleted, deleteSnapshot: deleted} // it is what the documents promise
	empty := trouble{name: "204 with a body", but: believed, spoil: sends("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n{\"id\": 1}")}.
		either("cannot be used: it is empty", 1)
	for i := range empty {
		if !empty[i].done { // the lists tell otherwise
			empty[i].but = map[string]expect{deleteBackup: standing, deleteSnapshot: standing, showAccount: empty[i].but[showAccount]}
		}
	}
	return slices.Concat(
		trouble{name: "empty 200", spoil: says(200, "")}.either("cannot be used: it is empty", 1),
		trouble{name: "HTML 200", spoil: says(200, "<!doctype html><title>Log in</title>")}.
			either("it is a web page, so the API's add", 1),
		trouble{name: "truncated JSON", spoil: half}.either("cannot be used: it is not readable JSON", 1),
		trouble{name: "wrong types", spoil: object}.either("cannot be used: item 1 of page 1", 1),
		trouble{name: "null everywhere", spoil: null}.either("cannot be used: item 1 of page 1 has no id", 1),
		trouble{name: "a bare null", spoil: always("null")}.either("cannot be used: there is no list in it", 1),
		[]trouble{stranger},
		empty,
		trouble{name: "huge", spoil: floods}.either("it is far larger than any answer", 1),
	)
}

// redirectFaults point to another place. Only a read is sent on, and only to the API's own.
func redirectFaults() []trouble {
	var all []trouble
	for _, status := range []int{301, 302, 307, 308} {
		words := fmt.Sprintf("The API points to another place (status %d)", status)
		all = append(all,
			trouble{name: fmt.Sprint(status, " to here"), spoil: pointsTo(status, "")}.no(words, 4),
			trouble{name: fmt.Sprint(status, " to elsewhere"), spoil: pointsTo(status, "https://elsewhere.example/")}.no(words, 1),
		)
	}
	return all
}

// statusFaults say by their status that it went wrong.
func statusFaults() []trouble {
	const again = "The API had too many requests."
	having := "The API has trouble (status %d): try again in a while."
	all := []trouble{
		trouble{name: "401", spoil: says(401, "")}.no("The API does not accept the token", 1),
		trouble{name: "403", spoil: says(403, "")}.no("The token may not do this: it lacks the permission.", 1),
		trouble{name: "404", spoil: says(404, "")}.no("The API does not know this: it may have been deleted", 1),
		trouble{name: "409", spoil: says(409, "")}.no("The server is busy with something else", 1),
		trouble{name: "429", spoil: says(429, "")}.no(again, 3),
		trouble{name: "429, wait 5 s", spoil: says(429, "", "Retry-After", "5")}.no("Try again in 5 s.", 3).counted("again in 5 s"),
		trouble{name: "429, wait 45 s", spoil: says(429, "", "Retry-After", "45")}.no("Try again in 45 s.", 1).counted("again in 45 s"),
		trouble{name: "429, wait until a date", spoil: retryDate}.no("Try again in 45 s.", 1).counted("again in 45 s"),
		trouble{name: "429, wait an absurd time", spoil: says(429, "", "Retry-After", strings.Repeat("9", 30))}.
			no("Try again in 24 h.", 1).counted("again in 1 d"),
		trouble{name: "500", spoil: says(500, "")}.no(fmt.Sprintf(having, 500), 1),
	}
	for _, status := range []int{405, 415, 422} {
		words := fmt.Sprintf("The API refused the request (status %d).", status)
		all = append(all, trouble{name: fmt.Sprint(status), spoil: says(status, "")}.no(words, 1))
	}
	for _, status := range []int{502, 503, 504} {
		words := fmt.Sprintf(having, status)
		all = append(all,
			trouble{name: fmt.Sprint(status), spoil: says(status, "")}.lost(words, 3),
			trouble{name: fmt.Sprint(status, ", and yet done"), spoil: says(status, ""), done: true, deedsOnly: true}.
				lost(words, 3),
		)
	}
	return append(all, trouble{name: "600", spoil: says(600, "")}.
		lost("The API answered with status 600, which has no meaning", 1))
}

// refusals are a 400 in each shape that its body may have; nothing about them is documented [I].
func refusals() []trouble {
	const bare = "The API refused the request (status 400)."
	var all []trouble
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
		all = append(all, trouble{name: "400 with " + shape[0], spoil: says(400, shape[1])}.no(shape[2], 1))
	}
	return all
}

// limits are those of the client that meets a fault.
func (f trouble) limits() api.Limits {
	limits := api.Limits{Body: 64 << 10}
	if f.timed {
		limits.Call = 400 * slower * time.Millisecond // it is waited for in full; all else on this machine is far quicker
	}
	return limits
}
