// Package cache keeps what was last seen of each account in a directory of files that only their owner can read, so that
// the next run of the program has something to show at once. It is a cache: whatever is wrong with a file, it counts as none.
package cache

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

// magic begins each file. Another version of the format has another head.
const magic = "vpsdeck: last seen, version 1\n"

// maxSize is how large a file may be that is read, in bytes: far more than the largest account needs.
const maxSize = 256 << 20

// Cache is a directory of what was seen. The zero one keeps nothing.
type Cache struct {
	dir             string
	beforeLargeLoad func() // before something large is read; nil: it is not waited
}

// New is the memory in a directory. Nothing is made or opened before something is kept.
func New(dir string) Cache { return Cache{dir: dir} }

// largeSize is a file that takes longer to read than one notices, in bytes: that of some thousand restore points.
const largeSize = 1 << 20

// BeforeLargeLoad is the same memory, which waits before it reads something large: so that a screen can be drawn before that keeps a core busy.
func (m Cache) BeforeLargeLoad(wait func()) Cache {
	m.beforeLargeLoad = wait
	return m
}

// header is what a file begins with, behind its head.
type header struct {
	Key     string
	At      time.Time
	Account string
}

// chunk is a part of the lists. The last one says so, so that a file that was cut off is known.
type chunk struct {
	Servers   []model.Server
	Backups   []model.Point
	Snapshots []model.Point
	Last      bool
}

// chunkSize is how many things a piece has.
const chunkSize = 500

// path is where what was seen at a place is kept. The place is not told by the file's name.
func (m Cache) path(place string) string {
	sum := sha256.Sum256([]byte(place))
	return filepath.Join(m.dir, "seen-"+hex.EncodeToString(sum[:12]))
}

// Load returns what was seen at a place, with every text fit to be shown, and false if there is nothing that can be read. A
// file that cannot be read is thrown away.
func (m Cache) Load(place string) (model.CachedAccount, bool) {
	file, err := os.Open(m.path(place))
	if err != nil {
		return model.CachedAccount{}, false
	}
	defer func() { _ = file.Close() }()
	if about, err := file.Stat(); m.beforeLargeLoad != nil && err == nil && about.Size() > largeSize {
		m.beforeLargeLoad()
	}
	read := bufio.NewReaderSize(io.LimitReader(file, maxSize), 1<<16)
	begins := make([]byte, len(magic))
	var seen model.CachedAccount
	if _, err := io.ReadFull(read, begins); err != nil || !bytes.Equal(begins, []byte(magic)) ||
		decode(gob.NewDecoder(read), place, &seen) != nil {
		_ = os.Remove(m.path(place))
		return model.CachedAccount{}, false
	}
	cleanTexts(&seen)
	return seen, true
}

var errInvalid = errors.New("it is of another place, or cut off")

// decode reads what encode writes.
func decode(from *gob.Decoder, place string, seen *model.CachedAccount) error {
	var begins header
	if err := from.Decode(&begins); err != nil || begins.Key != place {
		return errInvalid
	}
	seen.At, seen.Account = begins.At, begins.Account
	for {
		var p chunk
		if err := from.Decode(&p); err != nil {
			return errInvalid
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
func encode(to *gob.Encoder, place string, seen model.CachedAccount) error {
	if err := to.Encode(header{place, seen.At, seen.Account}); err != nil {
		return err
	}
	for servers := range slices.Chunk(seen.Servers, chunkSize) {
		if err := to.Encode(chunk{Servers: servers}); err != nil {
			return err
		}
	}
	for backups := range slices.Chunk(seen.Backups, chunkSize) {
		if err := to.Encode(chunk{Backups: backups}); err != nil {
			return err
		}
	}
	for snapshots := range slices.Chunk(seen.Snapshots, chunkSize) {
		if err := to.Encode(chunk{Snapshots: snapshots}); err != nil {
			return err
		}
	}
	return to.Encode(chunk{Last: true})
}

// Save keeps what was seen, whole or not at all.
func (m Cache) Save(place string, seen model.CachedAccount) {
	if m.dir == "" || os.MkdirAll(m.dir, 0o700) != nil {
		return
	}
	file, err := os.CreateTemp(m.dir, "new-*") // it is made for its owner alone
	if err != nil {
		return
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is gone if all went well
	write := bufio.NewWriterSize(file, 1<<16)
	_, err = write.WriteString(magic)
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

// cleanTexts makes the texts fit to be shown, as those from the API are: anybody may have written to the file.
func cleanTexts(seen *model.CachedAccount) {
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
