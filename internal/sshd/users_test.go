package sshd_test

import (
	"crypto/dsa" //nolint:staticcheck // deprecated: a key of it must be refused
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
	"pgregory.net/rapid"

	"vpsdeck/internal/sshd"
)

func TestUsersFileErrors(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	weakKey, err := gossh.NewPublicKey(&short.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var dsaPrivate dsa.PrivateKey
	if err := errors.Join(dsa.GenerateParameters(&dsaPrivate.Parameters, rand.Reader, dsa.L1024N160),
		dsa.GenerateKey(&dsaPrivate, rand.Reader)); err != nil {
		t.Fatal(err)
	}
	dsaKey, err := gossh.NewPublicKey(&dsaPrivate.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	good := userLine(operatorOptions, key)
	for text, want := range map[string]string{
		"":                                       "line 1: there are no users in the file",
		"# a comment\n":                          "line 1: there are no users in the file",
		"\n\nnonsense":                           "line 3: there is no public key in the line",
		userLine(`user="anna"`, key):             "line 1: role is missing",
		userLine(`user="anna",role="boss"`, key): `role cannot be "boss": use viewer or operator`,
		userLine(`role="viewer"`, key):           "user is missing",
		userLine(`user="two words",role="viewer"`,
			key): `user cannot be "two words": use up to 64 letters, digits and . _ @ -`,
		userLine(`user="anna",role="viewer",shell`,
			key): `unknown option "shell"; valid: user, role`,
		userLine(`user="anna",user="bert",role="viewer"`, key):       "user is set twice",
		userLine(`user=anna,role="viewer"`, key):                     `user needs a value in quotes`,
		userLine(`user="anna",role="viewer",servers="web-*,,"`, key): `servers cannot have ""`,
		userLine(`user="anna",role="viewer",servers="[a"`,
			key): `servers cannot have "[a": * matches any characters`,
		userLine(`user="anna",role="viewer",principals="ops"`, key):           "principals are only for certificates",
		userLine(`cert-authority,role="viewer"`, key):                         "principals is missing",
		userLine(`cert-authority,user="a",role="viewer",principals="p"`, key): "a certificate has its own name",
		good + "\n" + userLine(viewerOptions, key):                            "line 3: this key is in the file twice",
		operatorOptions + " " + string(gossh.MarshalAuthorizedKey(
			weakKey)): "this RSA key is too short: use at least 2048 bits",
		operatorOptions + " " + string(gossh.MarshalAuthorizedKey(dsaKey)): "ssh-dss keys are not accepted",
	} {
		_, err := sshd.ParseUsers([]byte(text))
		var lineErr *sshd.UsersFileError
		if !errors.As(err, &lineErr) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n  %v\n  want %s", text, err, want)
		}
	}
	users, err := sshd.ParseUsers([]byte("# our users\n\n" + good +
		userLine(`cert-authority,principals="ops",role="viewer"`, newKey(t))))
	if err != nil || users.String() != "1 key and 1 authority" {
		t.Errorf("%v, %v", users, err)
	}
}

func TestScopeGlobs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ab/]{0,4}`)
		globs := rapid.SliceOfN(rapid.StringMatching(`[ab*?/]{1,4}`), 0, 4)
		u := sshd.User{Servers: globs.Draw(t, "servers"), Locations: globs.Draw(t, "locations")}
		name, location := word.Draw(t, "name"), word.Draw(t, "location")
		matches := func(globs []string, text string) bool {
			return len(globs) == 0 || slices.ContainsFunc(globs, func(g string) bool { return globMatches(g, text) })
		}
		if got, want := u.CanSee(name, location), matches(u.Servers, name) &&
			matches(u.Locations, location); got != want {
			t.Fatalf("%v of %q in %q: %v", u, name, location, got)
		}
		if (u.Scope() == "") != (len(u.Servers)+len(u.Locations) == 0) {
			t.Fatalf("the scope of %v is %q", u, u.Scope())
		}
	})
}

// globMatches is a simple matcher for globs of * and ?, to compare with.
func globMatches(glob, text string) bool {
	switch {
	case glob == "":
		return text == ""
	case glob[0] == '*':
		return globMatches(glob[1:], text) || text != "" && globMatches(glob, text[1:])
	case text == "":
		return false
	}
	return (glob[0] == '?' || glob[0] == text[0]) && globMatches(glob[1:], text[1:])
}

// Any file is either accepted with at least one user, or rejected with a line number and a message.
func FuzzUsers(f *testing.F) {
	key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK47uSpBcYO/3GVT7CgygrCTp4wD+GiUA6BqKp4jtiro"
	for _, seed := range []string{operatorOptions + " " + key, viewerOptions + " " + key + " comment",
		`cert-authority,principals="a,b",role="viewer" ` + key, `user="a\"b",role="viewer" ` + key, "\x00", key} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		users, err := sshd.ParseUsers([]byte(text))
		if err != nil {
			var lineErr *sshd.UsersFileError
			if !errors.As(err, &lineErr) || lineErr.Line < 1 || lineErr.Line > strings.Count(text, "\n")+1 ||
				lineErr.Message == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if users.String() == "0 keys" {
			t.Fatal("accepted a file without users")
		}
	})
}

func FuzzGlobs(f *testing.F) {
	f.Add("web-*", "web-1")
	f.Add("[a-c]?", "b1")
	f.Fuzz(func(t *testing.T, glob, name string) {
		if strings.Contains(glob+name, "/") { // path.Match knows directories
			return
		}
		ok, err := path.Match(glob, name)
		if got := (sshd.User{Servers: []string{glob}}).CanSee(name, "x"); got != (ok && err == nil) {
			t.Fatal(fmt.Sprint(glob, " of ", name, ": ", got))
		}
	})
}
