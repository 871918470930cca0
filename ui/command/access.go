package command

import (
	"context"

	"vpsdeck/model"

	tea "charm.land/bubbletea/v2"
)

// Access opens accounts: with a token that the user typed, or the simulated account.
type Access interface {
	// Connect makes a client for the token and asks the API whether the token is valid, and whose
	// account it is: empty if the token may not ask. The error says why it is not valid.
	Connect(ctx context.Context, token model.Secret) (Client, model.Account, error)
	// Demo opens the simulated account.
	Demo() (Client, error)
	// TokenStores lists where a token can be kept, best first. It may take seconds.
	TokenStores() []TokenStore
	// StoreToken stores the token in one of the places that TokenStores lists.
	StoreToken(place TokenStore, token model.Secret) error
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
	Owner       model.Account // whose account it is; empty: the API did not say
	Token       model.Secret  // as typed, to be stored if wanted; empty for the demo
	TokenStores []TokenStore  // where it can be stored
	Err         error
}

// TokenStoredMsg answers StoreToken.
type TokenStoredMsg struct {
	Store TokenStore
	Err   error
}

// Connect tries a token.
func Connect(a Access, token model.Secret) tea.Cmd {
	return func() tea.Msg {
		client, owner, err := a.Connect(context.Background(), token)
		if err != nil {
			return ConnectedMsg{Access: a, Err: err}
		}
		return ConnectedMsg{Access: a, Client: client, Owner: owner, Token: token, TokenStores: a.TokenStores()}
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
func StoreToken(a Access, place TokenStore, token model.Secret) tea.Cmd {
	return func() tea.Msg { return TokenStoredMsg{Store: place, Err: a.StoreToken(place, token)} }
}
