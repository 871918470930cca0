// Command loadtest measures `vpsdeck serve` with many sessions of Go's SSH client, on loopback. Run
// it in the module:
//
//	go run ./internal/bench/loadtest -sessions 500
//
// It builds the program, and serves a simulated account of 1,000 servers from another process. It
// measures first one session, then all of them. Each session presses a key every second.
// docs/PERFORMANCE.md has the results.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/bench/process"
)

func main() {
	sessions := flag.Int("sessions", 500, "number of concurrent sessions")
	servers := flag.Int("servers", 1000, "number of servers of the account")
	duration := flag.Duration("for", time.Minute, "how long to measure each part")
	flag.Parse()
	if err := run(*sessions, *servers, *duration); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// testbed has the processes of a measurement, and what they need.
type testbed struct {
	dir, binary string
	signer      gossh.Signer
	sshAddress  string
	proxy       *countingProxy
	sim, serve  *exec.Cmd
}

func run(sessions, servers int, duration time.Duration) error {
	dir, err := os.MkdirTemp("", "vpsdeck-loadtest")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	t := &testbed{dir: dir, binary: filepath.Join(dir, "vpsdeck")}
	defer t.stop()
	if err := t.start(servers); err != nil {
		return err
	}
	fmt.Printf("%d servers, %d sessions, each pressing j or k once a second, %s for each part\n\n", servers, sessions,
		duration)
	fmt.Printf("| sessions | memory (RSS), MB | MB per session | CPU, %% of a core | API requests per minute | bytes " +
		"per second and session | key to screen: median | 99th percentile |\n|---|---|---|---|---|---|---|---|\n")
	var clients []*clientSession
	var base float64
	for _, n := range []int{1, sessions} {
		for len(clients) < n {
			c, err := t.openSession(len(clients))
			if err != nil {
				return fmt.Errorf("session %d: %w", len(clients)+1, err)
			}
			clients = append(clients, c)
		}
		m := t.measure(clients, duration)
		each := "–"
		if n == 1 {
			base = m.memory
		} else {
			each = fmt.Sprintf("%.2f", (m.memory-base)/float64(n-1))
		}
		fmt.Printf("| %d | %.0f | %s | %.1f | %.0f | %.0f | %s | %s |\n", n, m.memory, each, m.cpu, m.requests, m.bytes,
			m.median.Round(time.Millisecond), m.p99.Round(time.Millisecond))
	}
	return nil
}

// start builds the program, and starts an account, a counting proxy in front of it, and the server.
func (t *testbed) start(servers int) error {
	if out, err := exec.Command("go", "build", "-o", t.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %s", out)
	}
	sim, err := freeAddress()
	if err != nil {
		return err
	}
	t.sim = exec.Command(t.binary, "sim", "--listen", sim, "--token", "vps_bench", "--servers", strconv.Itoa(servers))
	if err := t.sim.Start(); err != nil {
		return err
	}
	if t.proxy, err = newCountingProxy(sim); err != nil {
		return err
	}
	if t.sshAddress, err = freeAddress(); err != nil {
		return err
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	if t.signer, err = gossh.NewSignerFromKey(private); err != nil {
		return err
	}
	users := filepath.Join(t.dir, "users")
	text := `user="loadtest",role="operator" ` + string(gossh.MarshalAuthorizedKey(t.signer.PublicKey()))
	if err := os.WriteFile(users, []byte(text), 0o600); err != nil {
		return err
	}
	const many = "100000"
	t.serve = exec.Command(t.binary, "serve", "--listen", t.sshAddress, "--users", users, "--host-key",
		filepath.Join(t.dir, "host_key"),
		"--sessions", many, "--sessions-per-user", many, "--sessions-per-address", many, "--logins-per-minute", many)
	t.serve.Env = []string{"HOME=" + t.dir, "VPS_API_URL=http://" + t.proxy.address + "/api/v1",
		"VPS_API_TOKEN=vps_bench"}
	for range 100 { // wait until the account listens
		if c, err := net.Dial("tcp", sim); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return t.serve.Start()
}

func (t *testbed) stop() {
	for _, cmd := range []*exec.Cmd{t.serve, t.sim} {
		if cmd != nil && cmd.Process != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

// countingProxy forwards to the account and counts the requests. It counts request lines.
type countingProxy struct {
	address string
	mu      sync.Mutex
	count   int
}

func newCountingProxy(to string) (*countingProxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &countingProxy{address: l.Addr().String()}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go p.forward(from, to)
		}
	}()
	return p, nil
}

func (p *countingProxy) forward(from net.Conn, to string) {
	defer func() { _ = from.Close() }()
	onward, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer func() { _ = onward.Close() }()
	go func() { _, _ = io.Copy(from, onward) }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.count += strings.Count(string(buffer[:n]), " HTTP/1.1\r\n")
		p.mu.Unlock()
		if _, err := onward.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *countingProxy) requests() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

// clientSession is an SSH session that presses keys.
type clientSession struct {
	stdin     io.Writer
	mu        sync.Mutex
	bytes     int
	pressedAt time.Time // of the key whose frame has not come yet; zero: none
	latencies []time.Duration
}

// openSession opens a session. The first one waits until the server listens.
func (t *testbed) openSession(number int) (*clientSession, error) {
	var client *gossh.Client
	var err error
	for range 100 {
		client, err = gossh.Dial("tcp", t.sshAddress, &gossh.ClientConfig{
			User: "loadtest", Auth: []gossh.AuthMethod{gossh.PublicKeys(t.signer)},
			HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: 20 * time.Second,
		})
		if err == nil || number > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond) // the server is still starting
	}
	if err != nil {
		return nil, err
	}
	session, err := client.NewSession()
	if err != nil {
		return nil, err
	}
	c := &clientSession{}
	session.Stdout = c
	if c.stdin, err = session.StdinPipe(); err != nil {
		return nil, err
	}
	if err := session.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
		return nil, err
	}
	return c, session.Shell()
}

// Write receives the session's output.
func (c *clientSession) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes += len(p)
	if !c.pressedAt.IsZero() {
		c.latencies = append(c.latencies, time.Since(c.pressedAt))
		c.pressedAt = time.Time{}
	}
	return len(p), nil
}

// pressKeys presses j and k in turn, once a second, until done is closed.
func (c *clientSession) pressKeys(done <-chan struct{}, delay time.Duration) {
	select {
	case <-time.After(delay): // so that not all press at once
	case <-done:
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for i := 0; ; i++ {
		c.mu.Lock()
		if c.pressedAt.IsZero() {
			c.pressedAt = time.Now()
		}
		c.mu.Unlock()
		if _, err := io.WriteString(c.stdin, string("jk"[i%2])); err != nil {
			return
		}
		select {
		case <-second.C:
		case <-done:
			return
		}
	}
}

// result is the cost of a part.
type result struct {
	memory, cpu, requests, bytes float64
	median, p99                  time.Duration
}

// measure waits until all sessions are idle, and then lets them press keys for the duration.
func (t *testbed) measure(clients []*clientSession, duration time.Duration) result {
	time.Sleep(10 * time.Second)
	for _, c := range clients {
		c.mu.Lock()
		c.bytes, c.latencies = 0, nil
		c.mu.Unlock()
	}
	done := make(chan struct{})
	var pressing sync.WaitGroup
	for i, c := range clients {
		pressing.Go(func() { c.pressKeys(done, time.Second*time.Duration(i)/time.Duration(len(clients))) })
	}
	cpu, _ := process.CPUTime(t.serve.Process.Pid) // 0 on systems without /proc, and so below
	requests, start := t.proxy.requests(), time.Now()
	time.Sleep(duration)
	seconds := time.Since(start).Seconds()
	resident, _, _ := process.Memory(t.serve.Process.Pid)
	used, _ := process.CPUTime(t.serve.Process.Pid)
	m := result{
		memory: resident, cpu: (used - cpu).Seconds() / seconds * 100,
		requests: float64(t.proxy.requests()-requests) / seconds * 60,
	}
	close(done)
	pressing.Wait()
	var latencies []time.Duration
	for _, c := range clients {
		c.mu.Lock()
		m.bytes += float64(c.bytes) / seconds / float64(len(clients))
		latencies = append(latencies, c.latencies...)
		c.mu.Unlock()
	}
	slices.Sort(latencies)
	if n := len(latencies); n > 0 {
		m.median, m.p99 = latencies[n/2], latencies[n*99/100]
	}
	return m
}
