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
	return answer{status: http.StatusOK, body: s.wire(c.seen)}
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
	p.appears, p.vanish = c.now, 0
	if !c.primary {
		p.appears, p.vanish = c.now.Add(a.quirks.AppearLate), a.quirks.Vanish
	}
	a.measure(p)
	a.add(p)
	p.made = a.did.add("create", p, c.now, p.done)
	return answer{status: http.StatusCreated, body: p.wire(c.now, createMessage[kind])}
}

// ready says whether something may be begun on the server. Which states forbid it is not documented [I].
func (s *server) ready(c call) (answer, bool) {
	switch {
	case s.restoring(c.now):
		return refused(http.StatusBadRequest, "Server %s is being restored. Wait until that has ended.", s.name), false
	case s.statusAt(c.now) == model.ServerSuspended:
		return refused(http.StatusBadRequest, "Server %s is suspended.", s.name), false
	}
	return answer{}, true
}

func (a *Account) deleteBackup(c call) answer { return a.remove(c, model.Backup) }

func (a *Account) deleteSnapshot(c call) answer { return a.remove(c, model.Snapshot) }

// remove deletes a point. The documents know 204, 401 and 404 [D], so one that is still being made is deleted too, and
// its making ends with it [I].
func (a *Account) remove(c call, kind model.Kind) answer {
	i, ok := a.position(kind, c.id)
	if !ok {
		return notFound()
	}
	p := a.points[kind][i]
	if p.made != nil && c.now.Before(p.done) {
		p.made.Ended, p.made.Failed = c.now, true
	}
	a.points[kind] = slices.Delete(a.points[kind], i, i+1)
	lingers := c.now
	if !c.primary {
		lingers = c.now.Add(a.quirks.Linger)
	}
	a.bury(p, lingers)
	a.did.add("delete", p, c.now, c.now)
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
	r := &restore{accepted: c.now, before: s.statusAt(c.now)}
	if q := a.quirks; !c.primary {
		r.late, r.stopping, r.stopped, r.hidden = q.StartLate, q.Stopping, q.Stopped, q.HideRestores
	}
	r.ends = c.now.Add(r.late + r.stopping + r.stopped + a.lasts(restoring[p.kind], s, c.now))
	s.restores = append(s.restores, r)
	a.did.add("restore", p, c.now, r.ends)
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
