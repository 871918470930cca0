package ui

import (
	"strings"
	"sync/atomic"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/widget"
)

// external runs other programs in the terminal: ssh, and custom commands.
type external struct {
	*core
	panes  *panes
	poller *poller

	terminalReleased      atomic.Bool  // another program has the terminal
	terminalRestoredAt    atomic.Int64 // in Unix nanoseconds
	backgroundRequestedAt time.Time    // by this machine's clock
	backgroundKnown       bool         // the terminal has reported its background
}

// Update handles the starts and ends of external commands.
func (e *external) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case externalDueMsg:
		return e.runExternal(msg.external)
	case command.ExecFinishedMsg:
		return e.handleExternalFinished(msg)
	case command.URLOpenedMsg:
		return e.handleURLOpened(msg)
	case tea.BackgroundColorMsg:
		e.backgroundKnown = true
	}
	return nil
}

// TerminalReleased says whether an external command has the terminal, or is about to get it. Keys
// and interrupts are not for the dashboard then.
func (a *App) TerminalReleased() bool { return a.external.terminalReleased.Load() }

// IgnoresInterrupt says whether an interrupt is not for the dashboard. That is so while an
// external command has the terminal, and for a moment after: the interrupt that ended the command
// may arrive late.
func (a *App) IgnoresInterrupt() bool {
	const late = time.Second
	return a.TerminalReleased() || a.opts.Clock.Now().Sub(time.Unix(0, a.external.terminalRestoredAt.Load())) < late
}

// openSSH connects to the server over SSH, in place of the dashboard.
func (e *external) openSSH() tea.Cmd {
	server, ok := e.panes.selectedServer()
	if !ok {
		return nil
	}
	args, err := e.opts.SSH.Args(server)
	if err != nil {
		e.notify(screen.Warning, err.Error())
		return nil
	}
	return e.runExternal(command.ExternalCommand{Name: "ssh to " + server.Ref().SentenceName(), Args: args})
}

// terminalReplyTimeout is how long a terminal may take to answer the query at the start. Most
// terminals that do not know the query never answer.
const terminalReplyTimeout = time.Second

// externalDueMsg starts an external command that was delayed.
type externalDueMsg struct{ external command.ExternalCommand }

// runExternal starts an external command. While the terminal has not answered a query it is
// delayed for a moment: otherwise the reply would be typed into the program.
func (e *external) runExternal(x command.ExternalCommand) tea.Cmd {
	if wait := terminalReplyTimeout - e.state.Local.Sub(e.backgroundRequestedAt); !e.backgroundKnown && wait > 0 {
		return e.opts.Clock.Tick(wait, func(time.Time) tea.Msg { return externalDueMsg{x} })
	}
	e.terminalReleased.Store(true)
	x.Secrets = e.opts.Secrets
	return x.Run()
}

// handleExternalFinished reports how the command ended, and refreshes.
func (e *external) handleExternalFinished(msg command.ExecFinishedMsg) tea.Cmd {
	e.terminalRestoredAt.Store(e.opts.Clock.Now().UnixNano()) // before the terminal counts as ours again
	e.terminalReleased.Store(false)
	if msg.Message != "" {
		e.notify(screen.Warning, msg.Name+": "+msg.Message)
	} else {
		e.notify(screen.Info, "back from "+msg.Name)
	}
	if e.session == nil || e.tokenRefused {
		return nil
	}
	return e.poller.refreshAll()
}

// handleCustomCommandKey handles the keys of custom commands.
func (e *external) handleCustomCommandKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	for i, n := range e.opts.Keys.Custom() {
		if key.Matches(msg, *n.Binding) {
			return e.runCustomCommand(e.opts.Commands[i]), true
		}
		if e.opts.Profile.ReadOnly && e.opts.Commands[i].Dangerous && msg.String() == e.opts.Commands[i].Key {
			why := "This session is read-only, and " + e.opts.Commands[i].Name + " is marked as dangerous."
			return e.refuse("Read-only", why, ""), true
		}
	}
	return nil, false
}

// runCustomCommand runs a custom command on the server under the cursor, after the confirmation
// that it needs.
func (e *external) runCustomCommand(c model.CustomCommand) tea.Cmd {
	server, ok := e.panes.selectedServer()
	if !ok {
		return nil
	}
	args, err := c.Args(server)
	if err != nil {
		e.notify(screen.Warning, c.Name+" was not run: "+err.Error())
		return nil
	}
	run := func(bool) tea.Cmd {
		return e.runExternal(command.ExternalCommand{Name: c.Name, Args: args, Pause: true})
	}
	if !c.Confirm && !c.Dangerous {
		return run(false)
	}
	options := dialog.ConfirmOptions{
		Title: widget.NormalizeWidth(c.Name), Question: "Run " + c.Name + " for " + server.Ref().SentenceName() + "?",
		ConfirmLabel: "Run", OnConfirm: run,
		OnCancel: func() tea.Cmd {
			e.notify(screen.Info, "Cancelled. Nothing was run.")
			return nil
		},
		Details: []dialog.Detail{
			{Label: "server", Value: server.Ref().Label() + "  #" + string(server.ID)},
			{Label: "command", Value: model.Clean(strings.Join(args, " "))},
		},
	}
	if c.Dangerous {
		options.Phrase = screen.ConfirmPhrase(server.Ref())
	}
	return e.openDialog(dialog.NewConfirm(options, e.opts.Keys.Dialog, e.env.Styles))
}
