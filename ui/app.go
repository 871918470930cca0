// Package ui is the interactive program. App is its root model: it routes messages, owns the state
// and composes the screen. Data flows in one direction: a key or a tick makes a command, its
// answer changes the state, and the panes draw the state.
package ui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
)

// Options is what the program starts with.
type Options struct {
	Preferences
	Client     command.Client      // nil: there is no token yet; the user signs in through Access
	Access     command.Access      // nil: signing in is not possible
	Config     Config              // nil: the config does not change while the program runs
	Notices    []string            // to show at the start, such as that there is no journal
	Journal    command.Journal     // nil: actions are not journaled; those of the demo never are
	Cache      command.Cache       // nil: every run starts with an empty screen; the demo always does
	Requests   *command.RequestLog // nil: the requests to the API are not shown
	Feed       command.Feed        // polls the account for several users; nil: this program polls it
	Actor      model.Actor         // the user of this screen
	RunID      string              // of this run of the program, in the journal
	Clock      command.Clock
	KeyTime    func() time.Time // time of a key press, to tell a paste from typing; nil: Clock's
	Demo       bool             // the account is simulated; the header always says so
	OpenURL    command.Opener   // opens an address in the user's browser; nil: only the link is shown
	CanSuspend func() bool      // says whether there is a parent shell; nil: there is
	Dark       bool             // until the terminal reports its background
	Start      Start            // what to open first
	LastView   command.LastView // how the first account was shown last
}

// App is the root model. It routes messages to its parts and composes the screen. Its state has one
// writer, its Update.
type App struct {
	*core
	panes    *panes
	poller   *poller
	progress *progress
	history  *history
	batch    *batch
	account  *account
	actions  *actions
	external *external
	row      *row
	palette  *palette
	reload   *reload
	views    *views
	terminal *terminal
	status   *status
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
	a := newParts(&core{
		opts: opts, state: &model.State{Me: opts.Actor}, dark: opts.Dark,
	})
	a.views.pending = opts.Start
	if !opts.Demo {
		a.views.learn(opts.Profile.Name, opts.LastView)
	}
	a.account.applyPreferences(opts.Preferences)
	a.panes.reset()
	if opts.Client != nil {
		a.startSession(opts.Client, opts.Demo, model.Account{})
	}
	return a
}

// newParts makes the parts and tells each which others it needs.
func newParts(c *core) *App {
	a := &App{core: c}
	a.panes = &panes{core: c}
	a.poller = &poller{core: c}
	a.poller.reset()
	a.progress = &progress{core: c}
	a.terminal = &terminal{core: c, progress: a.progress}
	a.history = &history{core: c, poller: a.poller, panes: a.panes}
	a.status = &status{core: c, poller: a.poller, history: a.history}
	a.batch = &batch{core: c, history: a.history, progress: a.progress, panes: a.panes}
	a.views = &views{core: c, panes: a.panes, history: a.history, last: map[string]command.LastView{}}
	a.account = &account{core: c, poller: a.poller, batch: a.batch, views: a.views,
		startSession: a.startSession}
	a.reload = &reload{core: c, panes: a.panes, account: a.account}
	a.external = &external{core: c, panes: a.panes, poller: a.poller}
	a.palette = &palette{core: c, panes: a.panes, account: a.account}
	a.row = &row{core: c, panes: a.panes, raw: &raw{core: c, panes: a.panes},
		copying: &clipboard{core: c, panes: a.panes, terminal: a.terminal}}
	a.actions = &actions{core: c, poller: a.poller, panes: a.panes, history: a.history, batch: a.batch,
		account: a.account, terminal: a.terminal}
	c.env = &screen.Env{
		Host: host{a}, State: c.state, Keys: &c.opts.Keys, Styles: func() *style.Styles { return c.styles },
		Shared: c.isShared(),
	}
	return a
}

// host is what a pane may ask of the program.
type host struct{ a *App }

func (h host) OpenDialog(d dialog.Dialog) tea.Cmd           { return h.a.openDialog(d) }
func (h host) Notify(severity screen.Severity, text string) { h.a.notify(severity, text) }
func (h host) OpenServer(server model.ID)                   { h.a.panes.openServer(server) }
func (h host) OpenPoint(server model.ID, k model.Key)       { h.a.panes.openPoint(server, k) }
func (h host) ClipboardNote() string                        { return h.a.terminal.clipboardMessage() }
func (h host) Start(in model.ActionRequest) tea.Cmd         { return h.a.actions.startAction(in) }
func (h host) RetryIn() time.Duration                       { return h.a.poller.untilPoll() }
func (h host) StartAll(in []model.ActionRequest, leftOut []string) tea.Cmd {
	return h.a.actions.startBatch(in, leftOut)
}

// Init asks for the terminal's background and starts to poll, or asks for a token.
func (a *App) Init() tea.Cmd {
	a.updateClocks()
	a.external.backgroundRequestedAt = a.state.Local
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	if a.session == nil {
		cmds = append(cmds, a.account.askAccess(""))
	} else {
		cmds = append(cmds, a.poller.loadCache(), a.poller.refreshAll(), a.session.LoadHistory(),
			a.poller.awaitView(0), a.views.openOverlay())
	}
	for _, text := range a.opts.Notices {
		cmds = append(cmds, func() tea.Msg { return NoticeMsg{text} })
	}
	return tea.Batch(append(cmds, a.poller.scheduleTick(), a.reload.schedule())...)
}

// startSession starts a session with the account of the current profile. The state is cleared,
// unless the session only has another token for the same account. In that case the data stays
// until the next answers. Operations of an account are resumed from its journal. owner is empty if
// it is not known.
func (a *App) startSession(client command.Client, demo bool, owner model.Account) {
	number, same := 1, false
	profile := a.opts.Profile.Name
	if demo {
		profile = ""
	}
	if a.session != nil {
		number = a.session.Number + 1
		same = demo == a.opts.Demo && client.Host() == a.session.Client.Host() && profile == a.session.Profile &&
			!a.state.IsOtherAccount(owner)
		a.views.remember()
		a.session.Close()
	}
	a.opts.Demo = demo
	journal := a.opts.Journal
	if demo {
		journal = nil
	}
	a.session = command.NewSession(number, client, journal, a.opts.Profile.ReadOnly)
	a.session.Profile, a.session.RunID, a.session.Feed = profile, a.opts.RunID, a.opts.Feed
	a.poller.reset()
	if same {
		a.state.CancelPending()
	} else {
		a.state.Reset()
		a.history.reset()
		a.palette.reset()
		a.panes.closePages() // they belong to the previous account, like these
		a.batch.current, a.dialogs = nil, nil
		a.panes.reset()
	}
	a.updateClocks()
	if !same {
		a.views.restore()
	}
	if speed := command.ClockSpeed(client); demo && speed != 1 {
		a.notify(screen.Info, fmt.Sprintf("Demo: nothing is real, and its clock runs %g times faster.", speed))
	}
	a.panes.refresh()
}
