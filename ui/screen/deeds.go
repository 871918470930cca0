package screen

import (
	"fmt"
	"slices"
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

// ready finds the server of an action on a point, or on one to be made, or says why the action cannot begin now.
func (d Deeds) ready(action model.Deed, p model.Point) (model.Server, string) {
	state := d.env.State
	server, ok := state.Server(p.Server.ID)
	switch {
	case d.unread() != "":
		return server, d.unread()
	case !ok:
		return server, "there is no server under the cursor"
	case server.CannotChange() != "":
		return server, server.CannotChange()
	}
	return server, state.Conflict(action, p)
}

// full says that a quota is used up, and what could be deleted to make room; empty where there is room.
func (d Deeds) full(kind model.Kind, server model.Server) (why, do string) {
	q := d.env.State.Quota(kind, server.ID)
	if !q.Full() {
		return "", ""
	}
	var oldest model.Point
	for _, p := range d.env.State.Of(server.ID) { // newest first
		if p.Kind == kind && p.Counts() && p.CannotDelete() == "" {
			oldest = p
		}
	}
	why, do = fmt.Sprintf("%s has %s", server.Ref().Said(), quotaWords(q, quotaOf(kind))), "Delete one first"
	if oldest.ID != "" {
		do += fmt.Sprintf(", such as %s (#%s, %s)", oldest.Label(), oldest.ID, widget.Made(&oldest, d.env.State.Now))
	}
	return why, do + "."
}

// quotaOf names what a quota counts: only manual backups do.
func quotaOf(kind model.Kind) string {
	if kind == model.Backup {
		return "manual backups"
	}
	return "snapshots"
}

// intro is what stands above a form: the server, the room that there is, how long it takes, and the documented warning.
func (d Deeds) intro(kind model.Kind, server model.Server) []dialog.Intro {
	q := d.env.State.Quota(kind, server.ID)
	out := []dialog.Intro{
		{Text: fmt.Sprintf("of %s %s #%s %s %s", server.Ref().Label(), style.Dot, server.ID, style.Dot, quotaWords(q, quotaOf(kind)))},
		{Text: d.takes(kind)},
	}
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

// create opens the form for a point of the server, or says why it cannot be made.
func (d Deeds) create(kind model.Kind, id model.ID, form func(model.Server) tea.Cmd) tea.Cmd {
	server, why := d.ready(model.Create, toMake(kind, id))
	if why != "" {
		return d.refuse(creating(kind), why, "")
	}
	if why, do := d.full(kind, server); why != "" {
		return d.refuse(creating(kind), why, do)
	}
	return form(server)
}

// Snapshot opens the form for a snapshot of the server.
func (d Deeds) Snapshot(id model.ID) tea.Cmd {
	return d.once(aSnapshot, func() tea.Cmd { return d.create(model.Snapshot, id, d.snapshotForm) })
}

func (d Deeds) snapshotForm(server model.Server) tea.Cmd {
	p := model.Point{Kind: model.Snapshot, Server: server.Ref()}
	return d.open(dialog.FormAsk{
		Title: "New snapshot of " + widget.Agreed(server.Ref().Said()),
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
	return d.once(aBackup, func() tea.Cmd { return d.create(model.Backup, id, d.backupForm) })
}

func (d Deeds) backupForm(server model.Server) tea.Cmd {
	p := model.Point{Kind: model.Backup, Type: model.Manual, Server: server.Ref()}
	return d.open(dialog.FormAsk{
		Title: "New backup of " + widget.Agreed(server.Ref().Said()),
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
	return d.once(aRestore, func() tea.Cmd {
		server, why := d.ready(model.Restore, model.Point{Server: model.ServerRef{ID: id}})
		if why != "" {
			return d.refuse(aRestore, why, "")
		}
		newest, ok := model.Newest(d.env.State.Of(id), d.env.State.Now)
		if !ok {
			return d.refuse(aRestore, server.Ref().Said()+" has no restore point yet: no backup or snapshot of it has completed", "")
		}
		return d.restore(newest)
	})
}

// Restore asks whether to overwrite a server with a restore point. The server's name must be typed.
func (d Deeds) Restore(p model.Point) tea.Cmd {
	return d.once(aRestore, func() tea.Cmd { return d.restore(p) })
}

func (d Deeds) restore(p model.Point) tea.Cmd {
	server, why := d.ready(model.Restore, p)
	if cannot := p.CannotRestore(d.env.State.Now); cannot != "" && d.unread() == "" {
		why = cannot
	}
	if why != "" {
		return d.refuse(aRestore, why, "")
	}
	ask, kind := d.askRestore(server, p), model.Snapshot
	if !d.env.State.Quota(model.Snapshot, server.ID).MayBeFull() {
		ask.Tick = d.snapshotFirst(server)
	} else if kind = model.Backup; d.env.State.Quota(model.Backup, server.ID).MayBeFull() {
		ask.Facts = append(ask.Facts, dialog.Fact{Label: "beware", Value: "nothing is saved first: " + d.noRoom(server.ID, model.Snapshot) +
			", " + d.noRoom(server.ID, model.Backup), Bad: true})
	} else {
		ask.Tick = d.backupFirst(server)
	}
	ask.Requests = func(first bool) string { return restoreRequests(p, kind, first) }
	ask.Then = func(first bool) tea.Cmd {
		if first {
			return d.env.Start(model.Intent{Deed: model.Create, Point: d.rescue(kind, p), Server: server.Ref(), After: &p})
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
		Question: fmt.Sprintf("Restore %s from %s %s? This cannot be undone.", server.Ref().Said(), p.Kind, called(p)),
		Facts:    d.restoreFacts(server, p),
		Phrase:   PhraseFor(server.Ref()),
		Yes:      "Restore",
		Requests: func(bool) string { return command.Requests(model.Restore, p) },
	}
}

// restoreRequests are what a restore sends, after a point of the kind if one is taken first.
func restoreRequests(p model.Point, kind model.Kind, first bool) string {
	restore := command.Requests(model.Restore, p)
	if first {
		return command.Requests(model.Create, model.Point{Kind: kind}) + ", then " + restore
	}
	return restore
}

func (d Deeds) restoreFacts(server model.Server, p model.Point) []dialog.Fact {
	lost := "everything written since then"
	if age, known := p.Age(d.env.State.Now); known {
		lost = fmt.Sprintf("everything written since %s UTC (%s)", widget.Short(p.CreatedAt, d.env.State.Now), widget.Duration(age))
	}
	facts := []dialog.Fact{
		{Label: "server", Value: fmt.Sprintf("%s  #%s %s %s %s %s", server.Ref().Label(), server.ID, style.Dot, server.IP, style.Dot, server.Status)},
		{Label: "goes back to", Value: fmt.Sprintf("%s  #%s %s %s", widget.MadeAt(&p), p.ID, style.Dot, widget.SizeOf(&p))},
		{Label: "is lost", Value: lost, Bad: true},
		{Label: "meanwhile", Value: "the server stops, " + d.usually(model.Restore, p), Minor: true},
	}
	if p.Description != "" {
		facts = append(facts, dialog.Fact{Label: "says", Value: p.Description, Minor: true})
	}
	if p.Status != model.Completed {
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
	tick := &dialog.Tick{Label: "take a snapshot first", Note: fmt.Sprintf("room for %d more %s adds %s", q.Left(), style.Dot, d.adds()), On: true}
	if server.Running() {
		tick.Warning = "The server is running: this snapshot may be inconsistent."
	}
	return tick
}

// backupFirst is the offer to save the present state as a backup, where there is no room for a snapshot. A backup takes longer
// than one who is in a hurry may want: it is off by itself.
func (d Deeds) backupFirst(server model.Server) *dialog.Tick {
	q := d.env.State.Quota(model.Backup, server.ID)
	return &dialog.Tick{
		Label: "backup first (no snapshot)", Note: fmt.Sprintf("room for %d more %s %s", q.Left(), style.Dot, d.backupAdds()),
		Warning: "No snapshot first: " + d.noRoom(server.ID, model.Snapshot) + ".",
	}
}

// noRoom says how far a quota is used up that has no room, or may have none.
func (d Deeds) noRoom(server model.ID, kind model.Kind) string {
	q := d.env.State.Quota(kind, server)
	words := quotaWords(q, quotaOf(kind))
	if !q.Full() {
		words += ", running and failed ones may count too"
	}
	return words
}

// rescue is the point that is made before a restore. A snapshot's name tells what it is for and when.
func (d Deeds) rescue(kind model.Kind, p model.Point) model.Point {
	made := model.Point{
		Kind: kind, Server: p.Server, Type: model.Manual,
		Description: fmt.Sprintf("Taken by vpsdeck before the restore from %s #%s", p.Kind, p.ID),
	}
	if kind == model.Snapshot {
		made.Type, made.Name = "", "before-restore-"+d.env.State.Now.UTC().Format("20060102-150405")
	}
	return made
}

// Delete asks whether to delete a restore point: lightly, or, if it is the newest, the last backup or the last point that its
// server has, only once the server's name was typed.
func (d Deeds) Delete(p model.Point) tea.Cmd {
	return d.once(aDelete, func() tea.Cmd { return d.delete(p) })
}

func (d Deeds) delete(p model.Point) tea.Cmd {
	server, why := d.ready(model.Delete, p)
	if _, known := d.env.State.Server(p.Server.ID); !known { // a point may outlive its server
		server, why = model.Server{ID: p.Server.ID, Name: p.Server.Name}, ""
	}
	if cannot := p.CannotDelete(); cannot != "" {
		why = cannot
	}
	if why != "" {
		return d.refuse(aDelete, why, "")
	}
	return d.question(d.askDelete(server, p))
}

func (d Deeds) askDelete(server model.Server, p model.Point) dialog.Ask {
	ask := dialog.Ask{
		Title:    "Delete for good",
		Question: fmt.Sprintf("Delete %s %s of %s?", p.Kind, called(p), server.Ref().Said()),
		Facts:    d.deleteFacts(server, p),
		Yes:      "Delete",
		Requests: func(bool) string { return command.Requests(model.Delete, p) },
	}
	standing := model.StandingOf(p, d.env.State.Of(p.Server.ID), d.env.State.Now)
	ask.Then = func(bool) tea.Cmd {
		return d.env.Start(model.Intent{Deed: model.Delete, Point: p, Server: server.Ref(), Confirmed: standing})
	}
	if d.env.Strict || standing != model.OneOfSeveral {
		ask.Phrase = PhraseFor(server.Ref())
	}
	return ask
}

func (d Deeds) deleteFacts(server model.Server, p model.Point) []dialog.Fact {
	facts := []dialog.Fact{
		{Label: "server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(), server.ID)},
		{Label: p.Kind.String(), Value: fmt.Sprintf("#%s %s %s %s %s", p.ID, style.Dot, widget.MadeAt(&p), style.Dot, widget.Made(&p, d.env.State.Now))},
		{Label: "size", Value: widget.SizeOf(&p), Minor: true},
	}
	if p.Description != "" {
		facts = append(facts, dialog.Fact{Label: "says", Value: p.Description, Minor: true})
	}
	all := d.env.State.Of(p.Server.ID)
	switch model.StandingOf(p, all, d.env.State.Now) {
	case model.LastPoint:
		facts = append(facts, dialog.Fact{Label: "is lost", Value: "the LAST restore point: after this " + server.Ref().Said() + " cannot be restored", Bad: true})
	case model.LastBackup:
		facts = append(facts, dialog.Fact{Label: "is lost", Value: "the LAST backup: only snapshots remain, which live on the server's own infrastructure", Bad: true})
	case model.NewestPoint:
		facts = append(facts, dialog.Fact{Label: "is lost", Value: "the newest restore point: " + d.next(p, all), Bad: true})
	default:
		facts = append(facts, dialog.Fact{Label: "after that", Value: model.Counted(usable(all, d.env.State.Now)-one(p, d.env.State.Now), "restore point") + " left", Minor: true})
	}
	return facts
}

// next says what is the newest point once this one is gone.
func (d Deeds) next(p model.Point, all []model.Point) string {
	others := slices.DeleteFunc(slices.Clone(all), func(q model.Point) bool { return q.Key() == p.Key() })
	next, _ := model.Newest(others, d.env.State.Now)
	if next.CreatedAt.IsZero() || next.CreatedAt.After(p.CreatedAt) {
		return "the age of the next is not known"
	}
	return "the next is " + widget.Duration(max(p.CreatedAt.Sub(next.CreatedAt), time.Second)) + " older"
}

func usable(points []model.Point, now time.Time) int {
	n := 0
	for _, p := range points {
		n += one(p, now)
	}
	return n
}

func one(p model.Point, now time.Time) int {
	if p.Usable(now) {
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
