package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is what goes wrong with a request.
type FaultKind string

// The kinds of faults. Unless it says otherwise, the action is done at once, and only its response
// suffers.
const (
	CutBefore    FaultKind = "cut-before"     // the connection is cut; nothing is done
	CutAfterSend FaultKind = "cut-after-send" // the action is done, then the connection is cut without a response
	// the connection is cut halfway through the response; without a body, before it
	CutInBody   FaultKind = "cut-in-body"
	Truncated   FaultKind = "truncated"    // a complete response whose JSON stops halfway
	Garbage     FaultKind = "garbage"      // bytes that are not JSON
	HTML        FaultKind = "html"         // a web page, as proxies send it
	Empty       FaultKind = "empty"        // no body at all
	Huge        FaultKind = "huge"         // 64 MiB of blanks before the body
	Nulls       FaultKind = "nulls"        // every value of the body is null
	Mistyped    FaultKind = "mistyped"     // every value of the body is an empty object
	Strange     FaultKind = "strange"      // every status in the body is an unknown word
	WrongLength FaultKind = "wrong-length" // Content-Length promises more than comes
	Drip        FaultKind = "drip"         // the body comes in twenty pieces, over Fault.Time
	Delay       FaultKind = "delay"        // the response comes after Fault.Time
	Hold        FaultKind = "hold"         // the response comes after Release, or never if the client leaves first
	Status      FaultKind = "status"       // the response has Fault.Status; nothing is done
)

// Fault is something that goes wrong with the requests of a method and a path. Waiting is in this
// machine's time, not the account's.
//
// A cut on a GET may stay unnoticed: Go's http.Transport resends a GET when a kept-alive connection
// breaks off without a response. Let such a fault last (Times 0), or use a transport that keeps no
// connections.
type Fault struct {
	Method string // "GET", "POST", "DELETE", …; "*" or "" for all
	Path   string // below /api/v1, with {id} for any number: "/backups/{id}/"; "/" for all
	Kind   FaultKind
	// Status: of the response. Garbage, HTML, Empty: 0 does the action and keeps its status, else
	// as Status
	Status   int
	Time     time.Duration // Delay, Drip: how long. Status: the Retry-After header, in whole seconds; 0: none
	Location string        // Status: the Location header; "": none
	Body     string        // Status: the body; "": a JSON object with our message
	Times    int           // how many requests it affects; 0: all
}

// Limits of what ParseFault accepts.
const (
	maxTimes = 1_000_000
	maxDelay = time.Hour
)

// ParseFault reads a fault as a line of text:
//
//	METHOD PATH: FAULT [xTIMES]
//
//	METHOD  GET, POST, DELETE, PUT, PATCH, HEAD, OPTIONS or * for all
//	PATH    below /api/v1, as /backups/ or /backups/{id}/, where {id} is any number; / for all
//	FAULT   cut-before, cut-after-send, cut-in-body, truncated, huge, hold, delay TIME, drip [TIME],
//	        nulls, mistyped, strange, wrong-length, garbage [STATUS], html [STATUS], empty [STATUS],
//	        status STATUS [retry TIME | to URL | says TEXT]
//	STATUS  200 to 599
//	URL     where a redirect points to
//	TEXT    a body, in which several spaces count as one
//	TIME    as 2s or 300ms, at most an hour; 1s for a drip without a time
//	TIMES   how many requests are affected; all, if it is left out
//
// for example
//
//	POST /snapshots/: cut-after-send
//	GET /: delay 2s
//	GET /backups/: status 429 retry 3s x2
//	POST /backups/: status 400 says {"detail": "No room left."}
//	DELETE /backups/{id}/: html 502 x1
//
// The error is one sentence for the user.
func ParseFault(text string) (Fault, error) {
	target, what, found := strings.Cut(text, ":")
	arguments := strings.Fields(what)
	fields := strings.Fields(target)
	if !found || len(fields) != 2 || len(arguments) == 0 {
		return Fault{}, fmt.Errorf("fault %q: write METHOD PATH: FAULT, as in GET /backups/: status 503", text)
	}
	f := Fault{Method: fields[0], Path: fields[1], Kind: FaultKind(arguments[0])}
	for _, problem := range []string{f.checkTarget(), f.parseArguments(arguments[1:])} {
		if problem != "" {
			return Fault{}, fmt.Errorf("fault %q: %s", text, problem)
		}
	}
	return f, nil
}

var methods = []string{"*", "GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"}

func (f *Fault) checkTarget() string {
	if !slices.Contains(methods, f.Method) {
		return fmt.Sprintf("%q is not a method; write one of %s", f.Method, strings.Join(methods, " "))
	}
	if f.Path == "/" {
		return ""
	}
	for _, route := range routes {
		if f.Path == route.pattern {
			return ""
		}
		if _, ok := matchPath(route.pattern, f.Path); ok {
			return ""
		}
	}
	return fmt.Sprintf("%q is not a path of the API; write / or one such as /backups/ or /backups/{id}/", f.Path)
}

// parseArguments parses what follows the kind of fault, and returns an error message, or "".
func (f *Fault) parseArguments(words []string) string {
	if n := len(words); n > 0 && strings.HasPrefix(words[n-1], "x") {
		times, err := strconv.Atoi(words[n-1][1:])
		if err != nil || times < 1 || times > maxTimes {
			return fmt.Sprintf("%q is not a number of times; write x1 to x%d, or leave it out", words[n-1], maxTimes)
		}
		f.Times, words = times, words[:n-1]
	}
	switch f.Kind {
	case CutBefore, CutAfterSend, CutInBody, Truncated, Huge, Hold, Nulls, Mistyped, Strange, WrongLength:
	case Garbage, HTML, Empty:
		if len(words) > 0 {
			return f.parseStatus(words[0], words[1:])
		}
	case Status:
		return f.parseStatusArguments(words)
	case Drip:
		f.Time = time.Second
		if len(words) > 0 {
			return f.parseTime(words[0], words[1:])
		}
	case Delay:
		if len(words) == 0 {
			return "delay needs a time, as in delay 2s"
		}
		return f.parseTime(words[0], words[1:])
	default:
		return fmt.Sprintf("%q is not a fault; write one such as status 503, delay 2s or cut-after-send", f.Kind)
	}
	return rejectExtraWords(words)
}

// parseStatusArguments parses "STATUS [retry TIME | to URL | says TEXT]".
func (f *Fault) parseStatusArguments(words []string) string {
	switch {
	case len(words) == 0:
		return "status needs a number, as in status 503"
	case len(words) == 3 && words[1] == "to":
		f.Location = words[2]
		return f.parseStatus(words[0], nil)
	case len(words) > 2 && words[1] == "says":
		f.Body = strings.Join(words[2:], " ")
		return f.parseStatus(words[0], nil)
	case len(words) < 3 || words[1] != "retry":
		return f.parseStatus(words[0], words[1:])
	}
	if problem := f.parseStatus(words[0], nil); problem != "" {
		return problem
	}
	if problem := f.parseTime(words[2], words[3:]); problem != "" {
		return problem
	}
	if f.Time%time.Second != 0 {
		return fmt.Sprintf("Retry-After is in whole seconds, not %s", words[2])
	}
	return ""
}

func (f *Fault) parseStatus(word string, rest []string) string {
	n, err := strconv.Atoi(word)
	if err != nil || n < 200 || n > 599 {
		return fmt.Sprintf("%q is not a status; write a number from 200 to 599", word)
	}
	f.Status = n
	return rejectExtraWords(rest)
}

func (f *Fault) parseTime(word string, rest []string) string {
	d, err := time.ParseDuration(word)
	if err != nil || d <= 0 || d > maxDelay {
		return fmt.Sprintf("%q is not a time; write one such as 300ms or 2s, at most an hour", word)
	}
	f.Time = d
	return rejectExtraWords(rest)
}

func rejectExtraWords(words []string) string {
	if len(words) > 0 {
		return fmt.Sprintf("unexpected word %q", words[0])
	}
	return ""
}

// String formats the fault for ParseFault.
func (f Fault) String() string {
	method := f.Method
	if method == "" {
		method = "*"
	}
	text := fmt.Sprintf("%s %s: %s", method, f.Path, f.Kind)
	if f.Status != 0 {
		text += fmt.Sprintf(" %d", f.Status)
	}
	switch {
	case f.Time != 0 && f.Kind == Status:
		text += " retry " + f.Time.String()
	case f.Location != "":
		text += " to " + f.Location
	case f.Body != "":
		text += " says " + f.Body
	case f.Time != 0:
		text += " " + f.Time.String()
	}
	if f.Times != 0 {
		text += fmt.Sprintf(" x%d", f.Times)
	}
	return text
}

// matches reports whether the fault is for a request, whose path is below /api/v1.
func (f *Fault) matches(method, path string) bool {
	if f.Method != "" && f.Method != "*" && f.Method != method {
		return false
	}
	if f.Path == "/" || f.Path == path {
		return true
	}
	_, ok := matchPath(f.Path, path)
	return ok
}

// executes reports whether the action is done despite the fault.
func (f Fault) executes() bool { return f.Kind != CutBefore && f.Status == 0 }

// Inject adds a fault. A request gets the first matching fault that was added. A fault is removed
// after Times requests.
func (a *Account) Inject(f Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, &f)
}

// ClearFaults removes all faults. Held responses stay held until Release.
func (a *Account) ClearFaults() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
}

// Release sends all responses that are held now. Later ones are held again.
func (a *Account) Release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	close(a.released)
	a.released = make(chan struct{})
}

// matchFault returns the fault for a request; the zero Fault if there is none.
func (a *Account) matchFault(method, path string) Fault {
	for i, f := range a.faults {
		if !f.matches(method, path) {
			continue
		}
		struck := *f
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				a.faults = slices.Delete(a.faults, i, i+1)
			}
		}
		return struck
	}
	return Fault{}
}
