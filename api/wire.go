package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vpsdeck/model"
)

// item is an object in a response that can be converted to the model's type.
type item[M any] interface {
	key() model.ID
	toModel() M
}

// itemPath returns the path of one item of a collection like "/backups/".
func itemPath(method, collection string, id model.ID) (string, *Error) {
	if err := checkID(method, collection, id); err != nil {
		return "", err
	}
	return collection + url.PathEscape(string(id)) + "/", nil
}

// checkID rejects an id that is empty or would change the path.
func checkID(method, path string, id model.ID) *Error {
	switch id {
	case "", ".", "..":
		return invalidRequest(method, path, "The id is missing or invalid: choose a server, backup or snapshot first.")
	}
	return nil
}

// readItem reads a response that is one item.
func readItem[W item[M], M any](c *Client, a response) (W, *Error) {
	var w W
	if err := json.Unmarshal(a.body, &w); err != nil {
		return w, c.badResponse(a, describeJSONError(a.body, err))
	}
	if w.key() == "" {
		return w, c.badResponse(a, "it has no id")
	}
	return w, nil
}

// getItem fetches one item.
func getItem[W item[M], M any](ctx context.Context, c *Client, path string) (M, error) {
	ctx, cancel := c.withTimeout(ctx)
	defer cancel()
	var none M
	a, err := c.get(ctx, c.urlFor(path, nil))
	if err != nil {
		return none, err
	}
	w, err := readItem[W](c, a)
	if err != nil {
		return none, err
	}
	return w.toModel(), nil
}

// describeJSONError says why JSON could not be decoded, as the end of a sentence.
func describeJSONError(body []byte, err error) string {
	body = bytes.TrimSpace(body)
	var mistyped *json.UnmarshalTypeError
	switch {
	case len(body) == 0:
		return "it is empty"
	case body[0] == '<':
		return "it is a web page, so the API's address may be wrong"
	case !json.Valid(body):
		return "it is not valid JSON, or was cut off"
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return "its " + model.Clean(mistyped.Field) + " has the wrong type"
	}
	return "it has the wrong structure"
}

// rawField is a field that must not make a whole list fail: unreadable values are left out.
type rawField = json.RawMessage

// fieldText returns the text of a field; a number is returned as written.
func fieldText(raw rawField) string {
	if n := len(raw); n > 1 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : n-1]) // the usual case: the list of a large fleet has a million of them
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return string(raw)
	}
	return s
}

// parseNumberOrZero parses a number, which may have a fraction or be in quotes; 0 if it is missing
// or cannot be a size.
func parseNumberOrZero(raw rawField) int64 {
	n, _ := parseNumber(raw)
	return n
}

// parseNumber is parseNumberOrZero that also reports whether there is a number of 0 or more.
func parseNumber(raw rawField) (int64, bool) {
	if len(raw) == 0 || raw[0] == 'n' {
		return 0, false
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil && n >= 0 && n < 1<<53 { // the usual case
		return n, true
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(fieldText(raw)), 64)
	if err != nil || !(f >= 0 && f < 1<<53) {
		return 0, false
	}
	return int64(math.Round(f)), true
}

// setSize sets a size in MB. Null means unknown; 0 is a size.
func setSize(p *model.Point, raw rawField) {
	n, ok := parseNumber(raw)
	p.SizeMB, p.ZeroSize = n, ok && n == 0
}

// setCreated sets when a point was created.
func setCreated(p *model.Point, raw rawField) {
	t, ok := parseTime(raw)
	p.CreatedAt, p.CreatedUnreadable = t, !ok
}

// timeLayouts are the formats that are parsed besides RFC 3339 and epochs, in upper case and with a
// T. A time without an offset is taken as UTC [I].
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04Z0700", "2006-01-02T15:04", time.DateOnly,
}

// parseTime parses a time in any common format, as text or as an epoch in seconds or milliseconds.
// It returns false for an unreadable value, and the zero time for a missing one. The result is UTC.
func parseTime(raw rawField) (time.Time, bool) {
	if len(raw) == 0 || raw[0] == 'n' {
		return time.Time{}, true
	}
	text := fieldText(raw)
	if t, err := time.Parse(time.RFC3339, text); err == nil { // the usual case
		return t.UTC(), true
	}
	text = strings.ToUpper(strings.TrimSpace(text))
	if text == "" {
		return time.Time{}, true
	}
	if t, ok := parseEpoch(text); ok {
		return t, true
	}
	if t, err := http.ParseTime(strings.TrimSpace(fieldText(raw))); err == nil {
		return t.UTC(), true
	}
	text = strings.Replace(strings.Replace(text, " ", "T", 1), " ", "", 1) // also the one before the offset
	leap := time.Duration(0)
	if at := len("2006-01-02T15:04"); len(text) >= at+3 && text[at:at+3] == ":60" { // a leap second is one after :59
		text, leap = text[:at]+":59"+text[at+3:], time.Second
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Add(leap), true
		}
	}
	return time.Time{}, false
}

// parseEpoch parses seconds or milliseconds since 1970. A value before 1973 is no epoch: 0 often
// means that there is none.
func parseEpoch(text string) (time.Time, bool) {
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || !(f >= 1e8 && f < 1e14):
		return time.Time{}, false
	case f >= 1e11:
		f /= 1000
	}
	whole, part := math.Modf(f)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}

// parseName parses an object with a name, or the name alone.
func parseName(raw rawField) string {
	var object struct {
		Name string `json:"name"`
	}
	var name string
	if json.Unmarshal(raw, &object) != nil && json.Unmarshal(raw, &name) == nil {
		return normalizeText(name)
	}
	return normalizeText(object.Name)
}

// normalizeText makes a name from outside fit to be shown, searched and compared. Letters that are
// written as several characters become one (NFC), as keyboards type them.
func normalizeText(text string) string { return model.Clean(norm.NFC.String(text)) }
