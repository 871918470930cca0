package retention

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// The plan is compared with `restic forget --dry-run` on the same times and rules, where both mean
// the same. It takes some minutes and needs restic: VPSDECK_RESTIC=1 go test ./model/retention -run Restic -v
//
// Restic counts hours by the clock; here all times are UTC, where both agree. Releases of restic
// differ in whether the oldest snapshot stays for a rule that has not used up its number, so a
// history may differ in its oldest time.
func TestRulesAgreeWithRestic(t *testing.T) {
	if os.Getenv("VPSDECK_RESTIC") == "" {
		t.Skip("set VPSDECK_RESTIC=1 to compare with restic")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "data")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	restic := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command("restic", append([]string{"--repo", filepath.Join(dir, "repo"), "--quiet", "--no-cache"},
			args...)...)
		cmd.Env = append(os.Environ(), "RESTIC_PASSWORD=x", "TZ=UTC")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("restic %v: %v", args, err)
		}
		return out
	}
	restic("init")
	same, oldest := 0, 0
	for n := range 50 {
		r := rand.New(rand.NewPCG(uint64(n), 50))
		host := fmt.Sprintf("history-%02d", n)
		var times []time.Time
		span := []int{48, 24 * 14, 24 * 90, 24 * 700}[n%4]
		for range 4 + r.IntN(9) {
			when := now.Add(-time.Duration(r.IntN(span)) * time.Hour).Add(-time.Duration(r.IntN(3600)) * time.Second)
			if slices.ContainsFunc(times, when.Equal) {
				continue
			}
			times = append(times, when)
			restic("backup", "--host", host, "--time", when.Format(time.DateTime), file)
		}
		slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
		rule := rules(r)
		kept := rule.Keep(times, time.UTC)
		got := map[string]bool{}
		for i, why := range kept {
			got[times[i].Format(time.DateTime)] = len(why) > 0
		}
		differs := ""
		for when, keeps := range forget(t, restic, host, rule) {
			switch {
			case keeps == got[when]:
			case got[when] && when == times[len(times)-1].Format(time.DateTime):
				oldest++
			default:
				differs += fmt.Sprintf(" %s: restic keeps it: %v", when, keeps)
			}
		}
		t.Logf("%s: %d times, %s:%s", host, len(times), rule, strings.TrimSpace(differs))
		if differs != "" {
			t.Errorf("%s, %s:%s", host, rule, differs)
			continue
		}
		same++
	}
	t.Logf("%d of 50 histories agree; in %d of them the oldest stays here and not in this restic", same, oldest)
}

// forget asks restic what it would keep.
func forget(t *testing.T, restic func(...string) []byte, host string, r Rules) map[string]bool {
	t.Helper()
	args := []string{"forget", "--dry-run", "--json", "--host", host}
	for _, c := range r.counts() {
		if c.n > 0 {
			args = append(args, "--keep-"+c.name, fmt.Sprint(c.n))
		}
	}
	if r.Within > 0 {
		args = append(args, "--keep-within", fmt.Sprintf("%dh", int(r.Within.Hours())))
	}
	type snapshot struct {
		Time time.Time `json:"time"`
	}
	var groups []struct{ Keep, Remove []snapshot }
	if err := json.Unmarshal(restic(args...), &groups); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, g := range groups {
		for _, s := range g.Keep {
			out[s.Time.UTC().Format(time.DateTime)] = true
		}
		for _, s := range g.Remove {
			out[s.Time.UTC().Format(time.DateTime)] = false
		}
	}
	return out
}
