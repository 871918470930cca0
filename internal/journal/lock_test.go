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

// fakeClock is a clock that only adds up the waits, and calls a function at each.
type fakeClock struct {
	waited  time.Duration
	onPause func(waited time.Duration)
}

func (f *fakeClock) pause(ctx context.Context, d time.Duration) error {
	f.waited += d
	if f.onPause != nil {
		f.onPause(f.waited)
	}
	return ctx.Err()
}

// holdLock holds the journal's lock until release, as another program would.
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

// requireWait fails the test unless the wait since the last call was this long, or longer by at
// most the longest pause.
func requireWait(t *testing.T, clock *fakeClock, what string, want time.Duration) {
	t.Helper()
	if clock.waited < want || clock.waited > want+maxPause {
		t.Errorf("%s waited for %v, want %v", what, clock.waited, want)
	}
	clock.waited = 0
}

func TestSecondWaitForHeldLockIsShort(t *testing.T) {
	j, clock := New(filepath.Join(t.TempDir(), "state")), &fakeClock{}
	j.pause = clock.pause
	line := newRecord("run-1", model.EventIntent, "")
	held := "the journal " + j.Path() + " cannot be %s: another program holds its lock"

	release := holdLock(t, j)
	_, _, err := j.Read()
	requireError(t, err, fmt.Sprintf(held, "read"))
	requireWait(t, clock, "reading", lockTimeout)
	for range 3 {
		err = j.Append(line)
		requireError(t, err, fmt.Sprintf(held, "written"))
		requireWait(t, clock, "a line after a wait that timed out", shortLockTimeout)
	}
	if errors.Is(err, model.ErrConflict) {
		t.Error("the dashboard continues without the journal, so its error must not be a conflict")
	}
	release()
	mustAppend(t, j, line)
	requireWait(t, clock, "a line with a free lock", 0)

	release = holdLock(t, j)
	requireError(t, j.Append(line), fmt.Sprintf(held, "written"))
	requireWait(t, clock, "a line with the lock held again", lockTimeout)
	clock.onPause = func(time.Duration) { release() }
	mustAppend(t, j, line)
	requireLines(t, j, 0, "run-1", "run-1")
}

func TestLockWaitEndsWithTimeoutOrContext(t *testing.T) {
	line := newRecord("run-1", model.EventIntent, "")
	for name, c := range map[string]struct {
		limit, cancelAt, want time.Duration
	}{
		"until the limit":                  {limit: time.Minute, want: time.Minute},
		"until the context ends":           {limit: time.Hour, cancelAt: 10 * time.Second, want: 10 * time.Second},
		"no limit, until the context ends": {cancelAt: 2 * time.Minute, want: 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			clock := &fakeClock{onPause: func(waited time.Duration) {
				if c.cancelAt > 0 && waited >= c.cancelAt {
					cancel()
				}
			}}
			defer cancel()
			j := New(t.TempDir()).WithLockWait(ctx, c.limit, clock.pause)
			release := holdLock(t, j)
			err := j.Append(line)
			requireError(t, err, "the journal "+j.Path()+" cannot be written: another program holds its lock")
			requireWait(t, clock, "a line", c.want)
			if !errors.Is(err, model.ErrConflict) {
				t.Error("the error is no conflict, so the action would run without the journal")
			}
			release()
			mustAppend(t, j, line)
		})
	}
}

func TestAppendWorksAfterContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	clock := &fakeClock{}
	j := New(t.TempDir()).WithLockWait(ctx, time.Hour, clock.pause)
	release := holdLock(t, j)
	clock.onPause = func(waited time.Duration) { // another program writes a line meanwhile
		if waited > lockTimeout/2 {
			release()
		}
	}
	mustAppend(t, j, newRecord("run-1", model.EventUnknown, ""))
	requireWait(t, clock, "a line", lockTimeout/2)
	requireLines(t, j, 0, "run-1")
}

func TestServerLockIsExclusive(t *testing.T) {
	const host, server = "admin.vps.org", model.ID("12345")
	dir := filepath.Join(t.TempDir(), "state", "vpsdeck")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock := &fakeClock{onPause: func(waited time.Duration) {
		if waited > time.Minute {
			cancel()
		}
	}}
	first, second := New(dir), New(dir)
	second.pause = clock.pause
	unlock, err := first.LockServer(t.Context(), host, server)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []struct {
		host   string
		server model.ID
	}{{host, "12346"}, {"vps.example", server}, {host + "1", "2345"}} {
		unlockOther, err := second.LockServer(t.Context(), other.host, other.server)
		if err != nil {
			t.Fatalf("%v: %v", other, err)
		}
		unlockOther()
	}
	requireWait(t, clock, "a lock of another server", 0)

	_, err = second.LockServer(ctx, host, server)
	requireError(t, err, "another vpsdeck is acting on this server")
	requireWait(t, clock, "a lock that is held", time.Minute)
	if !errors.Is(err, model.ErrConflict) {
		t.Error("the error is no conflict")
	}
	// the context has already ended
	if _, err = second.LockServer(ctx, host, server); !errors.Is(err, model.ErrConflict) {
		t.Error(err)
	}

	clock.onPause = func(time.Duration) { unlock() }
	unlock, err = second.LockServer(t.Context(), host, server)
	if err != nil {
		t.Fatalf("after it was released: %v", err)
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
	requireError(t, err, "the journal "+j.Path()+" cannot be locked: a part of its path is not a directory")
	if errors.Is(err, model.ErrConflict) {
		t.Error("a disk error must not be a conflict")
	}
}

// lockAndWait locks a server until it is killed.
func lockAndWait(dir string) error {
	if _, err := New(dir).LockServer(context.Background(), "admin.vps.org", "12345"); err != nil {
		return err
	}
	return waitForKill()
}

func TestKilledProgramReleasesServerLock(t *testing.T) {
	j := New(t.TempDir())
	kill := startPart(t, "lock", filepath.Dir(j.Path()))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.LockServer(ended, "admin.vps.org", "12345"); !errors.Is(err, model.ErrConflict) {
		t.Fatalf("while it holds the lock: %v", err)
	}
	kill()
	unlock, err := j.LockServer(ended, "admin.vps.org", "12345")
	if err != nil {
		t.Fatalf("after it was killed: %v", err)
	}
	unlock()
}

// incrementMany increments a counter in a file that only the server's lock protects.
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
	text, _ := os.ReadFile(path) // a missing file counts as 0
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
