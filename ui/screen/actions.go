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

// Actions opens the dialogs of actions: a form, a confirmation, or a refusal that says why the
// action cannot begin.
type Actions struct{ env *Env }

// NewActions returns the dialogs for callers outside the panes.
func NewActions(env *Env) Actions { return Actions{env} }

// checkReady returns the server of an action on a point, or why the action cannot begin now. The
// point may not exist yet.
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

// bulkProblem returns why an action on all servers or points cannot begin now, or "".
func (e *Env) bulkProblem() string {
	var cut *model.IncompleteError
	if !errors.As(e.State.Incomplete(), &cut) {
		return ""
	}
	return "a list is incomplete (" + cut.Counts() + "): choose servers and restore points one by one"
}

// checkQuota returns that a quota is used up and what to delete, or "" if there is room.
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
	why, remedy = fmt.Sprintf("%s has %s", server.Ref().SentenceName(), quotaText(q, quotaNoun(kind))),
		"Delete one first"
	if oldest.ID != "" {
		remedy += fmt.Sprintf(", such as %s (#%s, %s)", oldest.Label(), oldest.ID,
			widget.CreatedAgo(&oldest, a.env.State.Now))
	}
	return why, remedy + "."
}

// quotaNoun names what a quota counts: of backups only manual ones.
func quotaNoun(kind model.Kind) string {
	if kind == model.Backup {
		return "manual backups"
	}
	return "snapshots"
}

// introLines returns the lines above a form: the server, its quota, the usual duration and the
// documented warnings.
func (a Actions) introLines(kind model.Kind, server model.Server) []dialog.IntroLine {
	q := a.env.State.Quota(kind, server.ID)
	out := []dialog.IntroLine{
		{Text: fmt.Sprintf("%s %s #%s %s %s", server.Ref().Label(), style.Dot, server.ID, style.Dot,
			quotaText(q, quotaNoun(kind)))},
		{Text: a.createDuration(kind)},
	}
	switch {
	case q.Incomplete:
		out = append(out, dialog.IntroLine{Text: "The list is incomplete, so there may be more: the API may refuse.",
			Warn: true})
	case q.MayBeFull():
		out = append(out, dialog.IntroLine{Text: "Running and failed ones may count too: the API may refuse.",
			Warn: true})
	}
	if server.Suspended() {
		out = append(out, dialog.IntroLine{Text: "The server is suspended: the API may refuse.", Warn: true})
	}
	if kind == model.Snapshot && server.Running() {
		out = append(out, dialog.IntroLine{Text: "The server is running: its snapshot may be inconsistent. Stop it " +
			"first for the best result.", Warn: true})
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

// create opens the form for a point of the server, or a refusal.
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
			{Key: "name", Title: "Name (typing replaces it)", Placeholder: "before-update", Replace: true,
				Value: a.suggestName(server), Limit: model.MaxSnapshotName + 1, Check: model.CheckSnapshotName},
			{Key: "description", Title: "Description (optional)", Limit: model.MaxDescription + 1,
				Check: model.CheckDescription},
		},
		Request:     command.DescribeRequest(model.Create, p),
		SubmitLabel: "create",
		OnKinds:     a.ShowKinds,
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
			{Key: "description", Title: "Description (optional)", Placeholder: "before the upgrade",
				Limit: model.MaxDescription + 1, Check: model.CheckDescription},
		},
		Request:     command.DescribeRequest(model.Create, p),
		SubmitLabel: "create",
		OnKinds:     a.ShowKinds,
		OnSubmit: func(v dialog.Values) tea.Cmd {
			p.Description = strings.TrimSpace(v["description"])
			return a.env.Start(model.ActionRequest{Action: model.Create, Point: p, Server: server.Ref()})
		},
	})
}

// nothingSent is the notice about every form and confirmation that was closed without its action.
const nothingSent = "Cancelled. Nothing was sent."

func (a Actions) notifyCancelled() tea.Cmd {
	a.env.Notify(Info, nothingSent)
	return nil
}

// openForm opens the form of an action.
func (a Actions) openForm(options dialog.FormOptions) tea.Cmd {
	options.OnCancel = a.notifyCancelled
	form := dialog.NewForm(options, a.env.Keys.Dialog, a.env.Styles)
	return tea.Batch(a.env.OpenDialog(form), form.Init())
}

// RestoreNewest asks whether to restore the server from its newest restore point.
func (a Actions) RestoreNewest(id model.ID) tea.Cmd {
	return a.whenLoaded(restoreTitles, func() tea.Cmd {
		server, why := a.checkReady(model.Restore, model.Point{Server: model.ServerRef{ID: id}})
		if why != "" {
			return a.refuse(restoreTitles, why, "")
		}
		if !a.env.State.PointsComplete() {
			return a.refuse(restoreTitles, "a list is incomplete, so the newest restore point is unknown",
				"Choose a restore point in its pane.")
		}
		newest, ok := model.NewestUsable(a.env.State.PointsOf(id), a.env.State.Now)
		if !ok {
			return a.refuse(restoreTitles, server.Ref().SentenceName()+" has no restore point yet: no backup or "+
				"snapshot of it has completed", "")
		}
		return a.restore(newest)
	})
}

// Restore asks whether to overwrite a server with a restore point. It requires the server's name.
func (a Actions) Restore(p model.Point) tea.Cmd {
	return a.whenLoaded(restoreTitles, func() tea.Cmd { return a.restore(p) })
}

func (a Actions) restore(p model.Point) tea.Cmd {
	server, _ := a.env.State.Server(p.Server.ID)
	if why := a.restoreProblem(p); why != "" {
		return a.refuse(restoreTitles, why, "")
	}
	options, kind := a.restoreOptions(server, p), model.Snapshot
	// if the list is incomplete, the API decides
	if q := a.env.State.Quota(model.Snapshot, server.ID); q.Taken() < q.Limit {
		options.Checkbox = a.snapshotFirstCheckbox(server)
	} else if kind = model.Backup; a.env.State.Quota(model.Backup, server.ID).Taken() >= model.Backup.Limit() {
		options.Details = append(options.Details, dialog.Detail{Label: "Warning", Value: "nothing is saved first: " +
			a.quotaUsage(server.ID, model.Snapshot) +
			", " + a.quotaUsage(server.ID, model.Backup), Bad: true})
	} else {
		options.Checkbox = a.backupFirstCheckbox(server)
	}
	options.Requests = func(first bool) string { return restoreRequestText(p, kind, first) }
	options.OnConfirm = func(first bool) tea.Cmd {
		if first {
			return a.env.Start(model.ActionRequest{Action: model.Create, Point: a.safetyPoint(kind, p),
				Server: server.Ref(), ThenRestore: &p})
		}
		return a.env.Start(model.ActionRequest{Action: model.Restore, Point: p, Server: server.Ref()})
	}
	return a.openConfirm(options)
}

// openConfirm opens the confirmation of an action.
func (a Actions) openConfirm(options dialog.ConfirmOptions) tea.Cmd {
	onCancel := options.OnCancel
	options.OnCancel = func() tea.Cmd {
		cmd := a.notifyCancelled()
		if onCancel != nil {
			cmd = onCancel()
		}
		return cmd
	}
	return a.env.OpenDialog(dialog.NewConfirm(options, a.env.Keys.Dialog, a.env.Styles))
}

func (a Actions) restoreOptions(server model.Server, p model.Point) dialog.ConfirmOptions {
	return dialog.ConfirmOptions{
		Title: "Restore overwrites the disk",
		Question: fmt.Sprintf("Restore %s from %s %s? This cannot be undone.", server.Ref().SentenceName(), p.Kind,
			nameWithID(p)),
		Details:      a.restoreDetails(server, p),
		Phrase:       ConfirmPhrase(server.Ref()),
		ConfirmLabel: "Restore",
		Requests:     func(bool) string { return command.DescribeRequest(model.Restore, p) },
	}
}

// restoreRequestText describes the requests of a restore; with first, a point of the kind is
// created before it.
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
		lost = fmt.Sprintf("everything written since %s UTC (%s)", widget.ShortTime(p.CreatedAt, a.env.State.Now),
			widget.FormatDuration(age))
	}
	details := []dialog.Detail{
		{Label: "Server", Value: fmt.Sprintf("%s  #%s %s %s %s %s", server.Ref().Label(), server.ID, style.Dot,
			server.IP, style.Dot, server.Status)},
		{Label: "Restore to", Value: fmt.Sprintf("%s  #%s %s %s", widget.CreatedTime(&p), p.ID, style.Dot,
			widget.SizeOf(&p))},
		{Label: "You will lose", Value: lost, Bad: true},
		{Label: "Downtime", Value: a.downtime(model.Restore, p), Minor: true},
	}
	if p.Description != "" {
		details = append(details, dialog.Detail{Label: "Description", Value: p.Description, Minor: true})
	}
	if server.Suspended() {
		details = append(details, dialog.Detail{Label: "Warning", Value: "the server is suspended: the API may refuse"})
	}
	if p.Status != model.Completed {
		details = append(details, dialog.Detail{Label: "Warning", Value: fmt.Sprintf("unknown status “%s”", p.Status),
			Bad: true})
	}
	return details
}

// newPoint returns a point of the server that is to be created.
func newPoint(kind model.Kind, server model.ID) model.Point {
	return model.Point{Kind: kind, Server: model.ServerRef{ID: server}}
}

// roomUnknown is the note of a checkbox whose list is incomplete.
const roomUnknown = "incomplete list: maybe no room"

// snapshotFirstCheckbox offers a snapshot before a restore, if the quota has room. It is checked by
// default.
func (a Actions) snapshotFirstCheckbox(server model.Server) *dialog.Checkbox {
	q := a.env.State.Quota(model.Snapshot, server.ID)
	checkbox := &dialog.Checkbox{Label: "take a snapshot first", Note: fmt.Sprintf("room for %d more %s adds %s",
		q.Left(), style.Dot, a.snapshotDuration()), Checked: true}
	if q.Incomplete {
		checkbox.Note = roomUnknown
	}
	if server.Running() {
		checkbox.Warning = "The server is running: this snapshot may be inconsistent."
	}
	return checkbox
}

// backupFirstCheckbox offers a backup before a restore, if there is no room for a snapshot. A
// backup may take too long for an emergency, so it is unchecked by default.
func (a Actions) backupFirstCheckbox(server model.Server) *dialog.Checkbox {
	q := a.env.State.Quota(model.Backup, server.ID)
	checkbox := &dialog.Checkbox{
		Label: "backup first (no snapshot)", Note: fmt.Sprintf("room for %d more %s %s", q.Left(), style.Dot,
			a.backupDuration()),
		Warning: "No snapshot first: " + a.quotaUsage(server.ID, model.Snapshot) + ".",
	}
	if q.Incomplete {
		checkbox.Note = roomUnknown
	}
	return checkbox
}

// quotaUsage describes a quota that is full, or may be full.
func (a Actions) quotaUsage(server model.ID, kind model.Kind) string {
	q := a.env.State.Quota(kind, server)
	text := quotaText(q, quotaNoun(kind))
	if !q.Full() {
		text += ", running and failed ones may count too"
	}
	return text
}

// safetyPoint returns the point to create before a restore. A snapshot's name says its purpose and
// time.
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

// Delete asks whether to delete a restore point. For a server's newest point, last backup or last
// point it requires the server's name.
func (a Actions) Delete(p model.Point) tea.Cmd {
	return a.whenLoaded(deleteTitles, func() tea.Cmd { return a.delete(p) })
}

func (a Actions) delete(p model.Point) tea.Cmd {
	server, known := a.env.State.Server(p.Server.ID)
	if !known {
		server = model.Server{ID: p.Server.ID, Name: p.Server.Name}
	}
	if why := a.deleteProblem(p); why != "" {
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
	role := a.role(p)
	options.OnConfirm = func(bool) tea.Cmd {
		return a.env.Start(model.ActionRequest{Action: model.Delete, Point: p, Server: server.Ref(),
			ConfirmedRole: role})
	}
	if a.env.StrictDelete || role != model.OrdinaryPoint {
		options.Phrase = ConfirmPhrase(server.Ref())
	}
	return options
}

// role returns the role of a point among those of its server.
func (a Actions) role(p model.Point) model.Role {
	return model.RoleOf(p, a.env.State.PointsOf(p.Server.ID), a.env.State.Now)
}

func (a Actions) deleteDetails(server model.Server, p model.Point) []dialog.Detail {
	details := []dialog.Detail{
		{Label: "Server", Value: fmt.Sprintf("%s  #%s", server.Ref().Label(), server.ID)},
		{Label: "Restore point", Value: fmt.Sprintf("#%s %s %s %s %s", p.ID, style.Dot, widget.CreatedTime(&p),
			style.Dot, widget.CreatedAgo(&p, a.env.State.Now))},
		{Label: "Size", Value: widget.SizeOf(&p), Minor: true},
	}
	if p.Description != "" {
		details = append(details, dialog.Detail{Label: "Description", Value: p.Description, Minor: true})
	}
	all := a.env.State.PointsOf(p.Server.ID)
	switch a.role(p) {
	case model.LastPoint:
		value := "the LAST restore point: after this " + server.Ref().SentenceName() + " cannot be restored"
		if !a.env.State.PointsComplete() {
			value = "possibly the LAST restore point: the list is incomplete and shows no other"
		}
		details = append(details, dialog.Detail{Label: "You will lose", Value: value, Bad: true})
	case model.LastBackup:
		value := "the LAST backup: only snapshots remain, which live on the server's own infrastructure"
		if !a.env.State.PointsComplete() {
			value = "possibly the LAST backup: the list is incomplete and shows no other"
		}
		details = append(details, dialog.Detail{Label: "You will lose", Value: value, Bad: true})
	case model.NewestPoint:
		details = append(details, dialog.Detail{Label: "You will lose", Value: "the newest restore point: " +
			a.nextNewest(p, all), Bad: true})
	default:
		details = append(details, dialog.Detail{Label: "Remaining",
			Value: model.Pluralize(countUsable(all, a.env.State.Now)-usableCount(p, a.env.State.Now), "restore point"),
			Minor: true})
	}
	return append(details, a.coverageDetails([]model.Point{p}, func(model.ServerRef) string { return "" })...)
}

// nextNewest describes the newest point without this one.
func (a Actions) nextNewest(p model.Point, all []model.Point) string {
	others := slices.DeleteFunc(slices.Clone(all), func(q model.Point) bool { return q.Key() == p.Key() })
	next, _ := model.NewestUsable(others, a.env.State.Now)
	if next.CreatedAt.IsZero() || next.CreatedAt.After(p.CreatedAt) {
		return "the age of the next is unknown"
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

// nameWithID returns a point's name with its ID: "pre-migration-snapshot (#801)".
func nameWithID(p model.Point) string {
	if p.Name != "" {
		return fmt.Sprintf("%s (#%s)", p.Name, p.ID)
	}
	return "#" + string(p.ID)
}
