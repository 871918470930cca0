//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vpsdeck/model"
)

func TestFilesAreCreatedForOwnerOnly(t *testing.T) {
	j := New(filepath.Join(t.TempDir(), "state", "vpsdeck"))
	j.rotateSize = 600 // the second line is one too many
	run := j.StartRun("run")
	mustAppend(t, j, newRecord("run-1", model.EventIntent, strings.Repeat("x", 300)), newRecord("run-2", model.EventIntent, ""))
	for path, want := range map[string]os.FileMode{
		filepath.Dir(filepath.Dir(j.Path())): 0o700 | os.ModeDir,
		filepath.Dir(j.Path()):               0o700 | os.ModeDir,
		j.Path():                             0o600,
		j.Path() + ".1":                      0o600,
		j.Path() + ".lock":                   0o600,
		j.Path() + ".lock.queue":             0o600,
		run.path:                             0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode(), want)
		}
	}
	run.End()
}

func TestErrorsSayWhereAndWhyInOneSentence(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(dir string) error
		path  string // of the state directory, below dir
		write string // why it cannot be written
		read  string // why it cannot be read; "": it can
	}{
		"a file where the directory should be": {
			spoil: func(dir string) error { return os.WriteFile(filepath.Join(dir, "state"), nil, 0o600) },
			path:  "state", write: "a file stands where its directory should be", read: "a file stands where its directory should be",
		},
		"a file where a parent should be": {
			spoil: func(dir string) error { return os.WriteFile(filepath.Join(dir, "state"), nil, 0o600) },
			path:  "state/vpsdeck", write: "a file stands where its directory should be", read: "a file stands where its directory should be",
		},
		"a directory where the file should be": {
			spoil: func(dir string) error { return os.MkdirAll(filepath.Join(dir, "state", "journal.jsonl"), 0o700) },
			path:  "state", write: "it is a directory", read: "it is a directory",
		},
		"a link to nowhere": {
			spoil: func(dir string) error { return os.Symlink("gone/gone", filepath.Join(dir, "journal.jsonl")) },
			path:  ".", write: "its directory is gone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			j := New(filepath.Join(dir, c.path))
			requireError(t, j.Append(newRecord("run-1", model.EventIntent, "")), "the journal "+j.Path()+" cannot be written: "+c.write)
			_, _, err := j.Read()
			if c.read == "" && err != nil {
				t.Error(err)
			}
			if c.read != "" {
				requireError(t, err, "the journal "+j.Path()+" cannot be read: "+c.read)
			}
			j.StartRun("run").End() // it is no trouble that no mark can be made
		})
	}
}

func requireError(t *testing.T, err error, want string) {
	t.Helper()
	if trouble, ok := err.(*Error); !ok || trouble.Message() != want || trouble.Error() != want {
		t.Errorf("got %T %v\nwant %s", err, err, want)
	}
}
