package command

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// The pace at which what runs is asked after: at first, and what it grows to.
const (
	Quick   = time.Second
	quickTo = 10 * time.Second
)

// Slower is how long to wait before the next look at what runs, given how long the last wait was; 0: there was none.
func Slower(pace time.Duration) time.Duration { return min(max(pace*4/3, Quick), quickTo) }

// retryTo is how long the wait after failures grows.
const retryTo = time.Minute

// Retry is how long to wait after so many failed rounds in a row, the last of them with err: the API's own wish comes first.
func Retry(failures int, err error) time.Duration {
	return max(min(time.Second<<min(failures, 6), retryTo), model.RetryAfter(err))
}

// RefreshAll asks for everything that is not being asked for already.
func (s *Session) RefreshAll(state *model.State) []tea.Cmd {
	return []tea.Cmd{s.refreshServers(state), s.refreshPoints(state, model.Backup, ""), s.refreshPoints(state, model.Snapshot, "")}
}

// RefreshRunning asks for what the operations under way are about, and no more: the servers if one is being restored, the
// points of one server if that is all.
func (s *Session) RefreshRunning(state *model.State) []tea.Cmd {
	restores := false
	servers := [2]map[model.ID]bool{{}, {}}
	for _, o := range state.Operations() {
		switch {
		case o.Phase == model.Sending:
		case o.Deed == model.Restore:
			restores = true
		default:
			servers[o.Point.Kind][o.Server.ID] = true
		}
	}
	var cmds []tea.Cmd
	if restores {
		cmds = append(cmds, s.refreshServers(state))
	}
	for kind, ids := range servers {
		if len(ids) > 0 {
			cmds = append(cmds, s.refreshPoints(state, model.Kind(kind), only(ids)))
		}
	}
	return cmds
}

// only is the single ID of a set, or empty, which stands for all, if there are several.
func only(ids map[model.ID]bool) model.ID {
	if len(ids) > 1 {
		return ""
	}
	for id := range ids {
		return id
	}
	return ""
}

func (s *Session) refreshServers(state *model.State) tea.Cmd {
	t, ok := state.Servers.Start(state.Now)
	if !ok {
		return nil
	}
	return s.LoadServers(t)
}

func (s *Session) refreshPoints(state *model.State, kind model.Kind, server model.ID) tea.Cmd {
	remote := state.Points(kind)
	if !remote.Loaded() {
		server = "" // a part cannot be merged into nothing
	}
	t, ok := remote.Start(state.Now)
	if !ok {
		return nil
	}
	return s.LoadPoints(kind, server, t)
}
