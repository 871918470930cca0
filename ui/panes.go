package ui

import (
	"fmt"

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
	page         overlay   // what is open over the panes; nil: nothing
	under        []overlay // the pages below it, to return to
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
func (p *panes) openServer(server model.ID) { p.openPage(screen.NewPage(p.env, server)) }

// openPoint opens the page of a server with the cursor on a restore point. Without an ID of the
// point it is the page alone.
func (p *panes) openPoint(server model.ID, point model.Key) {
	page := screen.NewPage(p.env, server)
	if point.ID != "" {
		page.SelectPoint(point)
	}
	p.openPage(page)
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

// toPane passes a message to a pane. The points follow the server under the cursor.
func (p *panes) toPane(pane screen.Pane, msg tea.Msg) tea.Cmd {
	step := p.isCursorMove(pane, msg) // before the pane handles it
	return tea.Batch(pane.Update(msg), p.schedulePreview(step))
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
		return p.toPane(pane, screen.WheelMsg{Down: at.Button == tea.MouseWheelDown})
	}
	if at.Button == tea.MouseLeft && r.contains(at.X, at.Y) {
		return p.toPane(pane, screen.RowMsg{Line: at.Y - r.y - 1})
	}
	return nil
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
			line += s.AccentStrong.Render(style.Focus + " " + pane.Title() + "  ")
		} else {
			line += s.Muted.Render(fmt.Sprintf("%d %s  ", i+1, pane.Title()))
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
