package command

import (
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
)

// How often everything is polled.
const (
	IntervalFocused = 20 * time.Second // while the terminal has the focus
	IntervalBlurred = 2 * time.Minute  // while it does not
)

// How often running operations are polled: at first, and at most after the interval has grown.
const (
	MinPollInterval = time.Second
	maxPollInterval = 10 * time.Second
)

// NextPollInterval is how long to wait before running operations are polled again, given the last
// wait; 0 means that there was none.
func NextPollInterval(last time.Duration) time.Duration {
	return min(max(last*4/3, MinPollInterval), maxPollInterval)
}

// maxRetryDelay limits the wait after failures.
const maxRetryDelay = time.Minute

// RetryDelay is how long to wait after a number of failed rounds in a row. err is the last
// failure; the wait is never shorter than its Retry-After.
func RetryDelay(failures int, err error) time.Duration {
	return max(min(time.Second<<min(failures, 6), maxRetryDelay), model.RetryAfter(err))
}

// CooldownAfter is how long to send nothing after a round of requests that took this long. The API
// is busy with us for at most a twentieth of the time, and data is never much older than
// maxCooldown.
func CooldownAfter(took time.Duration) time.Duration { return min(19*max(took, 0), maxCooldown) }

const maxCooldown = 5 * time.Minute

// RefreshAll loads everything that is not already being loaded.
func (s *Session) RefreshAll(state *model.State) []tea.Cmd {
	return []tea.Cmd{s.refreshServers(state), s.refreshPoints(state, model.Backup, ""),
		s.refreshPoints(state, model.Snapshot, "")}
}

// RefreshRunning loads only what the operations under way need. That is the servers if one is
// being restored, and the points of one server if only that one has an operation. For several
// servers it loads all points if they fit on a page, otherwise those of one server after the
// other.
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
			cmds = append(cmds, s.refreshPoints(state, model.Kind(kind),
				s.pickServer(ids, len(state.Points(model.Kind(kind)).Value))))
		}
	}
	return cmds
}

// pageSize is how many points come with one request.
const pageSize = 100

// pickServer returns the server whose points to load now. It is empty, for all servers, if several
// have operations and all points fit on a page.
func (s *Session) pickServer(servers map[model.ID]bool, points int) model.ID {
	if len(servers) > 1 && points <= pageSize {
		return ""
	}
	ids := slices.SortedFunc(maps.Keys(servers),
		func(a, b model.ID) int { return strings.Compare(string(a), string(b)) })
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
		server = "" // a partial list needs a full list to merge into
	}
	t, ok := remote.Start(state.Now)
	if !ok {
		return nil
	}
	return s.LoadPoints(kind, server, t)
}
