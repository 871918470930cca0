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

// Update routes: size, keys, answers, ticks, and all else to the open dialog. What an answer changes is in news.go.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if !unseen(msg) {
		a.watchClocks()
		a.frame = nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		cmd = a.toDialogs(msg)
	case tea.KeyPressMsg:
		for _, k := range keysOf(msg) {
			cmd = tea.Batch(cmd, a.press(k))
		}
	case tea.PasteMsg:
		cmd = a.paste(msg)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		cmd = a.mouse(msg.(tea.MouseMsg))
	case tea.FocusMsg:
		cmd = a.lookedAt()
	case tea.BlurMsg:
		a.blurred = true
	case tea.EnvMsg:
		a.tmux = msg.Getenv("TMUX") != ""
	case tea.BackgroundColorMsg:
		a.dark, a.answered = msg.IsDark(), true
		a.styles = style.For(a.opts.Theme, a.dark)
		cmd = a.toDialogs(msg)
	case dialog.ArmedMsg:
		a.armDialog(msg)
	case tickMsg:
		cmd = a.tick(msg)
	case glancedMsg:
		cmd = a.glanced(msg)
	case command.ServersLoadedMsg, command.PointsLoadedMsg, command.AccountLoadedMsg, command.DeedAnsweredMsg:
		cmd = a.answer(msg)
	case NoticeMsg:
		a.say(screen.Trouble, msg.Text)
	case command.ToldMsg:
		cmd = a.toldOf(msg)
	case command.SeenMsg:
		a.recalled(msg)
	case command.HistoryLoadedMsg:
		cmd = a.historyLoaded(msg)
	case pressedMsg:
		cmd = a.pressed(msg)
	case wentMsg:
		a.went(msg)
	case command.RawLoadedMsg:
		a.rawLoaded(msg)
	case errandDueMsg:
		cmd = a.run(msg.errand)
	case command.ErrandEndedMsg:
		cmd = a.errandEnded(msg)
	case switchMsg, command.SwitchedMsg, configDueMsg, configLookedMsg:
		cmd = a.aside(msg)
	case command.RecordedMsg:
		a.recorded(msg.Err)
	case command.ConnectedMsg:
		cmd = a.connected(msg)
	case command.KeptMsg:
		a.kept(msg)
	default:
		cmd = a.toDialogs(msg)
	}
	cmd = tea.Batch(cmd, a.endWait(), a.nextOffer(), a.sooner(), a.passProgress(), a.tellOthers())
	a.layout()
	return a, cmd
}

// press routes a key: the way out, the top dialog, a pane that is typing, the keys for all, the focused pane.
func (a *App) press(msg tea.KeyPressMsg) tea.Cmd {
	if a.away.Load() { // it was typed ahead of the program that has the terminal now, and means nothing here
		return nil
	}
	if key.Matches(msg, keymap.Interrupt()) {
		return a.quit()
	}
	if key.Matches(msg, a.opts.Keys.View.Repaint) && msg.Text == "" {
		return tea.ClearScreen
	}
	if a.tooSmall() {
		if _, open := a.top(); !open && !a.focused().Typing() && key.Matches(msg, a.opts.Keys.View.Quit) {
			return a.quit()
		}
		return nil
	}
	a.notices.read(a.state.Local)
	focused := a.focused()
	if !a.steps(focused, msg) {
		a.catchUp()
	}
	burst := a.inBurst()
	if top, ok := a.top(); ok {
		if careful, ok := top.Dialog.(dialog.Careful); ok && burst && a.isEnter(msg) {
			careful.Rushed()
			return nil
		}
		return a.toDialog(top, msg)
	}
	if focused.Typing() {
		return a.toPane(focused, msg)
	}
	if other, ok := letter(msg); ok && !a.opts.Keys.Has(msg.String()) {
		msg = other
	}
	if cmd, taken := a.global(msg); taken {
		return cmd
	}
	if a.page != nil && key.Matches(msg, a.opts.Keys.View.Back) && !a.page.Filtered() {
		a.page = nil
		return nil
	}
	return a.toPane(focused, msg)
}

// inBurst says whether the key that has just come is so close behind the last that nobody has typed both.
func (a *App) inBurst() bool {
	last := a.lastKey
	a.lastKey = a.opts.KeyTime()
	return !last.IsZero() && a.lastKey.Sub(last) < dialog.Burst
}

// isEnter says whether a key sends a form, or presses a button.
func (a *App) isEnter(msg tea.KeyPressMsg) bool {
	return msg.String() == "enter" || msg.Text == "" && key.Matches(msg, a.opts.Keys.Dialog.Press)
}

// endWait opens what a dialog has waited for, once it is there. What was typed meanwhile goes to a form, and to nothing else.
func (a *App) endWait() tea.Cmd {
	top, ok := a.top()
	if !ok {
		return nil
	}
	wait, ok := top.Dialog.(*dialog.Wait)
	if !ok || !wait.Ready() {
		return nil
	}
	a.close(top.number)
	open, kept := wait.Then()
	cmds := []tea.Cmd{open}
	if top, ok = a.top(); ok {
		if _, form := top.Dialog.(*dialog.Form); form {
			for _, msg := range kept {
				cmds = append(cmds, a.toDialog(top, msg))
			}
		}
	}
	return tea.Batch(cmds...)
}

// toPane hands a message to a pane. The points follow the server under the cursor.
func (a *App) toPane(p screen.Pane, msg tea.Msg) tea.Cmd {
	steps := a.steps(p, msg) // before the pane has taken it
	return tea.Batch(p.Update(msg), a.trail(steps))
}

// global handles the keys that work wherever the focus is.
func (a *App) global(msg tea.KeyPressMsg) (tea.Cmd, bool) {
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
		a.follow()
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
		if cmd, taken := a.ownCommand(msg); taken {
			return cmd, true
		}
		return a.deedInReadOnly(msg)
	}
	return nil, true
}

// suspend gives the terminal to the shell until it calls back. Without a shell nobody ever would.
func (a *App) suspend() tea.Cmd {
	if a.opts.Suspend != nil && !a.opts.Suspend() {
		a.say(screen.Warning, "there is no shell to go back to: vpsdeck was started without one")
		return nil
	}
	return tea.Suspend
}

// deedInReadOnly says why the key of a deed does nothing; the bindings themselves are off.
func (a *App) deedInReadOnly(msg tea.KeyPressMsg) (tea.Cmd, bool) {
	if !a.opts.ReadOnly {
		return nil, false
	}
	d := a.barred
	if key.Matches(msg, d.Snapshot, d.Backup, d.Restore, d.Delete, d.Clear) {
		return a.refuse("Read-only", "This session is read-only: it has no actions.", ""), true
	}
	return nil, false
}

// focusOn moves the focus to a pane; an open page makes way.
func (a *App) focusOn(pane int) {
	a.focus, a.page = pane, nil
	for i, p := range a.panes() {
		p.SetFocus(i == pane)
	}
}

func (a *App) openHelp() tea.Cmd {
	return a.open(dialog.NewSheet("Keys", func(s *style.Styles, width int) []string {
		return dialog.HelpLines(a.opts.Keys.Groups(), s, width)
	}, a.opts.Keys, a.env.Look, a.opts.Keys.View.Help))
}

// toDialog hands a message to a dialog and closes it if it is done.
func (a *App) toDialog(d opened, msg tea.Msg) tea.Cmd {
	cmd, done := d.Update(msg)
	if !done {
		return cmd
	}
	a.close(d.number)
	if cmd == nil && a.login.open { // the way to an account was left
		return a.left()
	}
	return cmd
}

// toDialogs hands what is no key to every open dialog: forms hang without their own messages.
func (a *App) toDialogs(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, d := range append([]opened(nil), a.dialogs...) {
		cmds = append(cmds, a.toDialog(d, msg))
	}
	return tea.Batch(cmds...)
}

func (a *App) armDialog(msg dialog.ArmedMsg) {
	for _, d := range a.dialogs {
		if n, ok := d.Dialog.(dialog.Numbered); ok && d.number == msg.Number {
			n.Arm()
		}
	}
}

// paste goes where keys would go as text, and nowhere else.
func (a *App) paste(msg tea.PasteMsg) tea.Cmd {
	a.lastKey = a.opts.KeyTime()
	if top, ok := a.top(); ok {
		return a.toDialog(top, msg)
	}
	if focused := a.focused(); focused.Typing() {
		return a.toPane(focused, msg)
	}
	return nil
}
