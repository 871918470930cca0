package settings

import "io/fs"

// isForeignOwned is never called on Windows, which has no mode bits.
func isForeignOwned(fs.FileInfo) bool { return false }
