package model

import (
	"fmt"
	"strings"
	"time"
)

// Exchange is one request and what came back, for whoever wants to see what the program did. It holds no token: the request's
// headers are not in it, and an answer that echoes the token has lost it.
type Exchange struct {
	Number       int // counting from 1 in this run
	Method       string
	URL          string
	RequestBody  string // the request's body; "" if it had none
	Status       int    // 0: no answer came
	ResponseBody string // the beginning of the answer's body, at most MaxExchange bytes
	Size         int64  // of the answer's body as far as it was read, bytes
	At           time.Time
	Duration     time.Duration
	Err          string // why it failed, in words; "" if it did not
}

// MaxExchangeBody is how much of an answer's body is kept for showing, in bytes.
const MaxExchangeBody = 16 << 10

// Curl is the request as a command for a shell, with the token left out as $VPS_API_TOKEN.
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

// shellQuote makes a text one word of a POSIX shell, whatever is in it.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
