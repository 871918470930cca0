//go:build unix

package settings

import (
	"io/fs"
	"os"
	"syscall"
)

// isForeignOwned reports whether a file belongs to root or to another user than the one who runs
// vpsdeck. That owner chose the file's group, as with systemd's credentials and with secrets that
// are mounted in a container.
func isForeignOwned(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) != os.Geteuid())
}
