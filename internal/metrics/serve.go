package metrics

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Serve is what is measured of vpsdeck serve itself. Its methods may be called from any goroutine.
type Serve struct {
	sessions func() int

	mu         sync.Mutex
	refusals   map[string]int // by reason
	deliveries map[string]int // by result
	keys       [len(keyBuckets) + 1]int
	keySeconds float64
}

// keyBuckets are the upper bounds of the buckets of a key's latency, in seconds. Serve.keys has one
// more, for what is above.
var keyBuckets = [...]float64{.005, .01, .02, .035, .05, .075, .1, .15, .25, .5, 1, 2.5}

// ServeOptions are the options of NewServe.
type ServeOptions struct {
	Sessions func() int // how many sessions are open
	Reasons  []string   // of refusals: all that there are
	Results  []string   // of deliveries to hooks: all that there are
}

// NewServe returns measurements that are all zero. All values of labels exist from the start, so that
// the first increase can be seen.
func NewServe(opts ServeOptions) *Serve {
	return &Serve{sessions: opts.Sessions, refusals: zeros(opts.Reasons), deliveries: zeros(opts.Results)}
}

func zeros(values []string) map[string]int {
	out := map[string]int{}
	for _, value := range values {
		out[value] = 0
	}
	return out
}

// CountRefusal counts a refusal.
func (s *Serve) CountRefusal(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[reason]++
}

// CountDelivery counts an attempt to tell a hook of an event.
func (s *Serve) CountDelivery(result string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliveries[result]++
}

// ObserveKey records the time from a key press to the frame that shows it.
func (s *Serve) ObserveKey(took time.Duration) {
	bucket, _ := slices.BinarySearch(keyBuckets[:], took.Seconds())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[bucket]++
	s.keySeconds += took.Seconds()
}

// Write writes the metrics.
func (s *Serve) Write(w io.Writer) error {
	f := &formatter{w: w}
	s.mu.Lock()
	refusals, deliveries, keys, seconds := maps.Clone(s.refusals), maps.Clone(s.deliveries), s.keys, s.keySeconds
	s.mu.Unlock()
	writeCounters(f, "vpsdeck_hook_deliveries_total", "Attempts to tell hooks of events, by result.", "result",
		deliveries)
	writeKeys(f, keys, seconds)
	writeCounters(f, "vpsdeck_serve_refusals_total", "Connections, logins, sessions and requests refused.", "reason",
		refusals)
	const name = "vpsdeck_serve_sessions"
	f.family(name, "Open sessions.", gauge)
	f.sample(name, "", float64(s.sessions()))
	return f.err
}

func writeCounters(f *formatter, name, help, label string, values map[string]int) {
	if len(values) == 0 {
		return
	}
	f.family(name, help, counter)
	for _, value := range slices.Sorted(maps.Keys(values)) {
		f.sample(name, labelText(label, value), float64(values[value]))
	}
}

// writeKeys writes the histogram of the keys. A bucket counts those before it too.
func writeKeys(f *formatter, keys [len(keyBuckets) + 1]int, seconds float64) {
	const name = "vpsdeck_serve_key_latency_seconds"
	f.family(name, "From a key press to the frame that shows it. Keys that change nothing are not counted.", histogram)
	total := 0
	for i, n := range keys {
		total += n
		bound := "+Inf"
		if i < len(keyBuckets) {
			bound = strconv.FormatFloat(keyBuckets[i], 'g', -1, 64)
		}
		f.sample(name+"_bucket", labelText("le", bound), float64(total))
	}
	f.sample(name+"_sum", "", seconds)
	f.sample(name+"_count", "", float64(total))
}
