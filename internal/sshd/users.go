// Package sshd serves a program to each of several people over SSH, and nothing else: no shell, no command, no file, no forwarding.
// Who may come in stands in a users file; what they see is the caller's business.
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

	gossh "golang.org/x/crypto/ssh"
)

// Role is what a person may do.
type Role string

// The roles.
const (
	Viewer   Role = "viewer"   // may look
	Operator Role = "operator" // may change things too
)

// User is a person who may come in.
type User struct {
	Name      string
	Role      Role
	Servers   []string // globs of names; empty: every server
	Locations []string // globs of locations; empty: every location
}

// Equal says whether the two may do the same under the same name.
func (u User) Equal(other User) bool {
	return u.Name == other.Name && u.Role == other.Role && slices.Equal(u.Servers, other.Servers) && slices.Equal(u.Locations, other.Locations)
}

// Scope names which servers the user may see; "" stands for all of them.
func (u User) Scope() string {
	if len(u.Servers)+len(u.Locations) == 0 {
		return ""
	}
	return strings.Join(u.Servers, ",") + " in " + strings.Join(u.Locations, ",")
}

// CanSee says whether a server is one of those that the user may see.
func (u User) CanSee(name, location string) bool {
	return matchesAny(u.Servers, name) && matchesAny(u.Locations, location)
}

func matchesAny(globs []string, text string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool {
		ok, err := path.Match(glob, text)
		return ok && err == nil
	})
}

// Users are the people of a users file. Nobody changes it once it is read.
type Users struct {
	keys        map[string]User // by the key's bytes
	authorities []authority
}

// String counts them: "3 keys and 1 authority".
func (u *Users) String() string {
	counted := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return fmt.Sprintf("%d %s", n, many)
	}
	out := counted(len(u.keys), "key", "keys")
	if len(u.authorities) > 0 {
		out += " and " + counted(len(u.authorities), "authority", "authorities")
	}
	return out
}

// authority signs certificates of people.
type authority struct {
	key        string // its bytes
	principals []string
	user       User // without a name: the certificate has that
}

// UsersFileError is what is wrong with a line of a users file.
type UsersFileError struct {
	Line    int // counted from 1
	Message string
}

// Error is a sentence about the line.
func (f *UsersFileError) Error() string { return fmt.Sprintf("line %d: %s", f.Line, f.Message) }

// The bounds of a users file.
const (
	maxUsersFileSize = 1 << 20 // bytes
	minRSABits       = 2048    // bits
)

// ParseUsers reads a users file: OpenSSH's authorized_keys lines, each with a name and a role among its options, for example
//
//	user="anna",role="operator" ssh-ed25519 AAAA… anna's laptop
//	user="bert",role="viewer",servers="web-*,db-*",locations="eu-*" ssh-ed25519 AAAA…
//	cert-authority,principals="ops",role="operator" ssh-ed25519 AAAA… our user CA
//
// Lines that are empty or begin with # are left out. The error is a *Fault.
func ParseUsers(text []byte) (*Users, error) {
	u := &Users{keys: map[string]User{}}
	if len(text) > maxUsersFileSize {
		return nil, &UsersFileError{1, "the file is larger than a users file can be"}
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
		return nil, &UsersFileError{1, "nobody is in it: add a line like user=\"anna\",role=\"operator\" ssh-ed25519 AAAA…"}
	}
	return u, nil
}

// addLine takes a line in, or says what is wrong with it.
func (u *Users) addLine(line string) string {
	key, _, options, _, err := gossh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return "there is no public key in it: after the options stands the key, as in a .pub file, like ssh-ed25519 AAAA…"
	}
	if why := weakKeyReason(key); why != "" {
		return why
	}
	said, why := parseOptions(options)
	if why != "" {
		return why
	}
	who := User{Name: said.texts["user"], Role: Role(said.texts["role"]), Servers: said.lists["servers"], Locations: said.lists["locations"]}
	switch {
	case who.Role == "":
		return `role is missing: add role="viewer" or role="operator"`
	case who.Role != Viewer && who.Role != Operator:
		return fmt.Sprintf("role cannot be %q: there are viewer and operator", who.Role)
	case said.isAuthority:
		return u.addAuthority(string(key.Marshal()), who, said.lists["principals"])
	case said.lists["principals"] != nil:
		return "principals are for certificates: it needs cert-authority before it"
	case who.Name == "":
		return `user is missing: add user="anna"`
	case !isValidName(who.Name):
		return fmt.Sprintf("user cannot be %q: %s", who.Name, nameRule)
	}
	if _, twice := u.keys[string(key.Marshal())]; twice {
		return "this key stands in the file twice: leave one of the lines out"
	}
	u.keys[string(key.Marshal())] = who
	return ""
}

func (u *Users) addAuthority(key string, as User, principals []string) string {
	switch {
	case as.Name != "":
		return "a certificate has its own name, its key ID: leave user out"
	case len(principals) == 0:
		return `principals is missing: add principals="ops", which certificates of it must carry`
	}
	u.authorities = append(u.authorities, authority{key, principals, as})
	return ""
}

const nameRule = "letters, digits and . _ @ - are allowed, at most 64, beginning with a letter or a digit"

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`)

func isValidName(name string) bool { return namePattern.MatchString(name) }

// weakKeyReason is why a key is not good enough to let somebody in, or "".
func weakKeyReason(key gossh.PublicKey) string {
	switch key.Type() {
	case gossh.KeyAlgoED25519, gossh.KeyAlgoSKED25519, gossh.KeyAlgoECDSA256, gossh.KeyAlgoECDSA384, gossh.KeyAlgoECDSA521, gossh.KeyAlgoSKECDSA256:
		return ""
	case gossh.KeyAlgoRSA:
		if crypto, ok := key.(gossh.CryptoPublicKey); ok {
			if public, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && public.N.BitLen() >= minRSABits {
				return ""
			}
		}
		return fmt.Sprintf("this RSA key is too short: %d bits are the least, and ssh-ed25519 is better", minRSABits)
	}
	return key.Type() + " keys are not let in: make one with ssh-keygen -t ed25519"
}

// lineOptions is what the options of a line say.
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
			return out, fmt.Sprintf("the option %q is not known: there are user, role, servers, locations, cert-authority and principals", name)
		case again:
			return out, name + " is said twice"
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
				return out, fmt.Sprintf("%s cannot have %q: * stands for any characters, ? for one, [a-c] for one of them", name, part)
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
