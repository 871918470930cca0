package api

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	dialTimeout   = 10 * time.Second // to reach the host, and again to agree on TLS
	idleTime      = 90 * time.Second // a connection is kept for the next poll
	maxHeader     = 256 << 10        // bytes of a response's header
	maxRedirects  = 3
	keepAliveTime = 30 * time.Second
)

// newTransport sends requests over HTTP/1.1: four at a time need no HTTP/2, and its rules for
// resending after a failure are few and known.
func newTransport() *http.Transport {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return proxyError(answer.StatusCode)
			}
			return nil
		},
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: keepAliveTime}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		Protocols:              &protocols,
		MaxIdleConnsPerHost:    maxInFlight,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// newSingleUseTransport gives every action its own connection. net/http resends a request when a
// kept-alive connection turns out dead; on a fresh connection it never does. Nor can an action be
// lost to a connection that the API closed a moment before, which would leave its outcome unknown
// for no reason.
func newSingleUseTransport() *http.Transport {
	t := newTransport()
	t.DisableKeepAlives = true
	return t
}

// checkRedirect lets a read follow redirects, but not to another scheme, host or port, since the
// token would be sent there. A redirect that is not followed is returned as the response.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || !c.isAPIHost(req.URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

func rejectRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// isAPIHost reports whether the address has the API's scheme, host and port.
func (c *Client) isAPIHost(u *url.URL) bool {
	return u.User == nil && u.Scheme == c.base.Scheme && strings.EqualFold(u.Hostname(), c.base.Hostname()) &&
		portOf(u) == portOf(c.base)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
