// Package lastseen keeps what was last seen of each account in a directory of files that only their owner can read, so that
// the next run of the program has something to show at once. It is a cache: whatever is wrong with a file, it counts as none.
package lastseen

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"vpsdeck/model"
)

// head begins each file. Another version of the format has another head.
const head = "vpsdeck: last seen, version 1\n"

// maxSize is how large a file may be that is read, in bytes: far more than the largest account needs.
const maxSize = 256 << 20

// Memory is a directory of what was seen. The zero one keeps nothing.
type Memory struct{ dir string }

// In is the memory in a directory. Nothing is made or opened before something is kept.
func In(dir string) Memory { return Memory{dir} }

// content is what stands in a file.
type content struct {
	Place string
	Seen  model.Seen
}

// path is where what was seen at a place is kept. The place is not told by the file's name.
func (m Memory) path(place string) string {
	sum := sha256.Sum256([]byte(place))
	return filepath.Join(m.dir, "seen-"+hex.EncodeToString(sum[:12]))
}

// Load returns what was seen at a place, with every text fit to be shown, and false if there is nothing that can be read. A
// file that cannot be read is thrown away.
func (m Memory) Load(place string) (model.Seen, bool) {
	file, err := os.Open(m.path(place))
	if err != nil {
		return model.Seen{}, false
	}
	defer func() { _ = file.Close() }()
	read := bufio.NewReaderSize(io.LimitReader(file, maxSize), 1<<16)
	begins := make([]byte, len(head))
	var c content
	if _, err := io.ReadFull(read, begins); err != nil || !bytes.Equal(begins, []byte(head)) ||
		gob.NewDecoder(read).Decode(&c) != nil || c.Place != place {
		_ = os.Remove(m.path(place))
		return model.Seen{}, false
	}
	clean(&c.Seen)
	return c.Seen, true
}

// Save keeps what was seen, whole or not at all.
func (m Memory) Save(place string, seen model.Seen) {
	if m.dir == "" || os.MkdirAll(m.dir, 0o700) != nil {
		return
	}
	file, err := os.CreateTemp(m.dir, "new-*") // it is made for its owner alone
	if err != nil {
		return
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is gone if all went well
	write := bufio.NewWriterSize(file, 1<<16)
	_, err = write.WriteString(head)
	if err == nil {
		err = gob.NewEncoder(write).Encode(content{place, seen})
	}
	if err == nil {
		err = write.Flush()
	}
	if closed := file.Close(); err == nil && closed == nil {
		_ = os.Rename(file.Name(), m.path(place))
	}
}

// clean makes the texts fit to be shown, as those from the API are: anybody may have written to the file.
func clean(seen *model.Seen) {
	for i := range seen.Servers {
		s := &seen.Servers[i]
		for _, text := range []*string{&s.Name, &s.Hostname, (*string)(&s.ID), (*string)(&s.Status), &s.IP, &s.Location, &s.Plan.Name, &s.OS} {
			*text = model.Clean(*text)
		}
	}
	for _, points := range [][]model.Point{seen.Backups, seen.Snapshots} {
		for i := range points {
			p := &points[i]
			for _, text := range []*string{
				&p.Name, &p.Description, (*string)(&p.ID), (*string)(&p.Status), (*string)(&p.Type), (*string)(&p.Server.ID), &p.Server.Name,
			} {
				*text = model.Clean(*text)
			}
		}
	}
}
