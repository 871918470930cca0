package ui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
)

// applyFilter applies a filter in a pane.
func applyFilter(pane, filter string) func(*harness) {
	return func(w *harness) {
		w.Press(pane, "/")
		w.Type(filter)
		w.Press("enter")
	}
}

// showAllServers shows the restore points of all servers, with both panes at their first row.
func showAllServers(w *harness) { w.Press("a", "2", "g", "3", "g", "1") }

func TestFiltersMatchGolden(t *testing.T) {
	t.Parallel()
	all := []size{small, standard, large}
	for _, l := range []screenCase{
		{"query-fields", all, nil, func(w *harness) { w.Press("/"); w.Type("status:active age>7d") }},
		{"query-kept", all, nil, applyFilter("1", "location:us-* -web")},
		{"query-problem", all, nil, func(w *harness) { w.Press("/"); w.Type("web colour:red") }},
		{"query-problem-kept", []size{standard}, nil, applyFilter("1", "web age>soon")},
		{"query-in-each-pane", []size{standard, large}, nil, func(w *harness) {
			showAllServers(w)
			applyFilter("1", "server")(w)
			applyFilter("2", "type:manual")(w)
			applyFilter("3", "before")(w)
		}},
	} {
		l.check(t)
	}
}

func TestFilterMatchesAreUnderlined(t *testing.T) {
	t.Parallel()
	w := startApp(t, standard.width, standard.height)
	showAllServers(w)
	applyFilter("3", "bfre")(w)
	applyFilter("1", "ws01")(w)
	w.requireStyledGolden("styled-matches")
}

// underlinedText returns the underlined text of a row.
func underlinedText(g terminal.Grid, y int) string {
	width, _ := g.Size()
	var out strings.Builder
	for x := range width {
		if c := g.Cell(x, y); c.Style.Underline {
			out.WriteString(c.Content)
		}
	}
	return out.String()
}

func TestBestMatchIsUnderlinedInTheName(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct{ pane, filter, row, marks string }{
		{"1", "mail", "mail-01", "mail"},
		{"1", "ws02", "web-server-02", "ws02"},
		{"1", "web 03", "web-server-03", "web03"},
		{"1", "status:active vpn", "vpn-gw", "vpn"},
		{"1", "name:mail-01", "mail-01", ""},
		{"3", "pg16", "before-pg16-upgrade", "pg16"},
	}) {
		t.Run(c.filter, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 300, 60)
			showAllServers(w)
			applyFilter(c.pane, c.filter)(w)
			g := w.Screen()
			_, y, found := g.Find(c.row)
			if !found {
				t.Fatalf("%q is not shown:\n%s", c.row, g.Text())
			}
			if got := underlinedText(g, y); c.marks != "" && got != c.marks {
				t.Errorf("underlined %q, want %q", got, c.marks)
			}
		})
	}
}

// rowNames returns the first words of the rows of a pane that fills the screen, sorted.
func rowNames(g terminal.Grid) []string {
	var out []string
	_, height := g.Size()
	for y := 4; y < height; y++ {
		line := g.Line(y)
		if !strings.HasPrefix(line, "│") {
			break
		}
		if words := strings.Fields(strings.TrimLeft(line, "│▌ ")); len(words) > 1 {
			out = append(out, words[0])
		}
	}
	slices.Sort(out)
	return out
}

func TestServersAreFoundByWordsAndFields(t *testing.T) {
	t.Parallel()
	webs := []string{"web-server-01", "web-server-02", "web-server-03"}
	for filter, want := range lanes.Table(map[string][]string{
		"web":                                   webs,
		"wsrv03":                                {"web-server-03"},
		"203.0.113.17":                          {"ci-runner-01"},
		"status:stopped":                        {"cache-01"},
		"status:restoring":                      {"web-server-03"},
		"health:overdue":                        {"ci-runner-02", "legacy-app", "mail-01"},
		"health:failing":                        {"ci-runner-02"},
		"health:full":                           {"db-server-01", "staging-01"},
		"age>7d":                                {"db-server-02", "legacy-app", "mail-01"},
		"server:web*":                           webs,
		"name=web-server-01":                    {"web-server-01"},
		"id:12345":                              {"web-server-01"},
		"os:debian plan:performance":            {"db-server-01", "db-server-02"},
		"location:us-* -server status!=stopped": {"legacy-app", "staging-01", "vpn-gw"},
		`"er-0" location:us-east`:               {"db-server-01", "db-server-02"},
	}) {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 50, 24) // too narrow for more than one pane
			applyFilter("1", filter)(w)
			if got := rowNames(w.Screen()); !slices.Equal(got, want) {
				t.Errorf("shown: %q, want %q:\n%s", got, want, w.Screen().Text())
			}
		})
	}
}

func TestPointsAreFoundByWordsAndFields(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct {
		pane, filter string
		shown        []string
		not          []string
	}{
		{"2", "type:manual age>100d", []string{"Backups of all servers · 1 of 93", "101 d ago"}, nil},
		{"2", "status:failed", []string{"1 of 93", "ci-runner-02"}, nil},
		{"2", "id:501", []string{"1 of 93", "web-server-01"}, nil},
		{"2", "expires<1d", []string{"8 of 93", "13 d ago"}, []string{"never", "in 2 d"}},
		{"2", "expires:never server:mail*", []string{"2 of 93", "never"}, []string{"staging-01  "}},
		{"2", `description:"tls cert"`, []string{"1 of 93", "mail-01"}, nil},
		{"3", "size>50GB", []string{"db-server-01"}, []string{"ci-runner", "staging-01     before"}},
		{"3", "before server:web* -status:completed", []string{"1 of 14", "before-nginx-update", "creating"}, nil},
	}) {
		t.Run(c.filter, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			showAllServers(w)
			applyFilter(c.pane, c.filter)(w)
			w.RequireText(c.shown...)
			g := w.Screen()
			_, from, _ := g.Find(map[string]string{"2": "Backups of", "3": "Snapshots of"}[c.pane])
			for y := from; y < from+16; y++ {
				for _, text := range c.not {
					if strings.Contains(g.Line(y)[min(len(g.Line(y)), 60):], text) {
						t.Errorf("%q is shown: %s", text, g.Line(y))
					}
				}
			}
		})
	}
}

func TestFilterErrorIsShownWhileTyping(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct{ pane, filter, message string }{
		{"1", "colour:red", "unknown field colour; valid: status, health, name, server, id, age, location, os, plan, " +
			"host and ip"},
		{"1", "age>soon", "age>soon: soon is not a duration: write 36h, 7d or 2w"},
		{"1", "age:3d", "age:3d: an age needs a comparison: write age>3d or age<3d"},
		{"1", "health:zebra", "health:zebra: unknown health zebra; valid: fine, backups full, snapshots full,"},
		{"1", "type:manual", "servers have no field type; valid: status"},
		{"1", "status:", "status: needs a value: such as status:failed"},
		{"1", "-", "- needs a word after it"},
		{"2", "size>10", "size>10: 10 is not a size: write 500MB, 10GB or 1.5TB"},
		{"2", "expires:3d", "expires:3d: write expires<3d, expires>3d or expires:never"},
		{"3", "kind:zip", "kind:zip: unknown kind zip; valid: backup and snapshot"},
		{"3", "health:overdue", "restore points have no field health; valid: status"},
	}) {
		t.Run(c.filter, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 300, 50)
			w.Press(c.pane, "/")
			w.Type(c.filter)
			w.RequireText("▲ " + c.message)
			w.Press("enter")
			w.RequireText("/"+c.filter, "▲ "+c.message)
			w.Press("esc")
			w.RequireNoText(c.message)
		})
	}
}

func TestValidPartOfAFilterApplies(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("/")
	w.Type("web colour:")
	w.RequireText("Servers 3 of 12", "▲ unknown field colour")
	for range len("colour:") {
		w.Press("backspace")
	}
	w.RequireText("Servers 3 of 12")
	w.RequireNoText("▲ unknown")
}

func TestEachPaneKeepsItsFilterAndItsOrder(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	showAllServers(w)
	applyFilter("1", "server")(w)
	w.Press("o", "n")
	applyFilter("2", "type:manual")(w)
	w.Press("O")
	applyFilter("3", "before")(w)
	for range 2 {
		for _, key := range []string{"tab", "tab", "tab", "R", "A", "esc", ":", "esc", "a", "a"} {
			w.Press(key)
		}
		w.advanceHidden(21 * time.Second)
		w.RequireText("/server  esc clears", "/type:manual  esc clears", "/before  esc clears", "NAME ↑", "CREATED ↑")
	}
	w.Press("2", "esc")
	w.RequireText("/server  esc clears", "/before  esc clears", "Backups of all servers · 93")
	w.RequireNoText("/type:manual")
}

func TestTheFilterOfThePointsHoldsForEveryServer(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	applyFilter("2", "type:manual")(w)
	w.RequireText("Backups web-server-01 · 1 of 8")
	w.selectServer("staging-01")
	w.RequireText("Backups staging-01 · 10", "/type:manual")
	w.selectServer("cache-01")
	w.RequireText("No backup matches “type:manual”.", "esc clears the filter.")
}

func TestAFilterForAnUnknownStatusSaysSo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 200, 60)
	applyFilter("1", "status:actve")(w)
	w.RequireText("No server matches “status:actve”: unknown status actve; there are active, stopped, suspended ",
		"and restoring; did you mean active?", "esc clears the filter.")
	w.Press("esc")
	w.selectServer("web-server-01")
	applyFilter("2", "status:faild")(w)
	w.RequireText("No backup matches “status:faild”: unknown status faild; there are completed, creating")
	applyFilter("2", "")(w)
	w.Press("esc")
	applyFilter("2", "status:failed")(w) // there is none, but there could be
	w.RequireText("No backup matches “status:failed”. ")
	w.Press("esc", "1", "enter")
	w.Press("/")
	w.Type("status=comp")
	w.RequireText("No restore point matches “status=comp”: unknown status comp; there are completed, creating")
}

func TestAnEmptyPaneSaysWhatTheFilterHasLookedAt(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("w")
	applyFilter("1", "web")(w)
	w.RequireText("No server that needs attention matches “web”.")
	applyFilter("2", "status:failed")(w)
	w.RequireText("No server selected.")
	w.RequireNoText("No backup matches")
	w.Press("a")
	w.RequireText("Backups of all servers · 1 of 93")
}

func TestPastedFilterIsApplied(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("/")
	w.Paste("status:stopped\n")
	w.RequireText("Servers 1 of 12", "/status:stopped")
}

func TestTheFooterCompletesTheFilter(t *testing.T) {
	t.Parallel()
	for _, l := range []screenCase{
		{"filter-fields", everySize, nil, press("/")},
		{"filter-values", []size{standard, large}, nil, func(w *harness) { w.Press("/"); w.Type("web status:") }},
	} {
		l.check(t)
	}
}

func TestTabCompletesTheFilter(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("/", "tab") // there is nothing to go by
	w.RequireText("enter keep", "esc clear", "status: ", "health: ")
	w.RequireNoText("s snapshot", "? help", "o order")
	w.Type("web hea")
	w.RequireText("tab health:")
	w.Press("tab")
	w.Type("f")
	w.RequireText("tab health:fine", "health:failing")
	w.Press("tab")
	w.RequireText("/web health:fine", "Servers 3 of 12")
	w.Press("enter")
	w.RequireText("s snapshot", "? help")
	w.Press("2", "a", "/")
	w.Type("type:m")
	w.Press("tab", "enter")
	w.RequireText("/type:manual", "a this server")
	w.Press("L")
	w.requireActions()
}
