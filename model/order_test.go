package model

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pointOrderings are all the ways to order points.
func pointOrderings() []Ordering[*Point] {
	return []Ordering[*Point]{
		ByCreation(), ByExpiry(), BySize(),
		ByText("name", func(p *Point) string { return p.Name }),
		ByText("status", func(p *Point) string { return string(p.Status) }),
		ByNumber("kind", "", "", func(p *Point) Kind { return p.Kind }),
		ByAddress("address", func(p *Point) string { return p.Description }),
	}
}

// mixedPoints draws points of which many are alike in one thing or another. Their keys differ.
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

func TestAnOrderIsTotalAndTheSameHoweverTheRowsCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := mixedPoints(t)
		o := rapid.SampledFrom(pointOrderings()).Draw(t, "order")
		by := o.Arrange(rapid.Bool().Draw(t, "turned"), NewestFirst)
		sign := func(n int) int { return cmp.Compare(n, 0) }
		for _, a := range points {
			for _, b := range points {
				if sign(by(a, b)) != -sign(by(b, a)) || by(a, b) == 0 != (a.Key() == b.Key()) {
					t.Fatalf("%s: %+v and %+v have no place to each other", o.Name, a, b)
				}
				for _, c := range points {
					if by(a, b) < 0 && by(b, c) < 0 && by(a, c) >= 0 {
						t.Fatalf("%s goes round in a circle: %+v, %+v, %+v", o.Name, a, b, c)
					}
				}
			}
		}
		one, other := slices.Clone(points), rapid.Permutation(points).Draw(t, "as they came")
		slices.SortStableFunc(one, by)
		slices.SortStableFunc(other, by)
		if !slices.Equal(one, other) {
			t.Fatalf("%s depends on how the rows came:\n%+v\n%+v", o.Name, one, other)
		}
	})
}

func TestTheOtherWayRoundTurnsWhatHasAValueAndLeavesTheRestLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(pointOrderings()).Draw(t, "order")
		points := mixedPoints(t)
		for _, turned := range []bool{false, true} {
			slices.SortStableFunc(points, o.Arrange(turned, NewestFirst))
			ended := false
			for i, p := range points {
				missing := o.Missing != nil && o.Missing(p)
				if ended && !missing {
					t.Fatalf("%s: %+v stands behind one without a value", o.Name, p)
				}
				ended = missing
				if i == 0 || missing {
					continue
				}
				if c := o.Compare(points[i-1], p); o.Falling(turned) && c < 0 || !o.Falling(turned) && c > 0 {
					t.Fatalf("%s, turned %v: %+v comes before %+v", o.Name, turned, points[i-1], p)
				}
			}
		}
	})
}

func TestAddressesStandNumberByNumber(t *testing.T) {
	rows := []string{"10.0.0.10", "", "10.0.0.9", "203.0.113.1", "no address"}
	self := func(s string) string { return s }
	slices.SortStableFunc(rows, ByAddress("ip", self).Arrange(false, cmp.Compare[string]))
	if want := []string{"10.0.0.9", "10.0.0.10", "203.0.113.1", "", "no address"}; !slices.Equal(rows, want) {
		t.Errorf("%q", rows)
	}
}

func TestTextsAreComparedAsInLowerCase(t *testing.T) {
	text := rapid.OneOf(rapid.StringOfN(rapid.SampledFrom([]rune("aAbB-_[1éÉKßẞ")), 0, 4, -1), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if got, want := compareFolded(a, b), cmp.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
			t.Fatalf("%q and %q: %d, want %d", a, b, got, want)
		}
	})
}
