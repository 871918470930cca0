package settings

import "io/fs"

// isForeignOwned is never asked here: Windows has no mode bits.
func isForeignOwned(fs.FileInfo) bool { return false }
