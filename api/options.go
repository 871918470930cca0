package api

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"time"

	"vpsdeck/model"
)

// Option configures a client. New rejects an option that makes no sense.
type Option func(*Client) error

// Limits bound what a client does; a field that is zero or less keeps its default.
type Limits struct {
	Call  time.Duration // one request and its response; 20 s
	Total time.Duration // one method as a whole: waits, pages and retries; 2 min
	Body  int64         // bytes of one response, uncompressed; 8 MiB
	Items int           // items of one list; 250,000
	Pages int           // pages of one list; 12,500
}

var defaultLimits = Limits{Call: 20 * time.Second, Total: 2 * time.Minute, Body: 8 << 20, Items: 250_000, Pages: 12_500}

// WithLimits sets the bounds of what the client does.
func WithLimits(l Limits) Option {
	return func(c *Client) error {
		c.limits = Limits{
			Call:  orDefault(l.Call, defaultLimits.Call),
			Total: orDefault(l.Total, defaultLimits.Total),
			Body:  orDefault(l.Body, defaultLimits.Body),
			Items: orDefault(l.Items, defaultLimits.Items),
			Pages: orDefault(l.Pages, defaultLimits.Pages),
		}
		return nil
	}
}

func orDefault[N int | int64 | time.Duration](n, standard N) N {
	if n <= 0 {
		return standard
	}
	return n
}

// WithClock sets this machine's clock; the default is time.Now. See Client.Now for the API's.
func WithClock(now func() time.Time) Option {
	return func(c *Client) error {
		c.now = now
		return nil
	}
}

// WithWait replaces the pause before a retry. wait must return early, with an error, when the
// context ends. The default sleeps.
func WithWait(wait func(ctx context.Context, d time.Duration) error) Option {
	return func(c *Client) error {
		c.wait = wait
		return nil
	}
}

// WithUserAgent sets the User-Agent header; the default is "vpsdeck".
func WithUserAgent(agent string) Option {
	return func(c *Client) error {
		for _, r := range agent {
			if r < ' ' || r > '~' {
				return settingError("the user agent must be plain ASCII text: leave out accents and control characters")
			}
		}
		c.userAgent = agent
		return nil
	}
}

// WithRootCAs trusts the certificates in pem as well as the system's, for an API behind a private
// authority.
func WithRootCAs(pem []byte) Option {
	return func(c *Client) error {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return settingError("there is no certificate in the CA file: it should contain a block that begins with " +
				"-----BEGIN CERTIFICATE-----")
		}
		for _, client := range []*http.Client{c.readClient, c.actionClient} {
			client.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
		}
		return nil
	}
}

// WithQuietStart delays all but the first page of long lists until a time, by this machine's clock.
// A screen can then be drawn before a large account keeps every core busy.
func WithQuietStart(until time.Time) Option {
	return func(c *Client) error {
		c.quietUntil = until
		return nil
	}
}

// settingError returns an error about an argument of New. It must not repeat the value, which may
// be a token in the wrong place.
func settingError(text string) error { return &model.UserError{Text: text} }

// parseBaseURL checks the API's address and makes it end in one slash, so that paths can be joined.
func parseBaseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, settingError("the API's address is empty: write it like " + DefaultURL)
	case err != nil:
		return nil, settingError("the API's address is invalid: write it like " + DefaultURL)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, settingError("the API's address must begin with https://: write it like " + DefaultURL)
	case u.Hostname() == "":
		return nil, settingError("the API's address has no host: write it like " + DefaultURL)
	case u.User != nil:
		return nil, settingError(
			"the API's address contains a user name or password: leave it out, the token is enough")
	case strings.ContainsAny(text, "?#"):
		return nil, settingError("the API's address has a query or a fragment: end it before the ? or #")
	case u.Scheme == "http" && !model.IsLoopback(u.Hostname()):
		return nil, settingError("the API's address begins with http://, where anyone on the way could read the " +
			"token: use https://")
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	if u.RawPath != "" {
		u.RawPath = strings.TrimRight(u.RawPath, "/") + "/"
	}
	return u, nil
}

func checkToken(token string) error {
	if token == "" {
		return settingError("there is no token: create one in the VPS.org panel; it looks like vps_…")
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return settingError("the token contains a space, a line break or another character that no token has: " +
				"copy it again")
		}
	}
	return nil
}
