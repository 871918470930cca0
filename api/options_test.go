package api

import (
	"strings"
	"testing"

	"vpsdeck/api/apitest"
	"vpsdeck/model"
)

func TestNewAcceptsValidURLs(t *testing.T) {
	for base, want := range map[string]string{
		DefaultURL:                  "https://admin.vps.org/api/v1/backups/a%2Fb/",
		DefaultURL + "/":            "https://admin.vps.org/api/v1/backups/a%2Fb/",
		"https://admin.vps.org":     "https://admin.vps.org/backups/a%2Fb/",
		"HTTPS://Admin.vps.org//":   "https://Admin.vps.org/backups/a%2Fb/",
		"https://10.0.0.1:8443/v1":  "https://10.0.0.1:8443/v1/backups/a%2Fb/",
		"https://x.example/a%2Fb/v": "https://x.example/a%2Fb/v/backups/a%2Fb/",
		"http://localhost:8080/":    "http://localhost:8080/backups/a%2Fb/",
		"http://127.0.0.1":          "http://127.0.0.1/backups/a%2Fb/",
		"http://127.8.8.8/api":      "http://127.8.8.8/api/backups/a%2Fb/",
		"http://[::1]:81/api":       "http://[::1]:81/api/backups/a%2Fb/",
	} {
		c, err := New(base, secretToken)
		if err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		if got := c.urlFor("/backups/a%2Fb/", nil).String(); got != want {
			t.Errorf("%s: %s, expected %s", base, got, want)
		}
	}
}

func TestNewExplainsInvalidArguments(t *testing.T) {
	for _, test := range []struct{ base, token, want string }{
		{"", "t", "is empty"},
		{"admin.vps.org", "t", "must begin with https://"},
		{"admin.vps.org:443/api", "t", "must begin with https://"},
		{"ftp://admin.vps.org", "t", "must begin with https://"},
		{"file:///etc/passwd", "t", "must begin with https://"},
		{"https://", "t", "has no host"},
		{"https:///api", "t", "has no host"},
		{"https://:443/api", "t", "has no host"},
		{"https:admin.vps.org", "t", "has no host"},
		{"https://me@admin.vps.org", "t", "user name"},
		{"https://me:secret@admin.vps.org", "t", "user name"},
		{"https://admin.vps.org/?a=1", "t", "query"},
		{"https://admin.vps.org/?", "t", "query"},
		{"https://admin.vps.org/#", "t", "fragment"},
		{"https://admin.vps.org/a b\x7f", "t", "is invalid"},
		{"https://[::1", "t", "is invalid"},
		{"https://a.example:port", "t", "is invalid"},
		{"http://admin.vps.org/api/v1", "t", "use https://"},
		{"http://localhost.evil.example", "t", "use https://"},
		{"http://127.0.0.1.evil.example", "t", "use https://"},
		{"http://10.0.0.1", "t", "use https://"},
		{"http://0.0.0.0", "t", "use https://"},
		{"http://[::2]", "t", "use https://"},
		{DefaultURL, "", "no token"},
		{DefaultURL, " ", "copy it again"},
		{DefaultURL, "vps_x\n", "copy it again"},
		{DefaultURL, "vps x", "copy it again"},
		{DefaultURL, "vps\x00x", "copy it again"},
		{DefaultURL, "vps_ü", "copy it again"},
		{DefaultURL, "vps_x\u200b", "copy it again"},
	} {
		c, err := New(test.base, test.token)
		if err == nil || c != nil || !strings.Contains(err.Error(), test.want) ||
			model.ErrorMessage(err) != err.Error() {
			t.Errorf("%q, %q: %v", test.base, test.token, err)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") ||
			rawErrorPattern.MatchString(strings.ReplaceAll(err.Error(), "http://", ""))) {
			t.Errorf("%q shows too much: %v", test.base, err)
		}
	}
}

func TestInvalidOptionsAreRejected(t *testing.T) {
	for want, opt := range map[string]Option{
		"user agent":     WithUserAgent("a\r\nX-Evil: b"),
		"no certificate": WithRootCAs([]byte("-----BEGIN NOTHING-----")),
	} {
		if c, err := New(DefaultURL, secretToken, opt); err == nil || c != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestTheUserAgentIsSent(t *testing.T) {
	base := apitest.Script(t, apitest.Call{Path: "/servers/", Header: map[string]string{"User-Agent": "vpsdeck/1.2"},
		ResponseBody: `[]`})
	if _, err := newClient(t, base, WithUserAgent("vpsdeck/1.2")).Servers(t.Context(),
		model.ServerFilter{}); err != nil {
		t.Error(err)
	}
}

func TestUnsetLimitKeepsItsDefault(t *testing.T) {
	c := newClient(t, DefaultURL, WithLimits(Limits{Pages: 7, Items: -1}))
	want := defaultLimits
	want.Pages = 7
	if c.limits != want {
		t.Errorf("%+v", c.limits)
	}
}

func TestHostIsPrintable(t *testing.T) {
	for base, want := range map[string]string{DefaultURL: "admin.vps.org",
		"http://localhost:8080/x": "localhost:8080"} {
		if got := newClient(t, base).Host(); got != want {
			t.Errorf("%s: %s", base, got)
		}
	}
}
