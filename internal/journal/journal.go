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

// patience is how long another program's lock is waited for where a person waits meanwhile. A line takes milliseconds.
const patience = 2 * time.Second

// Journal is the file in a state directory. It is safe for concurrent use, also by several programs.
type Journal struct {
	path   string
	size   int64           // when the file is put aside
	until  context.Context // nil: the wait for the lock is patience long
	limit  time.Duration   // how long the lock is waited for, if until has not ended before
	pause  Pause
	mu     sync.Mutex
	gaveUp bool // the last wait was in vain: until the lock is free again, waits are short
}

// In is the journal in a state directory. Nothing is made or opened before the first line is written. Where another
// program holds its lock for longer than two seconds, a line is not written and the journal is not read.
func In(dir string) *Journal {
	return &Journal{path: filepath.Join(dir, "journal.jsonl"), size: maxSize, limit: patience, pause: pauseByTheClock}
}

// Waiting is the same journal for a command that may do nothing without it. It waits for the lock until the context ends or
// the limit, if it is not 0, is up. The error is a model.ErrConflict then. After the end of the context two seconds are left
// for each line, so that what was begun can still be written down.
func (j *Journal) Waiting(ctx context.Context, limit time.Duration, pause Pause) *Journal {
	return &Journal{path: j.path, size: j.size, until: ctx, limit: limit, pause: pause}
}

// Path is where the file is.
func (j *Journal) Path() string { return j.path }

// Trouble is why the journal cannot be written or read, in a sentence for a person.
type Trouble struct {
	words string
	kind  error // one of model's, or nil
}

// Error is the sentence.
func (t *Trouble) Error() string { return t.words }

// Words is the sentence.
func (t *Trouble) Words() string { return t.words }

// Unwrap is model.ErrConflict where the wait for a lock was in vain, and nothing may be done without it.
func (t *Trouble) Unwrap() error { return t.kind }

func (j *Journal) trouble(doing string, err error) error {
	t := &Trouble{words: fmt.Sprintf("the journal %s cannot be %s: %s", j.path, doing, reason(err))}
	if errors.Is(err, errHeld) && j.until != nil {
		t.kind = model.ErrConflict
	}
	return t
}

// lock takes the lock for a line, or for reading. The mutex is held.
func (j *Journal) lock() (unlock func(), err error) {
	ctx, limit := context.Background(), patience
	switch {
	case j.gaveUp:
		limit = afterVain
	case j.until != nil && j.until.Err() == nil:
		ctx, limit = j.until, j.limit
	}
	unlock, err = lockInTurn(ctx, j.path+".lock", limit, j.pause)
	j.gaveUp = errors.Is(err, errHeld)
	return unlock, err
}

// reason words a failure of the file system without Go's own way of putting it.
func reason(err error) string {
	switch {
	case errors.Is(err, errHeld):
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
		return j.trouble("written", err)
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return j.trouble("written", err)
	}
	unlock, err := j.lock()
	if err != nil {
		return j.trouble("written", err)
	}
	defer unlock()
	if err := j.rotate(int64(len(line))); err != nil {
		return j.trouble("put aside", err)
	}
	if err := j.write(append(line, '\n')); err != nil {
		return j.trouble("written", err)
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
	if torn(f) {
		line = append([]byte{'\n'}, line...)
	}
	if _, err := f.Write(line); err != nil {
		return err
	}
	return f.Sync()
}

// torn says whether the file ends in the middle of a line.
func torn(f *os.File) bool {
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
	if err != nil || info.Size()+next < j.size {
		return nil
	}
	return os.Rename(j.path, j.old())
}

func (j *Journal) old() string { return j.path + ".1" }

// Read returns all lines, oldest first, and how many could not be read as such: a torn line costs no other. A journal that
// is not there yet is empty. Its errors are *Trouble.
func (j *Journal) Read() (records []model.Record, unreadable int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	// No file may be put aside between the two, nor a line be half written. Where nobody can lock, nobody can write either.
	switch unlock, err := j.lock(); {
	case err == nil:
		defer unlock()
	case errors.Is(err, errHeld):
		return nil, 0, j.trouble("read", err)
	}
	for _, path := range []string{j.old(), j.path} {
		some, bad, err := read(path)
		if err != nil {
			return nil, 0, j.trouble("read", err)
		}
		records, unreadable = append(records, some...), unreadable+bad
	}
	return records, unreadable, nil
}

func read(path string) (records []model.Record, unreadable int, err error) {
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
	return parse(data)
}

// parse reads lines.
func parse(data []byte) (records []model.Record, unreadable int, err error) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(make([]byte, 0, 64<<10), maxRead+1)
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var r model.Record
		if len(line) > maxLine || json.Unmarshal(line, &r) != nil || r.Version != model.RecordVersion || r.ID == "" || r.Server.ID == "" && !r.Visit() {
			unreadable++
			continue
		}
		records = append(records, r)
	}
	return records, unreadable, lines.Err()
}

// Run is one run of the program, from Begin to End.
type Run struct {
	ID   string
	held func()
	path string
}

// Begin names this run of the program and marks it as going, so that another one leaves its operations alone. Where no
// mark can be made the run has a name all the same.
func (j *Journal) Begin(id string) *Run {
	r := &Run{ID: id, path: j.mark(id)}
	if os.MkdirAll(filepath.Dir(j.path), 0o700) == nil {
		if held, err := tryLock(r.path); err == nil { // the name is this run's alone
			r.held = held
		}
	}
	return r
}

// End takes the mark away.
func (r *Run) End() {
	if r.held != nil {
		removeLock(r.path, r.held)
	}
}

func (j *Journal) mark(run string) string {
	return filepath.Join(filepath.Dir(j.path), "run-"+run+".lock")
}

// Alive says whether the run that began an operation is still going. A mark that a killed run left behind is taken away.
func (j *Journal) Alive(operation string) bool {
	run, _, ok := cutLast(operation, "-")
	if !ok || filepath.Base(run) != run {
		return false
	}
	path := j.mark(run)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	if locked(path) {
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
