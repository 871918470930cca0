package ui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// Update routes messages: size, keys, answers, ticks, and all others to the open dialogs. Answers
// of the API are handled in messages.go.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if !isInvisible(msg) {
		a.updateClocks()
		a.frame = nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		cmd = a.toDialogs(msg)
	case tea.KeyPressMsg:
		for _, k := range splitKeys(msg) {
			cmd = tea.Batch(cmd, a.handleKey(k))
		}
	case tea.PasteMsg:
		cmd = a.handlePaste(msg)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		cmd = a.handleMouse(msg.(tea.MouseMsg))
	case tea.FocusMsg:
		cmd = a.handleFocus()
	case tea.BlurMsg:
		a.blurred = true
	case tea.EnvMsg:
		a.tmux = msg.Getenv("TMUX") != ""
	case tea.BackgroundColorMsg:
		a.dark, a.backgroundKnown = msg.IsDark(), true
		a.styles = style.ForTheme(a.opts.Theme, a.dark)
		cmd = a.toDialogs(msg)
	case dialog.InputEnabledMsg:
		a.enableDialog(msg)
	case tickMsg:
		cmd = a.handleTick(msg)
	case previewDueMsg:
		cmd = a.handlePreviewDue(msg)
	case command.ServersLoadedMsg, command.PointsLoadedMsg, command.AccountLoadedMsg, command.ActionResultMsg:
		cmd = a.handleAnswer(msg)
	case NoticeMsg:
		a.notify(screen.Error, msg.Text)
	case command.SharedViewMsg:
		cmd = a.applySharedView(msg)
	case command.CacheLoadedMsg:
		a.applyCache(msg)
	case command.HistoryLoadedMsg:
		cmd = a.handleHistory(msg)
	case keyChosenMsg:
		cmd = a.handleKeyChosen(msg)
	case itemChosenMsg:
		a.handleItemChosen(msg)
	case command.RawLoadedMsg:
		a.handleRawLoaded(msg)
	case externalDueMsg:
		cmd = a.runExternal(msg.external)
	case command.ExecFinishedMsg:
		cmd = a.handleExternalFinished(msg)
	case switchMsg, command.SwitchedMsg, reloadDueMsg, configReloadedMsg:
		cmd = a.handleAccountOrConfig(msg)
	case command.RecordedMsg:
		a.reportJournalError(msg.Err)
	case command.ConnectedMsg:
		cmd = a.handleConnected(msg)
	case command.TokenStoredMsg:
		a.handleTokenStored(msg)
	default:
		cmd = a.toDialogs(msg)
	}
	cmd = tea.Batch(cmd, a.finishWait(), a.openNextOffer(), a.rescheduleTick(), a.sendProgress(), a.reportOperations())
	a.layout()
	return a, cmd
}

// handleKey routes a key to the first that wants it: interrupt, the top dialog, a pane with a text
// field, the global keys, the focused pane.
func (a *App) handleKey(msg tea.KeyPressMsg) tea.Cmd {
	if a.terminalReleased.Load() { // it was typed ahead for the external command, not for the dashboard
		return nil
	}
	if key.Matches(msg, keymap.Interrupt()) {
		return a.quit()
	}
	if key.Matches(msg, a.opts.Keys.View.Repaint) && msg.Text == "" {
		return tea.ClearScreen
	}
	if a.tooSmall() {
		if _, open := a.topDialog(); !open && !a.focused().Typing() && key.Matches(msg, a.opts.Keys.View.Quit) {
			return a.quit()
		}
		return nil
	}
	a.notices.dismiss(a.state.Local)
	focused := a.focused()
	if !a.isCursorMove(focused, msg) {
		a.flushPreview()
	}
	burst := a.isBurst()
	if top, ok := a.topDialog(); ok {
		if guarded, ok := top.Dialog.(dialog.PasteGuarded); ok && burst && a.isEnter(msg) {
			guarded.HandlePastedEnter()
			return nil
		}
		return a.toDialog(top, msg)
	}
	if focused.Typing() {
		return a.toPane(focused, msg)
	}
	if other, ok := latinLetter(msg); ok && !a.opts.Keys.IsBound(msg.String()) {
		msg = other
	}
	if cmd, handled := a.handleGlobalKey(msg); handled {
		return cmd
	}
	if a.page != nil && key.Matches(msg, a.opts.Keys.View.Back) && !a.page.Filtered() {
		a.page = nil
		return nil
	}
	return a.toPane(focused, msg)
}

// isBurst says whether a key came so soon after the last one that nobody can have typed both.
func (a *App) isBurst() bool {
	last := a.lastKey
	a.lastKey = a.opts.KeyTime()
	return !last.IsZero() && a.lastKey.Sub(last) < dialog.PasteBurst
}

// isEnter says whether a key submits a form or presses a button.
func (a *App) isEnter(msg tea.KeyPressMsg) bool {
	return msg.String() == "enter" || msg.Text == "" && key.Matches(msg, a.opts.Keys.Dialog.Confirm)
}

// finishWait opens what a wait dialog has waited for, once it is ready. Keys that were typed
// meanwhile go to a form, and to nothing else.
func (a *App) finishWait() tea.Cmd {
	top, ok := a.topDialog()
	if !ok {
		return nil
	}
	wait, ok := top.Dialog.(*dialog.Wait)
	if !ok || !wait.Ready() {
		return nil
	}
	a.closeDialog(top.number)
	open, kept := wait.OpenNext()
	cmds := []tea.Cmd{open}
	if top, ok = a.topDialog(); ok {
		if _, form := top.Dialog.(*dialog.Form); form {
			for _, msg := range kept {
				cmds = append(cmds, a.toDialog(top, msg))
			}
		}
	}
	return tea.Batch(cmds...)
}

// toPane passes a message to a pane. The points follow the server under the cursor.
func (a *App) toPane(p screen.Pane, msg tea.Msg) tea.Cmd {
	step := a.isCursorMove(p, msg) // before the pane handles it
	return tea.Batch(p.Update(msg), a.schedulePreview(step))
}

// handleGlobalKey handles the keys that work wherever the focus is.
func (a *App) handleGlobalKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	k := a.opts.Keys
	switch {
	case key.Matches(msg, k.View.Quit):
		return a.quit(), true
	case key.Matches(msg, k.View.Suspend):
		return a.suspend(), true
	case key.Matches(msg, k.View.Help):
		return a.openHelp(), true
	case key.Matches(msg, k.View.Requests) && a.opts.Requests != nil:
		a.page = screen.NewRequests(a.env, a.opts.Requests)
		return nil, true
	case key.Matches(msg, k.View.Raw):
		return a.openRaw(), true
	case key.Matches(msg, k.View.SSH):
		return a.openSSH(), true
	case key.Matches(msg, k.View.Palette):
		return a.openPalette(), true
	case key.Matches(msg, k.View.Activity):
		return a.openActivity(), true
	case key.Matches(msg, k.View.Refresh):
		return a.refreshNow(), true
	case key.Matches(msg, k.View.Fleet):
		a.fleet, a.page = !a.fleet, nil
		a.syncPoints()
		return nil, true
	case key.Matches(msg, k.Pane.Next):
		a.focusOn((a.focus + 1) % len(a.panes()))
	case key.Matches(msg, k.Pane.Previous):
		a.focusOn((a.focus + len(a.panes()) - 1) % len(a.panes()))
	case key.Matches(msg, k.Pane.Servers):
		a.focusOn(0)
	case key.Matches(msg, k.Pane.Backups):
		a.focusOn(1)
	case key.Matches(msg, k.Pane.Snapshots):
		a.focusOn(2)
	default:
		if cmd, handled := a.handleCustomCommandKey(msg); handled {
			return cmd, true
		}
		return a.refuseReadOnlyKey(msg)
	}
	return nil, true
}

// suspend gives the terminal to the parent shell until that resumes the program. Without a shell
// nothing would ever resume it.
func (a *App) suspend() tea.Cmd {
	if a.opts.CanSuspend != nil && !a.opts.CanSuspend() {
		a.notify(screen.Warning, "Can't suspend: no parent shell")
		return nil
	}
	return tea.Suspend
}

// refuseReadOnlyKey says why the key of an action does nothing in read-only mode, where its
// binding is disabled.
func (a *App) refuseReadOnlyKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if !a.opts.ReadOnly {
		return nil, false
	}
	d := a.disabledActions
	if key.Matches(msg, d.Snapshot, d.Backup, d.Restore, d.Delete, d.CleanUp) {
		return a.refuse("Read-only", "This session is read-only: actions are disabled.", ""), true
	}
	return nil, false
}

// focusOn moves the focus to a pane, and closes an open page.
func (a *App) focusOn(pane int) {
	a.focus, a.page = pane, nil
	for i, p := range a.panes() {
		p.SetFocus(i == pane)
	}
}

func (a *App) openHelp() tea.Cmd {
	return a.openDialog(dialog.NewSheet("Keys", func(s *style.Styles, width int) []string {
		return dialog.HelpLines(a.opts.Keys.Groups(), s, width)
	}, a.opts.Keys, a.env.Styles, a.opts.Keys.View.Help))
}

// toDialog passes a message to a dialog, and closes the dialog if it is done.
func (a *App) toDialog(d stackedDialog, msg tea.Msg) tea.Cmd {
	cmd, done := d.Update(msg)
	if !done {
		return cmd
	}
	a.closeDialog(d.number)
	if cmd == nil && a.login.open { // the sign-in was cancelled
		return a.leaveLogin()
	}
	return cmd
}

// toDialogs passes a message that is not a key to every open dialog: forms need their own
// messages.
func (a *App) toDialogs(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range append([]stackedDialog(nil), a.dialogs...) {
		cmds = append(cmds, a.toDialog(d, msg))
	}
	return tea.Batch(cmds...)
}

func (a *App) enableDialog(msg dialog.InputEnabledMsg) {
	for _, d := range a.dialogs {
		if n, ok := d.Dialog.(dialog.Delayed); ok && d.number == msg.Number {
			n.Enable()
		}
	}
}

// handlePaste passes a paste to a text field, where typed text would go, and ignores it elsewhere.
func (a *App) handlePaste(msg tea.PasteMsg) tea.Cmd {
	a.lastKey = a.opts.KeyTime()
	if top, ok := a.topDialog(); ok {
		return a.toDialog(top, msg)
	}
	if focused := a.focused(); focused.Typing() {
		return a.toPane(focused, msg)
	}
	return nil
}
