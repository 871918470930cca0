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
	maxHeader     = 256 << 10        // bytes of an answer's header
	maxRedirects  = 3
	keepAliveTime = 30 * time.Second
)

// newTransport carries requests over HTTP/1.1: four at a time need no HTTP/2, and its rules of what is sent again after
// a failure are few and known.
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

// newSingleUseTransport gives every deed a connection of its own. net/http sends a request again by itself when a kept-alive
// connection turns out dead; on a fresh connection it never does. And a deed cannot be lost to a connection that the API
// had closed a moment before, which would leave its outcome unknown for nothing.
func newSingleUseTransport() *http.Transport {
	t := newTransport()
	t.DisableKeepAlives = true
	return t
}

// checkRedirect lets a read go where it is sent, but not to another scheme, host or port, where the token would go along. The
// answer that could not be followed then stands as the answer.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects || !c.isAPIHost(req.URL) {
		return http.ErrUseLastResponse
	}
	return nil
}

func rejectRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// isAPIHost says whether the address is at the API's own scheme, host and port.
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
