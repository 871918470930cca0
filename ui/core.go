package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// core is what all parts of the program share: its options, the state, and the ways to tell the
// user something. Only Update and what it calls write to it.
type core struct {
	opts            Options
	state           *model.State
	session         *command.Session // nil while there is no account
	styles          *style.Styles
	dark            bool          // the terminal has a dark background
	keys            keymap.KeyMap // before read-only mode disabled the actions
	disabledActions keymap.Action // the action keys that read-only mode has disabled
	env             *screen.Env
	notices         notices
	dialogs         []stackedDialog
	lastDialog      int     // number of the last dialog opened
	chosen          tea.Msg // in the palette or a row's menu; handled once that is closed
	width, height   int     // of the terminal, in cells
	tmux            bool
	tokenRefused    bool // the API refuses the token, so nothing is asked with it
	policiesChecked bool // unused policies have been reported
}

// updateClocks reads this machine's clock and the API's.
func (c *core) updateClocks() {
	c.state.Local = c.opts.Clock.Now()
	if c.session != nil {
		c.state.Now = c.session.Client.Now()
	}
}

// restyle makes the styles of the theme in use.
func (c *core) restyle() { c.styles = style.WithColours(c.opts.Theme, c.dark, c.opts.Colours) }

// openDialog opens a dialog over everything. An important dialog ignores keys for a moment.
func (c *core) openDialog(d dialog.Dialog) tea.Cmd {
	c.lastDialog++
	number := c.lastDialog
	c.dialogs = append(c.dialogs, stackedDialog{d, number})
	d.SetSize(c.dialogSize())
	if _, delayed := d.(dialog.Delayed); delayed {
		return c.opts.Clock.Tick(dialog.InputDelay,
			func(time.Time) tea.Msg { return dialog.InputEnabledMsg{Number: number} })
	}
	return nil
}

// topDialog is the dialog that gets the keys.
func (c *core) topDialog() (stackedDialog, bool) {
	if len(c.dialogs) == 0 {
		return stackedDialog{}, false
	}
	return c.dialogs[len(c.dialogs)-1], true
}

// closeDialog removes a dialog from the stack, wherever it is.
func (c *core) closeDialog(number int) {
	for i, d := range c.dialogs {
		if d.number == number {
			c.dialogs = append(c.dialogs[:i:i], c.dialogs[i+1:]...)
			return
		}
	}
}

// refuse opens the dialog that says why an action cannot begin.
func (c *core) refuse(title, why, do string) tea.Cmd {
	return c.openDialog(dialog.NewRefusal(dialog.Reason{Title: title, Why: why, Remedy: do}, c.opts.Keys.Dialog,
		c.env.Styles))
}

func (c *core) openForm(options dialog.FormOptions) tea.Cmd {
	form := dialog.NewForm(options, c.opts.Keys.Dialog, c.env.Styles)
	return tea.Batch(c.openDialog(form), form.Init())
}

func (c *core) enableDialog(msg dialog.InputEnabledMsg) {
	for _, d := range c.dialogs {
		if n, ok := d.Dialog.(dialog.Delayed); ok && d.number == msg.Number {
			n.Enable()
		}
	}
}

// sessionNumber is the number of the session, or 0 if there is none.
func (c *core) sessionNumber() int {
	if c.session == nil {
		return 0
	}
	return c.session.Number
}

// isOpenProfile says whether the profile's account is open.
func (c *core) isOpenProfile(profile string) bool {
	return c.session != nil && !c.opts.Demo && c.opts.Profile.Name == profile
}

// showsProfile says whether this is one of several accounts, so that its mark is always shown.
func (c *core) showsProfile() bool {
	return !c.opts.Demo && (c.opts.Profile.Name != "" || c.opts.Profile.Stripe != "")
}

// isShared says whether the account is polled elsewhere, for several users.
func (c *core) isShared() bool { return c.opts.Feed != nil }

// actorSuffix names the user who started the operation, if that is another user.
func (c *core) actorSuffix(o model.Operation) string {
	if o.By.Name == "" || o.By.Name == c.opts.Actor.Name {
		return ""
	}
	return ", by " + o.By.Name
}

func (c *core) tooSmall() bool { return c.width < minWidth || c.height < minHeight }

// dialogSize is the maximum size of a dialog. It leaves out the footer, which shows its keys, the
// notice, and the header if that shows which of several accounts is open.
func (c *core) dialogSize() (width, height int) {
	return c.width - 2, max(c.height-1-c.dialogTop()-len(c.noticeLines()), 1)
}

func (c *core) dialogTop() int {
	if c.showsProfile() {
		return 1
	}
	return 0
}

// dialogRect is the position of a dialog with this view: in the middle.
func (c *core) dialogRect(view string) rect {
	w, h := lipgloss.Size(view)
	y := max((c.height-1-h)/2, c.dialogTop())
	y = max(min(y, c.height-1-len(c.noticeLines())-h), c.dialogTop()) // keep notices visible
	return rect{max((c.width-w)/2, 0), y, w, h}
}

// enableDangerous enables the dangerous custom commands, or disables them for read-only mode.
func (c *core) enableDangerous(allowed bool) {
	for i, n := range c.opts.Keys.Custom() {
		n.Binding.SetEnabled(allowed || !c.opts.Commands[i].Dangerous)
	}
}
