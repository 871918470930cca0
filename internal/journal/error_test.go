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
	j.rotateSize = 600 // the second line is above it
	run := j.StartRun("run")
	mustAppend(t, j, newRecord("run-1", model.EventIntent, strings.Repeat("x", 300)),
		newRecord("run-2", model.EventIntent, ""))
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
		damage func(dir string) error
		path   string // of the state directory, below dir
		write  string // why writing fails
		read   string // why reading fails; "": it works
	}{
		"a file where the directory should be": {
			damage: func(dir string) error { return os.WriteFile(filepath.Join(dir, "state"), nil, 0o600) },
			path:   "state", write: "a part of its path is not a directory",
			read: "a part of its path is not a directory",
		},
		"a file where a parent should be": {
			damage: func(dir string) error { return os.WriteFile(filepath.Join(dir, "state"), nil, 0o600) },
			path:   "state/vpsdeck", write: "a part of its path is not a directory",
			read: "a part of its path is not a directory",
		},
		"a directory where the file should be": {
			damage: func(dir string) error { return os.MkdirAll(filepath.Join(dir, "state", "journal.jsonl"), 0o700) },
			path:   "state", write: "it is a directory", read: "it is a directory",
		},
		"a link to nowhere": {
			damage: func(dir string) error { return os.Symlink("gone/gone", filepath.Join(dir, "journal.jsonl")) },
			path:   ".", write: "no such file or directory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := c.damage(dir); err != nil {
				t.Fatal(err)
			}
			j := New(filepath.Join(dir, c.path))
			requireError(t, j.Append(newRecord("run-1", model.EventIntent, "")),
				"the journal "+j.Path()+" cannot be written: "+c.write)
			_, _, err := j.Read()
			if c.read == "" && err != nil {
				t.Error(err)
			}
			if c.read != "" {
				requireError(t, err, "the journal "+j.Path()+" cannot be read: "+c.read)
			}
			j.StartRun("run").End() // a mark that cannot be made is no error
		})
	}
}

func requireError(t *testing.T, err error, want string) {
	t.Helper()
	if e, ok := err.(*model.UserError); !ok || e.Message() != want || e.Error() != want {
		t.Errorf("got %T %v\nwant %s", err, err, want)
	}
}
