package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// item is one thing as it stands in an answer, on its way to the noun that the program knows.
type item[M any] interface {
	key() model.ID
	noun() M
}

// itemPath is the path of one thing in a collection like "/backups/".
func itemPath(method, collection string, id model.ID) (string, *Error) {
	if err := checkID(method, collection, id); err != nil {
		return "", err
	}
	return collection + url.PathEscape(string(id)) + "/", nil
}

// checkID refuses an id that names nothing, or that would lead a path elsewhere.
func checkID(method, path string, id model.ID) *Error {
	switch id {
	case "", ".", "..":
		return unsendable(method, path, "There is no id to ask the API for: choose a server, backup or snapshot first.")
	}
	return nil
}

// readItem reads an answer that is one item.
func readItem[W item[M], M any](c *Client, a answer) (W, *Error) {
	var w W
	if err := json.Unmarshal(a.body, &w); err != nil {
		return w, c.badAnswer(a, flawOf(a.body, err))
	}
	if w.key() == "" {
		return w, c.badAnswer(a, "it has no id")
	}
	return w, nil
}

// getItem asks for one item.
func getItem[W item[M], M any](ctx context.Context, c *Client, path string) (M, error) {
	ctx, cancel := c.limited(ctx)
	defer cancel()
	var none M
	a, err := c.get(ctx, c.at(path, nil))
	if err != nil {
		return none, err
	}
	w, err := readItem[W](c, a)
	if err != nil {
		return none, err
	}
	return w.noun(), nil
}

// flawOf says what is wrong with JSON that could not be decoded, as the end of a sentence.
func flawOf(body []byte, err error) string {
	body = bytes.TrimSpace(body)
	var mistyped *json.UnmarshalTypeError
	switch {
	case len(body) == 0:
		return "it is empty"
	case body[0] == '<':
		return "it is a web page, so the API's address may be wrong"
	case !json.Valid(body):
		return "it is not readable JSON, or was cut off"
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return "its " + model.Clean(mistyped.Field) + " is not of the kind that it should be"
	}
	return "it is not of the shape that it should be"
}

// loose is a field that must not make a whole list fail: what cannot be read of it is left out.
type loose = json.RawMessage

// text reads a loose string; a number is kept as it stands.
func text(raw loose) string {
	if n := len(raw); n > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : n-1]) // nearly always, and a list of a large fleet has a million of them
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// whole reads a number, which may have a fraction or stand in quotes; 0 for none and for what cannot be a size.
func whole(raw loose) int64 {
	if len(raw) == 0 || raw[0] == 'n' {
		return 0
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil && n > 0 && n < 1<<53 { // nearly always
		return n
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text(raw)), 64)
	if err != nil || !(f > 0 && f < 1<<53) {
		return 0
	}
	return int64(math.Round(f))
}

// moment reads a time with any offset, without one (taken as UTC [I]), or a bare date; zero for none. The result is UTC.
func moment(raw loose) time.Time {
	if len(raw) == 0 || raw[0] == 'n' {
		return time.Time{}
	}
	stamp := text(raw)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, stamp); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// named reads what may be an object with a name, or the name alone.
func named(raw loose) string {
	var object struct {
		Name string `json:"name"`
	}
	var name string
	if json.Unmarshal(raw, &object) != nil && json.Unmarshal(raw, &name) == nil {
		return shown(name)
	}
	return shown(object.Name)
}

// shown makes a name from outside fit to be shown, looked for and compared: letters that are written as several characters
// become one (NFC), as keyboards type them.
func shown(text string) string { return model.Clean(norm.NFC.String(text)) }
