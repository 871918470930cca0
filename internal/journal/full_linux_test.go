package journal

import (
	"os"
	"testing"

	"vpsdeck/model"
)

func TestFullDiskIsReported(t *testing.T) {
	j := New(t.TempDir())
	if err := os.Symlink("/dev/full", j.Path()); err != nil {
		t.Fatal(err)
	}
	requireError(t, j.Append(newRecord("run-1", model.EventIntent, "")),
		"the journal "+j.Path()+" cannot be written: the disk is full")
}
