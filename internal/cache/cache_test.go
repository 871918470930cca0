package cache

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

const accountKey = "admin.vps.org work"

var (
	savedAt = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)
	sample  = model.CachedAccount{
		At: savedAt, Account: "f00d",
		Servers: []model.Server{{ID: "12345", Name: "web-server-01", Status: model.ServerActive, CreatedAt: savedAt,
			Plan: model.Plan{ID: "1", VCPUs: 2}}},
		Backups: []model.Point{{Kind: model.Backup, ID: "501",
			Server: model.ServerRef{ID: "12345", Name: "web-server-01"}, SizeMB: 7, ExpiresAt: savedAt}},
		Snapshots: []model.Point{{Kind: model.Snapshot, ID: "801", Name: "before", CreatedAt: savedAt.Add(-time.Hour)}},
	}
)

func TestSavedAccountLoadsForItsKeyOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache", "vpsdeck")
	if _, ok := New(dir).Load(accountKey); ok {
		t.Error("loaded an account before any was saved")
	}
	New(dir).Save(accountKey, model.CachedAccount{At: savedAt})
	New(dir).Save(accountKey, sample)
	got, ok := New(dir).Load(accountKey)
	if !ok || !reflect.DeepEqual(got, sample) {
		t.Errorf("%v, %+v", ok, got)
	}
	if _, ok := New(dir).Load("admin.vps.org home"); ok {
		t.Error("loaded the account of another key")
	}
	files, _ := os.ReadDir(dir)
	if len(files) != 1 || strings.Contains(files[0].Name(), "admin") {
		t.Errorf("the directory has %v", files)
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700 | os.ModeDir, New(dir).path(accountKey): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode() != want {
				t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
			}
		}
	}
}

func TestOnlyLargeFilesWaitBeforeLoad(t *testing.T) {
	waits := 0
	cache := New(t.TempDir()).BeforeLargeLoad(func() { waits++ })
	cache.Save(accountKey, sample)
	if _, ok := cache.Load(accountKey); !ok || waits != 0 {
		t.Errorf("small file: %v, waited %d times", ok, waits)
	}
	large := sample
	large.Backups = slices.Repeat(sample.Backups, 40_000)
	cache.Save(accountKey, large)
	if got, ok := cache.Load(accountKey); !ok || len(got.Backups) != 40_000 || waits != 1 {
		t.Errorf("large file: %v, waited %d times", ok, waits)
	}
}

func TestUnreadableFileIsRemoved(t *testing.T) {
	dir := t.TempDir()
	New(dir).Save(accountKey, sample)
	path := New(dir).path(accountKey)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"empty": "", "truncated": string(good[:len(good)-9]), "of another version": strings.Replace(string(good),
			"version 1", "version 2", 1),
		"something else": "[1, 2]", "garbled": magic + strings.Repeat("\xff", 300),
		"of another account": strings.Replace(string(good), "work", "home", 1),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := New(dir).Load(accountKey); ok {
			t.Errorf("%s: %+v", name, got)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: the file still exists", name)
		}
	}
}

func TestLoadedTextsAreCleaned(t *testing.T) {
	dir := t.TempDir()
	bad := sample
	bad.Servers = []model.Server{{Name: "a\x1b[2Jb", Status: "\x07", IP: "\u202e1"}}
	bad.Snapshots = []model.Point{{Name: "\x1b]0;x\x07", Description: "\n"}}
	New(dir).Save(accountKey, bad)
	got, ok := New(dir).Load(accountKey)
	if !ok || strings.ContainsAny(got.Servers[0].Name+string(
		got.Servers[0].Status)+got.Servers[0].IP+got.Snapshots[0].Name+got.Snapshots[0].Description,
		"\x1b\x07\n\u202e") {
		t.Errorf("%+v", got)
	}
}

func TestNothingIsSavedWithoutDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", filepath.Join(file, "below")} {
		New(dir).Save(accountKey, sample)
		if _, ok := New(dir).Load(accountKey); ok {
			t.Errorf("%q: an account was saved", dir)
		}
	}
}
