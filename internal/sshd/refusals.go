package sshd

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
)

// maxRefusals is how many different refusals are logged in an interval. The others are only counted.
const maxRefusals = 100

// loginRefusal says why a client that has not logged in was refused.
type loginRefusal struct {
	event  string // as in the log
	why    string
	reason Reason // "": not counted, because the login goes on
	key    string // fingerprint of the key that was refused; "": the client was refused
	as     string // the name that the client gave with the key
}

// blockRefusal is a refusal of a client in a network block. Equal ones are counted together.
type blockRefusal struct {
	block netip.Prefix
	loginRefusal
}

// refusalCounter counts refusals, so that a flood of them does not flood the log. Of the same ones
// only the first in an interval is to be logged. It is safe for concurrent use.
type refusalCounter struct {
	mu      sync.Mutex
	counts  map[blockRefusal]int
	further int // neither logged nor in counts
}

// add counts a refusal, and reports whether it is to be logged.
func (r *refusalCounter) add(b blockRefusal) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[blockRefusal]int{}
	}
	if r.counts[b] == 0 && len(r.counts) >= maxRefusals {
		r.further++
		return false
	}
	r.counts[b]++
	return r.counts[b] == 1
}

// take ends an interval. It returns how often each refusal was repeated, and the number of further
// ones.
func (r *refusalCounter) take() (repeated map[blockRefusal]int, further int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repeated, further = map[blockRefusal]int{}, r.further
	for b, n := range r.counts {
		if n > 1 {
			repeated[b] = n - 1
		}
	}
	r.counts, r.further = nil, 0
	return repeated, further
}

// write writes the refusal to the log.
func (r loginRefusal) write(log *slog.Logger, event string) {
	level := slog.LevelWarn
	if r.key != "" { // clients offer all their keys
		level, log = slog.LevelInfo, log.With("key", r.key, "as", r.as)
	}
	log.Log(context.Background(), level, event, "why", r.why)
}

// refuse counts the refusal of a client that has not logged in. All of them pass here.
func (s *Server) refuse(from net.Addr, r loginRefusal) {
	if r.reason != "" {
		s.opts.Meter.Refused(r.reason)
	}
	if s.refusals.add(blockRefusal{s.opts.Limits.blockOf(from), r}) {
		r.write(s.opts.Log.With("address", host(from)), r.event)
	}
}

// logRefusals logs how often refusals were repeated since it was last called.
func (s *Server) logRefusals() {
	repeated, further := s.refusals.take()
	for b, n := range repeated {
		b.write(s.opts.Log.With("times", n, "block", b.block.String()), b.event+" again")
	}
	if further > 0 {
		s.opts.Log.Warn("further refusals", "times", further)
	}
}
