package ui_test

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/lanes"
)

func TestDemoAndReadOnlyAreShownDuringErrors(t *testing.T) {
	t.Parallel()
	for name, fault := range lanes.Table(map[string]string{
		"none": "", "503": "GET /: status 503", "offline": "GET /: cut-before", "429": "GET /: status 429 retry 90s",
		"401": "GET /: status 401", "part": "GET /snapshots/: status 503", "garbage": "GET /: garbage",
	}) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 40, 12, demo, readOnly)
			if fault != "" {
				w.account.InjectFault(fault)
				w.Advance(20 * time.Second)
			}
			for _, width := range []int{40, 41, 47, 60, 80, 120} {
				w.Resize(width, 12)
				if first := w.Screen().Line(0); !strings.HasPrefix(first, " vpsdeck demo read-only ") {
					t.Errorf("at %d columns the header is %q", width, first)
				}
			}
		})
	}
}

func TestHeaderNamesTheError(t *testing.T) {
	t.Parallel()
	for fault, want := range lanes.Table(map[string]string{
		"GET /: status 503": "API unavailable (503) ·", "GET /: status 429 retry 90s": "rate limited ·",
		"GET /: cut-before": "offline ·",
		"GET /: status 404": "no API here (404) ·", "GET /: garbage": "unreadable answer ·",
	}) {
		t.Run(strings.ReplaceAll(fault, " ", "-"), func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 80, 24, withServers(2))
			w.account.InjectFault(fault)
			w.Advance(20 * time.Second)
			if first := w.Screen().Line(0); !strings.Contains(first, want) ||
				!strings.Contains(first, "data 20 s old") {
				t.Errorf("the header is %q", first)
			}
		})
	}
}

func TestWindowTitleHasNoControlCharacters(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, beforeStart(func(w *harness) {
		w.proxy.rewrite(strings.NewReplacer("Acme Inc.",
			"本社 Müller Ü").Replace)
	}))
	if got, want := w.lastView().WindowTitle, "vpsdeck ?社 Müller ? (2 running)"; got != want {
		t.Errorf("the title is %q, want %q", got, want)
	}
	w.RequireText("本社 Müller Ü") // on the screen it stays as it is
}

func TestPaneCountsDownTheRateLimit(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24, withFault("GET /: status 429 retry 45s"))
	w.RequireText("Retrying in 45 s.")
	w.Advance(10 * time.Second)
	w.RequireText("Retrying in 35 s.")
	w.RequireNoText("45 s")
}

func TestJustFoundOperationDoesNotCountSeconds(t *testing.T) {
	t.Parallel()
	w := startApp(t, 80, 24)
	w.RequireText("just found")
	w.Advance(20 * time.Second)
	w.RequireText("20 s+")
	w.RequireNoText("just found")
}

func TestRestoreAfterSnapshotIsShownInItsLine(t *testing.T) {
	t.Parallel()
	w := startApp(t, 140, 30, withServers(2))
	atServer("web-server-01", "3", "r")(w)
	w.Type("web-server-01")
	w.Press("tab", "enter")
	w.RequireText("◐ web-server-01  snapshot before-restore-20250116-154500, then restore  ──")
}
