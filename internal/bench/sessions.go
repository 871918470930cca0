package main

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/bench/process"
)

// sessionServers is how many servers the account of the SSH sessions has.
const sessionServers = 1000

// sessionsResult is what each round measured of a server with many sessions over SSH.
type sessionsResult struct {
	memory sample // MB for each session after the first
	idle   sample // CPU of a session without input, percent of a core
	key    sample // CPU of a key, ms
	bytes  sample // written after a key
	median sample // from a key to its frame, ms
	worst  sample // the same, 99th percentile
}

// measureCrowds measures each number of sessions of a plan.
func measureCrowds(p *programs, plan benchPlan) ([]row, error) {
	var table []row
	for _, sessions := range plan.sessions {
		more, err := measureSessions(p, sessions, plan.rounds, plan.idle)
		if err != nil {
			return nil, err
		}
		table = append(table, more...)
	}
	return table, nil
}

// measureSessions serves both programs over SSH, one after the other, to many clients. First the
// clients do nothing, then each presses a key every second.
func measureSessions(p *programs, sessions, rounds int, during idleSpan) ([]row, error) {
	sim, stop, err := p.startSim("--servers", fmt.Sprint(sessionServers))
	if err != nil {
		return nil, err
	}
	defer stop()
	target, err := url.Parse(sim)
	if err != nil {
		return nil, fmt.Errorf("the URL of vpsdeck sim: %w", err)
	}
	proxy, err := newCountingProxy(target.Host)
	if err != nil {
		return nil, err
	}
	defer proxy.close()
	target.Host = proxy.listener.Addr().String()
	var baseline, ours sessionsResult
	var requests sample // in a minute
	for range rounds {
		if err := baseline.measure(p.serveBaseline, sessions, during); err != nil {
			return nil, fmt.Errorf("the baseline: %w", err)
		}
		before, start := proxy.requests.Load(), time.Now()
		err := ours.measure(func(address string, signer gossh.Signer) (*exec.Cmd, error) {
			return p.serveOurs(address, signer, target.String())
		}, sessions, during)
		if err != nil {
			return nil, fmt.Errorf("vpsdeck serve: %w", err)
		}
		requests = append(requests, float64(proxy.requests.Load()-before)/time.Since(start).Minutes())
	}
	name := func(what string) string { return fmt.Sprintf("%d SSH sessions: %s", sessions, what) }
	return []row{
		{label: name("memory of one"), unit: "MB", ours: ours.memory, baseline: baseline.memory, paired: true,
			ratioLimit: 1.3},
		{label: name("CPU of one, idle"), unit: "% of a core", ours: ours.idle, baseline: baseline.idle, paired: true,
			ratioLimit: 1.3},
		{label: name("CPU of a key"), unit: "ms", ours: ours.key, baseline: baseline.key, paired: true, ratioLimit: 2},
		{label: name("key to screen, median"), unit: "ms", ours: ours.median, baseline: baseline.median, paired: true,
			limit: 30},
		{label: name("key to screen, 99th percentile"), unit: "ms", ours: ours.worst, baseline: baseline.worst,
			paired: true, limit: 250},
		{label: name("written after a key"), unit: "bytes", ours: ours.bytes, baseline: baseline.bytes, paired: true},
		{label: name("API requests in a minute, with the start"), unit: "requests", ours: requests},
	}, nil
}

// serveBaseline starts the baseline as an SSH server.
func (p *programs) serveBaseline(address string, _ gossh.Signer) (*exec.Cmd, error) {
	cmd := p.command(p.baselineServer, nil, address, filepath.Join(p.dir, "baseline_host_key"))
	return cmd, cmd.Start()
}

// serveOurs starts `vpsdeck serve` for one key, on an account that another process serves.
func (p *programs) serveOurs(address string, signer gossh.Signer, api string) (*exec.Cmd, error) {
	users := filepath.Join(p.dir, "users")
	line := `user="bench",role="operator" ` + string(gossh.MarshalAuthorizedKey(signer.PublicKey()))
	if err := os.WriteFile(users, []byte(line), 0o600); err != nil {
		return nil, fmt.Errorf("writing the users file: %w", err)
	}
	const many = "100000"
	cmd := p.command(p.ours, []string{"VPS_API_URL=" + api, "VPS_API_TOKEN=" + token}, "serve", "--listen", address,
		"--users", users, "--host-key", filepath.Join(p.dir, "host_key"), "--sessions", many, "--sessions-per-user",
		many, "--sessions-per-address", many, "--logins-per-minute", many)
	return cmd, cmd.Start()
}

// measure starts a server, opens the sessions and measures them. Before and after the keys, it waits
// as long as an idle span says.
func (r *sessionsResult) measure(serve func(string, gossh.Signer) (*exec.Cmd, error), sessions int,
	during idleSpan) error {
	signer, err := newSigner()
	if err != nil {
		return err
	}
	address, err := freeAddress()
	if err != nil {
		return err
	}
	cmd, err := serve(address, signer)
	if err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var clients []*sshClient
	var first float64 // MB with one session
	for n := range sessions {
		c, err := openSSH(address, signer)
		if err != nil {
			return fmt.Errorf("session %d: %w", n+1, err)
		}
		clients = append(clients, c)
		if n == 0 {
			time.Sleep(during.settle)
			first, _, _ = process.Memory(cmd.Process.Pid)
		}
	}
	time.Sleep(during.settle)
	idle := cpuShare(cmd.Process.Pid, during.duration)
	presses, busy := pressKeysOfAll(clients, func() float64 { return cpuShare(cmd.Process.Pid, during.duration) })
	memory, _, ok := process.Memory(cmd.Process.Pid)
	if !ok || sessions < 2 || presses == 0 {
		return nil
	}
	seconds := during.duration.Seconds()
	r.memory = append(r.memory, (memory-first)/float64(sessions-1))
	r.idle = append(r.idle, idle/float64(sessions)*100)
	r.key = append(r.key, (busy-idle)*seconds*1000/presses)
	r.addLatencies(clients, presses)
	return nil
}

// addLatencies adds what the clients have seen of a round.
func (r *sessionsResult) addLatencies(clients []*sshClient, presses float64) {
	var all sample
	bytes := 0
	for _, c := range clients {
		c.mu.Lock()
		all = append(all, c.latencies...)
		bytes += c.bytes
		c.mu.Unlock()
	}
	r.median, r.worst = append(r.median, all.quantile(.5)), append(r.worst, all.quantile(.99))
	r.bytes = append(r.bytes, float64(bytes)/presses)
}

// pressKeysOfAll lets all clients press keys while something is measured. It returns the number of keys.
func pressKeysOfAll(clients []*sshClient, measure func() float64) (presses, measured float64) {
	done := make(chan struct{})
	var pressing sync.WaitGroup
	for i, c := range clients {
		c.mu.Lock()
		c.bytes, c.pressed, c.latencies = 0, 0, nil
		c.mu.Unlock()
		pressing.Go(func() { c.pressKeys(done, time.Second*time.Duration(i)/time.Duration(len(clients))) })
	}
	measured = measure()
	close(done)
	pressing.Wait()
	for _, c := range clients {
		presses += float64(c.pressed)
	}
	return presses, measured
}

// cpuShare returns how many cores a process uses during a time.
func cpuShare(pid int, duration time.Duration) float64 {
	before, _ := process.CPUTime(pid)
	start := time.Now()
	time.Sleep(duration)
	after, _ := process.CPUTime(pid)
	return (after - before).Seconds() / time.Since(start).Seconds()
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("finding a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
