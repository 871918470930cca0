// Package metrics describes an account in Prometheus's text format. Names and units follow
// Prometheus's conventions; labels are IDs, names of servers and fixed words, never free text.
package metrics

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"vpsdeck/model"
)

// Account is what is measured of an account.
type Account struct {
	LastSuccess time.Time   // when all lists were last read, by this machine's clock; zero: never
	Requests    map[int]int // answers by HTTP status; 0: no answer
	RateLimit   *int        // how many more requests the API allows; nil: it does not say
	Servers     []Server
}

// Server is what is measured of one server.
type Server struct {
	Ref        model.ServerRef
	Assessment model.Assessment
	Quotas     [2]model.Quota // by model.Kind
	Running    int            // operations under way
	Stuck      int            // of these, those that take twice as long as usual
}

// FromState collects the measurements of a loaded state. policies say what each server must have.
func FromState(state *model.State, policies model.Policies) Account {
	a := Account{LastSuccess: state.Local}
	running, stuck := map[model.ID]int{}, map[model.ID]int{}
	for _, o := range state.Operations() {
		running[o.Server.ID]++
		if _, is := state.Stuck(o); is {
			stuck[o.Server.ID]++
		}
	}
	fleet := state.Fleet()
	for _, s := range state.Servers.Value {
		a.Servers = append(a.Servers, Server{
			Ref:        s.Ref(),
			Assessment: model.Assess(s, fleet.PointsOf(s.ID), policies.For(s), state.Now),
			Quotas:     [2]model.Quota{fleet.Quota(model.Backup, s.ID), fleet.Quota(model.Snapshot, s.ID)},
			Running:    running[s.ID], Stuck: stuck[s.ID],
		})
	}
	return a
}

// family is one metric of every server.
type family struct {
	name, help string
	value      func(Server) (value float64, known bool)
	label      func(Server) string // one more, beside server and server_id; nil: none
}

// kinds are the families that exist for backups and for snapshots.
func kinds(kind model.Kind) []family {
	word := kind.String()
	return []family{
		{"vpsdeck_" + word + "_newest_timestamp_seconds",
			"When the newest usable " + word + " was created, in Unix seconds. Missing if there is " +
				"none, or its time is unknown.",
			func(s Server) (float64, bool) {
				at := s.Assessment.Kinds[kind].Newest
				return float64(at.Unix()), !at.IsZero()
			}, nil},
		{"vpsdeck_" + word + "s_usable", "How many " + word + "s the server can be restored from.",
			func(s Server) (float64, bool) { return float64(s.Assessment.Kinds[kind].Usable), true }, nil},
		{"vpsdeck_" + word + "s_quota_used", "How many " + word + "s count in the server's quota.",
			func(s Server) (float64, bool) { return float64(s.Quotas[kind].Used), true }, nil},
		{"vpsdeck_" + word + "s_quota_limit", "How many " + word + "s the server's quota allows.",
			func(s Server) (float64, bool) { return float64(s.Quotas[kind].Limit), true }, nil},
	}
}

// families lists the metrics of a server.
func families() []family {
	out := append(kinds(model.Backup), kinds(model.Snapshot)...)
	return append(out,
		family{"vpsdeck_coverage_met", "Whether the server meets its coverage policy: 1 or 0.",
			func(s Server) (float64, bool) {
				if s.Assessment.Health.Met() {
					return 1, true
				}
				return 0, true
			}, nil},
		family{"vpsdeck_coverage_state", "The state of the server's coverage, as the label state; always 1.",
			func(Server) (float64, bool) { return 1, true },
			func(s Server) string { return labelText("state", s.Assessment.Health.String()) }},
		family{"vpsdeck_operations_running", "How many operations are under way.",
			func(s Server) (float64, bool) { return float64(s.Running), true }, nil},
		family{"vpsdeck_operations_stuck", "How many operations take twice as long as usual.",
			func(s Server) (float64, bool) { return float64(s.Stuck), true }, nil},
	)
}

// Write writes the metrics, one family after the other.
func (a Account) Write(w io.Writer) error {
	f := &formatter{w: w}
	labels := make([]string, len(a.Servers))
	for i, s := range a.Servers {
		labels[i] = labelText("server", model.Clean(s.Ref.Name)) + "," +
			labelText("server_id", model.Clean(string(s.Ref.ID)))
	}
	for _, each := range families() {
		a.writeFamily(f, each, labels)
	}
	if len(a.Requests) > 0 {
		const name = "vpsdeck_api_requests_total"
		f.family(name, "Requests to the API by the status of their answer; 0: none came.", counter)
		for _, code := range slices.Sorted(maps.Keys(a.Requests)) {
			f.sample(name, labelText("code", strconv.Itoa(code)), float64(a.Requests[code]))
		}
	}
	if a.RateLimit != nil {
		const name = "vpsdeck_api_rate_limit_remaining"
		f.family(name, "How many more requests the API allows now.", gauge)
		f.sample(name, "", float64(*a.RateLimit))
	}
	if !a.LastSuccess.IsZero() {
		const name = "vpsdeck_last_success_timestamp_seconds"
		f.family(name, "When the account was last read completely, in Unix seconds.", gauge)
		f.sample(name, "", float64(a.LastSuccess.Unix()))
	}
	return f.err
}

// writeFamily writes one metric of every server that has a value, and nothing if none has.
func (a Account) writeFamily(f *formatter, m family, labels []string) {
	begun := false
	for i, s := range a.Servers {
		value, known := m.value(s)
		if !known {
			continue
		}
		if !begun {
			f.family(m.name, m.help, gauge)
			begun = true
		}
		text := labels[i]
		if m.label != nil {
			text += "," + m.label(s)
		}
		f.sample(m.name, text, value)
	}
}
