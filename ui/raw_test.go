package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
)

func TestAnItemIsShownAsTheAPIGivesIt(t *testing.T) {
	t.Parallel()
	for _, c := range lanes.Rows([]struct {
		name string
		get  func(w *harness)
		want []string
	}{
		{"raw-server", press("J"), []string{"JSON of server #12345", `"id": 12345,`, `"ip_address": "203.0.113.10"`}},
		{"raw-backup", press("2", "J"), []string{"JSON of backup #501", `"id": 501,`, `"backup_type": "automatic"`}},
		{"raw-snapshot", press("3", "J"), []string{"JSON of snapshot #801", `"size_mb": 5120`}},
		{"raw-page", press("enter", "j", "J"), []string{"JSON of snapshot #801"}},
	}) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 40, withServers(2))
			w.selectServer("web-server-01")
			c.get(w)
			w.RequireText(c.want...)
			w.requireGolden(c.name + "-80x40")
			w.Press("esc")
			w.RequireNoText("JSON of")
			w.requireActions()
		})
	}
}

func TestControlCharactersInAnItemAreEscaped(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.selectServer("web-server-01")
	w.proxy.rewrite(func(s string) string {
		return strings.Replace(s, "Automatic daily backup", "a\u202eb\u009b2J", 1)
	})
	w.Press("2", "J")
	w.RequireText(`a\u202eb\u009b2J`)
	requireAligned(t, w.Screen())
}

func TestMissingOrUnreadableItemSaysSo(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3")
	w.must(w.otherClient.DeleteSnapshot(t.Context(), "801"))
	w.Press("J")
	w.RequireText("It is no longer listed.")
	w.Press("J") // closes it
	w.account.InjectFault("GET /snapshots/: status 500")
	w.Press("J")
	w.RequireNoText("{")
	w.RequireText("JSON of snapshot #801")
}

func TestAnOlderAnswerIsNotShownForAnotherItem(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.selectServer("web-server-01")
	w.proxy.slowDown(10*time.Second, "GET /snapshots/")
	w.Press("3", "J")
	w.RequireText("loading…")
	w.Press("esc", "2", "J")
	w.RequireText(`"id": 501,`)
	w.Advance(11 * time.Second)
	w.RequireText(`"id": 501,`)
}

func TestRawItemIsCopied(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2))
	w.selectServer("web-server-01")
	w.Press("3", "J", "y")
	w.RequireText("JSON sent to the terminal for its clipboard")
	if got := w.recorder.clipboard; len(got) != 1 || !strings.Contains(got[0], "\"id\": 801,\n") {
		t.Errorf("copied: %q", got)
	}
}

func TestARequestIsOpenedAndCopiedAsCurl(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withServers(2), withRequestLog())
	w.createSnapshot("web-server-01", "before-update")
	w.Press("L", "/")
	w.Type("post")
	w.Press("enter", "enter")
	w.RequireText("POST /api/v1/snapshots/", "request", `"name": "before-update"`, "response",
		`"status": "in_progress"`)
	w.Press("esc", "y")
	w.RequireText("curl command, with $VPS_API_TOKEN for the token, sent to the")
	got := w.recorder.clipboard
	if len(got) != 1 || !strings.HasPrefix(got[0], "curl -sS -X POST -H \"Authorization: Bearer $VPS_API_TOKEN\"") ||
		strings.Contains(got[0], liveToken) {
		t.Errorf("copied: %q", got)
	}
}
