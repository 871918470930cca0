//go:build unix

package settings

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// fakeFileInfo is a file of somebody.
type fakeFileInfo struct {
	fs.FileInfo
	mode fs.FileMode
	uid  int
}

func (o fakeFileInfo) Mode() fs.FileMode { return o.mode }
func (o fakeFileInfo) Sys() any          { return &syscall.Stat_t{Uid: uint32(o.uid)} }

func TestGroupReadableTokenFileNeedsForeignOwner(t *testing.T) {
	me := os.Geteuid()
	for _, c := range []struct {
		mode fs.FileMode
		uid  int
		want bool
	}{
		{0o440, 0, true}, {0o440, me + 1, true}, {0o440, me, me == 0},
		{0o640, 0, false}, {0o460, 0, false}, {0o444, 0, false}, {0o442, me + 1, false},
	} {
		if got := (&Tokens{}).allowsGroup("/run/secrets/token", fakeFileInfo{mode: c.mode, uid: c.uid}); got != c.want {
			t.Errorf("%s: %v, want %v", fmt.Sprintf("mode %o of user %d", c.mode, c.uid), got, c.want)
		}
	}
}
