package command

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/model/retention"
)

// Profile is what the config says about an account. The zero Profile is the account without a
// profile.
type Profile struct {
	Name     string         // "": the account without a profile
	Stripe   string         // the colour that marks it; "": none
	ReadOnly bool           // actions are refused
	PanelURL string         // of a server in the provider's panel, with {id}; "": on the API's host
	Strict   bool           // every deletion needs the server's name typed
	Policies model.Policies // what each server must have to be covered
	// which restore points a cleanup keeps; the first that covers a point applies
	Retention []retention.Policy
}

// Label is the profile's name for use in a sentence.
func (p Profile) Label() string { return ProfileLabel(p.Name) }

// ProfileLabel names the account of a profile for use in a sentence.
func ProfileLabel(profile string) string {
	if profile == "" {
		return "the account without a profile"
	}
	return "profile " + profile
}

// Accounts are the accounts that the user can switch between.
type Accounts interface {
	// Names lists their profiles in order; the last is "", the account without a profile. It sends
	// no request.
	Names() []string
	// Open finds an account's token and asks the API whether it is valid. The error says why the
	// account cannot be opened.
	Open(ctx context.Context, profile string) (OpenedAccount, error)
}

// OpenedAccount is an account that is ready for use.
type OpenedAccount struct {
	Profile  Profile
	Client   Client
	Access   Access      // to change its token
	Requests *RequestLog // the requests to this account only; nil: they are not shown
	LastView LastView    // how it was shown last
}

// LastView is how an account was shown when the program ended or left it.
type LastView struct {
	View   string            `json:"view,omitempty"`   // the open saved view; "": none
	Orders map[string]string `json:"orders,omitempty"` // by pane, unless they are the usual ones
}

// SwitchedMsg answers Switch.
type SwitchedMsg struct {
	Number int // of the switch; only the newest counts
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
