package model

// Actor is who does something, where several people share the program. The zero Actor is whoever runs it alone.
type Actor struct {
	Name    string `json:"name"`              // as the users file calls them
	Key     string `json:"key,omitempty"`     // the fingerprint of the key that they came in with, SHA256:…
	Address string `json:"address,omitempty"` // where they came from
}

// cleaned makes it fit to be shown: a journal is a file that anybody may have edited.
func (a Actor) cleaned() Actor { return Actor{Clean(a.Name), Clean(a.Key), Clean(a.Address)} }
