package api

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"vpsdeck/model"
)

// TestMain silences net/http, which logs when a server sends more than it announced.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

const secretToken = "vps_TopSecret0123456789"

// newClient makes a client for a test.
func newClient(t *testing.T, base string, opts ...Option) *Client {
	t.Helper()
	c, err := New(base, secretToken, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.readClient.CloseIdleConnections()
		c.actionClient.CloseIdleConnections()
	})
	return c
}

// readTestdata returns a response from the documents.
func readTestdata(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// testServer is a server that a client reaches through pipes, inside a synctest bubble. Time passes
// only when nothing else can happen, so timeouts and pauses are exact and take no time.
type testServer struct {
	requests atomic.Int32 // requests that arrived
	conns    chan net.Conn
	done     chan struct{}
	dial     func() error // refuses a connection; nil lets it through
}

// withTestServer runs a test in a bubble, with a client of a server that answers with handle.
func withTestServer(t *testing.T, base string, handle http.HandlerFunc, test func(*testing.T, *testServer, *Client),
	opts ...Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &testServer{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.requests.Add(1)
			_, _ = io.Copy(io.Discard, r.Body) // otherwise the server does not notice a client that hangs up
			handle(rw, r)
		})}
		go func() { _ = server.Serve(w) }()
		t.Cleanup(func() { _ = server.Close() })
		c := newClient(t, base, opts...)
		for _, client := range []*http.Client{c.readClient, c.actionClient} {
			client.Transport.(*http.Transport).DialContext = w.connect
		}
		test(t, w, c)
	})
}

func (s *testServer) connect(context.Context, string, string) (net.Conn, error) {
	if s.dial != nil {
		if err := s.dial(); err != nil {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	near, far := net.Pipe()
	s.conns <- far
	return near, nil
}

// Accept makes the server a net.Listener.
func (s *testServer) Accept() (net.Conn, error) {
	select {
	case conn := <-s.conns:
		return conn, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

func (s *testServer) Close() error {
	close(s.done)
	return nil
}

func (s *testServer) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// writeRaw sends bytes that no well-behaved server would send, and hangs up.
func writeRaw(t testing.TB, w http.ResponseWriter, bytes string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, bytes)
	_ = conn.Close()
}

var rawErrorPattern = regexp.MustCompile(
	`(?i)net/http|dial tcp|\bEOF\b|context|deadline|x509|tls:|json:|%!|0x|invalid character|` +
		`unmarshal|goroutine|<nil>|\bnil\b|lookup |syscall|read tcp|http:|errno`)

// checkMessage fails the test unless the error is fit for the user.
func checkMessage(t *testing.T, err error) {
	t.Helper()
	message := model.ErrorMessage(err)
	switch {
	case len(message) < 10, !strings.HasSuffix(message, ".") && !strings.HasSuffix(message, "…"):
		t.Errorf("not a sentence: %q", message)
	case rawErrorPattern.MatchString(message), rawErrorPattern.MatchString(err.Error()):
		t.Errorf("a raw error shows: %q, %q", message, err)
	case strings.Contains(message+err.Error(), secretToken):
		t.Errorf("the token shows: %q", err)
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("%T is no *Error", err)
	}
}
