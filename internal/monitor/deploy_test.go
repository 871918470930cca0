package monitor_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prommodel "github.com/prometheus/common/model"

	"vpsdeck/internal/hook"
	"vpsdeck/internal/metrics"
	"vpsdeck/internal/sshd"
	"vpsdeck/model"
)

// registered are the series that vpsdeck exports, with the names of their labels.
func registered(t *testing.T) map[string][]string {
	t.Helper()
	left, at := 7, time.Unix(1_700_000_000, 0)
	server := metrics.Server{Ref: model.ServerRef{ID: "1", Name: "web"}}
	for kind := range server.Assessment.Kinds {
		server.Assessment.Kinds[kind] = model.KindState{Usable: 1, Newest: at}
	}
	account := metrics.Account{LastSuccess: at, Requests: map[int]int{200: 1}, RateLimit: &left,
		Servers: []metrics.Server{server}}
	var reasons, results []string
	for _, r := range sshd.Reasons() {
		reasons = append(reasons, string(r))
	}
	for _, r := range hook.Results() {
		results = append(results, string(r))
	}
	serve := metrics.NewServe(metrics.ServeOptions{Sessions: func() int { return 0 }, Reasons: reasons,
		Results: results})
	var text bytes.Buffer
	if account.Write(&text) != nil || serve.Write(&text) != nil {
		t.Fatal("the metrics cannot be written")
	}
	parser := expfmt.NewTextParser(prommodel.UTF8Validation)
	families, err := parser.TextToMetricFamilies(&text)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for _, f := range families {
		var labels []string
		for _, l := range f.Metric[0].Label {
			labels = append(labels, l.GetName())
		}
		if f.GetType() != dto.MetricType_HISTOGRAM {
			out[f.GetName()] = labels
			continue
		}
		out[f.GetName()+"_bucket"] = append(labels, "le")
		out[f.GetName()+"_sum"], out[f.GetName()+"_count"] = labels, labels
	}
	return out
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	namePattern  = regexp.MustCompile(`vpsdeck_[a-z0-9_]+`)
	groupPattern = regexp.MustCompile(`(?:by|on) \(([a-z_, ]+)\)`)
)

// checkQuery checks that a query uses only series and labels that exist.
func checkQuery(t *testing.T, where, query string) {
	t.Helper()
	known := registered(t)
	names := namePattern.FindAllString(query, -1)
	if len(names) == 0 {
		t.Errorf("%s: %s has no metric of vpsdeck", where, query)
	}
	var labels []string
	for _, name := range names {
		own, ok := known[name]
		if !ok {
			t.Errorf("%s: there is no metric %s", where, name)
		}
		labels = append(labels, own...)
	}
	for _, group := range groupPattern.FindAllStringSubmatch(query, -1) {
		for label := range strings.SplitSeq(group[1], ", ") {
			if label != "instance" && !slices.Contains(labels, label) {
				t.Errorf("%s: no metric of %s has the label %s", where, query, label)
			}
		}
	}
}

type panel struct {
	ID      int
	Title   string
	Type    string
	GridPos struct{ X, Y, W, H int }
	Targets []struct{ Expr string }
}

func dashboard(t *testing.T) (panels []panel) {
	t.Helper()
	var board struct {
		Title, UID string
		Panels     []panel
	}
	if err := json.Unmarshal([]byte(read(t, "deploy", "grafana", "vpsdeck.json")), &board); err != nil {
		t.Fatal(err)
	}
	if board.Title == "" || board.UID == "" || len(board.Panels) == 0 {
		t.Fatalf("%+v", board)
	}
	return board.Panels
}

func TestTheDashboardUsesOnlyMetricsThatExist(t *testing.T) {
	ids := map[int]bool{}
	panels := dashboard(t)
	for i, p := range panels {
		if ids[p.ID] || p.Title == "" || p.Type == "" || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("the panel %+v is not complete, or has no room", p)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			checkQuery(t, "panel "+p.Title, target.Expr)
			if strings.Contains(target.Expr, "vector(") {
				t.Errorf("panel %s shows a number, also if vpsdeck does not run: %s", p.Title, target.Expr)
			}
		}
		for _, q := range panels[:i] {
			a, b := p.GridPos, q.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s covers %s", p.Title, q.Title)
			}
		}
	}
}

var exprPattern = regexp.MustCompile(`(?m)^ +expr: (.*(?:\n {10}.*)*)$`)

func TestTheAlertsUseOnlyMetricsThatExist(t *testing.T) {
	exprs := exprPattern.FindAllStringSubmatch(read(t, "deploy", "prometheus", "vpsdeck.rules.yml"), -1)
	if len(exprs) < 4 {
		t.Fatalf("%d alerts", len(exprs))
	}
	for _, e := range exprs {
		checkQuery(t, "rules", e[1])
	}
}

// Each series is in the document, and nothing else.
func TestTheDocumentNamesTheMetricsThatExist(t *testing.T) {
	text, known := read(t, "docs", "MONITORING.md"), registered(t)
	for name := range known {
		family := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if !strings.Contains(text, "`"+family+"`") {
			t.Errorf("%s is not documented", family)
		}
	}
	for _, name := range namePattern.FindAllString(text, -1) {
		if _, ok := known[name]; !ok && known[name+"_bucket"] == nil {
			t.Errorf("there is no metric %s", name)
		}
	}
}

// promtool parses the queries, where it is installed.
func TestPrometheusAcceptsTheQueries(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("there is no promtool")
	}
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for _, p := range dashboard(t) {
		for i, target := range p.Targets {
			expr, err := json.Marshal(target.Expr)
			if err != nil {
				t.Fatal(err)
			}
			rules.WriteString("      - {record: " + "panel_" + string(rune('a'+p.ID)) + "_" + string(rune('a'+i)) +
				", expr: " + string(expr) + "}\n")
		}
	}
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, []byte(rules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", path},
		{"test", "rules", filepath.Join("..", "..", "deploy", "prometheus", "vpsdeck.test.yml")}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}

// A release puts the program in /usr/local/bin or /usr/bin, and systemd finds it in either.
func TestUnitsFindTheProgramWhereverItIsInstalled(t *testing.T) {
	units, err := filepath.Glob(filepath.Join("..", "..", "deploy", "*.service"))
	if err != nil || len(units) < 2 {
		t.Fatal(units, err)
	}
	for _, unit := range units {
		commands := execPattern.FindAllStringSubmatch(read(t, "deploy", filepath.Base(unit)), -1)
		if len(commands) == 0 {
			t.Errorf("%s starts nothing", unit)
		}
		for _, c := range commands {
			if program, _, _ := strings.Cut(c[1], " "); program != "vpsdeck" {
				t.Errorf("%s starts %s", unit, program)
			}
		}
	}
}

var (
	execPattern = regexp.MustCompile(`(?m)^ExecStart(?:Pre)?=(.*)$`)
	linkPattern = regexp.MustCompile(`\]\(\.\./(deploy/[a-z]+)/`)
)

// The archives and the packages have the files that their document links to.
func TestReleasesHaveWhatTheDocumentLinksTo(t *testing.T) {
	release := read(t, ".goreleaser.yaml")
	links := linkPattern.FindAllStringSubmatch(read(t, "docs", "MONITORING.md"), -1)
	if len(links) == 0 {
		t.Fatal("there are no links")
	}
	for _, link := range links {
		if n := strings.Count(release, `{src: "`+link[1]+`/*"`); n != 2 {
			t.Errorf("%s is in %d of the archives and the packages", link[1], n)
		}
	}
}
