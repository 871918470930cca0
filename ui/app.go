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
	Client   command.Client      // nil: there is no token yet, and Access is asked for an account
	Access   command.Access      // nil: the account cannot be changed
	Accounts command.Accounts    // nil: there are no profiles to switch between
	Profile  command.Profile     // whose account it is that one starts with; ReadOnly and Policies below are its own
	Config   Config              // nil: the settings do not change while the program runs
	Notices  []string            // what it says first, such as that there is no journal
	Journal  command.Journal     // nil: nothing is written down; the simulated account of the demo never is
	Memory   command.Memory      // nil: every run begins with an empty screen; the simulated account always does
	Requests *command.RequestLog // nil: what was asked of the API is not shown
	Feed     command.Feed        // the account is asked for several at once, who share it; nil: by this program alone
	Actor    model.Actor         // who of them it is that looks at this screen
	Run      string              // names this run of the program in the journal
	Keys     keymap.KeyMap
	Clock    command.Clock
	KeyTime  func() time.Time // when a key comes, to tell a paste from typing; nil: Clock's
	Demo     bool             // the account is simulated, and that is always on the screen
	ReadOnly bool             // there are no deeds
	ASCII    bool             // the font has no glyphs
	Mouse    bool
	Policies model.Policies     // what each server must have to be covered; nil: the default for all
	Suspend  func() bool        // says whether there is a shell to come back from; nil: there is
	SSH      model.SSHRules     // how one gets to the servers
	Commands []model.OwnCommand // the user's own; Keys has a binding for each, in the same order
	Secrets  []string           // variables of the environment that hold tokens, beside VPS_API_TOKEN: no other program is given them
	Announce Announcement       // of the end of an operation, beyond the screen
	Dark     bool               // until the terminal tells its background
	Theme    style.Theme        // "": the usual one
	Still    bool               // nothing moves by itself but clocks
	Columns  screen.Columns     // which are shown; nil: all
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
	beside  beside
	fleet   bool    // the points of all servers are shown
	page    overlay // what is open over the panes; nil: nothing

	dialogs []opened
	lastKey time.Time // when the last key or paste came, by KeyTime
	opening int       // number of the last dialog opened
	login   login
	change  change // on the way to another account
	looking int    // number of the look at the config that is waited for

	notices  notices
	history  history
	batch    *model.Batch // several deeds that were confirmed together; nil: none yet
	frame    *tea.View    // what was drawn last, and still stands; nil: something has happened since
	polls    polls
	memory   remembered
	width    int
	height   int
	blurred  bool
	barred   keymap.Deed // the keys of deeds, where read-only has switched them off
	tmux     bool
	progress string // what the terminal behind tmux was told last of how far things are
	raw      raw
	away     atomic.Bool       // another program has the terminal
	back     atomic.Int64      // when that gave it back, in Unix nanoseconds
	started  time.Time         // when the terminal was asked for its background, by this machine's clock
	answered bool              // and it has told
	matched  bool              // it was said which policies fit no server
	stuck    map[int]bool      // operations, by number, of which it was said
	told     []model.Operation // what those who share the account were told last of what is under way here
}

// overlay is a screen that is open in the place of the panes.
type overlay interface {
	screen.Pane
	Filtered() bool // esc clears the filter first
}

// opened is a dialog and the number under which it waits for its quiet time to end.
type opened struct {
	dialog.Dialog
	number int
}

// New makes the program. Nothing is asked and nothing runs before Init.
func New(opts Options) *App {
	if opts.KeyTime == nil {
		opts.KeyTime = opts.Clock.Now
	}
	a := &App{opts: opts, state: &model.State{Me: opts.Actor}, styles: style.For(opts.Theme, opts.Dark), dark: opts.Dark, keys: opts.Keys}
	a.env = &screen.Env{
		State: a.state,
		Keys:  &a.opts.Keys,
		Look:  func() *style.Styles { return a.styles },
		Open:  a.open,
		Say:   a.say,
		Start: a.start,
		Visit: a.visit,
		Sent:  a.sent,

		StartMany: a.startMany,
		Again:     func() time.Duration { return max(a.polls.All.Sub(a.state.Local), 0) },

		SSH:     opts.SSH,
		Columns: opts.Columns,
	}
	if a.shared() {
		a.keys.Served()
		a.keys.View.Requests.SetEnabled(opts.Requests != nil)
	}
	first := opts.Profile
	first.ReadOnly, first.Policies = opts.ReadOnly, opts.Policies
	a.adopt(first)
	a.clearPanes()
	if opts.Client != nil {
		a.enter(opts.Client, opts.Demo)
	}
	return a
}

// clearPanes makes the panes anew: without a mark, a filter or a cursor that was meant for other servers.
func (a *App) clearPanes() {
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

// visit opens the page of a server.
func (a *App) visit(server model.ID) { a.page = screen.NewPage(a.env, server) }

// sent says what became of a text for the clipboard. No terminal answers whether it took it.
func (a *App) sent() string {
	if a.tmux {
		return "sent to tmux, which passes it on to the clipboard only where set-clipboard is on"
	}
	return "sent to the terminal for its clipboard"
}

// Init asks for the terminal's background and starts to poll, or asks for a token.
func (a *App) Init() tea.Cmd {
	a.watchClocks()
	a.started = a.state.Local
	cmds := []tea.Cmd{tea.RequestBackgroundColor}
	if a.session == nil {
		cmds = append(cmds, a.askAccess(""))
	} else {
		cmds = append(cmds, a.recall(), a.refreshAll(), a.loadAccount(), a.session.LoadHistory(), a.await(0))
	}
	for _, text := range a.opts.Notices {
		cmds = append(cmds, func() tea.Msg { return NoticeMsg{text} })
	}
	return tea.Batch(append(cmds, a.arm(), a.awaitConfig())...)
}

// enter begins a session with the account of the profile in use. What is known is forgotten, unless it is only another token
// for the same account: then it stays until the next answers. Its operations are taken up from the journal when one is back.
func (a *App) enter(client command.Client, demo bool) {
	number, same := 1, false
	profile := a.opts.Profile.Name
	if demo {
		profile = ""
	}
	if a.session != nil {
		number = a.session.Number + 1
		same = demo == a.opts.Demo && client.Host() == a.session.Client.Host() && profile == a.session.Profile
		a.session.End()
	}
	a.opts.Demo = demo
	journal := a.opts.Journal
	if demo {
		journal = nil
	}
	a.session = command.NewSession(number, client, journal, a.opts.ReadOnly)
	a.session.Profile, a.session.Run, a.session.Feed = profile, a.opts.Run, a.opts.Feed
	a.polls = polls{armed: a.polls.armed, wake: a.polls.wake}
	if same {
		a.state.Supersede()
	} else {
		a.state.Forget()
		a.history = history{}
		a.page, a.batch, a.dialogs = nil, nil, nil // what is open is about the account that was left
		a.clearPanes()
	}
	a.watchClocks()
	a.news()
}

// watchClocks takes over the time, the machine's and the API's.
func (a *App) watchClocks() {
	a.state.Local = a.opts.Clock.Now()
	if a.session != nil {
		a.state.Now = a.session.Client.Now()
	}
}

// open lays a dialog over everything. It ignores keys for a moment where that is of weight.
func (a *App) open(d dialog.Dialog) tea.Cmd {
	a.opening++
	number := a.opening
	a.dialogs = append(a.dialogs, opened{d, number})
	d.SetSize(a.dialogRoom())
	if _, weighty := d.(dialog.Numbered); weighty {
		return a.opts.Clock.Tick(dialog.Quiet, func(time.Time) tea.Msg { return dialog.ArmedMsg{Number: number} })
	}
	return nil
}

// top is the dialog that gets the keys.
func (a *App) top() (opened, bool) {
	if len(a.dialogs) == 0 {
		return opened{}, false
	}
	return a.dialogs[len(a.dialogs)-1], true
}

// close takes a dialog away, wherever it is in the stack.
func (a *App) close(number int) {
	for i, d := range a.dialogs {
		if d.number == number {
			a.dialogs = append(a.dialogs[:i:i], a.dialogs[i+1:]...)
			return
		}
	}
}

// refuse opens the dialog that says why the key of an action, or a yes, does nothing.
func (a *App) refuse(title, why, do string) tea.Cmd {
	return a.open(dialog.NewRefusal(dialog.Reason{Title: title, Why: why, Do: do}, a.opts.Keys.Dialog, a.env.Look))
}

// start carries out a confirmed deed: it is noted as an operation, and its one request leaves.
func (a *App) start(in model.Intent) tea.Cmd {
	const title = "Nothing was sent"
	switch {
	case a.session == nil:
		return a.refuse(title, "There is no account.", "")
	case a.opts.ReadOnly:
		return a.refuse(title, "This session is read-only: it changes nothing.", "")
	case a.change.under:
		return a.refuse(title, a.change.holds(), "")
	}
	if busy := a.state.Conflict(in.Deed, in.Point); busy != "" { // it may have begun while the question was open
		return a.refuse(title, busy, "")
	}
	o := a.state.Begin(in, a.opts.Run)
	return a.session.Do(o, a.record(o))
}
