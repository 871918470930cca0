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
	"begin":  beginAndWait,
	"lock":   lockAndWait,
	"count":  countMany,
	"strip":  appendWithoutRights,
	"fill":   appendOverTheLimit,
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

// other is another program with a part.
func other(t *testing.T, part, dir string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(append(os.Environ(), partVariable+"="+part, "GORACE=atexit_sleep_ms=0"), env...)
	return cmd
}

// The crowd: so many programs, each with so many goroutines, each with so many lines, longer than a page of memory.
const (
	programs = 3
	routines = 4
	lines    = 6
	long     = 5000
)

// runCrowd runs the programs at once, and waits for all.
func runCrowd(t *testing.T, part, dir string, env ...string) {
	t.Helper()
	var crowd sync.WaitGroup
	for range programs {
		crowd.Go(func() {
			if out, err := other(t, part, dir, env...).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	crowd.Wait()
}

func appendMany(dir string) error {
	j := In(dir).Waiting(context.Background(), 0, pauseByTheClock) // however slow the disk is
	j.size = sizeOf(os.Getenv("JOURNAL_TEST_SIZE"))
	failed := make(chan error, routines)
	for n := range routines {
		go func() {
			for i := range lines {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), n, i)
				if err := j.Append(record(id, model.EventIntent, strings.Repeat("x", long+i*97))); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	var all error
	for range routines {
		all = errors.Join(all, <-failed)
	}
	return all
}

func sizeOf(text string) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return maxSize
}

func TestManyProgramsAppendAtOnceAndNoLineIsTornOrLost(t *testing.T) {
	const all = programs * routines * lines
	for name, size := range map[string]int{
		"into one file":               maxSize,
		"while the file is put aside": all * long * 2 / 3, // once
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			runCrowd(t, "append", dir, fmt.Sprint("JOURNAL_TEST_SIZE=", size))
			requireEachOnceInOrder(t, In(dir), all)
			_, err := os.Stat(In(dir).old())
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
		if number != strconv.Itoa(next[who]) || len(r.Words) != long+97*next[who] {
			t.Errorf("line %s with %d bytes of words comes where %d is due", r.ID, len(r.Words), next[who])
		}
		next[who]++
	}
}

// A program that is started while another one writes sees whole lines, and none left out between the two files.
func TestWhoReadsWhileAnotherWritesSeesWholeLinesWithoutAGap(t *testing.T) {
	const all = 60
	writer, reader := In(t.TempDir()), In("")
	reader.path = writer.path
	writer.size = 4 * long // it is put aside with every third line
	written := make(chan error)
	go func() {
		var err error
		for i := 0; i < all && err == nil; i++ {
			err = writer.Append(record("run-"+strconv.Itoa(i), model.EventIntent, strings.Repeat("x", long)))
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

// beginAndWait is a run of the program, until it is killed.
func beginAndWait(dir string) error {
	In(dir).Begin("20250116T120000.000.7")
	return waitToBeKilled()
}

// waitToBeKilled says that all is ready, and waits for the end.
func waitToBeKilled() error {
	fmt.Println("begun")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// startPart starts another program and waits until it is ready. What it returns kills it.
func startPart(t *testing.T, part, dir string) (kill func()) {
	t.Helper()
	cmd := other(t, part, dir)
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

func TestARunIsAliveUntilItEndsOrIsKilled(t *testing.T) {
	const operation = "20250116T120000.000.7-12"
	j := In(t.TempDir())
	requireAlive := func(when string, want bool) {
		t.Helper()
		if got := j.Alive(operation); got != want {
			t.Errorf("%s: alive %v, want %v", when, got, want)
		}
		if left := marks(t, j); (len(left) > 0) != want {
			t.Errorf("%s: the marks are %v", when, left)
		}
	}
	requireAlive("before it began", false)
	run := j.Begin("20250116T120000.000.7")
	requireAlive("in this program", true)
	run.End()
	requireAlive("after its end", false)

	kill := startPart(t, "begin", filepath.Dir(j.Path()))
	requireAlive("in another program", true)
	kill()
	requireAlive("after it was killed", false)
}

func TestWhoOnlyAsksIsNotTakenForTheRun(t *testing.T) {
	j := In(t.TempDir())
	fill(t, j.mark("run")) // left behind by a run that was killed
	asking, err := os.Open(j.mark("run"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = asking.Close() }()
	if err := syscall.Flock(int(asking.Fd()), syscall.LOCK_SH); err != nil { // another program in the midst of asking
		t.Fatal(err)
	}
	if j.Alive("run-1") {
		t.Error("a run that was killed is taken for alive")
	}
}

func TestNoOperationIsAliveThatNoRunCanHaveBegun(t *testing.T) {
	j := In(filepath.Join(t.TempDir(), "state"))
	outside := filepath.Join(filepath.Dir(j.Path()), "..", "run-x.lock")
	run := j.Begin("run")
	defer run.End()
	fill(t, outside)
	for _, operation := range []string{"", "-", "run", "-1", "x/../../run-x-1", "/run-1", "run/../run-1", "..-1", "nobody-1"} {
		if j.Alive(operation) {
			t.Errorf("%q is alive", operation)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a file that is no mark: %v", err)
	}
	if left := marks(t, j); len(left) != 1 {
		t.Errorf("the marks are %v", left)
	}
}

func marks(t *testing.T, j *Journal) []string {
	t.Helper()
	found, err := filepath.Glob(j.mark("*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// appendWithoutRights tries what somebody without rights to the directory can do; root has them all and lays them down.
func appendWithoutRights(dir string) error {
	const nobody = 65534
	if os.Geteuid() == 0 {
		if err := syscall.Setuid(nobody); err != nil {
			return err
		}
	}
	j := In(dir)
	fmt.Println(j.Append(record("run-1", model.EventIntent, "")))
	_, _, err := j.Read()
	fmt.Println(err)
	run := j.Begin("run")
	run.End()
	fmt.Println(run.ID, run.held == nil)
	return nil
}

func TestADirectoryWithoutRightsIsSaidAndSurvived(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for _, path := range []string{filepath.Dir(filepath.Dir(dir)), filepath.Dir(dir)} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	j := In(dir)
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
			out, err := other(t, "strip", dir).CombinedOutput()
			want := "the journal " + j.Path() + " cannot be written: you have no right to\n" + c.read + "\nrun true\n"
			if err != nil || string(out) != want {
				t.Errorf("%v, %s\nwant %s", err, out, want)
			}
		})
	}
}

// appendOverTheLimit writes to a disk that is full in the middle of a line, and once more after room was made.
func appendOverTheLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ) // the error is what counts
	j := In(dir)
	if err := j.Append(record("run-1", model.EventIntent, "")); err != nil {
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
	fmt.Println(j.Append(record("run-2", model.EventIntent, "")))
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	return j.Append(record("run-3", model.EventIntent, ""))
}

func TestADiskThatFillsUpInTheMiddleOfALineCostsThatLineOnly(t *testing.T) {
	j := In(t.TempDir())
	out, err := other(t, "fill", filepath.Dir(j.Path())).CombinedOutput()
	if want := "the journal " + j.Path() + " cannot be written: the disk did not take it\n"; err != nil || string(out) != want {
		t.Errorf("%v, %s\nwant %s", err, out, want)
	}
	requireLines(t, j, 1, "run-1", "run-3")
}
