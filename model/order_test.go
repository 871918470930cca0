package model

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// orderingCase is an ordering and its expected comparison.
type orderingCase struct {
	Ordering[*Point]
	missing func(*Point) bool
	compare func(a, b *Point) int
}

// pointOrderings returns all orderings of points.
func pointOrderings() []orderingCase {
	none := func(*Point) bool { return false }
	text := func(of func(*Point) string) orderingCase {
		return orderingCase{ByText("text", of), func(p *Point) bool { return of(p) == "" }, func(a, b *Point) int {
			return cmp.Or(cmp.Compare(strings.ToLower(of(a)), strings.ToLower(of(b))), cmp.Compare(of(a), of(b)))
		}}
	}
	address := func(p *Point) netip.Addr { at, _ := netip.ParseAddr(p.Description); return at }
	return []orderingCase{
		{ByCreation(), func(p *Point) bool { return p.CreatedAt.IsZero() },
			func(a, b *Point) int { return a.CreatedAt.Compare(b.CreatedAt) }},
		{ByExpiry(), func(p *Point) bool { return p.ExpiresAt.IsZero() },
			func(a, b *Point) int { return a.ExpiresAt.Compare(b.ExpiresAt) }},
		{BySize(), func(p *Point) bool { return p.SizeMB <= 0 },
			func(a, b *Point) int { return cmp.Compare(a.SizeMB, b.SizeMB) }},
		text(func(p *Point) string { return p.Name }),
		text(func(p *Point) string { return string(p.Status) }),
		{ByNumber("kind", "", "", func(p *Point) Kind { return p.Kind }), none,
			func(a, b *Point) int { return cmp.Compare(a.Kind, b.Kind) }},
		{ByAddress("address", func(p *Point) string { return p.Description }),
			func(p *Point) bool { return !address(p).IsValid() },
			func(a, b *Point) int { return address(a).Compare(address(b)) }},
	}
}

// mixedPoints draws points with different keys, of which many are equal in other fields.
func mixedPoints(t *rapid.T) []*Point {
	moment := rapid.SampledFrom([]time.Time{{}, now, now.Add(-time.Hour), now.Add(time.Hour)})
	one := rapid.Custom(func(t *rapid.T) *Point {
		return &Point{
			Kind: rapid.SampledFrom([]Kind{Backup, Snapshot}).Draw(t, "kind"),
			ID:   rapid.SampledFrom([]ID{"1", "01", "2", "10", "a", "b"}).Draw(t, "id"),
			Name: rapid.SampledFrom([]string{"", "web", "Web", "db"}).Draw(t, "name"), Status: Completed,
			SizeMB:    rapid.SampledFrom([]int64{0, 5, 7}).Draw(t, "size"),
			CreatedAt: moment.Draw(t, "created"), ExpiresAt: moment.Draw(t, "expires"),
			Description: rapid.SampledFrom([]string{"", "10.0.0.2", "10.0.0.10", "::1", "none"}).Draw(t, "address"),
		}
	})
	return rapid.SliceOfNDistinct(one, 2, 12, (*Point).Key).Draw(t, "points")
}

func TestSortIsStableWithMissingValuesLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := mixedPoints(t)
		o := rapid.SampledFrom(pointOrderings()).Draw(t, "order")
		descending := rapid.Bool().Draw(t, "descending")
		came := slices.Clone(points)
		got := o.Sort(points, descending)
		if !slices.Equal(points, came) {
			t.Fatalf("%s modifies its input", o.Name)
		}
		want := slices.Clone(points)
		slices.SortStableFunc(want, func(a, b *Point) int {
			none, other := o.missing(a), o.missing(b)
			switch {
			case none && other:
				return 0
			case none:
				return 1
			case other:
				return -1
			case descending:
				return o.compare(b, a)
			}
			return o.compare(a, b)
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%s, descending %v:\n%+v\n%+v", o.Name, descending, got, want)
		}
	})
}

func TestPresortedPointsAreNotSortedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := mixedPoints(t)
		slices.SortFunc(points, NewestFirst)
		if got := ByCreation().Sort(points, true); !slices.Equal(got, points) {
			t.Fatalf("%+v\n%+v", points, got)
		}
	})
}

func TestAddressesAreSortedNumerically(t *testing.T) {
	rows := []string{"10.0.0.10", "", "10.0.0.9", "203.0.113.1", "no address"}
	self := func(s string) string { return s }
	rows = ByAddress("ip", self).Sort(rows, false)
	if want := []string{"10.0.0.9", "10.0.0.10", "203.0.113.1", "", "no address"}; !slices.Equal(rows, want) {
		t.Errorf("%q", rows)
	}
}

func TestTextsAreComparedCaseInsensitively(t *testing.T) {
	text := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("aAbB-_[1éÉKßẞ")), 0, 4, -1), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if got, want := compareFolded(a, b), cmp.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}
