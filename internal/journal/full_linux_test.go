package journal

import (
	"os"
	"testing"

	"vpsdeck/model"
)

func TestAFullDiskIsSaid(t *testing.T) {
	j := In(t.TempDir())
	if err := os.Symlink("/dev/full", j.Path()); err != nil {
		t.Fatal(err)
	}
	requireTrouble(t, j.Append(record("run-1", model.EventIntent, "")), "the journal "+j.Path()+" cannot be written: the disk is full")
}
