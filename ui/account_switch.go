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
func (a *account) applyProfile(p command.Profile) {
	a.opts.Profile = p
	a.env.Policies, a.env.StrictDelete, a.policiesChecked = p.Policies, p.Strict, false
	a.env.Retention = p.Retention
	a.opts.Keys, a.disabledActions = a.keys, keymap.Action{}
	if p.ReadOnly {
		a.disabledActions = a.keys.Action
		a.opts.Keys.DisableActions()
	}
	a.enableDangerous(!p.ReadOnly)
}

// accountEntries are the other accounts, for the palette.
func (a *account) accountEntries() []dialog.Entry {
	var entries []dialog.Entry
	for _, name := range a.otherProfiles() {
		entries = append(entries, dialog.Entry{Name: "switch to " + command.ProfileLabel(name), Note: "account",
			Msg: switchMsg{name}})
	}
	return entries
}

// accountChoices are the other accounts, for the sign-in form.
func (a *account) accountChoices() []dialog.Choice {
	var choices []dialog.Choice
	for _, name := range a.otherProfiles() {
		choices = append(choices, dialog.Choice{Value: choiceProfile + name, Label: command.ProfileLabel(name)})
	}
	return choices
}

// otherProfiles are the profiles that are not open.
func (a *account) otherProfiles() []string {
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
func (a *account) switchTo(profile string) tea.Cmd {
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
func (a *account) cannotSwitch() string {
	if a.batch.current != nil && a.batch.current.Count(model.ItemWaiting) > 0 {
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
// pages are closed: they belong to the previous account. If there was a dialog or a filter that
// took keys, another dialog takes them, and says so.
func (a *account) finishSwitch(msg command.SwitchedMsg) tea.Cmd {
	if msg.Number != a.accountSwitch.number {
		return nil
	}
	a.accountSwitch.pending = false
	if msg.Err != nil {
		a.notify(screen.Error, "not switched to "+command.ProfileLabel(msg.To)+": "+model.ErrorMessage(msg.Err))
		return a.reopenLogin()
	}
	left, interrupted := a.leftBehindText(), len(a.dialogs) > 0 || a.views.panes.focused().Typing()
	from := a.opts.Profile.Label()
	a.dialogs, a.login, a.notices, a.tokenRefused = nil, login{}, notices{}, false
	a.opts.Access, a.opts.Requests = msg.Opened.Access, msg.Opened.Requests
	a.applyProfile(msg.Opened.Profile)
	a.views.learn(msg.To, msg.Opened.LastView)
	a.startSession(msg.Opened.Client, false, model.Account{})
	a.notify(screen.Success, "switched to "+command.ProfileLabel(msg.To)+left)
	cmds := []tea.Cmd{a.poller.refreshAll(), a.session.LoadHistory()}
	if interrupted { // text that is still typed for it must not be taken for keys on this account
		cmds = append(cmds, a.refuse("Switched to "+command.ProfileLabel(msg.To),
			"What was open on "+from+" was closed. What was not confirmed was not sent.", ""))
	}
	return tea.Batch(cmds...)
}

// leftBehindText says what is left behind on the previous account.
func (a *account) leftBehindText() string {
	running := 0
	for _, o := range a.state.Operations() {
		if o.Mine {
			running++
		}
	}
	if running == 0 {
		return ""
	}
	return fmt.Sprintf("; %d still running on %s, watched again when you return", running, a.opts.Profile.Label())
}

// stripeCell is the first cell of header and footer: the stripe of the account.
func (s *status) stripeCell() string {
	if !s.showsProfile() {
		return " "
	}
	bar, _ := s.styles.Stripe(s.opts.Profile.Stripe)
	return style.Render(bar, style.Bar)
}

// profileBadge is the profile's name in its colour.
func (s *status) profileBadge() string {
	if !s.showsProfile() || s.opts.Profile.Name == "" {
		return ""
	}
	_, badge := s.styles.Stripe(s.opts.Profile.Stripe)
	return " " + style.Render(badge, " "+s.opts.Profile.Name+" ")
}
