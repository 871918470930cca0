package screen

import (
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Points is the pane of backups or of snapshots, of the server under the cursor or of all servers.
type Points struct {
	list[*model.Point, model.Key]
	actions     Actions
	kind        model.Kind
	server      model.ServerRef // whose points are shown; empty ID: no server
	fleet       bool            // points of all servers are shown
	cursorMoved bool            // the user has moved the cursor
	widenedRows []*model.Point  // the rows for which the width of EXPIRES was set
}

// The columns of a points pane.
const (
	pointServer = iota
	pointName
	pointStatus
	pointSize
	pointCreated
	pointExpires
	pointDescription
)

// NewPoints returns the pane of backups or of snapshots.
func NewPoints(env *Env, kind model.Kind) *Points {
	p := &Points{actions: Actions{env}, kind: kind, list: newList(env, pointColumns(kind, false),
		(*model.Point).Key, (*query.TextIndex).AddPoint, pointQueryParser(env), pointOrders(kind)...,
	)}
	p.fields = query.PointFields
	env.Columns.apply(&p.table, paneName(kind), pointColumns(kind, false))
	return p
}

// Title returns the pane's name.
func (p *Points) Title() string { return kindTitle(p.kind) }

// Show sets whose points to show.
func (p *Points) Show(server model.ServerRef, fleet bool) {
	if server == p.server && fleet == p.fleet {
		return
	}
	if fleet && p.fleet { // the fleet's list is the same for every server
		p.server = server
		return
	}
	if !p.cursorMoved || !fleet && server != p.server {
		p.current, p.cursorMoved = model.Key{}, false
	}
	other := fleet != p.fleet
	p.server, p.fleet = server, fleet
	if other {
		p.ApplyColumns()
	}
	p.filter.changed = true // begin at the first point, unless one was chosen
	p.Refresh()
}

// SelectPoint puts the cursor on a restore point, if the pane lists it.
func (p *Points) SelectPoint(k model.Key) {
	p.current = k
	p.Refresh()
}

// Refresh updates the rows from the state.
func (p *Points) Refresh() {
	defer p.widenExpiry()
	if !p.fleet {
		p.setRows(slices.DeleteFunc(model.PointersTo(p.env.State.PointsOf(p.server.ID)),
			func(point *model.Point) bool { return point.Kind != p.kind }))
		return
	}
	p.setRows(p.env.State.Fleet().NewestFirst(p.kind))
}

// SetFilter shows only the points that match.
func (p *Points) SetFilter(text string) {
	p.setFilter(text)
	p.Refresh()
}

// FilterText returns the filter as it is written.
func (p *Points) FilterText() string { return p.filter.Value() }

// widenExpiry widens EXPIRES if a row says "none stated".
func (p *Points) widenExpiry() {
	column := &p.table.Columns[pointExpires]
	if column.Width == 0 || sameSlice(p.rows, p.widenedRows) {
		return
	}
	p.widenedRows, column.Width = p.rows, 8
	if slices.ContainsFunc(p.rows, func(point *model.Point) bool {
		return point.ExpiresAt.IsZero() && !point.ExpiresUnreadable &&
			widget.ExpiresIn(point, p.env.State.Now) != "never"
	}) {
		column.Width = len("none stated")
	}
}

// Update handles a message; see [Pane].
func (p *Points) Update(msg tea.Msg) tea.Cmd {
	before := p.current
	press, changed, handled := p.handleMsg(msg)
	p.cursorMoved = p.cursorMoved || p.current != before
	if changed {
		p.Refresh()
	}
	if handled {
		return nil
	}
	return p.handleKey(press)
}

func (p *Points) handleKey(press tea.KeyPressMsg) tea.Cmd {
	point, ok := p.selected()
	server := p.server.ID
	if p.fleet && ok {
		server = point.Server.ID
	}
	return p.actions.handlePointKey(press, server, p.kind.String(), point, p.markedInOrder(), p.filter.Value() != "")
}

// ShortHelp returns the keys for the footer.
func (p *Points) ShortHelp() []key.Binding {
	k := p.env.Keys
	if p.filter.typing {
		return p.typingKeys()
	}
	if len(p.env.State.Servers.Value) == 0 && len(p.rows) == 0 {
		return p.env.noServerKeys()
	}
	fleet := k.View.Fleet
	if p.fleet {
		fleet = keymap.WithHelp(fleet, "this server")
	}
	if len(p.marks) > 0 { // restore works on one restore point
		return []key.Binding{k.Action.Delete, p.markKey(), keymap.WithHelp(k.View.Back, "unmark all"), k.View.Filter,
			k.View.Order, fleet, k.View.Open}
	}
	return []key.Binding{k.Action.Restore, k.Action.Delete, k.Action.Snapshot, k.Action.Backup, p.markKey(),
		k.View.Filter, k.View.Order, fleet, k.View.Open}
}

// FullHelp returns what can be done here, for the help.
func (p *Points) FullHelp() [][]key.Binding {
	k := p.env.Keys
	return [][]key.Binding{
		{k.Action.Restore, k.Action.Delete, k.Action.Snapshot, k.Action.Backup, k.Action.CleanUp},
		{k.View.Open, k.View.Filter, k.View.Order, k.View.Reverse, k.View.Fleet,
			keymap.WithHelp(k.View.Problems, "all failed points")},
		{k.Mark.One, k.Mark.Range, k.Mark.All, k.View.Menu, k.View.Copy, k.View.SSH, k.View.Raw},
	}
}

// View draws the pane.
func (p *Points) View() string {
	s := p.env.Styles()
	from := p.env.sourceAt(pointList(p.kind))
	return p.frame(p.title(s), p.env.staleNote(from), p.body(s, from))
}

func (p *Points) title(s *style.Styles) string {
	name := s.Muted
	if p.focused {
		name = s.AccentStrong
	}
	out := style.Render(name, p.Title())
	loaded := p.env.State.Points(p.kind).Loaded()
	if p.fleet {
		out += style.Render(s.Muted, " of all servers")
		if loaded {
			out += style.Render(s.Muted, " "+style.Dot+" "+p.countLabel())
		}
		return out
	}
	if p.server.ID == "" {
		return out
	}
	out += " " + style.Render(s.Text, widget.NormalizeWidth(p.server.ShortLabel()))
	if !loaded {
		return out
	}
	q := p.env.State.Quota(p.kind, p.server.ID)
	word, full := "", s.Accent
	if p.kind == model.Backup {
		word = "manual "
	}
	if q.MayBeFull() {
		full = s.Warning
	}
	return out + style.Render(s.Muted, " "+style.Dot+" "+p.countLabel()+" "+style.Dot+" "+word) +
		widget.Blocks(q.Taken(), q.Limit, full, s.Faint) + style.Render(s.Muted, " "+quotaShort(q))
}

// quotaShort returns a quota's usage: "3/5", or "3+/5" if there may be more.
func quotaShort(q model.Quota) string {
	more := ""
	if q.Incomplete {
		more = "+"
	}
	return fmt.Sprintf("%d%s/%d", q.Taken(), more, q.Limit)
}

func (p *Points) countLabel() string {
	if len(p.rows) != p.total() {
		return fmt.Sprintf("%d of %d", len(p.rows), p.total())
	}
	return fmt.Sprint(p.total())
}

func (p *Points) body(s *style.Styles, from source) string {
	inner := p.width - widget.FrameWidth
	if m, wait := p.env.loadingMessage(from, p.kind.String()+"s"); wait {
		return renderMessage(s, m, inner)
	}
	if len(p.rows) == 0 {
		if m, cut := p.env.incompleteMessage(from.err); cut && p.filter.Value() == "" {
			return renderMessage(s, m, inner)
		}
		return renderMessage(s, p.emptyMessage(s), inner)
	}
	return p.table.View(s, p.focused, func(i int, cells []widget.Span) { p.setCells(cells, s, p.rows[i]) })
}

// emptyMessage returns what an empty pane shows.
func (p *Points) emptyMessage(s *style.Styles) message {
	k := p.env.Keys
	switch {
	case p.server.ID == "" && !p.fleet:
		return message{s.Muted, "No server selected.", ""}
	case p.filter.Value() != "":
		return p.noMatch(p.kind.String())
	case p.fleet:
		return message{s.Text, fmt.Sprintf("No %ss yet.", p.kind), ""}
	}
	create := k.Action.Backup
	if p.kind == model.Snapshot {
		create = k.Action.Snapshot
	}
	hint := ""
	if create.Enabled() {
		hint = create.Help().Key + " creates the first one."
	}
	return message{s.Text, fmt.Sprintf("No %ss of %s yet.", p.kind, p.server.SentenceName()), hint}
}

// setCells sets the cells of a row. Without the focus, what is fine has one colour: the pane follows
// the cursor among the servers then, and each change of colour takes bytes.
func (p *Points) setCells(cells []widget.Span, s *style.Styles, point *model.Point) {
	found, text, status := p.matchedRunes(point), s.Text, PointStatus(s, point.Status)
	if !p.focused {
		text = s.Muted
		if point.Status == model.Completed {
			status.SignStyle = s.Muted
		}
	}
	name, description := widget.Span{Text: point.Name, Style: text, Matched: found},
		widget.Span{Text: point.Description, Style: s.Muted}
	if p.kind == model.Backup {
		name = widget.Span{Text: string(point.Type), Style: text}
		description.Matched = found // the filter searches it as the backup's name
		if point.Type == model.Automatic {
			name.Style = s.Muted
		}
	}
	cells[pointServer] = widget.Span{Text: point.Server.ShortLabel(), Style: text}
	cells[pointName] = name
	cells[pointStatus] = status
	cells[pointSize] = widget.Span{Text: widget.SizeOf(point), Style: text}
	cells[pointCreated] = createdSpan(s, text, point, p.env.State.Now)
	cells[pointExpires] = expirySpan(s, point, p.env.State.Now)
	cells[pointDescription] = description
}

// expiringSoon is the time before expiry from which it is shown as a warning.
const expiringSoon = 48 * time.Hour

func expirySpan(s *style.Styles, point *model.Point, now time.Time) widget.Span {
	out := widget.Span{Text: widget.ExpiresIn(point, now), Style: s.Muted}
	if point.ExpiresUnreadable || !point.ExpiresAt.IsZero() && point.ExpiresAt.Sub(now) < expiringSoon {
		out.Style = s.Warning
	}
	return out
}

// createdSpan returns how long ago a point was created, as a warning if the time is not plausible.
func createdSpan(s *style.Styles, fine style.Style, point *model.Point, now time.Time) widget.Span {
	out := widget.Span{Text: widget.CreatedAgo(point, now), Style: fine}
	if _, known := point.Age(now); !known {
		out.Style = s.Warning
	}
	return out
}

// PointStatus returns a restore point's status as glyph, word and colour.
func PointStatus(s *style.Styles, status model.PointStatus) widget.Span {
	switch {
	case status == model.Completed:
		return signSpan(style.Done, s.Fine, "completed", s.Muted)
	case status.Running():
		return signSpan(style.Running, s.Accent, "creating", s.Accent)
	case status.Failed():
		return signSpan(style.Failed, s.Bad, string(status), s.Bad)
	}
	return signSpan(style.Unknown, s.Muted, string(status), s.Muted)
}

// markedPoints returns the marked points that still exist, in the order of the marks.
func markedPoints(state *model.State, marked []model.Key) []model.Point {
	known := map[model.Key]*model.Point{}
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		points := state.Points(kind).Value
		for i := range points {
			known[points[i].Key()] = &points[i]
		}
	}
	var out []model.Point
	for _, k := range marked {
		if p := known[k]; p != nil {
			out = append(out, *p)
		}
	}
	return out
}
