package sim

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"unicode/utf8"

	"vpsdeck/model"
)

// nonFieldErrors is the key of errors in the body as a whole.
const nonFieldErrors = "non_field_errors"

// checkBody checks what every POST needs: that its body was read completely, and says what it is.
// The documents have no status for this but 400, for invalid requests [D].
func checkBody(c call, readErr error) (response, bool) {
	var large *http.MaxBytesError
	switch {
	case errors.As(readErr, &large):
		return detailResponse(http.StatusBadRequest, "Request body is larger than %d bytes.", large.Limit), false
	case readErr != nil:
		return detailResponse(http.StatusBadRequest, "Request body ended too early."), false
	case len(c.body) == 0:
		return response{}, true
	}
	given := c.Header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(given); err != nil || media != "application/json" {
		return detailResponse(http.StatusBadRequest, "Unsupported media type %q in request.", given), false
	}
	return response{}, true
}

// form is the body of a POST: its fields as they came, and the errors found so far.
type form struct {
	fields map[string]json.RawMessage
	errs   fieldErrors
}

// parseForm parses the body. An empty one has no fields.
func (c call) parseForm() form {
	f := form{errs: fieldErrors{}}
	if len(c.body) == 0 {
		return f
	}
	var typ *json.UnmarshalTypeError
	switch err := json.Unmarshal(c.body, &f.fields); {
	case errors.As(err, &typ):
		f.errs.add(nonFieldErrors, "Invalid data. Expected a dictionary, but got %s.", typ.Value)
	case err != nil:
		f.errs.add(nonFieldErrors, "JSON parse error: the body is not valid JSON.")
	}
	return f
}

// field decodes one field into to, and reports whether it is present and valid.
func (f form) field(name string, required bool, to any, misfit string) bool {
	raw, ok := f.fields[name]
	switch {
	case !ok && required:
		f.errs.add(name, "This field is required.")
	case !ok:
	case string(raw) == "null":
		f.errs.add(name, "This field may not be null.")
	case json.Unmarshal(raw, to) != nil:
		f.errs.add(name, "%s", misfit)
	default:
		return true
	}
	return false
}

// id reads the id of a server or a backup. It is required.
func (f form) id(name string) int64 {
	var n int64
	if f.field(name, true, &n, "A valid integer is required.") && n < 1 {
		f.errs.add(name, "Ensure this value is greater than or equal to 1.")
	}
	return n
}

// description reads the description of a point. It is optional [D]; its maximum length is ours [I].
func (f form) description() string {
	var text string
	if f.field("description", false, &text, "Not a valid string.") {
		f.checkLength("description", text, model.MaxDescription)
	}
	return text
}

// name reads a snapshot's name: required, ^[A-Za-z0-9_-]+$ [D]; its maximum length is ours [I].
func (f form) name() string {
	var text string
	if !f.field("name", true, &text, "Not a valid string.") {
		return text
	}
	switch {
	case text == "":
		f.errs.add("name", "This field may not be blank.")
	case !f.checkLength("name", text, model.MaxSnapshotName):
	case model.CheckSnapshotName(text) != nil:
		f.errs.add("name", "Enter a valid name consisting of letters, numbers, underscores or hyphens.")
	}
	return text
}

func (f form) checkLength(name, text string, most int) bool {
	if utf8.RuneCountInString(text) <= most {
		return true
	}
	f.errs.add(name, "Ensure this field has no more than %d characters.", most)
	return false
}
