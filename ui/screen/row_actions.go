package screen

import (
	"charm.land/bubbles/v2/key"

	"vpsdeck/keymap"
	"vpsdeck/model"
)

// RowAction is an action on a row, and why it cannot begin now.
type RowAction struct {
	Binding key.Binding
	Marked  bool   // it acts on the marked rows, if there are any
	Why     string // "": it can
}

// ForRow returns the actions on a row of a pane. With marked rows they act on those, and each is
// checked when it is chosen.
func (a Actions) ForRow(keys keymap.Action, subject Subject, marked int) []RowAction {
	snapshot := RowAction{keys.Snapshot, subject.Point.ID == "", a.WhyNotCreate(model.Snapshot, subject.Server)}
	backup := RowAction{keys.Backup, subject.Point.ID == "", a.WhyNotCreate(model.Backup, subject.Server)}
	if subject.Point.ID == "" {
		restore := RowAction{keys.Restore, false, a.WhyNotRestoreNewest(subject.Server)}
		if marked > 0 {
			snapshot.Why, backup.Why, restore.Why = "", "", "works on one server"
		}
		return []RowAction{snapshot, backup, restore, {keys.CleanUp, false, ""}}
	}
	point, _ := a.env.State.Point(subject.Point)
	restore, remove := RowAction{keys.Restore, false, a.whyNotRestore(point)},
		RowAction{keys.Delete, true, a.whyNotDelete(point)}
	if marked > 0 {
		restore.Why, remove.Why = "works on one restore point", ""
	}
	return []RowAction{restore, remove, snapshot, backup, {keys.CleanUp, false, ""}}
}

// whyNotYet returns which lists are loading, or "".
func (a Actions) whyNotYet() string {
	if lists := a.pendingLists(); lists != "" {
		return "loading " + lists
	}
	return ""
}

// WhyNotCreate returns why a point of the server cannot be created now, or "".
func (a Actions) WhyNotCreate(kind model.Kind, id model.ID) string {
	server, why := a.checkReady(model.Create, newPoint(kind, id))
	if loading := a.whyNotYet(); loading != "" {
		return loading
	}
	if why == "" {
		why, _ = a.checkQuota(kind, server)
	}
	return why
}

// WhyNotRestoreNewest returns why a server cannot be restored from its newest point now, or "".
func (a Actions) WhyNotRestoreNewest(id model.ID) string {
	_, why := a.checkReady(model.Restore, model.Point{Server: model.ServerRef{ID: id}})
	switch loading := a.whyNotYet(); {
	case loading != "":
		return loading
	case why != "":
		return why
	case !a.env.State.PointsComplete():
		return "a list is incomplete, so the newest restore point is unknown"
	}
	if _, ok := model.NewestUsable(a.env.State.PointsOf(id), a.env.State.Now); !ok {
		return "no restore point yet"
	}
	return ""
}

func (a Actions) whyNotRestore(p model.Point) string {
	if loading := a.whyNotYet(); loading != "" {
		return loading
	}
	return a.restoreProblem(p)
}

// restoreProblem returns why a server cannot be restored from a point now, or "".
func (a Actions) restoreProblem(p model.Point) string {
	_, why := a.checkReady(model.Restore, p)
	if cannot := p.CannotRestore(a.env.State.Now); cannot != "" && a.listError() == "" {
		why = cannot
	}
	return why
}

func (a Actions) whyNotDelete(p model.Point) string {
	if loading := a.whyNotYet(); loading != "" {
		return loading
	}
	return a.deleteProblem(p)
}

// deleteProblem returns why a point cannot be deleted now, or "". It may outlive its server.
func (a Actions) deleteProblem(p model.Point) string {
	_, why := a.checkReady(model.Delete, p)
	if _, known := a.env.State.Server(p.Server.ID); !known {
		why = ""
	}
	if cannot := p.CannotDelete(); cannot != "" {
		why = cannot
	}
	return why
}
