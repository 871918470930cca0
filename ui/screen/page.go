package screen

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Page is one server opened: its facts, and one timeline of its backups and snapshots together.
type Page struct {
	list[*model.Point, model.Key]
	deeds  Deeds
	server model.ID
}

// The columns of a server's page.
const (
	pageKind = iota
	pageName
	pageStatus
	pageCreated
	pageLoses
	pageTook
	pageSize
	pageExpires
)

// NewPage opens a server.
func NewPage(env *Env, server model.ID) *Page {
	p := &Page{deeds: Deeds{env}, server: server, list: newList(env, []widget.Column{
		pageKind:    {Title: "KIND", Width: 11},
		pageName:    {Title: "NAME", Width: 12, Max: 40},
		pageStatus:  {Title: "STATUS", Width: 11, Rank: 2},
		pageCreated: {Title: "CREATED UTC", Width: len("15 Jan 18:30"), Right: true},
		pageLoses:   {Title: "BACK LOSES", Width: 10, Right: true, Rank: 1},
		pageTook:    {},
		pageSize:    {Title: "SIZE", Width: 7, Right: true, Rank: 3},
		pageExpires: {Title: "EXPIRES", Width: 11, Right: true, Rank: 4},
	},
		(*model.Point).Key, (*model.Texts).AddPoint, queryPoints(env), pageOrders(env)...,
	)}
	p.focused, p.sorting = true, &env.PageSorting
	p.News()
	return p
}

// Point puts the cursor on a restore point.
func (p *Page) Point(k model.Key) {
	p.current = k
	p.News()
}

// Title is the pane's name.
func (p *Page) Title() string { return "Server" }

// News takes over what the state knows now. What a restore took last time is only shown once there was one.
func (p *Page) News() {
	points := eachOf(p.env.State.Of(p.server))
	p.table.Columns[pageTook] = widget.Column{}
	if slices.ContainsFunc(points, func(q *model.Point) bool { _, known := p.env.State.LastRestore(*q); return known }) {
		p.table.Columns[pageTook] = widget.Column{Title: "LAST TOOK", Width: 9, Right: true, Rank: 5}
	}
	p.table.Columns[pageCreated].Width = len("15 Jan 18:30")
	for _, q := range points {
		p.table.Columns[pageCreated].Width = max(p.table.Columns[pageCreated].Width, len(widget.Short(q.CreatedAt, p.env.State.Now)))
	}
	p.sorted = nil // how long things took may be another, and the points the same
	p.set(points)
}

// SetSize gives the page its room, border included. Above the rows stand the facts and the timeline.
func (p *Page) SetSize(width, height int) {
	p.list.SetSize(width, height)
	p.table.SetSize(max(width-widget.FrameWidth, 0), max(height-widget.FrameHeight-len(p.head(p.env.Look())), 0))
}

// Update takes keys and clicks; see [Pane].
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	if row, ok := msg.(RowMsg); ok {
		row.Line -= len(p.head(p.env.Look()))
		msg = row
	}
	press, again, taken := p.handle(msg)
	if again {
		p.News()
	}
	if taken {
		return nil
	}
	return p.act(press)
}

func (p *Page) act(press tea.KeyPressMsg) tea.Cmd {
	point, _ := p.selected()
	return p.deeds.onPoint(press, p.server, "restore point", point, p.marks, p.filter.Value() != "")
}

// ShortHelp is what the footer shows.
func (p *Page) ShortHelp() []key.Binding {
	k := p.env.Keys
	if _, there := p.env.State.Server(p.server); !there {
		return []key.Binding{k.View.Back}
	}
	if p.total == 0 {
		return []key.Binding{k.Deed.Snapshot, k.Deed.Backup, k.View.Back}
	}
	return []key.Binding{k.Deed.Restore, k.Deed.Delete, k.Deed.Snapshot, k.Deed.Backup, k.View.Back, k.Mark.One, k.View.Filter, k.View.Order, k.View.Open}
}

// FullHelp is the same in groups.
func (p *Page) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

// View draws the page.
func (p *Page) View() string {
	s := p.env.Look()
	server, ok := p.env.State.Server(p.server)
	title := s.AccentStrong.Render(widget.Agreed(server.Ref().Label())) + s.Muted.Render(fmt.Sprintf(" #%s %s %d restore points", p.server, style.Dot, p.total))
	if !ok {
		return p.frame(s.AccentStrong.Render("#"+string(p.server)), "", say(s, message{s.Bad, "This server is no longer there.", p.env.Keys.View.Back.Help().Key + " goes back."}, p.inner()))
	}
	trouble := p.env.stale(sourceOf(&p.env.State.Backups))
	if trouble == "" {
		trouble = p.env.stale(sourceOf(&p.env.State.Snapshots))
	}
	return p.frame(title, trouble, strings.Join(append(p.head(s), p.rowsOrMessage(s)), "\n"))
}

func (p *Page) inner() int { return p.width - widget.FrameWidth }

// head is the facts, and the timeline where there is room for it.
func (p *Page) head(s *style.Styles) []string {
	server, _ := p.env.State.Server(p.server)
	room := max(p.inner()-4, 1)
	status := ServerStatus(s, server.Status)
	facts := strings.Join([]string{
		server.Hostname, server.Location, server.OS,
		planWords(server.Plan),
	}, " "+style.Dot+" ")
	lines := []string{widget.Cut("  "+status.SignStyle.Render(status.Sign)+" "+status.Style.Render(widget.Agreed(status.Text))+s.Muted.Render(" "+style.Dot+" ")+
		widget.Link(s.Muted, p.env.SSH.URL(server)).Render(widget.Agreed(server.IP))+s.Muted.Render(" "+style.Dot+" "+widget.Agreed(facts)), p.inner()-2)}
	if p.env.State.PointsKnown() {
		a := model.Assess(server, p.env.State.Of(p.server), p.env.Policies.For(server), p.env.State.Now)
		for _, r := range a.Reasons {
			st := s.Late
			if r.Health >= model.Failing { // there is nothing, or it fails
				st = s.Bad
			}
			lines = append(lines, "  "+st.Render(widget.Cut(style.Late+" "+r.Words, room)))
		}
	}
	if p.height < 16+len(lines) || len(p.rows) == 0 {
		return lines
	}
	scale, line := p.timeline(s).View(s, room)
	return append(lines, "", "  "+scale, "  "+line, "  "+widget.Cut(p.legend(s), room), "")
}

// planWords are the plan's name and sizes, as far as they are known.
func planWords(plan model.Plan) string {
	words := []string{fmt.Sprintf("%s %d vCPU", plan.Name, plan.VCPUs)}
	if plan.MemoryMB > 0 {
		words = append(words, widget.Size(int64(plan.MemoryMB)))
	}
	return strings.Join(append(words, fmt.Sprintf("%d GB", plan.StorageGB)), ", ")
}

// timeline is the points that are shown, and the one under the cursor in the colour of the focus.
func (p *Page) timeline(s *style.Styles) widget.Timeline {
	now := p.env.State.Now
	t := widget.Timeline{From: now, Now: now}
	for i, point := range p.rows {
		glyph, st := kindSign(s, point)
		if _, known := point.Age(now); !known {
			continue
		}
		mark := widget.Mark{At: point.CreatedAt, Glyph: glyph, Style: st}
		if point.Status.Bad() {
			mark.Glyph, mark.Style = style.Failed, s.Bad
		}
		if i == p.table.Cursor {
			mark.Style, mark.Top = s.AccentStrong.Reverse(true), 1
		}
		t.Marks = append(t.Marks, mark)
		if point.CreatedAt.Before(t.From) {
			t.From = point.CreatedAt
		}
	}
	return t
}

// kindSign tells the kinds apart by glyph, and by a hue that means nothing else.
func kindSign(s *style.Styles, p *model.Point) (string, lipgloss.Style) {
	switch {
	case p.Kind == model.Snapshot:
		return style.Snapshot, s.Snapshot
	case p.Type == model.Manual:
		return style.Manual, s.Text
	}
	return style.Automatic, s.Text
}

func (p *Page) legend(s *style.Styles) string {
	out := s.Text.Render(style.Automatic) + s.Muted.Render(" automatic  ") + s.Text.Render(style.Manual) + s.Muted.Render(" manual  ") +
		s.Snapshot.Render(style.Snapshot) + s.Muted.Render(" snapshot")
	if gap, ok := longestGap(p.rows, p.env.State.Now); ok {
		out += s.Muted.Render("     longest gap " + widget.Duration(gap))
	}
	return out
}

// longestGap is the longest time between two usable points, or between the newest and now.
func longestGap(points []*model.Point, now time.Time) (time.Duration, bool) {
	usable := make([]*model.Point, 0, len(points))
	for _, p := range points {
		if _, known := p.Age(now); known && p.Usable(now) {
			usable = append(usable, p)
		}
	}
	slices.SortFunc(usable, model.NewestFirst)
	var longest time.Duration
	after := now
	for _, p := range usable {
		longest = max(longest, after.Sub(p.CreatedAt))
		after = p.CreatedAt
	}
	return longest, len(usable) > 0
}

func (p *Page) rowsOrMessage(s *style.Styles) string {
	if len(p.rows) == 0 {
		k := p.env.Keys
		if p.filter.Value() != "" {
			return say(s, message{s.Text, "No restore point matches “" + p.filter.Value() + "”.", k.View.Back.Help().Key + " clears the filter."}, p.inner())
		}
		if !p.env.State.PointsKnown() {
			return say(s, message{s.Muted, "loading restore points" + style.Ellipsis, ""}, p.inner())
		}
		return say(s, message{s.Bad, "There is nothing to go back to.", k.Deed.Snapshot.Help().Key + " takes a snapshot, " + k.Deed.Backup.Help().Key + " a backup."}, p.inner())
	}
	return p.table.View(s, p.focused, func(i int) []widget.Span { return p.cells(s, p.rows[i]) })
}

func (p *Page) cells(s *style.Styles, point *model.Point) []widget.Span {
	glyph, st := kindSign(s, point)
	word, name := pageWords(point)
	loses := widget.Span{Text: "-", Style: s.Muted}
	now := p.env.State.Now
	age, known := point.Age(now)
	if known && point.CannotRestore(now) == "" {
		loses = widget.Span{Text: widget.Duration(age), Style: s.Text}
	}
	created := widget.Span{Text: widget.Short(point.CreatedAt, now), Style: s.Text}
	if !known {
		created = widget.Span{Text: widget.Made(point, now), Style: s.Late}
	}
	took := widget.Span{Text: "-", Style: s.Muted}
	if last, known := p.env.State.LastRestore(*point); known {
		took = widget.Span{Text: widget.Duration(last), Style: s.Text}
	}
	return []widget.Span{
		pageKind:    sign(glyph, st, word, s.Text),
		pageName:    {Text: name, Style: s.Text, Marked: p.found(point)},
		pageStatus:  PointStatus(s, point.Status),
		pageCreated: created,
		pageLoses:   loses,
		pageTook:    took,
		pageSize:    {Text: widget.SizeOf(point), Style: s.Text},
		pageExpires: expires(s, point, now),
	}
}
