// Package lastseen keeps what was last seen of each account in a directory of files that only their owner can read, so that
// the next run of the program has something to show at once. It is a cache: whatever is wrong with a file, it counts as none.
package lastseen

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"vpsdeck/model"
)

// head begins each file. Another version of the format has another head.
const head = "vpsdeck: last seen, version 1\n"

// maxSize is how large a file may be that is read, in bytes: far more than the largest account needs.
const maxSize = 256 << 20

// Memory is a directory of what was seen. The zero one keeps nothing.
type Memory struct {
	dir  string
	wait func() // before something large is read; nil: it is not waited
}

// In is the memory in a directory. Nothing is made or opened before something is kept.
func In(dir string) Memory { return Memory{dir: dir} }

// large is a file that takes longer to read than one notices, in bytes: that of some thousand restore points.
const large = 1 << 20

// Waiting is the same memory, which waits before it reads something large: so that a screen can be drawn before that keeps a core busy.
func (m Memory) Waiting(wait func()) Memory {
	m.wait = wait
	return m
}

// first is what a file begins with, behind its head.
type first struct {
	Place   string
	At      time.Time
	Account string
}

// piece is a part of the lists. The last one says so, so that a file that was cut off is known.
type piece struct {
	Servers   []model.Server
	Backups   []model.Point
	Snapshots []model.Point
	Last      bool
}

// pieceSize is how many things a piece has.
const pieceSize = 500

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
	if about, err := file.Stat(); m.wait != nil && err == nil && about.Size() > large {
		m.wait()
	}
	read := bufio.NewReaderSize(io.LimitReader(file, maxSize), 1<<16)
	begins := make([]byte, len(head))
	var seen model.Seen
	if _, err := io.ReadFull(read, begins); err != nil || !bytes.Equal(begins, []byte(head)) ||
		decode(gob.NewDecoder(read), place, &seen) != nil {
		_ = os.Remove(m.path(place))
		return model.Seen{}, false
	}
	clean(&seen)
	return seen, true
}

var errOther = errors.New("it is of another place, or cut off")

// decode reads what encode writes.
func decode(from *gob.Decoder, place string, seen *model.Seen) error {
	var begins first
	if err := from.Decode(&begins); err != nil || begins.Place != place {
		return errOther
	}
	seen.At, seen.Account = begins.At, begins.Account
	for {
		var p piece
		if err := from.Decode(&p); err != nil {
			return errOther
		}
		if p.Last {
			return nil
		}
		seen.Servers = append(seen.Servers, p.Servers...)
		seen.Backups = append(seen.Backups, p.Backups...)
		seen.Snapshots = append(seen.Snapshots, p.Snapshots...)
		runtime.Gosched() // the first frame comes first
	}
}

// encode writes in pieces, so that a large fleet needs no second copy of itself.
func encode(to *gob.Encoder, place string, seen model.Seen) error {
	if err := to.Encode(first{place, seen.At, seen.Account}); err != nil {
		return err
	}
	for servers := range slices.Chunk(seen.Servers, pieceSize) {
		if err := to.Encode(piece{Servers: servers}); err != nil {
			return err
		}
	}
	for backups := range slices.Chunk(seen.Backups, pieceSize) {
		if err := to.Encode(piece{Backups: backups}); err != nil {
			return err
		}
	}
	for snapshots := range slices.Chunk(seen.Snapshots, pieceSize) {
		if err := to.Encode(piece{Snapshots: snapshots}); err != nil {
			return err
		}
	}
	return to.Encode(piece{Last: true})
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
		err = encode(gob.NewEncoder(write), place, seen)
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
