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

// accountSwitch is a switch to another account, from the request until that account is open.
// Meanwhile no action begins, because what is confirmed now was meant for the previous account.
type accountSwitch struct {
	number  int // of the newest switch; answers to older ones are dropped
	pending bool
	profile string // to open
}

// blockedMessage says why no action can begin.
func (s accountSwitch) blockedMessage() string {
	return "Switching to " + command.ProfileLabel(s.profile) + ". Try again once it is open."
}

// switchMsg is an account that was chosen in the palette.
type switchMsg struct{ profile string }

// applyProfile applies what the config says about an account.
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

// sessionNumber is the number of the session, or 0 if there is none.
func (a *App) sessionNumber() int {
	if a.session == nil {
		return 0
	}
	return a.session.Number
}

// isOpenProfile says whether the profile's account is open.
func (a *App) isOpenProfile(profile string) bool {
	return a.session != nil && !a.opts.Demo && a.opts.Profile.Name == profile
}

// accountEntries are the other accounts, for the palette.
func (a *App) accountEntries() []dialog.Entry {
	var entries []dialog.Entry
	for _, name := range a.otherProfiles() {
		entries = append(entries, dialog.Entry{Name: "switch to " + command.ProfileLabel(name), Note: "account", Msg: switchMsg{name}})
	}
	return entries
}

// accountChoices are the other accounts, for the sign-in form.
func (a *App) accountChoices() []dialog.Choice {
	var choices []dialog.Choice
	for _, name := range a.otherProfiles() {
		choices = append(choices, dialog.Choice{Value: choiceProfile + name, Label: command.ProfileLabel(name)})
	}
	return choices
}

// otherProfiles are the profiles that are not open.
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

// switchTo opens another account. The current one stays until the other is open.
func (a *App) switchTo(profile string) tea.Cmd {
	if why := a.cannotSwitch(); why != "" {
		a.notify(screen.Warning, why)
		return nil
	}
	a.accountSwitch = accountSwitch{number: a.accountSwitch.number + 1, pending: true, profile: profile}
	a.notify(screen.Info, "opening "+command.ProfileLabel(profile)+style.Ellipsis)
	return command.Switch(a.opts.Accounts, profile, a.accountSwitch.number)
}

// cannotSwitch is why the account cannot be left now, or "". The answer to a request under way
// would be lost, and waiting actions of a batch would never be sent. Running operations continue
// at the provider.
func (a *App) cannotSwitch() string {
	if a.batch != nil && a.batch.Count(model.ItemWaiting) > 0 {
		return "not switched: another batch is still running"
	}
	for _, o := range a.state.Operations() {
		if o.Mine && o.Phase == model.PhaseSending {
			return "not switched: “" + o.Title() + "” is being sent; try again when it has been answered"
		}
	}
	return ""
}

// finishSwitch opens the requested account, or says why it cannot and stays. All open dialogs and
// pages are closed: they belong to the previous account.
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
	a.notify(screen.Success, "switched to "+command.ProfileLabel(msg.To)+left)
	return tea.Batch(a.refreshAll(), a.loadAccount(), a.session.LoadHistory())
}

// leftBehindText says what is left behind on the previous account.
func (a *App) leftBehindText() string {
	text := ""
	running := 0
	for _, o := range a.state.Operations() {
		if o.Mine {
			running++
		}
	}
	if running > 0 {
		text = fmt.Sprintf("; %d still running on %s, watched again when you return", running, a.opts.Profile.Label())
	}
	if len(a.dialogs) > 0 {
		text += "; open dialogs were closed, nothing was sent from them"
	}
	return text
}

// showsProfile says whether this is one of several accounts, so that its mark is always shown.
func (a *App) showsProfile() bool {
	return !a.opts.Demo && (a.opts.Profile.Name != "" || a.opts.Profile.Stripe != "")
}

// stripeCell is the first cell of header and footer: the stripe of the account.
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
