package command

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// Memory keeps what was last seen of an account from one run of the program to the next.
type Memory interface {
	// Load returns what was seen of the account at a place, and false if there is nothing that can be read.
	Load(place string) (model.Seen, bool)
	// Save keeps it in the place of what was kept before. Without it the next run begins empty, which is no trouble to tell of.
	Save(place string, seen model.Seen)
}

// SeenMsg answers Recall.
type SeenMsg struct {
	Session int
	Seen    model.Seen
}

// place is what tells accounts apart before anybody is asked: where the API is, and the profile.
func (s *Session) place() string { return s.Client.Host() + " " + s.Profile }

// Recall looks up what the last run has seen.
func (s *Session) Recall(m Memory) tea.Cmd {
	if m == nil {
		return nil
	}
	number, place := s.Number, s.place()
	return func() tea.Msg {
		seen, ok := m.Load(place)
		if !ok {
			return nil
		}
		return SeenMsg{Session: number, Seen: seen}
	}
}

// Remember keeps what is seen for the next run.
func (s *Session) Remember(m Memory, seen model.Seen) tea.Cmd {
	place := s.place()
	return func() tea.Msg {
		m.Save(place, seen)
		return nil
	}
}
