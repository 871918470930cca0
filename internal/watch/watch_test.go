package watch_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"vpsdeck/internal/watch"
)

// A file that was refused because of its mode must be read again after chmod.
func TestModeIsAChange(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	path := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := watch.New(path)
	if changed, exists := file.Changed(); changed || !exists {
		t.Fatalf("before: changed %v, exists %v", changed, exists)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	for check, want := range []bool{false, true, false} { // the second check finds it settled
		if changed, exists := file.Changed(); changed != want || !exists {
			t.Errorf("check %d: changed %v, exists %v", check, changed, exists)
		}
	}
}
