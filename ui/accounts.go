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

// accountSwitch is the way from one account to another, from the moment somebody asks for it until the other one is open. On that
// way no deed begins: what is confirmed now was meant for the account that is being left.
type accountSwitch struct {
	number  int // of the newest; answers to older ones are dropped
	pending bool
	profile string // profile
}

// blockedMessage is why no deed begins.
func (c accountSwitch) blockedMessage() string {
	return "nothing was sent: " + command.ProfileLabel(c.profile) + " is being opened, ask again once it is"
}

// switchMsg is an account that was picked in the palette.
type switchMsg struct{ profile string }

// applyProfile goes by what the config says of an account from here on.
func (a *App) applyProfile(p command.Profile) {
	a.opts.Profile, a.opts.ReadOnly = p, p.ReadOnly
	a.env.Policies, a.env.StrictDelete, a.policiesChecked = p.Policies, p.Strict, false
	a.opts.Keys, a.disabledActions = a.keys, keymap.Action{}
	if p.ReadOnly {
		a.disabledActions = a.keys.Action
		a.opts.Keys.DisableActions()
	}
	a.enableDangerous(!p.ReadOnly)
}

// sessionNumber is that of the session; 0 while there is none.
func (a *App) sessionNumber() int {
	if a.session == nil {
		return 0
	}
	return a.session.Number
}

// isOpenProfile says whether the profile's account is the one that is open.
func (a *App) isOpenProfile(profile string) bool {
	return a.session != nil && !a.opts.Demo && a.opts.Profile.Name == profile
}

// accountEntries offers the other accounts in the palette.
func (a *App) accountEntries() []dialog.Entry {
	var entries []dialog.Entry
	for _, name := range a.otherProfiles() {
		entries = append(entries, dialog.Entry{Name: "switch to " + command.ProfileLabel(name), Note: "account", Msg: switchMsg{name}})
	}
	return entries
}

// accountChoices offers them where a token is asked for.
func (a *App) accountChoices() []dialog.Choice {
	var choices []dialog.Choice
	for _, name := range a.otherProfiles() {
		choices = append(choices, dialog.Choice{Value: choiceProfile + name, Label: command.ProfileLabel(name)})
	}
	return choices
}

// otherProfiles are the profiles that one is not on.
func (a *App) otherProfiles() []string {
	if a.opts.Accounts == nil {
		return nil
	}
	var names []string
	for _, name := range a.opts.Accounts.Names() {
		if !a.isOpenProfile(name) {
			names = append(names, name)
		}
	}
	return names
}

// switchTo asks for another account. The one that is open stays until the other is.
func (a *App) switchTo(profile string) tea.Cmd {
	if why := a.cannotSwitch(); why != "" {
		a.notify(screen.Warning, why)
		return nil
	}
	a.accountSwitch = accountSwitch{number: a.accountSwitch.number + 1, pending: true, profile: profile}
	a.notify(screen.Info, "opening "+command.ProfileLabel(profile)+style.Ellipsis)
	return command.Switch(a.opts.Accounts, profile, a.accountSwitch.number)
}

// cannotSwitch is why the account cannot be left now, or "": a request that is on its way would lose its answer, and deeds that
// wait would never be sent. What runs at the provider goes on without us.
func (a *App) cannotSwitch() string {
	if a.batch != nil && a.batch.Count(model.ItemWaiting) > 0 {
		return "not switched: several deeds are still being worked off here"
	}
	for _, o := range a.state.Operations() {
		if o.Mine && o.Phase == model.PhaseSending {
			return "not switched: “" + o.Title() + "” is being sent, ask again once it is answered"
		}
	}
	return ""
}

// finishSwitch opens the account that was asked for, or says why not and stays. Everything that was open over the screen goes: it
// was about the account that is left.
func (a *App) finishSwitch(msg command.SwitchedMsg) tea.Cmd {
	if msg.Number != a.accountSwitch.number {
		return nil
	}
	a.accountSwitch.pending = false
	if msg.Err != nil {
		a.notify(screen.Error, "not switched to "+command.ProfileLabel(msg.To)+": "+model.ErrorMessage(msg.Err))
		return a.reopenLogin()
	}
	left := a.leftBehindText()
	a.dialogs, a.login, a.notices = nil, login{}, notices{}
	a.opts.Access, a.opts.Requests = msg.Opened.Access, msg.Opened.Requests
	a.applyProfile(msg.Opened.Profile)
	a.startSession(msg.Opened.Client, false)
	a.notify(screen.Success, "this is "+command.ProfileLabel(msg.To)+" now"+left)
	return tea.Batch(a.refreshAll(), a.loadAccount(), a.session.LoadHistory())
}

// leftBehindText says what one leaves behind.
func (a *App) leftBehindText() string {
	words := ""
	running := 0
	for _, o := range a.state.Operations() {
		if o.Mine {
			running++
		}
	}
	if running > 0 {
		words = fmt.Sprintf("; %d left running on %s, taken up again there", running, a.opts.Profile.Label())
	}
	if len(a.dialogs) > 0 {
		words += "; what was open was closed, nothing of it was sent"
	}
	return words
}

// showsProfile says whether this is one of several accounts, so that its mark is always on the screen.
func (a *App) showsProfile() bool {
	return !a.opts.Demo && (a.opts.Profile.Name != "" || a.opts.Profile.Stripe != "")
}

// stripeCell is the first cell of header and footer: the account's stripe.
func (a *App) stripeCell() string {
	if !a.showsProfile() {
		return " "
	}
	bar, _ := a.styles.Stripe(a.opts.Profile.Stripe)
	return bar.Render(style.Bar)
}

// profileBadge is the profile's name in its colour.
func (a *App) profileBadge() string {
	if !a.showsProfile() || a.opts.Profile.Name == "" {
		return ""
	}
	_, badge := a.styles.Stripe(a.opts.Profile.Stripe)
	return " " + badge.Render(" "+a.opts.Profile.Name+" ")
}
