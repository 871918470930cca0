package screen

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Page shows one server: its properties, and a timeline of its backups and snapshots.
type Page struct {
	list[*model.Point, model.Key]
	actions Actions
	server  model.ID
}

// The columns of a server's page.
const (
	pageKind = iota
	pageName
	pageStatus
	pageCreated
	pageDataLoss
	pageRestoreTime
	pageSize
	pageExpires
	pageDescription
)

// NewPage returns the page of a server.
func NewPage(env *Env, server model.ID) *Page {
	p := &Page{actions: Actions{env}, server: server, list: newList(env, []widget.Column{
		pageKind:        {Title: "KIND", Width: 11},
		pageName:        {Title: "NAME", Width: 12, Max: 40},
		pageStatus:      {Title: "STATUS", Width: 11, Rank: 2},
		pageCreated:     {Title: "CREATED UTC", Width: len("15 Jan 18:30"), Right: true},
		pageDataLoss:    {Title: "DATA LOSS", Width: 10, Right: true, Rank: 1},
		pageRestoreTime: {},
		pageSize:        {Title: "SIZE", Width: 7, Right: true, Rank: 3},
		pageExpires:     {Title: "EXPIRES", Width: 11, Right: true, Rank: 4},
		pageDescription: {},
	},
		(*model.Point).Key, (*query.TextIndex).AddPoint, pointQueryParser(env), pageOrders(env)...,
	)}
	p.fields = query.PointFields
	p.focused, p.sorter.sorting = true, &env.PageSorting
	p.Refresh()
	return p
}

// SelectPoint puts the cursor on a restore point.
func (p *Page) SelectPoint(k model.Key) {
	p.current = k
	p.Refresh()
}

// Title returns the pane's name.
func (p *Page) Title() string { return "Server" }

// Refresh updates the rows from the state. The column of restore durations is shown only if there
// was a restore.
func (p *Page) Refresh() {
	points := model.PointersTo(p.env.State.PointsOf(p.server))
	p.table.Columns[pageRestoreTime] = widget.Column{}
	if slices.ContainsFunc(points,
		func(q *model.Point) bool { _, known := p.env.State.LastRestoreDuration(*q); return known }) {
		p.table.Columns[pageRestoreTime] = widget.Column{Title: "LAST TOOK", Width: 9, Right: true, Rank: 5}
	}
	p.table.Columns[pageCreated].Width = len("15 Jan 18:30")
	for _, q := range points {
		p.table.Columns[pageCreated].Width = max(p.table.Columns[pageCreated].Width,
			len(widget.ShortTime(q.CreatedAt, p.env.State.Now)))
	}
	p.sorter.invalidate() // durations may have changed though the points have not
	p.setRows(points)
}

// describedWidth is the page's width from which snapshots are described, next to names in full.
const describedWidth = 132

// SetSize sets the page's size, border included. The header is above the rows.
func (p *Page) SetSize(width, height int) {
	name, description := &p.table.Columns[pageName], &p.table.Columns[pageDescription]
	if name.Width, *description = 12, (widget.Column{}); width >= describedWidth {
		name.Width = 28
		*description = widget.Column{Title: "DESCRIPTION", Width: 20, Max: 60, Rank: 9}
	}
	p.width, p.height = width, height // the header depends on them
	p.table.SetSize(max(width-widget.FrameWidth, 0), max(height-widget.FrameHeight-len(p.header(p.env.Styles())), 0))
}

// Update handles a message; see [Pane].
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	if row, ok := msg.(RowMsg); ok {
		msg = p.belowHeader(row)
	}
	press, changed, handled := p.handleMsg(msg)
	if changed {
		p.Refresh()
	}
	if handled {
		return nil
	}
	return p.handleKey(press)
}

// HasRow reports whether a click is on a row.
func (p *Page) HasRow(msg RowMsg) bool { return p.list.HasRow(p.belowHeader(msg)) }

// belowHeader counts the line of a click from the table's heading.
func (p *Page) belowHeader(msg RowMsg) RowMsg {
	msg.Line -= len(p.header(p.env.Styles()))
	return msg
}

func (p *Page) handleKey(press tea.KeyPressMsg) tea.Cmd {
	point, _ := p.selected()
	return p.actions.handlePointKey(press, p.server, "restore point", point, p.markedInOrder(), p.filter.Value() != "")
}

// ShortHelp returns the keys for the footer.
func (p *Page) ShortHelp() []key.Binding {
	k := p.env.Keys
	if p.filter.typing {
		return p.typingKeys()
	}
	if _, there := p.env.State.Server(p.server); !there {
		return []key.Binding{k.View.Back}
	}
	if p.total() == 0 {
		return []key.Binding{k.Action.Snapshot, k.Action.Backup, k.View.Back}
	}
	back := k.View.Back
	switch {
	case len(p.marks) > 0: // restore works on one restore point
		return []key.Binding{k.Action.Delete, p.markKey(), keymap.WithHelp(back, "unmark all"), k.View.Filter,
			k.View.Order,
			k.View.Open}
	case p.filter.Value() != "":
		back = keymap.WithHelp(back, "show all")
	}
	return []key.Binding{k.Action.Restore, k.Action.Delete, k.Action.Snapshot, k.Action.Backup, back, p.markKey(),
		k.View.Filter, k.View.Order, k.View.Open}
}

// FullHelp returns what can be done here, for the help.
func (p *Page) FullHelp() [][]key.Binding {
	k := p.env.Keys
	return [][]key.Binding{
		{k.Action.Restore, k.Action.Delete, k.Action.Snapshot, k.Action.Backup, k.Action.CleanUp},
		{k.View.Open, k.View.Filter, k.View.Order, k.View.Reverse, k.View.Back},
		{k.Mark.One, k.Mark.Range, k.Mark.All, k.View.Menu, k.View.Copy, k.View.SSH, k.View.Raw},
	}
}

// View draws the page.
func (p *Page) View() string {
	s := p.env.Styles()
	server, ok := p.env.State.Server(p.server)
	title := style.Render(s.AccentStrong, widget.NormalizeWidth(server.Ref().Label())) +
		style.Render(s.Muted, " #"+string(p.server)+" "+style.Dot+" "+model.Pluralize(p.total(), "restore point"))
	if !ok {
		return p.frame(style.Render(s.AccentStrong, "#"+string(p.server)), "",
			renderMessage(s, message{s.Bad, "This server no longer exists.", p.env.Keys.View.Back.Help().Key +
				" goes back."}, p.innerWidth()))
	}
	problem := p.env.staleNote(sourceOf(&p.env.State.Backups))
	if problem == "" {
		problem = p.env.staleNote(sourceOf(&p.env.State.Snapshots))
	}
	return p.frame(title, problem, strings.Join(append(p.header(s), p.rowsOrMessage(s)), "\n"))
}

func (p *Page) innerWidth() int { return p.width - widget.FrameWidth }

// header returns the server's properties, and the timeline if it fits.
func (p *Page) header(s *style.Styles) []string {
	server, _ := p.env.State.Server(p.server)
	room := max(p.innerWidth()-4, 1)
	status := ServerStatus(s, server.Status)
	properties := strings.Join([]string{
		server.Hostname, server.Location, server.OS,
		planText(server.Plan),
	}, " "+style.Dot+" ")
	dot := " " + style.Dot + " "
	address := style.Render(widget.Link(s.Muted, p.env.SSH.URL(server)), widget.NormalizeWidth(server.IP))
	lines := []string{widget.Truncate("  "+style.Render(status.SignStyle, status.Sign)+" "+
		style.Render(status.Style, widget.NormalizeWidth(status.Text))+style.Render(s.Muted, dot)+address+
		style.Render(s.Muted, dot+widget.NormalizeWidth(properties)), p.innerWidth()-2)}
	if p.env.State.PointsComplete() {
		a := model.Assess(server, p.env.State.PointsOf(p.server), p.env.Policies.For(server), p.env.State.Now)
		for _, r := range a.Reasons {
			st, sign := s.Warning, style.Warning
			if r.Health >= model.Failing { // failing, or no backup or restore point
				st, sign = s.Bad, style.Failed
			}
			lines = append(lines, "  "+style.Render(st, widget.Truncate(sign+" "+r.Message, room)))
		}
	}
	if p.height < 16+len(lines) || len(p.rows) == 0 {
		return lines
	}
	scale, line := p.timeline(s).View(s, room)
	return append(lines, "", "  "+scale, "  "+line, "  "+p.legend(s, room), "")
}

// planText returns the plan's name and its known sizes.
func planText(plan model.Plan) string {
	parts := []string{fmt.Sprintf("%s %d vCPU", plan.Name, plan.VCPUs)}
	if plan.MemoryMB > 0 {
		parts = append(parts, widget.Size(int64(plan.MemoryMB)))
	}
	return strings.Join(append(parts, fmt.Sprintf("%d GB", plan.StorageGB)), ", ")
}

// timeline returns the visible points. The one under the cursor has the focus colour.
func (p *Page) timeline(s *style.Styles) widget.Timeline {
	current, _ := p.selected()
	t := timelineOf(s, p.rows, current, p.env.State.Now)
	server, _ := p.env.State.Server(p.server)
	addPolicyTicks(&t, s, p.env.Policies.For(server))
	t.GapFrom, t.GapTo, _ = longestGap(p.rows, p.env.State.Now)
	return t
}

// legend explains the signs on the timeline that are there, in the fullest form that fits.
func (p *Page) legend(s *style.Styles, width int) string {
	server, _ := p.env.State.Server(p.server)
	t, gap := p.timeline(s), ""
	if !t.GapTo.IsZero() {
		gap = style.Render(s.Muted, "   longest gap "+widget.FormatDuration(t.GapTo.Sub(t.GapFrom)))
	}
	line := timelineLegend(s, t, "policy "+policyAges(p.env.Policies.For(server))) + gap
	if widget.Width(line) > width {
		line = timelineLegend(s, t, "policy") + gap
	}
	return widget.Truncate(line, width)
}

func (p *Page) rowsOrMessage(s *style.Styles) string {
	if len(p.rows) == 0 {
		k := p.env.Keys
		if p.filter.Value() != "" {
			return renderMessage(s, p.noMatch("restore point"), p.innerWidth())
		}
		if m, cut := p.env.incompleteMessage(p.env.State.Incomplete()); cut {
			return renderMessage(s, m, p.innerWidth())
		}
		if !p.env.State.PointsComplete() {
			return renderMessage(s, message{s.Muted, "loading restore points" + style.Ellipsis, ""}, p.innerWidth())
		}
		return renderMessage(s, message{s.Bad, "No restore points yet.", k.Action.Snapshot.Help().Key +
			" takes a snapshot, " + k.Action.Backup.Help().Key + " a backup."}, p.innerWidth())
	}
	return p.table.View(s, p.focused, func(i int, cells []widget.Span) { p.setCells(cells, s, p.rows[i]) })
}

func (p *Page) setCells(cells []widget.Span, s *style.Styles, point *model.Point) {
	glyph, st := kindSign(s, point)
	word, name := kindAndName(point)
	description := ""
	if point.Kind == model.Snapshot { // a backup's description is shown as its name
		description = point.Description
	}
	dataLoss := widget.Span{Text: "-", Style: s.Muted}
	now := p.env.State.Now
	age, known := point.Age(now)
	if known && point.CannotRestore(now) == "" {
		dataLoss = widget.Span{Text: widget.FormatDuration(age), Style: s.Text}
	}
	created := widget.Span{Text: widget.ShortTime(point.CreatedAt, now), Style: s.Text}
	if !known {
		created = widget.Span{Text: widget.CreatedAgo(point, now), Style: s.Warning}
	}
	duration := widget.Span{Text: "-", Style: s.Muted}
	if last, known := p.env.State.LastRestoreDuration(*point); known {
		duration = widget.Span{Text: widget.FormatDuration(last), Style: s.Text}
	}
	cells[pageKind] = signSpan(glyph, st, word, s.Text)
	cells[pageName] = widget.Span{Text: name, Style: s.Text, Matched: p.matchedRunes(point)}
	cells[pageStatus] = PointStatus(s, point.Status)
	cells[pageCreated] = created
	cells[pageDataLoss] = dataLoss
	cells[pageRestoreTime] = duration
	cells[pageSize] = widget.Span{Text: widget.SizeOf(point), Style: s.Text}
	cells[pageExpires] = expirySpan(s, point, now)
	cells[pageDescription] = widget.Span{Text: description, Style: s.Muted}
}
