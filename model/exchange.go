package model

import (
	"fmt"
	"strings"
	"time"
)

// Exchange is one request and its response, for the list of requests. It contains no token: request
// headers are left out, and a token echoed in the response is masked.
type Exchange struct {
	Number       int // counting from 1 in this run
	Method       string
	URL          string
	RequestBody  string // "" if there was none
	Status       int    // 0: no response
	ResponseBody string // the beginning of the response body, at most MaxExchangeBody bytes
	Size         int64  // bytes of the response body that were read
	At           time.Time
	Duration     time.Duration
	Err          string // why it failed, to display; "" if it did not
}

// MaxExchangeBody is how many bytes of a response body are kept for display.
const MaxExchangeBody = 16 << 10

// Curl returns the request as a shell command, with $VPS_API_TOKEN instead of the token.
func (e Exchange) Curl() string {
	var b strings.Builder
	b.WriteString("curl -sS")
	if e.Method != "GET" {
		b.WriteString(" -X " + e.Method)
	}
	b.WriteString(` -H "Authorization: Bearer $VPS_API_TOKEN"`)
	if e.RequestBody != "" {
		b.WriteString(" -H 'Content-Type: application/json' -d " + shellQuote(e.RequestBody))
	}
	fmt.Fprintf(&b, " %s", shellQuote(e.URL))
	return b.String()
}

// shellQuote quotes any text as one word of a POSIX shell.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
