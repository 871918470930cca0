package command

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Profile is how one works on an account: what the config says of it. The zero Profile is the account without one.
type Profile struct {
	Name     string         // "": the account outside of all profiles
	Stripe   string         // the colour that marks it; "": none
	ReadOnly bool           // there are no deeds
	Strict   bool           // every deletion wants its server's name typed
	Policies model.Policies // what each server must have to be covered
}

// Label is the profile's name for a sentence.
func (p Profile) Label() string { return ProfileLabel(p.Name) }

// ProfileLabel is how the account of a profile is named in a sentence.
func ProfileLabel(profile string) string {
	if profile == "" {
		return "the account without a profile"
	}
	return "profile " + profile
}

// Accounts are the accounts that one can switch between.
type Accounts interface {
	// Names lists their profiles in order; the last is "", the account without one. It asks nobody.
	Names() []string
	// Open finds an account's token and asks the API whether it is live. The error says why there is no way there.
	Open(ctx context.Context, profile string) (OpenedAccount, error)
}

// OpenedAccount is an account that is ready to be worked on.
type OpenedAccount struct {
	Profile  Profile
	Client   Client
	Access   Access      // the way to another token for it
	Requests *RequestLog // of what is asked of it, and of no other account; nil: they are not shown
}

// SwitchedMsg answers Switch.
type SwitchedMsg struct {
	Number int // of the switch: only the newest counts
	To     string
	Opened OpenedAccount
	Err    error
}

// Switch opens another account.
func Switch(a Accounts, profile string, number int) tea.Cmd {
	return func() tea.Msg {
		opened, err := a.Open(context.Background(), profile)
		return SwitchedMsg{Number: number, To: profile, Opened: opened, Err: err}
	}
}
