package screen

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Deeds asks before each deed, with the weight that it has. A deed that cannot be done says why instead.
type Deeds struct{ env *Env }

// NewDeeds is for questions that no key asked for.
func NewDeeds(env *Env) Deeds { return Deeds{env} }

// refuse shows why a deed cannot be done; it is the whole answer to the key.
func (d Deeds) refuse(why string) tea.Cmd {
	d.env.Say(Warning, why)
	return nil
}

// ready finds the server of an action on a point, or on one to be made, or says why the action cannot begin now.
func (d Deeds) ready(action model.Deed, p model.Point) (model.Server, string) {
	state := d.env.State
	server, ok := state.Server(p.Server.ID)
	switch {
	case !ok:
		return server, "there is no server under the cursor"
	case state.Servers.Err != nil:
		return server, "no deed while the account cannot be read: " + model.Words(state.Servers.Err)
	case !state.PointsKnown():
		return server, "the backups and snapshots are not known yet"
	case server.CannotChange() != "":
		return server, server.CannotChange()
	}
	return server, state.Conflict(action, p)
}

// full says that a quota is used up, and what could be deleted to make room.
func (d Deeds) full(kind model.Kind, server model.Server) string {
	q := d.env.State.Quota(kind, server.ID)
	if !q.Full() {
		return ""
	}
	var oldest model.Point
	for _, p := range d.env.State.Of(server.ID) { // newest first
		if p.Kind == kind && p.Counts() && p.CannotDelete() == "" {
			oldest = p
		}
	}
	what := "snapshots"
	if kind == model.Backup {
		what = "manual backups"
	}
	why := fmt.Sprintf("%s has %d of %d %s: delete one first", server.Name, q.Taken(), q.Limit, what)
	if oldest.ID != "" {
		why += fmt.Sprintf(", such as %s (#%s, %s)", oldest.Label(), oldest.ID, widget.Ago(oldest.CreatedAt, d.env.State.Now))
	}
	return why
}

// intro is what stands above a form: the server, the room that there is, and the documented warning.
func (d Deeds) intro(kind model.Kind, server model.Server) []dialog.Intro {
	q := d.env.State.Quota(kind, server.ID)
	word := "snapshots"
	if kind == model.Backup {
		word = "manual backups"
	}
	out := []dialog.Intro{{Text: fmt.Sprintf("of %s %s #%s %s %s", server.Name, style.Dot, server.ID, style.Dot, quotaWords(q, word))}}
	if q.MayBeFull() {
		out = append(out, dialog.Intro{Text: "Running and failed ones may count too: the API may say that it is full.", Warn: true})
	}
	if kind == model.Snapshot && server.Running() {
		out = append(out, dialog.Intro{Text: "The server is running: its snapshot may be inconsistent. Stop it first for the best result.", Warn: true})
	}
	return out
}

func quotaWords(q model.Quota, word string) string {
	return fmt.Sprintf("%d of %d %s used", q.Taken(), q.Limit, word)
}

// Snapshot opens the form for a snapshot of the server.
func (d Deeds) Snapshot(id model.ID) tea.Cmd {
	server, why := d.ready(model.Create, toMake(model.Snapshot, id))
	if why == "" {
		why = d.full(model.Snapshot, server)
	}
	if why != "" {
		return d.refuse(why)
	}
	p := model.Point{Kind: model.Snapshot, Server: server.Ref()}
	return d.open(dialog.FormAsk{
		Title: "New snapshot of " + widget.Agreed(server.Name),
		Intro: d.intro(model.Snapshot, server),
		Fields: []dialog.Field{
			{Key: "name", Title: "Name", Placeholder: "before-update", Limit: model.MaxSnapshotName + 1, Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: model.MaxDescription + 1, Check: model.CheckDescription},
		},
		Request: command.Requests(model.Create, p),
		Enter:   "create",
		Then: func(v dialog.Values) tea.Cmd {
			p.Name, p.Description = v["name"], strings.TrimSpace(v["description"])
			return d.env.Start(model.Intent{Deed: model.Create, Point: p, Server: server.Ref()})
		},
	})
}

// Backup opens the form for a backup of the server.
func (d Deeds) Backup(id model.ID) tea.Cmd {
	server, why := d.ready(model.Create, toMake(model.Backup, id))
	if why == "" {
		why = d.full(model.Backup, server)
	}
	if why != "" {
		return d.refuse(why)
	}
	p := model.Point{Kind: model.Backup, Type: model.Manual, Server: server.Ref()}
	return d.open(dialog.FormAsk{
		Title: "New backup of " + widget.Agreed(server.Name),
		Intro: d.intro(model.Backup, server),
		Fields: []dialog.Field{
			{Key: "description", Title: "Description (optional)", Placeholder: "before the upgrade", Limit: model.MaxDescription + 1, Check: model.CheckDescription},
		},
		Request: command.Requests(model.Create, p),
		Enter:   "create",
		Then: func(v dialog.Values) tea.Cmd {
			p.Description = strings.TrimSpace(v["description"])
			return d.env.Start(model.Intent{Deed: model.Create, Point: p, Server: server.Ref()})
		},
	})
}

func (d Deeds) open(ask dialog.FormAsk) tea.Cmd {
	form := dialog.NewForm(ask, d.env.Keys.Dialog, d.env.Look)
	return tea.Batch(d.env.Open(form), form.Init())
}

// RestoreNewest asks whether to go back to the newest restore point of the server.
func (d Deeds) RestoreNewest(id model.ID) tea.Cmd {
	server, why := d.ready(model.Restore, model.Point{Server: model.ServerRef{ID: id}})
	if why != "" {
		return d.refuse(why)
	}
	newest, ok := model.Newest(d.env.State.Of(id))
	if !ok {
		return d.refuse(server.Name + " has nothing to go back to: no backup or snapshot of it has completed")
	}
	return d.Restore(newest)
}

// Restore asks whether to overwrite a server with a restore point. The server's name must be typed.
func (d Deeds) Restore(p model.Point) tea.Cmd {
	server, why := d.ready(model.Restore, p)
	if cannot := p.CannotRestore(); cannot != "" {
		why = cannot
	}
	if why != "" {
		return d.refuse(why)
	}
	ask := d.askRestore(server, p)
	ask.Tick = d.snapshotFirst(server)
	ask.Then = func(first bool) tea.Cmd {
		if first {
			return d.env.Start(model.Intent{Deed: model.Create, Point: d.rescue(p), Server: server.Ref(), After: &p})
		}
		return d.env.Start(model.Intent{Deed: model.Restore, Point: p, Server: server.Ref()})
	}
	return d.question(ask)
}

func (d Deeds) question(ask dialog.Ask) tea.Cmd {
	return d.env.Open(dialog.NewQuestion(ask, d.env.Keys.Dialog, d.env.Look))
}

func (d Deeds) askRestore(server model.Server, p model.Point) dialog.Ask {
	return dialog.Ask{
		Title:    "Restore overwrites the disk",
		Question: fmt.Sprintf("Restore %s from %s %s?", server.Name, p.Kind, called(p)),
		Facts:    d.restoreFacts(server, p),
		Typed:    widget.Agreed(server.Name), // what is shown is what is typed
		Prompt:   typeName(server),
		Yes:      "Restore",
		Requests: func(first bool) string { return restoreRequests(p, first) },
	}
}

func restoreRequests(p model.Point, first bool) string {
	restore := command.Requests(model.Restore, p)
	if first {
		return command.Requests(model.Create, model.Point{Kind: model.Snapshot}) + ", then " + restore
	}
	return restore
}

func (d Deeds) restoreFacts(server model.Server, p model.Point) []dialog.Fact {
	lost := "everything written since then"
	if !p.CreatedAt.IsZero() {
		lost = fmt.Sprintf("everything written since %s (%s)", p.CreatedAt.UTC().Format("2 Jan 15:04"), widget.Duration(d.env.State.Now.Sub(p.CreatedAt)))
	}
	facts := []dialog.Fact{
		{Label: "server", Value: fmt.Sprintf("%s  #%s %s %s %s %s", server.Name, server.ID, style.Dot, server.IP, style.Dot, server.Status)},
		{Label: "goes back to", Value: fmt.Sprintf("%s  #%s %s %s", widget.Stamp(p.CreatedAt), p.ID, style.Dot, widget.Size(p.SizeMB))},
		{Label: "is lost", Value: lost, Bad: true},
		{Label: "meanwhile", Value: "the server stops, " + d.usually(model.Restore, p), Minor: true},
	}
	if p.Description != "" {
		facts = append(facts, dialog.Fact{Label: "says", Value: p.Description, Minor: true})
	}
	if !p.Usable() {
		facts = append(facts, dialog.Fact{Label: "beware", Value: fmt.Sprintf("its status is “%s”, which vpsdeck does not know", p.Status), Bad: true})
	}
	return facts
}

// toMake is a point of the server that is to be made.
func toMake(kind model.Kind, server model.ID) model.Point {
	return model.Point{Kind: kind, Server: model.ServerRef{ID: server}}
}

// snapshotFirst is the offer to save the present state, where the quota has room for it. It is on by itself.
func (d Deeds) snapshotFirst(server model.Server) *dialog.Tick {
	q := d.env.State.Quota(model.Snapshot, server.ID)
	if q.MayBeFull() {
		return nil
	}
	return &dialog.Tick{Label: "take a snapshot first", Note: fmt.Sprintf("room for %d more %s adds %s", q.Left(), style.Dot, d.adds()), On: true}
}

// rescue is the snapshot that is taken before a restore. Its name tells what it is for and when.
func (d Deeds) rescue(p model.Point) model.Point {
	return model.Point{
		Kind: model.Snapshot, Server: p.Server,
		Name:        "before-restore-" + d.env.State.Now.UTC().Format("20060102-150405"),
		Description: fmt.Sprintf("Taken by vpsdeck before the restore from %s #%s", p.Kind, p.ID),
	}
}

// Delete asks whether to delete a restore point: lightly, or, if it is the newest or the last that its server has, only
// once the server's name was typed.
func (d Deeds) Delete(p model.Point) tea.Cmd {
	server, why := d.ready(model.Delete, p)
	if _, known := d.env.State.Server(p.Server.ID); !known { // a point may outlive its server
		server, why = model.Server{ID: p.Server.ID, Name: p.Server.Name}, ""
	}
	if cannot := p.CannotDelete(); cannot != "" {
		why = cannot
	}
	if why != "" {
		return d.refuse(why)
	}
	return d.question(d.askDelete(server, p))
}

func (d Deeds) askDelete(server model.Server, p model.Point) dialog.Ask {
	ask := dialog.Ask{
		Title:    "Delete for good",
		Question: fmt.Sprintf("Delete %s %s of %s?", p.Kind, called(p), server.Name),
		Facts:    d.deleteFacts(server, p),
		Yes:      "Delete",
		Requests: func(bool) string { return command.Requests(model.Delete, p) },
	}
	standing := model.StandingOf(p, d.env.State.Of(p.Server.ID))
	ask.Then = func(bool) tea.Cmd {
		return d.env.Start(model.Intent{Deed: model.Delete, Point: p, Server: server.Ref(), LastConfirmed: standing == model.LastPoint})
	}
	if d.env.Strict || standing != model.OneOfSeveral {
		ask.Typed = widget.Agreed(server.Name)
		ask.Prompt = typeName(server)
	}
	return ask
}

func (d Deeds) deleteFacts(server model.Server, p model.Point) []dialog.Fact {
	facts := []dialog.Fact{
		{Label: "server", Value: fmt.Sprintf("%s  #%s", server.Name, server.ID)},
		{Label: p.Kind.String(), Value: fmt.Sprintf("#%s %s %s %s %s", p.ID, style.Dot, widget.Stamp(p.CreatedAt), style.Dot, widget.Ago(p.CreatedAt, d.env.State.Now))},
		{Label: "size", Value: widget.Size(p.SizeMB), Minor: true},
	}
	if p.Description != "" {
		facts = append(facts, dialog.Fact{Label: "says", Value: p.Description, Minor: true})
	}
	all := d.env.State.Of(p.Server.ID)
	switch model.StandingOf(p, all) {
	case model.LastPoint:
		facts = append(facts, dialog.Fact{Label: "is lost", Value: "the LAST restore point: after this " + server.Name + " can go back to nothing", Bad: true})
	case model.NewestPoint:
		facts = append(facts, dialog.Fact{Label: "is lost", Value: "the newest restore point: " + d.next(p, all), Bad: true})
	default:
		facts = append(facts, dialog.Fact{Label: "after that", Value: model.Counted(usable(all)-one(p), "restore point") + " left", Minor: true})
	}
	return facts
}

// next says what is the newest point once this one is gone.
func (d Deeds) next(p model.Point, all []model.Point) string {
	for _, q := range all { // newest first
		if q.Usable() && q.Key() != p.Key() {
			return "the next is " + widget.Duration(max(p.CreatedAt.Sub(q.CreatedAt), time.Second)) + " older"
		}
	}
	return "there is no other"
}

func usable(points []model.Point) int {
	n := 0
	for _, p := range points {
		n += one(p)
	}
	return n
}

func one(p model.Point) int {
	if p.Usable() {
		return 1
	}
	return 0
}

// called is a point's name with its ID: "pre-migration-snapshot (#801)".
func called(p model.Point) string {
	if p.Name != "" {
		return fmt.Sprintf("%s (#%s)", p.Name, p.ID)
	}
	return "#" + string(p.ID)
}

// typeName is what must be typed before something is lost.
func typeName(server model.Server) string {
	return "Type the server's name, " + widget.Agreed(server.Name) + ", to confirm"
}
