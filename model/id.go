package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ID identifies a server, a backup or a snapshot. The documents show integers [E], the vendor's
// newer tooling shows UUID strings [E]. Either is stored as text and printed unchanged. The zero ID
// identifies nothing.
type ID string

// maxID is far above a UUID's 36 characters. It limits IDs because they are put into paths and on
// the screen.
const maxID = 128

var errBadID = errors.New("an id must be an integer or a string of letters, digits, - and _")

// UnmarshalJSON accepts an integer or a string of letters, digits, '-' and '_'; null leaves the ID
// empty. Anything else is rejected, so that an ID can never contain a path, a query or a terminal
// code.
func (i *ID) UnmarshalJSON(data []byte) error {
	text := string(data)
	switch {
	case text == "null":
		*i = ""
		return nil
	case len(text) > 0 && text[0] == '"':
		if err := json.Unmarshal(data, &text); err != nil {
			return errBadID
		}
	case strings.Trim(text, "0123456789") != "":
		return errBadID // a fraction, true, an object
	}
	if text == "" || len(text) > maxID {
		return errBadID
	}
	for _, r := range text {
		if !isNameRune(r) {
			return errBadID
		}
	}
	*i = ID(text)
	return nil
}

// MarshalJSON writes an integer if the ID is one, else a string, because the API uses integers for
// numeric IDs [E].
func (i ID) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseInt(string(i), 10, 64); err == nil && strconv.FormatInt(n, 10) == string(i) {
		return []byte(i), nil
	}
	out, err := json.Marshal(string(i))
	if err != nil {
		return nil, fmt.Errorf("writing id: %w", err)
	}
	return out, nil
}

// Less orders integers by value and everything else by text, integers first. Of two different IDs
// one is always less.
func (i ID) Less(other ID) bool {
	if i.isNumber() && other.isNumber() { // nearly all are, and sorting a large fleet compares many
		return len(i) < len(other) || len(i) == len(other) && i < other
	}
	a, errA := strconv.ParseInt(string(i), 10, 64)
	b, errB := strconv.ParseInt(string(other), 10, 64)
	switch {
	case (errA == nil) != (errB == nil):
		return errA == nil
	case errA == nil && a != b:
		return a < b
	}
	return i < other
}

// isNumber reports whether the ID is a canonical number, without a sign or a leading zero, and
// short enough for an integer.
func (i ID) isNumber() bool {
	if len(i) == 0 || len(i) > 18 || i[0] == '0' {
		return false
	}
	for n := range len(i) {
		if i[n] < '0' || i[n] > '9' {
			return false
		}
	}
	return true
}

func isNameRune(r rune) bool {
	return r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
