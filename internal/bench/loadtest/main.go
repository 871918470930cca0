// Command crowd measures `vpsdeck serve` under many sessions, with Go's own SSH client, on loopback. Run it inside of the module:
//
//	go run ./internal/bench/loadtest -sessions 500
//
// It builds the program, serves a simulated account of 1,000 servers from a process of its own, and first looks with one session
// and then with all of them, each of which presses a key every second. docs/PERFORMANCE.md has what came out.
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
	sessions := flag.Int("sessions", 500, "how many look at once")
	servers := flag.Int("servers", 1000, "how many servers the account has")
	last := flag.Duration("for", time.Minute, "how long each part is watched")
	flag.Parse()
	if err := run(*sessions, *servers, *last); err != nil {
		fmt.Fprintln(os.Stderr, "loadtest:", err)
		os.Exit(1)
	}
}

// testbed is where everything runs.
type testbed struct {
	dir, binary string
	signer      gossh.Signer
	sshAddress  string
	proxy       *countingProxy
	sim, serve  *exec.Cmd
}

func run(sessions, servers int, last time.Duration) error {
	dir, err := os.MkdirTemp("", "vpsdeck-loadtest")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p := &testbed{dir: dir, binary: filepath.Join(dir, "vpsdeck")}
	defer p.stop()
	if err := p.start(servers); err != nil {
		return err
	}
	fmt.Printf("%d servers, %d sessions, each pressing j or k once a second, %s for each part\n\n", servers, sessions, last)
	fmt.Printf("| sessions | memory (RSS), MB | MB a session | CPU, %% of a core | API requests a minute | bytes a second and session | key to screen: median | 99th percentile |\n|---|---|---|---|---|---|---|---|\n")
	var crowd []*clientSession
	var base float64
	for _, n := range []int{1, sessions} {
		for len(crowd) < n {
			v, err := p.openSession(len(crowd))
			if err != nil {
				return fmt.Errorf("session %d: %w", len(crowd)+1, err)
			}
			crowd = append(crowd, v)
		}
		m := p.measure(crowd, last)
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

// start builds the program, and starts an account, a meter before it, and the server.
func (p *testbed) start(servers int) error {
	if out, err := exec.Command("go", "build", "-o", p.binary, ".").CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %s", out)
	}
	sim, err := freeAddress()
	if err != nil {
		return err
	}
	p.sim = exec.Command(p.binary, "sim", "--listen", sim, "--token", "vps_bench", "--servers", strconv.Itoa(servers))
	if err := p.sim.Start(); err != nil {
		return err
	}
	if p.proxy, err = newCountingProxy(sim); err != nil {
		return err
	}
	if p.sshAddress, err = freeAddress(); err != nil {
		return err
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	if p.signer, err = gossh.NewSignerFromKey(private); err != nil {
		return err
	}
	users := filepath.Join(p.dir, "users")
	text := `user="loadtest",role="operator" ` + string(gossh.MarshalAuthorizedKey(p.signer.PublicKey()))
	if err := os.WriteFile(users, []byte(text), 0o600); err != nil {
		return err
	}
	const many = "100000"
	p.serve = exec.Command(p.binary, "serve", "--listen", p.sshAddress, "--users", users, "--host-key", filepath.Join(p.dir, "host_key"),
		"--sessions", many, "--sessions-per-user", many, "--sessions-per-address", many, "--logins-per-minute", many)
	p.serve.Env = []string{"HOME=" + p.dir, "VPS_API_URL=http://" + p.proxy.address + "/api/v1", "VPS_API_TOKEN=vps_bench"}
	for range 100 { // until the account listens
		if c, err := net.Dial("tcp", sim); err == nil {
			_ = c.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return p.serve.Start()
}

func (p *testbed) stop() {
	for _, cmd := range []*exec.Cmd{p.serve, p.sim} {
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

// countingProxy stands before the account and counts its requests: on one connection each has one answer.
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
	m := &countingProxy{address: l.Addr().String()}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go m.forward(from, to)
		}
	}()
	return m, nil
}

func (m *countingProxy) forward(from net.Conn, to string) {
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
		m.mu.Lock()
		m.count += strings.Count(string(buffer[:n]), " HTTP/1.1\r\n")
		m.mu.Unlock()
		if _, err := onward.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (m *countingProxy) requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count
}

// clientSession is a session that presses keys.
type clientSession struct {
	stdin     io.Writer
	mu        sync.Mutex
	bytes     int
	pressedAt time.Time // of the key whose frame has not come; zero: it has
	latencies []time.Duration
}

// openSession opens a session and waits until it shows something.
func (p *testbed) openSession(number int) (*clientSession, error) {
	var client *gossh.Client
	var err error
	for range 100 {
		client, err = gossh.Dial("tcp", p.sshAddress, &gossh.ClientConfig{
			User: "loadtest", Auth: []gossh.AuthMethod{gossh.PublicKeys(p.signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: 20 * time.Second,
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
	v := &clientSession{}
	session.Stdout = v
	if v.stdin, err = session.StdinPipe(); err != nil {
		return nil, err
	}
	if err := session.RequestPty("xterm-256color", 40, 120, gossh.TerminalModes{}); err != nil {
		return nil, err
	}
	return v, session.Shell()
}

// Write takes what the server shows.
func (v *clientSession) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.bytes += len(p)
	if !v.pressedAt.IsZero() {
		v.latencies = append(v.latencies, time.Since(v.pressedAt))
		v.pressedAt = time.Time{}
	}
	return len(p), nil
}

// pressKeys presses j and k in turn, once a second, until it is over.
func (v *clientSession) pressKeys(over <-chan struct{}, after time.Duration) {
	select {
	case <-time.After(after): // not all at once
	case <-over:
		return
	}
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for i := 0; ; i++ {
		v.mu.Lock()
		if v.pressedAt.IsZero() {
			v.pressedAt = time.Now()
		}
		v.mu.Unlock()
		if _, err := io.WriteString(v.stdin, string("jk"[i%2])); err != nil {
			return
		}
		select {
		case <-second.C:
		case <-over:
			return
		}
	}
}

// result is what a part cost.
type result struct {
	memory, cpu, requests, bytes float64
	median, p99                  time.Duration
}

// measure lets everybody press keys for a while, once all have come to rest.
func (p *testbed) measure(crowd []*clientSession, last time.Duration) result {
	time.Sleep(10 * time.Second)
	for _, v := range crowd {
		v.mu.Lock()
		v.bytes, v.latencies = 0, nil
		v.mu.Unlock()
	}
	over := make(chan struct{})
	var pressing sync.WaitGroup
	for i, v := range crowd {
		pressing.Go(func() { v.pressKeys(over, time.Second*time.Duration(i)/time.Duration(len(crowd))) })
	}
	cpu, _ := process.CPUTime(p.serve.Process.Pid) // 0 where the system does not tell, and so below
	asked, began := p.proxy.requests(), time.Now()
	time.Sleep(last)
	lasted := time.Since(began).Seconds()
	resident, _, _ := process.Memory(p.serve.Process.Pid)
	used, _ := process.CPUTime(p.serve.Process.Pid)
	m := result{
		memory: resident, cpu: (used - cpu).Seconds() / lasted * 100,
		requests: float64(p.proxy.requests()-asked) / lasted * 60,
	}
	close(over)
	pressing.Wait()
	var waits []time.Duration
	for _, v := range crowd {
		v.mu.Lock()
		m.bytes += float64(v.bytes) / lasted / float64(len(crowd))
		waits = append(waits, v.latencies...)
		v.mu.Unlock()
	}
	slices.Sort(waits)
	if n := len(waits); n > 0 {
		m.median, m.p99 = waits[n/2], waits[n*99/100]
	}
	return m
}
