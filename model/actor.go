package model

// Actor is who performs an action, where several people share the program. The zero Actor is the
// only user.
type Actor struct {
	Name    string `json:"name"`              // from the users file
	Key     string `json:"key,omitempty"`     // the fingerprint of the key that they logged in with, SHA256:…
	Address string `json:"address,omitempty"` // the address that they connected from
}

// cleaned makes the texts safe to display: anybody may have edited the journal.
func (a Actor) cleaned() Actor { return Actor{Clean(a.Name), Clean(a.Key), Clean(a.Address)} }
