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

	"vpsdeck/model"
)

// What the test binary does when it is started by a test as another program. The journal's directory is its argument.
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

// partCommand is another program with a part.
func partCommand(t *testing.T, part, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(append(os.Environ(), partVariable+"="+part, "GORACE=atexit_sleep_ms=0"), env...)
	return cmd
}

// The crowd: so many programs, each with so many goroutines, each with so many lines, longer than a page of memory.
const (
	programCount         = 3
	goroutinesPerProgram = 4
	linesPerGoroutine    = 6
	lineSize             = 5000
)

// runPrograms runs the programs at once, and waits for all.
func runPrograms(t *testing.T, part, dir string, env ...string) {
	t.Helper()
	var crowd sync.WaitGroup
	for range programCount {
		crowd.Go(func() {
			if out, err := partCommand(t, part, dir, env...).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	crowd.Wait()
}

func appendMany(dir string) error {
	j := New(dir).WithLockWait(context.Background(), 0, sleep) // however slow the disk is
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
		"into one file":               maxSize,
		"while the file is put aside": all * lineSize * 2 / 3, // once
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			runPrograms(t, "append", dir, fmt.Sprint("JOURNAL_TEST_SIZE=", size))
			requireEachOnceInOrder(t, New(dir), all)
			_, err := os.Stat(New(dir).oldPath())
			if aside := err == nil; aside != (size < maxSize) {
				t.Errorf("put aside: %v, with a limit of %d bytes", aside, size)
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
		who, number, _ := cutLast(r.ID, "-")
		if number != strconv.Itoa(next[who]) || len(r.Reason) != lineSize+97*next[who] {
			t.Errorf("line %s with %d bytes of words comes where %d is due", r.ID, len(r.Reason), next[who])
		}
		next[who]++
	}
}

// A program that is started while another one writes sees whole lines, and none left out between the two files.
func TestReaderSeesWholeLinesDuringWrites(t *testing.T) {
	const all = 60
	writer, reader := New(t.TempDir()), New("")
	reader.path = writer.path
	writer.rotateSize = 4 * lineSize // it is put aside with every third line
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

// startRunAndWait is a run of the program, until it is killed.
func startRunAndWait(dir string) error {
	New(dir).StartRun("20250116T120000.000.7")
	return waitForKill()
}

// waitForKill says that all is ready, and waits for the end.
func waitForKill() error {
	fmt.Println("begun")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// startPart starts another program and waits until it is ready. What it returns kills it.
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
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "begun\n" {
		t.Fatal(line, err)
	}
	return func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it says that it was killed
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
		if left := runLockFiles(t, j); (len(left) > 0) != want {
			t.Errorf("%s: the marks are %v", when, left)
		}
	}
	requireAlive("before it began", false)
	run := j.StartRun("20250116T120000.000.7")
	requireAlive("in this program", true)
	run.End()
	requireAlive("after its end", false)

	kill := startPart(t, "begin", filepath.Dir(j.Path()))
	requireAlive("in another program", true)
	kill()
	requireAlive("after it was killed", false)
}

func TestConcurrentAliveChecksDoNotSeeEachOther(t *testing.T) {
	j := New(t.TempDir())
	writeFile(t, j.runLockPath("run")) // left behind by a run that was killed
	asking, err := os.Open(j.runLockPath("run"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = asking.Close() }()
	if err := syscall.Flock(int(asking.Fd()), syscall.LOCK_SH); err != nil { // another program in the midst of asking
		t.Fatal(err)
	}
	if j.IsAlive("run-1") {
		t.Error("a run that was killed is taken for alive")
	}
}

func TestMalformedOperationIDIsNotAlive(t *testing.T) {
	j := New(filepath.Join(t.TempDir(), "state"))
	outside := filepath.Join(filepath.Dir(j.Path()), "..", "run-x.lock")
	run := j.StartRun("run")
	defer run.End()
	writeFile(t, outside)
	for _, operation := range []string{"", "-", "run", "-1", "x/../../run-x-1", "/run-1", "run/../run-1", "..-1", "nobody-1"} {
		if j.IsAlive(operation) {
			t.Errorf("%q is alive", operation)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a file that is no mark: %v", err)
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

// appendWithoutPermission tries what somebody without rights to the directory can do; root has them all and lays them down.
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
		spoil func() error
		read  string
	}{
		"only to be read": {func() error { return os.Chmod(dir, 0o555) }, "<nil>"},
		"with a file of somebody else": {func() error {
			return errors.Join(os.WriteFile(j.Path(), nil, 0), os.Chmod(dir, 0o555))
		}, "the journal " + j.Path() + " cannot be read: you have no right to"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := errors.Join(os.Chmod(dir, 0o700), os.RemoveAll(j.Path()), c.spoil()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
			out, err := partCommand(t, "strip", dir).CombinedOutput()
			want := "the journal " + j.Path() + " cannot be written: you have no right to\n" + c.read + "\nrun true\n"
			if err != nil || string(out) != want {
				t.Errorf("%v, %s\nwant %s", err, out, want)
			}
		})
	}
}

// appendOverLimit writes to a disk that is full in the middle of a line, and once more after room was made.
func appendOverLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // the error is what counts
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
	room := limit
	room.Cur = uint64(info.Size() + info.Size()/2)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &room); err != nil {
		return err
	}
	fmt.Println(j.Append(newRecord("run-2", model.EventIntent, "")))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return j.Append(newRecord("run-3", model.EventIntent, ""))
}

func TestDiskFullMidLineLosesOnlyThatLine(t *testing.T) {
	j := New(t.TempDir())
	out, err := partCommand(t, "fill", filepath.Dir(j.Path())).CombinedOutput()
	if want := "the journal " + j.Path() + " cannot be written: the disk did not take it\n"; err != nil || string(out) != want {
		t.Errorf("%v, %s\nwant %s", err, out, want)
	}
	requireLines(t, j, 1, "run-1", "run-3")
}
