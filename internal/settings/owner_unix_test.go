//go:build unix

package settings

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// owned is a file of somebody.
type owned struct {
	fs.FileInfo
	mode fs.FileMode
	uid  int
}

func (o owned) Mode() fs.FileMode { return o.mode }
func (o owned) Sys() any          { return &syscall.Stat_t{Uid: uint32(o.uid)} }

func TestAFileThatItsGroupCanReadIsATokenFileWhereSomebodyElseChoseTheGroup(t *testing.T) {
	me := os.Geteuid()
	for _, c := range []struct {
		mode fs.FileMode
		uid  int
		want bool
	}{
		{0o440, 0, true}, {0o440, me + 1, true}, {0o440, me, me == 0},
		{0o640, 0, false}, {0o460, 0, false}, {0o444, 0, false}, {0o442, me + 1, false},
	} {
		if got := (&Tokens{}).forGroup("/run/secrets/token", owned{mode: c.mode, uid: c.uid}); got != c.want {
			t.Errorf("%s: %v, want %v", fmt.Sprintf("mode %o of user %d", c.mode, c.uid), got, c.want)
		}
	}
}
