package ui

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/screen"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// panes are the lists of servers, backups and snapshots, and the page that may be open over them.
type panes struct {
	*core
	servers *screen.Servers
	points  [2]*screen.Points // by model.Kind
	details *screen.Details   // of the row under the cursor, where there is room
	focus   int               // index in all
	preview preview
	needed  neededRows

	showsDetails bool      // there is room for them
	fleet        bool      // show the points of all servers
	fleetBefore  bool      // the same, before only the failed ones were shown
	page         overlay   // what is open over the panes; nil: nothing
	under        []overlay // the pages below it, to return to
	created      created   // what the cursor goes to
	click        click     // the last one on a row
}

// Update handles the messages of the panes.
func (p *panes) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case previewDueMsg:
		return p.handlePreviewDue(msg)
	case itemChosenMsg:
		p.handleItemChosen(msg)
	}
	return nil
}

// resetPanes replaces the panes by new ones, without the marks, filters and cursors of the
// previous account.
func (p *panes) reset() {
	p.servers = screen.NewServers(p.env)
	p.points = [2]*screen.Points{screen.NewPoints(p.env, model.Backup), screen.NewPoints(p.env, model.Snapshot)}
	p.details = screen.NewDetails(p.env)
	p.all()[p.focus].SetFocus(true)
}

// panes are the parts of the screen that can have the focus, in tab order.
func (p *panes) all() []screen.Pane {
	return []screen.Pane{p.servers, p.points[model.Backup], p.points[model.Snapshot]}
}

// focused is the pane or page that gets the keys.
func (p *panes) focused() screen.Pane {
	if p.page != nil {
		return p.page
	}
	return p.all()[p.focus]
}

// openServer opens the page of a server.
func (p *panes) openServer(server model.ID) { p.openPoint(server, model.Key{}) }

// openPoint opens the page of a server with the cursor on a restore point. Without an ID of the
// point it is the page alone. The cursor of the servers goes to the server too, so that the keys
// which leave the page stay with it.
func (p *panes) openPoint(server model.ID, point model.Key) {
	page := screen.NewPage(p.env, server)
	if point.ID != "" {
		page.SelectPoint(point)
	}
	p.openPage(page)
	p.servers.Select(server)
	p.syncAll()
}

// maxPages is how many pages are kept to return to.
const maxPages = 4

// openPage opens a page over the current one.
func (p *panes) openPage(page overlay) {
	if p.page != nil {
		p.under = append(p.under[max(len(p.under)+1-maxPages, 0):], p.page)
	}
	p.page = page
}

// closePage closes the page, and returns to the one below it.
func (p *panes) closePage() {
	p.page = nil
	if last := len(p.under) - 1; last >= 0 {
		p.page, p.under = p.under[last], p.under[:last]
		p.page.Refresh()
	}
}

// closePages closes all pages.
func (p *panes) closePages() { p.page, p.under = nil, nil }

// refreshPanes tells every pane that the state has changed.
func (p *panes) refresh() {
	for _, p := range p.all() {
		p.Refresh()
	}
	if p.page != nil {
		p.page.Refresh()
	}
	p.syncAll()
	p.followCreated()
}

// focusOn moves the focus to a pane, and closes an open page.
func (p *panes) focusOn(pane int) {
	p.closePages()
	p.focus = pane
	for i, q := range p.all() {
		q.SetFocus(i == pane)
	}
	p.syncDetails()
}

// created is the restore point that is being created, until a key is pressed. The cursor goes to it
// once a list has it.
type created struct {
	operation int       // its number; 0: none
	point     model.Key // known once the API has answered
}

// awaitCreated says that the cursor is to go to what the operation creates.
func (p *panes) awaitCreated(o model.Operation) { p.created = created{operation: o.Number} }

// forgetCreated leaves the cursor where it is, because a key may be meant for its row.
func (p *panes) forgetCreated() { p.created = created{} }

// handleCreated handles the answer to a create.
func (p *panes) handleCreated(o model.Operation) {
	if o.Action == model.Create && o.Number == p.created.operation {
		p.created.point = o.Point.Key()
	}
}

// followCreated moves the cursor to what was created, if it is there.
func (p *panes) followCreated() {
	k := p.created.point
	if k.ID == "" {
		return
	}
	if _, known := p.state.Point(k); !known {
		return
	}
	p.forgetCreated()
	p.points[k.Kind].SelectPoint(k)
	if page, ok := p.page.(*screen.Page); ok {
		page.SelectPoint(k)
	}
	p.syncDetails()
}

// toPane passes a message to a pane. The points follow the server under the cursor.
func (p *panes) toPane(pane screen.Pane, msg tea.Msg) tea.Cmd {
	step := p.isCursorMove(pane, msg) // before the pane handles it
	return tea.Batch(pane.Update(msg), p.schedulePreview(step))
}

// selects says whether the rows of the focused pane are servers or restore points.
func (p *panes) selects() bool {
	_, ok := p.focused().(screen.Selector)
	return ok
}

// selection is the item under the cursor of the focused pane.
func (p *panes) selection() (screen.Subject, bool) {
	pane, ok := p.focused().(screen.Selector)
	if !ok {
		return screen.Subject{}, false
	}
	subject := pane.Subject()
	return subject, subject.Server != ""
}

// selectedServer is the server under the cursor, or the server of the restore point under it.
func (p *panes) selectedServer() (model.Server, bool) {
	subject, _ := p.selection()
	server, ok := p.state.Server(subject.Server)
	if !ok {
		p.notify(screen.Warning, "there is no server under the cursor")
	}
	return server, ok
}

// handleItemChosen opens the page of the chosen server, with the cursor on the chosen restore
// point.
func (p *panes) handleItemChosen(msg itemChosenMsg) {
	if msg.session != p.sessionNumber() {
		return
	}
	p.openPoint(msg.server, msg.point)
}

// mouseOnPane scrolls a pane with the wheel, or clicks on one of its lines.
func (p *panes) mouseOnPane(pane screen.Pane, r rect, msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	if _, wheel := msg.(tea.MouseWheelMsg); wheel {
		lines := wheelLines
		if at.Button == tea.MouseWheelUp {
			lines = -lines
		}
		return p.toPane(pane, screen.WheelMsg{Lines: lines})
	}
	if at.Button == tea.MouseLeft && r.contains(at.X, at.Y) {
		before := p.click
		row := screen.RowMsg{X: at.X - r.x - 1, Line: at.Y - r.y - 1}
		clickable, ok := pane.(interface{ HasRow(screen.RowMsg) bool })
		onRow := ok && clickable.HasRow(row)
		cmd := p.toPane(pane, row)
		p.click = click{pane: pane, y: at.Y, at: p.state.Local}
		if selector, ok := pane.(screen.Selector); ok {
			p.click.subject = selector.Subject()
		}
		if p.click.isSecond(before) && onRow {
			p.click = click{}
			return tea.Batch(cmd, p.toPane(pane, tea.KeyPressMsg{Text: firstBound(p.opts.Keys.View.Open)}))
		}
		return cmd
	}
	return nil
}

// wheelLines is how many lines a step of the wheel scrolls.
const wheelLines = 3

// click is a click on a row. The second one on the same row opens it.
type click struct {
	pane    screen.Pane
	y       int
	subject screen.Subject // what the row is, as a refresh may move rows between the clicks
	at      time.Time
}

// doubleClickTime is the longest time between the two clicks of a double click.
const doubleClickTime = 500 * time.Millisecond

func (c click) isSecond(first click) bool {
	return c.pane == first.pane && c.y == first.y && c.subject == first.subject &&
		c.at.Sub(first.at) <= doubleClickTime
}

// firstBound is the first key of a binding, or "" if it has none.
func firstBound(b key.Binding) string {
	if !b.Enabled() || len(b.Keys()) == 0 {
		return ""
	}
	return b.Keys()[0]
}

// clickTab focuses the pane whose name was clicked.
func (p *panes) clickTab(x int) {
	for i, r := range p.tabRects() {
		if r.contains(x, 1) {
			p.focusOn(i)
		}
	}
}

func (p *panes) body(plan plan) string {
	if p.page != nil {
		return p.page.View()
	}
	panes := p.all()
	switch plan.shape {
	case shapeWide:
		left := panes[0].View()
		if plan.details.h > 0 {
			left += "\n" + p.details.View()
		}
		return widget.JoinHorizontal(left, panes[1].View()+"\n"+panes[2].View())
	case shapeStack:
		return panes[0].View() + "\n" + panes[1].View() + "\n" + panes[2].View()
	}
	return panes[p.focus].View()
}

// tabLine names all panes where only one is shown.
func (p *panes) tabLine() string {
	s := p.styles
	line := " "
	for i, pane := range p.all() {
		if i == p.focus {
			line += style.Render(s.AccentStrong, style.Focus+" "+pane.Title()+"  ")
		} else {
			line += style.Render(s.Muted, fmt.Sprintf("%d %s  ", i+1, pane.Title()))
		}
	}
	return widget.Truncate(line, p.width)
}

// tabRects is where the names are in the tab line.
func (p *panes) tabRects() []rect {
	x := 1
	out := make([]rect, len(p.all()))
	for i, pane := range p.all() {
		w := widget.Width(pane.Title()) + 4
		out[i] = rect{x, 1, w - 2, 1}
		x += w
	}
	return out
}
