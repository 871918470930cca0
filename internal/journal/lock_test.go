//go:build unix

package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// fakeClock are a clock that only adds up how long was waited, and does something at each wait.
type fakeClock struct {
	waited  time.Duration
	onPause func(waited time.Duration)
}

func (h *fakeClock) pause(ctx context.Context, d time.Duration) error {
	h.waited += d
	if h.onPause != nil {
		h.onPause(h.waited)
	}
	return ctx.Err()
}

// holdLock holds the journal's lock as another program does, until release.
func holdLock(t *testing.T, j *Journal) (release func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(j.Path()), 0o700); err != nil {
		t.Fatal(err)
	}
	release, err := tryLock(j.Path() + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// requireWait fails the test unless so long was waited since the last time, give or take the longest pause.
func requireWait(t *testing.T, h *fakeClock, what string, want time.Duration) {
	t.Helper()
	if h.waited < want || h.waited > want+maxPause {
		t.Errorf("%s waited for %v, want %v", what, h.waited, want)
	}
	h.waited = 0
}

func TestSecondWaitForHeldLockIsShort(t *testing.T) {
	j, h := New(filepath.Join(t.TempDir(), "state")), &fakeClock{}
	j.pause = h.pause
	line := newRecord("run-1", model.EventIntent, "")
	held := "the journal " + j.Path() + " cannot be %s: another program holds its lock"

	release := holdLock(t, j)
	_, _, err := j.Read()
	requireError(t, err, fmt.Sprintf(held, "read"))
	requireWait(t, h, "reading", lockTimeout)
	for range 3 {
		err = j.Append(line)
		requireError(t, err, fmt.Sprintf(held, "written"))
		requireWait(t, h, "a line after a wait in vain", shortLockTimeout)
	}
	if errors.Is(err, model.ErrConflict) {
		t.Error("the dashboard goes on without the journal, so that its error must not refuse anything")
	}
	release()
	mustAppend(t, j, line)
	requireWait(t, h, "a line of its own", 0)

	release = holdLock(t, j)
	requireError(t, j.Append(line), fmt.Sprintf(held, "written"))
	requireWait(t, h, "a line when the lock is held again", lockTimeout)
	h.onPause = func(time.Duration) { release() }
	mustAppend(t, j, line)
	requireLines(t, j, 0, "run-1", "run-1")
}

func TestLockWaitEndsWithTimeoutOrContext(t *testing.T) {
	line := newRecord("run-1", model.EventIntent, "")
	for name, c := range map[string]struct {
		limit, endsAt, want time.Duration
	}{
		"until its time is up":           {limit: time.Minute, want: time.Minute},
		"until it is ended":              {limit: time.Hour, endsAt: 10 * time.Second, want: 10 * time.Second},
		"without a limit, until its end": {endsAt: 2 * time.Minute, want: 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			h := &fakeClock{onPause: func(waited time.Duration) {
				if c.endsAt > 0 && waited >= c.endsAt {
					end()
				}
			}}
			defer end()
			j := New(t.TempDir()).WithLockWait(ctx, c.limit, h.pause)
			release := holdLock(t, j)
			err := j.Append(line)
			requireError(t, err, "the journal "+j.Path()+" cannot be written: another program holds its lock")
			requireWait(t, h, "a line", c.want)
			if !errors.Is(err, model.ErrConflict) {
				t.Error("it does not refuse what must not be done without the journal")
			}
			release()
			mustAppend(t, j, line)
		})
	}
}

func TestAppendWorksAfterContextEnds(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	end()
	h := &fakeClock{}
	j := New(t.TempDir()).WithLockWait(ctx, time.Hour, h.pause)
	release := holdLock(t, j)
	h.onPause = func(waited time.Duration) { // another program writes a line of its own meanwhile
		if waited > lockTimeout/2 {
			release()
		}
	}
	mustAppend(t, j, newRecord("run-1", model.EventUnknown, ""))
	requireWait(t, h, "a line", lockTimeout/2)
	requireLines(t, j, 0, "run-1")
}

func TestServerLockIsExclusive(t *testing.T) {
	const host, server = "admin.vps.org", model.ID("12345")
	dir := filepath.Join(t.TempDir(), "state", "vpsdeck")
	ctx, end := context.WithCancel(t.Context())
	defer end()
	h := &fakeClock{onPause: func(waited time.Duration) {
		if waited > time.Minute {
			end()
		}
	}}
	one, two := New(dir), New(dir)
	two.pause = h.pause
	unlock, err := one.LockServer(t.Context(), host, server)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []struct {
		host   string
		server model.ID
	}{{host, "12346"}, {"vps.example", server}, {host + "1", "2345"}} {
		free, err := two.LockServer(t.Context(), other.host, other.server)
		if err != nil {
			t.Fatalf("%v: %v", other, err)
		}
		free()
	}
	requireWait(t, h, "who acts on another server", 0)

	_, err = two.LockServer(ctx, host, server)
	requireError(t, err, "another vpsdeck is acting on this server")
	requireWait(t, h, "who was too late", time.Minute)
	if !errors.Is(err, model.ErrConflict) {
		t.Error("it is not told as a conflict")
	}
	if _, err = two.LockServer(ctx, host, server); !errors.Is(err, model.ErrConflict) { // the context has ended before
		t.Error(err)
	}

	h.onPause = func(time.Duration) { unlock() }
	unlock, err = two.LockServer(t.Context(), host, server)
	if err != nil {
		t.Fatalf("it was let go: %v", err)
	}
	unlock()
	if left, err := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestServerLockFailsWithoutStateDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file)
	j := New(filepath.Join(file, "state"))
	_, err := j.LockServer(t.Context(), "admin.vps.org", "1")
	requireError(t, err, "the journal "+j.Path()+" cannot be locked: a file stands where its directory should be")
	if errors.Is(err, model.ErrConflict) {
		t.Error("a broken disk is no conflict")
	}
}

// lockAndWait acts on a server until it is killed.
func lockAndWait(dir string) error {
	if _, err := New(dir).LockServer(context.Background(), "admin.vps.org", "12345"); err != nil {
		return err
	}
	return waitForKill()
}

func TestKilledProgramReleasesServerLock(t *testing.T) {
	j := New(t.TempDir())
	kill := startPart(t, "lock", filepath.Dir(j.Path()))
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := j.LockServer(ended, "admin.vps.org", "12345"); !errors.Is(err, model.ErrConflict) {
		t.Fatalf("while it is acting: %v", err)
	}
	kill()
	unlock, err := j.LockServer(ended, "admin.vps.org", "12345")
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	unlock()
}

// incrementMany counts in a file that nothing but the server's lock guards.
func incrementMany(dir string) error {
	failed := make(chan error, goroutinesPerProgram)
	for range goroutinesPerProgram {
		j := New(dir)
		go func() {
			var err error
			for i := 0; i < linesPerGoroutine && err == nil; i++ {
				err = incrementOnce(j, filepath.Join(dir, "count"))
			}
			failed <- err
		}()
	}
	var all error
	for range goroutinesPerProgram {
		all = errors.Join(all, <-failed)
	}
	return all
}

func incrementOnce(j *Journal, path string) error {
	unlock, err := j.LockServer(context.Background(), "admin.vps.org", "12345")
	if err != nil {
		return err
	}
	defer unlock()
	text, _ := os.ReadFile(path) // nothing there yet is 0
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return os.WriteFile(path, []byte(strconv.Itoa(n+1)), 0o600)
}

func TestProgramsLockServerInTurn(t *testing.T) {
	dir := t.TempDir()
	runPrograms(t, "count", dir)
	want := strconv.Itoa(programCount * goroutinesPerProgram * linesPerGoroutine)
	if got, err := os.ReadFile(filepath.Join(dir, "count")); err != nil || string(got) != want {
		t.Errorf("counted %s, %v; want %s", got, err, want)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "server-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
