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

// login is the way to an account: which one, the token, where to keep it.
type login struct {
	tokenRefused bool // the API does not take the token, so it is not asked again with it
	open         bool // one of its forms is open, or a token is being checked
}

// The choices of the first form.
const (
	choiceToken   = "token"
	choiceDemo    = "demo"
	choiceProfile = "profile " // and its name
)

// askAccess asks which account to open. why is what was wrong with the token in use; what is on the screen stays.
func (a *App) askAccess(why string) tea.Cmd {
	a.login.tokenRefused = a.session != nil && why != ""
	if a.login.open {
		return nil
	}
	if a.opts.Access == nil {
		a.notify(screen.Error, why)
		return nil
	}
	a.login.open = true
	intro := []dialog.IntroLine{{Text: "vpsdeck shows the backups and snapshots of an account at " + a.opts.Access.Host() + "."}}
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
		Fields: []dialog.Field{{Key: "how", Title: "How", Choices: append([]dialog.Choice{
			{Value: choiceToken, Label: "with an API token"},
			{Value: choiceDemo, Label: "look around in a simulated account"},
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

// askToken asks for a token, hidden as it is typed. problem is what was wrong with the last one.
func (a *App) askToken(problem string) tea.Cmd {
	intro := []dialog.IntroLine{{Text: "It is made in the provider's panel, begins with vps_ and is sent to " + a.opts.Access.Host() + " alone."}}
	if problem != "" {
		intro = append(intro, dialog.IntroLine{Text: problem, Warn: true})
	}
	return a.openForm(dialog.FormOptions{
		Title:       "API token",
		SubmitLabel: "try it",
		Intro:       intro,
		Fields:      []dialog.Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512, Check: checkToken}},
		OnSubmit: func(v dialog.Values) tea.Cmd {
			asking := "asking " + a.opts.Access.Host() + " whether the token is live" + style.Ellipsis
			a.pushNotice(notice{severity: screen.Info, text: asking, topic: tokenTopic})
			return command.Connect(a.opts.Access, command.NewSecret(strings.TrimSpace(v["token"])))
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

// handleConnected opens the account that was asked for, or says why not and asks again.
func (a *App) handleConnected(msg command.ConnectedMsg) tea.Cmd {
	if msg.Access != a.opts.Access { // another account was opened meanwhile, and this token is not for that
		return nil
	}
	a.notices.remove(tokenTopic)
	if msg.Err != nil {
		if msg.Demo {
			a.login.open = false
			a.notify(screen.Error, "the simulated account did not open: "+model.ErrorMessage(msg.Err))
			return a.reopenLogin()
		}
		return a.askToken(model.ErrorMessage(msg.Err))
	}
	a.login = login{}
	a.notices = notices{}
	a.startSession(msg.Client, msg.Demo)
	cmds := []tea.Cmd{a.refreshAll(), a.loadAccount(), a.session.LoadHistory()}
	if !msg.Demo {
		cmds = append(cmds, a.askStoreToken(msg.Token, msg.TokenStores))
	}
	return tea.Batch(cmds...)
}

// leaveLogin follows the way to an account that was left without one. With a token that is refused nothing is asked any more, and
// that must not look like an account where nothing changes.
func (a *App) leaveLogin() tea.Cmd {
	a.login.open = false
	if a.login.tokenRefused {
		again := firstKey(a.opts.Keys.View.Refresh)
		a.notify(screen.Error, "the token is refused, so nothing is asked of the API: "+again+" asks for another")
	}
	return a.reopenLogin()
}

// reopenLogin asks for an account again if there is none and no question is open.
func (a *App) reopenLogin() tea.Cmd {
	if a.session == nil && len(a.dialogs) == 0 && !a.login.open {
		return a.askAccess("")
	}
	return nil
}

// choiceNowhere is the choice to keep the token nowhere.
const choiceNowhere = ""

// askStoreToken offers to keep a token that was typed.
func (a *App) askStoreToken(token command.Secret, places []command.TokenStore) tea.Cmd {
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
		Fields:      []dialog.Field{{Key: "where", Title: "Where", Choices: choices}},
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

// handleTokenStored says whether the token could be kept.
func (a *App) handleTokenStored(msg command.TokenStoredMsg) {
	if msg.Err != nil {
		a.notify(screen.Error, "the token was not kept: "+model.ErrorMessage(msg.Err))
		return
	}
	a.notify(screen.Success, "the token is kept "+msg.Store.Label)
}

func (a *App) openForm(ask dialog.FormOptions) tea.Cmd {
	form := dialog.NewForm(ask, a.opts.Keys.Dialog, a.env.Styles)
	return tea.Batch(a.openDialog(form), form.Init())
}
