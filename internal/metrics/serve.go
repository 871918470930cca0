package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Serve is what is measured of vpsdeck serve itself, as a prometheus.Gatherer. Its methods may be
// called from any goroutine.
type Serve struct {
	prometheus.Gatherer
	refusals   *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	keys       prometheus.Histogram
}

// ServeOptions are the options of NewServe.
type ServeOptions struct {
	Sessions func() int // how many sessions are open
	Reasons  []string   // of refusals: all that there are
	Results  []string   // of deliveries to hooks: all that there are
}

// NewServe returns measurements that are all zero. All values of labels exist from the start, so that
// the first increase can be seen.
func NewServe(opts ServeOptions) *Serve {
	registry := prometheus.NewPedanticRegistry()
	s := &Serve{
		Gatherer: registry,
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vpsdeck_serve_refusals_total", Help: "Connections, logins, sessions and requests refused.",
		}, []string{"reason"}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vpsdeck_hook_deliveries_total", Help: "Attempts to tell hooks of events, by result.",
		}, []string{"result"}),
		keys: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "vpsdeck_serve_key_latency_seconds",
			Help:    "From a key press to the frame that shows it. Keys that change nothing are not counted.",
			Buckets: []float64{.005, .01, .02, .035, .05, .075, .1, .15, .25, .5, 1, 2.5},
		}),
	}
	sessions := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "vpsdeck_serve_sessions", Help: "Open sessions.",
	}, func() float64 { return float64(opts.Sessions()) })
	registry.MustRegister(sessions, s.refusals, s.deliveries, s.keys)
	for _, reason := range opts.Reasons {
		s.refusals.WithLabelValues(reason)
	}
	for _, result := range opts.Results {
		s.deliveries.WithLabelValues(result)
	}
	return s
}

// CountRefusal counts a refusal.
func (s *Serve) CountRefusal(reason string) { s.refusals.WithLabelValues(reason).Inc() }

// CountDelivery counts an attempt to tell a hook of an event.
func (s *Serve) CountDelivery(result string) { s.deliveries.WithLabelValues(result).Inc() }

// ObserveKey records the time from a key press to the frame that shows it.
func (s *Serve) ObserveKey(took time.Duration) { s.keys.Observe(took.Seconds()) }
