package ui_test

import (
	"testing"
	"time"

	"vpsdeck/internal/lanes"
	"vpsdeck/model"
)

// The first servers of an account of twelve in the default order: worst coverage first.
const (
	firstServer  = "db-server-02"
	secondServer = "ci-runner-02"
	thirdServer  = "legacy-app"
	fourthServer = "mail-01"
)

// requirePreview fails the test unless the preview shows that server's points.
func (h *harness) requirePreview(server string) {
	h.t.Helper()
	h.RequireText("Backups "+server+" ", "Snapshots "+server+" ")
}

// stepDown moves the cursor down and waits for the preview.
func (h *harness) stepDown() {
	h.Press("j")
	h.Advance(25 * time.Millisecond)
}

func TestPreviewFollowsASingleStep(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	before := firstServer
	for _, server := range []string{secondServer, thirdServer, fourthServer} {
		w.Press("j")
		w.Advance(24 * time.Millisecond)
		w.requireCursor(server)
		w.requirePreview(before) // so the first frame moves only the cursor
		w.Advance(time.Millisecond)
		w.requirePreview(server)
		w.Advance(200 * time.Millisecond)
		before = server
	}
}

func TestPreviewWaitsUntilAHeldKeyIsReleased(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.stepDown()
	for range 9 { // the key repeats for longer than the settle delay
		w.Advance(40 * time.Millisecond)
		w.Press("j")
		w.requireCursor(thirdServer)
		w.requirePreview(secondServer)
		w.Advance(40 * time.Millisecond)
		w.Press("k")
		w.requirePreview(secondServer)
	}
	w.Press("j")
	w.Advance(140 * time.Millisecond)
	w.requirePreview(secondServer)
	w.Advance(10 * time.Millisecond)
	w.requirePreview(thirdServer)
	w.stepDown() // this is a first step again
	w.requirePreview(fourthServer)
}

func TestPreviewIsUpdatedBeforeAnyOtherKey(t *testing.T) {
	t.Parallel()
	for _, key := range lanes.Rows([]string{"tab", "2", "/", "R", "O", "X"}) {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			w := startApp(t, 120, 40)
			w.stepDown()
			w.Press("j")
			w.requirePreview(secondServer)
			w.Press(key)
			w.requirePreview(thirdServer)
		})
	}
}

func TestActionDuringFastScrollingIsForTheServerUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.selectServer("web-server-01")
	w.Press("esc", "g", "j", "j", "j", "j")
	w.requireCursor("db-server-01")
	w.requirePreview("web-server-01") // the last server shown
	w.Press("2", "d")
	w.RequireText("Delete", "db-server-01")
}

func TestWheelDelaysPreviewAndClickDoesNot(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 14, withMouse)
	w.Wheel(5, 5, 1)
	w.Advance(25 * time.Millisecond)
	w.requireCursor(fourthServer)
	w.requirePreview(fourthServer)
	w.Wheel(5, 5, 1)
	w.requireCursor("db-server-01")
	w.requirePreview(fourthServer)
	w.Click(100, 4)
	w.requirePreview("db-server-01")
}

func TestRefreshDuringFastScrollingIsForTheServerUnderTheCursor(t *testing.T) {
	t.Parallel()
	w := startApp(t, 120, 40)
	w.mustAccept(w.otherClient.CreateSnapshot(t.Context(), w.serverID(fourthServer), "meanwhile", ""))
	w.proxy.slowDown(100*time.Millisecond, "/snapshots/")
	w.Press("R")
	w.stepDown()
	w.Press("j", "j")
	w.requirePreview(secondServer)
	w.Advance(75 * time.Millisecond)
	w.requirePreview(fourthServer)
	w.RequireText("meanwhile")
}

// serverID returns a server's ID, as another user sees it.
func (h *harness) serverID(name string) model.ID {
	h.t.Helper()
	servers, err := h.otherClient.Servers(h.t.Context(), model.ServerFilter{})
	h.must(err)
	for _, s := range servers {
		if s.Name == name {
			return s.ID
		}
	}
	h.t.Fatalf("there is no server %s", name)
	return ""
}
