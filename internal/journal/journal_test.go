package journal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

var noon = time.Date(2025, time.January, 16, 12, 0, 0, 0, time.UTC)

// newRecord returns a record of an operation. The reason decides how long its line is.
func newRecord(id, event, reason string) model.Record {
	return model.Record{
		Version: model.RecordVersion, Time: noon, ID: id, Event: event, Host: "admin.vps.org",
		Action: "create", Kind: "snapshot", Server: model.RecordServer{ID: "12345", Name: "web-server-01"},
		Point: model.RecordPoint{Name: "before-update"}, SentAt: noon, Reason: reason,
	}
}

func mustAppend(t *testing.T, j *Journal, records ...model.Record) {
	t.Helper()
	for _, r := range records {
		if err := j.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

// requireLines fails the test unless the journal has lines of these operations, in this order, and
// this number of unreadable lines.
func requireLines(t *testing.T, j *Journal, unreadable int, ids ...string) {
	t.Helper()
	records, bad, err := j.Read()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range records {
		got = append(got, r.ID)
	}
	if !reflect.DeepEqual(got, ids) || bad != unreadable {
		t.Errorf("lines of %q, %d unreadable; want %q and %d", got, bad, ids, unreadable)
	}
}

// writeFile writes a file with the given parts.
func writeFile(t *testing.T, path string, parts ...[]byte) {
	t.Helper()
	if err := os.WriteFile(path, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
}

func encodeLine(t *testing.T, r model.Record) []byte {
	t.Helper()
	line, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return append(line, '\n')
}

func TestLinesRoundTrip(t *testing.T) {
	first := newRecord("run-1", model.EventIntent, "")
	first.ThenRestore = &model.RecordPoint{Kind: "backup", ID: "0190-uuid", Description: `"quoted" \ and 日本`,
		CreatedAt: noon.Add(-time.Hour)}
	second := newRecord("run-1", model.EventDone, "two\nlines, a tab\t, an escape \x1b[31m and a NUL \x00")
	third := newRecord("run-2", model.EventCanceled, "")
	third.FollowsID = "run-1"
	want := []model.Record{first, second, third}

	j := New(t.TempDir())
	mustAppend(t, j, want...)
	got, unreadable, err := j.Read()
	if err != nil || unreadable != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %d unreadable, %v\nwant %+v", got, unreadable, err, want)
	}
	text, err := os.ReadFile(j.Path())
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(text), "\n"); lines != len(want) ||
		strings.ContainsAny(string(text), "\x1b\x00\t") {
		t.Errorf("%d lines for %d records, or a raw control character: %q", lines, len(want), text)
	}
}

func TestReadingMissingJournalCreatesNothing(t *testing.T) {
	j := New(filepath.Join(t.TempDir(), "state", "vpsdeck"))
	requireLines(t, j, 0)
	if _, err := os.Stat(filepath.Dir(j.Path())); !os.IsNotExist(err) {
		t.Errorf("reading created the directory: %v", err)
	}
}

func TestTornLastLineLosesNoOtherLine(t *testing.T) {
	whole := encodeLine(t, newRecord("run-1", model.EventIntent, ""))
	torn := encodeLine(t, newRecord("run-2", model.EventIntent, ""))
	for name, c := range map[string]struct {
		torn       []byte
		unreadable int
		ids        []string
	}{
		"in the middle":         {torn[:len(torn)/2], 1, []string{"run-1", "run-3"}},
		"after its first byte":  {torn[:1], 1, []string{"run-1", "run-3"}},
		"before the line break": {torn[:len(torn)-1], 0, []string{"run-1", "run-2", "run-3"}},
		"filled with zeros":     {make([]byte, 100), 1, []string{"run-1", "run-3"}},
	} {
		t.Run(name, func(t *testing.T) {
			j := New(t.TempDir())
			writeFile(t, j.Path(), whole, c.torn)
			mustAppend(t, j, newRecord("run-3", model.EventIntent, ""))
			requireLines(t, j, c.unreadable, c.ids...)
		})
	}
}

func TestUnreadableLinesAreCountedAndSkipped(t *testing.T) {
	good := encodeLine(t, newRecord("run-1", model.EventIntent, ""))
	noServer := newRecord("run-5", model.EventIntent, "")
	noServer.Server.ID = ""
	newer := newRecord("run-2", model.EventIntent, "")
	newer.Version = model.RecordVersion + 1
	long := encodeLine(t, newRecord("run-3", model.EventIntent, strings.Repeat("x", maxLine)))
	j := New(t.TempDir())
	writeFile(t, j.Path(), good, []byte("\n  \n\r\n"), []byte("not JSON\n[]\nnull\n{}\n42\n\xff\xfe\x00\n"),
		encodeLine(t, newer), long, encodeLine(t, noServer),
		[]byte(`{"v":1,"id":""}`+"\n"), []byte(`{"v":1,"id":"run-4","time":"yesterday"}`+"\n"), good)
	requireLines(t, j, 11, "run-1", "run-1")
}

func TestOversizedFileIsReadFromItsEnd(t *testing.T) {
	good := encodeLine(t, newRecord("run-1", model.EventIntent, ""))
	for name, c := range map[string]struct {
		before     []byte
		unreadable int
		ids        []string
	}{
		"one endless line": {append(bytes.Repeat([]byte("x"), 2*maxRead), '\n'), 0, []string{"run-1"}},
		"many lines": {bytes.Repeat([]byte("some words\n"), maxRead/8), (maxRead - len(good)) / 11,
			[]string{"run-1"}},
		"a line as long as the end": {append(bytes.Repeat([]byte("x"), maxRead-len(good)-1), '\n'), 1,
			[]string{"run-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			j := New(t.TempDir())
			writeFile(t, j.Path(), c.before, good)
			requireLines(t, j, c.unreadable, c.ids...)
		})
	}
}

func TestOpenOperationsAreReadFromBothFilesAfterRotation(t *testing.T) {
	j := New(t.TempDir())
	j.rotateSize = 1000
	open := newRecord("run-1", model.EventRunning, "")
	mustAppend(t, j, open, newRecord("run-2", model.EventDone, strings.Repeat("x", 400)))
	if _, err := os.Stat(j.oldPath()); !os.IsNotExist(err) {
		t.Fatalf("rotated too early: %v", err)
	}
	mustAppend(t, j, newRecord("run-3", model.EventDone, ""))
	requireLines(t, j, 0, "run-1", "run-2", "run-3")
	for path, want := range map[string]int{j.oldPath(): 2, j.Path(): 1} {
		if text, err := os.ReadFile(path); err != nil || bytes.Count(text, []byte("\n")) != want {
			t.Errorf("%s: %v, %q; want %d lines", path, err, text, want)
		}
	}
	mustAppend(t, j, newRecord("run-4", model.EventFailed, strings.Repeat("x", 400)),
		newRecord("run-5", model.EventDone, ""))
	requireLines(t, j, 0, "run-3", "run-4", "run-5")
	for _, path := range []string{j.oldPath(), j.Path()} {
		if info, err := os.Stat(path); err != nil || info.Size() > j.rotateSize {
			t.Errorf("%s is larger than %d bytes: %v, %v", path, j.rotateSize, info, err)
		}
	}
}
