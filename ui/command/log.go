package command

import (
	"sync"

	"vpsdeck/model"
)

// maxExchanges is how many requests are remembered.
const maxExchanges = 200

// RequestLog remembers the last requests of this run, in memory alone. It is filled from the goroutines that send them.
type RequestLog struct {
	mu      sync.Mutex
	number  int
	entries []model.Exchange
}

// Add remembers a request.
func (l *RequestLog) Add(e model.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.number++
	e.Number = l.number
	if len(l.entries) == maxExchanges {
		l.entries = l.entries[1:]
	}
	l.entries = append(l.entries, e)
}

// Last returns what is remembered, oldest first.
func (l *RequestLog) Last() []model.Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]model.Exchange(nil), l.entries...)
}
