//go:build unix

package settings

import (
	"io/fs"
	"os"
	"syscall"
)

// isForeignOwned says whether the group of a file was chosen by somebody else than who runs the program: by root, or by the
// owner who let us read it. It is so with systemd's credentials and with the secrets that a container mounts.
func isForeignOwned(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) != os.Geteuid())
}
