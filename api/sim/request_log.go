package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
)

// maxLogged is how many requests and how many operations an account keeps; the oldest are dropped
// first.
const maxLogged = 10_000

// Request is a request to the account. It never contains the token.
type Request struct {
	Method string
	Path   string // below /api/v1, as "/backups/"; other paths are complete
	Query  string // as received, without the question mark
	Status int    // of the response; 0 until it is sent, and if the connection was cut without one
}

// Requests returns the latest requests, at most 10,000, in the order of their arrival. Once a held
// request is in the list, Release lets its response go.
func (a *Account) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests.entries)
}

// requestLog keeps the latest requests.
type requestLog struct {
	entries []Request
	dropped int // how many requests came before entries[0]
}

// add logs a request, and returns its number for setStatus.
func (l *requestLog) add(r Request) int {
	if len(l.entries) == maxLogged {
		const some = maxLogged / 10 // at once, so that not every request moves the whole list
		l.entries = slices.Delete(l.entries, 0, some)
		l.dropped += some
	}
	l.entries = append(l.entries, r)
	return l.dropped + len(l.entries) - 1
}

// notLogged is the number of a request that is not logged.
const notLogged = -1

func (l *requestLog) setStatus(number, status int) {
	if i := number - l.dropped; i >= 0 {
		l.entries[i].Status = status
	}
}

// Operation is what a request made the account do, and when it really ended, whatever lists showed.
type Operation struct {
	Action   string     // "create", "delete" or "restore"
	Kind     model.Kind // of the point
	Point    model.ID
	Server   model.ID
	Accepted time.Time // the account's time
	Ended    time.Time // the account's time; in the future while it runs, and the same as Accepted for a delete
	Failed   bool      // a create whose point was deleted before it was complete
}

// Operations returns the latest operations, at most 10,000, in the order of their acceptance.
func (a *Account) Operations() []Operation {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Operation, len(a.operations))
	for i, o := range a.operations {
		out[i] = *o
	}
	return out
}

// operationLog keeps the latest operations.
type operationLog []*Operation

// add logs an operation that was just accepted.
func (l *operationLog) add(action string, p *point, accepted, ended time.Time) *Operation {
	if len(*l) == maxLogged {
		*l = slices.Delete(*l, 0, maxLogged/10)
	}
	id := func(n int64) model.ID { return model.ID(strconv.FormatInt(n, 10)) }
	o := &Operation{Action: action, Kind: p.kind, Point: id(p.id), Server: id(p.server.id), Accepted: accepted,
		Ended: ended}
	*l = append(*l, o)
	return o
}

// apiPath returns a path as faults and the request log use it.
func apiPath(r *http.Request) string {
	if path, ok := strings.CutPrefix(r.URL.Path, basePath); ok {
		return path
	}
	return r.URL.Path
}
