package command

import (
	"context"

	tea "charm.land/bubbletea/v2"
)

// Access opens accounts: with a token that a person gave, or the simulated one.
type Access interface {
	// Connect makes a client for the token and asks the API whether it is live. The error says why not.
	Connect(ctx context.Context, token Secret) (Client, error)
	// Demo opens the simulated account.
	Demo() (Client, error)
	// TokenStores lists where a token can be kept, best first. It may take seconds.
	TokenStores() []TokenStore
	// StoreToken stores the token in a place.
	StoreToken(place TokenStore, token Secret) error
	// Host is where a token would be sent.
	Host() string
}

// TokenStore is somewhere to keep a token.
type TokenStore struct {
	Name  string // what Keep goes by
	Label string // how a person reads it: "in the system's keyring"
}

// ConnectedMsg answers Connect and Demo.
type ConnectedMsg struct {
	Access      Access // the way that was taken
	Client      Client
	Demo        bool
	Token       Secret       // what was typed, to be kept if wanted; empty for the demo
	TokenStores []TokenStore // where it can be kept
	Err         error
}

// TokenStoredMsg answers Keep.
type TokenStoredMsg struct {
	Store TokenStore
	Err   error
}

// Secret is a token on its way. It is kept inside a function, where no formatting verb can find it.
type Secret struct{ value func() string }

// NewSecret hides a token.
func NewSecret(token string) Secret { return Secret{func() string { return token }} }

// String hides it.
func (Secret) String() string { return "(hidden)" }

// GoString hides it.
func (Secret) GoString() string { return "(hidden)" }

// Reveal is the token itself, for whoever keeps or sends it.
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
