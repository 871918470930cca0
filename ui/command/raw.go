package command

import (
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// RawLoadedMsg answers LoadRaw.
type RawLoadedMsg struct {
	Number int // of the request
	Text   string
	Err    error
}

// LoadRaw loads the JSON of one item: a restore point of the server or, if its ID is empty, the
// server.
func (s *Session) LoadRaw(number int, server model.ID, point model.Key) tea.Cmd {
	return func() tea.Msg {
		text, err := s.Client.Raw(s.ctx, server, point)
		return RawLoadedMsg{Number: number, Text: text, Err: err}
	}
}
