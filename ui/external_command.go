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

// TerminalReleased says whether an external command has the terminal, or is about to get it. Keys
// and interrupts are not for the dashboard then.
func (a *App) TerminalReleased() bool { return a.terminalReleased.Load() }

// IgnoresInterrupt says whether an interrupt is not for the dashboard. That is so while an
// external command has the terminal, and for a moment after: the interrupt that ended the command
// may arrive late.
func (a *App) IgnoresInterrupt() bool {
	const late = time.Second
	return a.TerminalReleased() || a.opts.Clock.Now().Sub(time.Unix(0, a.terminalRestoredAt.Load())) < late
}

// selectedServer is the server under the cursor, or the server of the restore point under it.
func (a *App) selectedServer() (model.Server, bool) {
	subject, _ := a.selection()
	server, ok := a.state.Server(subject.Server)
	if !ok {
		a.notify(screen.Warning, "there is no server under the cursor")
	}
	return server, ok
}

// openSSH connects to the server over SSH, in place of the dashboard.
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

// terminalReplyTimeout is how long a terminal may take to answer the query at the start. Most
// terminals that do not know the query never answer.
const terminalReplyTimeout = time.Second

// externalDueMsg starts an external command that was delayed.
type externalDueMsg struct{ external command.ExternalCommand }

// runExternal starts an external command. While the terminal has not answered a query it is
// delayed for a moment: otherwise the reply would be typed into the program.
func (a *App) runExternal(e command.ExternalCommand) tea.Cmd {
	if wait := terminalReplyTimeout - a.state.Local.Sub(a.backgroundRequestedAt); !a.backgroundKnown && wait > 0 {
		return a.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return externalDueMsg{e} })
	}
	a.terminalReleased.Store(true)
	e.Secrets = a.opts.Secrets
	return e.Run()
}

// handleExternalFinished reports how the command ended, and refreshes.
func (a *App) handleExternalFinished(msg command.ExecFinishedMsg) tea.Cmd {
	a.terminalRestoredAt.Store(a.opts.Clock.Now().UnixNano()) // before the terminal counts as ours again
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

// handleCustomCommandKey handles the keys of custom commands.
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

// enableDangerous enables the dangerous custom commands, or disables them for read-only mode.
func (a *App) enableDangerous(allowed bool) {
	for i, n := range a.opts.Keys.Custom() {
		n.Binding.SetEnabled(allowed || !a.opts.Commands[i].Dangerous)
	}
}

// runCustomCommand runs a custom command on the server under the cursor, after the confirmation
// that it needs.
func (a *App) runCustomCommand(c model.CustomCommand) tea.Cmd {
	server, ok := a.selectedServer()
	if !ok {
		return nil
	}
	args, err := c.Args(server)
	if err != nil {
		a.notify(screen.Warning, c.Name+" was not run: "+err.Error())
		return nil
	}
	run := func(bool) tea.Cmd {
		return a.runExternal(command.ExternalCommand{Name: c.Name, Args: args, Pause: true})
	}
	if !c.Confirm && !c.Dangerous {
		return run(false)
	}
	options := dialog.ConfirmOptions{
		Title: widget.NormalizeWidth(c.Name), Question: "Run " + c.Name + " for " + server.Ref().SentenceName() + "?", ConfirmLabel: "Run", OnConfirm: run,
		Details: []dialog.Detail{
			{Label: "server", Value: server.Ref().Label() + "  #" + string(server.ID)}, {Label: "command", Value: model.Clean(strings.Join(args, " "))},
		},
	}
	if c.Dangerous {
		options.Phrase = screen.ConfirmPhrase(server.Ref())
	}
	return a.openDialog(dialog.NewConfirm(options, a.opts.Keys.Dialog, a.env.Styles))
}
