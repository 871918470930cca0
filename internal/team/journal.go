package team

import (
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Journal is a journal as the person may read it. What is about a server that is not theirs is left out here, below every screen:
// a line counts only if its server is listed, theirs, and was theirs by the name that it had then. Lines about visits name no server.
func (s *Member) Journal(j command.Journal) command.Journal {
	if s.options.Scope.Has == nil {
		return j
	}
	return scopedJournal{j, s}
}

// scopedJournal leaves out what is about other people's servers.
type scopedJournal struct {
	command.Journal
	member *Member
}

// Read returns the person's lines. It waits until the servers are known, or the person has left: nobody knows before whose a line is.
func (j scopedJournal) Read() ([]model.Record, int, error) {
	fleet, known := j.member.waitForFleet()
	if !known {
		return nil, 0, nil
	}
	records, unreadable, err := j.Journal.Read()
	var mine []model.Record
	for _, r := range records {
		if r.IsSession() || j.member.ownsRecord(fleet, r.Server) {
			mine = append(mine, r)
		}
	}
	return mine, unreadable, err
}

// ownsRecord says whether a server is the person's, now and by the name that a record has.
func (s *Member) ownsRecord(fleet *model.Fleet, server model.RecordServer) bool {
	now, listed := fleet.Server(server.ID)
	then := now
	then.Name = model.Clean(server.Name)
	return listed && s.options.Scope.Has(now) && s.options.Scope.Has(then)
}

// waitForFleet waits for a list of all servers. There is none if the person leaves before, or the hub ends.
func (s *Member) waitForFleet() (*model.Fleet, bool) {
	for after := -1; ; {
		view, ok := s.hub.nextView(s.ctx, after)
		if !ok {
			return nil, false
		}
		if !view.Servers.At.IsZero() {
			return view.Fleet, true
		}
		after = view.Number
	}
}
