package sshd_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/sshd"
)

// shortHandshake is a time limit that a test waits for, and that a login keeps on a busy machine.
const shortHandshake = 2 * lanes.Slower * time.Second

// tightLimits are limits of a server that quickly disconnects clients that exceed them.
var tightLimits = sshd.Limits{LoginsPerMinute: 10_000, Unauthenticated: 1000, PerUser: 2,
	Handshake: shortHandshake, Stuck: 500 * time.Millisecond}

// smallListener gives the server's connections small buffers, which a stalled client soon fills.
type smallListener struct{ net.Listener }

// Accept waits for a connection.
func (l smallListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

// stallableConn is a connection whose client can stop reading, like one whose terminal is stopped.
type stallableConn struct {
	net.Conn
	mu      sync.Mutex
	stalled chan struct{} // nil: it reads
	closed  chan struct{}
	once    sync.Once
}

func (s *stallableConn) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	s.mu.Lock()
	stalled := s.stalled
	s.mu.Unlock()
	if stalled != nil {
		<-s.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (s *stallableConn) stall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stalled = make(chan struct{})
}

func (s *stallableConn) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// dialStallableConn logs in over a connection that can be stalled.
func (s *testServer) dialStallableConn(signer gossh.Signer) (*gossh.Client, *stallableConn) {
	s.t.Helper()
	raw := &stallableConn{Conn: dialRaw(s.t, s.address), closed: make(chan struct{})}
	s.t.Cleanup(func() { _ = raw.Close() })
	c, channels, requests, err := gossh.NewClientConn(raw, s.address, &gossh.ClientConfig{
		// nolint:gosec // the server is our own
		User: "somebody", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)},
		HostKeyCallback: gossh.InsecureIgnoreHostKey(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return gossh.NewClient(c, channels, requests), raw
}

func resizePayload(columns, rows int) []byte {
	return gossh.Marshal(struct{ C, R, W, H uint32 }{uint32(columns), uint32(rows), 0, 0})
}

func ptyPayload(columns, rows int) []byte {
	return gossh.Marshal(struct {
		Term       string
		C, R, W, H uint32
		Modes      string
	}{"xterm-256color", uint32(columns), uint32(rows), 0, 0, ""})
}

// startFlood opens a dashboard that redraws all the time. Nobody reads its output.
func startFlood(t *testing.T, c *gossh.Client, columns, rows int) gossh.Channel {
	t.Helper()
	channel, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	if ok, err := channel.SendRequest("pty-req", true, ptyPayload(columns, rows)); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := channel.SendRequest("shell", true, nil); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := channel.Write([]byte("f")); err != nil {
		t.Fatal(err)
	}
	return channel
}

// goroutineLabel is the label of a goroutine with the test that has started it. A goroutine inherits
// the labels of the one that starts it.
const goroutineLabel = "test"

func labelGoroutines(t *testing.T) {
	t.Helper()
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels(goroutineLabel, t.Name())))
}

// requireNoGoroutinesLeft requires that closed connections leave no goroutines, in the server or in
// the client. Those of other tests do not count; those without a label do, such as of a timer.
func requireNoGoroutinesLeft(t *testing.T) {
	t.Helper()
	own := fmt.Sprintf("%q:%q", goroutineLabel, t.Name())
	left := func() (stacks []string) {
		var all bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
			t.Fatal(err)
		}
		for stack := range strings.SplitSeq(all.String(), "\n\n") {
			if strings.Contains(stack, "# labels:") && !strings.Contains(stack, own) {
				continue
			}
			if strings.Contains(stack, "golang.org/x/crypto/ssh") || strings.Contains(stack, "charm.land/bubbletea") ||
				strings.Contains(stack, "charmbracelet/ultraviolet") {
				stacks = append(stacks, stack)
			}
		}
		return stacks
	}
	waitUntil(t, "all goroutines have ended", func() bool { return len(left()) == 0 },
		func() string { return strings.Join(left(), "\n\n") })
}

// resizeUntilClosed keeps changing a terminal's size until the connection is closed.
func resizeUntilClosed(channel gossh.Channel) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		if _, err := channel.SendRequest("window-change", false, resizePayload(300-i%2, 100)); err != nil {
			return
		}
		<-tick.C
	}
}

// A stalled terminal that was resized once kept its session for ever: the blocked write blocked the
// renderer, which blocked the resizes, which blocked the connection, which blocked the write.
func TestResizedStalledTerminalIsDropped(t *testing.T) {
	t.Parallel()
	for name, stall := range map[string]func(*stallableConn){
		"it reads the connection, but not the session": func(*stallableConn) {},
		"it reads nothing at all":                      (*stallableConn).stall,
	} {
		if testing.Short() && name != "it reads nothing at all" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			anna := newKey(t)
			s := newTestServer(t, tightLimits, userLine(operatorOptions, anna))
			s.t = t
			var conns []*stallableConn
			for range 2 {
				c, l := s.dialStallableConn(anna)
				conns = append(conns, l)
				channel := startFlood(t, c, 300, 100)
				stall(l)
				go resizeUntilClosed(channel)
			}
			waitUntil(t, "both have ended", func() bool { return len(s.endReasons()) == 2 }, s.log.String)
			for _, why := range s.endReasons() {
				if why != "the client stopped reading" && why != "the client stopped responding" &&
					why != "the connection was lost" {
					t.Errorf("the session ended because of %q", why)
				}
			}
			s.waitForLog("msg=logout")
			other := s.connect(anna)
			other.waitForText("hello anna")
			_ = other.client.Close()
			for _, l := range conns { // their goroutines wait for this
				_ = l.Close()
			}
			requireNoGoroutinesLeft(t)
		})
	}
}

func TestRemovedUserWithStalledTerminalIsDisconnected(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	s := newTestServerOn(t, func(l net.Listener) net.Listener { return smallListener{l} },
		sshd.Limits{LoginsPerMinute: 1000, Stuck: time.Hour, Grace: 300 * time.Millisecond},
		userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	c, l := s.dialStallableConn(bert)
	channel := startFlood(t, c, 300, 100)
	l.stall()
	go resizeUntilClosed(channel)
	s.waitUntilStalled()
	s.writeUsers(userLine(operatorOptions, anna))
	s.server.Reload()
	waitUntil(t, "bert's session has ended", func() bool { return len(s.endReasons()) == 1 }, s.log.String)
	if why := s.endReasons()[0]; why != "your key was removed from the users file" {
		t.Errorf("the session ended because of %q", why)
	}
}

func TestLatestTerminalSizeWins(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	d := s.connect(anna)
	d.waitForText("80x24")
	for i := range 2000 {
		if err := d.session.WindowChange(20+i%30, 60+i%90); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.session.WindowChange(33, 111); err != nil {
		t.Fatal(err)
	}
	d.waitForText("111x33")
}

func TestTerminalSizeIsBounded(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	for claimed, want := range map[[2]int]string{
		{1000, 1000}:       "1000x65 in",
		{65535, 65535}:     "2730x24 in",
		{1 << 31, 1 << 31}: "2730x24 in",
		{0, 0}:             "80x24 in",
	} {
		s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
		c, err := s.dial("anna", gossh.PublicKeys(anna))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		channel, requests := openChannel(t, c)
		go gossh.DiscardRequests(requests)
		ok, err := channel.SendRequest("pty-req", true, ptyPayload(claimed[0], claimed[1]))
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		if ok, err := channel.SendRequest("shell", true, nil); !ok || err != nil {
			t.Fatal(ok, err)
		}
		var out safeBuffer
		go func() { _, _ = io.Copy(&out, channel) }()
		waitUntil(t, want, func() bool { return strings.Contains(out.String(), want) }, out.String)
		if _, err := channel.SendRequest("window-change", false, resizePayload(100, 30)); err != nil {
			t.Fatal(err)
		}
		waitUntil(t, "100x30", func() bool { return strings.Contains(out.String(), "100x30") }, out.String)
		if _, err := channel.SendRequest("window-change", false, resizePayload(claimed[0], claimed[1])); err != nil {
			t.Fatal(err)
		}
		waitUntil(t, want, func() bool {
			_, after, _ := strings.Cut(out.String(), "100x30")
			return strings.Contains(after, want)
		}, out.String)
	}
}

func TestEnvironmentIsBounded(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := s.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	channel, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	granted, bytes := 0, 0
	for i := range 200 {
		name := fmt.Sprintf("LC_%d", i)
		ok, err := channel.SendRequest("env", true,
			gossh.Marshal(struct{ N, V string }{name, strings.Repeat("x", 150)}))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			granted++
			bytes += len(name) + 150
		}
	}
	if granted == 0 || granted > 32 || bytes > 4096 {
		t.Errorf("%d variables of %d bytes were accepted", granted, bytes)
	}
	for i := 0; err == nil && i < 100_000; i++ { // more requests disconnect the client
		_, err = channel.SendRequest("env", false, gossh.Marshal(struct{ N, V string }{"LC_ALL", "C"}))
	}
	requireClosed(t, c)
	s.waitForLog("too many requests")
	s.connect(anna).waitForText("hello anna")
}

// A login takes a slot even without a dashboard, and must open a dashboard within a time limit.
func TestLoginWithoutSessionIsCountedAndDisconnected(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	rows := map[string]func(*testing.T, *gossh.Client){
		"no channel": func(*testing.T, *gossh.Client) {},
		"a channel without a terminal": func(t *testing.T, c *gossh.Client) {
			_, requests := openChannel(t, c)
			go gossh.DiscardRequests(requests)
		},
		"a terminal without a shell, which is resized": func(t *testing.T, c *gossh.Client) {
			channel, requests := openChannel(t, c)
			go gossh.DiscardRequests(requests)
			if ok, err := channel.SendRequest("pty-req", true, ptyPayload(80, 24)); !ok || err != nil {
				t.Fatal(ok, err)
			}
			for range 100 {
				if _, err := channel.SendRequest("window-change", false, resizePayload(90, 30)); err != nil {
					return // it is already disconnected
				}
			}
		},
	}
	servers := map[string]*testServer{} // they run until all goroutines were looked for
	for name := range rows {
		if !testing.Short() || name == "no channel" {
			servers[name] = newTestServer(t, tightLimits, userLine(operatorOptions, anna))
		}
	}
	t.Run("rows", func(t *testing.T) { // each waits for the same time
		for name, s := range servers {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s.t = t
				var all []*gossh.Client
				for range 2 { // the limit for one user
					c, err := s.dial("anna", gossh.PublicKeys(anna))
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, c)
					rows[name](t, c)
				}
				third := s.connect(anna)
				third.waitForText("you already have 2 sessions")
				for _, c := range all {
					requireClosed(t, c)
				}
				s.waitForLog("user=anna")
				s.waitForLog("no dashboard was requested")
				_ = third.client.Close()
				again := s.connect(anna)
				again.waitForText("hello anna")
				_ = again.client.Close()
			})
		}
	})
	requireNoGoroutinesLeft(t)
}

func TestConnectionIsClosedAfterSession(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, tightLimits, userLine(operatorOptions, anna))
	d := s.connect(anna)
	d.waitForText("hello anna")
	d.press("q")
	_ = d.waitForExit()
	requireClosed(t, d.client) // by the server, not by the client
}

func TestTooManyChannelsDisconnects(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"session", "direct-tcpip", "nonsense"} {
		t.Run(kind, func(t *testing.T) { openManyChannels(t, kind) })
	}
}

func openManyChannels(t *testing.T, kind string) {
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := s.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	open, refused := 0, 0
	for !errors.Is(err, io.EOF) && refused < 1000 {
		var opened *gossh.OpenChannelError
		if _, _, err = c.OpenChannel(kind, nil); err == nil {
			open++
		} else if errors.As(err, &opened) {
			refused++
		} else {
			break
		}
	}
	if open > 1 || open == 0 && kind == "session" || refused > 20 {
		t.Errorf("%d channels were opened, %d refused", open, refused)
	}
	s.waitForLog("too many channels")
}

func TestTooManyRequestsDisconnects(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := s.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if ok, _, err := c.SendRequest("keepalive@openssh.com", true, nil); ok || err != nil {
			t.Fatalf("keepalive: granted %v, %v", ok, err)
		}
	}
	sent := 0
	for ; err == nil && sent < 5000; sent++ {
		_, _, err = c.SendRequest("tcpip-forward", true, nil)
	}
	if err == nil {
		t.Errorf("%d requests were answered", sent)
	}
	s.waitForLog("too many requests")
	if n := strings.Count(s.log.String(), "requested tcpip-forward"); n == 0 || n > 20 {
		t.Errorf("it is logged %d times", n)
	}
}

// Bubble Tea's own reader waits for ever for somebody to take the keys that nobody has handled at the
// end, and keeps the whole program.
func TestKeysAfterTheEndLeaveNoGoroutines(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	for range 5 {
		d := s.connect(anna)
		d.waitForText("hello anna")
		d.press("q" + strings.Repeat("x", 1000))
		if err := d.waitForExit(); err != nil {
			t.Error(err)
		}
		_ = d.client.Close()
	}
	requireNoGoroutinesLeft(t)
}

// Bubble Tea keeps a paste, or another sequence, until its end comes. One client could take all memory.
func TestEndlessInputEndsSession(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	d := s.connect(anna)
	d.waitForText("hello anna")
	const size = 200 << 10
	for range 3 { // each is counted for itself, and so are keys
		d.press("\x1b[200~" + strings.Repeat("x", size) + "\x1b[201~")
		d.waitForText(fmt.Sprintf("pasted %d bytes", size))
		d.press(strings.Repeat("x", size))
	}
	if got := s.endReasons(); len(got) > 0 {
		t.Fatalf("the session ended because of %q", got)
	}
	for name, begin := range map[string]string{"paste": "\x1b[200~", "title": "\x1b]2;"} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			d := s.connect(anna)
			d.waitForText("hello anna")
			d.press(begin)
			var err error
			for sent := 0; err == nil && sent < 64<<20; sent += size {
				_, err = d.in.Write([]byte(strings.Repeat("x", size)))
			}
			if err == nil {
				t.Error("the server reads on")
			}
			_ = d.waitForExit()
			d.waitForText("vpsdeck: too much was pasted")
		})
	}
}

func TestResizeFloodLeavesNoGoroutines(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	limits := tightLimits
	limits.PerUser, limits.Handshake = 50, time.Hour // only the client's end may end what it has started
	s := newTestServer(t, limits, userLine(operatorOptions, anna))
	for range 20 {
		c, err := s.dial("anna", gossh.PublicKeys(anna))
		if err != nil {
			t.Fatal(err)
		}
		channel, requests := openChannel(t, c)
		go gossh.DiscardRequests(requests)
		if ok, err := channel.SendRequest("pty-req", true, ptyPayload(80, 24)); !ok || err != nil {
			t.Fatal(ok, err)
		}
		for range 40 {
			if _, err := channel.SendRequest("window-change", false, resizePayload(80, 24)); err != nil {
				t.Fatal(err)
			}
		}
		_ = c.Close()
	}
	requireNoGoroutinesLeft(t)
}
