package monitor

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Handler answers /metrics, /healthz and /readyz. own is what is measured beside the account.
func Handler(reading *Reading, own prometheus.Gatherer) http.Handler {
	account := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return reading.Metrics().Gather() })
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{account, own},
		promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if why := reading.NotReady(); why != "" {
			answer(w, http.StatusServiceUnavailable, why)
			return
		}
		answer(w, http.StatusOK, "ready")
	})
	return mux
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}

// The limits of a client of the metrics.
const (
	requestTimeout  = 10 * time.Second
	responseTimeout = 30 * time.Second
	maxHeader       = 16 << 10 // bytes
)

// Serve serves a handler until the context ends. It then waits a moment for the requests under way.
func Serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadTimeout: requestTimeout, WriteTimeout: responseTimeout,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader}
	stop := context.AfterFunc(ctx, func() {
		last, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(last) != nil {
			_ = server.Close()
		}
	})
	defer stop()
	if err := server.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
