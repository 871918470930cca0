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

// TerminalReleased says whether another program has the terminal, or is about to get it: what the keyboard interrupts then is that, and what is
// typed is not for the dashboard.
func (a *App) TerminalReleased() bool { return a.terminalReleased.Load() }

// IgnoresInterrupt says whether an interrupt is not for the dashboard: another program has the terminal, or has just ended by it, of which we may
// hear later than it.
func (a *App) IgnoresInterrupt() bool {
	const late = time.Second
	return a.TerminalReleased() || a.opts.Clock.Now().Sub(time.Unix(0, a.terminalRestoredAt.Load())) < late
}

// selectedServer is the server that the cursor is on, or on one of whose restore points it is.
func (a *App) selectedServer() (model.Server, bool) {
	about, _ := a.selection()
	server, ok := a.state.Server(about.Server)
	if !ok {
		a.notify(screen.Warning, "there is no server under the cursor")
	}
	return server, ok
}

// openSSH goes to the server in place of the dashboard.
func (a *App) openSSH() tea.Cmd {
	server, ok := a.selectedServer()
	if !ok {
		return nil
	}
	args, err := a.opts.SSH.Args(server)
	if err != nil {
		a.notify(screen.Warning, err.Error())
		return nil
	}
	return a.runExternal(command.ExternalCommand{Name: "ssh to " + server.Ref().SentenceName(), Args: args})
}

// terminalReplyTimeout is how long a terminal may take to answer what it is asked at the start. Most that do not know an answer give none.
const terminalReplyTimeout = time.Second

// externalDueMsg is when an errand may begin that was held back.
type externalDueMsg struct{ external command.ExternalCommand }

// runExternal begins an errand. While the terminal still owes an answer it is held back for a moment: the other program would take that for
// something that was typed.
func (a *App) runExternal(e command.ExternalCommand) tea.Cmd {
	if wait := terminalReplyTimeout - a.state.Local.Sub(a.backgroundRequestedAt); !a.backgroundKnown && wait > 0 {
		return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return externalDueMsg{e} })
	}
	a.terminalReleased.Store(true)
	e.Secrets = a.opts.Secrets
	return e.Run()
}

// handleExternalFinished says how it was, and looks what has happened meanwhile.
func (a *App) handleExternalFinished(msg command.ExecFinishedMsg) tea.Cmd {
	a.terminalRestoredAt.Store(a.opts.Clock.Now().UnixNano()) // before it is said that nobody has it
	a.terminalReleased.Store(false)
	if msg.Message != "" {
		a.notify(screen.Warning, msg.Name+": "+msg.Message)
	} else {
		a.notify(screen.Info, "back from "+msg.Name)
	}
	if a.session == nil || a.login.tokenRefused {
		return nil
	}
	return a.refreshAll()
}

// handleCustomCommandKey handles the keys of the user's own commands.
func (a *App) handleCustomCommandKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	for i, n := range a.opts.Keys.Custom() {
		if key.Matches(msg, *n.Binding) {
			return a.runCustomCommand(a.opts.Commands[i]), true
		}
		if a.opts.ReadOnly && a.opts.Commands[i].Dangerous && msg.String() == a.opts.Commands[i].Key {
			return a.refuse("Read-only", "This session is read-only, and "+a.opts.Commands[i].Name+" is marked as dangerous.", ""), true
		}
	}
	return nil, false
}

// enableDangerous switches the user's own dangerous commands on, or off as read-only mode must not have them.
func (a *App) enableDangerous(allowed bool) {
	for i, n := range a.opts.Keys.Custom() {
		n.Binding.SetEnabled(allowed || !a.opts.Commands[i].Dangerous)
	}
}

// runCustomCommand runs a command of the user's own on the server under the cursor, after the question that it wants.
func (a *App) runCustomCommand(c model.CustomCommand) tea.Cmd {
	server, ok := a.selectedServer()
	if !ok {
		return nil
	}
	args, err := c.Args(server)
	if err != nil {
		a.notify(screen.Warning, c.Name+" is not run: "+err.Error())
		return nil
	}
	run := func(bool) tea.Cmd {
		return a.runExternal(command.ExternalCommand{Name: c.Name, Args: args, Pause: true})
	}
	if !c.Confirm && !c.Dangerous {
		return run(false)
	}
	ask := dialog.ConfirmOptions{
		Title: widget.NormalizeWidth(c.Name), Question: "Run " + c.Name + " for " + server.Ref().SentenceName() + "?", ConfirmLabel: "Run", OnConfirm: run,
		Details: []dialog.Detail{
			{Label: "server", Value: server.Ref().Label() + "  #" + string(server.ID)}, {Label: "runs", Value: model.Clean(strings.Join(args, " "))},
		},
	}
	if c.Dangerous {
		ask.Phrase = screen.ConfirmPhrase(server.Ref())
	}
	return a.openDialog(dialog.NewConfirm(ask, a.opts.Keys.Dialog, a.env.Styles))
}
