package screen

import (
	"fmt"
	"slices"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/pattern"
	"vpsdeck/model/query"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Servers is the pane of all servers, worst coverage first.
type Servers struct {
	list[*model.AssessedServer, model.ID]
	actions      Actions
	cursorPlaced bool // the cursor was put on the first row after loading, or moved by the user
	onlyProblems bool // only servers that need attention are shown
	counts       [model.None + 1]int
	unfiltered   []*model.AssessedServer // the rows before the filter
	assessedFor  assessmentKey           // what unfiltered was made of
	wide         bool                    // there is room for the picture of the last days
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
	serverDays
	serverLocation
	serverIP
	serverOS
	serverPlan
)

// NewServers returns the pane.
func NewServers(env *Env) *Servers {
	p := &Servers{actions: Actions{env}, list: newList(env, serverColumns(),
		func(r *model.AssessedServer) model.ID { return r.ID },
		func(to *query.TextIndex, r *model.AssessedServer) { to.AddServer(&r.ServerView) },
		queryParser(query.ServerFields, func(q query.Query, r *model.AssessedServer) (bool, pattern.Marks) {
			shown, _, found := q.MatchServer(r.ServerView, env.State.Now)
			return shown, found
		}),
		serverOrders()...,
	)}
	p.fields = query.ServerFields
	p.applyColumns()
	return p
}

// Title returns the pane's name.
func (p *Servers) Title() string { return "Servers" }

// Selected returns the server under the cursor.
func (p *Servers) Selected() (model.Server, bool) {
	row, ok := p.selected()
	if !ok {
		return model.Server{}, false
	}
	return row.Server, true
}

// Select puts the cursor on a server. What hides its row is cleared.
func (p *Servers) Select(server model.ID) {
	p.current = server
	p.Refresh()
	if selected, ok := p.Selected(); ok && selected.ID == server {
		return
	}
	p.onlyProblems, p.current = false, server
	p.SetFilter("")
}

// Refresh updates the rows from the state.
func (p *Servers) Refresh() {
	if now := p.currentKey(); !now.equal(p.assessedFor) {
		p.assessedFor = now
		p.assess()
	}
	p.setRows(p.unfiltered)
	if p.assessedFor.known && !p.cursorPlaced && len(p.rows) > 0 {
		p.cursorPlaced = true
		p.moveTo(0)
	}
}

// SetFilter shows only the servers that match, whether or not they need attention.
func (p *Servers) SetFilter(text string) {
	p.onlyProblems = false
	p.setFilter(text)
	p.Refresh()
}

// assessmentKey is everything that the rows depend on. While it is equal, the rows are too.
type assessmentKey struct {
	version      int
	known        bool  // both lists of points have loaded
	minute       int64 // by the API's clock: servers become overdue with time
	onlyProblems bool
	policies     model.Policies
}

func (p *Servers) currentKey() assessmentKey {
	state := p.env.State
	return assessmentKey{state.Version(), state.PointsComplete(), state.Now.Unix() / 60, p.onlyProblems, p.env.Policies}
}

func (k assessmentKey) equal(other assessmentKey) bool {
	return k.version == other.version && k.known == other.known && k.minute == other.minute &&
		k.onlyProblems == other.onlyProblems &&
		slices.Equal(k.policies, other.policies)
}

// assess makes the rows: each server with its coverage by its policy. The cost grows with the
// number of points.
func (p *Servers) assess() {
	state := p.env.State
	p.assessedFor.policies = slices.Clone(p.assessedFor.policies)
	p.counts = [model.None + 1]int{}
	p.unfiltered = state.Fleet().Assess(p.env.Policies, p.assessedFor.known, state.Now)
	for _, row := range p.unfiltered {
		if row.Known {
			p.counts[row.Assessment.Health]++
		}
	}
	if p.onlyProblems {
		p.unfiltered = slices.DeleteFunc(slices.Clone(p.unfiltered),
			func(r *model.AssessedServer) bool { return !needsAttention(r.Assessment.Health) })
	}
}

// needsAttention reports whether a state needs attention. A full quota alone does not.
func needsAttention(h model.Health) bool { return h >= model.OddDate }

// Update handles a message; see [Pane].
func (p *Servers) Update(msg tea.Msg) tea.Cmd {
	before := p.table.Cursor
	press, changed, handled := p.handleMsg(msg)
	if changed {
		p.Refresh()
	}
	p.cursorPlaced = p.cursorPlaced || p.table.Cursor != before
	if handled {
		return nil
	}
	return p.handleKey(press)
}

func (p *Servers) handleKey(press tea.KeyPressMsg) tea.Cmd {
	keys := p.env.Keys
	if key.Matches(press, keys.Action.CleanUp) {
		return p.actions.CleanUp()
	}
	if key.Matches(press, keys.View.Problems) {
		p.onlyProblems = !p.onlyProblems
		p.Refresh()
		return nil
	}
	server, ok := p.Selected()
	marked := p.markedServers()
	switch {
	case key.Matches(press, keys.View.Open):
		if ok {
			p.env.OpenServer(server.ID)
		} else {
			p.env.Notify(Warning, "there is no server under the cursor")
		}
		return nil
	case key.Matches(press, keys.Action.Snapshot):
		return p.create(model.Snapshot, server.ID, marked)
	case key.Matches(press, keys.Action.Backup):
		return p.create(model.Backup, server.ID, marked)
	case key.Matches(press, keys.Action.Restore) && len(marked) > 0:
		return p.actions.refuse(restoreTitles, "Restore works on one server",
			keys.View.Back.Help().Key+" clears the marks once this is closed.")
	case key.Matches(press, keys.Action.Restore) && !ok:
		return p.actions.refuseNoSelection(restoreTitles, "server", p.filter.Value() != "")
	case key.Matches(press, keys.Action.Restore):
		return p.actions.RestoreNewest(server.ID)
	case key.Matches(press, keys.Action.Delete):
		return p.actions.refuse(deleteTitles, "servers are not deleted here",
			fmt.Sprintf("Pick a backup (%s) or a snapshot (%s) to delete.",
				keys.Pane.Backups.Help().Key, keys.Pane.Snapshots.Help().Key))
	}
	return nil
}

// create opens the form for a point of the marked servers, or of the server under the cursor.
func (p *Servers) create(kind model.Kind, server model.ID, marked []model.ID) tea.Cmd {
	switch {
	case len(marked) > 0:
		return p.actions.CreateMany(kind, marked)
	case server == "":
		return p.actions.refuseNoSelection(createTitles(kind), "server", p.filter.Value() != "")
	case kind == model.Snapshot:
		return p.actions.Snapshot(server)
	}
	return p.actions.Backup(server)
}

// markedServers returns the marked servers that still exist, in the order shown.
func (p *Servers) markedServers() []model.ID {
	return slices.DeleteFunc(p.markedInOrder(), func(id model.ID) bool {
		_, known := p.env.State.Server(id)
		return !known
	})
}

// ShortHelp returns the keys for the footer.
func (p *Servers) ShortHelp() []key.Binding {
	k := p.env.Keys
	if p.filter.typing {
		return p.typingKeys()
	}
	if len(p.env.State.Servers.Value) == 0 {
		return p.env.noServerKeys()
	}
	problems := k.View.Problems
	if p.onlyProblems {
		problems = keymap.WithHelp(problems, "show all")
	}
	if len(p.marks) > 0 { // restore works on one server
		return []key.Binding{k.Action.Snapshot, k.Action.Backup, p.markKey(),
			keymap.WithHelp(k.View.Back, "unmark all"),
			k.View.Filter, k.View.Order, problems, k.View.Open}
	}
	return []key.Binding{k.Action.Snapshot, k.Action.Backup, k.Action.Restore, p.markKey(), k.View.Filter, k.View.Order,
		problems, k.View.Open}
}

// FullHelp returns what can be done here, for the help.
func (p *Servers) FullHelp() [][]key.Binding {
	k := p.env.Keys
	return [][]key.Binding{
		{k.Action.Snapshot, k.Action.Backup, k.Action.Restore, k.Action.CleanUp},
		{k.View.Open, k.View.Filter, k.View.Order, k.View.Reverse, k.View.Problems},
		{k.Mark.One, k.Mark.Range, k.Mark.All, k.View.Menu, k.View.Copy, k.View.SSH, k.View.Raw},
	}
}

// View draws the pane.
func (p *Servers) View() string {
	s := p.env.Styles()
	from := p.env.sourceAt(serverList)
	return p.frame(p.title(s), p.env.staleNote(from), p.body(s, from))
}

func (p *Servers) title(s *style.Styles) string {
	name := s.Muted
	if p.focused {
		name = s.AccentStrong
	}
	out := style.Render(name, "Servers")
	if !p.env.State.Servers.Loaded() {
		return out
	}
	count := fmt.Sprint(p.total())
	if len(p.rows) != p.total() {
		count = fmt.Sprintf("%d of %d", len(p.rows), p.total())
	}
	if p.onlyProblems {
		count += " need attention"
	}
	out += style.Render(s.Muted, " "+count)
	if n := p.counts[model.None] + p.counts[model.NoBackup] + p.counts[model.Failing]; n > 0 {
		out += style.Render(s.Bad, fmt.Sprintf("  %s %d", style.Failed, n))
	}
	if n := p.counts[model.Overdue] + p.counts[model.TooFew] + p.counts[model.Expiring] +
		p.counts[model.OddDate]; n > 0 {
		out += style.Render(s.Warning, fmt.Sprintf("  %s %d", style.Warning, n))
	}
	return out
}

func (p *Servers) body(s *style.Styles, from source) string {
	inner := p.width - widget.FrameWidth
	if m, wait := p.env.loadingMessage(from, "servers"); wait {
		return renderMessage(s, m, inner)
	}
	if len(p.rows) == 0 {
		if m, cut := p.env.incompleteMessage(p.env.State.Incomplete()); cut && p.filter.Value() == "" {
			return renderMessage(s, m, inner)
		}
		if p.onlyProblems && p.filter.Value() == "" {
			return renderMessage(s, message{s.Fine, style.Done + " No problems: every server meets its policy.",
				p.env.Keys.View.Problems.Help().Key + " shows all."}, inner)
		}
		if p.filter.Value() != "" {
			what := "server"
			if p.onlyProblems {
				what = "server that needs attention"
			}
			return renderMessage(s, p.noMatch(what), inner)
		}
		return renderMessage(s, message{s.Text, "This account has no servers.", "Create one in the provider's panel."},
			inner)
	}
	return p.table.View(s, p.focused, func(i int, cells []widget.Span) { p.setCells(cells, s, p.rows[i]) })
}

func (p *Servers) setCells(cells []widget.Span, s *style.Styles, r *model.AssessedServer) {
	name := s.Text
	if needsAttention(r.Assessment.Health) {
		name = s.Strong
	}
	cells[serverName] = widget.Span{Text: r.Server.Ref().ShortLabel(), Style: name, Matched: p.matchedRunes(r)}
	cells[serverStatus] = ServerStatus(s, r.Status)
	cells[serverBackup] = p.newestSpan(s, r, model.Backup)
	cells[serverSnapshot] = p.newestSpan(s, r, model.Snapshot)
	cells[serverBackups] = widget.Span{Text: countText(r.Known, r.Coverage.Backups), Style: s.Muted}
	cells[serverSnapshots] = widget.Span{Text: countText(r.Known, r.Coverage.Snapshots), Style: s.Muted}
	cells[serverNote] = p.coverageSpan(s, r)
	cells[serverDays] = p.daysSpan(s, r)
	cells[serverLocation] = widget.Span{Text: r.Location, Style: s.Muted}
	cells[serverIP] = widget.Span{Text: r.IP, Style: widget.Link(s.Muted, p.env.SSH.URL(r.Server))}
	cells[serverOS] = widget.Span{Text: r.OS, Style: s.Muted}
	cells[serverPlan] = widget.Span{Text: r.Plan.Name, Style: s.Muted}
}

func countText(known bool, n int) string {
	if !known {
		return "-"
	}
	return fmt.Sprint(n)
}

// newestSpan returns the age of the newest usable point of a kind, coloured by the policy.
func (p *Servers) newestSpan(s *style.Styles, r *model.AssessedServer, kind model.Kind) widget.Span {
	has, wanted := r.Assessment.Kinds[kind], r.Assessment.Policy.ForKind(kind)
	switch age := p.env.State.Now.Sub(has.Newest); {
	case !r.Known:
		return widget.Span{Text: "-", Style: s.Faint}
	case has.Usable == 0 && wanted.Need() > 0:
		return widget.Span{Text: "none", Style: s.Bad}
	case has.Usable == 0:
		return widget.Span{Text: "none", Style: s.Faint}
	case has.Newest.IsZero():
		return widget.Span{Text: "?", Style: s.Warning}
	case wanted.MaxAge > 0 && age > wanted.MaxAge:
		return widget.Span{Text: widget.Age(age), Style: s.Warning}
	default:
		return widget.Span{Text: widget.Age(age), Style: s.Text}
	}
}

// coverageSpan returns the worst state of a server's coverage; empty: fine.
func (p *Servers) coverageSpan(s *style.Styles, r *model.AssessedServer) widget.Span {
	switch h := r.Assessment.Health; {
	case h == model.Fine:
		return widget.Span{}
	case h == model.None:
		return signSpan(style.Failed, s.Bad, h.String(), s.BadStrong)
	case h >= model.Failing:
		return signSpan(style.Failed, s.Bad, h.String(), s.Bad)
	case needsAttention(h):
		return signSpan(style.Warning, s.Warning, h.String(), s.Warning)
	default:
		return widget.Span{Text: h.String(), Style: s.Muted}
	}
}

// signSpan returns a glyph and a word, each in its style.
func signSpan(glyph string, glyphStyle style.Style, word string, wordStyle style.Style) widget.Span {
	return widget.Span{Sign: glyph, SignStyle: glyphStyle, Text: word, Style: wordStyle}
}

// ServerStatus returns a server's status as glyph, word and colour.
func ServerStatus(s *style.Styles, status model.ServerStatus) widget.Span {
	switch status {
	case model.ServerActive:
		return signSpan(style.Active, s.Fine, "active", s.Text)
	case model.ServerStopped:
		return signSpan(style.Stopped, s.Muted, "stopped", s.Muted)
	case model.ServerSuspended:
		return signSpan(style.Suspended, s.Warning, "suspended", s.Warning)
	case model.ServerRestoring:
		return signSpan(style.Running, s.Accent, "restoring", s.Accent)
	}
	return signSpan(style.Unknown, s.Muted, string(status), s.Muted)
}
