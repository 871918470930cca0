package ui

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// account opens accounts: it asks for a token, stores it, and switches between profiles.
type account struct {
	*core
	poller *poller
	batch  *batch
	views  *views
	// startSession starts the session of an account that was opened.
	startSession func(client command.Client, demo bool, owner model.Account)

	login         login
	accountSwitch accountSwitch // a switch to another account
}

// Update handles the answers about accounts and tokens.
func (a *account) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case switchMsg:
		return a.switchTo(msg.profile)
	case command.SwitchedMsg:
		return a.finishSwitch(msg)
	case command.ConnectedMsg:
		return a.handleConnected(msg)
	case command.TokenStoredMsg:
		a.handleTokenStored(msg)
	}
	return nil
}

// login is the state of signing in: which account, its token, where to store the token.
type login struct {
	open bool // one of its forms is open, or a token is being checked
}

// The choices of the first form.
const (
	choiceToken   = "token"
	choiceDemo    = "demo"
	choiceProfile = "profile " // followed by its name
)

// askAccess asks which account to open. why is the problem with the current token. What is on the
// screen stays.
func (a *account) askAccess(why string) tea.Cmd {
	a.tokenRefused = a.session != nil && why != ""
	if a.login.open {
		return nil
	}
	if a.opts.Access == nil {
		a.notify(screen.Error, why)
		return nil
	}
	a.login.open = true
	intro := []dialog.IntroLine{{Text: "vpsdeck shows the backups and snapshots of an account at " +
		a.opts.Access.Host() + "."}}
	if why != "" {
		intro = []dialog.IntroLine{{Text: why, Warn: true}}
		if a.state.Servers.Loaded() {
			intro = append(intro, dialog.IntroLine{Text: "What was loaded stays on the screen."})
		}
	}
	return a.openForm(dialog.FormOptions{
		Title:       "Open an account",
		SubmitLabel: "choose",
		Intro:       intro,
		NoCancel:    a.session == nil,
		Fields: []dialog.Field{{Key: "how", Title: "Sign in with", Choices: append([]dialog.Choice{
			{Value: choiceToken, Label: "an API token"},
			{Value: choiceDemo, Label: "a simulated account (demo)"},
		}, a.accountChoices()...)}},
		OnSubmit: func(v dialog.Values) tea.Cmd {
			if profile, other := strings.CutPrefix(v["how"], choiceProfile); other {
				a.login.open = false
				return a.switchTo(profile)
			}
			if v["how"] == choiceDemo {
				return command.Demo(a.opts.Access)
			}
			return a.askToken("")
		},
	})
}

// askToken asks for a token, which is hidden as it is typed. problem is what was wrong with the
// last one.
func (a *account) askToken(problem string) tea.Cmd {
	intro := []dialog.IntroLine{{Text: "Create it in the provider's panel. It begins with vps_ and is sent only to " +
		a.opts.Access.Host() + "."}}
	if problem != "" {
		intro = append(intro, dialog.IntroLine{Text: problem, Warn: true})
	}
	return a.openForm(dialog.FormOptions{
		Title:       "API token",
		SubmitLabel: "check token",
		Intro:       intro,
		Fields: []dialog.Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512,
			Check: checkToken}},
		OnSubmit: func(v dialog.Values) tea.Cmd {
			checking := "checking the token with " + a.opts.Access.Host() + style.Ellipsis
			a.pushNotice(notice{severity: screen.Info, text: checking, topic: tokenTopic})
			return command.Connect(a.opts.Access, model.NewSecret(strings.TrimSpace(v["token"])))
		},
	})
}

func checkToken(text string) error {
	switch text = strings.TrimSpace(text); {
	case text == "":
		return errors.New("type or paste the token")
	case strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("a token has no spaces or special characters")
	}
	return nil
}

// handleConnected opens the account, or says why that failed and asks again.
func (a *account) handleConnected(msg command.ConnectedMsg) tea.Cmd {
	if msg.Access != a.opts.Access { // another account was opened meanwhile; the token is not for it
		return nil
	}
	a.notices.remove(tokenTopic)
	if msg.Err != nil {
		if msg.Demo {
			a.login.open = false
			a.notify(screen.Error, "the simulated account could not be opened: "+model.ErrorMessage(msg.Err))
			return a.reopenLogin()
		}
		return a.askToken(model.ErrorMessage(msg.Err))
	}
	a.login, a.tokenRefused = login{}, false
	a.notices = notices{}
	a.startSession(msg.Client, msg.Demo, msg.Owner)
	cmds := []tea.Cmd{a.poller.refreshAll(), a.poller.loadAccount(), a.session.LoadHistory()}
	if !msg.Demo {
		cmds = append(cmds, a.askStoreToken(msg.Token, msg.TokenStores))
	}
	return tea.Batch(cmds...)
}

// leaveLogin handles a sign-in that was cancelled. With a refused token polling stops, and that
// must not look like an account where nothing changes.
func (a *account) leaveLogin() tea.Cmd {
	a.login.open = false
	if a.tokenRefused {
		again := firstKey(a.opts.Keys.View.Refresh)
		a.notify(screen.Error, "the token was refused, so polling has stopped: "+again+" asks for another")
	}
	return a.reopenLogin()
}

// reopenLogin asks for an account again if there is none and no dialog is open.
func (a *account) reopenLogin() tea.Cmd {
	if a.session == nil && len(a.dialogs) == 0 && !a.login.open {
		return a.askAccess("")
	}
	return nil
}

// choiceNowhere is the choice not to store the token.
const choiceNowhere = ""

// askStoreToken offers to store a token that was typed.
func (a *account) askStoreToken(token model.Secret, places []command.TokenStore) tea.Cmd {
	if len(places) == 0 {
		return nil
	}
	var choices []dialog.Choice
	for _, p := range places {
		choices = append(choices, dialog.Choice{Value: p.Name, Label: p.Label})
	}
	choices = append(choices, dialog.Choice{Value: choiceNowhere, Label: "nowhere: ask again next time"})
	return a.openForm(dialog.FormOptions{
		Title:       "Keep the token?",
		SubmitLabel: "choose",
		Intro:       []dialog.IntroLine{{Text: "The token works."}},
		Fields:      []dialog.Field{{Key: "where", Title: "Keep it", Choices: choices}},
		OnSubmit: func(v dialog.Values) tea.Cmd {
			for _, p := range places {
				if p.Name == v["where"] {
					return command.StoreToken(a.opts.Access, p, token)
				}
			}
			return nil
		},
	})
}

// handleTokenStored says whether the token was stored.
func (a *account) handleTokenStored(msg command.TokenStoredMsg) {
	if msg.Err != nil {
		a.notify(screen.Error, "the token was not kept: "+model.ErrorMessage(msg.Err))
		return
	}
	a.notify(screen.Success, "the token is kept "+msg.Store.Label)
}
