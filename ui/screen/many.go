package screen

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// readyAll finds the servers of which points are to be made, or says of which none can be made now.
func (d Deeds) readyAll(kind model.Kind, ids []model.ID) ([]model.Server, string) {
	var servers []model.Server
	for _, id := range ids {
		server, why := d.ready(model.Create, toMake(kind, id))
		if why != "" {
			return nil, fmt.Sprintf("not of all %d: %s", len(ids), why)
		}
		servers = append(servers, server)
	}
	return servers, ""
}

// CreateMany opens the form for a snapshot, or a backup, of several servers. Quotas are checked for all of them first.
func (d Deeds) CreateMany(kind model.Kind, ids []model.ID) tea.Cmd {
	return d.once(creating(kind), func() tea.Cmd { return d.createMany(kind, ids) })
}

func (d Deeds) createMany(kind model.Kind, ids []model.ID) tea.Cmd {
	servers, why := d.readyAll(kind, ids)
	if all := d.env.patternless(); all != "" {
		why = all
	}
	if why != "" {
		return d.refuse(creating(kind), why, "")
	}
	problems := model.QuotaCheck(creates(kind, servers, nil, nil), d.allPoints())
	intro := []dialog.Intro{{Text: "of " + model.Counted(len(servers), "server") + ": " + names(servers)}, {Text: d.takes(kind)}}
	if n := running(servers); kind == model.Snapshot && n > 0 {
		intro = append(intro, dialog.Intro{Warn: true, Text: fmt.Sprintf(
			"%d of them are running: their snapshots may be inconsistent. Stop them first for the best result.", n)})
	}
	for _, p := range problems {
		if !p.Maybe {
			return d.refuse(creating(kind), p.Words, "")
		}
		intro = append(intro, dialog.Intro{Text: p.Words, Warn: true})
	}
	ask := dialog.FormAsk{
		Title: fmt.Sprintf("New %s of %s", kind, model.Counted(len(servers), "server")), Intro: intro, Enter: "create all",
		Request: fmt.Sprintf("%d × POST /%ss/", len(servers), kind),
		Fields: []dialog.Field{{Key: "description", Title: "Description (optional; {server} {date} {time} {n} stand for themselves)",
			Limit: model.MaxDescription + 1, Check: d.checkTemplate(servers, false)}},
	}
	if kind == model.Snapshot {
		name := dialog.Field{Key: "name", Title: "Name, as a template: {server} {date} {time} {id} {n}", Value: "{server}-{date}",
			Limit: model.MaxSnapshotName + 1, Check: d.checkTemplate(servers, true)}
		ask.Fields = append([]dialog.Field{name}, ask.Fields...)
	}
	ask.Then = func(v dialog.Values) tea.Cmd {
		texts, problems := d.render(strings.TrimSpace(v["description"]), false, servers)
		var called []string
		if kind == model.Snapshot {
			called, problems = d.render(v["name"], true, servers)
		}
		if len(problems) > 0 { // a name was taken while the form was open
			return d.refuse(creating(kind), problems[0].Words, "")
		}
		return d.env.StartMany(creates(kind, servers, called, texts))
	}
	return d.open(ask)
}

func (d Deeds) allPoints() []model.Point {
	all := append([]model.Point(nil), d.env.State.Backups.Value...)
	return append(all, d.env.State.Snapshots.Value...)
}

// render makes the texts of a template for all servers; an empty one makes empty texts.
func (d Deeds) render(text string, forSnapshot bool, servers []model.Server) ([]string, []model.Problem) {
	if text == "" && !forSnapshot {
		return make([]string, len(servers)), nil
	}
	template, problems := model.ParseTemplate(text, forSnapshot)
	if len(problems) > 0 {
		return nil, problems
	}
	return template.RenderAll(servers, d.allPoints(), d.env.State.Now)
}

func (d Deeds) checkTemplate(servers []model.Server, forSnapshot bool) func(string) error {
	return func(text string) error {
		if _, problems := d.render(text, forSnapshot, servers); len(problems) > 0 {
			return problems[0]
		}
		return nil
	}
}

func creates(kind model.Kind, servers []model.Server, called, texts []string) []model.Intent {
	out := make([]model.Intent, len(servers))
	for i, s := range servers {
		p := model.Point{Kind: kind, Server: s.Ref()}
		if kind == model.Backup {
			p.Type = model.Manual
		}
		if called != nil {
			p.Name = called[i]
		}
		if texts != nil {
			p.Description = texts[i]
		}
		out[i] = model.Intent{Deed: model.Create, Point: p, Server: s.Ref()}
	}
	return out
}

// running counts the servers that are known to be on.
func running(servers []model.Server) int {
	n := 0
	for _, s := range servers {
		if s.Running() {
			n++
		}
	}
	return n
}

// names lists servers by name, the first few of many.
func names(servers []model.Server) string {
	const most = 12
	var out []string
	for i, s := range servers {
		if i == most {
			out = append(out, fmt.Sprintf("and %d more", len(servers)-most))
			break
		}
		out = append(out, s.Ref().Said())
	}
	return strings.Join(out, ", ")
}

// DeleteMany asks whether to delete several restore points: it lists every one, with the total, and their number must be
// typed.
func (d Deeds) DeleteMany(points []model.Point) tea.Cmd {
	return d.once(aDelete, func() tea.Cmd { return d.deleteMany(points) })
}

func (d Deeds) deleteMany(points []model.Point) tea.Cmd {
	if why := d.env.patternless(); why != "" {
		return d.refuse(aDelete, why, "")
	}
	if len(points) == 0 {
		return d.refuse(aDelete, "the marked restore points are gone", "")
	}
	for _, p := range points {
		why := p.CannotDelete()
		if _, known := d.env.State.Server(p.Server.ID); known && why == "" {
			_, why = d.ready(model.Delete, p)
		}
		if why != "" {
			return d.refuse(aDelete, fmt.Sprintf("not all %d: %s", len(points), why), "")
		}
	}
	return d.question(d.askDeleteMany(points, "Delete for good"))
}

func (d Deeds) askDeleteMany(points []model.Point, title string) dialog.Ask {
	var size int64
	var lines []string
	left := map[model.ID]*remains{}
	unknown := 0
	for _, p := range points {
		size += p.SizeMB
		if _, known := p.Size(); !known {
			unknown++
		}
		if left[p.Server.ID] == nil {
			left[p.Server.ID] = d.remainsOf(p.Server.ID)
		}
		left[p.Server.ID].loses(p, d.env.State.Now)
	}
	facts := []dialog.Fact{{Label: "frees", Value: freed(size, unknown)}}
	for _, p := range points {
		lines = append(lines, d.lineOf(p, left[p.Server.ID].loss()))
	}
	facts = append(facts, losses(points, left)...)
	number := strconv.Itoa(len(points))
	return dialog.Ask{
		Title:    title,
		Question: fmt.Sprintf("Delete %s of %s?", model.Counted(len(points), "restore point"), model.Counted(serversOf(points), "server")),
		List:     lines,
		Facts:    facts,
		Phrase:   &dialog.Phrase{Text: number, Prompt: "Type how many they are, " + number + ", to confirm"},
		Yes:      "Delete all",
		Requests: func(bool) string { return fmt.Sprintf("%d × DELETE", len(points)) },
		Then:     func(bool) tea.Cmd { return d.env.StartMany(d.deletes(points)) },
	}
}

// remains is how many usable points of each kind a server has left, and what goes.
type remains struct{ left, going [2]int }

func (d Deeds) remainsOf(server model.ID) *remains {
	var r remains
	for _, p := range d.env.State.Of(server) {
		r.left[p.Kind] += one(p, d.env.State.Now)
	}
	return &r
}

func (r *remains) loses(p model.Point, now time.Time) {
	r.left[p.Kind] -= one(p, now)
	r.going[p.Kind] += one(p, now)
}

// standing is what the points that go are worth to the server together.
func (r *remains) standing() model.Standing {
	switch {
	case r.going[model.Backup]+r.going[model.Snapshot] > 0 && r.left[model.Backup]+r.left[model.Snapshot] == 0:
		return model.LastPoint
	case r.going[model.Backup] > 0 && r.left[model.Backup] == 0:
		return model.LastBackup
	}
	return model.OneOfSeveral
}

// loss is what the server is left without, or "".
func (r *remains) loss() string {
	switch r.standing() {
	case model.LastPoint:
		return "the LAST restore point"
	case model.LastBackup:
		return "the LAST backup (only snapshots remain)"
	}
	return ""
}

// mostLosses is how many servers are said one by one to lose their last of a kind. More would push each other off the screen.
const mostLosses = 3

// losses says which servers are left without what, in the order of their points.
func losses(points []model.Point, left map[model.ID]*remains) []dialog.Fact {
	servers, said := map[string][]string{}, map[model.ID]bool{}
	for _, p := range points {
		if loss := left[p.Server.ID].loss(); loss != "" && !said[p.Server.ID] {
			said[p.Server.ID] = true
			servers[loss] = append(servers[loss], p.Server.Said())
		}
	}
	var facts []dialog.Fact
	for _, loss := range slices.Sorted(maps.Keys(servers)) {
		names := servers[loss]
		if len(names) > mostLosses {
			names = []string{model.Counted(len(names), "server") + ", which the list marks with LAST"}
		}
		for _, name := range names {
			facts = append(facts, dialog.Fact{Label: "is lost", Value: loss + " of " + name, Bad: true})
		}
	}
	return facts
}

// lineOf is a restore point in the list of what goes, and whether its server loses its last one with it.
func (d Deeds) lineOf(p model.Point, loss string) string {
	if loss != "" {
		return p.Server.Said() + " (LAST)  " + d.listed(p)
	}
	return p.Server.Said() + "  " + d.listed(p)
}

// listed is a restore point in a list of several. Its name comes last: where there is no room, what tells it from the others
// stays.
func (d Deeds) listed(p model.Point) string {
	facts := []string{fmt.Sprintf("%s #%s", p.Kind, p.ID), widget.Made(&p, d.env.State.Now), widget.SizeOf(&p)}
	if p.Name != "" {
		facts = append(facts, p.Name)
	}
	return strings.Join(facts, " "+style.Dot+" ")
}

// deletes are the actions of a confirmed list. Its question named the servers that lose their last backup, or their last point.
func (d Deeds) deletes(points []model.Point) []model.Intent {
	left := map[model.ID]*remains{}
	for _, p := range points {
		if left[p.Server.ID] == nil {
			left[p.Server.ID] = d.remainsOf(p.Server.ID)
		}
		left[p.Server.ID].loses(p, d.env.State.Now)
	}
	out := make([]model.Intent, len(points))
	for i, p := range points {
		server := p.Server
		if listed, ok := d.env.State.Server(p.Server.ID); ok {
			server = listed.Ref()
		}
		out[i] = model.Intent{Deed: model.Delete, Point: p, Server: server, Confirmed: left[p.Server.ID].standing()}
	}
	return out
}

func serversOf(points []model.Point) int {
	seen := map[model.ID]bool{}
	for _, p := range points {
		seen[p.Server.ID] = true
	}
	return len(seen)
}
