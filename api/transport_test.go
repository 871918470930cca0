package api

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"vpsdeck/model"
)

// requestLog lists the requests that reached a server, each with its connection.
type requestLog struct {
	mu   sync.Mutex
	list []string
}

func (l *requestLog) add(r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, r.Method+" "+r.RemoteAddr)
}

func (l *requestLog) connections(method string) (conns []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, one := range l.list {
		if conn, ok := strings.CutPrefix(one, method+" "); ok {
			conns = append(conns, conn)
		}
	}
	return conns
}

// successBody is a successful response for every endpoint. For a delete it reports success:
// otherwise it would have to name what was deleted.
func successBody(r *http.Request) string {
	if r.Method == http.MethodDelete {
		return `{"status": "success"}`
	}
	return `{"id": 1, "results": [], "status": "success"}`
}

// TestActionIsSentOnceWhenTheConnectionDies uses real connections. Reads and a first action leave
// kept-alive connections behind, and the server hangs up on the second action after reading it. In
// this case net/http would resend a read.
func TestActionIsSentOnceWhenTheConnectionDies(t *testing.T) {
	for _, e := range endpoints {
		if !e.isAction {
			continue
		}
		t.Run(e.name, func(t *testing.T) {
			var log requestLog
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				log.add(r)
				_, _ = io.Copy(io.Discard, r.Body)
				if r.Method != http.MethodGet && len(log.connections(r.Method)) == 2 {
					writeRaw(t, w, "")
					return
				}
				_, _ = io.WriteString(w, successBody(r))
			}))
			defer server.Close()
			c := newClient(t, server.URL)
			for range 2 {
				if _, err := c.Servers(t.Context(), model.ServerFilter{}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := e.run(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			_, err := e.run(t.Context(), c)
			checkOutcome(t, err, outcome{kind: model.ErrUnreachable, unknown: true})
			actions, reads := log.connections(e.call.Method), log.connections("GET")
			if len(actions) != 2 {
				t.Fatalf("two actions were sent %d times", len(actions))
			}
			if len(reads) != 2 || reads[0] != reads[1] || actions[0] == reads[0] || actions[1] == reads[0] ||
				actions[0] == actions[1] {
				t.Errorf("reads should share a connection, and each action should have its own: %v, %v", reads, actions)
			}
		})
	}
}

// TestActionDoesNotReuseAClosedConnection shows why an action has its own connection: a kept-alive
// one may be dead.
func TestActionDoesNotReuseAClosedConnection(t *testing.T) {
	var requests requestLog
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.add(r)
		_, _ = io.WriteString(w, successBody(r))
	}))
	defer server.Close()
	c := newClient(t, server.URL)
	for range 3 {
		if _, err := c.Servers(t.Context(), model.ServerFilter{}); err != nil {
			t.Fatal(err)
		}
		server.CloseClientConnections()
		for _, e := range endpoints {
			if !e.isAction {
				continue
			}
			if _, err := e.run(t.Context(), c); err != nil {
				t.Errorf("%s: %v", e.name, err)
			}
		}
	}
	if posts, deletes := requests.connections("POST"), requests.connections("DELETE"); len(posts) != 12 ||
		len(deletes) != 6 {
		t.Errorf("%d POST, %d DELETE", len(posts), len(deletes))
	}
}

func TestAReadFollowsRedirectsWithinTheAPI(t *testing.T) {
	withTestServer(t, "http://127.0.0.1/api/v1", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secretToken {
			t.Error("the token did not come along")
		}
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/v1/"):
			http.Redirect(w, r, "http://127.0.0.1:80/api/v2"+r.URL.Path[len("/api/v1"):]+"?"+r.URL.RawQuery,
				http.StatusPermanentRedirect)
		case r.URL.Query().Get("cursor") == "":
			_, _ = io.WriteString(w, listJSON(2, "?cursor=b", 1))
		default:
			_, _ = io.WriteString(w, listJSON(2, "", 2))
		}
	}, func(t *testing.T, _ *testServer, c *Client) {
		got, err := c.Servers(t.Context(), model.ServerFilter{})
		if err != nil || len(got) != 2 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestTheTokenGoesToNoOtherServer(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s came, with %v", r.Method, r.URL, r.Header)
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(other.URL+"/api/v1/", status))
		c := newClient(t, server.URL)
		for _, e := range endpoints {
			if _, err := e.run(t.Context(), c); !errors.Is(err, model.ErrBadAnswer) {
				t.Errorf("%s, %d: %v", e.name, status, err)
			}
		}
		server.Close()
	}
}

func TestACertificateMustBeTrusted(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, successBody(r))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	strange := newClient(t, server.URL)
	strange.wait = func(context.Context, time.Duration) error { t.Error("it would retry"); return nil }
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	trusting := newClient(t, server.URL, WithRootCAs(authority))
	for _, e := range endpoints {
		_, err := e.run(t.Context(), strange)
		checkOutcome(t, err, outcome{kind: model.ErrUnreachable})
		if !strings.Contains(model.ErrorMessage(err), "certificate") {
			t.Errorf("%s: %v", e.name, err)
		}
		if _, err := e.run(t.Context(), trusting); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	err := newClient(t, server.URL, WithRootCAs(authority)).DeleteBackup(t.Context(), "1")
	checkOutcome(t, err, outcome{kind: model.ErrUnreachable})
}

func TestRefusedConnectionIsReported(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	err = newClient(t, base).DeleteBackup(t.Context(), "1")
	checkOutcome(t, err, outcome{kind: model.ErrUnreachable})
	if !strings.Contains(model.ErrorMessage(err), "refuses connections") {
		t.Error(err)
	}
}

// newProxiedClient is a client of the real API behind a proxy.
func newProxiedClient(t *testing.T, proxy string) (c *Client, waits *int) {
	t.Helper()
	c, waits = newClient(t, "https://api.example.com/api/v1"), new(int)
	c.wait = func(context.Context, time.Duration) error { *waits++; return nil }
	for _, client := range []*http.Client{c.readClient, c.actionClient} {
		client.Transport.(*http.Transport).Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy) }
	}
	return c, waits
}

func TestProxyErrorsNameTheProxy(t *testing.T) {
	answering := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
			_ *http.Request) {
			w.WriteHeader(status)
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, test := range map[string]struct {
		proxy, message string
		tries          int
	}{
		"a login": {answering(407), proxyLoginMessage, 1},
		"forbidden": {answering(403), "does not connect to api.example.com (status 403): ask its administrator, or " +
			"check HTTPS_PROXY.", 1},
		"it is lost": {answering(502), "does not connect to api.example.com (status 502)", 3},
		"it is down": {closed.URL, "refuses connections: it is down, or HTTPS_PROXY is wrong.", 3},
		"no address": {"http://user:secret@proxy.invalid:3128", "the proxy proxy.invalid:3128", 3},
		"unreadable": {"http://proxy:port", "The proxy in HTTPS_PROXY is invalid", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, waits := newProxiedClient(t, test.proxy)
			_, err := c.Servers(t.Context(), model.ServerFilter{})
			checkOutcome(t, err, outcome{kind: model.ErrUnreachable})
			if message := model.ErrorMessage(err); !strings.Contains(message, test.message) ||
				strings.Contains(message, "secret") || *waits != test.tries-1 {
				t.Errorf("%q after %d tries", message, *waits+1)
			}
			err = c.DeleteBackup(t.Context(), "7")
			checkOutcome(t, err, outcome{kind: model.ErrUnreachable}) // it was never sent
		})
	}
}
