// Package journal keeps what was done: one JSON object a line, appended to a file that only its owner can read, so that a
// program that was killed knows on its next start what it had begun. docs/RELIABILITY.md describes the format.
package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"vpsdeck/model"
)

// The limits of the journal's files. Two are kept: the one written to, and the one before it.
const (
	maxSize = 1 << 20   // bytes; the file is then put aside
	maxRead = 4 << 20   // bytes read of one file, its end, should somebody have blown it up
	maxLine = 256 << 10 // bytes; a longer line is no line of ours
)

// lockTimeout is how long another program's lock is waited for where a person waits meanwhile. A line takes milliseconds.
const lockTimeout = 2 * time.Second

// Journal is the file in a state directory. It is safe for concurrent use, also by several programs.
type Journal struct {
	path           string
	rotateSize     int64           // when the file is put aside
	waitCtx        context.Context // nil: the wait for the lock is patience long
	maxWait        time.Duration   // how long the lock is waited for, if until has not ended before
	pause          Pause
	mu             sync.Mutex
	lastWaitFailed bool // the last wait was in vain: until the lock is free again, waits are short
}

// New is the journal in a state directory. Nothing is made or opened before the first line is written. Where another
// program holds its lock for longer than two seconds, a line is not written and the journal is not read.
func New(dir string) *Journal {
	return &Journal{path: filepath.Join(dir, "journal.jsonl"), rotateSize: maxSize, maxWait: lockTimeout, pause: sleep}
}

// WithLockWait is the same journal for a command that may do nothing without it. It waits for the lock until the context ends or
// the limit, if it is not 0, is up. The error is a model.ErrConflict then. After the end of the context two seconds are left
// for each line, so that what was begun can still be written down.
func (j *Journal) WithLockWait(ctx context.Context, limit time.Duration, pause Pause) *Journal {
	return &Journal{path: j.path, rotateSize: j.rotateSize, waitCtx: ctx, maxWait: limit, pause: pause}
}

// Path is where the file is.
func (j *Journal) Path() string { return j.path }

// Error is why the journal cannot be written or read, in a sentence for a person.
type Error struct {
	message string
	kind    error // one of model's, or nil
}

// Error is the sentence.
func (t *Error) Error() string { return t.message }

// Message is the sentence.
func (t *Error) Message() string { return t.message }

// Unwrap is model.ErrConflict where the wait for a lock was in vain, and nothing may be done without it.
func (t *Error) Unwrap() error { return t.kind }

func (j *Journal) wrapError(doing string, err error) error {
	t := &Error{message: fmt.Sprintf("the journal %s cannot be %s: %s", j.path, doing, fsReason(err))}
	if errors.Is(err, errLockHeld) && j.waitCtx != nil {
		t.kind = model.ErrConflict
	}
	return t
}

// lock takes the lock for a line, or for reading. The mutex is held.
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

// fsReason words a failure of the file system without Go's own way of putting it.
func fsReason(err error) string {
	switch {
	case errors.Is(err, errLockHeld):
		return err.Error()
	case errors.Is(err, fs.ErrPermission):
		return "you have no right to"
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		return "a file stands where its directory should be"
	case errors.Is(err, fs.ErrNotExist):
		return "its directory is gone"
	case errors.Is(err, syscall.EISDIR):
		return "it is a directory"
	}
	return "the disk did not take it"
}

// Append writes one line and waits until it is on the disk. Lines of several programs never mix: each is one write at the
// end of the file, under a lock. After a line that was torn by a crash it begins a new one. Its errors are *Trouble.
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
		return j.wrapError("put aside", err)
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
		if closing := f.Close(); err == nil {
			err = closing
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

// endsMidLine says whether the file ends in the middle of a line.
func endsMidLine(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// rotate puts the file aside when the next line would make it too large. Operations that are still open are read from both
// files.
func (j *Journal) rotate(next int64) error {
	info, err := os.Stat(j.path)
	if err != nil || info.Size()+next < j.rotateSize {
		return nil
	}
	return os.Rename(j.path, j.oldPath())
}

func (j *Journal) oldPath() string { return j.path + ".1" }

// Read returns all lines, oldest first, and how many could not be read as such: a torn line costs no other. A journal that
// is not there yet is empty. Its errors are *Trouble.
func (j *Journal) Read() (records []model.Record, unreadable int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// No file may be put aside between the two, nor a line be half written. Where nobody can lock, nobody can write either.
	switch unlock, err := j.lock(); {
	case err == nil:
		defer unlock()
	case errors.Is(err, errLockHeld):
		return nil, 0, j.wrapError("read", err)
	}
	for _, path := range []string{j.oldPath(), j.path} {
		some, bad, err := readFile(path)
		if err != nil {
			return nil, 0, j.wrapError("read", err)
		}
		records, unreadable = append(records, some...), unreadable+bad
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
	if cut { // it begins in the middle of a line
		_, data, _ = bytes.Cut(data, []byte{'\n'})
	}
	return parseLines(data)
}

// parseLines reads lines.
func parseLines(data []byte) (records []model.Record, unreadable int, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(make([]byte, 0, 64<<10), maxRead+1)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var r model.Record
		if len(line) > maxLine || json.Unmarshal(line, &r) != nil || r.Version != model.RecordVersion || r.ID == "" || r.Server.ID == "" && !r.IsSession() {
			unreadable++
			continue
		}
		records = append(records, r)
	}
	return records, unreadable, lines.Err()
}

// Run is one run of the program, from Begin to End.
type Run struct {
	ID     string
	unlock func()
	path   string
}

// StartRun names this run of the program and marks it as going, so that another one leaves its operations alone. Where no
// mark can be made the run has a name all the same.
func (j *Journal) StartRun(id string) *Run {
	r := &Run{ID: id, path: j.runLockPath(id)}
	if os.MkdirAll(filepath.Dir(j.path), 0o700) == nil {
		if held, err := tryLock(r.path); err == nil { // the name is this run's alone
			r.unlock = held
		}
	}
	return r
}

// End takes the mark away.
func (r *Run) End() {
	if r.unlock != nil {
		removeLock(r.path, r.unlock)
	}
}

func (j *Journal) runLockPath(run string) string {
	return filepath.Join(filepath.Dir(j.path), "run-"+run+".lock")
}

// IsAlive says whether the run that began an operation is still going. A mark that a killed run left behind is taken away.
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
