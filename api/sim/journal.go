package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
)

// maxAsked is how many requests and how many operations an account remembers; the oldest are forgotten first.
const maxAsked = 10_000

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
	return slices.Clone(a.asked.kept)
}

// journal remembers the latest requests.
type journal struct {
	kept      []Request
	forgotten int // how many came before those that are kept
}

// arrive takes a request down, and returns the number under which its status is noted.
func (j *journal) arrive(r Request) int {
	if len(j.kept) == maxAsked {
		const some = maxAsked / 10 // at once, so that not every request moves the whole list
		j.kept = slices.Delete(j.kept, 0, some)
		j.forgotten += some
	}
	j.kept = append(j.kept, r)
	return j.forgotten + len(j.kept) - 1
}

// unnoted is the number of a request that is not remembered.
const unnoted = -1

func (j *journal) note(number, status int) {
	if i := number - j.forgotten; i >= 0 {
		j.kept[i].Status = status
	}
}

// Operation is what a request made the account do, and when that was really over, whatever lists showed of it.
type Operation struct {
	What     string     // "create", "delete" or "restore"
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
	out := make([]Operation, len(a.did))
	for i, o := range a.did {
		out[i] = *o
	}
	return out
}

// operations remembers the latest operations.
type operations []*Operation

// add takes one down that was just accepted.
func (all *operations) add(what string, p *point, accepted, ended time.Time) *Operation {
	if len(*all) == maxAsked {
		*all = slices.Delete(*all, 0, maxAsked/10)
	}
	id := func(n int64) model.ID { return model.ID(strconv.FormatInt(n, 10)) }
	o := &Operation{What: what, Kind: p.kind, Point: id(p.id), Server: id(p.server.id), Accepted: accepted, Ended: ended}
	*all = append(*all, o)
	return o
}

// below is a path as faults and the journal know it.
func below(r *http.Request) string {
	if path, ok := strings.CutPrefix(r.URL.Path, basePath); ok {
		return path
	}
	return r.URL.Path
}
