package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// ActionResultMsg answers Execute.
type ActionResultMsg struct {
	Session      int
	Number       int // of the operation
	Accepted     model.ActionResult
	Outcome      model.Outcome
	JournalErr   error // why the intent was not journaled; the action continued without
	OtherProgram bool  // refused because of an operation of another program
}

// lockWait is how long an action waits for another program that acts on the same server. It is
// longer than a request may take.
const lockWait = 45 * time.Second

// Execute carries out a confirmed action. It takes a lock on the server, which all programs of a
// user share. It then checks that everything is still as confirmed, journals the intent, and sends
// the request once.
func (s *Session) Execute(o model.Operation, intent model.Record) tea.Cmd {
	readOnly := s.readOnly
	return func() tea.Msg {
		msg := ActionResultMsg{Session: s.Number, Number: o.Number}
		if readOnly {
			msg.Outcome.Err = model.UserErrorf(model.ErrForbidden, "read-only: nothing was sent")
			return msg
		}
		if s.Feed != nil {
			if busy := s.Feed.Reserve(o); busy != "" {
				msg.Outcome.Err = notSent(model.ErrConflict, "%s", busy)
				return msg
			}
		}
		unlock, err := s.lock(o.Server)
		if err != nil {
			msg.Outcome.Err = err
			return msg
		}
		defer unlock()
		others := s.otherActions(o.Server.ID)
		if msg.Outcome.Err = s.recheck(o, others); msg.Outcome.Err != nil {
			msg.OtherProgram = errors.Is(msg.Outcome.Err, errOtherProgram)
			return msg
		}
		if msg.Outcome.Err = s.tooLate(); msg.Outcome.Err != nil { // the check may have taken minutes
			return msg
		}
		sent := s.Client.Now() // not when it was confirmed
		if s.journal != nil {
			msg.JournalErr = s.recordIntent(intent.WithSentAt(sent))
			if errors.Is(msg.JournalErr, model.ErrConflict) { // the action is not allowed without the journal
				msg.Outcome.Err = notSent(model.ErrConflict, "%s", model.ErrorMessage(msg.JournalErr))
				msg.JournalErr = nil
				return msg
			}
			if msg.Outcome.Err = s.tooLate(); msg.Outcome.Err != nil { // another program may have locked the journal
				return msg
			}
		}
		accepted, err := s.send(o.Action, o.Point)
		msg.Accepted = accepted
		msg.Outcome = model.Outcome{Err: err, AnswerLost: errors.Is(err, model.ErrOutcomeUnknown), SentAt: sent}
		if s.Feed != nil {
			msg.Outcome.ViewNumber = s.Feed.LatestView()
		}
		return msg
	}
}

// tooLate returns why a checked action is not sent any more, or nil.
func (s *Session) tooLate() error {
	if s.waitCtx.Err() == nil {
		return nil
	}
	return notSent(model.ErrConflict, "the timeout or an interrupt came during the check before it")
}

// lock keeps other programs of this user from acting on the server until unlock is called. Without
// a journal there is no lock, and the action continues: a rollback matters more than its record.
func (s *Session) lock(server model.ServerRef) (unlock func(), err error) {
	if s.journal == nil {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(s.waitCtx, lockWait)
	defer cancel()
	unlock, err = s.journal.LockServer(ctx, s.Client.Host(), server.ID)
	switch {
	case err == nil:
		return unlock, nil
	case errors.Is(err, model.ErrConflict):
		return nil, notSent(model.ErrConflict, "another vpsdeck is acting on %s", server.SentenceName())
	}
	return func() {}, nil
}

// otherActions returns what other programs have done on a server, according to the journal.
// Pending records are written first.
func (s *Session) otherActions(server model.ID) model.OtherPrograms {
	if s.journal == nil {
		return model.OtherPrograms{}
	}
	_ = s.pending.flush(s.journal) // recordIntent reports journal errors
	records, _, err := s.journal.Read()
	if err != nil {
		return model.OtherPrograms{}
	}
	return model.ReadOtherPrograms(model.LatestRecords(records), s.journal.IsAlive, s.RunID, s.Client.Host(), server,
		s.Client.Now())
}

// DescribeRequest names the request that Execute sends for an action, as the API documents write
// it.
func DescribeRequest(action model.Action, p model.Point) string {
	paths := map[model.Kind]string{model.Backup: "/backups/", model.Snapshot: "/snapshots/"}
	switch {
	case action == model.Create:
		return "POST " + paths[p.Kind]
	case action == model.Delete:
		return fmt.Sprintf("DELETE %s%s/", paths[p.Kind], p.ID)
	case p.Kind == model.Backup:
		id, _ := p.ID.MarshalJSON() // an ID has only letters and digits
		return fmt.Sprintf("POST /servers/%s/restore/  {\"backup_id\": %s}", p.Server.ID, id)
	}
	return fmt.Sprintf("POST /snapshots/%s/restore/", p.ID)
}

func (s *Session) send(action model.Action, p model.Point) (model.ActionResult, error) {
	switch {
	case action == model.Create && p.Kind == model.Backup:
		return s.Client.CreateBackup(s.ctx, p.Server.ID, p.Description)
	case action == model.Create:
		return s.Client.CreateSnapshot(s.ctx, p.Server.ID, p.Name, p.Description)
	case action == model.Restore && p.Kind == model.Backup:
		return s.Client.RestoreBackup(s.ctx, p.Server.ID, p.ID)
	case action == model.Restore:
		return requireServer(p)(s.Client.RestoreSnapshot(s.ctx, p.ID))
	case p.Kind == model.Backup:
		return model.ActionResult{}, s.Client.DeleteBackup(s.ctx, p.ID)
	}
	return model.ActionResult{}, s.Client.DeleteSnapshot(s.ctx, p.ID)
}

// requireServer checks the answer to a snapshot restore, which names its server. If that is not
// the server of the point, nobody knows what is being restored.
func requireServer(p model.Point) func(model.ActionResult, error) (model.ActionResult, error) {
	return func(a model.ActionResult, err error) (model.ActionResult, error) {
		if named := a.Point.Server.ID; err == nil && named != "" && named != p.Server.ID {
			return model.ActionResult{}, model.UserErrorf(model.ErrOutcomeUnknown,
				"the API's answer names another server, #%s: check both", named)
		}
		return a, err
	}
}

// notSent returns why an action was not sent after all.
func notSent(kind error, format string, args ...any) error {
	return model.UserErrorf(kind, format+"; nothing was sent", args...)
}

// errOtherProgram means that another program has started something on the server.
var errOtherProgram = fmt.Errorf("%w: started by another program", model.ErrConflict)

// recheck loads what the action is about, because the account can change before the user confirms.
// The action is not sent if the point is gone or is a different one. The same applies if the
// server is gone, renamed or being restored, or if another program is acting on it. The error says
// why.
func (s *Session) recheck(o model.Operation, others model.OtherPrograms) error {
	if err := s.recheckServer(o.Server, o.Action == model.Delete); err != nil {
		return err
	}
	if err := s.checkOthers(o, others); err != nil {
		return err
	}
	if o.Action == model.Create {
		return nil
	}
	points, err := s.points(model.ForAction(s.ctx), o.Point.Kind, o.Server.ID)
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return recheckError(err)
	}
	for _, now := range points {
		if now.ID != o.Point.ID {
			continue
		}
		if err := recheckPoint(o.Action, o.Point, now, s.Client.Now()); err != nil {
			return err
		}
		return s.checkLastPoint(o, now, points, others)
	}
	if err != nil { // it may be missing from the incomplete list
		return recheckError(err)
	}
	return notSent(model.ErrNotFound, "%s #%s is no longer there", o.Point.Kind, o.Point.ID)
}

// checkOthers returns an error if an operation of another program forbids the action. If that
// program has exited, the lists may show that its operation is over.
func (s *Session) checkOthers(o model.Operation, others model.OtherPrograms) error {
	other, running, found := others.Conflict(o.Action, o.Point)
	if !found {
		return nil
	}
	if !running && other.Action != model.Restore {
		points, err := s.points(model.ForAction(s.ctx), other.Point.Kind, other.Server.ID)
		if err != nil {
			return recheckError(err)
		}
		if other.ResolvedBy(points) {
			return s.checkOthers(o, others.Without(other))
		}
	}
	return notSent(errOtherProgram, "started by another vpsdeck: %s", other.BlockReason(o.By))
}

// checkLastPoint returns an error if the point to be deleted has become the last backup, or the
// last usable restore point, of its server. It is no error if the user confirmed that. Points
// missing from an incomplete list do not count. listed is the point as it is now: its status may
// have changed since.
func (s *Session) checkLastPoint(o model.Operation, listed model.Point, points []model.Point,
	others model.OtherPrograms) error {
	now := s.Client.Now()
	if o.Action != model.Delete || o.ConfirmedRole == model.LastPoint || !listed.Usable(now) ||
		o.LeavesUsablePoint(points, others.Deleting, now) {
		return nil
	}
	nowLast := func(what string) error {
		return notSent(model.ErrConflict, "%s #%s is now the last %s of %s", o.Point.Kind, o.Point.ID, what,
			o.Server.SentenceName())
	}
	if o.Point.Kind == model.Backup && o.ConfirmedRole != model.LastBackup {
		return nowLast("backup")
	}
	other := model.Snapshot
	if o.Point.Kind == model.Snapshot {
		other = model.Backup
	}
	rest, err := s.points(model.ForAction(s.ctx), other, o.Server.ID)
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return recheckError(err)
	}
	if !o.LeavesUsablePoint(rest, others.Deleting, now) {
		return nowLast("restore point")
	}
	return nil
}

// recheckServer loads the server. With mayBeGone it may be missing: backups can outlive their
// server, and can still be deleted.
func (s *Session) recheckServer(was model.ServerRef, mayBeGone bool) error {
	servers, err := s.Client.Servers(model.ForAction(s.ctx), model.ServerFilter{})
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return recheckError(err)
	}
	for _, server := range servers {
		if server.ID != was.ID {
			continue
		}
		if server.Name != was.Name {
			return notSent(model.ErrConflict, "server #%s is now called %s, not %s", was.ID, server.Ref().Label(),
				was.Label())
		}
		if why := server.CannotChange(); why != "" {
			return notSent(model.ErrConflict, "%s", why)
		}
		return nil
	}
	switch {
	case err != nil: // it may be missing from the incomplete list
		return recheckError(err)
	case mayBeGone:
		return nil
	}
	return notSent(model.ErrNotFound, "server %s is no longer there", was.ShortLabel())
}

func recheckPoint(action model.Action, was, now model.Point, at time.Time) error {
	if !now.CreatedAt.Equal(was.CreatedAt) || now.Name != was.Name || now.Server.ID != was.Server.ID {
		return notSent(model.ErrConflict, "%s #%s is not the one that was shown", was.Kind, was.ID)
	}
	why := now.CannotDelete()
	if action == model.Restore {
		why = now.CannotRestore(at)
	}
	if why != "" {
		return notSent(model.ErrConflict, "%s", why)
	}
	return nil
}

func recheckError(err error) error {
	return model.UserErrorf(err, "nothing was sent: the check before it failed: %s", model.ErrorMessage(err))
}
