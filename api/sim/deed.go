package sim

import (
	"net/http"
	"slices"

	"vpsdeck/model"
)

// What the answers to the deeds say [E]; the words for restoring from a backup are ours [I].
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

func (a *Account) showAccount(call) answer { return answer{status: http.StatusOK, body: owner} }

func (a *Account) showServer(c call) answer {
	s, ok := a.server(c.id)
	if !ok {
		return notFound()
	}
	return answer{status: http.StatusOK, body: s.wire(c.now)}
}

func (a *Account) createBackup(c call) answer { return a.create(c, model.Backup) }

func (a *Account) createSnapshot(c call) answer { return a.create(c, model.Snapshot) }

func (a *Account) create(c call, kind model.Kind) answer {
	f := c.read()
	if len(f.wrong) > 0 {
		return f.wrong.answer()
	}
	p := &point{kind: kind, created: c.now}
	id := f.id("server_id")
	if kind == model.Snapshot {
		p.name = f.name()
	}
	p.description = f.description()
	if len(f.wrong) > 0 {
		return f.wrong.answer()
	}
	s, ok := a.server(id)
	if !ok {
		return notFound()
	}
	if problem, ok := s.ready(c); !ok {
		return problem
	}
	if a.taken(kind, s) >= kind.Limit() {
		return refused(http.StatusBadRequest, limitMessage[kind], kind.Limit())
	}
	p.server = s
	a.measure(p)
	a.add(p)
	return answer{status: http.StatusCreated, body: p.wire(c.now, createMessage[kind])}
}

// ready says whether something may be begun on the server. Which states forbid it is not documented [I].
func (s *server) ready(c call) (answer, bool) {
	switch s.statusAt(c.now) {
	case model.ServerRestoring:
		return refused(http.StatusBadRequest, "Server %s is being restored. Wait until that has ended.", s.name), false
	case model.ServerSuspended:
		return refused(http.StatusBadRequest, "Server %s is suspended.", s.name), false
	}
	return answer{}, true
}

func (a *Account) deleteBackup(c call) answer { return a.remove(c, model.Backup) }

func (a *Account) deleteSnapshot(c call) answer { return a.remove(c, model.Snapshot) }

// remove deletes a point. One that is still being made is refused with 409, the status for "not now" [I]: a client has to
// cope with it, and 400 it meets often enough elsewhere.
func (a *Account) remove(c call, kind model.Kind) answer {
	i, ok := a.position(kind, c.id)
	if !ok {
		return notFound()
	}
	if a.points[kind][i].statusAt(c.now) == model.InProgress {
		return refused(http.StatusConflict, "This %s is still being created.", kind)
	}
	a.points[kind] = slices.Delete(a.points[kind], i, i+1)
	return answer{status: http.StatusNoContent}
}

func (a *Account) restoreSnapshot(c call) answer {
	i, ok := a.position(model.Snapshot, c.id)
	if !ok {
		return notFound()
	}
	p := a.points[model.Snapshot][i]
	return a.restore(c, p.server, p)
}

func (a *Account) restoreBackup(c call) answer {
	s, ok := a.server(c.id)
	if !ok {
		return notFound()
	}
	f := c.read()
	if len(f.wrong) > 0 {
		return f.wrong.answer()
	}
	id := f.id("backup_id")
	if len(f.wrong) > 0 {
		return f.wrong.answer()
	}
	i, ok := a.position(model.Backup, id)
	if !ok {
		return notFound()
	}
	p := a.points[model.Backup][i]
	if p.server != s {
		f.wrong.add("backup_id", "This backup belongs to another server.")
		return f.wrong.answer()
	}
	return a.restore(c, s, p)
}

// restore puts a server back to a point. It ends as active, also if it was stopped, and points taken later survive [I].
func (a *Account) restore(c call, s *server, p *point) answer {
	if problem, ok := s.ready(c); !ok {
		return problem
	}
	switch p.statusAt(c.now) {
	case model.InProgress:
		return refused(http.StatusBadRequest, "This %s is still being created.", p.kind)
	case model.Failed:
		return refused(http.StatusBadRequest, "This %s has failed and cannot be restored.", p.kind)
	}
	s.status = model.ServerActive
	s.updated = c.now
	s.restored = c.now.Add(a.lasts(restoring[p.kind], s, c.now))
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
	return answer{status: http.StatusOK, body: out}
}
