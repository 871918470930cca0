package settings

import (
	"net/url"
	"strconv"
	"strings"
	"vpsdeck/model"
)

// checkAddress parses the API's address. Its errors name the source of the address, but never
// repeat the address itself: people put passwords into addresses.
func checkAddress(text, source string, code ExitCode) (*url.URL, error) {
	const example = "write it like https://admin.vps.org/api/v1"
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || !isValidPort(u):
		return nil, Errorf(code, "%s is not the address of an API: %s", source, example)
	case u.User != nil:
		return nil, Errorf(code, "%s contains a user name or a password: remove it, the token goes into VPS_API_TOKEN",
			source)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, Errorf(code, "%s has a ? or # part: remove it, and %s", source, example)
	case u.Scheme == "http" && !model.IsLoopback(u.Hostname()):
		return nil, Errorf(code, "%s would send the token unencrypted: use https://, http:// is for this machine only",
			source)
	}
	u.Host = strings.ToLower(u.Host)
	u.Host = canonicalHost(u) // the locks, journal and cache of an account are stored under one name
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// isPanelURL reports whether a text is the address of a server's page in the provider's panel. The
// server's ID, {id}, must not be part of the host.
func isPanelURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && isValidPort(u) &&
		u.User == nil && !strings.Contains(u.Host, "{id}") && !strings.ContainsFunc(text, isNotPlain)
}

// isNotPlain reports whether a rune is not a visible ASCII character.
func isNotPlain(r rune) bool { return r <= ' ' || r > '~' }

func isValidPort(u *url.URL) bool {
	if u.Port() == "" {
		return true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// canonicalHost returns the host under which tokens are stored, with its port unless that is the
// scheme's default.
func canonicalHost(u *url.URL) string {
	if u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		return strings.TrimSuffix(u.Host, ":"+u.Port())
	}
	return strings.TrimSuffix(u.Host, ":")
}
