package settings

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// checkAddress reads the API's address. The sentences name where it was written (name) and never repeat it: people put
// passwords into addresses.
func checkAddress(text, name string, code ExitCode) (*url.URL, error) {
	const example = "write it like https://admin.vps.org/api/v1"
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !isValidPort(u):
		return nil, Errorf(code, "%s is not the address of an API: %s", name, example)
	case u.User != nil:
		return nil, Errorf(code, "%s holds a user name or a password: remove it, the token goes into VPS_API_TOKEN", name)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, Errorf(code, "%s has a ? or # part, which an API's address has not: %s", name, example)
	case u.Scheme == "http" && !IsLoopback(u.Hostname()):
		return nil, Errorf(code, "%s would send the token unencrypted: write https://, http:// is for this machine only", name)
	}
	u.Host = strings.ToLower(u.Host)
	u.Host = canonicalHost(u) // one account has one name, under which its locks, journal and cache are kept
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

func isValidPort(u *url.URL) bool {
	if u.Port() == "" {
		return true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// IsLoopback says whether a host's name or IP address is this machine alone. Names other than localhost are not looked up.
func IsLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost")
}

// canonicalHost is the host as tokens are kept under it: with its port, unless that is the scheme's own.
func canonicalHost(u *url.URL) string {
	if u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		return strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return strings.TrimSuffix(u.Host, ":")
}
