package model

import (
	"cmp"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Ordering is one way in which rows can be ordered: by a column, which has two ends to begin at.
type Ordering[T any] struct {
	Name    string           // of the column, for a person
	Up      string           // how it is called when the least comes first: "oldest first"
	Down    string           // the other way round: "newest first"
	Falls   bool             // it begins with the greatest unless it is turned round
	Compare func(a, b T) int // by the column alone, the least first
	Missing func(row T) bool // rows without a value, which come last either way; nil: there are none
}

// Arrange is the order in force: total, if tie is, and the same for the same rows however they came. Rows that are alike in
// the column stand by tie, whichever way round the column is.
func (o Ordering[T]) Arrange(turned bool, tie func(a, b T) int) func(a, b T) int {
	sign := 1
	if o.Falling(turned) {
		sign = -1
	}
	return func(a, b T) int {
		if o.Missing != nil {
			none, other := o.Missing(a), o.Missing(b)
			if none != other {
				return yes(none) - yes(other)
			}
			if none {
				return tie(a, b)
			}
		}
		if c := sign * o.Compare(a, b); c != 0 {
			return c
		}
		return tie(a, b)
	}
}

// Falling says whether the greatest comes first.
func (o Ordering[T]) Falling(turned bool) bool { return o.Falls != turned }

// Words says the order in force: "created, newest first".
func (o Ordering[T]) Words(turned bool) string {
	if o.Falling(turned) {
		return o.Name + ", " + o.Down
	}
	return o.Name + ", " + o.Up
}

func yes(b bool) int {
	if b {
		return 1
	}
	return 0
}

// ByText orders by a text, whatever its case; rows without it come last.
func ByText[T any](name string, text func(T) string) Ordering[T] {
	return Ordering[T]{
		Name: name, Up: "from A to Z", Down: "from Z to A",
		Compare: func(a, b T) int {
			x, y := text(a), text(b)
			return cmp.Or(compareFolded(x, y), cmp.Compare(x, y))
		},
		Missing: func(row T) bool { return text(row) == "" },
	}
}

// compareFolded compares texts as if both were in lower case. Nearly all are ASCII: those take no memory.
func compareFolded(x, y string) int {
	for i := range min(len(x), len(y)) {
		a, b := x[i], y[i]
		if a >= utf8.RuneSelf || b >= utf8.RuneSelf {
			return cmp.Compare(strings.ToLower(x[i:]), strings.ToLower(y[i:]))
		}
		if c := cmp.Compare(lower(a), lower(b)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// ByNumber orders by a number, the greatest first.
func ByNumber[T any, N cmp.Ordered](name, up, down string, number func(T) N) Ordering[T] {
	return Ordering[T]{Name: name, Up: up, Down: down, Falls: true, Compare: func(a, b T) int { return cmp.Compare(number(a), number(b)) }}
}

// NewestFirst compares points by creation time, the newest first, then by kind and ID, so that the order is total.
func NewestFirst(a, b *Point) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 { // nearly always, and a large fleet has a hundred thousand of them
		return c
	}
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), b.ID.Compare(a.ID))
}

// ByServerName compares servers by name, then by ID, so that the order is total.
func ByServerName(a, b Server) int { return byNameAndID(a.Ref(), b.Ref()) }

// Compare orders IDs as [ID.Less] does.
func (i ID) Compare(other ID) int {
	switch {
	case i.Less(other):
		return -1
	case other.Less(i):
		return 1
	}
	return 0
}

// ByCreation orders points by age, the newest first.
func ByCreation() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "created", Up: "oldest first", Down: "newest first", Falls: true,
		Compare: func(a, b *Point) int { return a.CreatedAt.Compare(b.CreatedAt) },
		Missing: func(p *Point) bool { return p.CreatedAt.IsZero() },
	}
}

// ByExpiry orders points by their end, the soonest first; those that never expire come last.
func ByExpiry() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "expires", Up: "soonest first", Down: "latest first",
		Compare: func(a, b *Point) int { return a.ExpiresAt.Compare(b.ExpiresAt) },
		Missing: func(p *Point) bool { return p.ExpiresAt.IsZero() },
	}
}

// BySize orders points by size, the largest first; those whose size is not known come last.
func BySize() Ordering[*Point] {
	o := ByNumber("size", "smallest first", "largest first", func(p *Point) int64 { return p.SizeMB })
	o.Missing = func(p *Point) bool { return p.SizeMB <= 0 }
	return o
}

// ByAddress orders by IP address, number by number; what is no address comes last.
func ByAddress[T any](name string, address func(T) string) Ordering[T] {
	parse := func(row T) netip.Addr {
		at, err := netip.ParseAddr(address(row))
		if err != nil {
			return netip.Addr{}
		}
		return at
	}
	return Ordering[T]{
		Name: name, Up: "lowest first", Down: "highest first",
		Compare: func(a, b T) int { return parse(a).Compare(parse(b)) },
		Missing: func(row T) bool { return !parse(row).IsValid() },
	}
}
