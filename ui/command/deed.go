package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// DeedAnsweredMsg answers Do.
type DeedAnsweredMsg struct {
	Session   int
	Number    int // the operation's
	Accepted  model.Accepted
	Outcome   model.Outcome
	Unwritten error // why the journal did not take the intent; the action went on without
	Elsewhere bool  // it was refused because of what another program has begun
}

// lockWait is how long an action waits for another program that acts on the same server. It is longer than a request may take.
const lockWait = 45 * time.Second

// Do carries out a confirmed action, which is the operation. Under a lock on the server, which all programs of a person share, it
// looks up whether everything is still as it was confirmed, writes down that it is about to send the request, and then sends
// it, once.
func (s *Session) Do(o model.Operation, intent model.Record) tea.Cmd {
	readOnly := s.readOnly
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
		unlock, err := s.lock(o.Server)
		if err != nil {
			msg.Outcome.Err = err
			return msg
		}
		defer unlock()
		others := s.others(o.Server.ID)
		if msg.Outcome.Err = s.recheck(o, others); msg.Outcome.Err != nil {
			msg.Elsewhere = errors.Is(msg.Outcome.Err, errElsewhere)
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
		accepted, err := s.send(o.Deed, o.Point)
		msg.Accepted = accepted
		msg.Outcome = model.Outcome{Err: err, Lost: errors.Is(err, model.ErrOutcomeUnknown), Sent: sent}
		if s.Feed != nil {
			msg.Outcome.View = s.Feed.Shown()
		}
		return msg
	}
}

// lock keeps other programs of this person from acting on the server until unlock. Where nothing can be written down, nothing can
// be locked either, and the action goes on: a rollback matters more than its record.
func (s *Session) lock(server model.ServerRef) (unlock func(), err error) {
	if s.journal == nil {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(s.waits, lockWait)
	defer cancel()
	unlock, err = s.journal.LockServer(ctx, s.Client.Host(), server.ID)
	switch {
	case err == nil:
		return unlock, nil
	case errors.Is(err, model.ErrConflict):
		return nil, changed{"another vpsdeck is acting on " + server.Said() + "; nothing was sent", model.ErrConflict}
	}
	return func() {}, nil
}

// others is what other programs have done on a server, as the journal has it. What waits to be written goes before it.
func (s *Session) others(server model.ID) model.Others {
	if s.journal == nil {
		return model.Others{}
	}
	_ = s.lines.write(s.journal) // the intent tells what is wrong with the journal
	records, _, err := s.journal.Read()
	if err != nil {
		return model.Others{}
	}
	return model.OthersOf(model.Latest(records), s.journal.Alive, s.Run, s.Client.Host(), server, s.Client.Now())
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
		return ofServer(p)(s.Client.RestoreSnapshot(s.ctx, p.ID))
	case p.Kind == model.Backup:
		return model.Accepted{}, s.Client.DeleteBackup(s.ctx, p.ID)
	}
	return model.Accepted{}, s.Client.DeleteSnapshot(s.ctx, p.ID)
}

// ofServer takes the answer to a restore of a snapshot, which names its server: where that is another than the point's, nobody
// knows what is being restored.
func ofServer(p model.Point) func(model.Accepted, error) (model.Accepted, error) {
	return func(a model.Accepted, err error) (model.Accepted, error) {
		if named := a.Point.Server.ID; err == nil && named != "" && named != p.Server.ID {
			return model.Accepted{}, changed{"the API's answer names another server, #" + string(named) + ": look at both", model.ErrOutcomeUnknown}
		}
		return a, err
	}
}

// changed is why a deed was not sent after all.
type changed struct {
	words string
	cause error
}

func (c changed) Error() string { return c.words }
func (c changed) Words() string { return c.words }
func (c changed) Unwrap() error { return c.cause }

// errElsewhere is that another program has begun something on the server.
var errElsewhere = fmt.Errorf("%w: begun by another program", model.ErrConflict)

// recheck looks up what the action is about. Between the question and the yes the account changes: if the point is gone or
// another one, or the server is gone, renamed or being restored, or another program is at work on it, the action is not sent,
// and the error says why.
func (s *Session) recheck(o model.Operation, others model.Others) error {
	if err := s.serverStill(o.Server, o.Deed == model.Delete); err != nil {
		return err
	}
	if err := s.apart(o, others); err != nil {
		return err
	}
	if o.Deed == model.Create {
		return nil
	}
	points, err := s.points(o.Point.Kind, o.Server.ID)
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return unchecked(err)
	}
	for _, now := range points {
		if now.ID != o.Point.ID {
			continue
		}
		if err := pointStill(o.Deed, o.Point, now, s.Client.Now()); err != nil {
			return err
		}
		return s.stillWorth(o, points, others)
	}
	if err != nil { // it may be among those that the list lacks
		return unchecked(err)
	}
	return changed{fmt.Sprintf("%s #%s is no longer there, so nothing was sent", o.Point.Kind, o.Point.ID), model.ErrNotFound}
}

// apart is an error if what another program has begun forbids the action. Of a program that is gone, the lists may show that
// its operation is over.
func (s *Session) apart(o model.Operation, others model.Others) error {
	other, running, found := others.Conflict(o.Deed, o.Point)
	if !found {
		return nil
	}
	if !running && other.Deed != model.Restore {
		points, err := s.points(other.Point.Kind, other.Server.ID)
		if err != nil {
			return unchecked(err)
		}
		if other.ResolvedBy(points) {
			return s.apart(o, others.Without(other))
		}
	}
	return changed{"begun by another vpsdeck: " + other.Blocks(o.By) + "; nothing was sent", errElsewhere}
}

// stillWorth is an error if the point to be deleted has become the last backup of its server, or the last point that it can be
// restored from, and was not confirmed as that. What an incomplete list lacks does not count.
func (s *Session) stillWorth(o model.Operation, points []model.Point, others model.Others) error {
	now := s.Client.Now()
	if o.Deed != model.Delete || o.Confirmed == model.LastPoint || !o.Point.Usable(now) || o.Remains(points, others.Leaving, now) {
		return nil
	}
	become := func(what string) error {
		return changed{fmt.Sprintf("%s #%s has become the last %s of %s; nothing was sent", o.Point.Kind, o.Point.ID, what, o.Server.Said()), model.ErrConflict}
	}
	if o.Point.Kind == model.Backup && o.Confirmed != model.LastBackup {
		return become("backup")
	}
	other := model.Snapshot
	if o.Point.Kind == model.Snapshot {
		other = model.Backup
	}
	rest, err := s.points(other, o.Server.ID)
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return unchecked(err)
	}
	if !o.Remains(rest, others.Leaving, now) {
		return become("restore point")
	}
	return nil
}

// serverStill looks the server up. Its backups may outlive it, so that it may be gone where one of them is deleted.
func (s *Session) serverStill(was model.ServerRef, mayBeGone bool) error {
	servers, err := s.Client.Servers(s.ctx, model.ServerFilter{})
	if err != nil && !errors.Is(err, model.ErrIncomplete) {
		return unchecked(err)
	}
	for _, server := range servers {
		if server.ID != was.ID {
			continue
		}
		if server.Name != was.Name {
			return changed{fmt.Sprintf("server #%s is now called %s, not %s, so nothing was sent", was.ID, server.Ref().Label(), was.Label()), model.ErrConflict}
		}
		if why := server.CannotChange(); why != "" {
			return changed{why + "; nothing was sent", model.ErrConflict}
		}
		return nil
	}
	switch {
	case err != nil: // it may be among those that the list lacks
		return unchecked(err)
	case mayBeGone:
		return nil
	}
	return changed{fmt.Sprintf("server %s is no longer there, so nothing was sent", was.Short()), model.ErrNotFound}
}

func pointStill(deed model.Deed, was, now model.Point, at time.Time) error {
	if !now.CreatedAt.Equal(was.CreatedAt) || now.Name != was.Name || now.Server.ID != was.Server.ID {
		return changed{fmt.Sprintf("%s #%s is not the one that was shown, so nothing was sent", was.Kind, was.ID), model.ErrConflict}
	}
	why := now.CannotDelete()
	if deed == model.Restore {
		why = now.CannotRestore(at)
	}
	if why != "" {
		return changed{why + "; nothing was sent", model.ErrConflict}
	}
	return nil
}

func unchecked(err error) error {
	return changed{"nothing was sent: it could not be checked first: " + model.Words(err), err}
}
