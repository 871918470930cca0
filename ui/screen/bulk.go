package screen

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// CreateMany opens the form for a snapshot or a backup of several servers. It checks all quotas
// first.
func (a Actions) CreateMany(kind model.Kind, ids []model.ID) tea.Cmd {
	return a.whenLoaded(createTitles(kind), func() tea.Cmd { return a.createMany(kind, ids) })
}

func (a Actions) createMany(kind model.Kind, ids []model.ID) tea.Cmd {
	why := a.listError()
	if why == "" {
		why = a.env.bulkProblem()
	}
	if why != "" {
		return a.refuse(createTitles(kind), why, "")
	}
	servers, leftOut := a.splitReady(kind, ids)
	if len(servers) == 0 {
		which := "none of the " + model.Pluralize(len(ids), "server") + " can"
		if len(ids) == 1 {
			which = "the marked server cannot"
		}
		return a.refuse(createTitles(kind), which+": "+listNames(leftOut), "")
	}
	options := dialog.FormOptions{
		Title:       fmt.Sprintf("New %s of %s", kind, model.Pluralize(len(servers), "server")),
		Intro:       a.bulkIntro(kind, servers, leftOut),
		SubmitLabel: "create all",
		OnKinds:     a.ShowKinds,
		Request:     fmt.Sprintf("%d × POST /%ss/", len(servers), kind),
		Fields: []dialog.Field{{Key: "description", Title: "Description (optional; may contain {server} {date} " +
			"{time} {n})",
			Limit: model.MaxDescription + 1, Check: a.checkTemplate(servers, false)}},
	}
	if kind == model.Snapshot {
		name := dialog.Field{Key: "name", Title: "Name template: {server} {date} {time} {id} {n}", Replace: true,
			Value: a.suggestTemplate(servers), Limit: model.MaxSnapshotName + 1, Check: a.checkTemplate(servers, true)}
		options.Fields = append([]dialog.Field{name}, options.Fields...)
	}
	options.OnSubmit = func(v dialog.Values) tea.Cmd {
		texts, problems := a.renderTemplate(strings.TrimSpace(v["description"]), false, servers)
		var names []string
		if kind == model.Snapshot {
			names, problems = a.renderTemplate(v["name"], true, servers)
		}
		if len(problems) > 0 { // a name may have been taken while the form was open
			return a.refuse(createTitles(kind), problems[0].Message, "")
		}
		return a.env.StartAll(createRequests(kind, servers, names, texts), leftOut)
	}
	return a.openForm(options)
}

// splitReady splits the servers of a bulk create into those that can begin now, and the names of
// the others with the reason: "db-server-01 (5 of 5)". Both keep the order.
func (a Actions) splitReady(kind model.Kind, ids []model.ID) (ready []model.Server, leftOut []string) {
	for _, id := range ids {
		server, known := a.env.State.Server(id)
		if !known {
			leftOut = append(leftOut, fmt.Sprintf("#%s (no longer listed)", id))
			continue
		}
		if why := a.cannotCreate(kind, server); why != "" {
			leftOut = append(leftOut, fmt.Sprintf("%s (%s)", server.Ref().SentenceName(), why))
			continue
		}
		ready = append(ready, server)
	}
	return ready, leftOut
}

// cannotCreate returns in a few words why no point of the server can be created now, or "". Where
// only the API knows, it returns "".
func (a Actions) cannotCreate(kind model.Kind, server model.Server) string {
	if server.CannotChange() != "" {
		return "being restored"
	}
	p := newPoint(kind, server.ID)
	for _, o := range a.env.State.Operations() {
		switch {
		case !o.Forbids(model.Create, p):
		case o.Action == model.Restore:
			return "being restored"
		case o.Phase == model.PhaseUnknown:
			return fmt.Sprintf("the outcome of a %s is unknown", o.Point.Kind)
		case o.ThenRestore != nil:
			return "a restore follows"
		default:
			return fmt.Sprintf("a %s is running", o.Point.Kind)
		}
	}
	if q := a.env.State.Quota(kind, server.ID); q.Full() {
		return fmt.Sprintf("%d of %d", q.Used, q.Limit)
	}
	return ""
}

// bulkIntro returns the lines above the form of a bulk create.
func (a Actions) bulkIntro(kind model.Kind, servers []model.Server, leftOut []string) []dialog.IntroLine {
	var intro []dialog.IntroLine
	warn := func(text string) { intro = append(intro, dialog.IntroLine{Text: text, Warn: true}) }
	if len(leftOut) > 0 {
		warn(fmt.Sprintf("%d of %d; left out: %s", len(servers), len(servers)+len(leftOut), listNames(leftOut)))
	}
	intro = append(intro, dialog.IntroLine{Text: model.Pluralize(len(servers), "server") + ": " + serverNames(servers)},
		dialog.IntroLine{Text: a.createDuration(kind)})
	if n := len(serversThat(servers, model.Server.Running)); kind == model.Snapshot && n > 0 {
		running := "are running: their snapshots may be inconsistent. Stop them"
		if n == 1 {
			running = "is running: its snapshot may be inconsistent. Stop it"
		}
		warn(fmt.Sprintf("%d of them %s first for the best result.", n, running))
	}
	if suspended := serversThat(servers, model.Server.Suspended); len(suspended) > 0 {
		warn("Suspended: " + serverNames(suspended) + ". The API may refuse.")
	}
	for _, p := range model.CheckQuotas(createRequests(kind, servers, nil, nil), a.env.State.AllPoints()) {
		warn(p.Message)
	}
	return intro
}

// suggestedNames are the templates for the names of snapshots that a form may begin with, the best
// first. The others are for names that are taken or that the API does not allow.
var suggestedNames = []string{model.DefaultNameTemplate, "{server}-{date}-{time}", "{id}-{date}", "{id}-{date}-{time}"}

// suggestTemplate returns the first suggested template that gives valid names.
func (a Actions) suggestTemplate(servers []model.Server) string {
	for _, template := range suggestedNames {
		if _, problems := a.renderTemplate(template, true, servers); len(problems) == 0 {
			return template
		}
	}
	return suggestedNames[0]
}

// suggestName returns the name of a snapshot that a form begins with, or "" if there is none.
func (a Actions) suggestName(server model.Server) string {
	servers := []model.Server{server}
	names, _ := a.renderTemplate(a.suggestTemplate(servers), true, servers)
	return strings.Join(names, "")
}

// renderTemplate renders a template for all servers; an empty description gives empty texts.
func (a Actions) renderTemplate(text string, forSnapshot bool, servers []model.Server) ([]string, []model.Problem) {
	if text == "" && !forSnapshot {
		return make([]string, len(servers)), nil
	}
	template, problems := model.ParseTemplate(text, forSnapshot)
	if len(problems) > 0 {
		return nil, problems
	}
	return template.RenderAll(servers, a.env.State.AllPoints(), a.env.State.Now)
}

func (a Actions) checkTemplate(servers []model.Server, forSnapshot bool) func(string) error {
	return func(text string) error {
		if _, problems := a.renderTemplate(text, forSnapshot, servers); len(problems) > 0 {
			return problems[0]
		}
		return nil
	}
}

func createRequests(kind model.Kind, servers []model.Server, names, texts []string) []model.ActionRequest {
	out := make([]model.ActionRequest, len(servers))
	for i, s := range servers {
		p := model.Point{Kind: kind, Server: s.Ref()}
		if kind == model.Backup {
			p.Type = model.Manual
		}
		if names != nil {
			p.Name = names[i]
		}
		if texts != nil {
			p.Description = texts[i]
		}
		out[i] = model.ActionRequest{Action: model.Create, Point: p, Server: s.Ref()}
	}
	return out
}

func serversThat(servers []model.Server, are func(model.Server) bool) []model.Server {
	return slices.DeleteFunc(slices.Clone(servers), func(s model.Server) bool { return !are(s) })
}

// serverNames lists servers by name, at most the first few.
func serverNames(servers []model.Server) string {
	names := make([]string, len(servers))
	for i, s := range servers {
		names[i] = s.Ref().SentenceName()
	}
	return listNames(names)
}

// listNames joins names, at most the first few.
func listNames(names []string) string {
	const maxNames = 12
	if len(names) > maxNames {
		names = append(names[:maxNames:maxNames], fmt.Sprintf("and %d more", len(names)-maxNames))
	}
	return strings.Join(names, ", ")
}

// DeleteMany asks whether to delete several restore points. It lists them all with the freed space,
// and requires their number.
func (a Actions) DeleteMany(points []model.Point) tea.Cmd {
	return a.whenLoaded(deleteTitles, func() tea.Cmd { return a.deleteMany(points) })
}

func (a Actions) deleteMany(points []model.Point) tea.Cmd {
	if why := a.env.bulkProblem(); why != "" {
		return a.refuse(deleteTitles, why, "")
	}
	if len(points) == 0 {
		return a.refuse(deleteTitles, "the marked restore points no longer exist", "")
	}
	for _, p := range points {
		why := p.CannotDelete()
		if _, known := a.env.State.Server(p.Server.ID); known && why == "" {
			_, why = a.checkReady(model.Delete, p)
		}
		if why != "" && len(points) > 1 {
			why = fmt.Sprintf("not all %d can be deleted: %s", len(points), why)
		}
		if why != "" {
			return a.refuse(deleteTitles, why, "")
		}
	}
	return a.openConfirm(a.deleteManyOptions(a.withListedServers(points), "Delete for good"))
}

// withListedServers returns the points with their servers as they are listed. They may carry an
// older name, which another server may have by now.
func (a Actions) withListedServers(points []model.Point) []model.Point {
	points = slices.Clone(points)
	for i := range points {
		if server, ok := a.env.State.Server(points[i].Server.ID); ok {
			points[i].Server = server.Ref()
		}
	}
	return points
}

func (a Actions) deleteManyOptions(points []model.Point, title string) dialog.ConfirmOptions {
	var size int64
	var lines []string
	left := a.remainingAfter(points)
	unknown := 0
	for _, p := range points {
		size += p.SizeMB
		if _, known := p.Size(); !known {
			unknown++
		}
	}
	details := []dialog.Detail{{Label: "Frees", Value: freedText(size, unknown)}}
	for _, p := range points {
		lines = append(lines, a.deletionLine(p, left[p.Server.ID].lossText()))
	}
	details = append(append(details, lossDetails(points, left)...),
		a.coverageDetails(points, model.ServerRef.SentenceName)...)
	number := strconv.Itoa(len(points))
	return dialog.ConfirmOptions{
		Title: title,
		Question: fmt.Sprintf("Delete %s of %s?", model.Pluralize(len(points), "restore point"),
			model.Pluralize(countServers(points), "server")),
		List:         lines,
		Details:      details,
		Phrase:       &dialog.Phrase{Text: number, Prompt: "Type " + number + " to confirm"},
		ConfirmLabel: "Delete all",
		Requests:     func(bool) string { return model.Pluralize(len(points), "DELETE request") },
		OnConfirm:    func(bool) tea.Cmd { return a.env.StartAll(deleteRequests(points, left), nil) },
	}
}

// remaining counts a server's usable points by kind: those left, and those going.
type remaining struct{ left, going [2]int }

// remainingAfter returns what each server that loses points has left of them.
func (a Actions) remainingAfter(points []model.Point) map[model.ID]*remaining {
	left := map[model.ID]*remaining{}
	for _, p := range points {
		r := left[p.Server.ID]
		if r == nil {
			r = &remaining{}
			for _, q := range a.env.State.PointsOf(p.Server.ID) {
				r.left[q.Kind] += usableCount(q, a.env.State.Now)
			}
			left[p.Server.ID] = r
		}
		r.left[p.Kind] -= usableCount(p, a.env.State.Now)
		r.going[p.Kind] += usableCount(p, a.env.State.Now)
	}
	return left
}

// role returns the role of all going points together.
func (r *remaining) role() model.Role {
	switch {
	case r.going[model.Backup]+r.going[model.Snapshot] > 0 && r.left[model.Backup]+r.left[model.Snapshot] == 0:
		return model.LastPoint
	case r.going[model.Backup] > 0 && r.left[model.Backup] == 0:
		return model.LastBackup
	}
	return model.OrdinaryPoint
}

// lossText returns what the server loses, or "".
func (r *remaining) lossText() string {
	switch r.role() {
	case model.LastPoint:
		return "the LAST restore point"
	case model.LastBackup:
		return "the LAST backup (only snapshots remain)"
	}
	return ""
}

// maxLosses is the maximum number of servers that a loss lists. More would not fit on the screen.
const maxLosses = 3

// lossDetails returns what each server loses, in the order of the points.
func lossDetails(points []model.Point, left map[model.ID]*remaining) []dialog.Detail {
	servers, listed := map[string][]string{}, map[model.ID]bool{}
	for _, p := range points {
		if loss := left[p.Server.ID].lossText(); loss != "" && !listed[p.Server.ID] {
			listed[p.Server.ID] = true
			servers[loss] = append(servers[loss], p.Server.SentenceName())
		}
	}
	var details []dialog.Detail
	for _, loss := range slices.Sorted(maps.Keys(servers)) {
		names := servers[loss]
		if len(names) > maxLosses {
			names = []string{model.Pluralize(len(names), "server") + ", which the list marks with LAST"}
		}
		for _, name := range names {
			details = append(details, dialog.Detail{Label: "You will lose", Value: loss + " of " + name, Bad: true})
		}
	}
	return details
}

// deletionLine returns a row of the list of deletions. It marks points whose server loses its last
// one.
func (a Actions) deletionLine(p model.Point, loss string) string {
	if loss != "" {
		return p.Server.SentenceName() + " (LAST)  " + a.pointSummary(p)
	}
	return p.Server.SentenceName() + "  " + a.pointSummary(p)
}

// pointSummary describes a restore point in a list. The name comes last, so that the ID stays
// visible if space is short.
func (a Actions) pointSummary(p model.Point) string {
	parts := []string{fmt.Sprintf("%s #%s", p.Kind, p.ID), widget.CreatedAgo(&p, a.env.State.Now), widget.SizeOf(&p)}
	if p.Name != "" {
		parts = append(parts, p.Name)
	}
	return strings.Join(parts, " "+style.Dot+" ")
}

// deleteRequests returns the actions of a confirmed list. The points and left are what the dialog
// showed. Since then a server may have been renamed or have lost other points, and that its last one
// goes was then not confirmed.
func deleteRequests(points []model.Point, left map[model.ID]*remaining) []model.ActionRequest {
	out := make([]model.ActionRequest, len(points))
	for i, p := range points {
		out[i] = model.ActionRequest{Action: model.Delete, Point: p, Server: p.Server,
			ConfirmedRole: left[p.Server.ID].role()}
	}
	return out
}

func countServers(points []model.Point) int {
	seen := map[model.ID]bool{}
	for _, p := range points {
		seen[p.Server.ID] = true
	}
	return len(seen)
}
