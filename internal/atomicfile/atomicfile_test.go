package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"vpsdeck/internal/atomicfile"
)

func TestFileIsReplacedWithItsModeAndLeavesNothingBeside(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "kept.json")
	for _, text := range []string{"first", "second"} {
		if err := atomicfile.Write(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v, want %q", got, err, text)
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	requireOnly(t, dir, "kept.json")
}

func TestFailedWriteLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "taken", "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(filepath.Join(dir, "taken"), []byte("new"), 0o600); err == nil {
		t.Error("a directory was replaced")
	}
	requireOnly(t, dir, "taken")
}

func TestOnlyFilesAreReplaced(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a right there")
	}
	dir := t.TempDir()
	link, target := filepath.Join(dir, "link"), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target, want string
		fails        bool
	}{{os.DevNull, "", true}, {target, "new", false}} {
		if err := os.Symlink(c.target, link); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(link, []byte("new"), 0o600); errors.Is(err, fs.ErrExist) != c.fails {
			t.Errorf("to %s: %v", c.target, err)
		}
		if got, err := os.ReadFile(link); err != nil || string(got) != c.want {
			t.Errorf("to %s: it has %q, %v, want %q", c.target, got, err, c.want)
		}
		requireOnly(t, dir, "link")
		_ = os.Remove(link)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != "old" {
		t.Errorf("the link was followed: %q, %v", got, err)
	}
}

func requireOnly(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the directory has %v, %v, want only %s", entries, err, name)
	}
}
