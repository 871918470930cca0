package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
)

// SafeJSON indents a JSON text, and writes characters that must not reach a terminal as JSON
// escapes. The result means the same, and is safe to display and copy. Text that is not JSON is
// cleaned line by line.
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
	for _, r := range nice.String() { // outside strings, JSON's only unsafe characters are line breaks
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
