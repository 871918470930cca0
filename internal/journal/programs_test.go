//go:build unix

package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"vpsdeck/internal/clock"
	"vpsdeck/model"
)

// parts are the functions that the test binary runs when a test starts it as another program. Their
// argument is the journal's directory.
var parts = map[string]func(dir string) error{
	"append": appendMany,
	"begin":  startRunAndWait,
	"lock":   lockAndWait,
	"count":  incrementMany,
	"strip":  appendWithoutPermission,
	"fill":   appendOverLimit,
}

const partVariable = "JOURNAL_TEST_PART"

func TestMain(m *testing.M) {
	part, ok := parts[os.Getenv(partVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := part(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// partCommand returns a command that runs a part in another program.
func partCommand(t *testing.T, part, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(append(os.Environ(), partVariable+"="+part, "GORACE=atexit_sleep_ms=0"), env...)
	return cmd
}

// The load: programs, goroutines of each, and lines of each goroutine. A line is longer than a page
// of memory.
const (
	programCount         = 3
	goroutinesPerProgram = 4
	linesPerGoroutine    = 6
	lineSize             = 5000
)

// runPrograms runs the programs at the same time, and waits for all.
func runPrograms(t *testing.T, part, dir string, env ...string) {
	t.Helper()
	var group sync.WaitGroup
	for range programCount {
		group.Go(func() {
			if out, err := partCommand(t, part, dir, env...).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
}

func appendMany(dir string) error {
	j := New(dir).WithLockWait(context.Background(), 0, clock.Sleep) // however slow the disk is
	j.rotateSize = parseSize(os.Getenv("JOURNAL_TEST_SIZE"))
	failed := make(chan error, goroutinesPerProgram)
	for n := range goroutinesPerProgram {
		go func() {
			for i := range linesPerGoroutine {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), n, i)
				if err := j.Append(newRecord(id, model.EventIntent, strings.Repeat("x", lineSize+i*97))); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	var all error
	for range goroutinesPerProgram {
		all = errors.Join(all, <-failed)
	}
	return all
}

func parseSize(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return maxSize
}

func TestConcurrentAppendsLoseNoLine(t *testing.T) {
	const all = programCount * goroutinesPerProgram * linesPerGoroutine
	for name, size := range map[string]int{
		"into one file":     maxSize,
		"with one rotation": all * lineSize * 2 / 3,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			runPrograms(t, "append", dir, fmt.Sprint("JOURNAL_TEST_SIZE=", size))
			requireEachOnceInOrder(t, New(dir), all)
			_, err := os.Stat(New(dir).oldPath())
			if rotated := err == nil; rotated != (size < maxSize) {
				t.Errorf("rotated: %v, with a limit of %d bytes", rotated, size)
			}
		})
	}
}

func requireEachOnceInOrder(t *testing.T, j *Journal, all int) {
	t.Helper()
	records, unreadable, err := j.Read()
	if err != nil || unreadable != 0 || len(records) != all {
		t.Fatalf("%d lines, %d unreadable, %v; want %d whole ones", len(records), unreadable, err, all)
	}
	next := map[string]int{} // of each goroutine
	for _, r := range records {
		writer, number, _ := cutLast(r.ID, "-")
		if number != strconv.Itoa(next[writer]) || len(r.Reason) != lineSize+97*next[writer] {
			t.Errorf("got line %s with a reason of %d bytes, want line %d", r.ID, len(r.Reason), next[writer])
		}
		next[writer]++
	}
}

// A program that reads while another one writes sees whole lines, and misses none between the two
// files.
func TestReaderSeesWholeLinesDuringWrites(t *testing.T) {
	const all = 60
	writer, reader := New(t.TempDir()), New("")
	reader.path = writer.path
	writer.rotateSize = 4 * lineSize // every third line rotates it
	written := make(chan error)
	go func() {
		var err error
		for i := 0; i < all && err == nil; i++ {
			err = writer.Append(newRecord("run-"+strconv.Itoa(i), model.EventIntent, strings.Repeat("x", lineSize)))
		}
		written <- err
	}()
	for {
		records, unreadable, err := reader.Read()
		if err != nil || unreadable != 0 {
			t.Errorf("%d unreadable, %v", unreadable, err)
		}
		for i := 1; i < len(records); i++ {
			_, before, _ := cutLast(records[i-1].ID, "-")
			if n, err := strconv.Atoi(before); err != nil || records[i].ID != "run-"+strconv.Itoa(n+1) {
				t.Errorf("%s comes after %s", records[i].ID, records[i-1].ID)
			}
		}
		select {
		case err := <-written:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}

// startRunAndWait starts a run and waits until it is killed.
func startRunAndWait(dir string) error {
	New(dir).StartRun("20250116T120000.000.7")
	return waitForKill()
}

// waitForKill prints that the program is ready, and waits to be killed.
func waitForKill() error {
	fmt.Println("ready")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// startPart starts another program and waits until it is ready. The returned function kills it.
func startPart(t *testing.T, part, dir string) (kill func()) {
	t.Helper()
	cmd := partCommand(t, part, dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
		t.Fatal(line, err)
	}
	return func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // its error says that it was killed
	}
}

func TestRunIsAliveUntilItEndsOrIsKilled(t *testing.T) {
	const operation = "20250116T120000.000.7-12"
	j := New(t.TempDir())
	requireAlive := func(when string, want bool) {
		t.Helper()
		if got := j.IsAlive(operation); got != want {
			t.Errorf("%s: alive %v, want %v", when, got, want)
		}
		if marks := runLockFiles(t, j); (len(marks) > 0) != want {
			t.Errorf("%s: the marks are %v", when, marks)
		}
	}
	requireAlive("before the start", false)
	run := j.StartRun("20250116T120000.000.7")
	requireAlive("in this program", true)
	run.End()
	requireAlive("after the end", false)

	kill := startPart(t, "begin", filepath.Dir(j.Path()))
	requireAlive("in another program", true)
	kill()
	requireAlive("after it was killed", false)
}

func TestConcurrentAliveChecksDoNotSeeEachOther(t *testing.T) {
	j := New(t.TempDir())
	writeFile(t, j.runLockPath("run")) // left behind by a killed run
	checking, err := os.Open(j.runLockPath("run"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = checking.Close() }()
	// as another program does while it checks
	if err := syscall.Flock(int(checking.Fd()), syscall.LOCK_SH); err != nil {
		t.Fatal(err)
	}
	if j.IsAlive("run-1") {
		t.Error("a killed run counts as alive")
	}
}

func TestMalformedOperationIDIsNotAlive(t *testing.T) {
	j := New(filepath.Join(t.TempDir(), "state"))
	outside := filepath.Join(filepath.Dir(j.Path()), "..", "run-x.lock")
	run := j.StartRun("run")
	defer run.End()
	writeFile(t, outside)
	for _, operation := range []string{"", "-", "run", "-1", "x/../../run-x-1", "/run-1", "run/../run-1", "..-1",
		"unknown-1"} {
		if j.IsAlive(operation) {
			t.Errorf("%q is alive", operation)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a file that is no mark was removed: %v", err)
	}
	if left := runLockFiles(t, j); len(left) != 1 {
		t.Errorf("the marks are %v", left)
	}
}

func runLockFiles(t *testing.T, j *Journal) []string {
	t.Helper()
	found, err := filepath.Glob(j.runLockPath("*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// appendWithoutPermission uses the journal without permissions for its directory. Run by root, it
// becomes another user first.
func appendWithoutPermission(dir string) error {
	const nobody = 65534
	if os.Geteuid() == 0 {
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	j := New(dir)
	fmt.Println(j.Append(newRecord("run-1", model.EventIntent, "")))
	_, _, err := j.Read()
	fmt.Println(err)
	run := j.StartRun("run")
	run.End()
	fmt.Println(run.ID, run.unlock == nil)
	return nil
}

func TestUnwritableDirectoryIsReported(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for _, path := range []string{filepath.Dir(filepath.Dir(dir)), filepath.Dir(dir)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	j := New(dir)
	for name, c := range map[string]struct {
		damage func() error
		read   string
	}{
		"a read-only directory": {func() error { return os.Chmod(dir, 0o555) }, "<nil>"},
		"a file that cannot be read": {func() error {
			return errors.Join(os.WriteFile(j.Path(), nil, 0), os.Chmod(dir, 0o555))
		}, "the journal " + j.Path() + " cannot be read: permission denied"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(dir, 0o700), os.RemoveAll(j.Path()), c.damage()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
			out, err := partCommand(t, "strip", dir).CombinedOutput()
			want := "the journal " + j.Path() + " cannot be written: permission denied\n" + c.read + "\nrun true\n"
			if err != nil || string(out) != want {
				t.Errorf("%v, %s\nwant %s", err, out, want)
			}
		})
	}
}

// appendOverLimit writes to a disk that becomes full in the middle of a line, and again after space
// was freed.
func appendOverLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // the write returns an error instead
	j := New(dir)
	if err := j.Append(newRecord("run-1", model.EventIntent, "")); err != nil {
		return err
	}
	info, err := os.Stat(j.Path())
	if err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	lowered := limit
	setLimit(&lowered.Cur, info.Size()+info.Size()/2)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &lowered); err != nil {
		return err
	}
	fmt.Println(j.Append(newRecord("run-2", model.EventIntent, "")))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return j.Append(newRecord("run-3", model.EventIntent, ""))
}

// setLimit sets a limit of a resource. Its type depends on the system: FreeBSD's is signed.
func setLimit[T int64 | uint64](limit *T, bytes int64) { *limit = T(bytes) }

func TestDiskFullMidLineLosesOnlyThatLine(t *testing.T) {
	j := New(t.TempDir())
	out, err := partCommand(t, "fill", filepath.Dir(j.Path())).CombinedOutput()
	if want := "the journal " + j.Path() + " cannot be written: I/O error\n"; err != nil || string(out) != want {
		t.Errorf("%v, %s\nwant %s", err, out, want)
	}
	requireLines(t, j, 1, "run-1", "run-3")
}
