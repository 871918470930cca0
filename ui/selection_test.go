package ui_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
)

// markServers marks servers by name.
func markServers(servers ...string) func(*harness) {
	return func(w *harness) {
		for _, server := range servers {
			w.Press("1", "/")
			w.Type(server)
			w.Press("enter", "space", "/", "esc")
		}
	}
}

// markThree marks three servers that allow a snapshot and a backup.
var markThree = markServers("web-server-01", "ci-runner-01", "vpn-gw")

// replaceField clears the first field of the form and types a text into it.
func (h *harness) replaceField(text string) {
	h.Press("ctrl+u")
	h.Type(text)
}

// requireActionsAnyOrder is requireActions for actions that are sent at once, in any order.
func (h *harness) requireActionsAnyOrder(want ...string) {
	h.t.Helper()
	h.Screen() // wait until the program is idle
	got := h.proxy.actions()
	slices.Sort(got)
	slices.Sort(want)
	requireLines(h.t, got, want...)
}

// markedRows returns the marked rows of the screen.
func markedRows(g terminal.Grid) []string {
	var out []string
	for line := range strings.Lines(g.Text()) {
		if _, row, found := strings.Cut(strings.ReplaceAll(line, "◈", "•"), "•"); found &&
			strings.HasPrefix(line, "│") {
			out = append(out, strings.Fields(row)[0])
		}
	}
	return out
}

func (h *harness) requireMarked(want ...string) {
	h.t.Helper()
	if g := h.Screen(); !slices.Equal(markedRows(g), want) {
		h.t.Errorf("marked: %q, want %q:\n%s", markedRows(g), want, g.Text())
	}
}

func TestSpaceMarksAndUnmarksTheRowUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.Press("space", "space")
	w.requireMarked("db-server-02", "ci-runner-02")
	w.requireCursor("legacy-app")
	w.RequireText("• 2 marked")
	w.Press("g", "space")
	w.requireMarked("ci-runner-02")
	w.Press("esc")
	w.requireMarked()
	w.RequireNoText("marked")
	w.RequireText("Servers 12")
}

func TestARangeIsMarkedFromTheLastMarkToTheCursor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("j", "space", "j", "j", "V")
	w.requireMarked("ci-runner-02", "legacy-app", "mail-01", "db-server-01")
	w.Press("G", "space", "k", "k", "V")
	w.RequireText("• 7 marked")
}

// The anchor is a row, not a position.
func TestRangeStartsAtTheMarkedRowInAnyOrder(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	w.Press("j", "space") // ci-runner-02
	w.RequireText("◈ci-runner-02", "• 1 marked · V marks from ◈")
	w.Press("o", "n", "g", "V") // by name: from ci-runner-02 up to the first
	rows := markedRows(w.Screen())
	if i := slices.Index(rows, "ci-runner-02"); i != len(rows)-1 || rows[0] != "cache-01" {
		t.Errorf("marked: %q", rows)
	}
}

func TestRangeAnchorIsClearedWithItsRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after []string
		want          []string
	}{
		"nothing was marked": {nil, []string{"j", "j", "V"}, []string{"legacy-app"}},
		"the mark is taken away": {[]string{"j", "j", "space", "k", "space"}, []string{"g", "V"},
			[]string{"db-server-02"}},
		"all marks are taken away": {[]string{"j", "j", "space", "esc"}, []string{"G", "V"}, []string{"web-server-03"}},
		"the filter hides it": {[]string{"space", "/", "l", "e", "g", "a", "c", "y", "enter", "/", "esc"},
			[]string{"G", "V"}, []string{"db-server-02", "web-server-03"}},
	} {
		w := startApp(t, 120, 24)
		w.Press(append(append([]string{"g"}, c.before...), c.after...)...)
		if got := markedRows(w.Screen()); !slices.Equal(got, c.want) {
			t.Errorf("%s: marked: %q, want %q\n%s", name, got, c.want, w.Screen().Text())
		}
	}
	w := startApp(t, 120, 24)
	w.selectServer("web-server-01")
	w.Press("3", "space")
	w.RequireText("◈pre-migration")
	w.Press("1", "j", "3") // another server's snapshots
	w.RequireNoText("◈")
}

func TestMarkAllTogglesTheFilteredRows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	markServers("mail-01")(w)
	w.Press("/")
	w.Type("ci-runner")
	w.Press("enter", "*")
	w.RequireText("• 3 marked")
	w.requireMarked("ci-runner-02", "ci-runner-01")
	w.Press("*")
	w.RequireText("• 1 marked")
	w.Press("/", "esc")
	w.requireMarked("mail-01")
}

func TestMarksStayWithTheirRows(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 24)
	markServers("mail-01", "vpn-gw")(w)
	w.mustAccept(w.otherClient.CreateBackup(t.Context(), "12348", "all is well"))
	w.advanceHidden(time.Hour) // mail-01 is no longer overdue, and has moved
	w.requireMarked("mail-01", "vpn-gw")
	for _, column := range []string{"n", "t", "b", "s", "B"} {
		w.Press("o", column)
		if got := markedRows(w.Screen()); !slices.Contains(got, "mail-01") || !slices.Contains(got, "vpn-gw") ||
			len(got) != 2 {
			t.Errorf("marked: %q", got)
		}
	}
	w.Press("2", "3", "a", "a", "1", "/")
	w.Type("zebra")
	w.Press("enter")
	w.RequireText("No server matches", "• 2 marked")
	w.Press("/", "esc", "w", "w")
	w.requireMarked("vpn-gw", "mail-01") // ordered by their number of backups
	w.Press("s")
	w.RequireText("2 servers: vpn-gw, mail-01")
}

func TestMarksAndBulkFormsMatchGolden(t *testing.T) {
	t.Parallel()
	sides, all := []size{standard, large}, []size{small, standard, large}
	for _, l := range []screenCase{
		{"marked", all, nil, markThree},
		{"snapshots-of-several", all, nil, func(w *harness) { markThree(w); w.Press("s") }},
		{"snapshots-of-several-problem", sides, nil,
			func(w *harness) { markThree(w); w.Press("s"); w.replaceField("{srv}-1"); w.Press("enter") }},
		{"backups-of-several", sides, nil, func(w *harness) { markThree(w); w.Press("b") }},
		{"quota-of-several", sides, nil,
			func(w *harness) { markServers("web-server-01", "db-server-01")(w); w.Press("s") }},
		{"all-that-can", everySize, nil, press("*", "s")},
		{"several-at-work", all, nil, func(w *harness) { markThree(w); w.Press("s", "enter", "enter") }},
		{"several-with-a-failure", all, nil, failOneOfThree},
		{"several-stopped", []size{small, standard}, nil, func(w *harness) {
			w.proxy.slowDown(time.Minute, "POST /backups/")
			markServers("web-server-01", "ci-runner-01", "vpn-gw", "cache-01", "mail-01", "db-server-02")(w)
			w.Press("b", "enter", "esc")
		}},
	} {
		l.check(t)
	}
}

// failOneOfThree takes a snapshot of three servers and waits for the end. The quota of one of them
// becomes full while the form is open.
func failOneOfThree(w *harness) {
	markThree(w)
	w.Press("s")
	for i := range 5 {
		w.mustAccept(w.otherClient.CreateSnapshot(w.t.Context(), "12354", fmt.Sprintf("by-somebody-%d", i), ""))
	}
	w.Press("enter", "enter")
	w.advanceHidden(12 * time.Minute)
}

func TestBulkSnapshotsAreNamedByTheTemplate(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markThree(w)
	w.Press("s")
	w.RequireText("New snapshot of 3 servers", "ci-runner-01, vpn-gw, web-server-01", "{server}-{date}",
		"API: 3 × POST /snapshots/")
	w.replaceField("{location}-{server}-{date}-{time}-{id}-{n}")
	w.Press("enter")
	w.Type("Nr. {n}: {server}")
	w.Press("enter")
	w.requireActionsAnyOrder(
		`POST /snapshots/ {"server_id":12345,"name":"us-west-web-server-01-2025-01-16-154500-12345-3",`+
			`"description":"Nr. 3: web-server-01"}`,
		`POST /snapshots/ {"server_id":12352,"name":"eu-central-ci-runner-01-2025-01-16-154500-12352-1",`+
			`"description":"Nr. 1: ci-runner-01"}`,
		`POST /snapshots/ {"server_id":12354,"name":"us-east-vpn-gw-2025-01-16-154500-12354-2",`+
			`"description":"Nr. 2: vpn-gw"}`,
	)
	w.RequireText("Bulk actions", "0 of 3 done", "◐ web-server-01", "◐ ci-runner-01", "◐ vpn-gw")
	w.advanceHidden(12 * time.Minute)
	w.RequireText("3 of 3 done", "✓ web-server-01", "✓ ci-runner-01", "✓ vpn-gw")
	w.Press("esc")
	w.requireMarked()
}

func TestTemplateIsValidatedWhenItIsLeft(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct{ typed, message string }{
		"no name":             {"", "a snapshot needs a name, such as {server}-{date}"},
		"unknown placeholder": {"{srv}", "unknown {srv}; valid: {server}, {date}, {time}, {id}, {n} and"},
		"an open brace":       {"x-{server", "{server is not closed; valid: {server}, {date}"},
		"a blank":             {"be fore", "only letters, digits, - and _: a space is not allowed"},
		"existing name": {"pre-migration-snapshot",
			"web-server-01 (#12345): two of its snapshots would be called"},
		"a name too long": {strings.Repeat("x", 92) + "{server}", "ci-runner-01 (#12352): the name would be"},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			markThree(w)
			w.Press("s")
			w.replaceField(c.typed)
			w.RequireNoText(c.message)
			w.Press("enter", "enter")
			w.RequireText("New snapshot of 3 servers", c.message)
			w.requireActions()
			w.replaceField("{server}-{date}")
			w.RequireNoText(c.message)
		})
	}
}

// A name with the server's own name cannot be suggested: the API does not allow its dot.
func TestSuggestedTemplateIsValidAndOthersAreReportedWithTheirServer(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, beforeStart(func(w *harness) {
		w.proxy.rewrite(func(answer string) string { return strings.ReplaceAll(answer, `"vpn-gw"`, `"vpn.gw"`) })
	}))
	markServers("web-server-01", "vpn.gw")(w)
	w.Press("s")
	w.RequireText("› {id}-{date}")
	w.Type("{server}-{date}")
	w.RequireText("› {server}-{date}")
	w.Press("enter", "enter")
	w.RequireText("vpn.gw (#12354): the name would be “vpn.gw-2025-01-16”")
	w.requireActions()
	w.replaceField("{id}-{date}")
	w.Press("enter", "enter")
	w.requireActionsAnyOrder(`POST /snapshots/ {"server_id":12345,"name":"12345-2025-01-16"}`,
		`POST /snapshots/ {"server_id":12354,"name":"12354-2025-01-16"}`)
}

func TestNameUsedMeanwhileIsNotSent(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markThree(w)
	w.Press("s")
	w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), "12352", "ci-runner-01-2025-01-16", ""))
	w.advanceHidden(21 * time.Second)
	w.Press("enter", "enter")
	w.RequireText("New snapshot of 3 servers", "ci-runner-01 (#12352): two of its snapshots would be called")
	w.requireActions()
}

func TestBulkBackupNeedsNoDescription(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markThree(w)
	w.Press("b")
	w.RequireText("New backup of 3 servers", "API: 3 × POST /backups/")
	w.Press("enter")
	w.requireActionsAnyOrder(`POST /backups/ {"server_id":12345}`, `POST /backups/ {"server_id":12352}`,
		`POST /backups/ {"server_id":12354}`)
	w.advanceHidden(40 * time.Minute)
	w.RequireText("3 of 3 done")
}

func TestBulkFormLeavesOutServersThatCannot(t *testing.T) {
	t.Parallel()
	for name, c := range lanes.Table(map[string]struct {
		servers []string
		key     string
		leftOut string
		marked  string // in the end
		sent    []string
	}{
		"snapshots": {[]string{"web-server-01", "db-server-01", "vpn-gw"}, "s",
			"2 of 3; left out: db-server-01 (5 of 5)", "db-server-01", []string{
				`POST /snapshots/ {"server_id":12345,"name":"web-server-01-2025-01-16"}`,
				`POST /snapshots/ {"server_id":12354,"name":"vpn-gw-2025-01-16"}`}},
		"backups": {[]string{"web-server-01", "staging-01"}, "b", "1 of 2; left out: staging-01 (10 of 10)",
			"staging-01",
			[]string{`POST /backups/ {"server_id":12345}`}},
		"at work": {[]string{"web-server-01", "web-server-03"}, "b",
			"1 of 2; left out: web-server-03 (being restored)", "web-server-03",
			[]string{`POST /backups/ {"server_id":12345}`}},
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			markServers(c.servers...)(w)
			w.Press(c.key)
			w.RequireText(c.leftOut, model.Pluralize(len(c.sent), "server")+":",
				fmt.Sprintf("API: %d × POST", len(c.sent)))
			w.Press("ctrl+s")
			w.requireActionsAnyOrder(c.sent...)
			w.advanceHidden(time.Hour)
			_, why, _ := strings.Cut(c.leftOut, "left out: ")
			w.RequireText(fmt.Sprintf("%d of %[1]d done, 1 left out", len(c.sent)), "○ left out at the start: "+why)
			w.Press("esc")
			w.requireMarked(c.marked)
		})
	}
}

func TestBulkActionIsRefusedIfNoServerCan(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markServers("db-server-01", "web-server-03")(w)
	w.Press("s")
	w.RequireNoText("New snapshot")
	w.requireRefused("Cannot create a snapshot",
		"None of the 2 servers can: db-server-01 (5 of 5), web-server-03 (being")
	w.requireActions()
	w.RequireText("• 2 marked")
}

func TestRunningOperationIsNamedAsReasonInBulkForm(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.createSnapshot("vpn-gw", "first")
	markServers("vpn-gw", "web-server-01")(w)
	w.Press("s")
	w.RequireText("1 of 2; left out: vpn-gw (a snapshot is running)")
}

func TestBulkActionKeepsTheOrderShown(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.Press("o", "n", "*", "s") // by name
	want := []string{"cache-01", "ci-runner-01", "ci-runner-02", "db-server-02", "legacy-app", "mail-01"}
	w.RequireText("9 servers: " + strings.Join(want[:4], ", "))
	w.Press("ctrl+s")
	var rows []string
	for _, row := range regexp.MustCompile(`│  [◐✗] (\S+) +snapshot `).FindAllStringSubmatch(w.Screen().Text(), -1) {
		rows = append(rows, row[1])
	}
	if len(rows) != 9 || !slices.Equal(rows[:len(want)], want) {
		t.Errorf("the results are in the order %q, want %q:\n%s", rows, want, w.Screen().Text())
	}
}

func TestARestoreIsRefusedWhileSeveralAreMarked(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markThree(w)
	w.Press("r")
	w.requireRefused("Restore works on one server.", "esc clears the marks")
	w.Press("esc")
	w.selectServer("web-server-01")
	w.Press("2", "space", "r")
	w.requireRefused("Restore works on one restore point.", "esc clears the marks")
	w.requireActions()
}

// heldRequests returns the paths of a method's unanswered requests, and how many requests were
// sent.
func (h *harness) heldRequests(method string) (held []string, sent int) {
	for _, r := range h.account.Requests() {
		if r.Method != method {
			continue
		}
		sent++
		if r.Status == 0 {
			held = append(held, r.Path)
		}
	}
	return held, sent
}

// waitForHeld waits until so many requests are sent and so many unanswered. More than atMost must
// never be unanswered.
func (h *harness) waitForHeld(method string, sent, held, atMost int) {
	h.t.Helper()
	h.WaitUntil(func(terminal.Grid) bool {
		now, all := h.heldRequests(method)
		if len(now) > atMost {
			h.t.Errorf("%d requests are unanswered at once: %s", len(now), now)
		}
		return all == sent && len(now) == held
	}, fmt.Sprintf("%d requests, %d of them unanswered", sent, held))
}

var markNine = markServers("web-server-01", "ci-runner-01", "ci-runner-02", "vpn-gw", "cache-01", "mail-01",
	"db-server-02", "api-use-001", "staging-01")

// startSlowBatch takes a snapshot of nine servers. Each request takes a while.
func startSlowBatch(t *testing.T) *harness {
	t.Helper()
	w := startApp(t, 120, 40, withServers(13))
	markNine(w)
	w.proxy.slowDown(200*time.Millisecond, "POST /snapshots/")
	w.Press("s", "enter", "enter")
	return w
}

func TestNeverMoreThanFourOfABatchAreUnanswered(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(13))
	markNine(w)
	w.account.InjectFault("POST /snapshots/: hold")
	w.Press("s", "enter", "enter")
	w.waitForHeld("POST", 4, 4, 4)
	w.WaitUntil(func(g terminal.Grid) bool {
		return strings.Count(g.Text(), "  sent ") == 4 && strings.Count(g.Text(), "  waiting ") == 5
	}, "four sent and five waiting")
	w.account.Release()
	w.waitForHeld("POST", 8, 4, 4)
	w.account.Release()
	w.waitForHeld("POST", 9, 1, 4)
	w.account.ClearFaults()
	w.account.Release()
	w.advanceHidden(20 * time.Minute)
	w.RequireText("9 of 9 done")
}

func TestNeverMoreThanTwentyOfABatchRun(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40, withServers(60))
	w.Press("/")
	w.Type("name:*-us?-*")
	w.Press("enter", "*", "b", "enter")
	w.RequireText("waiting")
	if sent := len(w.proxy.actions()); sent != 20 {
		t.Errorf("%d were sent at first, want 20", sent)
	}
	done := false
	for range 40 {
		w.advanceHidden(5 * time.Minute)
		running := 0
		for _, p := range w.points(model.Backup, "") {
			if p.Type == model.Manual && p.Status.Running() {
				running++
			}
		}
		if running > 20 {
			t.Fatalf("%d run at once", running)
		}
		if done = running == 0; done {
			break
		}
	}
	if sent := len(w.proxy.actions()); !done || sent < 25 {
		t.Errorf("%d were sent in the end, done: %v", sent, done)
	} else {
		w.RequireText(fmt.Sprintf("%d of %d done", sent, sent))
	}
}

func TestFailedActionShowsTheReasonAndStaysMarked(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	failOneOfThree(w)
	w.RequireText("2 of 3 done, 1 failed", "  SERVER         ACTION                             STATE       TOOK",
		"✓ web-server-01  snapshot web-server-01-2025-01-16  done    5 m 12 s",
		"✓ ci-runner-01   snapshot ci-runner-01-2025-01-16   done    6 m 32 s",
		"✗ vpn-gw         snapshot vpn-gw-2025-01-16         failed  ",
		"Snapshot limit reached (5 per server). Delete a snapshot first.")
	w.Press("esc")
	w.RequireText("• 1 marked")
	w.requireMarked("vpn-gw")
	for _, p := range w.points(model.Snapshot, "12354") {
		w.must(w.otherClient.DeleteSnapshot(t.Context(), p.ID))
	}
	w.advanceHidden(21 * time.Second)
	w.Press("s")
	w.RequireText("vpn-gw")
	w.Press("enter", "enter")
	w.advanceHidden(12 * time.Minute)
	w.RequireText("1 of 1 done")
}

func TestEscapeStopsUnsentActionsAndThenCloses(t *testing.T) {
	t.Parallel()
	w := startSlowBatch(t)
	w.RequireText("0 of 9 done", "sent", "waiting", "esc cancels those not yet sent")
	w.Press("esc")
	w.RequireText("Bulk actions", "0 of 9 done, 5 stopped", "safe to close: they continue",
		"5 will not be sent; those already sent continue")
	w.Press("esc")
	w.RequireNoText("Bulk actions")
	w.Advance(200 * time.Millisecond)
	w.advanceHidden(15 * time.Minute)
	if sent := len(w.proxy.actions()); sent != 4 {
		t.Errorf("%d were sent, want 4", sent)
	}
	w.RequireText("• 5 marked")
}

// Nothing ends such a batch later.
func TestStoppingWhatIsLeftEndsTheBatch(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markServers("web-server-01", "mail-01")(w)
	w.Press("s")
	newest := w.points(model.Backup, "12348")[0]
	w.mustAccept(w.otherClient.RestoreBackup(t.Context(), "12348", newest.ID))
	w.advanceHidden(21 * time.Second)
	w.Press("enter", "enter")
	w.advanceUntil(10*time.Minute, "1 of 2 done")
	w.RequireText("○ mail-01        snapshot mail-01-2025-01-16        waiting")
	w.Press("esc")
	w.RequireText("✗ 1 of 2 done, 1 stopped")
	w.RequireNoText("already sent continue")
	w.Press("esc")
	w.requireMarked("mail-01")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"web-server-01-2025-01-16"}`)
}

func TestBulkDeletionLeavesTheMarksOfServers(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markServers("db-server-01", "mail-01")(w)
	openBulkDelete("3", "server:db-server-01")(w)
	w.confirmNumber("5")
	w.RequireText("5 of 5 done")
	w.Press("esc", "1")
	w.RequireText("• 2 marked")
}

func TestQuitReportsWhatABatchHasNotSent(t *testing.T) {
	t.Parallel()
	w := startSlowBatch(t)
	w.RequireText("0 of 9 done")
	w.Press("ctrl+c")
	w.Wait()
	lines := w.app.ExitMessages()
	if last := lines[len(lines)-1]; len(lines) != 5 || last != "not sent: 5 of the 9 bulk actions" {
		t.Errorf("it says %q", lines)
	}
}

func TestBulkActionReportsItsResultAfterTheSheetIsClosed(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markThree(w)
	w.Press("s", "enter", "enter", "esc")
	w.RequireNoText("Bulk actions")
	w.requireMarked("ci-runner-01", "vpn-gw", "web-server-01")
	for range 200 {
		if w.advanceHidden(4 * time.Second); w.Screen().Contains("3 of 3 done") {
			w.requireMarked()
			return
		}
	}
	t.Error("their end was never reported")
}

func TestASecondBatchWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	markServers("web-server-01", "vpn-gw")(w)
	w.Press("s", "enter", "enter", "esc", "esc")
	markServers("mail-01", "cache-01")(w)
	w.proxy.reset()
	w.Press("b", "enter")
	w.requireRefused("Nothing was sent", "Another batch is still running.")
	w.requireActions()
}
