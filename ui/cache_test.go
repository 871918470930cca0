package ui_test

import (
	"testing"
	"time"

	"vpsdeck/internal/cache"
)

// withCache starts the program with a cache in dir, on an account whose host is always the same.
func withCache(dir string) option {
	return func(s *setup) {
		s.namedHost = true
		s.ui.Cache = cache.New(dir)
	}
}

// threeHoursLater starts the program three hours later, with lists that take 10 s.
var threeHoursLater = beforeStart(func(w *harness) {
	w.clock.Advance(3 * time.Hour)
	w.proxy.slowDown(10*time.Second, listPaths...)
})

func TestNextRunStartsFromTheCacheAndShowsItsAge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startApp(t, 120, 40, withCache(dir), withServers(2))
	w := startApp(t, 120, 40, withCache(dir), withServers(2), threeHoursLater)
	if g := w.Screen(); !g.Contains("db-server-01") || !g.Contains("as of 3 h ago, refreshing…") {
		t.Errorf("while the lists are requested:\n%s", g.Text())
	}
	w.advanceHidden(20 * time.Second)
	if g := w.Screen(); !g.Contains("● 10 s ago") || g.Contains("as of") {
		t.Errorf("after its answers:\n%s", g.Text())
	}
}

func TestDemoIsNotCached(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startApp(t, 120, 40, withCache(dir), withServers(2), demo)
	for _, options := range [][]option{{}, {demo}} {
		w := startApp(t, 120, 40, append(options, withCache(dir), withServers(2), threeHoursLater)...)
		if g := w.Screen(); g.Contains("db-server-01") || g.Contains("as of") {
			t.Errorf("%s", g.Text())
		}
	}
}

func TestActionOnCachedDataRefreshesFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startApp(t, 120, 40, withCache(dir), withServers(2))
	w := startApp(t, 120, 40, withCache(dir), withServers(-1), threeHoursLater)
	w.createSnapshot("web-server-01", "before-update")
	w.advanceHidden(30 * time.Second)
	w.requireActions()
}

// What its rules keep depends on all restore points, which may be others by now.
func TestCleanupDoesNotChooseFromTheCache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startApp(t, 120, 40, withCache(dir))
	w := startApp(t, 120, 40, withCache(dir), threeHoursLater)
	w.RequireText("as of 3 h ago, refreshing…")
	w.Press("c")
	w.RequireText("Waiting for the servers, the backups and the snapshots…")
	w.advanceHidden(20 * time.Second)
	w.RequireText("Clean up old restore points", "A preview comes first.")
}

func TestCleanupIsRefusedIfOnlyTheCacheHasAList(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startApp(t, 120, 40, withCache(dir))
	w := startApp(t, 120, 40, withCache(dir), threeHoursLater, withFault("GET /snapshots/: status 503"))
	w.Press("c")
	w.advanceHidden(2 * time.Minute)
	w.requireRefused("Nothing cleaned up",
		"The lists are still those of the last run, because they cannot be read now.")
}
