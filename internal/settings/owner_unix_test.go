//go:build unix

package settings

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// fakeFileInfo is a file with a mode and an owner.
type fakeFileInfo struct {
	fs.FileInfo
	mode fs.FileMode
	uid  int
}

func (f fakeFileInfo) Mode() fs.FileMode { return f.mode }
func (f fakeFileInfo) Sys() any          { return &syscall.Stat_t{Uid: uint32(f.uid)} }

func TestGroupReadableTokenFileNeedsForeignOwner(t *testing.T) {
	self := os.Geteuid()
	for _, c := range []struct {
		mode fs.FileMode
		uid  int
		want bool
	}{
		{0o440, 0, true}, {0o440, self + 1, true}, {0o440, self, self == 0},
		{0o640, 0, false}, {0o460, 0, false}, {0o444, 0, false}, {0o442, self + 1, false},
	} {
		if got := (&Tokens{}).allowsGroup("/run/secrets/token", fakeFileInfo{mode: c.mode, uid: c.uid}); got != c.want {
			t.Errorf("%s: %v, want %v", fmt.Sprintf("mode %o of user %d", c.mode, c.uid), got, c.want)
		}
	}
}
