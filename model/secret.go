package model

import (
	"encoding/json"
	"fmt"
)

// HiddenToken is shown in place of a token.
const HiddenToken = "vps_…(hidden)"

// Secret is a text that no log, error, screen or JSON may show: every way to print it gives the
// same placeholder. For an unexported field of a struct, fmt bypasses the methods and prints the
// value by reflection. So the text is inside a function, of which it prints only the address. The
// zero Secret is empty.
type Secret struct{ value func() string }

// NewSecret hides a text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{func() string { return text }}
}

// Reveal returns the text itself. Use it only to send or store it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return s.value()
}

// IsEmpty reports whether the secret is empty.
func (s Secret) IsEmpty() bool { return s.value == nil }

// String returns the placeholder.
func (Secret) String() string { return HiddenToken }

// GoString returns the placeholder.
func (Secret) GoString() string { return HiddenToken }

// Format writes the placeholder for every verb: %x and %q would otherwise encode the text.
func (Secret) Format(w fmt.State, _ rune) { _, _ = fmt.Fprint(w, HiddenToken) }

// MarshalJSON returns the placeholder.
func (Secret) MarshalJSON() ([]byte, error) { return json.Marshal(HiddenToken) }
