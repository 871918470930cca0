package sshd_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/sshd"
)

// tightLimits are limits of a server that loses no time over who takes too much.
var tightLimits = sshd.Limits{LoginsPerMinute: 10_000, Unauthenticated: 1000, PerUser: 2, Handshake: 500 * time.Millisecond, Stuck: 500 * time.Millisecond}

// stallableConn is a line whose client stops reading, as one does whose terminal was stopped.
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

// dialStallableConn logs in over a line that can be stalled.
func (w *testServer) dialStallableConn(signer gossh.Signer) (*gossh.Client, *stallableConn) {
	w.t.Helper()
	line := &stallableConn{Conn: dialRaw(w.t, w.address), closed: make(chan struct{})}
	w.t.Cleanup(func() { _ = line.Close() })
	c, channels, requests, err := gossh.NewClientConn(line, w.address, &gossh.ClientConfig{
		User: "somebody", Auth: []gossh.AuthMethod{gossh.PublicKeys(signer)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), //nolint:gosec // the server is our own
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return gossh.NewClient(c, channels, requests), line
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

// startFlood opens a dashboard and floods its screen. Nobody reads it.
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

// requireNoGoroutinesLeft requires that nothing is left of connections that have ended, at the server or at the client.
func requireNoGoroutinesLeft(t *testing.T) {
	t.Helper()
	all := make([]byte, 4<<20)
	waitUntil(t, "all goroutines have ended", func() bool {
		stacks := string(all[:runtime.Stack(all, true)])
		return !strings.Contains(stacks, "golang.org/x/crypto/ssh") && !strings.Contains(stacks, "charm.land/bubbletea")
	}, func() string { return string(all[:runtime.Stack(all, true)]) })
}

// resizeUntilClosed changes a terminal's size again and again, until the connection has ended.
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

// A stalled terminal that is resized held its session for ever: the blocked write held the renderer, that the resizes, those the
// connection, and that the write.
func TestResizedStalledTerminalIsDropped(t *testing.T) {
	for name, stall := range map[string]func(*stallableConn){
		"it reads its line, but takes nothing of the session": func(*stallableConn) {},
		"it reads nothing at all":                             (*stallableConn).stall,
	} {
		t.Run(name, func(t *testing.T) {
			anna := newKey(t)
			w := newTestServer(t, tightLimits, userLine(operatorOptions, anna))
			w.t = t
			var lines []*stallableConn
			for range 2 {
				c, l := w.dialStallableConn(anna)
				lines = append(lines, l)
				channel := startFlood(t, c, 300, 100)
				stall(l)
				go resizeUntilClosed(channel)
			}
			waitUntil(t, "both have ended", func() bool { return len(w.endReasons()) == 2 }, w.log.String)
			for _, why := range w.endReasons() {
				if why != "the client took nothing any more" && why != "the client does not answer any more" && why != "the line was dropped" {
					t.Errorf("it ended because of %q", why)
				}
			}
			w.waitForLog("msg=logout")
			other := w.connect(anna)
			other.waitForText("hello anna")
			_ = other.client.Close()
			for _, l := range lines { // their own ends wait for them
				_ = l.Close()
			}
			requireNoGoroutinesLeft(t)
		})
	}
}

func TestRemovedUserWithStalledTerminalIsDisconnected(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000, Stuck: time.Hour, Grace: 300 * time.Millisecond}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	c, l := w.dialStallableConn(bert)
	channel := startFlood(t, c, 300, 100)
	l.stall()
	go resizeUntilClosed(channel)
	w.waitUntilStalled()
	w.writeUsers(userLine(operatorOptions, anna))
	w.server.Reload()
	waitUntil(t, "he is out", func() bool { return len(w.endReasons()) == 1 }, w.log.String)
	if why := w.endReasons()[0]; why != "your key was taken out of the users file" {
		t.Errorf("it ended because of %q", why)
	}
}

func TestLatestTerminalSizeWins(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	d := w.connect(anna)
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
	anna := newKey(t)
	for claimed, want := range map[[2]int]string{
		{1000, 1000}:       "1000x65 in",
		{65535, 65535}:     "2730x24 in",
		{1 << 31, 1 << 31}: "2730x24 in",
		{0, 0}:             "80x24 in",
	} {
		w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
		c, err := w.dial("anna", gossh.PublicKeys(anna))
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
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := w.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	channel, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	granted, bytes := 0, 0
	for i := range 200 {
		name := fmt.Sprintf("LC_%d", i)
		ok, err := channel.SendRequest("env", true, gossh.Marshal(struct{ N, V string }{name, strings.Repeat("x", 150)}))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			granted++
			bytes += len(name) + 150
		}
	}
	if granted == 0 || granted > 32 || bytes > 4096 {
		t.Errorf("%d variables of %d bytes were taken", granted, bytes)
	}
	for i := 0; err == nil && i < 100_000; i++ { // and who goes on and on is put out
		_, err = channel.SendRequest("env", false, gossh.Marshal(struct{ N, V string }{"LC_ALL", "C"}))
	}
	requireClosed(t, c)
	w.waitForLog("too many requests")
	w.connect(anna).waitForText("hello anna")
}

// Who has logged in takes a place, dashboard or none, and must ask for a dashboard soon.
func TestLoginWithoutSessionIsCountedAndDisconnected(t *testing.T) {
	anna := newKey(t)
	for name, open := range map[string]func(*testing.T, *gossh.Client){
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
					return // it is put out already
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			limits := tightLimits
			limits.Handshake = 2 * time.Second
			w := newTestServer(t, limits, userLine(operatorOptions, anna))
			w.t = t
			var all []*gossh.Client
			for range 2 { // which is all that one user may have
				c, err := w.dial("anna", gossh.PublicKeys(anna))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, c)
				open(t, c)
			}
			third := w.connect(anna)
			third.waitForText("you have 2 sessions here already")
			for _, c := range all {
				requireClosed(t, c)
			}
			w.waitForLog("user=anna")
			w.waitForLog("no dashboard was asked for")
			_ = third.client.Close()
			again := w.connect(anna)
			again.waitForText("hello anna")
			_ = again.client.Close()
			requireNoGoroutinesLeft(t)
		})
	}
}

func TestConnectionIsClosedAfterSession(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, tightLimits, userLine(operatorOptions, anna))
	d := w.connect(anna)
	d.waitForText("hello anna")
	d.press("q")
	_ = d.waitForExit()
	requireClosed(t, d.client) // and is not closed from here
}

func TestTooManyChannelsDisconnects(t *testing.T) {
	for _, kind := range []string{"session", "direct-tcpip", "nonsense"} {
		t.Run(kind, func(t *testing.T) { openManyChannels(t, kind) })
	}
}

func openManyChannels(t *testing.T, kind string) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := w.dial("anna", gossh.PublicKeys(anna))
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
	w.waitForLog("too many channels")
}

func TestTooManyRequestsDisconnects(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	c, err := w.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if ok, _, err := c.SendRequest("keepalive@openssh.com", true, nil); ok || err != nil {
			t.Fatalf("keepalive: granted %v, %v", ok, err)
		}
	}
	asked := 0
	for ; err == nil && asked < 5000; asked++ {
		_, _, err = c.SendRequest("tcpip-forward", true, nil)
	}
	if err == nil {
		t.Errorf("%d requests were answered", asked)
	}
	w.waitForLog("too many requests")
	if n := strings.Count(w.log.String(), "it asked for tcpip-forward"); n == 0 || n > 20 {
		t.Errorf("it is logged %d times", n)
	}
}

func TestResizeFloodLeavesNoGoroutines(t *testing.T) {
	anna := newKey(t)
	limits := tightLimits
	limits.PerUser = 50
	w := newTestServer(t, limits, userLine(operatorOptions, anna))
	for range 20 {
		c, err := w.dial("anna", gossh.PublicKeys(anna))
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
