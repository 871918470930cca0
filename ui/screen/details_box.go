package screen

import (
	"fmt"
	"slices"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Details is the box below the servers: the server and the restore point under the cursor. It only
// shows, so it never has the focus.
type Details struct {
	env     *Env
	subject Subject
	width   int
	height  int
}

// NewDetails returns the box.
func NewDetails(env *Env) *Details { return &Details{env: env} }

// Show sets what the box is about. Without a point it shows the server's newest usable one, which
// a restore of the server offers.
func (d *Details) Show(subject Subject) { d.subject = subject }

// SetSize sets the box's size, border included.
func (d *Details) SetSize(width, height int) { d.width, d.height = width, height }

// The parts of the box that depend on its height.
const (
	reasonLines = 2  // of the box that is not tall
	tallDetails = 18 // inner lines from which the timeline has its scale and its legend
)

// detailsMargin is the space at the left and the right of the text.
const detailsMargin = 2

// View draws the box.
func (d *Details) View() string {
	s := d.env.Styles()
	title := style.Render(s.Muted, "Details")
	server, ok := d.env.State.Server(d.subject.Server)
	if !ok {
		return d.frame(s, title, renderMessage(s, message{s.Muted, "No server selected.", ""},
			d.width-widget.FrameWidth))
	}
	title += " " + style.Render(s.Text, widget.NormalizeWidth(server.Ref().ShortLabel())) +
		style.Render(s.Muted, " #"+string(server.ID))
	lines := d.lines(s, server, max(d.width-widget.FrameWidth-2*detailsMargin, 1))
	indent := strings.Repeat(" ", detailsMargin)
	for i, l := range lines {
		if l != "" {
			lines[i] = indent + l
		}
	}
	return d.frame(s, title, strings.Join(lines, "\n"))
}

func (d *Details) frame(s *style.Styles, title, body string) string {
	return widget.Frame{Title: title, Border: s.Faint}.Render(body, d.width, d.height)
}

// boxLine is a line of the box. When not all fit, those of the highest rank are left out first. The
// rank 0 is for what must stay.
type boxLine struct {
	text string
	rank int
}

// fitBox returns the texts of the lines that fit. If even those that must stay do not, the last one
// says so.
func fitBox(lines []boxLine, height, width int) []string {
	for len(lines) > height {
		drop := 0
		for i, l := range lines {
			if l.rank > 0 && l.rank >= lines[drop].rank {
				drop = i
			}
		}
		if lines[drop].rank == 0 {
			break
		}
		lines = slices.Delete(lines, drop, drop+1)
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		out = append(out, l.text)
	}
	if len(out) > height && height > 0 {
		out = out[:height]
		out[height-1] = widget.Truncate(out[height-1], width-2) + " " + style.Ellipsis
	}
	return out
}

// lines returns what fits in the box. Each part keeps its place from server to server, so that the
// eye finds it, and few cells change.
func (d *Details) lines(s *style.Styles, server model.Server, width int) []string {
	points := model.PointersTo(d.env.State.PointsOf(server.ID))
	policy := d.env.Policies.For(server)
	var lines []boxLine
	add := func(rank int, texts ...string) {
		for _, text := range texts {
			lines = append(lines, boxLine{text, rank})
		}
	}
	add(0, d.coverageLines(s, server, width)...)
	add(1, boxDetails(s, width, detail{"policy", policyText(policy), s.Text})...)
	add(3, boxDetails(s, width, detail{"expires", d.expiryText(server), s.Text})...)
	add(4, boxDetails(s, width, detail{"address", joinKnown(server.IP, server.Hostname), s.Text})...)
	add(5, boxDetails(s, width, detail{"system", joinKnown(server.OS, server.Location), s.Text})...)
	add(6, boxDetails(s, width, detail{"plan", planText(server.Plan), s.Text})...)
	add(7, "")
	point := d.point(points)
	add(2, d.timelineLines(s, points, point, policy, width)...)
	add(7, "")
	add(0, d.pointLines(s, point, width)...)
	return fitBox(lines, d.height-widget.FrameHeight, width)
}

// isTall reports whether there is room for more than the essentials.
func (d *Details) isTall() bool { return d.height-widget.FrameHeight >= tallDetails }

// boxLabel is the width of a label in the box.
const boxLabel = 9

// boxDetails lays out a labelled value, wrapped.
func boxDetails(s *style.Styles, width int, f detail) []string {
	if f.value == "" {
		f.value = "-"
	}
	var out []string
	for i, l := range widget.Wrap(widget.NormalizeWidth(f.value), max(width-boxLabel, 8)) {
		head := ""
		if i == 0 {
			head = f.label
		}
		out = append(out, style.Render(s.Muted, widget.Fit(head, boxLabel, false))+style.Render(f.style, l))
	}
	return out
}

// joinKnown joins what is known.
func joinKnown(texts ...string) string {
	var known []string
	for _, t := range texts {
		if t != "" {
			known = append(known, t)
		}
	}
	return strings.Join(known, " "+style.Dot+" ")
}

// coverageLines says why the server is at risk, in always the same number of lines. Coverage that
// is not fully known is never shown as fine.
func (d *Details) coverageLines(s *style.Styles, server model.Server, width int) []string {
	var out []string
	add := func(st style.Style, glyph, text string) {
		for _, l := range widget.Wrap(widget.NormalizeWidth(sentence(text)), width-2) {
			out = append(out, style.Render(st, glyph+" "+l))
			glyph = " "
		}
	}
	state := d.env.State
	switch assessed := model.Assess(server, state.PointsOf(server.ID), d.env.Policies.For(server), state.Now); {
	case !state.PointsLoaded():
		add(s.Muted, style.Unknown, "coverage unknown: the restore points have not loaded")
	case !state.PointsComplete():
		why := "a list of restore points is incomplete"
		if err := state.Incomplete(); err != nil {
			why = model.ErrorMessage(err)
		}
		add(s.Warning, style.Unknown, "coverage unknown: "+why)
	case len(assessed.Reasons) == 0:
		add(s.Fine, style.Done, "meets its policy")
	default:
		for _, r := range assessed.Reasons {
			glyph, st := healthSign(s, r.Health)
			add(st, glyph, r.Message)
		}
	}
	lines := reasonLines
	if d.isTall() {
		lines++
	}
	if len(out) > lines {
		out = out[:lines]
		out[lines-1] = widget.Truncate(out[lines-1], width-2) + style.Render(s.Muted, " "+style.Ellipsis)
	}
	for len(out) < lines {
		out = append(out, "")
	}
	return out
}

// healthSign returns the sign and the colour of a state of coverage.
func healthSign(s *style.Styles, h model.Health) (string, style.Style) {
	switch {
	case h >= model.Failing:
		return style.Failed, s.Bad
	case needsAttention(h):
		return style.Warning, s.Warning
	}
	return style.Dot, s.Muted
}

// sentence writes a message as a sentence.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}

// policyText says what a policy requires: "a backup at most 1 d 2 h old".
func policyText(policy model.Policy) string {
	var parts []string
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		switch w := policy.ForKind(kind); {
		case w.Need() == 0:
		case w.MaxAge == 0 && w.Need() == 1:
			parts = append(parts, "a "+kind.String()+" of any age")
		case w.MaxAge == 0:
			parts = append(parts, fmt.Sprintf("%d %ss of any age", w.Need(), kind))
		case w.Need() == 1:
			parts = append(parts, fmt.Sprintf("a %s at most %s old", kind, widget.FormatDuration(w.MaxAge)))
		default:
			parts = append(parts, fmt.Sprintf("%d %ss, the newest at most %s old", w.Need(), kind,
				widget.FormatDuration(w.MaxAge)))
		}
	}
	if len(parts) == 0 {
		return "requires nothing"
	}
	return strings.Join(parts, "; ")
}

// expiryText says when the next usable restore point expires.
func (d *Details) expiryText(server model.Server) string {
	state := d.env.State
	if !state.PointsComplete() {
		return "not known"
	}
	a := model.Assess(server, state.PointsOf(server.ID), d.env.Policies.For(server), state.Now)
	switch {
	case a.Usable == 0:
		return "-"
	case a.NextExpiry.IsZero():
		return "no time stated"
	}
	return "next " + widget.Until(a.NextExpiry, state.Now) + "  (" + widget.FormatTime(a.NextExpiry) + ")"
}

// point returns the point under the cursor, or the server's newest usable one; nil: neither.
func (d *Details) point(points []*model.Point) *model.Point {
	if d.subject.Point.ID != "" {
		for _, p := range points {
			if p.Key() == d.subject.Point {
				return p
			}
		}
		return nil
	}
	for _, p := range points { // newest first
		if _, known := p.Age(d.env.State.Now); known && p.Usable(d.env.State.Now) {
			return p
		}
	}
	return nil
}

// timelineLines returns the timeline in one line, or with its scale and its legend in a tall box.
func (d *Details) timelineLines(s *style.Styles, points []*model.Point, point *model.Point, policy model.Policy,
	width int) []string {
	if d.subject.Point.ID == "" {
		point = nil // the cursor is on the server
	}
	now := d.env.State.Now
	t := timelineOf(s, points, point, now)
	if len(t.Marks) == 0 {
		none := "No restore point to show on a timeline."
		if !d.env.State.PointsLoaded() { // there may be some
			none = ""
		}
		lines := []string{style.Render(s.Muted, none)}
		if d.isTall() {
			lines = append(lines, "", "")
		}
		return lines
	}
	for i := range t.Marks { // the hue of backups is left to the page: each change of colour takes bytes
		if t.Marks[i].Glyph == style.Automatic || t.Marks[i].Glyph == style.Manual {
			if t.Marks[i].Priority == 0 {
				t.Marks[i].Style = s.Muted
			}
		}
	}
	addPolicyTicks(&t, s, policy)
	if !d.isTall() {
		from := widget.ShortDuration(now.Sub(t.From))
		return []string{style.Render(s.Muted, widget.Fit(from, boxLabel, false)) +
			t.Line(" ", s.Muted, s.Muted, width-boxLabel)}
	}
	t.GapFrom, t.GapTo, _ = longestGap(points, now)
	scale, _ := t.View(s, width)
	line := t.Line("─", s.Muted, s.Muted, width)
	return []string{scale, line, widget.Truncate(timelineLegend(s, t, "policy"), width)}
}

// pointLines describes the point: what it is in a line, and its description in full.
func (d *Details) pointLines(s *style.Styles, point *model.Point, width int) []string {
	if point == nil {
		if d.subject.Point.ID != "" {
			return []string{style.Render(s.Muted, "This restore point no longer exists.")}
		}
		return nil
	}
	label := "newest"
	if d.subject.Point.ID != "" {
		label = point.Kind.String()
	}
	name := point.Name
	if name == "" {
		name = joinKnown(string(point.Type), "#"+string(point.ID))
	}
	value := name + " " + style.Dot + " " + widget.CreatedAgo(point, d.env.State.Now)
	if point.Status != model.Completed {
		value += " " + style.Dot + " " + string(point.Status)
	}
	lines := boxDetails(s, width, detail{label, value, s.Text})
	if point.Description == "" {
		return lines
	}
	for _, l := range widget.Wrap(widget.NormalizeWidth(point.Description), width) {
		lines = append(lines, style.Render(s.Muted, l))
	}
	return lines
}
