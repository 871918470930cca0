// Package hook tells programs and addresses of the config about the events of an account. It never
// blocks what found the events, and keeps what it could not deliver for later.
package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"vpsdeck/internal/event"
	"vpsdeck/model"
)

// The limits of a hook's time.
const (
	DefaultTimeout = 10 * time.Second
	MaxTimeout     = 5 * time.Minute
)

// Hook is a [[hook]] of the config: a program or an address, and the events that it is told.
type Hook struct {
	On  []string // kinds of events
	Run []string // a program with its arguments; it runs without a shell
	URL string   // or an address, https or on this machine
	// Header is the name of a request header with a secret, "" if there is none. Its value is in an
	// environment variable or in a file.
	Header     string
	HeaderEnv  string
	HeaderFile string
	Timeout    time.Duration // of one delivery
}

// headerPattern matches names of request headers.
var headerPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
})

// reservedHeaders are the headers that a hook cannot set.
var reservedHeaders = []string{"content-type", "content-length", "host", "idempotency-key", "user-agent"}

// Check returns what is wrong with the hook, or "". It never repeats the address, which may be a
// secret.
func (h Hook) Check() string {
	if len(h.On) == 0 {
		return `on is missing: write it like on = ["failed", "uncovered"]; valid: ` +
			strings.Join(event.Kinds(), ", ")
	}
	for _, kind := range h.On {
		if !slices.Contains(event.Kinds(), kind) {
			return fmt.Sprintf("on cannot contain %q; valid: %s%s", model.Clean(kind),
				strings.Join(event.Kinds(), ", "), model.DidYouMean(kind, event.Kinds()))
		}
	}
	if h.Timeout < time.Second || h.Timeout > MaxTimeout {
		return "timeout must be from 1s to 5m"
	}
	switch {
	case len(h.Run) > 0 && h.URL != "":
		return "run and url exclude each other: a hook is a program or an address"
	case len(h.Run) == 0 && h.URL == "":
		return `run or url is missing: write run = ["program", "argument"], or url = "https://…"`
	case h.URL == "" && h.Run[0] == "":
		return "run names no program"
	case h.URL == "" && (h.Header != "" || h.HeaderEnv != "" || h.HeaderFile != ""):
		return "header, header_env and header_file are for a url"
	}
	if h.URL == "" {
		return ""
	}
	if why := checkURL(h.URL); why != "" {
		return why
	}
	return h.checkHeader()
}

// checkURL returns what is wrong with an address.
func checkURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "url is not an address: write it like https://hooks.example.com/vpsdeck"
	case u.User != nil:
		return "url contains a user name or a password: use header and header_file"
	case u.Fragment != "":
		return "url has a # part: remove it"
	case u.Scheme == "http" && !model.IsLoopback(u.Hostname()):
		return "url would be unencrypted: use https://, http:// is for this machine only"
	}
	return ""
}

func (h Hook) checkHeader() string {
	switch {
	case h.Header == "" && h.HeaderEnv == "" && h.HeaderFile == "":
		return ""
	case h.Header == "":
		return `header is missing: the name of the header, such as "Authorization"`
	case !headerPattern().MatchString(h.Header) || slices.Contains(reservedHeaders, strings.ToLower(h.Header)):
		return fmt.Sprintf("header cannot be %q: it is the name of a header, such as Authorization",
			model.Clean(h.Header))
	case (h.HeaderEnv == "") == (h.HeaderFile == ""):
		return "the header's value has one source: header_env or header_file"
	}
	return ""
}

// Wants reports whether the hook is told of a kind of event.
func (h Hook) Wants(kind event.Kind) bool { return slices.Contains(h.On, string(kind)) }

// Name names the hook for people. It is the program's name or the address's host, because the rest
// may be a secret.
func (h Hook) Name() string {
	if h.URL == "" {
		return model.Clean(filepath.Base(h.Run[0]))
	}
	if u, err := url.Parse(h.URL); err == nil {
		return model.Clean(u.Host)
	}
	return "url"
}

// key identifies the hook in what is saved, also after a change of the events that it wants.
func (h Hook) key() string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{h.URL}, h.Run...), "\x00")))
	return hex.EncodeToString(sum[:12])
}
