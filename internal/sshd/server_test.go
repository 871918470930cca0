package sshd_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"vpsdeck/internal/sshd"
)

const (
	operatorOptions = `user="anna",role="operator"`
	viewerOptions   = `user="bert",role="viewer",servers="web-*,db-*",locations="eu-*"`
)

func TestKeyLogsInWithRoleAndScope(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	a, b := s.connect(anna), s.connect(bert)
	a.waitForText("hello anna the operator of")
	b.waitForText("hello bert the viewer of web-*,db-* in eu-*")
	a.waitForText("80x24")
	for _, words := range []string{"msg=login", "user=anna", "role=operator", "address=127.0.0.1",
		gossh.FingerprintSHA256(anna.PublicKey())} {
		s.waitForLog(words)
	}
	a.press("q")
	if err := a.waitForExit(); err != nil {
		t.Error(err)
	}
	s.waitForLog("msg=logout")
	if got := s.endReasons(); len(got) != 1 || got[0] != "" {
		t.Errorf("the session ended because of %q", got)
	}
}

func TestOtherCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for name, auth := range map[string]gossh.AuthMethod{
		"another key": gossh.PublicKeys(newKey(t)),
		"a password":  gossh.Password("secret"),
		"keyboard-interactive": gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string,
			error) {
			return []string{"secret"}, nil
		}),
		"nothing": nil,
	} {
		var methods []gossh.AuthMethod
		if auth != nil {
			methods = append(methods, auth)
		}
		if c, err := s.dial("anna", methods...); err == nil {
			t.Errorf("%s was accepted", name)
			_ = c.Close()
		}
	}
	s.waitForLog("the key is not in the users file")
}

// signCertificate returns a signer with a certificate of a key. change may alter the certificate
// before it is signed.
func signCertificate(t *testing.T, by, key gossh.Signer, change func(*gossh.Certificate)) gossh.Signer {
	t.Helper()
	c := &gossh.Certificate{
		Key: key.PublicKey(), CertType: gossh.UserCert, KeyId: "carla", ValidPrincipals: []string{"ops"}, Serial: 7,
		ValidAfter: uint64(time.Now().Add(-time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	change(c)
	if err := c.SignCert(zeroReader{}, by); err != nil {
		t.Fatal(err)
	}
	out, err := gossh.NewCertSigner(c, key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { return len(p), nil }

func TestCertificateAuthentication(t *testing.T) {
	t.Parallel()
	ca, key := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000},
		userLine(`cert-authority,principals="ops,oncall",role="operator"`, ca),
		userLine(`cert-authority,principals="audit",role="viewer",servers="web-*"`, ca))
	for name, c := range map[string]struct {
		change func(*gossh.Certificate)
		by     gossh.Signer
		text   string // on the screen; "": the login is refused
	}{
		"valid": {func(*gossh.Certificate) {}, ca, "hello carla the operator"},
		"another principal": {func(c *gossh.Certificate) { c.ValidPrincipals = []string{"audit"} }, ca,
			"hello carla the viewer of web-*"},
		"allowed address": {func(
			c *gossh.Certificate) {
			c.CriticalOptions = map[string]string{"source-address": "127.0.0.0/8"}
		}, ca,
			"hello carla"},
		"no principal":         {func(c *gossh.Certificate) { c.ValidPrincipals = nil }, ca, ""},
		"an unknown principal": {func(c *gossh.Certificate) { c.ValidPrincipals = []string{"dev"} }, ca, ""},
		"expired": {func(c *gossh.Certificate) {
			c.ValidBefore = uint64(time.Now().Add(
				-time.Minute).Unix())
		}, ca, ""},
		"not yet valid": {func(c *gossh.Certificate) {
			c.ValidAfter = uint64(time.Now().Add(
				time.Minute).Unix())
		}, ca, ""},
		"host certificate": {func(c *gossh.Certificate) { c.CertType = gossh.HostCert }, ca, ""},
		"unknown option": {func(
			c *gossh.Certificate) {
			c.CriticalOptions = map[string]string{"force-command": "x"}
		}, ca, ""},
		"another address": {func(
			c *gossh.Certificate) {
			c.CriticalOptions = map[string]string{"source-address": "192.0.2.1"}
		}, ca, ""},
		"another authority": {func(*gossh.Certificate) {}, newKey(t), ""},
		"invalid name":      {func(c *gossh.Certificate) { c.KeyId = "two words" }, ca, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := s.dial("x", gossh.PublicKeys(signCertificate(t, c.by, key, c.change)))
			if c.text == "" {
				if err == nil {
					_ = client.Close()
					t.Error("the certificate was accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			d := s.openTerminal(client)
			d.t = t
			d.waitForText(c.text)
		})
	}
	if _, err := s.dial("x", gossh.PublicKeys(ca)); err == nil {
		t.Error("the authority's own key was accepted")
	}
}

func TestCertificateExpiryEndsSession(t *testing.T) {
	t.Parallel()
	ca, key := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(`cert-authority,principals="ops",role="operator"`, ca))
	end := time.Now().Add(3 * time.Second).Truncate(time.Second)
	d := s.connect(signCertificate(t, ca, key, func(c *gossh.Certificate) { c.ValidBefore = uint64(end.Unix()) }))
	d.waitForText("hello carla")
	d.waitForText("your certificate expires: this session ends in")
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
	if now := time.Now(); now.Before(end) {
		t.Errorf("the session ended %s too early", end.Sub(now))
	}
	if got := s.endReasons(); len(got) != 1 || got[0] != "your certificate expires" {
		t.Errorf("the session ended because of %q", got)
	}
}

func TestCertificateWithoutExpiry(t *testing.T) {
	t.Parallel()
	ca, key := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(`cert-authority,principals="ops",role="operator"`, ca))
	d := s.connect(signCertificate(t, ca, key, func(c *gossh.Certificate) {
		c.ValidAfter, c.ValidBefore = 0,
			gossh.CertTimeInfinity
	}))
	d.waitForText("hello carla")
	_ = d.session.WindowChange(40, 90)
	d.waitForText("90x40")
	d.press("q")
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
}

func TestSHA1CertificateIsRefused(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 100}, userLine(`cert-authority,principals="ops",role="operator"`,
		ca))
	for algorithm, accepted := range map[string]bool{gossh.KeyAlgoRSA: false, gossh.KeyAlgoRSASHA256: true,
		gossh.KeyAlgoRSASHA512: true} {
		by, err := gossh.NewSignerWithAlgorithms(ca.(gossh.AlgorithmSigner), []string{algorithm})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.dial("x", gossh.PublicKeys(signCertificate(t, by, key, func(*gossh.Certificate) {})))
		if (err == nil) != accepted {
			t.Errorf("%s: %v", algorithm, err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
	s.waitForLog("such as with SHA-1")
}

// An old client, or an attacker who downgrades the handshake, must find no weak algorithm to agree
// on.
func TestOldAlgorithmsAreRefused(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	anna, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	host := filepath.Join(t.TempDir(), "host_key")
	block, err := gossh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(host, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newTestServerWithHostKey(t, host, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	login := func(change func(*gossh.ClientConfig)) error {
		config := &gossh.ClientConfig{
			// nolint:gosec // the server is our own
			User: "anna", Auth: []gossh.AuthMethod{gossh.PublicKeys(anna)},
			HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: waitTimeout,
		}
		change(config)
		c, err := gossh.Dial("tcp", s.address, config)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	insecure, supported := gossh.InsecureAlgorithms(), gossh.SupportedAlgorithms()
	refused := map[string]func(*gossh.ClientConfig){
		"hmac-sha1": func(c *gossh.ClientConfig) {
			c.MACs, c.Ciphers = []string{gossh.HMACSHA1}, []string{gossh.CipherAES256CTR}
		},
		"group14-sha256": func(
			c *gossh.ClientConfig) {
			c.KeyExchanges = []string{gossh.KeyExchangeDH14SHA256}
		},
		"a host key with ssh-rsa": func(c *gossh.ClientConfig) { c.HostKeyAlgorithms = []string{gossh.KeyAlgoRSA} },
		"a signature with ssh-rsa": func(c *gossh.ClientConfig) {
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(withAlgorithm(t, anna, gossh.KeyAlgoRSA))}
		},
	}
	for _, k := range insecure.KeyExchanges {
		refused[k] = func(c *gossh.ClientConfig) { c.KeyExchanges = []string{k} }
	}
	for _, cipher := range insecure.Ciphers {
		refused[cipher] = func(c *gossh.ClientConfig) { c.Ciphers = []string{cipher} }
	}
	for _, mac := range insecure.MACs {
		refused[mac] = func(c *gossh.ClientConfig) {
			c.MACs, c.Ciphers = []string{mac},
				[]string{gossh.CipherAES256CTR}
		}
	}
	for name, change := range refused {
		if err := login(change); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	accepted := map[string]func(*gossh.ClientConfig){
		"the defaults": func(*gossh.ClientConfig) {},
		"a signature with rsa-sha2-256": func(c *gossh.ClientConfig) {
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(withAlgorithm(t, anna, gossh.KeyAlgoRSASHA256))}
		},
	}
	for _, k := range []string{gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519,
		gossh.KeyExchangeECDHP256} {
		accepted[k] = func(c *gossh.ClientConfig) { c.KeyExchanges = []string{k} }
	}
	for _, h := range []string{gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512} {
		accepted[h] = func(c *gossh.ClientConfig) { c.HostKeyAlgorithms = []string{h} }
	}
	for _, mac := range supported.MACs {
		if mac != gossh.HMACSHA1 {
			accepted[mac] = func(c *gossh.ClientConfig) {
				c.MACs, c.Ciphers = []string{mac},
					[]string{gossh.CipherAES256CTR}
			}
		}
	}
	for name, change := range accepted {
		if err := login(change); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// withAlgorithm returns a key that signs with one algorithm.
func withAlgorithm(t *testing.T, key gossh.Signer, algorithm string) gossh.Signer {
	t.Helper()
	out, err := gossh.NewSignerWithAlgorithms(key.(gossh.AlgorithmSigner), []string{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOnlyTheDashboardIsServed(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	dial := func() *gossh.Client {
		c, err := s.dial("anna", gossh.PublicKeys(anna))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	for _, request := range []struct {
		kind    string
		payload any
	}{
		{"subsystem", struct{ Name string }{"sftp"}},
		{"auth-agent-req@openssh.com", nil},
		{"x11-req", struct {
			Single          bool
			Protocol, Token string
			Screen          uint32
		}{false, "MIT-MAGIC-COOKIE-1", "00", 0}},
		{"env", struct{ Name, Value string }{"LD_PRELOAD", "/tmp/x.so"}},
		{"env", struct{ Name, Value string }{"LANG", "C\x1b]0;x\a"}},
		{"env", struct{ Name, Value string }{"LANG", strings.Repeat("x", 5000)}},
		{"pty-req", struct {
			Term       string
			W, H, X, Y uint32
			Modes      string
		}{strings.Repeat("x", 5000), 80, 24, 0, 0, ""}},
	} {
		channel, requests := openChannel(t, dial())
		go gossh.DiscardRequests(requests)
		var payload []byte
		if request.payload != nil {
			payload = gossh.Marshal(request.payload)
		}
		if ok, err := channel.SendRequest(request.kind, true, payload); ok || err != nil {
			t.Errorf("%s: granted %v, %v", request.kind, ok, err)
		}
	}
	c := dial()
	for kind, data := range map[string]any{
		"direct-tcpip": struct {
			Host string
			Port uint32
			From string
			At   uint32
		}{"127.0.0.1", 22, "127.0.0.1", 1},
		"direct-streamlocal@openssh.com": struct {
			Path, Reserved string
			Zero           uint32
		}{"/run/docker.sock", "", 0},
		"tun@openssh.com": struct{ Mode, Unit uint32 }{1, 0},
		"nonsense":        struct{ A uint32 }{},
	} {
		if _, _, err := c.OpenChannel(kind, gossh.Marshal(data)); err == nil {
			t.Errorf("a channel of %s was opened", kind)
		}
	}
	for _, kind := range []string{"tcpip-forward", "streamlocal-forward@openssh.com", "no-more-sessions@openssh.com"} {
		if ok, _, err := c.SendRequest(kind, true, gossh.Marshal(struct {
			Host string
			Port uint32
		}{"0.0.0.0", 0})); ok || err != nil {
			t.Errorf("%s: granted %v, %v", kind, ok, err)
		}
	}
	s.waitForLog("requested a subsystem: sftp")
	s.waitForLog("requested a channel: direct-tcpip")
	s.waitForLog("requested tcpip-forward")
	first, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	if _, _, err := c.OpenChannel("session", nil); err == nil {
		t.Error("a second session on one connection was accepted")
	}
	_ = first.Close()
}

func TestMissingTerminalOrCommandIsExplained(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for command, want := range map[string]string{"": "the dashboard needs a terminal: use ssh -t",
		"id; touch x\x1b[2J": "there are no commands here"} {
		c, err := s.dial("anna", gossh.PublicKeys(anna))
		if err != nil {
			t.Fatal(err)
		}
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var out safeBuffer
		session.Stdout, session.Stderr = &out, &out
		if command == "" {
			err = session.Shell()
		} else {
			err = session.Start(command)
		}
		if err != nil {
			t.Fatal(err)
		}
		var exit *gossh.ExitError
		if err := session.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 1 {
			t.Errorf("the session ended with %v", err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output is %q", out.String())
		}
		_ = c.Close()
	}
	s.waitForLog("no terminal")
	s.waitForLog("requested a command: id; touch x?[2J")
	for _, logged := range strings.Split(s.log.String(), "\n") {
		if strings.Contains(logged, "requested a command") && !strings.Contains(logged, "user=anna") {
			t.Errorf("the user is not logged: %s", logged)
		}
	}
}

func TestDumbTerminalIsRefused(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for _, kind := range []string{"dumb", ""} {
		c, err := s.dial("anna", gossh.PublicKeys(anna))
		if err != nil {
			t.Fatal(err)
		}
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		var out safeBuffer
		session.Stdout, session.Stderr = &out, &out
		if err := session.RequestPty(kind, 24, 80, gossh.TerminalModes{}); err != nil {
			t.Fatal(err)
		}
		if err := session.Shell(); err != nil {
			t.Fatal(err)
		}
		var exit *gossh.ExitError
		if err := session.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 1 {
			t.Errorf("TERM=%q: the session ended with %v", kind, err)
		}
		if !strings.Contains(out.String(), "TERM is dumb or not set") {
			t.Errorf("TERM=%q: the output is %q", kind, out.String())
		}
		_ = c.Close()
	}
}

func TestSizeAndColorsPerTerminal(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	plain, rich, standard := s.connect(anna, "NO_COLOR", "1"), s.connect(anna, "COLORTERM", "truecolor"),
		s.connect(anna, "SECRET", "x")
	plain.waitForText("80x24 in Ascii")
	rich.waitForText("80x24 in TrueColor")
	standard.waitForText("80x24 in ANSI256")
	if strings.Contains(standard.out.String(), "SECRET") {
		t.Error("a client's variable reaches the program")
	}
	for i := range 6 {
		if err := standard.session.WindowChange(30+i, 100+i); err != nil {
			t.Fatal(err)
		}
	}
	standard.waitForText("105x35")
	if strings.Contains(plain.out.String(), "105x35") {
		t.Error("another terminal was resized too")
	}
}

func TestDroppedConnectionFreesItsSlot(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{PerUser: 1}, userLine(operatorOptions, anna))
	for name, leave := range map[string]func(*testTerminal){
		"the input was closed":  func(d *testTerminal) { _ = d.closeInput() },
		"the window closed":     func(d *testTerminal) { _ = d.session.Close() },
		"the connection closed": func(d *testTerminal) { _ = d.client.Close() },
	} {
		n := len(s.endReasons())
		d := s.connect(anna)
		d.waitForText("hello anna")
		leave(d)
		waitUntil(t, name, func() bool { return len(s.endReasons()) > n }, s.log.String)
	}
	s.connect(anna).waitForText("hello anna")
}

func TestSessionLimitsAreExplained(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"you already have 1 sessions":                    {PerUser: 1},
		"there are already 1 sessions from your address": {PerAddress: 1},
		"the server has 1 sessions":                      {Sessions: 1},
	} {
		s := newTestServer(t, limits, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
		first := s.connect(anna)
		first.waitForText("hello anna")
		second := s.connect(anna)
		second.waitForText(words)
		if err := <-second.done; err == nil {
			t.Error("the refused session ended without an error")
		}
		first.press("q")
		_ = first.waitForExit()
		waitUntil(t, "the slot is free", func() bool { return len(s.endReasons()) == 1 }, s.log.String)
		s.connect(anna).waitForText("hello anna")
	}
}

func TestLoginRateIsLimited(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 3}, userLine(operatorOptions, anna))
	accepted := 0
	for range 8 {
		if c, err := s.dial("anna", gossh.PublicKeys(anna)); err == nil {
			accepted++
			_ = c.Close()
		}
	}
	if accepted != 3 {
		t.Errorf("%d attempts were accepted", accepted)
	}
	s.waitForLog("too many attempts from this address")
}

func TestLoginTimeout(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{Handshake: shortHandshake / 2, Unauthenticated: 2, LoginsPerMinute: 1000},
		userLine(operatorOptions, anna))
	for range 2 {
		c := dialRaw(t, s.address)
		_ = c.SetReadDeadline(time.Now().Add(waitTimeout))
		if _, err := io.Copy(io.Discard, c); err != nil {
			var netErr net.Error
			if errors.As(err, &netErr) && netErr.Timeout() {
				t.Fatal("the connection was not closed")
			}
		}
	}
	s.connect(anna).waitForText("hello anna") // the others have freed their slots
}

func TestIdleSessionIsWarnedAndEnded(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"no key was pressed for a long time": {Idle: 400 * time.Millisecond},
		"a session is limited to 400ms":      {MaxSession: 400 * time.Millisecond},
	} {
		s := newTestServer(t, limits, userLine(operatorOptions, anna))
		d := s.connect(anna)
		d.waitForText("hello anna")
		d.waitForText(words + ": this session ends in")
		if err := d.waitForExit(); err != nil {
			t.Error(err)
		}
		d.waitForText("vpsdeck: " + words)
		if got := s.endReasons(); len(got) != 1 || got[0] != words {
			t.Errorf("the session ended because of %q", got)
		}
	}
}

func TestRemovedUserIsDisconnected(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna),
		userLine(viewerOptions, bert))
	a, b := s.connect(anna), s.connect(bert)
	a.waitForText("hello anna")
	b.waitForText("hello bert")
	s.writeUsers("half a li")
	s.server.Reload()
	s.waitForLog("users:1: there is no public key in the line")
	s.writeUsers(userLine(operatorOptions, anna))
	s.server.Reload()
	if err := b.waitForExit(); err != nil {
		t.Error(err)
	}
	b.waitForText("your key was removed from the users file")
	if _, err := s.dial("bert", gossh.PublicKeys(bert)); err == nil {
		t.Error("bert could log in again")
	}
	s.writeUsers(userLine(`user="anna",role="viewer"`, anna))
	s.server.Reload()
	a.waitForText("your permissions were changed: log in again")
	_ = a.waitForExit()
	s.connect(anna).waitForText("hello anna the viewer")
}

// Opening a dashboard may wait for the journal's lock. A change of the users file meanwhile must not be
// missed.
func TestUserRemovedWhileOpeningIsDisconnected(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	for words, changed := range map[string]string{
		"your key was removed from the users file":    userLine(viewerOptions, bert),
		"your permissions were changed: log in again": userLine(`user="anna",role="viewer"`, anna),
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
			s.onOpen = func() {
				s.writeUsers(changed)
				s.waitForLog("users file loaded")
			}
			d := s.connect(anna)
			_ = d.waitForExit()
			d.waitForText(words)
		})
	}
}

func TestUsersFileChangeIsDetected(t *testing.T) {
	t.Parallel()
	anna, bert := newKey(t), newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	b := s.connect(bert)
	b.waitForText("hello bert")
	s.writeUsers(userLine(operatorOptions, anna))
	b.waitForText("your key was removed from the users file")
}

func TestPanicEndsOneSession(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	a, b := s.connect(anna), s.connect(anna)
	a.waitForText("hello anna")
	b.waitForText("hello anna")
	a.press("b")
	var exit *gossh.ExitError
	if err := a.waitForExit(); !errors.As(err, &exit) || exit.ExitStatus() != 70 {
		t.Errorf("the session ended with %v", err)
	}
	a.waitForText("the dashboard crashed (a bug)")
	s.waitForLog("what=\"a bug\"")
	_ = b.session.WindowChange(40, 90)
	b.waitForText("90x40")
}

func TestOpenErrorIsShown(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	s.openErr = errors.New("cannot open\x1b[2J")
	d := s.connect(anna)
	d.waitForText("vpsdeck: cannot open?[2J")
}

func TestPanicBeforeProgramEndsOneSession(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{PerUser: 2}, userLine(operatorOptions, anna))
	first := s.connect(anna)
	first.waitForText("hello anna")
	s.panicOnOpen.Store(true)
	second := s.connect(anna)
	second.waitForText("the session crashed (a bug)")
	<-second.done
	s.waitForLog("a bug in Open")
	_ = first.session.WindowChange(40, 90)
	first.waitForText("90x40")
	s.panicOnOpen.Store(false)
	s.connect(anna).waitForText("hello anna") // the slot is free again
}

// The client keeps reading its connection, but not the session, so that the session's window fills
// up.
func TestStalledClientIsDroppedWithoutBlockingOthers(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{Stuck: time.Second}, userLine(operatorOptions, anna))
	c, err := s.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	channel, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	ok, err := channel.SendRequest("pty-req", true, gossh.Marshal(struct {
		Term       string
		W, H, X, Y uint32
		Modes      string
	}{"xterm", 500, 200, 0, 0, ""}))
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := channel.SendRequest("shell", true, nil); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := channel.Write([]byte("f")); err != nil { // the client never reads the channel
		t.Fatal(err)
	}
	other := s.connect(anna)
	other.waitForText("hello anna")
	s.waitForLog("the client stopped reading")
	_ = other.session.WindowChange(40, 90)
	other.waitForText("90x40")
}

func TestShutdownDrainsSessions(t *testing.T) {
	t.Parallel()
	anna := newKey(t)
	s := newTestServer(t, sshd.Limits{Drain: 300 * time.Millisecond, Grace: time.Second},
		userLine(operatorOptions, anna))
	d := s.connect(anna)
	d.waitForText("hello anna")
	ended := make(chan error, 1)
	go func() { ended <- s.stop() }()
	d.waitForText("the server shuts down in 300ms; running operations continue")
	if c, err := s.dial("anna", gossh.PublicKeys(anna)); err == nil {
		_ = c.Close()
		t.Error("a login was accepted during the shutdown")
	}
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
	d.waitForText("vpsdeck: the server has shut down")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.waitForLog("msg=ended")
}

func TestHostKeyIsCreatedOncePrivately(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys", "host_key")
	first, err := sshd.LoadHostKey(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	second, err := sshd.LoadHostKey(path)
	if err != nil || string(first.PublicKey().Marshal()) != string(second.PublicKey().Marshal()) {
		t.Errorf("the host key has changed: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.LoadHostKey(path); err == nil ||
		!strings.Contains(err.Error(), "can be read by others (mode 0640): run chmod 0600") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil || os.Chmod(path, 0o600) != nil {
		t.Fatal(err)
	}
	if _, err := sshd.LoadHostKey(path); err == nil ||
		!strings.Contains(err.Error(), "is not a private key without a passphrase") {
		t.Error(err)
	}
}

func TestWritableUsersFileIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "users")
	if _, err := sshd.LoadUsers(path); err == nil || !strings.Contains(err.Error(), "no such file or directory") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte(userLine(operatorOptions, newKey(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o644: true, 0o664: false, 0o646: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := sshd.LoadUsers(path); (err == nil) != ok {
			t.Errorf("%04o: %v", mode, err)
		}
	}
	if _, err := sshd.Listen("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Error(fmt.Sprint(err))
	}
}
