// Package metrics describes an account in Prometheus's text format. Names and units follow
// Prometheus's conventions; labels are IDs, names of servers and fixed words, never free text.
package metrics

import (
	"io"
	"sort"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"

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
	labels     func(Server) []*dto.LabelPair // beside server and server_id; nil: none
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
			func(s Server) []*dto.LabelPair { return []*dto.LabelPair{label("state", s.Assessment.Health.String())} }},
		family{"vpsdeck_operations_running", "How many operations are under way.",
			func(s Server) (float64, bool) { return float64(s.Running), true }, nil},
		family{"vpsdeck_operations_stuck", "How many operations take twice as long as usual.",
			func(s Server) (float64, bool) { return float64(s.Stuck), true }, nil},
	)
}

func label(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: proto.String(name), Value: proto.String(model.Clean(value))}
}

// Gather returns the metrics, one family after the other. It is a prometheus.Gatherer's.
func (a Account) Gather() ([]*dto.MetricFamily, error) {
	var out []*dto.MetricFamily
	err := a.each(func(f *dto.MetricFamily) error {
		out = append(out, f)
		return nil
	})
	return out, err
}

// Write writes the metrics in the text format. It keeps one family in memory at a time.
func (a Account) Write(w io.Writer) error {
	return a.each(func(f *dto.MetricFamily) error {
		_, err := expfmt.MetricFamilyToText(w, f)
		return err
	})
}

// each calls do with every family that has a value.
func (a Account) each(do func(*dto.MetricFamily) error) error {
	labels := make([][]*dto.LabelPair, len(a.Servers))
	for i, s := range a.Servers {
		labels[i] = []*dto.LabelPair{label("server", s.Ref.Name), label("server_id", string(s.Ref.ID))}
	}
	for _, f := range families() {
		out := newFamily(f.name, f.help, dto.MetricType_GAUGE)
		for i, s := range a.Servers {
			value, known := f.value(s)
			if !known {
				continue
			}
			own := labels[i]
			if f.labels != nil {
				own = append(own[:2:2], f.labels(s)...)
			}
			out.Metric = append(out.Metric, &dto.Metric{Label: own, Gauge: &dto.Gauge{Value: &value}})
		}
		if len(out.Metric) == 0 {
			continue
		}
		if err := do(out); err != nil {
			return err
		}
	}
	if err := a.eachRequest(do); err != nil {
		return err
	}
	if a.RateLimit != nil {
		left := newGauge("vpsdeck_api_rate_limit_remaining", "How many more requests the API allows now.",
			float64(*a.RateLimit))
		if err := do(left); err != nil {
			return err
		}
	}
	if a.LastSuccess.IsZero() {
		return nil
	}
	return do(newGauge("vpsdeck_last_success_timestamp_seconds",
		"When the account was last read completely, in Unix seconds.", float64(a.LastSuccess.Unix())))
}

// newGauge returns a metric without labels.
func newGauge(name, help string, value float64) *dto.MetricFamily {
	f := newFamily(name, help, dto.MetricType_GAUGE)
	f.Metric = []*dto.Metric{{Gauge: &dto.Gauge{Value: &value}}}
	return f
}

// eachRequest calls do with the answers by status.
func (a Account) eachRequest(do func(*dto.MetricFamily) error) error {
	if len(a.Requests) == 0 {
		return nil
	}
	out := newFamily("vpsdeck_api_requests_total", "Requests to the API by the status of their answer; 0: none came.",
		dto.MetricType_COUNTER)
	var codes []int
	for code := range a.Requests {
		codes = append(codes, code)
	}
	sort.Ints(codes)
	for _, code := range codes {
		out.Metric = append(out.Metric, &dto.Metric{
			Label:   []*dto.LabelPair{label("code", strconv.Itoa(code))},
			Counter: &dto.Counter{Value: proto.Float64(float64(a.Requests[code]))},
		})
	}
	return do(out)
}

func newFamily(name, help string, kind dto.MetricType) *dto.MetricFamily {
	return &dto.MetricFamily{Name: proto.String(name), Help: proto.String(help), Type: kind.Enum()}
}
