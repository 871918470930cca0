package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// response is the result of a request: a status and a body. The body no longer refers to the
// account, so that it can be written after the lock is released.
type response struct {
	status int
	body   any // nil: none
	header http.Header
}

// detailResponse is an error in the framework's own format, as for 401, 404 and 405 [I].
func detailResponse(status int, format string, args ...any) response {
	return response{status: status, body: map[string]string{"detail": fmt.Sprintf(format, args...)}}
}

// errorResponse says that the action is not possible in the present state [I].
func errorResponse(status int, format string, args ...any) response {
	return response{status: status, body: map[string]string{"error": fmt.Sprintf(format, args...)}}
}

// fieldErrors are the errors in the fields of a request: 400 with {"field": ["…"]} [I].
type fieldErrors map[string][]string

func (e fieldErrors) add(field, format string, args ...any) {
	e[field] = append(e[field], fmt.Sprintf(format, args...))
}

func (e fieldErrors) response() response { return response{status: http.StatusBadRequest, body: e} }

func notFound() response { return detailResponse(http.StatusNotFound, "Not found.") }

// encode returns the body as it is sent; characters such as & are not escaped.
func (r response) encode() []byte {
	if r.body == nil {
		return nil
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r.body); err != nil {
		panic("sim: a response cannot be encoded: " + err.Error()) // the types of wire.go can all be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// setHeaders sets the headers of the response.
func (r response) setHeaders(h http.Header, length int) {
	for key, values := range r.header {
		h[key] = values
	}
	if r.status != http.StatusNoContent {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(length))
	}
}
