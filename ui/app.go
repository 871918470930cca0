// Package ui is the interactive program. App is its root model: it routes messages, owns the state
// and composes the screen. Data flows in one direction: a key or a tick makes a command, its
// answer changes the state, and the panes draw the state.
package ui

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// Options is what the program starts with.
type Options struct {
	Client        command.Client      // nil: there is no token yet; the user signs in through Access
	Access        command.Access      // nil: signing in is not possible
	Accounts      command.Accounts    // nil: there are no profiles to switch between
	Profile       command.Profile     // of the first account; ReadOnly and Policies below belong to it
	Config        Config              // nil: the config does not change while the program runs
	Notices       []string            // to show at the start, such as that there is no journal
	Journal       command.Journal     // nil: actions are not journaled; those of the demo never are
	Cache         command.Cache       // nil: every run starts with an empty screen; the demo always does
	Requests      *command.RequestLog // nil: the requests to the API are not shown
	Feed          command.Feed        // polls the account for several users; nil: this program polls it
	Actor         model.Actor         // the user of this screen
	RunID         string              // of this run of the program, in the journal
	Keys          keymap.KeyMap
	Clock         command.Clock
	KeyTime       func() time.Time // time of a key press, to tell a paste from typing; nil: Clock's
	Demo          bool             // the account is simulated; the header always says so
	ReadOnly      bool             // actions are refused
	ASCII         bool             // draw with ASCII characters only
	Mouse         bool
	Policies      model.Policies        // what each server must have to be covered; nil: the default for all
	CanSuspend    func() bool           // says whether there is a parent shell; nil: there is
	SSH           model.SSHRules        // how to connect to the servers
	Commands      []model.CustomCommand // custom commands; Keys has a binding for each, in the same order
	Secrets       []string              // environment variables with tokens, in addition to VPS_API_TOKEN; external commands do not get them
	Announce      Announcement          // how the end of an operation is announced
	Dark          bool                  // until the terminal reports its background
	Theme         style.Theme           // "": the default
	ReducedMotion bool                  // nothing is animated except clocks
	Columns       screen.Columns        // to show; nil: all
}

// App is the root model. Only its Update changes its state.
type App struct {
	opts    Options
	state   *model.State
	session *command.Session // nil while there is no account
	styles  *style.Styles
	dark    bool          // the terminal has a dark background
	keys    keymap.KeyMap // before read-only mode disabled the actions
	env     *screen.Env

	servers *screen.Servers
	points  [2]*screen.Points // by model.Kind
	focus   int               // index in panes
	preview preview
	fleet   bool    // show the points of all servers
	page    overlay // what is open over the panes; nil: nothing

	dialogs       []stackedDialog
	lastKey       time.Time // when the last key or paste came, by KeyTime
	lastDialog    int       // number of the last dialog opened
	login         login
	accountSwitch accountSwitch // a switch to another account
	reloadNumber  int           // number of the expected config reload

	notices               notices
	history               history
	batch                 *model.Batch // the latest bulk action; nil: none yet
	frame                 *tea.View    // the last drawn screen; nil: it must be drawn again
	poller                poller
	lastCacheSave         cacheSave
	width                 int
	height                int
	blurred               bool
	disabledActions       keymap.Action // the action keys that read-only mode has disabled
	tmux                  bool
	sentProgress          string // the last progress sequence sent to the terminal behind tmux
	rawItem               rawItem
	terminalReleased      atomic.Bool       // another program has the terminal
	terminalRestoredAt    atomic.Int64      // in Unix nanoseconds
	backgroundRequestedAt time.Time         // by this machine's clock
	backgroundKnown       bool              // the terminal has reported its background
	policiesChecked       bool              // unused policies have been reported
	stuckNotified         map[int]bool      // operations reported as stuck, by number
	reportedOperations    []model.Operation // the last report to the other users of the account
}

// overlay is a screen that is open in place of the panes.
type overlay interface {
	screen.Pane
	Filtered() bool // esc clears the filter first
}

// stackedDialog is an open dialog. Its number identifies it when its input delay ends.
type stackedDialog struct {
	dialog.Dialog
	number int
}

// New makes the program. It sends no request and starts nothing before Init.
func New(opts Options) *App {
	if opts.KeyTime == nil {
		opts.KeyTime = opts.Clock.Now
	}
	a := &App{opts: opts, state: &model.State{Me: opts.Actor}, styles: style.ForTheme(opts.Theme, opts.Dark), dark: opts.Dark, keys: opts.Keys}
	a.env = &screen.Env{
		State:         a.state,
		Keys:          &a.opts.Keys,
		Styles:        func() *style.Styles { return a.styles },
		OpenDialog:    a.openDialog,
		Notify:        a.notify,
		Start:         a.startAction,
		OpenServer:    a.openServer,
		ClipboardNote: a.clipboardMessage,

		StartAll: a.startBatch,
		RetryIn:  func() time.Duration { return max(a.poller.AllDue.Sub(a.state.Local), 0) },

		SSH:     opts.SSH,
		Columns: opts.Columns,
	}
	if a.isShared() {
		a.keys.DisableLocalCommands()
		a.keys.View.Requests.SetEnabled(opts.Requests != nil)
	}
	first := opts.Profile
	first.ReadOnly, first.Policies = opts.ReadOnly, opts.Policies
	a.applyProfile(first)
	a.resetPanes()
	if opts.Client != nil {
		a.startSession(opts.Client, opts.Demo)
	}
	return a
}

// resetPanes replaces the panes by new ones, without the marks, filters and cursors of the
// previous account.
func (a *App) resetPanes() {
	a.servers = screen.NewServers(a.env)
	a.points = [2]*screen.Points{screen.NewPoints(a.env, model.Backup), screen.NewPoints(a.env, model.Snapshot)}
	a.panes()[a.focus].SetFocus(true)
}

// panes are the parts of the screen that can have the focus, in tab order.
func (a *App) panes() []screen.Pane {
	return []screen.Pane{a.servers, a.points[model.Backup], a.points[model.Snapshot]}
}

// focused is the pane or page that gets the keys.
func (a *App) focused() screen.Pane {
	if a.page != nil {
		return a.page
	}
	return a.panes()[a.focus]
}

// openServer opens the page of a server.
func (a *App) openServer(server model.ID) { a.page = screen.NewPage(a.env, server) }

// clipboardMessage says where a text for the clipboard was sent. No terminal confirms that it
// accepted it.
func (a *App) clipboardMessage() string {
	if a.tmux {
		return "sent to tmux; it reaches the clipboard only if set-clipboard is on"
	}
	return "sent to the terminal for its clipboard"
}

// Init asks for the terminal's background and starts to poll, or asks for a token.
func (a *App) Init() tea.Cmd {
	a.updateClocks()
	a.backgroundRequestedAt = a.state.Local
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	if a.session == nil {
		cmds = append(cmds, a.askAccess(""))
	} else {
		cmds = append(cmds, a.loadCache(), a.refreshAll(), a.loadAccount(), a.session.LoadHistory(), a.awaitView(0))
	}
	for _, text := range a.opts.Notices {
		cmds = append(cmds, func() tea.Msg { return NoticeMsg{text} })
	}
	return tea.Batch(append(cmds, a.scheduleTick(), a.scheduleReload())...)
}

// startSession starts a session with the account of the current profile. The state is cleared,
// unless the session only has another token for the same account. In that case the data stays
// until the next answers. Operations of an account are resumed from its journal.
func (a *App) startSession(client command.Client, demo bool) {
	number, same := 1, false
	profile := a.opts.Profile.Name
	if demo {
		profile = ""
	}
	if a.session != nil {
		number = a.session.Number + 1
		same = demo == a.opts.Demo && client.Host() == a.session.Client.Host() && profile == a.session.Profile
		a.session.Close()
	}
	a.opts.Demo = demo
	journal := a.opts.Journal
	if demo {
		journal = nil
	}
	a.session = command.NewSession(number, client, journal, a.opts.ReadOnly)
	a.session.Profile, a.session.RunID, a.session.Feed = profile, a.opts.RunID, a.opts.Feed
	a.poller = poller{tickNumber: a.poller.tickNumber, wakeAt: a.poller.wakeAt}
	if same {
		a.state.CancelPending()
	} else {
		a.state.Reset()
		a.history = history{}
		a.page, a.batch, a.dialogs = nil, nil, nil // they belong to the previous account
		a.resetPanes()
	}
	a.updateClocks()
	a.refreshPanes()
}

// updateClocks reads this machine's clock and the API's.
func (a *App) updateClocks() {
	a.state.Local = a.opts.Clock.Now()
	if a.session != nil {
		a.state.Now = a.session.Client.Now()
	}
}

// openDialog opens a dialog over everything. An important dialog ignores keys for a moment.
func (a *App) openDialog(d dialog.Dialog) tea.Cmd {
	a.lastDialog++
	number := a.lastDialog
	a.dialogs = append(a.dialogs, stackedDialog{d, number})
	d.SetSize(a.dialogSize())
	if _, delayed := d.(dialog.Delayed); delayed {
		return a.opts.Clock.Tick(dialog.InputDelay, func(time.Time) tea.Msg { return dialog.InputEnabledMsg{Number: number} })
	}
	return nil
}

// topDialog is the dialog that gets the keys.
func (a *App) topDialog() (stackedDialog, bool) {
	if len(a.dialogs) == 0 {
		return stackedDialog{}, false
	}
	return a.dialogs[len(a.dialogs)-1], true
}

// closeDialog removes a dialog from the stack, wherever it is.
func (a *App) closeDialog(number int) {
	for i, d := range a.dialogs {
		if d.number == number {
			a.dialogs = append(a.dialogs[:i:i], a.dialogs[i+1:]...)
			return
		}
	}
}

// refuse opens the dialog that says why an action cannot begin.
func (a *App) refuse(title, why, do string) tea.Cmd {
	return a.openDialog(dialog.NewRefusal(dialog.Reason{Title: title, Why: why, Remedy: do}, a.opts.Keys.Dialog, a.env.Styles))
}

// startAction carries out a confirmed action: it creates the operation and sends its one request.
func (a *App) startAction(r model.ActionRequest) tea.Cmd {
	const title = "Nothing was sent"
	switch {
	case a.session == nil:
		return a.refuse(title, "Not signed in.", "")
	case a.opts.ReadOnly:
		return a.refuse(title, "This session is read-only: it changes nothing.", "")
	case a.accountSwitch.pending:
		return a.refuse(title, a.accountSwitch.blockedMessage(), "")
	}
	if busy := a.state.Conflict(r.Action, r.Point); busy != "" { // it may have started while the dialog was open
		return a.refuse(title, busy, "")
	}
	o := a.state.Begin(r, a.opts.RunID)
	return a.session.Execute(o, a.journalRecord(o))
}
