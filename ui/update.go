package ui

import (
	"go/token"
	"reflect"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
)

// Update routes a message: size, keys and the mouse to what they are for, everything else to every
// part of the program and to the open dialogs. Forms hang without their own messages.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if !a.isInvisible(msg) {
		a.updateClocks()
		a.terminal.frame = nil
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
		a.panes.forgetCreated()
		cmd = a.handleMouse(msg.(tea.MouseMsg))
	case NoticeMsg:
		a.notify(screen.Error, msg.Text)
	case dialog.InputEnabledMsg:
		a.enableDialog(msg)
	default:
		if msg, ok := msg.(tea.BackgroundColorMsg); ok {
			a.dark = msg.IsDark()
			a.restyle()
		}
		cmd = a.toParts(msg)
	}
	return a, tea.Batch(cmd, a.settle())
}

// isInvisible says whether a message changes nothing on the screen. The clocks do not advance for
// it; otherwise the ages on the screen would be redrawn each time.
func (a *App) isInvisible(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case reloadDueMsg, tea.EnvMsg, tea.ColorProfileMsg, tea.ModeReportMsg:
		return true
	case tea.WindowSizeMsg:
		return msg.Width == a.width && msg.Height == a.height
	case configReloadedMsg:
		return !msg.changed && msg.err == nil
	case tickMsg:
		return a.poller.changesNothing(msg)
	case previewDueMsg:
		return a.panes.preview.changesNothing(msg)
	}
	return isTeaRequest(msg)
}

// isTeaRequest says whether a message is a request of Bubble Tea to itself, such as to ask the
// terminal for a capability. Those types are not exported.
func isTeaRequest(msg tea.Msg) bool {
	t := reflect.TypeOf(msg)
	return t != nil && t.PkgPath() == teaPath && !token.IsExported(t.Name())
}

var teaPath = reflect.TypeFor[tea.QuitMsg]().PkgPath()

// part is a part of the program that handles messages of its own and ignores all others.
type part interface{ Update(tea.Msg) tea.Cmd }

// toParts gives a message to every part, and to the open dialogs.
func (a *App) toParts(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, p := range []part{
		a.actions, a.poller, a.history, a.account, a.panes, a.external, a.row, a.reload, a.terminal,
		a.views, a.palette,
	} {
		cmds = append(cmds, p.Update(msg))
	}
	return tea.Batch(append(cmds, a.toDialogs(msg))...)
}

// settle brings everything in line with the new state. Any message can change the state, so it runs
// after every message.
func (a *App) settle() tea.Cmd {
	cmd := tea.Batch(a.finishWait(), a.offerNext(), a.poller.rescheduleTick(), a.terminal.sendProgress(),
		a.actions.reportOperations())
	a.history.refreshPage()
	a.layout()
	return cmd
}

// handleKey routes a key to the first that wants it: interrupt, the top dialog, a pane with a text
// field, the global keys, the focused pane.
func (a *App) handleKey(msg tea.KeyPressMsg) tea.Cmd {
	if a.external.terminalReleased.Load() { // it was typed ahead for the external command, not for the dashboard
		return nil
	}
	if key.Matches(msg, keymap.Interrupt()) {
		return a.terminal.quit()
	}
	if key.Matches(msg, a.opts.Keys.View.Repaint) && msg.Text == "" {
		return tea.ClearScreen
	}
	if a.tooSmall() {
		if _, open := a.topDialog(); !open && !a.panes.focused().Typing() && key.Matches(msg, a.opts.Keys.View.Quit) {
			return a.terminal.quit()
		}
		return nil
	}
	a.notices.dismiss(a.state.Local)
	a.panes.forgetCreated()
	focused := a.panes.focused()
	if !a.panes.isCursorMove(focused, msg) {
		a.panes.flushPreview()
	}
	burst := a.terminal.isBurst()
	if top, ok := a.topDialog(); ok {
		a.tellKeyTime(top)
		if guarded, ok := top.Dialog.(dialog.PasteGuarded); ok && burst && a.isEnter(msg) {
			guarded.HandlePastedEnter()
			return nil
		}
		return a.toDialog(top, msg)
	}
	if focused.Typing() {
		return a.panes.toPane(focused, msg)
	}
	if other, ok := latinLetter(msg); ok && !a.opts.Keys.IsBound(msg.String()) {
		msg = other
	}
	if cmd, handled := a.handleGlobalKey(msg); handled {
		return cmd
	}
	if a.panes.page != nil && key.Matches(msg, a.opts.Keys.View.Back) && !a.panes.page.Filtered() {
		a.panes.closePage()
		return nil
	}
	return a.panes.toPane(focused, msg)
}

// tellKeyTime tells a dialog when the current key or paste came, if it needs to know.
func (a *App) tellKeyTime(d stackedDialog) {
	if timed, ok := d.Dialog.(dialog.Timed); ok {
		timed.SetKeyTime(a.terminal.lastKey)
	}
}

// isEnter says whether a key submits a form or presses a button.
func (a *App) isEnter(msg tea.KeyPressMsg) bool {
	keys := a.opts.Keys.Dialog
	return msg.String() == "enter" || msg.Text == "" && key.Matches(msg, keys.Confirm, keys.Submit)
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

// handleGlobalKey handles the keys that work wherever the focus is.
func (a *App) handleGlobalKey(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	k := a.opts.Keys
	switch {
	case key.Matches(msg, k.View.Quit) && a.panes.page != nil: // like a sheet; a restore may wait for its snapshot
		a.panes.closePage()
	case key.Matches(msg, k.View.Quit):
		return a.terminal.quitOrAsk(), true
	case key.Matches(msg, k.View.Repaint): // as a letter, or by its name; otherwise it works everywhere
		return tea.ClearScreen, true
	case key.Matches(msg, k.View.Suspend):
		return a.suspend(), true
	case key.Matches(msg, k.View.Help):
		return a.openHelp(), true
	case key.Matches(msg, k.View.Requests) && a.opts.Requests != nil:
		if _, open := a.panes.page.(*screen.Requests); !open {
			a.panes.openPage(screen.NewRequests(a.env, a.opts.Requests))
		}
		return nil, true
	case key.Matches(msg, k.View.Raw):
		return a.row.raw.openRaw(), true
	case key.Matches(msg, k.View.Copy) && a.panes.selects() && a.history.page() == nil: // that copies its own lines
		return a.row.copying.open(), true
	case key.Matches(msg, k.View.Menu):
		return a.row.openMenu(), true
	case key.Matches(msg, k.View.SSH):
		return a.external.openSSH(), true
	case key.Matches(msg, k.View.Panel):
		return a.external.openPanel(), true
	case key.Matches(msg, k.View.Palette):
		return a.palette.open(), true
	case key.Matches(msg, k.View.Activity):
		return a.history.toggleActivity(), true
	case key.Matches(msg, k.View.Refresh):
		return a.refreshNow(), true
	case key.Matches(msg, k.View.Fleet) && a.history.page() == nil: // the activity page has its own use for it
		a.panes.fleet = !a.panes.fleet
		a.panes.closePages()
		a.panes.syncAll()
		return nil, true
	case key.Matches(msg, k.View.Problems) && a.panes.showsPoints():
		a.panes.toggleFailed()
	case key.Matches(msg, k.Pane.Next):
		a.panes.focusOn((a.panes.focus + 1) % len(a.panes.all()))
	case key.Matches(msg, k.Pane.Previous):
		a.panes.focusOn((a.panes.focus + len(a.panes.all()) - 1) % len(a.panes.all()))
	case key.Matches(msg, k.Pane.Servers):
		a.panes.focusOn(0)
	case key.Matches(msg, k.Pane.Backups):
		a.panes.focusOn(1)
	case key.Matches(msg, k.Pane.Snapshots):
		a.panes.focusOn(2)
	default:
		if a.views.handleKey(msg) {
			return nil, true
		}
		if cmd, handled := a.external.handleCustomCommandKey(msg); handled {
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
	if !a.opts.Profile.ReadOnly {
		return nil, false
	}
	d := a.disabledActions
	if key.Matches(msg, d.Snapshot, d.Backup, d.Restore, d.Delete, d.CleanUp) {
		return a.refuse("Read-only", "This session is read-only: actions are disabled.", ""), true
	}
	return nil, false
}

func (a *App) openHelp() tea.Cmd {
	pane, keys := a.panes.focused(), a.opts.Keys
	if a.panes.page != nil {
		keys.View.Quit = keymap.WithHelp(keys.View.Quit, "back")
	}
	help := dialog.NewHelp(pane.Title(), slices.Concat(pane.FullHelp()...), keys.Groups(), keys, a.env.Styles)
	help.AddKey(a.opts.Keys.Dialog.Kinds, screen.NewActions(a.env).ShowKinds)
	return a.openDialog(help)
}

// toDialog passes a message to a dialog, and closes the dialog if it is done.
func (a *App) toDialog(d stackedDialog, msg tea.Msg) tea.Cmd {
	cmd, done := d.Update(msg)
	if !done {
		return cmd
	}
	a.closeDialog(d.number)
	if chosen := a.chosen; chosen != nil {
		a.chosen = nil
		return tea.Batch(cmd, a.handleChosen(chosen))
	}
	if cmd == nil && a.account.login.open { // the sign-in was cancelled
		return a.account.leaveLogin()
	}
	return cmd
}

// handleChosen does what was chosen in the palette or in a row's menu. It does so before the next
// key, which is for what that opens.
func (a *App) handleChosen(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(keyChosenMsg); ok {
		return a.handleKeyChosen(press)
	}
	return a.toParts(msg)
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

// handlePaste passes a paste to a text field, where typed text would go, and ignores it elsewhere.
func (a *App) handlePaste(msg tea.PasteMsg) tea.Cmd {
	a.terminal.noteKey()
	if top, ok := a.topDialog(); ok {
		a.tellKeyTime(top)
		return a.toDialog(top, msg)
	}
	if focused := a.panes.focused(); focused.Typing() {
		return a.panes.toPane(focused, msg)
	}
	return nil
}

// offerNext opens the next dialog that waits, if nothing else has the keys.
func (a *App) offerNext() tea.Cmd {
	if len(a.dialogs) > 0 || a.account.login.open || a.account.accountSwitch.pending || a.tooSmall() ||
		a.panes.focused().Typing() {
		return nil
	}
	return a.history.openNextOffer()
}
