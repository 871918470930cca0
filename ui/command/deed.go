package command

import (
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// DeedAnsweredMsg answers Do.
type DeedAnsweredMsg struct {
	Session   int
	Number    int // the operation's
	Accepted  model.Accepted
	Outcome   model.Outcome
	Unwritten error // why the journal did not take the intent; the deed went on without
}

// Do carries out a confirmed deed, which is the operation: it looks once more whether the world is still as it was when it
// was confirmed, writes down that it is about to send the request, and then sends it, once.
func (s *Session) Do(o model.Operation, intent model.Record) tea.Cmd {
	deed, p, readOnly := o.Deed, o.Point, s.readOnly
	return func() tea.Msg {
		msg := DeedAnsweredMsg{Session: s.Number, Number: o.Number}
		if readOnly {
			msg.Outcome.Err = changed{"read-only: nothing was sent", model.ErrForbidden}
			return msg
		}
		if s.Feed != nil {
			if busy := s.Feed.Claim(o); busy != "" {
				msg.Outcome.Err = changed{busy + "; nothing was sent", model.ErrConflict}
				return msg
			}
		}
		if err := s.stillTrue(deed, p); err != nil {
			msg.Outcome.Err = err
			return msg
		}
		sent := s.Client.Now() // not when it was confirmed: looking it up may have taken minutes
		if s.journal != nil {
			msg.Unwritten = s.intend(intent.At(sent))
			if errors.Is(msg.Unwritten, model.ErrConflict) { // it may not be done without the journal
				msg.Outcome.Err = changed{model.Words(msg.Unwritten) + "; nothing was sent", model.ErrConflict}
				msg.Unwritten = nil
				return msg
			}
		}
		accepted, err := s.send(deed, p)
		msg.Accepted = accepted
		msg.Outcome = model.Outcome{Err: err, Lost: errors.Is(err, model.ErrOutcomeUnknown), Sent: sent}
		if s.Feed != nil {
			msg.Outcome.View = s.Feed.Shown()
		}
		return msg
	}
}

// Requests names the requests that Do sends for a deed, as the documents write them, the one that changes something last.
func Requests(deed model.Deed, p model.Point) string {
	paths := map[model.Kind]string{model.Backup: "/backups/", model.Snapshot: "/snapshots/"}
	switch {
	case deed == model.Create:
		return "POST " + paths[p.Kind]
	case deed == model.Delete:
		return fmt.Sprintf("DELETE %s%s/", paths[p.Kind], p.ID)
	case p.Kind == model.Backup:
		id, _ := p.ID.MarshalJSON() // a text of letters and digits
		return fmt.Sprintf("POST /servers/%s/restore/  {\"backup_id\": %s}", p.Server.ID, id)
	}
	return fmt.Sprintf("POST /snapshots/%s/restore/", p.ID)
}

func (s *Session) send(deed model.Deed, p model.Point) (model.Accepted, error) {
	switch {
	case deed == model.Create && p.Kind == model.Backup:
		return s.Client.CreateBackup(s.ctx, p.Server.ID, p.Description)
	case deed == model.Create:
		return s.Client.CreateSnapshot(s.ctx, p.Server.ID, p.Name, p.Description)
	case deed == model.Restore && p.Kind == model.Backup:
		return s.Client.RestoreBackup(s.ctx, p.Server.ID, p.ID)
	case deed == model.Restore:
		return s.Client.RestoreSnapshot(s.ctx, p.ID)
	case p.Kind == model.Backup:
		return model.Accepted{}, s.Client.DeleteBackup(s.ctx, p.ID)
	}
	return model.Accepted{}, s.Client.DeleteSnapshot(s.ctx, p.ID)
}

// changed is why a deed was not sent after all.
type changed struct {
	words string
	cause error
}

func (c changed) Error() string { return c.words }
func (c changed) Words() string { return c.words }
func (c changed) Unwrap() error { return c.cause }

// stillTrue looks up what the deed is about. Between the question and the yes the world moves: if the point is gone or
// another one, or the server is gone, renamed or being restored, the deed is not sent and the error says why.
func (s *Session) stillTrue(deed model.Deed, p model.Point) error {
	if err := s.serverStill(p.Server, deed == model.Delete); err != nil {
		return err
	}
	if deed == model.Create {
		return nil
	}
	points, err := s.points(p.Kind, p.Server.ID)
	if err != nil {
		return unchecked(err)
	}
	for _, now := range points {
		if now.ID == p.ID {
			return pointStill(deed, p, now)
		}
	}
	return changed{fmt.Sprintf("%s #%s is no longer there, so nothing was sent", p.Kind, p.ID), model.ErrNotFound}
}

// serverStill looks the server up. Its backups may outlive it, so that it may be gone where one of them is deleted.
func (s *Session) serverStill(was model.ServerRef, mayBeGone bool) error {
	servers, err := s.Client.Servers(s.ctx, model.ServerFilter{})
	if err != nil {
		return unchecked(err)
	}
	for _, server := range servers {
		if server.ID != was.ID {
			continue
		}
		if server.Name != was.Name {
			return changed{fmt.Sprintf("server #%s is now called %s, not %s, so nothing was sent", was.ID, server.Name, was.Name), model.ErrConflict}
		}
		if why := server.CannotChange(); why != "" {
			return changed{why + "; nothing was sent", model.ErrConflict}
		}
		return nil
	}
	if mayBeGone {
		return nil
	}
	return changed{fmt.Sprintf("server %s is no longer there, so nothing was sent", was.Name), model.ErrNotFound}
}

func pointStill(deed model.Deed, was, now model.Point) error {
	if !now.CreatedAt.Equal(was.CreatedAt) || now.Name != was.Name || now.Server.ID != was.Server.ID {
		return changed{fmt.Sprintf("%s #%s is not the one that was shown, so nothing was sent", was.Kind, was.ID), model.ErrConflict}
	}
	why := now.CannotDelete()
	if deed == model.Restore {
		why = now.CannotRestore()
	}
	if why != "" {
		return changed{why + "; nothing was sent", model.ErrConflict}
	}
	return nil
}

func unchecked(err error) error {
	return changed{"nothing was sent: it could not be checked first: " + model.Words(err), err}
}
