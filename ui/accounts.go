package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// change is the way from one account to another, from the moment somebody asks for it until the other one is open. On that
// way no deed begins: what is confirmed now was meant for the account that is being left.
type change struct {
	number int // of the newest; answers to older ones are dropped
	under  bool
	to     string // profile
}

// holds is why no deed begins.
func (c change) holds() string {
	return "nothing was sent: " + command.Called(c.to) + " is being opened, ask again once it is"
}

// switchMsg is an account that was picked in the palette.
type switchMsg struct{ profile string }

// adopt goes by what the config says of an account from here on.
func (a *App) adopt(p command.Profile) {
	a.opts.Profile, a.opts.ReadOnly = p, p.ReadOnly
	a.env.Policies, a.env.Strict, a.matched = p.Policies, p.Strict, false
	a.opts.Keys, a.barred = a.keys, keymap.Deed{}
	if p.ReadOnly {
		a.barred = a.keys.Deed
		a.opts.Keys.ReadOnly()
	}
	a.allowDangerous(!p.ReadOnly)
}

// number is that of the session; 0 while there is none.
func (a *App) number() int {
	if a.session == nil {
		return 0
	}
	return a.session.Number
}

// here says whether the profile's account is the one that is open.
func (a *App) here(profile string) bool {
	return a.session != nil && !a.opts.Demo && a.opts.Profile.Name == profile
}

// accountEntries offers the other accounts in the palette.
func (a *App) accountEntries() []dialog.Entry {
	var entries []dialog.Entry
	for _, name := range a.others() {
		entries = append(entries, dialog.Entry{Name: "switch to " + command.Called(name), Note: "account", Pick: switchMsg{name}})
	}
	return entries
}

// accountChoices offers them where a token is asked for.
func (a *App) accountChoices() []dialog.Choice {
	var choices []dialog.Choice
	for _, name := range a.others() {
		choices = append(choices, dialog.Choice{Value: byProfile + name, Says: command.Called(name)})
	}
	return choices
}

// others are the profiles that one is not on.
func (a *App) others() []string {
	if a.opts.Accounts == nil {
		return nil
	}
	var names []string
	for _, name := range a.opts.Accounts.Names() {
		if !a.here(name) {
			names = append(names, name)
		}
	}
	return names
}

// switchTo asks for another account. The one that is open stays until the other is.
func (a *App) switchTo(profile string) tea.Cmd {
	if why := a.cannotLeave(); why != "" {
		a.say(screen.Warning, why)
		return nil
	}
	a.change = change{number: a.change.number + 1, under: true, to: profile}
	a.say(screen.Neutral, "opening "+command.Called(profile)+style.Ellipsis)
	return command.Switch(a.opts.Accounts, profile, a.change.number)
}

// cannotLeave is why the account cannot be left now, or "": a request that is on its way would lose its answer, and deeds that
// wait would never be sent. What runs at the provider goes on without us.
func (a *App) cannotLeave() string {
	if a.batch != nil && a.batch.Count(model.ItemWaiting) > 0 {
		return "not switched: several deeds are still being worked off here"
	}
	for _, o := range a.state.Operations() {
		if o.Mine && o.Phase == model.Sending {
			return "not switched: “" + o.Title() + "” is being sent, ask again once it is answered"
		}
	}
	return ""
}

// switched opens the account that was asked for, or says why not and stays. Everything that was open over the screen goes: it
// was about the account that is left.
func (a *App) switched(msg command.SwitchedMsg) tea.Cmd {
	if msg.Number != a.change.number {
		return nil
	}
	a.change.under = false
	if msg.Err != nil {
		a.say(screen.Trouble, "not switched to "+command.Called(msg.To)+": "+model.Words(msg.Err))
		return a.reopen()
	}
	left := a.leaving()
	a.dialogs, a.login, a.notices = nil, login{}, notices{}
	a.opts.Access, a.opts.Requests = msg.Opened.Access, msg.Opened.Requests
	a.adopt(msg.Opened.Profile)
	a.enter(msg.Opened.Client, false)
	a.say(screen.Good, "this is "+command.Called(msg.To)+" now"+left)
	return tea.Batch(a.refreshAll(), a.loadAccount(), a.session.LoadHistory())
}

// leaving says what one leaves behind.
func (a *App) leaving() string {
	words := ""
	running := 0
	for _, o := range a.state.Operations() {
		if o.Mine {
			running++
		}
	}
	if running > 0 {
		words = fmt.Sprintf("; %d left running on %s, taken up again there", running, a.opts.Profile.Called())
	}
	if len(a.dialogs) > 0 {
		words += "; what was open was closed, nothing of it was sent"
	}
	return words
}

// marked says whether this is one of several accounts, so that its mark is always on the screen.
func (a *App) marked() bool {
	return !a.opts.Demo && (a.opts.Profile.Name != "" || a.opts.Profile.Stripe != "")
}

// edge is the first cell of header and footer: the account's stripe.
func (a *App) edge() string {
	if !a.marked() {
		return " "
	}
	bar, _ := a.styles.Stripe(a.opts.Profile.Stripe)
	return bar.Render(style.Bar)
}

// badge is the profile's name in its colour.
func (a *App) badge() string {
	if !a.marked() || a.opts.Profile.Name == "" {
		return ""
	}
	_, badge := a.styles.Stripe(a.opts.Profile.Stripe)
	return " " + badge.Render(" "+a.opts.Profile.Name+" ")
}
