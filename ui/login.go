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
	refused bool // the API does not take the token, so it is not asked again with it
	open    bool // one of its forms is open, or a token is being checked
}

// The choices of the first form.
const (
	byToken   = "token"
	byDemo    = "demo"
	byProfile = "profile " // and its name
)

// askAccess asks which account to open. why is what was wrong with the token in use; what is on the screen stays.
func (a *App) askAccess(why string) tea.Cmd {
	a.login.refused = a.session != nil && why != ""
	if a.login.open {
		return nil
	}
	if a.opts.Access == nil {
		a.say(screen.Trouble, why)
		return nil
	}
	a.login.open = true
	intro := []dialog.Intro{{Text: "vpsdeck shows the backups and snapshots of an account at " + a.opts.Access.Host() + "."}}
	if why != "" {
		intro = []dialog.Intro{{Text: why, Warn: true}}
		if a.state.Servers.Loaded() {
			intro = append(intro, dialog.Intro{Text: "What was loaded stays on the screen."})
		}
	}
	return a.openForm(dialog.FormAsk{
		Title: "Open an account",
		Enter: "choose",
		Intro: intro,
		Fixed: a.session == nil,
		Fields: []dialog.Field{{Key: "how", Title: "How", Choices: append([]dialog.Choice{
			{Value: byToken, Says: "with an API token"},
			{Value: byDemo, Says: "look around in a simulated account"},
		}, a.accountChoices()...)}},
		Then: func(v dialog.Values) tea.Cmd {
			if profile, other := strings.CutPrefix(v["how"], byProfile); other {
				a.login.open = false
				return a.switchTo(profile)
			}
			if v["how"] == byDemo {
				return command.Demo(a.opts.Access)
			}
			return a.askToken("")
		},
	})
}

// askToken asks for a token, hidden as it is typed. problem is what was wrong with the last one.
func (a *App) askToken(problem string) tea.Cmd {
	intro := []dialog.Intro{{Text: "It is made in the provider's panel, begins with vps_ and is sent to " + a.opts.Access.Host() + " alone."}}
	if problem != "" {
		intro = append(intro, dialog.Intro{Text: problem, Warn: true})
	}
	return a.openForm(dialog.FormAsk{
		Title:  "API token",
		Enter:  "try it",
		Intro:  intro,
		Fields: []dialog.Field{{Key: "token", Title: "Token (hidden)", Hidden: true, Limit: 512, Check: checkToken}},
		Then: func(v dialog.Values) tea.Cmd {
			asking := "asking " + a.opts.Access.Host() + " whether the token is live" + style.Ellipsis
			a.tell(notice{tone: screen.Neutral, text: asking, about: theToken})
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

// connected opens the account that was asked for, or says why not and asks again.
func (a *App) connected(msg command.ConnectedMsg) tea.Cmd {
	if msg.By != a.opts.Access { // another account was opened meanwhile, and this token is not for that
		return nil
	}
	a.notices.forget(theToken)
	if msg.Err != nil {
		if msg.Demo {
			a.login.open = false
			a.say(screen.Trouble, "the simulated account did not open: "+model.Words(msg.Err))
			return a.reopen()
		}
		return a.askToken(model.Words(msg.Err))
	}
	a.login = login{}
	a.notices = notices{}
	a.enter(msg.Client, msg.Demo)
	cmds := []tea.Cmd{a.refreshAll(), a.loadAccount(), a.session.LoadHistory()}
	if !msg.Demo {
		cmds = append(cmds, a.askKeep(msg.Token, msg.Places))
	}
	return tea.Batch(cmds...)
}

// left follows the way to an account that was left without one. With a token that is refused nothing is asked any more, and
// that must not look like an account where nothing changes.
func (a *App) left() tea.Cmd {
	a.login.open = false
	if a.login.refused {
		again := firstKey(a.opts.Keys.View.Refresh)
		a.say(screen.Trouble, "the token is refused, so nothing is asked of the API: "+again+" asks for another")
	}
	return a.reopen()
}

// reopen asks for an account again if there is none and no question is open.
func (a *App) reopen() tea.Cmd {
	if a.session == nil && len(a.dialogs) == 0 && !a.login.open {
		return a.askAccess("")
	}
	return nil
}

// notNow is the choice to keep the token nowhere.
const notNow = ""

// askKeep offers to keep a token that was typed.
func (a *App) askKeep(token command.Secret, places []command.Place) tea.Cmd {
	if len(places) == 0 {
		return nil
	}
	var choices []dialog.Choice
	for _, p := range places {
		choices = append(choices, dialog.Choice{Value: p.Name, Says: p.Says})
	}
	choices = append(choices, dialog.Choice{Value: notNow, Says: "nowhere: ask again next time"})
	return a.openForm(dialog.FormAsk{
		Title:  "Keep the token?",
		Enter:  "choose",
		Intro:  []dialog.Intro{{Text: "The token works."}},
		Fields: []dialog.Field{{Key: "where", Title: "Where", Choices: choices}},
		Then: func(v dialog.Values) tea.Cmd {
			for _, p := range places {
				if p.Name == v["where"] {
					return command.Keep(a.opts.Access, p, token)
				}
			}
			return nil
		},
	})
}

// kept says whether the token could be kept.
func (a *App) kept(msg command.KeptMsg) {
	if msg.Err != nil {
		a.say(screen.Trouble, "the token was not kept: "+model.Words(msg.Err))
		return
	}
	a.say(screen.Good, "the token is kept "+msg.Place.Says)
}

func (a *App) openForm(ask dialog.FormAsk) tea.Cmd {
	form := dialog.NewForm(ask, a.opts.Keys.Dialog, a.env.Look)
	return tea.Batch(a.open(form), form.Init())
}
