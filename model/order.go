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

// Ordering is one way in which rows can be ordered: by a column, which has two ends to begin at.
type Ordering[T any] struct {
	Name            string // of the column, for a person
	AscendingText   string // how it is called when the least comes first: "oldest first"
	DescendingText  string // the other way round: "newest first"
	DescendingFirst bool   // it begins with the greatest unless it is turned round
	Presorted       bool   // unless it is turned round, it is how its rows come: points newest first
	Sort            Sort[T]
}

// Arrange puts rows in order, which it leaves as they are.
func (o Ordering[T]) Arrange(rows []T, turned bool) []T {
	if o.Presorted && !turned {
		return rows
	}
	return o.Sort(rows, o.Descending(turned))
}

// Sort puts rows, which it leaves as they are, in order, falling with the greatest first. Rows that are alike keep the order in which
// they came.
type Sort[T any] func(rows []T, falling bool) []T

// SortBy sorts by a key, of which compare puts the least first. Rows for which it is not known come last either way.
func SortBy[T, K any](key func(T) (k K, known bool), compare func(a, b K) int) Sort[T] {
	return func(rows []T, falling bool) []T {
		// The keys stand side by side, so that the rows are walked through once, and not for every comparison.
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
			case falling:
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

// AlwaysKnown makes a key of one that every row has.
func AlwaysKnown[T, K any](key func(T) K) func(T) (K, bool) {
	return func(row T) (K, bool) { return key(row), true }
}

// Descending reports whether the greatest comes first.
func (o Ordering[T]) Descending(turned bool) bool { return o.DescendingFirst != turned }

// Description says the order in force: "created, newest first".
func (o Ordering[T]) Description(turned bool) string {
	if o.Descending(turned) {
		return o.Name + ", " + o.DescendingText
	}
	return o.Name + ", " + o.AscendingText
}

// ByText orders by a text, whatever its case; rows without it come last.
func ByText[T any](name string, text func(T) string) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: "from A to Z", DescendingText: "from Z to A", Sort: SortBy(
		func(row T) (string, bool) { t := text(row); return t, t != "" },
		func(x, y string) int {
			if x == y { // many are
				return 0
			}
			return compareNames(x, y)
		},
	)}
}

// compareNames orders names as a person counts: web-2 before web-10, whatever the case. Names that only differ in case or in
// zeros before a number come in the order of their bytes, so that the order is total.
func compareNames(x, y string) int { return cmp.Or(compareFolded(x, y), cmp.Compare(x, y)) }

// compareFolded compares texts as if both were in lower case, and their numbers by size. Nearly all are ASCII: those take no
// memory.
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

// countDigits is how many digits a text begins with.
func countDigits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// compareNumbers compares texts of digits by their size, however long they are.
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

// ByNumber orders by a number, the greatest first.
func ByNumber[T any, N cmp.Ordered](name, up, down string, number func(T) N) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: up, DescendingText: down, DescendingFirst: true, Sort: SortBy(AlwaysKnown(number), cmp.Compare[N])}
}

// NewestFirst compares points by creation time, the newest first, then by kind and ID, so that the order is total.
func NewestFirst(a, b *Point) int {
	if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 { // nearly always, and a large fleet has a hundred thousand of them
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

// ByCreation orders points, which come newest first (see [NewestFirst]), by age; those whose age is not known come last.
func ByCreation() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "created", AscendingText: "oldest first", DescendingText: "newest first", DescendingFirst: true, Presorted: true,
		Sort: SortBy(func(p *Point) (time.Time, bool) { return p.CreatedAt, !p.CreatedAt.IsZero() }, time.Time.Compare),
	}
}

// ByExpiry orders points by their end, the soonest first; those that never expire come last.
func ByExpiry() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "expires", AscendingText: "soonest first", DescendingText: "latest first",
		Sort: SortBy(func(p *Point) (time.Time, bool) { return p.ExpiresAt, !p.ExpiresAt.IsZero() }, time.Time.Compare),
	}
}

// BySize orders points by size, the largest first; those whose size is not known come last.
func BySize() Ordering[*Point] {
	return Ordering[*Point]{
		Name: "size", AscendingText: "smallest first", DescendingText: "largest first", DescendingFirst: true,
		Sort: SortBy(func(p *Point) (int64, bool) { return p.Size() }, cmp.Compare[int64]),
	}
}

// ByAddress orders by IP address, number by number; what is no address comes last.
func ByAddress[T any](name string, address func(T) string) Ordering[T] {
	return Ordering[T]{Name: name, AscendingText: "lowest first", DescendingText: "highest first", Sort: SortBy(
		func(row T) (netip.Addr, bool) { at, err := netip.ParseAddr(address(row)); return at, err == nil },
		netip.Addr.Compare,
	)}
}
