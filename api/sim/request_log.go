package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
)

// maxLogged is how many requests and how many operations an account remembers; the oldest are forgotten first.
const maxLogged = 10_000

// Request is what was asked of the account. It never holds the token.
type Request struct {
	Method string
	Path   string // below /api/v1, as "/backups/"; a path from elsewhere comes whole
	Query  string // as it came, without the question mark
	Status int    // of the answer; 0 while there is none, and for ever if the connection was cut without one
}

// Requests are the latest requests, at most 10,000, in the order in which they arrived. One whose answer is held is there
// as soon as Release would let it go.
func (a *Account) Requests() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.requests.entries)
}

// requestLog remembers the latest requests.
type requestLog struct {
	entries []Request
	dropped int // how many came before those that are kept
}

// add takes a request down, and returns the number under which its status is noted.
func (j *requestLog) add(r Request) int {
	if len(j.entries) == maxLogged {
		const some = maxLogged / 10 // at once, so that not every request moves the whole list
		j.entries = slices.Delete(j.entries, 0, some)
		j.dropped += some
	}
	j.entries = append(j.entries, r)
	return j.dropped + len(j.entries) - 1
}

// notLogged is the number of a request that is not remembered.
const notLogged = -1

func (j *requestLog) setStatus(number, status int) {
	if i := number - j.dropped; i >= 0 {
		j.entries[i].Status = status
	}
}

// Operation is what a request made the account do, and when that was really over, whatever lists showed of it.
type Operation struct {
	Action   string     // "create", "delete" or "restore"
	Kind     model.Kind // of the point
	Point    model.ID
	Server   model.ID
	Accepted time.Time // the account's time
	Ended    time.Time // the account's time; in the future while it runs, and the same as Accepted for a delete
	Failed   bool      // a create whose point was deleted before it was complete
}

// Operations are the latest operations, at most 10,000, in the order in which they were accepted.
func (a *Account) Operations() []Operation {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Operation, len(a.operations))
	for i, o := range a.operations {
		out[i] = *o
	}
	return out
}

// operationLog remembers the latest operations.
type operationLog []*Operation

// add takes one down that was just accepted.
func (all *operationLog) add(what string, p *point, accepted, ended time.Time) *Operation {
	if len(*all) == maxLogged {
		*all = slices.Delete(*all, 0, maxLogged/10)
	}
	id := func(n int64) model.ID { return model.ID(strconv.FormatInt(n, 10)) }
	o := &Operation{Action: what, Kind: p.kind, Point: id(p.id), Server: id(p.server.id), Accepted: accepted, Ended: ended}
	*all = append(*all, o)
	return o
}

// apiPath is a path as faults and the journal know it.
func apiPath(r *http.Request) string {
	if path, ok := strings.CutPrefix(r.URL.Path, basePath); ok {
		return path
	}
	return r.URL.Path
}
