// Package ui is the program that a person sees. App is its root: it routes messages, holds what is known, and composes the
// screen. Data flows one way: a key or a tick makes a command, its answer changes the state, the panes draw the state.
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
	Client        command.Client      // nil: there is no token yet, and Access is asked for an account
	Access        command.Access      // nil: the account cannot be changed
	Accounts      command.Accounts    // nil: there are no profiles to switch between
	Profile       command.Profile     // whose account it is that one starts with; ReadOnly and Policies below are its own
	Config        Config              // nil: the settings do not change while the program runs
	Notices       []string            // what it says first, such as that there is no journal
	Journal       command.Journal     // nil: nothing is written down; the simulated account of the demo never is
	Cache         command.Cache       // nil: every run begins with an empty screen; the simulated account always does
	Requests      *command.RequestLog // nil: what was asked of the API is not shown
	Feed          command.Feed        // the account is asked for several at once, who share it; nil: by this program alone
	Actor         model.Actor         // who of them it is that looks at this screen
	RunID         string              // names this run of the program in the journal
	Keys          keymap.KeyMap
	Clock         command.Clock
	KeyTime       func() time.Time // when a key comes, to tell a paste from typing; nil: Clock's
	Demo          bool             // the account is simulated, and that is always on the screen
	ReadOnly      bool             // there are no deeds
	ASCII         bool             // the font has no glyphs
	Mouse         bool
	Policies      model.Policies        // what each server must have to be covered; nil: the default for all
	CanSuspend    func() bool           // says whether there is a shell to come back from; nil: there is
	SSH           model.SSHRules        // how one gets to the servers
	Commands      []model.CustomCommand // the user's own; Keys has a binding for each, in the same order
	Secrets       []string              // variables of the environment that hold tokens, beside VPS_API_TOKEN: no other program is given them
	Announce      Announcement          // of the end of an operation, beyond the screen
	Dark          bool                  // until the terminal tells its background
	Theme         style.Theme           // "": the usual one
	ReducedMotion bool                  // nothing moves by itself but clocks
	Columns       screen.Columns        // which are shown; nil: all
}

// App is the root model. Its state has one writer, its Update.
type App struct {
	opts    Options
	state   *model.State
	session *command.Session // nil while there is no account
	styles  *style.Styles
	dark    bool          // the terminal's background is
	keys    keymap.KeyMap // before read-only mode took the deeds away
	env     *screen.Env

	servers *screen.Servers
	points  [2]*screen.Points // by model.Kind
	focus   int               // index in panes
	preview preview
	fleet   bool    // the points of all servers are shown
	page    overlay // what is open over the panes; nil: nothing

	dialogs       []stackedDialog
	lastKey       time.Time // when the last key or paste came, by KeyTime
	lastDialog    int       // number of the last dialog opened
	login         login
	accountSwitch accountSwitch // on the way to another account
	reloadNumber  int           // number of the look at the config that is waited for

	notices               notices
	history               history
	batch                 *model.Batch // several deeds that were confirmed together; nil: none yet
	frame                 *tea.View    // what was drawn last, and still stands; nil: something has happened since
	poller                poller
	lastCacheSave         cacheSave
	width                 int
	height                int
	blurred               bool
	disabledActions       keymap.Action // the keys of deeds, where read-only has switched them off
	tmux                  bool
	sentProgress          string // what the terminal behind tmux was told last of how far things are
	rawItem               rawItem
	terminalReleased      atomic.Bool       // another program has the terminal
	terminalRestoredAt    atomic.Int64      // when that gave it back, in Unix nanoseconds
	backgroundRequestedAt time.Time         // when the terminal was asked for its background, by this machine's clock
	backgroundKnown       bool              // and it has told
	policiesChecked       bool              // it was said which policies fit no server
	stuckNotified         map[int]bool      // operations, by number, of which it was said
	reportedOperations    []model.Operation // what those who share the account were told last of what is under way here
}

// overlay is a screen that is open in the place of the panes.
type overlay interface {
	screen.Pane
	Filtered() bool // esc clears the filter first
}

// stackedDialog is a dialog and the number under which it waits for its quiet time to end.
type stackedDialog struct {
	dialog.Dialog
	number int
}

// New makes the program. Nothing is asked and nothing runs before Init.
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

// resetPanes makes the panes anew: without a mark, a filter or a cursor that was meant for other servers.
func (a *App) resetPanes() {
	a.servers = screen.NewServers(a.env)
	a.points = [2]*screen.Points{screen.NewPoints(a.env, model.Backup), screen.NewPoints(a.env, model.Snapshot)}
	a.panes()[a.focus].SetFocus(true)
}

// panes are the parts of the screen that can have the focus, in the order in which tab visits them.
func (a *App) panes() []screen.Pane {
	return []screen.Pane{a.servers, a.points[model.Backup], a.points[model.Snapshot]}
}

// focused is what the keys go to.
func (a *App) focused() screen.Pane {
	if a.page != nil {
		return a.page
	}
	return a.panes()[a.focus]
}

// openServer opens the page of a server.
func (a *App) openServer(server model.ID) { a.page = screen.NewPage(a.env, server) }

// clipboardMessage says what became of a text for the clipboard. No terminal answers whether it took it.
func (a *App) clipboardMessage() string {
	if a.tmux {
		return "sent to tmux, which passes it on to the clipboard only where set-clipboard is on"
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

// startSession begins a session with the account of the profile in use. What is known is forgotten, unless it is only another token
// for the same account: then it stays until the next answers. Its operations are taken up from the journal when one is back.
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
		a.page, a.batch, a.dialogs = nil, nil, nil // what is open is about the account that was left
		a.resetPanes()
	}
	a.updateClocks()
	a.refreshPanes()
}

// updateClocks takes over the time, the machine's and the API's.
func (a *App) updateClocks() {
	a.state.Local = a.opts.Clock.Now()
	if a.session != nil {
		a.state.Now = a.session.Client.Now()
	}
}

// openDialog lays a dialog over everything. It ignores keys for a moment where that is of weight.
func (a *App) openDialog(d dialog.Dialog) tea.Cmd {
	a.lastDialog++
	number := a.lastDialog
	a.dialogs = append(a.dialogs, stackedDialog{d, number})
	d.SetSize(a.dialogSize())
	if _, weighty := d.(dialog.Delayed); weighty {
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

// closeDialog takes a dialog away, wherever it is in the stack.
func (a *App) closeDialog(number int) {
	for i, d := range a.dialogs {
		if d.number == number {
			a.dialogs = append(a.dialogs[:i:i], a.dialogs[i+1:]...)
			return
		}
	}
}

// refuse opens the dialog that says why the key of an action, or a yes, does nothing.
func (a *App) refuse(title, why, do string) tea.Cmd {
	return a.openDialog(dialog.NewRefusal(dialog.Reason{Title: title, Why: why, Remedy: do}, a.opts.Keys.Dialog, a.env.Styles))
}

// startAction carries out a confirmed deed: it is noted as an operation, and its one request leaves.
func (a *App) startAction(in model.ActionRequest) tea.Cmd {
	const title = "Nothing was sent"
	switch {
	case a.session == nil:
		return a.refuse(title, "There is no account.", "")
	case a.opts.ReadOnly:
		return a.refuse(title, "This session is read-only: it changes nothing.", "")
	case a.accountSwitch.pending:
		return a.refuse(title, a.accountSwitch.blockedMessage(), "")
	}
	if busy := a.state.Conflict(in.Action, in.Point); busy != "" { // it may have begun while the question was open
		return a.refuse(title, busy, "")
	}
	o := a.state.Begin(in, a.opts.RunID)
	return a.session.Execute(o, a.journalRecord(o))
}
