package command

import (
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// How often the account is asked for everything.
const (
	IntervalFocused = 20 * time.Second // while somebody looks
	IntervalBlurred = 2 * time.Minute  // while nobody does
)

// The pace at which what runs is asked after: at first, and what it grows to.
const (
	MinPollInterval = time.Second
	maxPollInterval = 10 * time.Second
)

// NextPollInterval is how long to wait before the next look at what runs, given how long the last wait was; 0: there was none.
func NextPollInterval(pace time.Duration) time.Duration {
	return min(max(pace*4/3, MinPollInterval), maxPollInterval)
}

// maxRetryDelay is how long the wait after failures grows.
const maxRetryDelay = time.Minute

// RetryDelay is how long to wait after so many failed rounds in a row, the last of them with err: the API's own wish comes first.
func RetryDelay(failures int, err error) time.Duration {
	return max(min(time.Second<<min(failures, 6), maxRetryDelay), model.RetryAfter(err))
}

// CooldownAfter is how long everybody is left alone after a round of requests that took so long: the API is busy with us for a
// twentieth of the time at most, and yet what is shown is never much older than restTo.
func CooldownAfter(took time.Duration) time.Duration { return min(19*max(took, 0), maxCooldown) }

const maxCooldown = 5 * time.Minute

// RefreshAll asks for everything that is not being asked for already.
func (s *Session) RefreshAll(state *model.State) []tea.Cmd {
	return []tea.Cmd{s.refreshServers(state), s.refreshPoints(state, model.Backup, ""), s.refreshPoints(state, model.Snapshot, "")}
}

// RefreshRunning asks for what the operations under way are about, and no more: the servers if one is being restored, the
// points of one server if that is all. Of several servers it asks for all points where they fit on a page, else for those of
// one after the other.
func (s *Session) RefreshRunning(state *model.State) []tea.Cmd {
	restores := false
	servers := [2]map[model.ID]bool{{}, {}}
	for _, o := range state.Operations() {
		switch {
		case o.Phase == model.PhaseSending:
		case o.Action == model.Restore:
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
			cmds = append(cmds, s.refreshPoints(state, model.Kind(kind), s.pickServer(ids, len(state.Points(model.Kind(kind)).Value))))
		}
	}
	return cmds
}

// pageSize is how many points come with one request.
const pageSize = 100

// pickServer is the server whose points are asked for now, or empty, which stands for all, where there are several and few points.
func (s *Session) pickServer(servers map[model.ID]bool, points int) model.ID {
	if len(servers) > 1 && points <= pageSize {
		return ""
	}
	ids := slices.SortedFunc(maps.Keys(servers), func(a, b model.ID) int { return strings.Compare(string(a), string(b)) })
	s.serverTurn++
	return ids[s.serverTurn%len(ids)]
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
