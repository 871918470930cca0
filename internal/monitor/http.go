package monitor

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"vpsdeck/internal/metrics"
)

// Handler answers /metrics, /healthz and /readyz. own is what is measured beside the account.
func Handler(reading *Reading, own *metrics.Serve) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) { writeMetrics(w, reading, own) })
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

// writeMetrics writes all metrics.
func writeMetrics(w http.ResponseWriter, reading *Reading, own *metrics.Serve) {
	w.Header().Set("Content-Type", metrics.ContentType)
	w.Header().Set("Cache-Control", "no-store")
	out := bufio.NewWriterSize(w, 64<<10)
	if reading.Metrics().Write(out) != nil || own.Write(out) != nil {
		return // the client has gone
	}
	_ = out.Flush()
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
