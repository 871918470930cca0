package sshd

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"
)

// testDoor is an admission with a stepped clock and a given random number.
type testDoor struct {
	*admission
	t      *testing.T
	time   time.Time
	chance float64
}

func newTestDoor(t *testing.T, l Limits) *testDoor {
	d := &testDoor{t: t, time: time.Unix(1_000_000, 0), chance: 1 - 1e-9}
	d.admission = newAdmission(l.withDefaults(), func() time.Time { return d.time }, func() float64 { return d.chance })
	return d
}

func testBlock(number int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(number >> 8), byte(number)}), 32)
}

// require admits a connection, and returns it and the one that was dropped for it.
func (d *testDoor) require(block int) (admitted, dropped *applicant) {
	d.t.Helper()
	admitted, dropped, why := d.admit(testBlock(block), nil)
	if why != (refusal{}) {
		d.t.Fatalf("block %d is refused: %s", block, why.text)
	}
	return admitted, dropped
}

func TestAdmissionDropsOldestWhenFull(t *testing.T) {
	t.Parallel()
	d := newTestDoor(t, Limits{Unauthenticated: 8})
	first, _ := d.require(1)
	second, _ := d.require(2)
	for block := 3; block <= 6; block++ {
		d.require(block)
	}
	if _, dropped := d.require(7); dropped != first {
		t.Errorf("dropped %v", dropped)
	}
	d.remove(second)
	if _, dropped := d.require(8); dropped != nil {
		t.Errorf("there was a place, but %v was dropped", dropped)
	}
	if n := len(d.waiting); n != 6 {
		t.Errorf("%d of 8 places are taken by unknown blocks, want 6", n)
	}
}

func TestAdmissionKeepsPlacesForKnownBlocks(t *testing.T) {
	t.Parallel()
	d := newTestDoor(t, Limits{Unauthenticated: 8})
	for block := 101; block <= 109; block++ {
		d.remember(testBlock(block))
	}
	strangers := 0
	for block := 1; block <= 20; block++ {
		d.require(block)
	}
	for block := 101; block <= 108; block++ { // two kept places, then those of strangers
		_, dropped := d.require(block)
		switch {
		case dropped == nil:
		case dropped.known:
			t.Errorf("block %s was dropped, a known one", dropped.block)
		default:
			strangers++
		}
	}
	if strangers != 6 {
		t.Errorf("%d unknown blocks were dropped, want 6", strangers)
	}
	if _, _, why := d.admit(testBlock(30), nil); why != tooManyUnauthenticated {
		t.Errorf("an unknown block took the place of a known one: %q", why.text)
	}
	if _, dropped := d.require(109); dropped == nil || dropped.block != testBlock(101) {
		t.Errorf("dropped %v, want the oldest known block", dropped)
	}
}

// A block at its limit loses its own places, and no other block's.
func TestAdmissionLimitsBlock(t *testing.T) {
	t.Parallel()
	d := newTestDoor(t, Limits{LoginsPerBlock: 3})
	other, _ := d.require(1)
	first, _ := d.require(2)
	d.require(2)
	d.require(2)
	if _, dropped := d.require(2); dropped != first {
		t.Errorf("dropped %v", dropped)
	}
	if n := d.count(ofBlock(testBlock(2))); n != 3 || d.first(ofBlock(testBlock(1))) != other {
		t.Errorf("the block has %d places, want 3, and the other block must keep its own", n)
	}
}

func TestAdmissionRefusesCrowdedBlocksEarly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		taken, held int // places of others, and of the block
		want        float64
	}{
		{taken: 5, held: 5, want: 0}, // below a tenth of the places
		{taken: 55, held: 0, want: 0},
		{taken: 50, held: 5, want: .25},
		{taken: 69, held: 5, want: .5 * 64 / 90},
		{taken: 45, held: 10, want: .5},
	} {
		d := newTestDoor(t, Limits{})
		for i := range c.taken {
			d.require(100 + i)
		}
		for range c.held {
			d.require(1)
		}
		d.chance = c.want
		if _, _, why := d.admit(testBlock(1), nil); why != (refusal{}) {
			t.Errorf("%+v: refused at %v: %s", c, d.chance, why.text)
		}
		d = newTestDoor(t, Limits{})
		for i := range c.taken {
			d.require(100 + i)
		}
		for range c.held {
			d.require(1)
		}
		d.chance = c.want - 1e-6
		if _, _, why := d.admit(testBlock(1), nil); why != tooManyUnauthenticated && c.want > 0 {
			t.Errorf("%+v: not refused at %v", c, d.chance)
		}
	}
}

func TestAdmissionLimitsAttempts(t *testing.T) {
	t.Parallel()
	d := newTestDoor(t, Limits{LoginsPerMinute: 2})
	for range 2 {
		p, _ := d.require(1)
		d.remove(p)
	}
	if _, _, why := d.admit(testBlock(1), nil); why != tooManyAttempts {
		t.Errorf("the third attempt: %q", why.text)
	}
	d.require(2)
	d.time = d.time.Add(30 * time.Second)
	d.require(1)
}

func TestAdmissionTracksBoundedBlocks(t *testing.T) {
	t.Parallel()
	d := newTestDoor(t, Limits{})
	for i := range maxBlocks + 100 {
		p, _ := d.require(i)
		d.remove(p)
		d.remember(testBlock(i))
	}
	if len(d.attempts) != maxBlocks || len(d.known) != maxBlocks {
		t.Errorf("%d and %d blocks are tracked", len(d.attempts), len(d.known))
	}
}

func TestBlockOf(t *testing.T) {
	t.Parallel()
	l := Limits{}.withDefaults()
	wide := Limits{BlockIPv4: 24, BlockIPv6: 48}.withDefaults()
	for address, want := range map[string][2]string{
		"192.0.2.7":          {"192.0.2.7/32", "192.0.2.0/24"},
		"::ffff:192.0.2.7":   {"192.0.2.7/32", "192.0.2.0/24"},
		"2001:db8:1:2:3::4":  {"2001:db8:1:2::/64", "2001:db8:1::/48"},
		"fe80::1%eth0":       {"fe80::/64", "fe80::/48"},
		"somewhere, perhaps": {"invalid Prefix", "invalid Prefix"},
	} {
		from := testAddr(net.JoinHostPort(address, "22"))
		if got := l.blockOf(from).String(); got != want[0] {
			t.Errorf("%s: %s, want %s", address, got, want[0])
		}
		if got := wide.blockOf(from).String(); got != want[1] {
			t.Errorf("%s: %s, want %s", address, got, want[1])
		}
	}
}

type testAddr string

func (testAddr) Network() string  { return "tcp" }
func (a testAddr) String() string { return string(a) }

func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	var r refusalCounter
	logged := 0
	for i := range maxRefusals + 20 {
		for range 3 {
			if r.add(blockRefusal{testBlock(i), loginRefusal{event: "connection refused"}}) {
				logged++
			}
		}
	}
	repeated, further := r.take()
	if logged != maxRefusals || len(repeated) != maxRefusals || further != 60 {
		t.Errorf("%d logged, %d repeated, %d further", logged, len(repeated), further)
	}
	for b, n := range repeated {
		if n != 2 {
			t.Errorf("%s was repeated %d times, want 2", b.block, n)
		}
	}
	if !r.add(blockRefusal{testBlock(0), loginRefusal{event: "connection refused"}}) {
		t.Error("the next interval does not start at 0")
	}
	if repeated, further = r.take(); len(repeated) != 0 || further != 0 {
		t.Error(fmt.Sprint(repeated, further))
	}
}
