package sim

import (
	"crypto/sha256"
	"crypto/subtle"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	basePath = "/api/v1"
	maxBody  = 64 << 10 // bytes of a request that are read
)

// call is one request to one endpoint.
type call struct {
	*http.Request
	body     []byte
	id       int64     // the one in the path
	now      time.Time // the account's time
	readTime time.Time // the time of the replica that is read

	primary bool // it is for Primary
}

// handler executes a call. It runs with the account's lock held.
type handler func(*Account, call) response

// routes are the endpoints, as paths below basePath. Those for one server and for restoring from a
// backup are [I] in part.
var routes = []struct {
	pattern  string
	handlers map[string]handler
}{
	{"/servers/", map[string]handler{http.MethodGet: (*Account).listServers}},
	{"/servers/{id}/", map[string]handler{http.MethodGet: (*Account).showServer}},
	{"/servers/{id}/restore/", map[string]handler{http.MethodPost: (*Account).restoreBackup}},
	{"/backups/", map[string]handler{http.MethodGet: (*Account).listBackups, http.MethodPost: (*Account).createBackup}},
	{"/backups/{id}/", map[string]handler{http.MethodDelete: (*Account).deleteBackup}},
	{"/snapshots/", map[string]handler{http.MethodGet: (*Account).listSnapshots,
		http.MethodPost: (*Account).createSnapshot}},
	{"/snapshots/{id}/", map[string]handler{http.MethodDelete: (*Account).deleteSnapshot}},
	{"/snapshots/{id}/restore/", map[string]handler{http.MethodPost: (*Account).restoreSnapshot}},
	{"/account/me/", map[string]handler{http.MethodGet: (*Account).showAccount}},
}

// ServeHTTP answers the API's requests below /api/v1/. Every path ends in a slash [D]; without it,
// it is not found. The Date header is the account's time. Injected faults apply to the requests
// that they match. A cut panics with http.ErrAbortHandler, which an http.Server understands and a
// ResponseRecorder does not.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.serve(w, r, false)
}

func (a *Account) serve(w http.ResponseWriter, r *http.Request, primary bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	c := call{Request: r, body: body, primary: primary}
	a.mu.Lock()
	c.now = a.Now()
	c.readTime = c.now
	p := responder{account: a, requestNumber: notLogged}
	if primary {
		w.Header().Set("Date", c.now.Format(http.TimeFormat))
	} else {
		p = a.newResponder(r)
		a.setDate(w.Header(), c.now)
		if r.Method == http.MethodGet {
			c.readTime = a.replicaTime(c.now)
		}
	}
	if p.fault.executes() {
		p.response = a.handle(c, err)
	}
	a.mu.Unlock()
	p.respond(w, r)
}

// handle executes a request. readErr is the error of reading its body.
func (a *Account) handle(c call, readErr error) response {
	a.advanceTo(c.now)
	if problem, ok := a.authenticate(c.Request); !ok {
		return problem
	}
	path, ok := strings.CutPrefix(c.URL.Path, basePath)
	if !ok {
		return notFound()
	}
	for _, route := range routes {
		id, ok := matchPath(route.pattern, path)
		if !ok {
			continue
		}
		handler, ok := route.handlers[c.Method]
		if !ok {
			return notAllowed(c.Method, route.handlers)
		}
		if problem, ok := checkBody(c, readErr); c.Method == http.MethodPost && !ok {
			return problem
		}
		c.id = id
		return handler(a, c)
	}
	return notFound()
}

// authenticate checks the token, in constant time.
func (a *Account) authenticate(r *http.Request) (response, bool) {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	hash := sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(hash[:], a.token[:]) == 1 && ok {
		return response{}, true
	}
	problem := detailResponse(http.StatusUnauthorized, "Authentication credentials were not provided.")
	if ok {
		problem = detailResponse(http.StatusUnauthorized, "Invalid token.")
	}
	problem.header = http.Header{"Www-Authenticate": {"Bearer"}}
	return problem, false
}

// matchPath compares a path with a pattern, in which {id} is any integer, and returns that integer.
func matchPath(pattern, path string) (id int64, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return 0, false
	}
	for i, part := range want {
		if part != "{id}" {
			if part != have[i] {
				return 0, false
			}
			continue
		}
		n, err := strconv.ParseUint(have[i], 10, 63)
		if err != nil {
			return 0, false
		}
		id = int64(n)
	}
	return id, true
}

func notAllowed(method string, handlers map[string]handler) response {
	var allowed []string
	for m := range handlers {
		allowed = append(allowed, m)
	}
	slices.Sort(allowed)
	problem := detailResponse(http.StatusMethodNotAllowed, "Method %q not allowed.", method)
	problem.header = http.Header{"Allow": {strings.Join(allowed, ", ")}}
	return problem
}
