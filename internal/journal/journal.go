// Package journal records actions in a file that only its owner can read: one JSON object a line,
// appended. After a crash, the next run learns from it what was started. docs/RELIABILITY.md
// describes the format.
package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/fserror"
	"vpsdeck/model"
)

// The limits of the journal's files. Two are kept: the current one and the previous one.
const (
	maxSize = 1 << 20   // bytes; the file is then rotated
	maxRead = 4 << 20   // bytes read from the end of a file, in case something has inflated it
	maxLine = 256 << 10 // bytes; vpsdeck writes no longer line
)

// lockTimeout is how long to wait for another program's lock while a person waits too. Writing a
// line takes milliseconds.
const lockTimeout = 2 * time.Second

// Journal is the journal file in a state directory. It is safe for concurrent use, also by several
// programs.
type Journal struct {
	path           string
	rotateSize     int64           // bytes; a larger file is rotated
	waitCtx        context.Context // ends the wait for the lock; nil: the wait is lockTimeout long
	maxWait        time.Duration   // the longest wait for the lock with waitCtx; 0: no limit
	pause          Pause
	mu             sync.Mutex
	lastWaitFailed bool // the last wait timed out: until the lock is free again, waits are short
}

// New returns the journal in a state directory. It creates and opens nothing before the first line
// is written. Append and Read fail if another program holds the lock for more than two seconds.
func New(dir string) *Journal {
	return &Journal{path: filepath.Join(dir, "journal.jsonl"), rotateSize: maxSize, maxWait: lockTimeout,
		pause: clock.Sleep}
}

// WithLockWait returns the same journal for a command that must not run without it. It waits for
// the lock until the context ends or the limit is reached; 0 is no limit. The error is then a
// model.ErrConflict. After the context has ended, each line may still wait two seconds, so that a
// started action can be recorded.
func (j *Journal) WithLockWait(ctx context.Context, limit time.Duration, pause Pause) *Journal {
	return &Journal{path: j.path, rotateSize: j.rotateSize, waitCtx: ctx, maxWait: limit, pause: pause}
}

// Path returns the path of the file.
func (j *Journal) Path() string { return j.path }

// wrapError returns why the journal cannot be written or read. It is a model.ErrConflict if the
// wait for a required lock timed out.
func (j *Journal) wrapError(participle string, err error) error {
	e := model.UserErrorf(nil, "the journal %s cannot be %s: ", j.path, participle)
	switch {
	case !errors.Is(err, errLockHeld):
		e.Text += fserror.Reason(err)
	case j.waitCtx != nil:
		e.Kind = model.ErrConflict
		fallthrough
	default:
		e.Text += errLockHeld.Error()
	}
	return e
}

// lock takes the lock for writing a line or for reading. The caller holds the mutex.
func (j *Journal) lock() (unlock func(), err error) {
	ctx, limit := context.Background(), lockTimeout
	switch {
	case j.lastWaitFailed:
		limit = shortLockTimeout
	case j.waitCtx != nil && j.waitCtx.Err() == nil:
		ctx, limit = j.waitCtx, j.maxWait
	}
	unlock, err = acquireQueuedLock(ctx, j.path+".lock", limit, j.pause)
	j.lastWaitFailed = errors.Is(err, errLockHeld)
	return unlock, err
}

// Append writes one line and waits until it is on the disk. Lines of several programs never mix:
// each is one write at the end of the file, under a lock. After a line that a crash cut short, it
// starts a new one. Its errors are *model.UserError.
func (j *Journal) Append(r model.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	line, err := json.Marshal(r)
	if err != nil {
		return j.wrapError("written", err)
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return j.wrapError("written", err)
	}
	unlock, err := j.lock()
	if err != nil {
		return j.wrapError("written", err)
	}
	defer unlock()
	if err := j.rotate(int64(len(line))); err != nil {
		return j.wrapError("rotated", err)
	}
	if err := j.write(append(line, '\n')); err != nil {
		return j.wrapError("written", err)
	}
	return nil
}

func (j *Journal) write(line []byte) (err error) {
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
	}()
	if endsMidLine(f) {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	return f.Sync()
}

// endsMidLine reports whether the file ends in the middle of a line.
func endsMidLine(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// rotate renames the file to the old one when the next line would make it too large. Read reads
// both, so open operations are not lost.
func (j *Journal) rotate(next int64) error {
	info, err := os.Stat(j.path)
	if err != nil || info.Size()+next < j.rotateSize {
		return nil
	}
	return os.Rename(j.path, j.oldPath())
}

func (j *Journal) oldPath() string { return j.path + ".1" }

// Read returns all lines, oldest first, and the number of unreadable ones: a torn line does not
// affect the others. A journal that does not exist yet is empty. Its errors are *model.UserError.
func (j *Journal) Read() (records []model.Record, unreadable int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// No rotation may happen between the two files, and no line may be half written. Where locking
	// fails for another reason, such as a missing directory, nobody can write either.
	switch unlock, err := j.lock(); {
	case err == nil:
		defer unlock()
	case errors.Is(err, errLockHeld):
		return nil, 0, j.wrapError("read", err)
	}
	for _, path := range []string{j.oldPath(), j.path} {
		fromFile, bad, err := readFile(path)
		if err != nil {
			return nil, 0, j.wrapError("read", err)
		}
		records, unreadable = append(records, fromFile...), unreadable+bad
	}
	return records, unreadable, nil
}

func readFile(path string) (records []model.Record, unreadable int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	cut := false
	if info, err := f.Stat(); err == nil && info.Size() > maxRead {
		_, err = f.Seek(-maxRead, io.SeekEnd)
		cut = err == nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxRead))
	if err != nil {
		return nil, 0, err
	}
	if cut { // the data starts in the middle of a line
		_, data, _ = bytes.Cut(data, []byte{'\n'})
	}
	return parseLines(data)
}

// parseLines parses the lines of a journal.
func parseLines(data []byte) (records []model.Record, unreadable int, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(make([]byte, 0, 64<<10), maxRead+1)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var r model.Record
		if len(line) > maxLine || json.Unmarshal(line, &r) != nil || r.Version != model.RecordVersion || r.ID == "" ||
			r.Server.ID == "" && !r.IsSession() {
			unreadable++
			continue
		}
		records = append(records, r)
	}
	return records, unreadable, lines.Err()
}

// Run is one run of the program, from StartRun to End.
type Run struct {
	ID     string
	unlock func()
	path   string
}

// StartRun marks this run of the program as alive, so that other runs leave its operations alone.
// If the mark cannot be made, the run still has its ID.
func (j *Journal) StartRun(id string) *Run {
	r := &Run{ID: id, path: j.runLockPath(id)}
	if os.MkdirAll(filepath.Dir(j.path), 0o700) == nil {
		if unlock, err := tryLock(r.path); err == nil { // no other run has this ID
			r.unlock = unlock
		}
	}
	return r
}

// End removes the mark.
func (r *Run) End() {
	if r.unlock != nil {
		removeLock(r.path, r.unlock)
	}
}

func (j *Journal) runLockPath(run string) string {
	return filepath.Join(filepath.Dir(j.path), "run-"+run+".lock")
}

// IsAlive reports whether the run that started an operation is still alive. It removes the mark of
// a killed run.
func (j *Journal) IsAlive(operation string) bool {
	run, _, ok := cutLast(operation, "-")
	if !ok || filepath.Base(run) != run {
		return false
	}
	path := j.runLockPath(run)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	if isLocked(path) {
		return true
	}
	_ = os.Remove(path)
	return false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
