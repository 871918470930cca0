// Package keyboard keeps the escape sequences that a terminal sends in one piece. A slow line tears them, and Bubble Tea takes
// the rest of a torn one for keys after 50 ms: of an answer to a question about colours, r would restore and b back up.
package keyboard

import (
	"bytes"
	"io"
	"time"
)

const (
	// escTime is how long Bubble Tea's decoder waits for what belongs to an escape character [I: ultraviolet's DefaultEscTimeout].
	escTime = 50 * time.Millisecond
	// tornTime is how late the rest of a torn sequence may come. What comes later was typed.
	tornTime = time.Second
	// longest is the most bytes that are held back; no answer of a terminal is longer.
	longest = 1024
)

const esc = 0x1b

// Reader hands on what a terminal sends, each escape sequence as a whole. It is for one goroutine.
type Reader struct {
	io.Reader
	now   func() time.Time
	held  []byte // the beginning of a sequence whose rest has not come yet
	given []byte // the beginning that was handed on already, since it may be a key: esc, alt+[, alt+]
	since time.Time
}

// NewReader wraps what a terminal sends.
func NewReader(r io.Reader) *Reader { return &Reader{Reader: r, now: time.Now} }

// Read reads what was sent. No bytes and no error mean that the rest of a sequence is waited for.
func (r *Reader) Read(p []byte) (int, error) {
	room := len(p) - len(r.held) - len(r.given)
	if room <= 0 { // not from Bubble Tea, whose buffer is larger
		return r.Reader.Read(p)
	}
	n, err := r.Reader.Read(p[:room])
	if n == 0 {
		return 0, err
	}
	whole := r.join(p[:n])
	return copy(p, whole), err
}

// join puts new bytes behind those that they belong to, and holds back a sequence that is not complete yet.
func (r *Reader) join(read []byte) []byte {
	now := r.now()
	age := now.Sub(r.since)
	var whole []byte
	switch {
	case age <= tornTime && len(r.held) > 0:
		whole = append(whole, r.held...)
	case age <= tornTime && age >= escTime && continues(r.given, read):
		whole = append(whole, r.given...)
	}
	whole = append(whole, read...)
	r.held, r.given, r.since = nil, nil, now
	from := incomplete(whole)
	begun := whole[from:]
	switch {
	case len(begun) == 0:
	case len(begun) <= 2:
		r.given = bytes.Clone(begun)
	case len(begun) <= longest:
		r.held = bytes.Clone(begun)
		return whole[:from]
	}
	return whole
}

// continues says whether bytes look like the rest of a sequence, of which the beginning was taken for a key. A person types
// one key at a time, so that a single byte is one.
func continues(given, read []byte) bool {
	if len(given) == 0 || len(read) < 2 {
		return false
	}
	if len(given) == 1 {
		switch read[0] {
		case '[', 'O':
			return read[1] != esc
		case ']', 'P', '_':
			return read[1] >= '0' && read[1] <= '9' || read[1] == '>'
		}
		return false
	}
	return given[1] == '[' || given[1] == ']' || given[1] == 'P'
}

// incomplete is where the escape sequence begins whose end is not among the bytes; their length where there is none.
func incomplete(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] != esc {
			i++
			continue
		}
		n := sequence(b[i:])
		if n == 0 {
			return i
		}
		i += n
	}
	return len(b)
}

// sequence is the length of the escape sequence that bytes begin with, 0 where its end is missing.
func sequence(b []byte) int {
	if len(b) == 1 {
		return 0
	}
	switch b[1] {
	case '[':
		for i := 2; i < len(b); i++ {
			if b[i] < 0x20 || b[i] > 0x3f {
				if b[i] == esc {
					return i
				}
				return i + 1
			}
		}
		return 0
	case 'O':
		if len(b) == 2 {
			return 0
		}
		return 3
	case ']', 'P', '_', '^', 'X':
		return text(b)
	case esc:
		return 1
	}
	return 2
}

// text is the length of a sequence that carries text up to its terminator.
func text(b []byte) int {
	for i := 2; i < len(b); i++ {
		switch b[i] {
		case 0x07, 0x18, 0x1a: // BEL ends it, CAN and SUB call it off
			return i + 1
		case esc:
			switch {
			case i+1 == len(b):
				return 0
			case b[i+1] == '\\':
				return i + 2
			}
			return i
		}
	}
	return 0
}
