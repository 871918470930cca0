package screen

import (
	"errors"
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

// Actions asks before each deed, with the weight that it has. A deed that cannot be done says why instead.
type Actions struct{ env *Env }

// NewActions is for questions that no key asked for.
func NewActions(env *Env) Actions { return Actions{env} }

// checkReady finds the server of an action on a point, or on one to be made, or says why the action cannot begin now.
func (a Actions) checkReady(action model.Action, p model.Point) (model.Server, string) {
	state := a.env.State
	server, ok := state.Server(p.Server.ID)
	switch {
	case a.listError() != "":
		return server, a.listError()
	case !ok:
		return server, "there is no server under the cursor"
	case server.CannotChange() != "":
		return server, server.CannotChange()
	}
	return server, state.Conflict(action, p)
}

// bulkProblem is why nothing may be done now that is about all there are, or about whatever fits; "" if it may.
func (e *Env) bulkProblem() string {
	var cut *model.IncompleteError
	if !errors.As(e.State.Incomplete(), &cut) {
		return ""
	}
	return "a list is incomplete (" + cut.Counts() + "): choose servers and restore points one by one"
}

// checkQuota says that a quota is used up, and what could be deleted to make room; empty where there is room.
func (a Actions) checkQuota(kind model.Kind, server model.Server) (why, remedy string) {
	q := a.env.State.Quota(kind, server.ID)
	if !q.Full() {
		return "", ""
	}
	var oldest model.Point
	for _, p := range a.env.State.PointsOf(server.ID) { // newest first
		if p.Kind == kind && p.CountsInQuota() && p.CannotDelete() == "" {
			oldest = p
		}
	}
	why, remedy = fmt.Sprintf("%s has %s", server.Ref().SentenceName(), quotaText(q, quotaNoun(kind))), "Delete one first"
	if oldest.ID != "" {
		remedy += fmt.Sprintf(", such as %s (#%s, %s)", oldest.Label(), oldest.ID, widget.CreatedAgo(&oldest, a.env.State.Now))
	}
	return why, remedy + "."
}

// quotaNoun names what a quota counts: only manual backups do.
func quotaNoun(kind model.Kind) string {
	if kind == model.Backup {
		return "manual backups"
	}
	return "snapshots"
}

// introLines is what stands above a form: the server, the room that there is, how long it takes, and the documented warning.
func (a Actions) introLines(kind model.Kind, server model.Server) []dialog.IntroLine {
	q := a.env.State.Quota(kind, server.ID)
	out := []dialog.IntroLine{
		{Text: fmt.Sprintf("of %s %s #%s %s %s", server.Ref().Label(), style.Dot, server.ID, style.Dot, quotaText(q, quotaNoun(kind)))},
		{Text: a.createDuration(kind)},
	}
	switch {
	case q.Incomplete:
		out = append(out, dialog.IntroLine{Text: "The list is incomplete, so there may be more: the API may say that it is full.", Warn: true})
	case q.MayBeFull():
		out = append(out, dialog.IntroLine{Text: "Running and failed ones may count too: the API may say that it is full.", Warn: true})
	}
	if kind == model.Snapshot && server.Running() {
		out = append(out, dialog.IntroLine{Text: "The server is running: its snapshot may be inconsistent. Stop it first for the best result.", Warn: true})
	}
	return out
}

func quotaText(q model.Quota, word string) string {
	atLeast := ""
	if q.Incomplete {
		atLeast = "at least "
	}
	return fmt.Sprintf("%s%d of %d %s used", atLeast, q.Taken(), q.Limit, word)
}

// create opens the form for a point of the server, or says why it cannot be made.
func (a Actions) create(kind model.Kind, id model.ID, form func(model.Server) tea.Cmd) tea.Cmd {
	server, why := a.checkReady(model.Create, newPoint(kind, id))
	if why != "" {
		return a.refuse(createTitles(kind), why, "")
	}
	if why, remedy := a.checkQuota(kind, server); why != "" {
		return a.refuse(createTitles(kind), why, remedy)
	}
	return form(server)
}

// Snapshot opens the form for a snapshot of the server.
func (a Actions) Snapshot(id model.ID) tea.Cmd {
	return a.whenLoaded(snapshotTitles, func() tea.Cmd { return a.create(model.Snapshot, id, a.snapshotForm) })
}

func (a Actions) snapshotForm(server model.Server) tea.Cmd {
	p := model.Point{Kind: model.Snapshot, Server: server.Ref()}
	return a.openForm(dialog.FormOptions{
		Title: "New snapshot of " + widget.NormalizeWidth(server.Ref().SentenceName()),
		Intro: a.introLines(model.Snapshot, server),
		Fields: []dialog.Field{
			{Key: "name", Title: "Name", Placeholder: "before-update", Limit: model.MaxSnapshotName + 1, Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: model.MaxDescription + 1, Check: model.CheckDescription},
		},
		Request:     command.DescribeRequest(model.Create, p),
		SubmitLabel: "create",
		OnSubmit: func(v dialog.Values) tea.Cmd {
			p.Name, p.Description = v["name"], strings.TrimSpace(v["description"])
			return a.env.Start(model.ActionRequest{Action: model.Create, Point: p, Server: server.Ref()})
		},
	})
}

// Backup opens the form for a backup of the server.
func (a Actions) Backup(id model.ID) tea.Cmd {
	return a.whenLoaded(backupTitles, func() tea.Cmd { return a.create(model.Backup, id, a.backupForm) })
}

func (a Actions) backupForm(server model.Server) tea.Cmd {
	p := model.Point{Kind: model.Backup, Type: model.Manual, Server: server.Ref()}
	return a.openForm(dialog.FormOptions{
		Title: "New backup of " + widget.NormalizeWidth(server.Ref().SentenceName()),
		Intro: a.introLines(model.Backup, server),
		Fields: []dialog.Field{
			{Key: "description", Title: "Description (optional)", Placeholder: "before the upgrade", Limit: model.MaxDescription + 1, Check: model.CheckDescription},
		},
		Request:     command.DescribeRequest(model.Create, p),
		SubmitLabel: "create",
		OnSubmit: func(v dialog.Values) tea.Cmd {
			p.Description = strings.TrimSpace(v["description"])
			return a.env.Start(model.ActionRequest{Action: model.Create, Point: p, Server: server.Ref()})
		},
	})
}

func (a Actions) openForm(options dialog.FormOptions) tea.Cmd {
	form := dialog.NewForm(options, a.env.Keys.Dialog, a.env.Styles)
	return tea.Batch(a.env.OpenDialog(form), form.Init())
}

// RestoreNewest asks whether to go back to the newest restore point of the server.
func (a Actions) RestoreNewest(id model.ID) tea.Cmd {
	return a.whenLoaded(restoreTitles, func() tea.Cmd {
		server, why := a.checkReady(model.Restore, model.Point{Server: model.ServerRef{ID: id}})
		if why != "" {
			return a.refuse(restoreTitles, why, "")
		}
		if !a.env.State.PointsComplete() {
			return a.refuse(restoreTitles, "which restore point is the newest is not known, as a list is incomplete", "Choose one in its pane.")
		}
		newest, ok := model.NewestUsable(a.env.State.PointsOf(id), a.env.State.Now)
		if !ok {
			return a.refuse(restoreTitles, server.Ref().SentenceName()+" has no restore point yet: no backup or snapshot of it has completed", "")
		}
		return a.restore(newest)
	})
}

// Restore asks whether to overwrite a server with a restore point. The server's name must be typed.
func (a Actions) Restore(p model.Point) tea.Cmd {
	return a.whenLoaded(restoreTitles, func() tea.Cmd { return a.restore(p) })
}

func (a Actions) restore(p model.Point) tea.Cmd {
	server, why := a.checkReady(model.Restore, p)
	if cannot := p.CannotRestore(a.env.State.Now); cannot != "" && a.listError() == "" {
		why = cannot
	}
	if why != "" {
		return a.refuse(restoreTitles, why, "")
	}
	options, kind := a.restoreOptions(server, p), model.Snapshot
	if q := a.env.State.Quota(model.Snapshot, server.ID); q.Taken() < q.Limit { // of an incomplete list, the API decides
		options.Checkbox = a.snapshotFirstCheckbox(server)
	} else if kind = model.Backup; a.env.State.Quota(model.Backup, server.ID).Taken() >= model.Backup.Limit() {
		options.Details = append(options.Details, dialog.Detail{Label: "beware", Value: "nothing is saved first: " + a.quotaUsage(server.ID, model.Snapshot) +
			", " + a.quotaUsage(server.ID, model.Backup), Bad: true})
	} else {
		options.Checkbox = a.backupFirstCheckbox(server)
	}
	options.Requests = func(first bool) string { return restoreRequestText(p, kind, first) }
	options.OnConfirm = func(first bool) tea.Cmd {
		if first {
			return a.env.Start(model.ActionRequest{Action: model.Create, Point: a.safetyPoint(kind, p), Server: server.Ref(), ThenRestore: &p})
		}
		return a.env.Start(model.ActionRequest{Action: model.Restore, Point: p, Server: server.Ref()})
	}
	return a.openConfirm(options)
}

func (a Actions) openConfirm(options dialog.ConfirmOptions) tea.Cmd {
	return a.env.OpenDialog(dialog.NewConfirm(options, a.env.Keys.Dialog, a.env.Styles))
}

func (a Actions) restoreOptions(server model.Server, p model.Point) dialog.ConfirmOptions {
	return dialog.ConfirmOptions{
		Title:        "Restore overwrites the disk",
		Question:     fmt.Sprintf("Restore %s from %s %s? This cannot be undone.", server.Ref().SentenceName(), p.Kind, nameWithID(p)),
		Details:      a.restoreDetails(server, p),
		Phrase:       ConfirmPhrase(server.Ref()),
		ConfirmLabel: "Restore",
		Requests:     func(bool) string { return command.DescribeRequest(model.Restore, p) },
	}
}

// restoreRequestText are what a restore sends, after a point of the kind if one is taken first.
func restoreRequestText(p model.Point, kind model.Kind, first bool) string {
	restore := command.DescribeRequest(model.Restore, p)
	if first {
		return command.DescribeRequest(model.Create, model.Point{Kind: kind}) + ", then " + restore
	}
	return restore
}

func (a Actions) restoreDetails(server model.Server, p model.Point) []dialog.Detail {
	lost := "everything written since then"
	if age, known := p.Age(a.env.State.Now); known {
		lost = fmt.Sprintf("everything written since %s UTC (%s)", widget.ShortTime(p.CreatedAt, a.env.State.Now), widget.FormatDuration(age))
	}
	details := []dialog.Detail{
		{Label: "server", Value: fmt.Sprintf("%s  #%s %s %s %s %s", server.Ref().Label(), server.ID, style.Dot, server.IP, style.Dot, server.Status)},
		{Label: "goes back to", Value: fmt.Sprintf("%s  #%s %s %s", widget.CreatedTime(&p), p.ID, style.Dot, widget.SizeOf(&p))},
		{Label: "is lost", Value: lost, Bad: true},
		{Label: "meanwhile", Value: "the server stops, " + a.downtime(model.Restore, p), Minor: true},
	}
	if p.Description != "" {
		details = append(details, dialog.Detail{Label: "says", Value: p.Description, Minor: true})
	}
	if p.Status != model.Completed {
		details = append(details, dialog.Detail{Label: "beware", Value: fmt.Sprintf("its status is “%s”, which vpsdeck does not know", p.Status), Bad: true})
	}
	return details
}

// newPoint is a point of the server that is to be made.
func newPoint(kind model.Kind, server model.ID) model.Point {
	return model.Point{Kind: kind, Server: model.ServerRef{ID: server}}
}

// snapshotFirstCheckbox is the offer to save the present state, where the quota has room for it. It is on by itself.
func (a Actions) snapshotFirstCheckbox(server model.Server) *dialog.Checkbox {
	q := a.env.State.Quota(model.Snapshot, server.ID)
	checkbox := &dialog.Checkbox{Label: "take a snapshot first", Note: fmt.Sprintf("room for %d more %s adds %s", q.Left(), style.Dot, a.snapshotDuration()), Checked: true}
	if q.Incomplete {
		checkbox.Note = "the list is incomplete: there may be no room for it"
	}
	if server.Running() {
		checkbox.Warning = "The server is running: this snapshot may be inconsistent."
	}
	return checkbox
}

// backupFirstCheckbox is the offer to save the present state as a backup, where there is no room for a snapshot. A backup takes longer
// than one who is in a hurry may want: it is off by itself.
func (a Actions) backupFirstCheckbox(server model.Server) *dialog.Checkbox {
	q := a.env.State.Quota(model.Backup, server.ID)
	return &dialog.Checkbox{
		Label: "backup first (no snapshot)", Note: fmt.Sprintf("room for %d more %s %s", q.Left(), style.Dot, a.backupDuration()),
		Warning: "No snapshot first: " + a.quotaUsage(server.ID, model.Snapshot) + ".",
	}
}

// quotaUsage says how far a quota is used up that has no room, or may have none.
func (a Actions) quotaUsage(server model.ID, kind model.Kind) string {
	q := a.env.State.Quota(kind, server)
	text := quotaText(q, quotaNoun(kind))
	if !q.Full() {
		text += ", running and failed ones may count too"
	}
	return text
}

// safetyPoint is the point that is made before a restore. A snapshot's name tells what it is for and when.
func (a Actions) safetyPoint(kind model.Kind, p model.Point) model.Point {
	point := model.Point{
		Kind: kind, Server: p.Server, Type: model.Manual,
		Description: fmt.Sprintf("Taken by vpsdeck before the restore from %s #%s", p.Kind, p.ID),
	}
	if kind == model.Snapshot {
		point.Type, point.Name = "", "before-restore-"+a.env.State.Now.UTC().Format("20060102-150405")
	}
	return point
}

// Delete asks whether to delete a restore point: lightly, or, if it is the newest, the last backup or the last point that its
// server has, only once the server's name was typed.
func (a Actions) Delete(p model.Point) tea.Cmd {
	return a.whenLoaded(deleteTitles, func() tea.Cmd { return a.delete(p) })
}

func (a Actions) delete(p model.Point) tea.Cmd {
	server, why := a.checkReady(model.Delete, p)
	if _, known := a.env.State.Server(p.Server.ID); !known { // a point may outlive its server
		server, why = model.Server{ID: p.Server.ID, Name: p.Server.Name}, ""
	}
	if cannot := p.CannotDelete(); cannot != "" {
		why = cannot
	}
	if why != "" {
		return a.refuse(deleteTitles, why, "")
	}
	return a.openConfirm(a.deleteOptions(server, p))
}

func (a Actions) deleteOptions(server model.Server, p model.Point) dialog.ConfirmOptions {
	options := dialog.ConfirmOptions{
		Title:        "Delete for good",
		Question:     fmt.Sprintf("Delete %s %s of %s?", p.Kind, nameWithID(p), server.Ref().SentenceName()),
		Details:      a.deleteDetails(server, p),
		ConfirmLabel: "Delete",
		Requests:     func(bool) string { return command.DescribeRequest(model.Delete, p) },
	}
	role := model.RoleOf(p, a.env.State.PointsOf(p.Server.ID), a.env.State.Now)
	options.OnConfirm = func(bool) tea.Cmd {
		return a.env.Start(model.ActionRequest{Action: model.Delete, Point: p, Server: server.Ref(), ConfirmedRole: role})
	}
	if a.env.StrictDelete || role != model.OrdinaryPoint {
		options.Phrase = ConfirmPhrase(server.Ref())
	}
	return options
}

func (a Actions) deleteDetails(server model.Server, p model.Point) []dialog.Detail {
	details := []dialog.Detail{
		{Label: "server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(), server.ID)},
		{Label: p.Kind.String(), Value: fmt.Sprintf("#%s %s %s %s %s", p.ID, style.Dot, widget.CreatedTime(&p), style.Dot, widget.CreatedAgo(&p, a.env.State.Now))},
		{Label: "size", Value: widget.SizeOf(&p), Minor: true},
	}
	if p.Description != "" {
		details = append(details, dialog.Detail{Label: "says", Value: p.Description, Minor: true})
	}
	all := a.env.State.PointsOf(p.Server.ID)
	switch model.RoleOf(p, all, a.env.State.Now) {
	case model.LastPoint:
		value := "the LAST restore point: after this " + server.Ref().SentenceName() + " cannot be restored"
		if !a.env.State.PointsComplete() {
			value = "perhaps the LAST restore point: the list is incomplete, and shows no other"
		}
		details = append(details, dialog.Detail{Label: "is lost", Value: value, Bad: true})
	case model.LastBackup:
		value := "the LAST backup: only snapshots remain, which live on the server's own infrastructure"
		if !a.env.State.PointsComplete() {
			value = "perhaps the LAST backup: the list is incomplete, and shows no other"
		}
		details = append(details, dialog.Detail{Label: "is lost", Value: value, Bad: true})
	case model.NewestPoint:
		details = append(details, dialog.Detail{Label: "is lost", Value: "the newest restore point: " + a.nextNewest(p, all), Bad: true})
	default:
		details = append(details, dialog.Detail{Label: "after that", Value: model.Pluralize(countUsable(all, a.env.State.Now)-usableCount(p, a.env.State.Now), "restore point") + " left", Minor: true})
	}
	return details
}

// nextNewest says what is the newest point once this one is gone.
func (a Actions) nextNewest(p model.Point, all []model.Point) string {
	others := slices.DeleteFunc(slices.Clone(all), func(q model.Point) bool { return q.Key() == p.Key() })
	next, _ := model.NewestUsable(others, a.env.State.Now)
	if next.CreatedAt.IsZero() || next.CreatedAt.After(p.CreatedAt) {
		return "the age of the next is not known"
	}
	return "the next is " + widget.FormatDuration(max(p.CreatedAt.Sub(next.CreatedAt), time.Second)) + " older"
}

func countUsable(points []model.Point, now time.Time) int {
	n := 0
	for _, p := range points {
		n += usableCount(p, now)
	}
	return n
}

func usableCount(p model.Point, now time.Time) int {
	if p.Usable(now) {
		return 1
	}
	return 0
}

// nameWithID is a point's name with its ID: "pre-migration-snapshot (#801)".
func nameWithID(p model.Point) string {
	if p.Name != "" {
		return fmt.Sprintf("%s (#%s)", p.Name, p.ID)
	}
	return "#" + string(p.ID)
}
