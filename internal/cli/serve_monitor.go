package cli

import (
	"context"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"vpsdeck/internal/clock"
	"vpsdeck/internal/event"
	"vpsdeck/internal/hook"
	"vpsdeck/internal/metrics"
	"vpsdeck/internal/monitor"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/sshd"
	"vpsdeck/internal/team"
	"vpsdeck/model"
)

// maxReadingAge is how old a reading may be for serve to be ready: five intervals without members.
const maxReadingAge = 5 * team.IdleInterval

// checkMetricsAddress checks --metrics. Its errors are settings.Errors with ExitUsage.
func (s serveOptions) checkMetricsAddress() error {
	if s.metrics == "" {
		if s.metricsPublic {
			return settings.Errorf(settings.ExitUsage, "--metrics-public needs --metrics; see vpsdeck serve --help")
		}
		return nil
	}
	host, port, err := net.SplitHostPort(s.metrics)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return settings.Errorf(settings.ExitUsage, "--metrics %q is not an address: write it like 127.0.0.1:9468",
			s.metrics)
	}
	if !model.IsLoopback(host) && !s.metricsPublic {
		return settings.Errorf(settings.ExitUsage,
			"--metrics %s can be reached from other machines, and there is no login: anyone could read the names of "+
				"all servers; use 127.0.0.1:%s, or add --metrics-public if that is meant", s.metrics, port)
	}
	return nil
}

// serveMonitor is what serve offers to monitoring: metrics, and hooks.
type serveMonitor struct {
	account  monitor.Account
	hub      *team.Hub
	hooks    []hook.Hook
	secrets  []string
	file     string
	log      *slog.Logger
	listener net.Listener // of the metrics; nil: none
	measured *metrics.Serve
	server   *sshd.Server // set by start
}

// openMonitoring opens what serve offers to monitoring. The simulated account has no hooks: nothing
// of it is real.
func (s serveOptions) openMonitoring(acc *access, shared *sharedAccount, log *slog.Logger) (*serveMonitor, error) {
	m := &serveMonitor{hub: shared.hub, log: log, account: newMonitored(acc.settings, shared)}
	if !s.demo {
		m.hooks, m.secrets = acc.settings.Hooks, acc.settings.TokenVariables
		m.file = monitor.StateFile(acc.settings.State, m.account)
	}
	if s.metrics != "" {
		var err error
		if m.listener, err = sshd.Listen(s.metrics); err != nil {
			return nil, serverError(err)
		}
	}
	m.measured = metrics.NewServe(metrics.ServeOptions{Sessions: func() int { return m.server.Sessions() },
		Reasons: words(sshd.Reasons()), Results: words(hook.Results())})
	return m, nil
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, word := range list {
		out[i] = string(word)
	}
	return out
}

// Refused counts a refusal.
func (m *serveMonitor) Refused(reason sshd.Reason) { m.measured.CountRefusal(string(reason)) }

// KeyShown records how long a key took.
func (m *serveMonitor) KeyShown(took time.Duration) { m.measured.ObserveKey(took) }

func (m *serveMonitor) close() {
	if m.listener != nil {
		_ = m.listener.Close()
	}
}

// start starts it, until the context ends. What it returns waits for that end.
func (m *serveMonitor) start(ctx context.Context, server *sshd.Server) (wait func()) {
	m.server = server
	ctx, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	if m.listener != nil {
		reading := monitor.NewReading(m.account, maxReadingAge)
		all.Go(func() { reading.Run(ctx, m.hub.Next) })
		all.Go(func() {
			m.log.Info("metrics", "address", m.listener.Addr().String())
			if err := monitor.Serve(ctx, m.listener, monitor.Handler(reading, m.measured)); err != nil {
				m.log.Error("metrics ended", "why", err.Error())
			}
		})
	}
	if len(m.hooks) > 0 {
		all.Go(func() { m.runHooks(ctx) })
	}
	return func() {
		stop()
		all.Wait()
	}
}

// lockRetry is how often serve tries to become the program that tells the events.
const lockRetry = 10 * time.Second

// runHooks tells the hooks of events, once no other program does so for this account.
func (m *serveMonitor) runHooks(ctx context.Context) {
	for warned := false; ; warned = true {
		unlock, err := lockEvents(m.file)
		if err == nil {
			defer unlock()
			break
		}
		if !warned {
			m.log.Warn("hooks wait", "why", err.Error())
		}
		if clock.Sleep(ctx, lockRetry) != nil {
			return
		}
	}
	if m.file == "" {
		m.log.Warn(noEventsFileWarning)
	}
	reading := readingNotes{note: func(text string) { m.log.Warn(text) }}
	monitor.NewTeller(monitor.TellerOptions{
		Account: m.account, File: m.file,
		OnView:      reading.update,
		Hooks:       hookOptions(m.hooks, m.secrets, m.report),
		OnEvent:     func(e event.Event) { m.log.Info("event", "event", string(e.Kind), "id", e.ID, "text", e.Text) },
		OnSaveError: func(why string) { m.log.Warn(why) },
	}).Run(ctx, m.hub.Next)
}

// report logs and counts an attempt to tell a hook.
func (m *serveMonitor) report(r hook.Report) {
	m.measured.CountDelivery(string(r.Result))
	level := slog.LevelWarn
	if r.Result == hook.Delivered {
		level = slog.LevelInfo
	}
	m.log.Log(context.Background(), level, "hook "+string(r.Result), "hook", r.Hook, "id", r.Event.ID, "why", r.Why)
}
