package ui

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/command"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Start is what the program opens first. The zero Start is the servers.
type Start struct {
	Server string // opens the page of the server with this ID or name
	View   string // a pane, activity, requests or a saved view
	Filter string // of the pane that is opened
}

// views opens the saved views, and remembers how each account was shown last.
type views struct {
	*core
	panes   *panes
	history *history
	current string                      // the saved view that was opened last; "": none
	last    map[string]command.LastView // of the accounts that were left or are not open yet, by profile
	started bool                        // an account has been opened
	pending Start                       // what is still to be opened
}

// Update opens the server that the program was started with, once the servers are known.
func (v *views) Update(msg tea.Msg) tea.Cmd {
	switch msg.(type) {
	case command.ServersLoadedMsg, command.CacheLoadedMsg, command.SharedViewMsg:
		v.openStartServer()
		return v.openOverlay()
	}
	return nil
}

// pane returns a pane's position and its list.
func (v *views) pane(name string) (int, filterable) {
	switch name {
	case "backups":
		return 1, v.panes.points[model.Backup]
	case "snapshots":
		return 2, v.panes.points[model.Snapshot]
	}
	return 0, v.panes.servers
}

// filterable is a pane that can be shown with a filter and an order.
type filterable interface {
	Filter() string
	SetFilter(text string)
	Order() string
	SetOrder(name string)
}

// open shows a saved view.
func (v *views) open(view query.SavedView) {
	v.openPane(view.Pane)
	_, pane := v.pane(view.Pane)
	pane.SetOrder(view.Order)
	pane.SetFilter(view.Filter)
	v.panes.syncPoints()
	v.current = view.Name
}

// openPane shows a pane; for backups and snapshots, those of all servers.
func (v *views) openPane(name string) {
	at, _ := v.pane(name)
	v.panes.focusOn(at)
	if at > 0 {
		v.panes.fleet = true
		v.panes.syncPoints()
	}
}

// find returns the saved view with a name.
func (v *views) find(name string) (query.SavedView, bool) {
	i := slices.IndexFunc(v.opts.Views, func(view query.SavedView) bool { return view.Name == name })
	if i < 0 {
		return query.SavedView{}, false
	}
	return v.opts.Views[i], true
}

// handleKey handles the keys of the saved views.
func (v *views) handleKey(msg tea.KeyPressMsg) bool {
	for i, n := range v.opts.Keys.Views() {
		if key.Matches(msg, *n.Binding) {
			v.open(v.opts.Views[i])
			v.notify(screen.Info, "view "+v.opts.Views[i].Name)
			return true
		}
	}
	return false
}

// restore shows an account as it was shown last. The first account is shown as the program was
// started.
func (v *views) restore() {
	first := !v.started
	v.current, v.started = "", true
	if !first {
		v.pending = Start{}
	}
	if !v.opts.Demo {
		last := v.last[v.opts.Profile.Name]
		for _, name := range query.Panes {
			_, pane := v.pane(name)
			pane.SetOrder(last.Orders[name])
		}
		if view, ok := v.find(last.View); ok && v.pending == (Start{}) {
			v.open(view)
			v.notify(screen.Info, "the last view, "+view.Name+v.clearHint(view))
		}
	}
	v.openStartView()
}

// clearHint says how to see everything again.
func (v *views) clearHint(view query.SavedView) string {
	if view.Filter == "" {
		return ""
	}
	return "; " + v.opts.Keys.View.Back.Help().Key + " shows everything"
}

// learn takes how an account was shown in an earlier run, unless it was shown in this one.
func (v *views) learn(profile string, last command.LastView) {
	if _, known := v.last[profile]; !known {
		v.last[profile] = last
	}
}

// remember notes how the current account is shown, before it is left. The demo leaves no trace.
func (v *views) remember() {
	if v.session == nil || v.opts.Demo {
		return
	}
	now := command.LastView{}
	for _, name := range query.Panes {
		if _, pane := v.pane(name); pane.Order() != screen.OrderNames(name)[0] {
			if now.Orders == nil {
				now.Orders = map[string]string{}
			}
			now.Orders[name] = pane.Order()
		}
	}
	if view, ok := v.find(v.current); ok && v.isOpen(view) {
		now.View = view.Name
	}
	v.last[v.session.Profile] = now
}

// isOpen says whether a saved view is still shown: the user may have changed it since.
func (v *views) isOpen(view query.SavedView) bool {
	at, pane := v.pane(view.Pane)
	order := view.Order
	if order == "" {
		order = screen.OrderNames(view.Pane)[0]
	}
	return v.panes.focus == at && pane.Filter() == view.Filter && pane.Order() == order
}

// LastViews returns how each account was shown last, by profile. The demo is not among them.
func (a *App) LastViews() map[string]command.LastView {
	a.views.remember()
	return a.views.last
}

// openStartView shows the pane or the saved view that the program was started with.
func (v *views) openStartView() {
	start := v.pending
	if view, ok := v.find(start.View); ok {
		v.open(view)
	} else if slices.Contains(query.Panes, start.View) {
		v.openPane(start.View)
	}
	if start.Filter != "" {
		v.panes.all()[v.panes.focus].(filterable).SetFilter(start.Filter)
	}
	v.pending.Filter = ""
	if v.pending.View != "activity" && v.pending.View != "requests" {
		v.pending.View = ""
	}
}

// openOverlay opens the screen over the panes that the program was started with, once there is an
// account.
func (v *views) openOverlay() tea.Cmd {
	if v.session == nil {
		return nil
	}
	name := v.pending.View
	v.pending.View = ""
	switch {
	case name == "activity":
		return v.history.toggleActivity()
	case name == "requests" && v.opts.Requests != nil:
		v.panes.page = screen.NewRequests(v.env, v.opts.Requests)
	}
	return nil
}

// openStartServer opens the page of the server that the program was started with. If there is none
// or several, it says so, and shows those that match.
func (v *views) openStartServer() {
	name := v.pending.Server
	if name == "" || v.panes.page != nil || !v.state.Servers.Loaded() {
		return
	}
	found := query.FindServers(name, v.state.Servers.Value)
	if len(found) != 1 && v.state.UsesCache() { // the API's answer is still to come
		return
	}
	v.pending.Server = ""
	switch quoted := "“" + widget.NormalizeWidth(model.Clean(name)) + "”"; {
	case len(found) == 1:
		v.panes.openServer(found[0].ID)
	case len(found) == 0 && v.state.Servers.Err != nil:
		v.notify(screen.Warning, quoted+" is not in the list of servers, which may be incomplete")
	case len(found) == 0:
		v.notify(screen.Warning, "there is no server "+quoted+didYouMean(name, v.state.Servers.Value))
	default:
		if plainName().MatchString(name) {
			v.panes.servers.SetFilter(name)
			v.panes.syncPoints()
		}
		v.notify(screen.Warning, fmt.Sprintf("%s matches %d servers: %s", quoted, len(found), firstNames(found)))
	}
}

// plainName matches what means the same in a filter as in a name.
var plainName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
})

func didYouMean(name string, servers []model.Server) string {
	var names []string
	for _, s := range servers {
		names = append(names, s.Name)
	}
	near := model.NearestWords(name, names)
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + widget.NormalizeWidth(strings.Join(near[:min(len(near), 2)], " or ")) + "?"
}

// firstNames names some servers.
func firstNames(servers []model.Server) string {
	const most = 3
	var names []string
	for _, s := range servers[:min(len(servers), most)] {
		names = append(names, widget.NormalizeWidth(s.Ref().ShortLabel()))
	}
	text := strings.Join(names, ", ")
	if len(servers) > most {
		text += style.Ellipsis
	}
	return text
}
