package screen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/keymap"
	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Event is a row of the activity page: an operation, a login or logout, or a notice.
type Event struct {
	ID        string // identifies it among all events
	At        time.Time
	Operation *model.Operation // nil: it is none
	Profile   string           // the other account that it belongs to, by name; "": the open one
	By        model.Actor      // who did it, if several people share the program
	Action    string           // what it is, in a word
	Text      string           // of what is no operation, in full
	Severity  Severity         // of a notice
	Unread    bool             // it ended while nobody looked
}

// running reports whether it is an operation of this account that is under way.
func (e *Event) running() bool {
	return e.Operation != nil && e.Profile == "" && !e.Operation.Phase.Over()
}

// ActivityLog is where the activity page gets its rows from.
type ActivityLog interface {
	// Events returns the running operations and what has happened, in the order to show. all
	// includes the other accounts.
	Events(all bool) []Event
	// HasOthers reports whether there are events of other accounts to show.
	HasOthers() bool
	// Problem says why events are missing, in a few words; "": none are.
	Problem() string
	// Loaded reports whether the journal has been read.
	Loaded() bool
}

// Activity is the page of what runs and what has happened, with one row for each event.
type Activity struct {
	list[*Event, string]
	actions Actions
	log     ActivityLog
	all     bool // of all profiles
}

// The columns of the activity page.
const (
	activityTime = iota
	activityProfile
	activityWho
	activityAction
	activityServer
	activityPoint
	activityTook
	activityOutcome
)

// NewActivity returns the page.
func NewActivity(env *Env, log ActivityLog) *Activity {
	p := &Activity{actions: Actions{env}, log: log}
	p.list = newList(env, activityColumns(),
		func(e *Event) string { return e.ID },
		func(*query.TextIndex, *Event) {}, // wordParser needs no text index
		wordParser(p.searchText),
		p.orders()...,
	)
	p.focused = true
	p.Refresh()
	return p
}

func activityColumns() []widget.Column {
	return []widget.Column{
		activityTime:    {Title: "TIME UTC", Width: len("15 Jan 18:30"), Right: true, Rank: 1},
		activityProfile: {},
		activityWho:     {},
		activityAction:  {Title: "ACTION", Width: len("snapshot")},
		activityServer:  {Title: "SERVER", Width: 8},
		activityPoint:   {Title: "POINT", Width: 8, Rank: 3},
		activityTook:    {Title: "TOOK", Width: len("10 m 12 s"), Right: true, Rank: 4},
		activityOutcome: {Title: "OUTCOME", Width: 12, Max: 200},
	}
}

func (p *Activity) orders() []order[*Event] {
	return []order[*Event]{
		{activityTime, 't', model.Ordering[*Event]{
			Name: "time", AscendingText: "oldest first", DescendingText: "newest first", DescendingFirst: true,
			Presorted: true,
			Sort:      model.SortBy(model.AlwaysKnown(func(e *Event) time.Time { return e.At }), time.Time.Compare),
		}},
		{activityOutcome, 'u', model.ByNumber("outcome", "done first", "not done first", outcomeRank)},
		{activityServer, 's', model.ByText("server", serverLabel)},
		{activityAction, 'a', model.ByText("action", func(e *Event) string { return e.Action })},
		{activityPoint, 'p', model.ByText("point", pointLabel)},
		{activityTook, 'd', model.Ordering[*Event]{
			Name: "duration", AscendingText: "shortest first", DescendingText: "longest first", DescendingFirst: true,
			Sort: model.SortBy(func(e *Event) (time.Duration, bool) { return took(e, p.env.State.Now) },
				cmp.Compare[time.Duration]),
		}},
		{activityWho, 'w', model.ByText("who", func(e *Event) string { return e.By.Name })},
		{activityProfile, 'f', model.ByText("profile", func(e *Event) string { return e.Profile })},
	}
}

// outcomeRank orders outcomes: what is done, what runs, what was not done.
func outcomeRank(e *Event) int {
	switch {
	case e.Operation == nil:
		return int(e.Severity)
	case e.Operation.Phase == model.PhaseDone:
		return int(Info)
	case !e.Operation.Phase.Over():
		return int(Success)
	case e.Operation.Phase == model.PhaseFailed || e.Operation.Phase == model.PhaseNotSeen:
		return int(Error)
	}
	return int(Warning)
}

func serverLabel(e *Event) string {
	if e.Operation == nil {
		return ""
	}
	return e.Operation.Server.ShortLabel()
}

// pointLabel names the restore point. The kind is left out where the action names it.
func pointLabel(e *Event) string {
	if e.Operation == nil {
		return ""
	}
	point := e.Operation.Point
	name := point.Name
	switch {
	case name == "" && point.ID != "":
		name = "#" + string(point.ID)
	case name == "":
		name = point.Description
	}
	if e.Operation.Action == model.Create || name == "" {
		return name
	}
	return point.Kind.String() + " " + name
}

// took returns how long an operation took, or how long it has been running.
func took(e *Event, now time.Time) (time.Duration, bool) {
	switch {
	case e.Operation == nil:
		return 0, false
	case e.running():
		return e.Operation.Elapsed(now), true
	}
	return e.Operation.Duration()
}

// searchText is what the filter searches.
func (p *Activity) searchText(e *Event) string {
	text := []string{widget.ShortTime(e.At, p.env.State.Now), e.Profile, e.By.Name, e.Action, p.sentence(e)}
	if e.Operation != nil {
		text = append(text, "#"+string(e.Operation.Server.ID), pointLabel(e))
	}
	if e.running() {
		text = append(text, "running")
	}
	return strings.Join(text, " ")
}

// Title returns the page's name.
func (p *Activity) Title() string { return "Activity" }

// Refresh updates the rows from the log.
func (p *Activity) Refresh() {
	events := p.log.Events(p.all)
	rows := make([]*Event, len(events))
	for i := range events {
		rows[i] = &events[i]
	}
	p.fitColumns(rows)
	p.setRows(rows)
	p.table.Sign = p.unreadSign
}

// fitColumns makes the columns as wide as the rows need, and leaves out those without any text.
func (p *Activity) fitColumns(rows []*Event) {
	columns := activityColumns()
	who, profile, server, point := 0, 0, len("SERVER"), len("POINT")
	for _, e := range rows {
		columns[activityTime].Width = max(columns[activityTime].Width,
			widget.Width(widget.ShortTime(e.At, p.env.State.Now)))
		who, profile = max(who, widget.Width(e.By.Name)), max(profile, widget.Width(e.Profile))
		server, point = max(server, widget.Width(serverLabel(e))), max(point, widget.Width(pointLabel(e)))
	}
	const narrow = 100 // cells; below it, texts are cut earlier
	limit := 14
	if p.width >= narrow {
		limit = 26
	}
	columns[activityServer].Width, columns[activityPoint].Width = min(server, limit), min(point, limit)
	if who > 0 {
		columns[activityWho] = widget.Column{Title: "WHO", Width: min(max(who, len("WHO")), 12), Rank: 2}
	}
	if p.all {
		columns[activityProfile] = widget.Column{Title: "PROFILE", Width: min(max(profile, len("this one")), limit),
			Rank: 1}
	}
	p.table.Columns = columns
}

func (p *Activity) unreadSign(row int) string {
	if p.rows[row].Unread {
		return style.Marked
	}
	return ""
}

// Select puts the cursor on an event, if it is listed.
func (p *Activity) Select(id string) {
	p.current = id
	p.Refresh()
}

// SetSize sets the page's size, border included. The text of the row under the cursor is below the
// rows.
func (p *Activity) SetSize(width, height int) {
	resized := width != p.width
	p.width, p.height = width, height
	below := 0
	if n := p.detailHeight(); n > 0 {
		below = n + 1 // and the line between
	}
	p.table.SetSize(max(width-widget.FrameWidth, 0), max(height-widget.FrameHeight-below, 0))
	if resized {
		p.fitColumns(p.rows)
	}
}

// detailHeight is the number of lines for the text of the row under the cursor. It does not depend
// on the row, so that the rows do not move.
func (p *Activity) detailHeight() int {
	inner := p.height - widget.FrameHeight
	if inner < 6 {
		return 0
	}
	return min(max(inner/4, 3), 6)
}

// Subject returns the server or restore point of the row under the cursor.
func (p *Activity) Subject() Subject {
	e, ok := p.selected()
	if !ok || e.Operation == nil || e.Profile != "" {
		return Subject{}
	}
	return Subject{Server: e.Operation.Server.ID, Point: p.existingPoint(e)}
}

// existingPoint returns the restore point of an operation, if it is in the list.
func (p *Activity) existingPoint(e *Event) model.Key {
	k := e.Operation.Point.Key()
	if _, there := p.env.State.Point(k); k.ID == "" || !there {
		return model.Key{}
	}
	return k
}

// Update handles a message; see [Pane].
func (p *Activity) Update(msg tea.Msg) tea.Cmd {
	if press, ok := msg.(tea.KeyPressMsg); ok && !p.Typing() {
		switch {
		case key.Matches(press, p.env.Keys.Mark.One):
			return p.openDetails()
		case key.Matches(press, p.env.Keys.Mark.Range, p.env.Keys.Mark.All): // there are no bulk actions here
			return nil
		case key.Matches(press, p.env.Keys.View.Fleet):
			p.toggleAll()
			return nil
		}
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

// handleKey handles a key for the row under the cursor. An action is about its server or restore
// point.
func (p *Activity) handleKey(press tea.KeyPressMsg) tea.Cmd {
	k := p.env.Keys
	e, ok := p.selected()
	switch {
	case ok && key.Matches(press, k.View.Open):
		return p.open(e)
	case key.Matches(press, k.View.Open):
		p.env.Notify(Info, "there is no row under the cursor")
		return nil
	case key.Matches(press, k.View.Copy):
		return p.copyRow()
	case ok && e.Profile != "" && key.Matches(press, k.Action.Snapshot, k.Action.Backup, k.Action.Restore,
		k.Action.Delete):
		return p.actions.refuse(actionTitles{refused: "Another profile"},
			e.Operation.Server.SentenceName()+" is on profile "+e.Profile, p.switchHint()+".")
	}
	subject := p.Subject()
	var point *model.Point
	if q, listed := p.env.State.Point(subject.Point); listed {
		point = &q
	}
	return p.actions.handlePointKey(press, subject.Server, "restore point", point, nil, p.filter.Value() != "")
}

// switchHint says how to open another profile.
func (p *Activity) switchHint() string {
	return "The palette (" + firstKeyOf(p.env.Keys.View.Palette) + ") switches profiles"
}

// toggleAll shows the events of all profiles, or of the open one only.
func (p *Activity) toggleAll() {
	if !p.all && !p.log.HasOthers() {
		p.env.Notify(Info, "the journal has nothing of other profiles")
		return
	}
	p.all = !p.all
	p.Refresh()
}

// open goes to the server or restore point of an event. What has none is shown in full.
func (p *Activity) open(e *Event) tea.Cmd {
	switch {
	case e.Operation == nil:
		return p.openDetails()
	case e.Profile != "":
		p.env.Notify(Info, e.Operation.Server.SentenceName()+" is on profile "+e.Profile+". "+p.switchHint()+".")
		return nil
	}
	if _, there := p.env.State.Server(e.Operation.Server.ID); !there {
		p.env.Notify(Info, e.Operation.Server.SentenceName()+" is not in the list of servers")
		return nil
	}
	p.env.OpenPoint(e.Operation.Server.ID, p.existingPoint(e))
	return nil
}

// copyRow copies the text of the row under the cursor.
func (p *Activity) copyRow() tea.Cmd {
	e, ok := p.selected()
	if !ok {
		p.env.Notify(Info, "there is no row under the cursor")
		return nil
	}
	return p.copyEvent(e)
}

func (p *Activity) copyEvent(e *Event) tea.Cmd {
	p.env.Notify(Info, "the line about “"+p.detailsTitle(e)+"” was "+p.env.ClipboardNote())
	return tea.SetClipboard(model.Clean(widget.FormatTime(e.At) + "  " + p.sentence(e)))
}

// openDetails opens a sheet with everything that is known of the event under the cursor.
func (p *Activity) openDetails() tea.Cmd {
	e, ok := p.selected()
	if !ok {
		return nil
	}
	id := e.ID
	sheet := dialog.NewSheet(p.detailsTitle(e), func(s *style.Styles, width int) []string {
		if i := slices.IndexFunc(p.sorter.sorted, func(row *Event) bool { return row.ID == id }); i >= 0 {
			e = p.sorter.sorted[i] // as it is now
		}
		return p.details(s, width, e)
	}, *p.env.Keys, p.env.Styles, p.env.Keys.View.Open, p.env.Keys.Mark.One)
	sheet.AddKey(p.env.Keys.View.Copy, func() tea.Cmd { return p.copyEvent(e) })
	return p.env.OpenDialog(sheet)
}

func (p *Activity) detailsTitle(e *Event) string {
	if e.Operation == nil {
		return e.Action
	}
	return widget.NormalizeWidth(e.Operation.Title())
}

func (p *Activity) details(s *style.Styles, width int, e *Event) []string {
	lines := append(p.sentenceLines(s, width, e), "") // first, as a small screen shows only that
	rows := []detail{{"time", widget.FormatTime(e.At), s.Text}}
	if e.Profile != "" {
		rows = append(rows, detail{"profile", e.Profile, s.Text})
	}
	if e.By.Name != "" {
		who := strings.Join(slices.DeleteFunc([]string{e.By.Name, e.By.Key, e.By.Address},
			func(part string) bool { return part == "" }), ", ")
		rows = append(rows, detail{"who", who, s.Text})
	}
	if o := e.Operation; o != nil {
		rows = append(rows, detail{"action", o.ActionText(), s.Text},
			detail{"server", o.Server.ShortLabel() + " #" + string(o.Server.ID), s.Text})
		if o.Point.ID != "" {
			rows = append(rows, detail{"point", fmt.Sprintf("%s #%s", o.Point.Kind, o.Point.ID), s.Text})
		}
		rows = append(rows, detail{"started", widget.FormatTime(o.Started), s.Text})
	}
	return append(lines, detailLines(s, width, rows)...)
}

// sentence tells an event in full, in a line.
func (p *Activity) sentence(e *Event) string {
	o := e.Operation
	if o == nil {
		return e.Text
	}
	title := o.Title()
	if e.By.Name != "" {
		title += ", by " + e.By.Name
	}
	if e.Profile != "" {
		title += ", on " + e.Profile
	}
	switch {
	case o.Phase.Over():
		return title + ": " + OutcomeText(*o)
	case !e.running():
		return title + ": not over when this account was last watched"
	}
	return title + ": " + ElapsedText(p.env.State, *o) + ", " + expectation(p.env.State, *o)
}

// expectation is what is known about how long an operation takes, without a sign.
func expectation(state *model.State, o model.Operation) string {
	return strings.TrimPrefix(ExpectationText(state, o), style.Warning+" ")
}

// sentenceLines lays out the full text of an event, with its sign.
func (p *Activity) sentenceLines(s *style.Styles, width int, e *Event) []string {
	lines := widget.Wrap(widget.NormalizeWidth(p.sentence(e)), max(width-2, 1))
	st, sign := p.signOf(s, e)
	for i, l := range lines {
		lines[i] = style.Render(st, sign) + " " + style.Render(s.Text, l)
		sign = " "
	}
	if !e.running() {
		return lines
	}
	if usual, stuck := p.env.State.Stuck(*e.Operation); stuck {
		for _, l := range widget.Wrap(widget.NormalizeWidth(stuckText(*e.Operation, usual)), max(width-2, 1)) {
			lines = append(lines, "  "+style.Render(s.Warning, l))
		}
	}
	return lines
}

// signOf returns the sign of an event and its style.
func (p *Activity) signOf(s *style.Styles, e *Event) (style.Style, string) {
	switch {
	case e.running():
		if _, stuck := p.env.State.Stuck(*e.Operation); stuck || e.Operation.Phase == model.PhaseUnknown {
			return s.Warning, style.Warning
		}
		return s.Accent, style.Running
	case e.Operation != nil && !e.Operation.Phase.Over():
		return s.Muted, style.Unknown
	case e.Operation != nil:
		return outcomeStyle(s, *e.Operation)
	case e.Severity == Error:
		return s.Bad, style.Failed
	case e.Severity == Warning:
		return s.Warning, style.Warning
	}
	return s.Muted, style.Dot
}

// ShortHelp returns the keys for the footer.
func (p *Activity) ShortHelp() []key.Binding {
	k := p.env.Keys
	back := k.View.Back
	if p.filter.Value() != "" {
		back = keymap.WithHelp(back, "show all")
	}
	switch {
	case p.filter.typing:
		return p.typingKeys()
	case len(p.rows) == 0:
		return []key.Binding{back, k.View.Filter, p.allKey()}
	}
	return []key.Binding{keymap.WithHelp(k.View.Open, "go to it"), keymap.WithHelp(k.Mark.One, "details"),
		k.View.Filter,
		back, k.View.Copy, p.allKey(), k.View.Order}
}

// RowKeys returns the keys of the row under the cursor that start no action, for its menu.
func (p *Activity) RowKeys() []key.Binding {
	k := p.env.Keys
	e, ok := p.selected()
	if !ok {
		return nil
	}
	keys := []key.Binding{keymap.WithHelp(k.Mark.One, "details"), keymap.WithHelp(k.View.Copy, "copy the line")}
	if e.Operation == nil || e.Profile != "" {
		return keys
	}
	return slices.Concat([]key.Binding{keymap.WithHelp(k.View.Open, "go to it")}, keys,
		[]key.Binding{k.View.Raw, k.View.SSH, k.View.Panel})
}

// allKey is the key that shows the other accounts, or hides them.
func (p *Activity) allKey() key.Binding {
	switch b := p.env.Keys.View.Fleet; {
	case p.all:
		return keymap.WithHelp(b, "this profile")
	case p.log.HasOthers():
		return keymap.WithHelp(b, "all profiles")
	default:
		b.SetEnabled(false)
		return b
	}
}

// FullHelp returns what can be done here, for the help.
func (p *Activity) FullHelp() [][]key.Binding {
	k := p.env.Keys
	return [][]key.Binding{
		{keymap.WithHelp(k.View.Open, "go to it"), keymap.WithHelp(k.Mark.One, "details"), k.View.Filter, k.View.Order,
			k.View.Reverse, p.allKey(), k.View.Back},
		{k.Action.Restore, k.Action.Delete, k.Action.Snapshot, k.Action.Backup, k.Action.CleanUp},
		{k.View.Menu, keymap.WithHelp(k.View.Copy, "copy the line"), k.View.SSH, k.View.Raw},
	}
}

// View draws the page.
func (p *Activity) View() string {
	s := p.env.Styles()
	problem := ""
	if text := p.log.Problem(); text != "" {
		problem = style.Render(s.Warning, style.Warning+" "+text)
	}
	return p.frame(p.heading(s), problem, p.body(s))
}

func (p *Activity) heading(s *style.Styles) string {
	count := fmt.Sprint(p.total())
	if len(p.rows) != p.total() {
		count = fmt.Sprintf("%d of %d", len(p.rows), p.total())
	}
	title := style.Render(s.AccentStrong, "Activity")
	if p.all {
		title += style.Render(s.Muted, " of all profiles")
	}
	return title + style.Render(s.Muted, " "+count)
}

func (p *Activity) body(s *style.Styles) string {
	inner := p.width - widget.FrameWidth
	if len(p.rows) == 0 {
		m := message{s.Text, "Nothing runs, and nothing is recorded yet.", p.env.Keys.View.Back.Help().Key +
			" goes back."}
		switch {
		case p.filter.Value() != "":
			m = message{s.Text, "Nothing matches “" + p.filter.Value() + "”.", p.env.Keys.View.Back.Help().Key +
				" clears the filter."}
		case !p.log.Loaded():
			m = message{s.Muted, "The journal has not been read yet.", ""}
		}
		return renderMessage(s, m, inner)
	}
	table := p.table.View(s, p.focused, func(i int, cells []widget.Span) { p.setCells(cells, s, p.rows[i]) })
	n := p.detailHeight()
	if n == 0 {
		return table
	}
	lines := strings.Split(table, "\n")
	for len(lines) < p.height-widget.FrameHeight-n-1 {
		lines = append(lines, "")
	}
	lines = append(lines, style.Render(s.Faint, strings.Repeat(style.Track, max(inner, 0))))
	return strings.Join(append(lines, p.detailLines(s, n, inner)...), "\n")
}

// detailLines are the full text of the row under the cursor. If it does not fit, they name the key
// that shows the rest.
func (p *Activity) detailLines(s *style.Styles, height, inner int) []string {
	e, ok := p.selected()
	if !ok {
		return nil
	}
	width := max(inner-4, 1)
	lines := p.sentenceLines(s, width, e)
	if len(lines) > height {
		lines = lines[:height]
		hint := firstKeyOf(p.env.Keys.Mark.One) + " shows all"
		lines[height-1] = widget.Justify(widget.Truncate(lines[height-1], width-widget.Width(hint)-2),
			style.Render(s.Muted, hint), width)
	} else if when := "at " + widget.ShortTime(e.At, p.env.State.Now) + " UTC"; len(lines) < height &&
		!p.table.Shows(activityTime) {
		lines = append(lines, "  "+style.Render(s.Muted, when))
	}
	for i := range lines {
		lines[i] = "  " + lines[i]
	}
	return lines
}

// firstKeyOf is the first of a binding's keys, as shown.
func firstKeyOf(b key.Binding) string {
	first, _, _ := strings.Cut(b.Help().Key, " ")
	return first
}

func (p *Activity) setCells(cells []widget.Span, s *style.Styles, e *Event) {
	st, sign := p.signOf(s, e)
	profile := e.Profile
	if profile == "" {
		profile = "this one"
	}
	duration := "-"
	if d, known := took(e, p.env.State.Now); known {
		duration = widget.FormatDuration(d)
	}
	if e.running() {
		duration = ElapsedText(p.env.State, *e.Operation)
	}
	words := s.Text
	if e.Operation == nil || e.Operation.Phase == model.PhaseDone {
		words = s.Muted
	}
	if e.running() {
		words = st
	}
	cells[activityTime] = widget.Span{Text: widget.ShortTime(e.At, p.env.State.Now), Style: s.Muted}
	cells[activityProfile] = widget.Span{Text: profile, Style: s.Muted}
	cells[activityWho] = widget.Span{Text: e.By.Name, Style: s.Text}
	cells[activityAction] = widget.Span{Text: e.Action, Style: s.Text}
	cells[activityServer] = widget.Span{Text: serverLabel(e), Style: s.Text}
	cells[activityPoint] = widget.Span{Text: pointLabel(e), Style: s.Text}
	cells[activityTook] = widget.Span{Text: duration, Style: s.Text}
	cells[activityOutcome] = signSpan(sign, st, p.outcome(e), words)
}

// outcome is the outcome of an event in a table cell.
func (p *Activity) outcome(e *Event) string {
	o := e.Operation
	switch {
	case o == nil:
		return e.Text
	case e.running():
		return expectation(p.env.State, *o)
	case !o.Phase.Over():
		return "not over when last watched"
	case o.Phase == model.PhaseDone && o.Action == model.Delete:
		return "deleted"
	case o.Phase == model.PhaseDone && o.Reason != "":
		return "finished, " + o.Reason
	case o.Phase == model.PhaseDone:
		return "completed"
	}
	return OutcomeText(*o)
}
