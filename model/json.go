package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// SafeJSON is a JSON text as it came, indented, with every character that must not reach a terminal written as JSON's own
// escape: it means the same, and may be shown and copied. What is no JSON is cleaned, line by line.
func SafeJSON(raw string) string {
	var nice bytes.Buffer
	if json.Indent(&nice, []byte(raw), "", "  ") != nil {
		lines := strings.Split(raw, "\n")
		for i, l := range lines {
			lines[i] = Clean(l)
		}
		return strings.Join(lines, "\n")
	}
	var b strings.Builder
	for _, r := range nice.String() { // outside its strings JSON has nothing foreign but line breaks
		switch {
		case r == '\n' || !isUnsafe(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}
