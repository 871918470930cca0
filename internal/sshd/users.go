// Package sshd serves a Bubble Tea program to several users over SSH, and nothing else: no shell,
// command, file or forwarding. A users file lists who may log in; the caller provides the program.
package sshd

import (
	"bufio"
	"bytes"
	"crypto/rsa"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	gossh "golang.org/x/crypto/ssh"
)

// Role is what a user may do.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // read-only
	Operator Role = "operator" // may also change things
)

// User is a user who may log in.
type User struct {
	Name      string
	Role      Role
	Servers   []string // globs of names; empty: every server
	Locations []string // globs of locations; empty: every location
}

// Equal reports whether two users have the same name and permissions.
func (u User) Equal(other User) bool {
	return u.Name == other.Name && u.Role == other.Role && slices.Equal(u.Servers, other.Servers) &&
		slices.Equal(u.Locations, other.Locations)
}

// Scope describes the servers that the user may see; "" is all of them.
func (u User) Scope() string {
	if len(u.Servers)+len(u.Locations) == 0 {
		return ""
	}
	return strings.Join(u.Servers, ",") + " in " + strings.Join(u.Locations, ",")
}

// CanSee reports whether the user may see a server.
func (u User) CanSee(name, location string) bool {
	return matchesAny(u.Servers, name) && matchesAny(u.Locations, location)
}

// matchesAny reports whether a text matches one of the globs, or there are none. A slash is a
// character like any other: names are no paths.
func matchesAny(globs []string, text string) bool {
	withoutSlash := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool {
		ok, err := path.Match(withoutSlash(glob), withoutSlash(text))
		return ok && err == nil
	})
}

// Users are the users of a users file. They are not changed after loading.
type Users struct {
	keys        map[string]User // by the key's bytes
	authorities []authority
}

// String returns the counts, such as "3 keys and 1 authority".
func (u *Users) String() string {
	count := func(n int, singular, plural string) string {
		if n == 1 {
			return "1 " + singular
		}
		return fmt.Sprintf("%d %s", n, plural)
	}
	out := count(len(u.keys), "key", "keys")
	if len(u.authorities) > 0 {
		out += " and " + count(len(u.authorities), "authority", "authorities")
	}
	return out
}

// authority is a certificate authority for users.
type authority struct {
	key        string // its bytes
	principals []string
	user       User // without a name: the certificate has that
}

// UsersFileError is an error in a line of a users file.
type UsersFileError struct {
	Line    int // counted from 1
	Message string
}

// Error returns a sentence about the line.
func (e *UsersFileError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// The limits of a users file.
const (
	maxUsersFileSize = 1 << 20 // bytes
	minRSABits       = 2048    // bits
)

// ParseUsers parses a users file: authorized_keys lines of OpenSSH, each with a name and a role
// among its options. For example:
//
//	user="anna",role="operator" ssh-ed25519 AAAA… anna's laptop
//	user="bert",role="viewer",servers="web-*,db-*",locations="eu-*" ssh-ed25519 AAAA…
//	cert-authority,principals="ops",role="operator" ssh-ed25519 AAAA… our user CA
//
// Empty lines and lines that start with # are ignored. The error is a *UsersFileError.
func ParseUsers(text []byte) (*Users, error) {
	u := &Users{keys: map[string]User{}}
	if len(text) > maxUsersFileSize {
		return nil, &UsersFileError{1, "the file is too large for a users file: the limit is 1 MiB"}
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxUsersFileSize)
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if why := u.addLine(line); why != "" {
			return nil, &UsersFileError{number, why}
		}
	}
	if len(u.keys)+len(u.authorities) == 0 {
		return nil, &UsersFileError{1, "there are no users in the file: add a line like " +
			"user=\"anna\",role=\"operator\" ssh-ed25519 AAAA…"}
	}
	return u, nil
}

// addLine adds a line, or returns why it is invalid.
func (u *Users) addLine(line string) string {
	key, _, options, _, err := gossh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return "there is no public key in the line: after the options comes the key, as in a .pub file, like " +
			"ssh-ed25519 AAAA…"
	}
	if why := weakKeyReason(key); why != "" {
		return why
	}
	parsed, why := parseOptions(options)
	if why != "" {
		return why
	}
	user := User{Name: parsed.texts["user"], Role: Role(parsed.texts["role"]), Servers: parsed.lists["servers"],
		Locations: parsed.lists["locations"]}
	switch {
	case user.Role == "":
		return `role is missing: add role="viewer" or role="operator"`
	case user.Role != Viewer && user.Role != Operator:
		return fmt.Sprintf("role cannot be %q: use viewer or operator", user.Role)
	case parsed.isAuthority:
		return u.addAuthority(string(key.Marshal()), user, parsed.lists["principals"])
	case parsed.lists["principals"] != nil:
		return "principals are only for certificates: remove them, or add cert-authority"
	case user.Name == "":
		return `user is missing: add user="anna"`
	case !isValidName(user.Name):
		return fmt.Sprintf("user cannot be %q: %s", user.Name, nameRule)
	}
	if _, exists := u.keys[string(key.Marshal())]; exists {
		return "this key is in the file twice: remove one of the lines"
	}
	u.keys[string(key.Marshal())] = user
	return ""
}

func (u *Users) addAuthority(key string, user User, principals []string) string {
	switch {
	case user.Name != "":
		return "a certificate has its own name, its key ID: remove user"
	case len(principals) == 0:
		return `principals is missing: add principals="ops", one of which a certificate must have`
	}
	u.authorities = append(u.authorities, authority{key, principals, user})
	return ""
}

const nameRule = "use up to 64 letters, digits and . _ @ -, starting with a letter or a digit"

var namePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)
})

func isValidName(name string) bool { return namePattern().MatchString(name) }

// weakKeyReason returns why a key is too weak to be accepted, or "".
func weakKeyReason(key gossh.PublicKey) string {
	switch key.Type() {
	case gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384,
		gossh.KeyAlgoECDSA521, gossh.KeyAlgoSKECDSA256:
		return ""
	case gossh.KeyAlgoRSA:
		if crypto, ok := key.(gossh.CryptoPublicKey); ok {
			if public, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && public.N.BitLen() >= minRSABits {
				return ""
			}
		}
		return fmt.Sprintf("this RSA key is too short: use at least %d bits, or better ssh-ed25519", minRSABits)
	}
	return key.Type() + " keys are not accepted: make one with ssh-keygen -t ed25519"
}

// lineOptions are the parsed options of a line.
type lineOptions struct {
	isAuthority bool
	texts       map[string]string
	lists       map[string][]string
}

func parseOptions(options []string) (lineOptions, string) {
	out := lineOptions{texts: map[string]string{}, lists: map[string][]string{}}
	for _, option := range options {
		name, value, valued := strings.Cut(option, "=")
		value, quoted := unquote(value)
		_, again := out.texts[name]
		switch {
		case name == "cert-authority" && !valued:
			out.isAuthority = true
			continue
		case !slices.Contains([]string{"user", "role", "servers", "locations", "principals"}, name):
			return out, fmt.Sprintf("unknown option %q; valid: user, role, servers, locations, cert-authority, "+
				"principals", name)
		case again:
			return out, name + " is set twice"
		case !valued || !quoted || value == "":
			return out, fmt.Sprintf(`%s needs a value in quotes, like %s="…"`, name, name)
		}
		out.texts[name] = value
		if name == "user" || name == "role" {
			continue
		}
		for _, part := range strings.Split(value, ",") {
			part = strings.TrimSpace(part)
			if _, err := path.Match(part, ""); err != nil || part == "" {
				return out, fmt.Sprintf("%s cannot have %q: * matches any characters, ? one, [a-c] one of a, b and c",
					name, part)
			}
			out.lists[name] = append(out.lists[name], part)
		}
	}
	return out, ""
}

func unquote(value string) (string, bool) {
	if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
		return value, false
	}
	return strings.ReplaceAll(value[1:len(value)-1], `\"`, `"`), true
}
