package sshd

import (
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// maxBlocks is how many network blocks are tracked, for the rate of logins and for earlier logins.
// At that number a new one replaces any other.
const maxBlocks = 10_000

// Why a connection is refused, or loses its place to a newer one.
var (
	tooManyAttempts        = refusal{TooManyAttempts, "too many attempts from this address"}
	tooManyUnauthenticated = refusal{TooManyUnauthenticated, "too many connections that have not logged in"}
)

// admission decides which connections may log in, by the network block of their address. The places
// are few, and a client can take many without a word, so:
//
//   - The fuller it gets, the more likely a block is refused that already has places.
//   - A quarter of the places is kept for blocks that have logged in before.
//   - If there is no place left, the oldest connection loses its own to the new one.
//
// It is not safe for concurrent use.
type admission struct {
	limits   Limits
	now      func() time.Time
	random   func() float64 // from 0 to below 1
	waiting  []*applicant   // oldest first
	attempts map[netip.Prefix]*rate.Limiter
	known    map[netip.Prefix]bool // blocks that have logged in
}

// applicant is a connection that has not logged in yet.
type applicant struct {
	block netip.Prefix
	known bool   // its block has logged in before
	drop  func() // closes the connection
}

func newAdmission(l Limits, now func() time.Time, random func() float64) *admission {
	return &admission{limits: l, now: now, random: random, attempts: map[netip.Prefix]*rate.Limiter{},
		known: map[netip.Prefix]bool{}}
}

// admit gives a place to a connection, or returns why not. Another one may lose its place to it: the
// caller must drop that one. The place must be given back with remove.
func (a *admission) admit(block netip.Prefix, drop func()) (admitted, dropped *applicant, refused refusal) {
	if !a.limiter(block).AllowN(a.now(), 1) {
		return nil, nil, tooManyAttempts
	}
	if a.random() < a.refusalChance(block) {
		return nil, nil, tooManyUnauthenticated
	}
	next := &applicant{block: block, known: a.known[block], drop: drop}
	if a.isFull(next) {
		if dropped = a.oldest(next); dropped == nil {
			return nil, nil, tooManyUnauthenticated
		}
		a.remove(dropped)
	}
	a.waiting = append(a.waiting, next)
	return next, dropped, refusal{}
}

// remove takes the place of a connection that has logged in or has closed.
func (a *admission) remove(gone *applicant) {
	if i := slices.Index(a.waiting, gone); i >= 0 {
		a.waiting = slices.Delete(a.waiting, i, i+1)
	}
}

// remember notes that a block has logged in.
func (a *admission) remember(block netip.Prefix) {
	makeRoom(a.known)
	a.known[block] = true
}

// limiter limits the attempts of a block.
func (a *admission) limiter(block netip.Prefix) *rate.Limiter {
	l := a.attempts[block]
	if l == nil {
		makeRoom(a.attempts)
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(a.limits.LoginsPerMinute)), a.limits.LoginsPerMinute)
		a.attempts[block] = l
	}
	return l
}

// refusalChance returns how likely a block is refused, from 0 to 1. It grows from a tenth of the
// places on, and with the block's share of its own limit. A block without a place is not refused.
func (a *admission) refusalChance(block netip.Prefix) float64 {
	all := a.limits.Unauthenticated
	start := all / 10
	fill := float64(len(a.waiting)-start) / float64(max(all-start, 1))
	share := float64(a.count(ofBlock(block))) / float64(a.limits.LoginsPerBlock)
	return max(fill, 0) * share
}

// isFull reports whether there is no place for a connection unless another loses its own.
func (a *admission) isFull(next *applicant) bool {
	all := a.limits.Unauthenticated
	kept := all / 4 // for known blocks
	return len(a.waiting) >= all || a.count(ofBlock(next.block)) >= a.limits.LoginsPerBlock ||
		!next.known && a.count(isUnknown) >= all-kept
}

// oldest returns which connection loses its place to a new one. One of a known block loses it only
// to another of a known block. oldest returns nil if no connection may lose its place.
func (a *admission) oldest(next *applicant) *applicant {
	if a.count(ofBlock(next.block)) >= a.limits.LoginsPerBlock {
		return a.first(ofBlock(next.block))
	}
	if found := a.first(isUnknown); found != nil || !next.known {
		return found
	}
	return a.first(func(*applicant) bool { return true })
}

func isUnknown(p *applicant) bool { return !p.known }

func ofBlock(block netip.Prefix) func(*applicant) bool {
	return func(p *applicant) bool { return p.block == block }
}

func (a *admission) first(matches func(*applicant) bool) *applicant {
	if i := slices.IndexFunc(a.waiting, matches); i >= 0 {
		return a.waiting[i]
	}
	return nil
}

func (a *admission) count(matches func(*applicant) bool) int {
	n := 0
	for _, p := range a.waiting {
		if matches(p) {
			n++
		}
	}
	return n
}

// makeRoom deletes any entry if the map has maxBlocks.
func makeRoom[V any](blocks map[netip.Prefix]V) {
	if len(blocks) < maxBlocks {
		return
	}
	for block := range blocks {
		delete(blocks, block)
		return
	}
}

// blockOf returns the network block of an address. All addresses that are not of IP share the zero
// block.
func (l Limits) blockOf(address net.Addr) netip.Prefix {
	ip, err := netip.ParseAddr(host(address))
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := l.BlockIPv6
	if ip.Is4() {
		bits = l.BlockIPv4
	}
	return netip.PrefixFrom(ip, min(bits, ip.BitLen())).Masked()
}
