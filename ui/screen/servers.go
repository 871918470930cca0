package screen

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Servers is the pane of all servers, worst covered first.
type Servers struct {
	list[*model.Judged, model.ID]
	deeds     Deeds
	placed    bool // the cursor has been put on the first row once all was known, or moved by hand
	onlyWrong bool // only servers with something wrong are shown
	counts    [model.None + 1]int
	chosen    []*model.Judged // what the filter is asked about
	judged    judgement       // by which they were made
}

// The columns of the servers pane.
const (
	serverName = iota
	serverStatus
	serverBackup
	serverSnapshot
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
	p := &Servers{deeds: Deeds{env}, list: newList(env, serverColumns(),
		func(r *model.Judged) model.ID { return r.ID },
		func(to *model.Texts, r *model.Judged) { to.AddServer(&r.ServerView) },
		query(model.ServerFields, func(q model.Query, r *model.Judged) (bool, model.Marks) {
			shown, _, found := q.MatchServer(r.ServerView, env.State.Now)
			return shown, found
		}),
		serverOrders()...,
	)}
	env.Columns.choose(&p.table, "servers", serverColumns())
	return p
}

// Title is the pane's name.
func (p *Servers) Title() string { return "Servers" }

// Selected is the server under the cursor.
func (p *Servers) Selected() (model.Server, bool) {
	row, ok := p.selected()
	if !ok {
		return model.Server{}, false
	}
	return row.Server, true
}

// News takes over what the state knows now.
func (p *Servers) News() {
	if now := p.judgedBy(); !now.same(p.judged) {
		p.judged = now
		p.judge()
	}
	p.set(p.chosen)
	if p.judged.known && !p.placed && len(p.rows) > 0 {
		p.placed = true
		p.moveTo(0)
	}
}

// judgement is all that the rows are made of. As long as it is the same, they are.
type judgement struct {
	version   int
	known     bool  // both lists of points have come
	minute    int64 // by the API's clock: time alone makes a server late
	onlyWrong bool
	policies  model.Policies
}

func (p *Servers) judgedBy() judgement {
	state := p.env.State
	return judgement{state.Version(), state.PointsKnown(), state.Now.Unix() / 60, p.onlyWrong, p.env.Policies}
}

func (j judgement) same(other judgement) bool {
	return j.version == other.version && j.known == other.known && j.minute == other.minute && j.onlyWrong == other.onlyWrong &&
		slices.Equal(j.policies, other.policies)
}

// judge makes the rows: each server with its coverage, held against its policy. It grows with the number of points.
func (p *Servers) judge() {
	state := p.env.State
	p.judged.policies = slices.Clone(p.judged.policies)
	p.counts = [model.None + 1]int{}
	p.chosen = state.Fleet().Judged(p.env.Policies, p.judged.known, state.Now)
	for _, row := range p.chosen {
		if row.Known {
			p.counts[row.Assessment.Health]++
		}
	}
	if p.onlyWrong {
		p.chosen = slices.DeleteFunc(slices.Clone(p.chosen), func(r *model.Judged) bool { return !wrong(r.Assessment.Health) })
	}
}

// wrong says whether a state needs somebody: a full quota alone does not.
func wrong(h model.Health) bool { return h >= model.OddDate }

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
	if key.Matches(press, keys.Deed.Clear) {
		return p.deeds.Clear()
	}
	if key.Matches(press, keys.View.Wrong) {
		p.onlyWrong = !p.onlyWrong
		p.News()
		return nil
	}
	server, ok := p.Selected()
	marked := p.markedServers()
	switch {
	case key.Matches(press, keys.View.Open):
		if ok {
			p.env.Visit(server.ID)
		} else {
			p.env.Say(Warning, "there is no server under the cursor")
		}
		return nil
	case key.Matches(press, keys.Deed.Snapshot):
		return p.create(model.Snapshot, server.ID, marked)
	case key.Matches(press, keys.Deed.Backup):
		return p.create(model.Backup, server.ID, marked)
	case key.Matches(press, keys.Deed.Restore) && len(marked) > 0:
		return p.deeds.refuse(aRestore, "a restore is asked for one server at a time",
			keys.View.Back.Help().Key+" takes the marks away once this is closed.")
	case key.Matches(press, keys.Deed.Restore) && !ok:
		return p.deeds.nothingChosen(aRestore, "server", p.filter.Value() != "")
	case key.Matches(press, keys.Deed.Restore):
		return p.deeds.RestoreNewest(server.ID)
	case key.Matches(press, keys.Deed.Delete):
		return p.deeds.refuse(aDelete, "servers are not deleted here", fmt.Sprintf("Choose a backup (%s) or a snapshot (%s).",
			keys.Pane.Backups.Help().Key, keys.Pane.Snapshots.Help().Key))
	}
	return nil
}

// create makes a point of the marked servers; of the one under the cursor if none is.
func (p *Servers) create(kind model.Kind, server model.ID, marked []model.ID) tea.Cmd {
	switch {
	case len(marked) > 0:
		return p.deeds.CreateMany(kind, marked)
	case server == "":
		return p.deeds.nothingChosen(creating(kind), "server", p.filter.Value() != "")
	case kind == model.Snapshot:
		return p.deeds.Snapshot(server)
	}
	return p.deeds.Backup(server)
}

// markedServers are the marked ones that are still there, in the order of the state.
func (p *Servers) markedServers() []model.ID {
	var out []model.ID
	for _, s := range p.env.State.Servers.Value {
		if p.marks[s.ID] {
			out = append(out, s.ID)
		}
	}
	return out
}

// ShortHelp is what the footer shows.
func (p *Servers) ShortHelp() []key.Binding {
	k := p.env.Keys
	if len(p.env.State.Servers.Value) == 0 {
		return p.env.withoutServers()
	}
	return []key.Binding{k.Deed.Snapshot, k.Deed.Backup, k.Deed.Restore, k.Mark.One, k.View.Filter, k.View.Order, k.View.Wrong, k.View.Open}
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
	if p.onlyWrong {
		count += " need attention"
	}
	out += s.Muted.Render(" " + count)
	if n := p.counts[model.None] + p.counts[model.NoBackup] + p.counts[model.Failing]; n > 0 {
		out += s.Bad.Render(fmt.Sprintf("  %s %d", style.Failed, n))
	}
	if n := p.counts[model.Overdue] + p.counts[model.TooFew] + p.counts[model.Expiring] + p.counts[model.OddDate]; n > 0 {
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
		if m, cut := p.env.cut(p.env.State.Incomplete()); cut && p.filter.Value() == "" {
			return say(s, m, inner)
		}
		if p.onlyWrong && p.filter.Value() == "" {
			return say(s, message{s.Fine, style.Done + " Nothing is wrong: every server meets its policy.", p.env.Keys.View.Wrong.Help().Key + " shows all."}, inner)
		}
		if p.filter.Value() != "" {
			return say(s, message{s.Text, "No server matches “" + p.filter.Value() + "”.", p.env.Keys.View.Back.Help().Key + " clears the filter."}, inner)
		}
		return say(s, message{s.Text, "This account has no servers.", "They are made in the provider's panel."}, inner)
	}
	return p.table.View(s, p.focused, func(i int) []widget.Span { return p.cells(s, p.rows[i]) })
}

func (p *Servers) cells(s *style.Styles, r *model.Judged) []widget.Span {
	name := s.Text
	if wrong(r.Assessment.Health) {
		name = s.Strong
	}
	return []widget.Span{
		serverName:      {Text: r.Server.Ref().Short(), Style: name, Marked: p.found(r)},
		serverStatus:    ServerStatus(s, r.Status),
		serverBackup:    p.newest(s, r, model.Backup),
		serverSnapshot:  p.newest(s, r, model.Snapshot),
		serverBackups:   {Text: count(r.Known, r.Cover.Backups), Style: s.Muted},
		serverSnapshots: {Text: count(r.Known, r.Cover.Snapshots), Style: s.Muted},
		serverNote:      p.note(s, r),
		serverLocation:  {Text: r.Location, Style: s.Muted},
		serverIP:        {Text: r.IP, Style: widget.Link(s.Muted, p.env.SSH.URL(r.Server))},
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

// newest is how old the newest usable point of a kind is, in the colour of what is wrong with that.
func (p *Servers) newest(s *style.Styles, r *model.Judged, kind model.Kind) widget.Span {
	has, wanted := r.Assessment.Kinds[kind], r.Assessment.Policy.Of(kind)
	switch age := p.env.State.Now.Sub(has.Newest); {
	case !r.Known:
		return widget.Span{Text: "-", Style: s.Faint}
	case has.Usable == 0 && wanted.Need() > 0:
		return widget.Span{Text: "none", Style: s.Bad}
	case has.Usable == 0:
		return widget.Span{Text: "none", Style: s.Faint}
	case has.Newest.IsZero():
		return widget.Span{Text: "?", Style: s.Late}
	case wanted.MaxAge > 0 && age > wanted.MaxAge:
		return widget.Span{Text: widget.Age(age), Style: s.Late}
	default:
		return widget.Span{Text: widget.Age(age), Style: s.Text}
	}
}

// note is the worst that is to say of a server's coverage, or "".
func (p *Servers) note(s *style.Styles, r *model.Judged) widget.Span {
	switch h := r.Assessment.Health; {
	case h == model.Fine:
		return widget.Span{}
	case h == model.None:
		return sign(style.Failed, s.Bad, h.String(), s.BadStrong)
	case h >= model.Failing:
		return sign(style.Failed, s.Bad, h.String(), s.Bad)
	case wrong(h):
		return sign(style.Late, s.Late, h.String(), s.Late)
	default:
		return widget.Span{Text: h.String(), Style: s.Muted}
	}
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
