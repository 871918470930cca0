package sim

import (
	"net/http"
	"slices"
	"strings"
)

// maxAsked is how many requests an account remembers; the oldest are forgotten first.
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

func (j *journal) note(number, status int) {
	if i := number - j.forgotten; i >= 0 {
		j.kept[i].Status = status
	}
}

// below is a path as faults and the journal know it.
func below(r *http.Request) string {
	if path, ok := strings.CutPrefix(r.URL.Path, basePath); ok {
		return path
	}
	return r.URL.Path
}
