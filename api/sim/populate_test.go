package sim

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

func TestDemoFleetIsCompleteAtStart(t *testing.T) {
	w := newTestAccount(t, Options{})
	backups, snapshots := w.list("/backups/"), w.list("/snapshots/")
	newest := func(id int64) time.Duration {
		age := 1000 * day
		for _, p := range append(backups.Results, snapshots.Results...) {
			if p.Server.ID == id && p.Status == "completed" {
				age = min(age, w.Now().Sub(p.CreatedAt))
			}
		}
		return age
	}
	for id, want := range map[int64]struct {
		name, status string
		least, most  time.Duration // of the newest point's age
	}{
		12345: {"web-server-01", "active", 0, day},
		12346: {"db-server-01", "active", 0, day},
		12347: {"db-server-02", "active", 1000 * day, 1000 * day},
		12348: {"mail-01", "active", 9 * day, 10 * day},
		12349: {"web-server-02", "active", 0, day},
		12350: {"web-server-03", "restoring", 0, day},
		12351: {"cache-01", "stopped", 0, day},
		12352: {"ci-runner-01", "active", 0, day},
		12353: {"ci-runner-02", "active", day, 2 * day},
		12354: {"vpn-gw", "active", 0, day},
		12355: {"staging-01", "active", 0, day},
		12356: {"legacy-app", "suspended", 21 * day, 22 * day},
	} {
		s := w.list("/servers/").find(t, id)
		if s.Name != want.name || s.Status != want.status {
			t.Errorf("%d: %s is %s, want %s, %s", id, s.Name, s.Status, want.name, want.status)
		}
		if age := newest(id); age < want.least || age > want.most {
			t.Errorf("%s: the newest point is %v old, want %v to %v", s.Name, age, want.least, want.most)
		}
	}
	running := 0
	for _, s := range snapshots.Results {
		if s.Status == "in_progress" {
			running++
			if age := w.Now().Sub(s.CreatedAt); age != 2*time.Minute {
				t.Errorf("the snapshot being created began %v ago", age)
			}
		}
	}
	if running != 1 {
		t.Errorf("%d snapshots are being created, want 1", running)
	}
}

func TestSmallFleetIsAPrefixOfALargeOne(t *testing.T) {
	large := New(Options{Seed: 5, Servers: 200, Clock: NewSteppedClock(testStart)})
	for _, n := range []int{1, 5, 12, 60} {
		small := New(Options{Seed: 5, Servers: n, Clock: NewSteppedClock(testStart)})
		if len(small.servers) != n {
			t.Fatalf("%d servers, want %d", len(small.servers), n)
		}
		for i, s := range small.servers {
			if !reflect.DeepEqual(s, large.servers[i]) {
				t.Errorf("server %d differs: %+v, %+v", i, s, large.servers[i])
			}
		}
	}
}

func TestAnAccountMayBeEmpty(t *testing.T) {
	w := newTestAccount(t, Options{Servers: -1})
	for _, path := range []string{"/servers/", "/backups/", "/snapshots/"} {
		if body := w.mustSend(200, "GET", path, ""); body != `{"count":0,"results":[]}` {
			t.Errorf("%s: %s", path, body)
		}
	}
	w.clock.Advance(30 * day)
	w.mustSend(200, "GET", "/backups/", "")
	w.mustSend(200, "GET", "/account/me/", "")
}

func TestALargeFleetIsPlausible(t *testing.T) {
	a := New(Options{Servers: MaxServers + 1, Clock: NewSteppedClock(testStart)})
	if len(a.servers) != MaxServers {
		t.Fatalf("%d servers", len(a.servers))
	}
	ranges := []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	}
	names, addresses := map[string]bool{}, map[string]bool{}
	for _, s := range a.servers {
		ip := netip.MustParseAddr(s.ip)
		inside := false
		for _, r := range ranges {
			inside = inside || r.Contains(ip)
		}
		if !inside || !strings.HasSuffix(s.hostname, ".example.com") {
			t.Fatalf("%s is at %s, %s", s.name, s.ip, s.hostname)
		}
		if s.updated.Before(s.created) || s.updated.After(testStart) {
			t.Fatalf("%s was created %v and changed %v", s.name, s.created, s.updated)
		}
		names[s.name], addresses[s.ip] = true, true
	}
	if len(names) != MaxServers || len(addresses) != MaxServers {
		t.Errorf("%d names, %d addresses", len(names), len(addresses))
	}
}

func TestInitialPointsRespectTheLimits(t *testing.T) {
	a := New(Options{Seed: 9, Servers: 3000, Clock: NewSteppedClock(testStart)})
	counts := map[string]int{}
	for kind, points := range a.points {
		for i, p := range points {
			if i > 0 && points[i-1].id >= p.id || p.id < 1 || p.id > a.lastID[kind] {
				t.Fatalf("%s %d is out of order", p.kind, p.id)
			}
			if p.created.Before(p.server.created) || p.created.After(testStart) || p.isExpired(testStart) ||
				p.sizeMB < 1 {
				t.Fatalf("%s %d of %s: created %v, expires %v, %d MB", p.kind, p.id, p.server.name, p.created,
					p.expires, p.sizeMB)
			}
			if p.kind == model.Snapshot && model.CheckSnapshotName(p.name) != nil {
				t.Fatalf("snapshot %d is called %q", p.id, p.name)
			}
			if p.automatic {
				continue
			}
			key := fmt.Sprint(p.kind, p.server.id)
			if counts[key]++; counts[key] > p.kind.Limit() {
				t.Fatalf("%s has more than %d", key, p.kind.Limit())
			}
		}
	}
}

func BenchmarkNew10000(b *testing.B) {
	for b.Loop() {
		New(Options{Servers: 10_000, Clock: NewSteppedClock(testStart)})
	}
}

func BenchmarkListPageOf20000(b *testing.B) {
	a := New(Options{Servers: 20_000, Clock: NewSteppedClock(testStart)})
	for b.Loop() {
		sendDirect(a, "GET", "/backups/?page=50&page_size=100", "")
	}
}

func BenchmarkListOneServerOf20000(b *testing.B) {
	a := New(Options{Servers: 20_000, Clock: NewSteppedClock(testStart)})
	for b.Loop() {
		sendDirect(a, "GET", "/backups/?server_id=12345", "")
	}
}

func BenchmarkWeekOf10000(b *testing.B) {
	for b.Loop() {
		clock := NewSteppedClock(testStart)
		a := New(Options{Servers: 10_000, Clock: clock})
		clock.Advance(7 * day)
		sendDirect(a, "GET", "/backups/?page_size=1", "")
	}
}
