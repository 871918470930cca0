package command

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// Access opens accounts: with a token that the user typed, or the simulated account.
type Access interface {
	// Connect makes a client for the token and asks the API whether the token is valid. The error
	// says why it is not.
	Connect(ctx context.Context, token Secret) (Client, error)
	// Demo opens the simulated account.
	Demo() (Client, error)
	// TokenStores lists where a token can be kept, best first. It may take seconds.
	TokenStores() []TokenStore
	// StoreToken stores the token in one of the places that TokenStores lists.
	StoreToken(place TokenStore, token Secret) error
	// Host is the host that a token would be sent to.
	Host() string
}

// TokenStore is a place where a token can be stored.
type TokenStore struct {
	Name  string // identifies it for StoreToken
	Label string // for the screen: "in the system's keyring"
}

// ConnectedMsg answers Connect and Demo.
type ConnectedMsg struct {
	Access      Access // that opened the account
	Client      Client
	Demo        bool
	Token       Secret       // as typed, to be stored if wanted; empty for the demo
	TokenStores []TokenStore // where it can be stored
	Err         error
}

// TokenStoredMsg answers StoreToken.
type TokenStoredMsg struct {
	Store TokenStore
	Err   error
}

// Secret is a token in transit. The value is inside a function, where no formatting verb can find
// it.
type Secret struct{ value func() string }

// NewSecret hides a token.
func NewSecret(token string) Secret { return Secret{func() string { return token }} }

// String hides the token.
func (Secret) String() string { return "(hidden)" }

// GoString hides the token.
func (Secret) GoString() string { return "(hidden)" }

// Reveal returns the token itself, to store or send it.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return s.value()
}

// Connect tries a token.
func Connect(a Access, token Secret) tea.Cmd {
	return func() tea.Msg {
		client, err := a.Connect(context.Background(), token)
		if err != nil {
			return ConnectedMsg{Access: a, Err: err}
		}
		return ConnectedMsg{Access: a, Client: client, Token: token, TokenStores: a.TokenStores()}
	}
}

// Demo opens the simulated account.
func Demo(a Access) tea.Cmd {
	return func() tea.Msg {
		client, err := a.Demo()
		return ConnectedMsg{Access: a, Client: client, Demo: true, Err: err}
	}
}

// StoreToken stores a token.
func StoreToken(a Access, place TokenStore, token Secret) tea.Cmd {
	return func() tea.Msg { return TokenStoredMsg{Store: place, Err: a.StoreToken(place, token)} }
}
