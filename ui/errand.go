package ui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// Away says whether another program has the terminal, or is about to get it: what the keyboard interrupts then is that, and what is
// typed is not for the dashboard.
func (a *App) Away() bool { return a.away.Load() }

// Spares says whether an interrupt is not for the dashboard: another program has the terminal, or has just ended by it, of which we may
// hear later than it.
func (a *App) Spares() bool {
	const late = time.Second
	return a.Away() || a.opts.Clock.Now().Sub(time.Unix(0, a.back.Load())) < late
}

// subjectServer is the server that the cursor is on, or on one of whose restore points it is.
func (a *App) subjectServer() (model.Server, bool) {
	about, _ := a.subject()
	server, ok := a.state.Server(about.Server)
	if !ok {
		a.say(screen.Warning, "there is no server under the cursor")
	}
	return server, ok
}

// openSSH goes to the server in place of the dashboard.
func (a *App) openSSH() tea.Cmd {
	server, ok := a.subjectServer()
	if !ok {
		return nil
	}
	args, err := a.opts.SSH.Args(server)
	if err != nil {
		a.say(screen.Warning, err.Error())
		return nil
	}
	return a.run(command.Errand{Name: "ssh to " + server.Ref().Said(), Args: args})
}

// answersWithin is how long a terminal may take to answer what it is asked at the start. Most that do not know an answer give none.
const answersWithin = time.Second

// errandDueMsg is when an errand may begin that was held back.
type errandDueMsg struct{ errand command.Errand }

// run begins an errand. While the terminal still owes an answer it is held back for a moment: the other program would take that for
// something that was typed.
func (a *App) run(e command.Errand) tea.Cmd {
	if wait := answersWithin - a.state.Local.Sub(a.started); !a.answered && wait > 0 {
		return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return errandDueMsg{e} })
	}
	a.away.Store(true)
	e.Secrets = a.opts.Secrets
	return e.Run()
}

// errandEnded says how it was, and looks what has happened meanwhile.
func (a *App) errandEnded(msg command.ErrandEndedMsg) tea.Cmd {
	a.back.Store(a.opts.Clock.Now().UnixNano()) // before it is said that nobody has it
	a.away.Store(false)
	if msg.Words != "" {
		a.say(screen.Warning, msg.Name+": "+msg.Words)
	} else {
		a.say(screen.Neutral, "back from "+msg.Name)
	}
	if a.session == nil || a.login.refused {
		return nil
	}
	return a.refreshAll()
}

// ownCommand handles the keys of the user's own commands.
func (a *App) ownCommand(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	for i, n := range a.opts.Keys.Own() {
		if key.Matches(msg, *n.Binding) {
			return a.runOwn(a.opts.Commands[i]), true
		}
		if a.opts.ReadOnly && a.opts.Commands[i].Dangerous && msg.String() == a.opts.Commands[i].Key {
			return a.refuse("Read-only", "This session is read-only, and "+a.opts.Commands[i].Name+" is marked as dangerous.", ""), true
		}
	}
	return nil, false
}

// allowDangerous switches the user's own dangerous commands on, or off as read-only mode must not have them.
func (a *App) allowDangerous(allowed bool) {
	for i, n := range a.opts.Keys.Own() {
		n.Binding.SetEnabled(allowed || !a.opts.Commands[i].Dangerous)
	}
}

// runOwn runs a command of the user's own on the server under the cursor, after the question that it wants.
func (a *App) runOwn(c model.OwnCommand) tea.Cmd {
	server, ok := a.subjectServer()
	if !ok {
		return nil
	}
	args, err := c.Args(server)
	if err != nil {
		a.say(screen.Warning, c.Name+" is not run: "+err.Error())
		return nil
	}
	run := func(bool) tea.Cmd {
		return a.run(command.Errand{Name: c.Name, Args: args, Pause: true})
	}
	if !c.Confirm && !c.Dangerous {
		return run(false)
	}
	ask := dialog.Ask{
		Title: widget.Agreed(c.Name), Question: "Run " + c.Name + " for " + server.Ref().Said() + "?", Yes: "Run", Then: run,
		Facts: []dialog.Fact{
			{Label: "server", Value: server.Ref().Label() + "  #" + string(server.ID)}, {Label: "runs", Value: model.Clean(strings.Join(args, " "))},
		},
	}
	if c.Dangerous {
		ask.Phrase = screen.PhraseFor(server.Ref())
	}
	return a.open(dialog.NewQuestion(ask, a.opts.Keys.Dialog, a.env.Look))
}
