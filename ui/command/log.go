package command

import (
	"maps"
	"sync"

	"vpsdeck/model"
)

// maxExchanges is how many requests the log keeps.
const maxExchanges = 200

// RequestLog keeps the latest requests of this run, in memory only. The goroutines that send
// requests add to it.
type RequestLog struct {
	mu      sync.Mutex
	number  int
	entries []model.Exchange
	counts  map[int]int // of all requests, by the status of their answer
}

// Add adds a request.
func (l *RequestLog) Add(e model.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	if l.counts == nil {
		l.counts = map[int]int{}
	}
	l.counts[e.Status]++
	e.Number = l.number
	if len(l.entries) == maxExchanges {
		l.entries = l.entries[1:]
	}
	l.entries = append(l.entries, e)
}

// Counts returns how many requests were sent, by the status of their answer; 0: none came.
func (l *RequestLog) Counts() map[int]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}

// Last returns the logged requests, oldest first.
func (l *RequestLog) Last() []model.Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]model.Exchange(nil), l.entries...)
}
