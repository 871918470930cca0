package team

import (
	"vpsdeck/model"
	"vpsdeck/ui/command"
)

// Journal returns a journal that shows only what the member may read. It leaves out lines about
// other servers here, so that no screen can show them. The server of a line must be listed, and be
// in the member's scope under its current name and under the name in the line. Lines about sessions
// name no server, and stay.
func (m *Member) Journal(j command.Journal) command.Journal {
	if m.options.Scope.Has == nil {
		return j
	}
	return scopedJournal{j, m}
}

// scopedJournal is a journal without the lines about servers outside a member's scope.
type scopedJournal struct {
	command.Journal
	member *Member
}

// Read returns the member's lines. It waits until the servers are known, because they decide which
// lines to return, or until the member has left.
func (j scopedJournal) Read() ([]model.Record, int, error) {
	fleet, known := j.member.waitForFleet()
	if !known {
		return nil, 0, nil
	}
	records, unreadable, err := j.Journal.Read()
	var visible []model.Record
	for _, r := range records {
		if r.IsSession() || j.member.ownsRecord(fleet, r.Server) {
			visible = append(visible, r)
		}
	}
	return visible, unreadable, err
}

// ownsRecord reports whether a server is in the member's scope, both now and under the name in the
// record.
func (m *Member) ownsRecord(fleet *model.Fleet, server model.RecordServer) bool {
	current, listed := fleet.Server(server.ID)
	recorded := current
	recorded.Name = model.Clean(server.Name)
	return listed && m.options.Scope.Has(current) && m.options.Scope.Has(recorded)
}

// waitForFleet waits for the list of all servers. It returns false if the member leaves or the hub
// ends first.
func (m *Member) waitForFleet() (*model.Fleet, bool) {
	for after := -1; ; {
		view, ok := m.hub.nextView(m.ctx, after, nil)
		if !ok {
			return nil, false
		}
		if !view.Servers.At.IsZero() {
			return view.Fleet, true
		}
		after = view.Number
	}
}
