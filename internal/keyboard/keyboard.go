// Package keyboard keeps the escape sequences from a terminal in one piece. A slow connection tears
// them apart, and Bubble Tea takes the rest of a torn sequence for keys after 50 ms. In the
// response to a query for colors, r would then start a restore and b a backup.
package keyboard

import (
	"bytes"
	"io"
	"time"
)

const (
	// escTimeout is how long Bubble Tea's decoder waits for the rest after an escape character [I:
	// ultraviolet's DefaultEscTimeout].
	escTimeout = 50 * time.Millisecond
	// tornTimeout is how late the rest of a torn sequence may come. Later bytes were typed.
	tornTimeout = time.Second
	// maxPending is the most bytes that are held back; no response of a terminal is longer.
	maxPending = 1024
)

const esc = 0x1b

// Reader passes on what a terminal sends, each escape sequence as a whole. It is for use by one
// goroutine.
type Reader struct {
	io.Reader
	now       func() time.Time
	pending   []byte // the beginning of a sequence whose rest has not come yet
	forwarded []byte // the beginning that was passed on already, since it may be a key: esc, alt+[, alt+]
	lastRead  time.Time
}

// NewReader wraps what a terminal sends.
func NewReader(r io.Reader) *Reader { return &Reader{Reader: r, now: time.Now} }

// Read reads what the terminal sent. No bytes and no error mean that the rest of a sequence is
// missing.
func (r *Reader) Read(p []byte) (int, error) {
	space := len(p) - len(r.pending) - len(r.forwarded)
	if space <= 0 { // not from Bubble Tea, whose buffer is larger
		return r.Reader.Read(p)
	}
	n, err := r.Reader.Read(p[:space])
	if n == 0 {
		return 0, err
	}
	whole := r.join(p[:n])
	return copy(p, whole), err
}

// join appends new bytes to the beginning of their sequence, and holds back a sequence that is not
// complete yet.
func (r *Reader) join(read []byte) []byte {
	now := r.now()
	age := now.Sub(r.lastRead)
	var whole []byte
	switch {
	case age <= tornTimeout && len(r.pending) > 0:
		whole = append(whole, r.pending...)
	case age <= tornTimeout && age >= escTimeout && isContinuation(r.forwarded, read):
		whole = append(whole, r.forwarded...)
	}
	whole = append(whole, read...)
	r.pending, r.forwarded, r.lastRead = nil, nil, now
	from := incompleteStart(whole)
	begun := whole[from:]
	switch {
	case len(begun) == 0:
	case len(begun) <= 2:
		r.forwarded = bytes.Clone(begun)
	case len(begun) <= maxPending:
		r.pending = bytes.Clone(begun)
		return whole[:from]
	}
	return whole
}

// isContinuation reports whether bytes look like the rest of a sequence whose beginning was taken
// for a key. A person types one key at a time, so a single byte is a key.
func isContinuation(forwarded, read []byte) bool {
	if len(forwarded) == 0 || len(read) < 2 {
		return false
	}
	if len(forwarded) == 1 {
		switch read[0] {
		case '[', 'O':
			return read[1] != esc
		case ']', 'P', '_':
			return read[1] >= '0' && read[1] <= '9' || read[1] == '>'
		}
		return false
	}
	return forwarded[1] == '[' || forwarded[1] == ']' || forwarded[1] == 'P'
}

// incompleteStart returns where the escape sequence begins that has no end yet; len(b) if there is
// none.
func incompleteStart(b []byte) int {
	for i := 0; i < len(b); {
		if b[i] != esc {
			i++
			continue
		}
		n := sequenceLen(b[i:])
		if n == 0 {
			return i
		}
		i += n
	}
	return len(b)
}

// sequenceLen returns the length of the escape sequence at the start of b, or 0 if its end is
// missing.
func sequenceLen(b []byte) int {
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
		return textSequenceLen(b)
	case esc:
		return 1
	}
	return 2
}

// textSequenceLen returns the length of a sequence that carries text up to its terminator, or 0 if
// that is missing.
func textSequenceLen(b []byte) int {
	for i := 2; i < len(b); i++ {
		switch b[i] {
		case 0x07, 0x18, 0x1a: // BEL ends it, CAN and SUB cancel it
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
