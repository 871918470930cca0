package metrics

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prommodel "github.com/prometheus/common/model"

	"vpsdeck/model"
)

var now = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

// loaded is a state with so many servers, each with two backups and a snapshot but the first, which has none.
func loaded(t testing.TB, servers int) *model.State {
	t.Helper()
	s := &model.State{Now: now, Local: now}
	var list []model.Server
	var points [2][]model.Point
	for i := range servers {
		server := model.Server{ID: model.ID(fmt.Sprint(1000 + i)), Name: fmt.Sprintf("web-%05d", i), Status: "active"}
		list = append(list, server)
		if i == 0 {
			continue
		}
		for n, kind := range []model.Kind{model.Backup, model.Backup, model.Snapshot} {
			points[kind] = append(points[kind], model.Point{Kind: kind, ID: model.ID(fmt.Sprint(10*i + n)),
				Server: server.Ref(),
				Type:   model.Manual, Status: model.Completed, CreatedAt: now.Add(-time.Duration(n+1) * time.Hour)})
		}
	}
	ticket, _ := s.Servers.Start(now)
	s.ApplyServers(ticket, list, nil)
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		ticket, _ := s.Points(kind).Start(now)
		s.ApplyPoints(kind, "", ticket, points[kind], nil)
	}
	return s
}

func text(t testing.TB, a Account) string {
	t.Helper()
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMetricsSayWhatAServerHas(t *testing.T) {
	a := FromState(loaded(t, 2), nil)
	a.Requests = map[int]int{200: 3, 503: 1}
	got := text(t, a)
	for _, want := range []string{
		`vpsdeck_backup_newest_timestamp_seconds{server="web-00001",server_id="1001"} 1.7370387e+09`,
		`vpsdeck_backups_usable{server="web-00000",server_id="1000"} 0`,
		`vpsdeck_backups_usable{server="web-00001",server_id="1001"} 2`,
		`vpsdeck_backups_quota_used{server="web-00001",server_id="1001"} 2`,
		`vpsdeck_backups_quota_limit{server="web-00001",server_id="1001"} 10`,
		`vpsdeck_snapshots_quota_limit{server="web-00001",server_id="1001"} 5`,
		`vpsdeck_coverage_met{server="web-00000",server_id="1000"} 0`,
		`vpsdeck_coverage_met{server="web-00001",server_id="1001"} 1`,
		`vpsdeck_coverage_state{server="web-00000",server_id="1000",state="none"} 1`,
		`vpsdeck_operations_running{server="web-00001",server_id="1001"} 0`,
		`vpsdeck_api_requests_total{code="503"} 1`,
		`vpsdeck_last_success_timestamp_seconds 1.7370423e+09`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	if strings.Contains(got, `newest_timestamp_seconds{server="web-00000"`) {
		t.Error("a server without a backup has a time of its newest")
	}
}

func TestMetricsFollowTheConventionsAndCanBeRead(t *testing.T) {
	a := FromState(loaded(t, 3), nil)
	a.Requests = map[int]int{200: 3}
	got := text(t, a)
	problems, err := promlint.New(strings.NewReader(got)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if families := parsed(t, got); len(families) != 14 {
		t.Errorf("%d families", len(families))
	}
}

func TestNamesFromTheAPIAreDataInTheMetrics(t *testing.T) {
	t.Parallel()
	s := loaded(t, 1)
	for given, want := range map[string]string{
		"a\"} 1\nfake 2\x1b[31m": "a\"} 1↵fake 2^[[31m",
		`C:\new "web"`:           `C:\new "web"`,
		"ünï–服务器":                "ünï–服务器",
		"broken \xff":            "broken \uFFFD",
	} {
		ref := s.Servers.Value[0].Ref()
		ref.Name = given
		got := parsed(t, text(t, Account{Servers: []Server{{Ref: ref}}}))
		family := got["vpsdeck_coverage_met"]
		if family == nil || len(family.Metric) != 1 {
			t.Errorf("%q: not one metric: %v", given, family)
			continue
		}
		if label := family.Metric[0].Label[0]; label.GetName() != "server" || label.GetValue() != want {
			t.Errorf("%q is read as %s %q, want %q", given, label.GetName(), label.GetValue(), want)
		}
	}
}

// parsed reads metrics as Prometheus does.
func parsed(t *testing.T, text string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(prommodel.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return families
}

func TestTheHistogramOfKeysIsCumulative(t *testing.T) {
	t.Parallel()
	s := NewServe(ServeOptions{Sessions: func() int { return 0 }})
	for _, took := range []time.Duration{time.Millisecond, 5 * time.Millisecond, 5*time.Millisecond + 1, time.Minute} {
		s.ObserveKey(took)
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	h := parsed(t, b.String())["vpsdeck_serve_key_latency_seconds"].Metric[0].Histogram
	counts := map[float64]uint64{}
	for _, bucket := range h.Bucket {
		counts[bucket.GetUpperBound()] = bucket.GetCumulativeCount()
	}
	want := map[float64]uint64{.005: 2, .01: 3, .02: 3, .035: 3, .05: 3, .075: 3, .1: 3, .15: 3, .25: 3, .5: 3, 1: 3,
		2.5: 3, math.Inf(1): 4}
	if !maps.Equal(counts, want) || h.GetSampleCount() != 4 || h.GetSampleSum() < 60.011 || h.GetSampleSum() > 60.0111 {
		t.Errorf("%v, count %d, sum %v", counts, h.GetSampleCount(), h.GetSampleSum())
	}
}

func TestMetricsOf10000ServersAreQuickAndSmall(t *testing.T) {
	s := loaded(t, 10000)
	s.Fleet()
	a := FromState(s, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	peak := uint64(0)
	w := writer(func(p []byte) {
		runtime.ReadMemStats(&after)
		peak = max(peak, after.HeapAlloc)
	})
	if err := a.Write(w); err != nil {
		t.Fatal(err)
	}
	const most = 20 << 20
	if peak > before.HeapAlloc+most {
		t.Errorf("%d MB more while they are written, want at most 20", (peak-before.HeapAlloc)>>20)
	}
}

// writer calls a function with every 64 KB.
type writer func([]byte)

var written int

func (w writer) Write(p []byte) (int, error) {
	if written += len(p); written > 64<<10 {
		written = 0
		w(p)
	}
	return len(p), nil
}

func BenchmarkMetricsOf10000Servers(b *testing.B) {
	s := loaded(b, 10000)
	s.Fleet()
	for b.Loop() {
		if err := FromState(s, nil).Write(writer(func([]byte) {})); err != nil {
			b.Fatal(err)
		}
	}
}
