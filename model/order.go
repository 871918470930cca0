package model

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Ordering is a way to sort rows: by a column, in either direction.
type Ordering[T any] struct {
	Name            string // of the column, to display
	AscendingText   string // ascending order, to display: "oldest first"
	DescendingText  string // descending order, to display: "newest first"
	DescendingFirst bool   // it is descending unless reversed
	Presorted       bool   // unless reversed, it is the order in which rows arrive: points newest first
	Sort            Sort[T]
}

// Arrange returns the rows in order. It does not modify rows.
func (o Ordering[T]) Arrange(rows []T, reversed bool) []T {
	if o.Presorted && !reversed {
		return rows
	}
	return o.Sort(rows, o.Descending(reversed))
}

// Sort returns rows in order without modifying them; falling means greatest first. Equal rows keep
// their order.
type Sort[T any] func(rows []T, descending bool) []T

// SortBy sorts by a key, in the order of compare. Rows without a known key are last in either
// direction.
func SortBy[T, K any](key func(T) (k K, known bool), compare func(a, b K) int) Sort[T] {
	return func(rows []T, descending bool) []T {
		// Keys are stored together, so that each row is read once instead of at every comparison.
		type keyed struct {
			key   K
			place int32
		}
		known, unknown := make([]keyed, 0, len(rows)), []T(nil)
		for place, row := range rows {
			if k, ok := key(row); ok {
				known = append(known, keyed{k, int32(place)})
			} else {
				unknown = append(unknown, row)
			}
		}
		slices.SortFunc(known, func(a, b keyed) int {
			switch c := compare(a.key, b.key); {
			case c == 0:
				return int(a.place - b.place)
			case descending:
				return -c
			default:
				return c
			}
		})
		sorted := make([]T, len(known), len(rows))
		for i, k := range known {
			sorted[i] = rows[k.place]
		}
		return append(sorted, unknown...)
	}
}

// AlwaysKnown adapts a key that every row has.
func AlwaysKnown[T, K any](key func(T) K) func(T) (K, bool) {
	return func(row T) (K, bool) { return key(row), true }
}

// Descending reports whether the greatest is first.
func (o Ordering[T]) Descending(reversed bool) bool { return o.DescendingFirst != reversed }

// Description describes the order: "created, newest first".
func (o Ordering[T]) Description(reversed bool) string {
	if o.Descending(reversed) {
		return o.Name + ", " + o.DescendingText
	}
	return o.Name + ", " + o.AscendingText
}

// ByText sorts by text, ignoring case; rows without text are last.
func ByText[T any](name string, text func(T) string) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: "from A to Z", DescendingText: "from Z to A", Sort: SortBy(
		func(row T) (string, bool) { t := text(row); return t, t != "" },
		func(x, y string) int {
			if x == y { // common
				return 0
			}
			return compareNames(x, y)
		},
	)}
}

// compareNames compares names as people count: web-2 before web-10, ignoring case. Names that
// differ only in case or leading zeros are compared by their bytes, so that the order is total.
func compareNames(x, y string) int { return cmp.Or(compareFolded(x, y), cmp.Compare(x, y)) }

// compareFolded compares texts in lower case, and numbers in them by value. ASCII, by far the most
// common, is compared without allocating.
func compareFolded(x, y string) int {
	for i := 0; i < min(len(x), len(y)); i++ {
		a, b := x[i], y[i]
		if isDigit(a) && isDigit(b) {
			m, n := countDigits(x[i:]), countDigits(y[i:])
			if c := compareNumbers(x[i:i+m], y[i:i+n]); c != 0 {
				return c
			}
			return compareFolded(x[i+m:], y[i+n:])
		}
		if a >= utf8.RuneSelf || b >= utf8.RuneSelf {
			r, m := utf8.DecodeRuneInString(x[i:])
			q, n := utf8.DecodeRuneInString(y[i:])
			if c := cmp.Compare(unicode.ToLower(r), unicode.ToLower(q)); c != 0 {
				return c
			}
			return compareFolded(x[i+m:], y[i+n:])
		}
		if c := cmp.Compare(lowerByte(a), lowerByte(b)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// countDigits returns how many digits a text begins with.
func countDigits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// compareNumbers compares digit strings of any length by value.
func compareNumbers(x, y string) int {
	x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c | 0x20
	}
	return c
}

// ByNumber sorts by a number, the greatest first.
func ByNumber[T any, N cmp.Ordered](name, ascending, descending string, number func(T) N) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: ascending, DescendingText: descending, DescendingFirst: true,
		Sort: SortBy(AlwaysKnown(number), cmp.Compare[N])}
}

// NewestFirst compares points by creation time, the newest first, then by kind and ID, so that the
// order is total.
func NewestFirst(a, b *Point) int {
	// nearly always true, and a large fleet has a hundred thousand points
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), b.ID.Compare(a.ID))
}

// ByServerName compares servers by name, then by ID, so that the order is total.
func ByServerName(a, b *Server) int { return byNameAndID(a.Ref(), b.Ref()) }

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

// ByCreation sorts points by age. They arrive newest first (see [NewestFirst]). Points of unknown
// age are last.
func ByCreation() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "created", AscendingText: "oldest first", DescendingText: "newest first", DescendingFirst: true,
		Presorted: true,
		Sort: SortBy(func(p *Point) (time.Time, bool) { return p.CreatedAt, !p.CreatedAt.IsZero() },
			time.Time.Compare),
	}
}

// ByExpiry sorts points by expiry, the soonest first; those that never expire are last.
func ByExpiry() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "expires", AscendingText: "soonest first", DescendingText: "latest first",
		Sort: SortBy(func(p *Point) (time.Time, bool) { return p.ExpiresAt, !p.ExpiresAt.IsZero() }, time.Time.Compare),
	}
}

// BySize sorts points by size, the largest first; those of unknown size are last.
func BySize() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "size", AscendingText: "smallest first", DescendingText: "largest first", DescendingFirst: true,
		Sort: SortBy(func(p *Point) (int64, bool) { return p.Size() }, cmp.Compare[int64]),
	}
}

// ByAddress sorts by IP address, number by number; invalid addresses are last.
func ByAddress[T any](name string, address func(T) string) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: "lowest first", DescendingText: "highest first", Sort: SortBy(
		func(row T) (netip.Addr, bool) { at, err := netip.ParseAddr(address(row)); return at, err == nil },
		netip.Addr.Compare,
	)}
}
