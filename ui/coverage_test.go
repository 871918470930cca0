package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
	"vpsdeck/ui"
)

// withPolicies starts the program with policy rules.
func withPolicies(rules ...model.PolicyRule) option {
	return withOptions(func(o *ui.Options) { o.Profile.Policies = rules })
}

// lenientPolicy requires nothing, so that only failures are problems.
var lenientPolicy = withPolicies(model.PolicyRule{})

func TestProblemsOnlyMatchesGolden(t *testing.T) {
	t.Parallel()
	all, sides := []size{small, standard, large}, []size{standard, large}
	for _, l := range []screenCase{
		{"only-wrong", all, nil, press("w")},
		{"only-wrong-filtered", []size{standard}, nil,
			func(w *harness) { w.Press("w"); applyFilter("1", "age>7d")(w) }},
		{"nothing-wrong", all, []option{withServers(2)}, press("w")},
		{"policies", sides, []option{withPolicies(
			model.PolicyRule{Server: "db-*", Policy: model.Policy{Backups: model.Requirement{MaxAge: time.Hour}}},
			model.PolicyRule{Location: "eu-*", Policy: model.Policy{Backups: model.Requirement{Min: 20}}},
		)}, nil},
	} {
		l.check(t)
	}
}

func TestUnusedPolicyIsReportedOnce(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24, withPolicies(
		model.PolicyRule{Server: "zz-*", Policy: model.Policy{Backups: model.Requirement{MaxAge: time.Hour}}},
		model.PolicyRule{Policy: model.DefaultPolicy()},
	))
	w.RequireText("policy rule 1 (server zz-*): it matches no server of this account")
	w.Press("j")
	w.RequireNoText("matches no server")
	w.Press("R")
	w.advanceHidden(time.Minute)
	w.RequireNoText("matches no server")
}

func TestProblemsOnlyKeyToggles(t *testing.T) {
	t.Parallel()
	w := startApp(t, 50, 24)
	wrong := []string{"ci-runner-02", "db-server-02", "legacy-app", "mail-01"}
	w.Press("w")
	w.RequireText("4 need attention", "✗ 2", "▲ 2")
	if got := rowNames(w.Screen()); !slices.Equal(got, wrong) {
		t.Errorf("shown: %q, want %q", got, wrong)
	}
	w.Press("w")
	if got := rowNames(w.Screen()); len(got) != 12 {
		t.Errorf("shown: %q, want all", got)
	}
	w.RequireText("Servers 12", "✗ 2", "▲ 2")
}

func TestCursorStaysOnItsServerWithProblemsOnly(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("j", "j", "j")
	w.requireCursor("mail-01")
	w.Press("w")
	w.requireCursor("mail-01")
	w.Press("w")
	w.requireCursor("mail-01")
}

func TestFixedServerLeavesProblemsOnly(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("w", "*", "s")
	w.RequireText("4 servers: db-server-02, ci-runner-02, legacy-app, mail-01")
	w.Press("esc", "esc")
	markServers("db-server-02", "mail-01", "ci-runner-02")(w)
	w.Press("b", "enter")
	w.advanceHidden(time.Hour)
	w.RequireText("3 of 3 done")
	w.Press("esc")
	w.RequireText("1 need attention", "▲ 1", "legacy-app")
	w.RequireNoText("✗ 1", "✗ 2", "mail-01")
}

func TestNoProblemsShowsHowToSeeAllServers(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(2))
	w.Press("w")
	w.RequireText("✓ No problems: every server meets its policy.", "w shows all.")
	w.Press("w")
	w.RequireText("Servers 2", "web-server-01")
}

func TestFirstMatchingPolicyIsApplied(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		options  []option
		server   string
		coverage string
		reason   string
	}{
		"too old by its name": {[]option{withPolicies(model.PolicyRule{Server: "web-*",
			Policy: model.Policy{Backups: model.Requirement{MaxAge: time.Hour}}})},
			"web-server-01", "▲ overdue", "▲ the newest backup is 12 h 45 m old: at most 1 h is allowed"},
		"too few by its place": {[]option{withPolicies(model.PolicyRule{Location: "us-west",
			Policy: model.Policy{Backups: model.Requirement{Min: 9}}})},
			"web-server-01", "▲ too few", "▲ it has 8 usable backups; at least 9 required"},
		"expiring soon": {[]option{withPolicies(model.PolicyRule{Server: "cache-01",
			Policy: model.Policy{Backups: model.Requirement{Min: 6}}})},
			"cache-01", "▲ expiring", "▲ in 2 d it will have"},
		"the first of two": {[]option{withPolicies(model.PolicyRule{Server: "mail-*",
			Policy: model.Policy{Backups: model.Requirement{MaxAge: 240 * time.Hour}}},
			model.PolicyRule{Server: "*", Policy: model.Policy{Backups: model.Requirement{MaxAge: time.Minute}}})},
			"mail-01", "", ""},
		"none asked for": {[]option{lenientPolicy}, "db-server-02", "", ""},
		"a failure all the same": {[]option{lenientPolicy}, "ci-runner-02", "✗ failing",
			"✗ the last backup, #500, failed"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24, c.options...)
			w.selectServer(c.server)
			g := w.Screen()
			row := cursorRow(g)
			for _, word := range []string{"▲", "✗"} {
				if c.coverage == "" && strings.Contains(row, word) {
					t.Errorf("the row shows a problem: %s", row)
				}
			}
			if c.coverage != "" && !strings.Contains(row, c.coverage) {
				t.Errorf("%q is missing: %s", c.coverage, row)
			}
			w.Press("enter")
			if c.reason != "" {
				w.RequireText(c.reason)
			} else {
				w.RequireNoText("▲ ")
			}
		})
	}
}

func TestExpiringPointIsAProblemAndFullQuotaIsNot(t *testing.T) {
	t.Parallel()
	w := startApp(t, 50, 24, withPolicies(model.PolicyRule{Server: "cache-01",
		Policy: model.Policy{Backups: model.Requirement{Min: 6}}}, model.PolicyRule{}))
	w.Press("w")
	w.RequireText("2 need attention", "✗ 1", "▲ 1")
	if got, want := rowNames(w.Screen()), []string{"cache-01", "ci-runner-02"}; !slices.Equal(got, want) {
		t.Errorf("shown: %q, want %q", got, want)
	}
}

func TestWorstServerIsListedFirst(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	var order []string
	for range 12 {
		row := cursorRow(w.Screen())
		order = append(order, row[:min(len(row), 12)])
		w.Press("j")
	}
	want := []string{"db-server-02", "ci-runner-02", "legacy-app  ", "mail-01     ", "db-server-01", "staging-01  "}
	if !slices.Equal(order[:6], want) {
		t.Errorf("the order is %q, want it to begin with %q", order, want)
	}
}
