package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// hiddenToken is shown in place of a token.
const hiddenToken = "vps_…(hidden)"

// maxToken is far above the length of any token, in bytes. More than that is the wrong file.
const maxToken = 4096

// Secret is a text that no log, error, screen or JSON may show: every way to print it gives the
// same placeholder. For an unexported field of a struct, fmt bypasses the methods and prints the
// value. The Secret holds a pointer, so that fmt then prints an address. The zero Secret is empty.
type Secret struct{ value *string }

// NewSecret makes a secret of a pasted token, without the white space around it. It rejects an
// empty text, several lines, quotes around the token, and anything but visible ASCII, which an HTTP
// header does not allow. It accepts a byte order mark, and UTF-16 with one. The error is a phrase
// to follow the token's source ("… is empty"), and never contains any of the token.
func NewSecret(text string) (Secret, error) {
	plain, err := decodeText([]byte(text))
	if err != nil {
		return Secret{}, err
	}
	text = strings.TrimSpace(string(plain))
	switch {
	case strings.Trim(text, `"'`) != text, strings.Trim(text, "“”‘’`") != text:
		return Secret{}, errors.New("has quotes around it: remove them")
	case text == "":
		return Secret{}, errors.New("is empty")
	case len(text) > maxToken:
		return Secret{}, errors.New("is too long to be a token")
	case strings.ContainsAny(text, "\r\n"):
		return Secret{}, errors.New("has more than one line: a token is one line and nothing else")
	}
	for _, r := range text {
		if r <= ' ' || r > '~' {
			return Secret{}, errors.New("contains a space or a character that no token has: copy the token again")
		}
	}
	return Secret{value: &text}, nil
}

// Reveal returns the text itself. Use it only for the Authorization header and the token store.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsEmpty reports whether the secret is empty.
func (s Secret) IsEmpty() bool { return s.value == nil }

// String returns the placeholder.
func (s Secret) String() string { return hiddenToken }

// GoString returns the placeholder.
func (s Secret) GoString() string { return hiddenToken }

// Format writes the placeholder for every verb: %x and %q would otherwise encode the text.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = fmt.Fprint(w, hiddenToken) }

// MarshalJSON returns the placeholder.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hiddenToken) }

// Token is an API token and its source, in words for a person: "VPS_API_TOKEN", "the system's keyring", or the path of a
// file.
type Token struct {
	Value  Secret
	Source string
}
