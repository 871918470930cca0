package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// hiddenToken is what stands wherever a token would.
const hiddenToken = "vps_…(hidden)"

// maxToken is far above the length of any token, in bytes: more is a file taken by mistake.
const maxToken = 4096

// Secret is a text that no log, error, screen or JSON may show: every way of printing it gives the same placeholder.
// It holds a pointer because fmt reads the unexported fields of a struct around it past its methods; of a pointer it
// then shows an address. The zero Secret holds nothing.
type Secret struct{ value *string }

// NewSecret takes a token as people paste it: white space around it is dropped. It is refused when nothing is left, or
// when it has several lines or anything but visible ASCII, which cannot stand in an HTTP header, or quotes around it. Text
// with a byte order mark is read, UTF-16 too. The error is a phrase that follows on from the token's place ("… is empty"),
// and never holds any of the token.
func NewSecret(text string) (Secret, error) {
	plain, err := decodeText([]byte(text))
	if err != nil {
		return Secret{}, err
	}
	text = strings.TrimSpace(string(plain))
	switch {
	case strings.Trim(text, `"'`) != text, strings.Trim(text, "“”‘’`") != text:
		return Secret{}, errors.New("has quotes around it: write it without them")
	case text == "":
		return Secret{}, errors.New("is empty")
	case len(text) > maxToken:
		return Secret{}, errors.New("is too long to be a token")
	case strings.ContainsAny(text, "\r\n"):
		return Secret{}, errors.New("has more than one line: a token is one line and nothing else")
	}
	for _, r := range text {
		if r <= ' ' || r > '~' {
			return Secret{}, errors.New("holds a space or a character that no token has: copy the token again")
		}
	}
	return Secret{value: &text}, nil
}

// Reveal is the text itself, for the Authorization header and the token store alone.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsEmpty says whether the secret holds nothing.
func (s Secret) IsEmpty() bool { return s.value == nil }

// String is the placeholder.
func (s Secret) String() string { return hiddenToken }

// GoString is the placeholder.
func (s Secret) GoString() string { return hiddenToken }

// Format writes the placeholder whatever the verb: %x and %q would otherwise go past String.
func (s Secret) Format(w fmt.State, _ rune) { _, _ = fmt.Fprint(w, hiddenToken) }

// MarshalJSON writes the placeholder.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hiddenToken) }

// Token is an API token and where it was found, in words for a person: "VPS_API_TOKEN", "the system's keyring", or a
// file's path.
type Token struct {
	Value  Secret
	Source string
}
