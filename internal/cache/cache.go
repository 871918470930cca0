// Package cache keeps the last lists of each account, so that the next run of the program can show
// something at once. Its files can be read only by their owner. A file with any error counts as
// missing.
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

// magic starts each file. Another version of the format has another magic.
const magic = "vpsdeck: last seen, version 1\n"

// maxSize is the largest file that is read, in bytes: far more than the largest account needs.
const maxSize = 256 << 20

// Cache is a directory of cached accounts. The zero Cache keeps nothing.
type Cache struct {
	dir             string
	beforeLargeLoad func() // called before a large file is read; may be nil
}

// New returns the cache in a directory. It creates and opens nothing before the first Save or Load.
func New(dir string) Cache { return Cache{dir: dir} }

// largeSize is the size in bytes from which reading a file takes noticeably long: some thousand
// restore points.
const largeSize = 1 << 20

// BeforeLargeLoad returns the same cache, which calls wait before it reads a large file. The screen
// can then be drawn before the load keeps a core busy.
func (c Cache) BeforeLargeLoad(wait func()) Cache {
	c.beforeLargeLoad = wait
	return c
}

// header is the first value of a file, after the magic.
type header struct {
	Key     string
	At      time.Time
	Account string
}

// chunk is a part of the lists. The last one is marked, so that a truncated file is detected.
type chunk struct {
	Servers   []model.Server
	Backups   []model.Point
	Snapshots []model.Point
	Last      bool
}

// chunkSize is the largest number of items in a chunk.
const chunkSize = 500

// path returns the path of an account's file. Its name is a hash, so that it does not reveal the
// key.
func (c Cache) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(c.dir, "seen-"+hex.EncodeToString(sum[:12]))
}

// Load returns the cached account of a key, with all texts cleaned for the screen, and false if
// there is none. It removes an unreadable file.
func (c Cache) Load(key string) (model.CachedAccount, bool) {
	file, err := os.Open(c.path(key))
	if err != nil {
		return model.CachedAccount{}, false
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); c.beforeLargeLoad != nil && err == nil && info.Size() > largeSize {
		c.beforeLargeLoad()
	}
	reader := bufio.NewReaderSize(io.LimitReader(file, maxSize), 1<<16)
	start := make([]byte, len(magic))
	var account model.CachedAccount
	if _, err := io.ReadFull(reader, start); err != nil || !bytes.Equal(start, []byte(magic)) ||
		decode(gob.NewDecoder(reader), key, &account) != nil {
		_ = os.Remove(c.path(key))
		return model.CachedAccount{}, false
	}
	cleanTexts(&account)
	return account, true
}

var errInvalid = errors.New("the file has another key, or is truncated")

// decode reads what encode writes.
func decode(from *gob.Decoder, key string, account *model.CachedAccount) error {
	var h header
	if err := from.Decode(&h); err != nil || h.Key != key {
		return errInvalid
	}
	account.At, account.Account = h.At, h.Account
	for {
		var part chunk
		if err := from.Decode(&part); err != nil {
			return errInvalid
		}
		if part.Last {
			return nil
		}
		account.Servers = append(account.Servers, part.Servers...)
		account.Backups = append(account.Backups, part.Backups...)
		account.Snapshots = append(account.Snapshots, part.Snapshots...)
		runtime.Gosched() // drawing the first frame goes before
	}
}

// encode writes the lists in chunks, so that a large fleet is not copied in memory.
func encode(to *gob.Encoder, key string, account model.CachedAccount) error {
	if err := to.Encode(header{key, account.At, account.Account}); err != nil {
		return err
	}
	for servers := range slices.Chunk(account.Servers, chunkSize) {
		if err := to.Encode(chunk{Servers: servers}); err != nil {
			return err
		}
	}
	for backups := range slices.Chunk(account.Backups, chunkSize) {
		if err := to.Encode(chunk{Backups: backups}); err != nil {
			return err
		}
	}
	for snapshots := range slices.Chunk(account.Snapshots, chunkSize) {
		if err := to.Encode(chunk{Snapshots: snapshots}); err != nil {
			return err
		}
	}
	return to.Encode(chunk{Last: true})
}

// Save writes the account's file, completely or not at all.
func (c Cache) Save(key string, account model.CachedAccount) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	file, err := os.CreateTemp(c.dir, "new-*") // readable only by its owner
	if err != nil {
		return
	}
	defer func() { _ = os.Remove(file.Name()) }() // after a success it has been renamed
	writer := bufio.NewWriterSize(file, 1<<16)
	_, err = writer.WriteString(magic)
	if err == nil {
		err = encode(gob.NewEncoder(writer), key, account)
	}
	if err == nil {
		err = writer.Flush()
	}
	if closeErr := file.Close(); err == nil && closeErr == nil {
		_ = os.Rename(file.Name(), c.path(key))
	}
}

// cleanTexts cleans the texts for the screen, like those from the API: anybody may have written to
// the file.
func cleanTexts(account *model.CachedAccount) {
	for i := range account.Servers {
		s := &account.Servers[i]
		for _, text := range []*string{&s.Name, &s.Hostname, (*string)(&s.ID), (*string)(&s.Status), &s.IP, &s.Location,
			&s.Plan.Name, &s.OS} {
			*text = model.Clean(*text)
		}
	}
	for _, points := range [][]model.Point{account.Backups, account.Snapshots} {
		for i := range points {
			p := &points[i]
			for _, text := range []*string{
				&p.Name, &p.Description, (*string)(&p.ID), (*string)(&p.Status), (*string)(&p.Type),
				(*string)(&p.Server.ID), &p.Server.Name,
			} {
				*text = model.Clean(*text)
			}
		}
	}
}
