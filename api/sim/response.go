package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// response is what a request comes to: a status, and a body that no longer hangs on the account, so that it can be written
// after the lock is given back.
type response struct {
	status int
	body   any // nil: none
	header http.Header
}

// detailResponse answers in the framework's own words, which is the shape of 401, 404, 405 and their like [I].
func detailResponse(status int, format string, args ...any) response {
	return response{status: status, body: map[string]string{"detail": fmt.Sprintf(format, args...)}}
}

// errorResponse answers that the deed cannot be done as things stand [I].
func errorResponse(status int, format string, args ...any) response {
	return response{status: status, body: map[string]string{"error": fmt.Sprintf(format, args...)}}
}

// fieldErrors is what is the matter with the fields of a request: 400 with {"field": ["…"]} [I].
type fieldErrors map[string][]string

func (w fieldErrors) add(field, format string, args ...any) {
	w[field] = append(w[field], fmt.Sprintf(format, args...))
}

func (w fieldErrors) response() response { return response{status: http.StatusBadRequest, body: w} }

func notFound() response { return detailResponse(http.StatusNotFound, "Not found.") }

// encode is the body as it goes over the line; characters such as & are left as they are.
func (n response) encode() []byte {
	if n.body == nil {
		return nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(n.body); err != nil {
		panic("sim: an answer that cannot be written: " + err.Error()) // the types of wire.go are all writable
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// setHeaders sets the headers that go with the answer.
func (n response) setHeaders(h http.Header, length int) {
	for key, values := range n.header {
		h[key] = values
	}
	if n.status != http.StatusNoContent {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(length))
	}
}
