package sim

import (
	"net/http"
	"slices"

	"vpsdeck/model"
)

// The messages in the responses to actions [E]; those for restoring from a backup and for limits
// are ours [I].
var (
	createMessage = [2]string{
		model.Backup:   "Backup is being created. This may take several minutes depending on server size.",
		model.Snapshot: "Snapshot is being created. This may take 3-10 minutes depending on server size.",
	}
	restoreMessage = [2]string{
		model.Backup:   "Server is being restored from backup. This may take several minutes depending on server size.",
		model.Snapshot: "Server is being restored from snapshot. This may take 5-15 minutes.",
	}
	limitMessage = [2]string{
		model.Backup:   "Manual backup limit reached (%d per server). Delete a backup first.",
		model.Snapshot: "Snapshot limit reached (%d per server). Delete a snapshot first.",
	}
)

func (a *Account) showAccount(call) response { return response{status: http.StatusOK, body: owner} }

func (a *Account) showServer(c call) response {
	s, ok := a.findServer(c.id)
	if !ok {
		return notFound()
	}
	return response{status: http.StatusOK, body: s.toJSON(c.readTime)}
}

func (a *Account) createBackup(c call) response { return a.createPoint(c, model.Backup) }

func (a *Account) createSnapshot(c call) response { return a.createPoint(c, model.Snapshot) }

func (a *Account) createPoint(c call, kind model.Kind) response {
	f := c.parseForm()
	if len(f.errs) > 0 {
		return f.errs.response()
	}
	p := &point{kind: kind, created: c.now}
	id := f.id("server_id")
	if kind == model.Snapshot {
		p.name = f.name()
	}
	p.description = f.description()
	if len(f.errs) > 0 {
		return f.errs.response()
	}
	s, ok := a.findServer(id)
	if !ok {
		return notFound()
	}
	if problem, ok := s.checkReady(c); !ok {
		return problem
	}
	if a.countManual(kind, s) >= kind.Limit() {
		return errorResponse(http.StatusBadRequest, limitMessage[kind], kind.Limit())
	}
	p.server = s
	p.listedFrom, p.vanishCount = c.now, 0
	if !c.primary {
		p.listedFrom, p.vanishCount = c.now.Add(a.quirks.AppearLate), a.quirks.Vanish
	}
	a.setDurationAndSize(p)
	a.appendPoint(p)
	p.createOperation = a.operations.add("create", p, c.now, p.doneAt)
	return response{status: http.StatusCreated, body: p.toJSON(c.now, createMessage[kind])}
}

// checkReady reports whether an action may begin on the server. Which states forbid it is not
// documented [I].
func (s *server) checkReady(c call) (response, bool) {
	switch {
	case s.isRestoring(c.now):
		return errorResponse(http.StatusBadRequest, "Server %s is being restored. Wait until that has ended.", s.name),
			false
	case s.statusAt(c.now) == model.ServerSuspended:
		return errorResponse(http.StatusBadRequest, "Server %s is suspended.", s.name), false
	}
	return response{}, true
}

func (a *Account) deleteBackup(c call) response { return a.deletePoint(c, model.Backup) }

func (a *Account) deleteSnapshot(c call) response { return a.deletePoint(c, model.Snapshot) }

// deletePoint deletes a point. The documents list only 204, 401 and 404 [D], so a point that is
// still being created is deleted too, and its creation ends [I].
func (a *Account) deletePoint(c call, kind model.Kind) response {
	i, ok := a.findPoint(kind, c.id)
	if !ok {
		return notFound()
	}
	p := a.points[kind][i]
	if p.createOperation != nil && c.now.Before(p.doneAt) {
		p.createOperation.Ended, p.createOperation.Failed = c.now, true
	}
	a.points[kind] = slices.Delete(a.points[kind], i, i+1)
	until := c.now
	if !c.primary {
		until = c.now.Add(a.quirks.Linger)
	}
	a.retirePoint(p, until)
	a.operations.add("delete", p, c.now, c.now)
	return response{status: http.StatusNoContent}
}

func (a *Account) restoreSnapshot(c call) response {
	i, ok := a.findPoint(model.Snapshot, c.id)
	if !ok {
		return notFound()
	}
	p := a.points[model.Snapshot][i]
	return a.restoreServer(c, p.server, p)
}

func (a *Account) restoreBackup(c call) response {
	s, ok := a.findServer(c.id)
	if !ok {
		return notFound()
	}
	f := c.parseForm()
	if len(f.errs) > 0 {
		return f.errs.response()
	}
	id := f.id("backup_id")
	if len(f.errs) > 0 {
		return f.errs.response()
	}
	i, ok := a.findPoint(model.Backup, id)
	if !ok {
		return notFound()
	}
	p := a.points[model.Backup][i]
	if p.server != s {
		f.errs.add("backup_id", "This backup belongs to another server.")
		return f.errs.response()
	}
	return a.restoreServer(c, s, p)
}

// restoreServer restores a server to a point. The server ends as active, even if it was stopped,
// and points created later survive [I].
func (a *Account) restoreServer(c call, s *server, p *point) response {
	if problem, ok := s.checkReady(c); !ok {
		return problem
	}
	switch p.statusAt(c.now) {
	case model.InProgress:
		return errorResponse(http.StatusBadRequest, "This %s is still being created.", p.kind)
	case model.Failed:
		return errorResponse(http.StatusBadRequest, "This %s has failed and cannot be restored.", p.kind)
	}
	r := &restore{accepted: c.now, statusBefore: s.statusAt(c.now)}
	if q := a.quirks; !c.primary {
		r.startDelay, r.stoppingFor, r.stoppedFor, r.hidden = q.StartLate, q.Stopping, q.Stopped, q.HideRestores
	}
	r.ends = c.now.Add(r.startDelay + r.stoppingFor + r.stoppedFor + a.drawDuration(restoreSpans[p.kind], s, c.now))
	s.restores = append(s.restores, r)
	a.operations.add("restore", p, c.now, r.ends)
	out := restoreJSON{
		Status:  "success",
		Message: restoreMessage[p.kind],
		Server:  refJSON{ID: s.id, Name: s.name, Status: model.ServerRestoring},
	}
	ref := &restoredRef{ID: p.id, Name: p.name, CreatedAt: p.created}
	if p.kind == model.Snapshot {
		out.Snapshot = ref
	} else {
		out.Backup = ref
	}
	return response{status: http.StatusOK, body: out}
}
