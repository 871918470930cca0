package screen

import (
	"cmp"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Servers is the pane of all servers, worst covered first.
type Servers struct {
	list[serverRow, model.ID]
	deeds  Deeds
	placed bool // the cursor has been put on the first row once all was known, or moved by hand
	health [model.Never + 1]int
}

// serverRow is a server and what it can go back to.
type serverRow struct {
	model.Server
	cover  model.Coverage
	health model.Health
	known  bool // the points have been loaded
	full   string
}

// The columns of the servers pane.
const (
	serverName = iota
	serverStatus
	serverNewest
	serverBackups
	serverSnapshots
	serverNote
	serverLocation
	serverIP
	serverOS
	serverPlan
)

// NewServers makes the pane.
func NewServers(env *Env) *Servers {
	columns := []widget.Column{
		serverName:      {Width: 13, Max: 30},
		serverStatus:    {Width: 11, Rank: 2},
		serverNewest:    {Width: 9, Right: true},
		serverBackups:   {Width: 2, Right: true, Rank: 4},
		serverSnapshots: {Width: 2, Right: true, Rank: 4},
		serverNote:      {Width: 9, Rank: 1},
		serverLocation:  {Width: 10, Rank: 5},
		serverIP:        {Width: 15, Rank: 6},
		serverOS:        {Width: 16, Rank: 7},
		serverPlan:      {Width: 20, Rank: 8},
	}
	byName := func(a, b serverRow) int { return cmp.Or(cmp.Compare(a.Name, b.Name), byID(a.ID, b.ID)) }
	return &Servers{deeds: Deeds{env}, list: newList(env, columns,
		func(r serverRow) model.ID { return r.ID },
		func(r serverRow) string {
			return strings.Join([]string{r.Name, r.Hostname, string(r.Status), r.IP, r.Location, r.OS, string(r.ID), r.full}, " ")
		},
		order[serverRow]{"worst first", serverNote, style.Descending, func(a, b serverRow) int {
			return cmp.Or(cmp.Compare(b.health, a.health), byName(a, b))
		}},
		order[serverRow]{"name", serverName, style.Ascending, byName},
		order[serverRow]{"newest restore point, oldest first", serverNewest, style.Ascending, func(a, b serverRow) int {
			return cmp.Or(a.cover.Newest.Compare(b.cover.Newest), byName(a, b))
		}},
		order[serverRow]{"status", serverStatus, style.Ascending, func(a, b serverRow) int {
			return cmp.Or(cmp.Compare(a.Status, b.Status), byName(a, b))
		}},
	)}
}

func byID(a, b model.ID) int {
	switch {
	case a.Less(b):
		return -1
	case b.Less(a):
		return 1
	}
	return 0
}

// Title is the pane's name.
func (p *Servers) Title() string { return "Servers" }

// Selected is the server under the cursor.
func (p *Servers) Selected() (model.Server, bool) {
	row, ok := p.selected()
	return row.Server, ok
}

// News takes over what the state knows now.
func (p *Servers) News() {
	state := p.env.State
	known := state.PointsKnown()
	rows := make([]serverRow, len(state.Servers.Value))
	p.health = [model.Never + 1]int{}
	for i, server := range state.Servers.Value {
		row := serverRow{Server: server, cover: state.Coverage(server.ID), known: known}
		if known {
			row.health = model.HealthOf(state.Of(server.ID), state.Now)
			row.full = p.fullness(server.ID)
			p.health[row.health]++
		}
		rows[i] = row
	}
	p.set(rows)
	if known && !p.placed && len(rows) > 0 {
		p.placed = true
		p.moveTo(0)
	}
}

// fullness names the quota that is used up.
func (p *Servers) fullness(id model.ID) string {
	switch state := p.env.State; {
	case state.Quota(model.Snapshot, id).Full():
		return "sn full"
	case state.Quota(model.Backup, id).Full():
		return "bk full"
	}
	return ""
}

// Update takes keys and clicks; see [Pane].
func (p *Servers) Update(msg tea.Msg) tea.Cmd {
	before := p.table.Cursor
	press, again, taken := p.handle(msg)
	if again {
		p.News()
	}
	p.placed = p.placed || p.table.Cursor != before
	if taken {
		return nil
	}
	return p.act(press)
}

func (p *Servers) act(press tea.KeyPressMsg) tea.Cmd {
	keys := p.env.Keys
	deed := key.Matches(press, keys.Deed.Snapshot, keys.Deed.Backup, keys.Deed.Restore, keys.Deed.Delete, keys.View.Open)
	server, ok := p.Selected()
	if !deed {
		return nil
	}
	if !ok {
		p.env.Say(Warning, "there is no server under the cursor")
		return nil
	}
	switch {
	case key.Matches(press, keys.Deed.Snapshot):
		return p.deeds.Snapshot(server.ID)
	case key.Matches(press, keys.Deed.Backup):
		return p.deeds.Backup(server.ID)
	case key.Matches(press, keys.Deed.Restore):
		return p.deeds.RestoreNewest(server.ID)
	case key.Matches(press, keys.View.Open):
		p.env.Visit(server.ID)
		return nil
	}
	p.env.Say(Warning, fmt.Sprintf("servers are not deleted here: choose a backup (%s) or a snapshot (%s)",
		keys.Pane.Backups.Help().Key, keys.Pane.Snapshots.Help().Key))
	return nil
}

// ShortHelp is what the footer shows.
func (p *Servers) ShortHelp() []key.Binding {
	k := p.env.Keys
	return []key.Binding{k.Deed.Snapshot, k.Deed.Backup, k.Deed.Restore, k.View.Filter, k.View.Order, k.View.Open}
}

// FullHelp is the same in groups.
func (p *Servers) FullHelp() [][]key.Binding { return [][]key.Binding{p.ShortHelp()} }

// View draws the pane.
func (p *Servers) View() string {
	s := p.env.Look()
	from := sourceOf(&p.env.State.Servers)
	return p.frame(p.title(s), p.env.stale(from), p.body(s, from))
}

func (p *Servers) title(s *style.Styles) string {
	name := s.Muted
	if p.focused {
		name = s.AccentStrong
	}
	out := name.Render("Servers")
	if !p.env.State.Servers.Loaded() {
		return out
	}
	count := fmt.Sprint(p.total)
	if len(p.rows) != p.total {
		count = fmt.Sprintf("%d of %d", len(p.rows), p.total)
	}
	out += s.Muted.Render(" " + count)
	if n := p.health[model.Never] + p.health[model.Failing]; n > 0 {
		out += s.Bad.Render(fmt.Sprintf("  %s %d", style.Failed, n))
	}
	if n := p.health[model.Late]; n > 0 {
		out += s.Late.Render(fmt.Sprintf("  %s %d", style.Late, n))
	}
	return out
}

func (p *Servers) body(s *style.Styles, from source) string {
	inner := p.width - widget.FrameWidth
	if m, wait := p.env.waiting(from, "servers"); wait {
		return say(s, m, inner)
	}
	if len(p.rows) == 0 {
		if p.filter.Value() != "" {
			return say(s, message{s.Text, "No server matches “" + p.filter.Value() + "”.", p.env.Keys.View.Back.Help().Key + " clears the filter."}, inner)
		}
		return say(s, message{s.Text, "This account has no servers.", "They are made in the provider's panel."}, inner)
	}
	p.heads("NAME", "STATUS", "NEWEST", "BK", "SN", "RISK", "LOCATION", "IP", "SYSTEM", "PLAN")
	return p.table.View(s, p.focused, func(i int) []widget.Span { return p.cells(s, p.rows[i]) })
}

func (p *Servers) cells(s *style.Styles, r serverRow) []widget.Span {
	newest := widget.Span{Text: "-", Style: s.Faint}
	if r.known {
		newest = widget.Span{Text: "never", Style: s.Bad}
		if !r.cover.Newest.IsZero() {
			newest = widget.Span{Text: widget.Ago(r.cover.Newest, p.env.State.Now), Style: s.Text}
			if r.health == model.Late {
				newest.Style = s.Late
			}
		}
	}
	name := s.Text
	if r.health > model.Fine {
		name = s.Strong
	}
	return []widget.Span{
		serverName:      {Text: r.Name, Style: name},
		serverStatus:    ServerStatus(s, r.Status),
		serverNewest:    newest,
		serverBackups:   {Text: count(r.known, r.cover.Backups), Style: s.Muted},
		serverSnapshots: {Text: count(r.known, r.cover.Snapshots), Style: s.Muted},
		serverNote:      note(s, r),
		serverLocation:  {Text: r.Location, Style: s.Muted},
		serverIP:        {Text: r.IP, Style: s.Muted},
		serverOS:        {Text: r.OS, Style: s.Muted},
		serverPlan:      {Text: r.Plan.Name, Style: s.Muted},
	}
}

func count(known bool, n int) string {
	if !known {
		return "-"
	}
	return fmt.Sprint(n)
}

// note is what is wrong with a server's coverage, or "".
func note(s *style.Styles, r serverRow) widget.Span {
	switch {
	case r.health == model.Never:
		return sign(style.Failed, s.Bad, "nothing", s.BadStrong)
	case r.health == model.Failing:
		return sign(style.Failed, s.Bad, "failed", s.Bad)
	case r.health == model.Late:
		return sign(style.Late, s.Late, "late", s.Late)
	}
	return widget.Span{Text: r.full, Style: s.Muted}
}

// sign is a glyph and a word, each in its style.
func sign(glyph string, glyphStyle lipgloss.Style, word string, wordStyle lipgloss.Style) widget.Span {
	return widget.Span{Sign: glyph, SignStyle: glyphStyle, Text: word, Style: wordStyle}
}

// ServerStatus is a server's status as glyph, word and colour.
func ServerStatus(s *style.Styles, status model.ServerStatus) widget.Span {
	switch status {
	case model.ServerActive:
		return sign(style.Live, s.Fine, "active", s.Text)
	case model.ServerStopped:
		return sign(style.Stopped, s.Muted, "stopped", s.Muted)
	case model.ServerSuspended:
		return sign(style.Barred, s.Late, "suspended", s.Late)
	case model.ServerRestoring:
		return sign(style.Running, s.Accent, "restoring", s.Accent)
	}
	return sign(style.Unknown, s.Muted, string(status), s.Muted)
}
