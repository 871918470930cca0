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
	anna, bert := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	a, b := w.connect(anna), w.connect(bert)
	a.waitForText("hello anna the operator of")
	b.waitForText("hello bert the viewer of web-*,db-* in eu-*")
	a.waitForText("80x24")
	for _, words := range []string{"msg=login", "user=anna", "role=operator", "address=127.0.0.1", gossh.FingerprintSHA256(anna.PublicKey())} {
		w.waitForLog(words)
	}
	a.press("q")
	if err := a.waitForExit(); err != nil {
		t.Error(err)
	}
	w.waitForLog("msg=logout")
	if got := w.endReasons(); len(got) != 1 || got[0] != "" {
		t.Errorf("it ended because of %q", got)
	}
}

func TestOtherCredentialsAreRefused(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for name, auth := range map[string]gossh.AuthMethod{
		"another key":          gossh.PublicKeys(newKey(t)),
		"a password":           gossh.Password("secret"),
		"keyboard-interactive": gossh.KeyboardInteractive(func(string, string, []string, []bool) ([]string, error) { return []string{"secret"}, nil }),
		"nothing":              nil,
	} {
		var methods []gossh.AuthMethod
		if auth != nil {
			methods = append(methods, auth)
		}
		if c, err := w.dial("anna", methods...); err == nil {
			t.Errorf("%s let somebody in", name)
			_ = c.Close()
		}
	}
	w.waitForLog("the key is not in the users file")
}

// signCertificate is a certificate.
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
	ca, key := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000},
		userLine(`cert-authority,principals="ops,oncall",role="operator"`, ca), userLine(`cert-authority,principals="audit",role="viewer",servers="web-*"`, ca))
	for name, c := range map[string]struct {
		change func(*gossh.Certificate)
		by     gossh.Signer
		in     string
	}{
		"as it should be":       {func(*gossh.Certificate) {}, ca, "hello carla the operator"},
		"another principal":     {func(c *gossh.Certificate) { c.ValidPrincipals = []string{"audit"} }, ca, "hello carla the viewer of web-*"},
		"its address":           {func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "127.0.0.0/8"} }, ca, "hello carla"},
		"no principal":          {func(c *gossh.Certificate) { c.ValidPrincipals = nil }, ca, ""},
		"an unknown principal":  {func(c *gossh.Certificate) { c.ValidPrincipals = []string{"dev"} }, ca, ""},
		"over":                  {func(c *gossh.Certificate) { c.ValidBefore = uint64(time.Now().Add(-time.Minute).Unix()) }, ca, ""},
		"not yet":               {func(c *gossh.Certificate) { c.ValidAfter = uint64(time.Now().Add(time.Minute).Unix()) }, ca, ""},
		"of a host":             {func(c *gossh.Certificate) { c.CertType = gossh.HostCert }, ca, ""},
		"a strange condition":   {func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"force-command": "x"} }, ca, ""},
		"another address":       {func(c *gossh.Certificate) { c.CriticalOptions = map[string]string{"source-address": "192.0.2.1"} }, ca, ""},
		"of another authority":  {func(*gossh.Certificate) {}, newKey(t), ""},
		"a name that is no one": {func(c *gossh.Certificate) { c.KeyId = "two words" }, ca, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := w.dial("x", gossh.PublicKeys(signCertificate(t, c.by, key, c.change)))
			if c.in == "" {
				if err == nil {
					_ = client.Close()
					t.Error("it let somebody in")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = client.Close() }()
			d := w.openTerminal(client)
			d.t = t
			d.waitForText(c.in)
		})
	}
	if _, err := w.dial("x", gossh.PublicKeys(ca)); err == nil {
		t.Error("the authority's own key let somebody in")
	}
}

func TestCertificateExpiryEndsSession(t *testing.T) {
	ca, key := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(`cert-authority,principals="ops",role="operator"`, ca))
	end := time.Now().Add(3 * time.Second).Truncate(time.Second)
	d := w.connect(signCertificate(t, ca, key, func(c *gossh.Certificate) { c.ValidBefore = uint64(end.Unix()) }))
	d.waitForText("hello carla")
	d.waitForText("your certificate is valid no longer: this session ends in")
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
	if now := time.Now(); now.Before(end) {
		t.Errorf("it ended %s too early", end.Sub(now))
	}
	if got := w.endReasons(); len(got) != 1 || got[0] != "your certificate is valid no longer" {
		t.Errorf("it ended because of %q", got)
	}
}

func TestCertificateWithoutExpiry(t *testing.T) {
	ca, key := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(`cert-authority,principals="ops",role="operator"`, ca))
	d := w.connect(signCertificate(t, ca, key, func(c *gossh.Certificate) { c.ValidAfter, c.ValidBefore = 0, gossh.CertTimeInfinity }))
	d.waitForText("hello carla")
	_ = d.session.WindowChange(40, 90)
	d.waitForText("90x40")
	d.press("q")
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
}

func TestSHA1CertificateIsRefused(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 100}, userLine(`cert-authority,principals="ops",role="operator"`, ca))
	for algorithm, in := range map[string]bool{gossh.KeyAlgoRSA: false, gossh.KeyAlgoRSASHA256: true, gossh.KeyAlgoRSASHA512: true} {
		by, err := gossh.NewSignerWithAlgorithms(ca.(gossh.AlgorithmSigner), []string{algorithm})
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.dial("x", gossh.PublicKeys(signCertificate(t, by, key, func(*gossh.Certificate) {})))
		if (err == nil) != in {
			t.Errorf("%s: %v", algorithm, err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
	w.waitForLog("such as with SHA-1")
}

// What an old client, or one that somebody on the line has talked down, could agree on with the server.
func TestOldAlgorithmsAreRefused(t *testing.T) {
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
	w := newTestServerWithHostKey(t, host, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	in := func(change func(*gossh.ClientConfig)) error {
		config := &gossh.ClientConfig{
			User: "anna", Auth: []gossh.AuthMethod{gossh.PublicKeys(anna)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: waitTimeout, //nolint:gosec // the server is our own
		}
		change(config)
		c, err := gossh.Dial("tcp", w.address, config)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	old, now := gossh.InsecureAlgorithms(), gossh.SupportedAlgorithms()
	refused := map[string]func(*gossh.ClientConfig){
		"hmac-sha1": func(c *gossh.ClientConfig) {
			c.MACs, c.Ciphers = []string{gossh.HMACSHA1}, []string{gossh.CipherAES256CTR}
		},
		"group14-sha256":          func(c *gossh.ClientConfig) { c.KeyExchanges = []string{gossh.KeyExchangeDH14SHA256} },
		"a host key with ssh-rsa": func(c *gossh.ClientConfig) { c.HostKeyAlgorithms = []string{gossh.KeyAlgoRSA} },
		"a signature with ssh-rsa": func(c *gossh.ClientConfig) {
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(withAlgorithm(t, anna, gossh.KeyAlgoRSA))}
		},
	}
	for _, k := range old.KeyExchanges {
		refused[k] = func(c *gossh.ClientConfig) { c.KeyExchanges = []string{k} }
	}
	for _, cipher := range old.Ciphers {
		refused[cipher] = func(c *gossh.ClientConfig) { c.Ciphers = []string{cipher} }
	}
	for _, mac := range old.MACs {
		refused[mac] = func(c *gossh.ClientConfig) { c.MACs, c.Ciphers = []string{mac}, []string{gossh.CipherAES256CTR} }
	}
	for name, change := range refused {
		if err := in(change); err == nil {
			t.Errorf("%s is spoken", name)
		}
	}
	taken := map[string]func(*gossh.ClientConfig){
		"the usual": func(*gossh.ClientConfig) {},
		"a signature with rsa-sha2-256": func(c *gossh.ClientConfig) {
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(withAlgorithm(t, anna, gossh.KeyAlgoRSASHA256))}
		},
	}
	for _, k := range []string{gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519, gossh.KeyExchangeECDHP256} {
		taken[k] = func(c *gossh.ClientConfig) { c.KeyExchanges = []string{k} }
	}
	for _, h := range []string{gossh.KeyAlgoRSASHA256, gossh.KeyAlgoRSASHA512} {
		taken[h] = func(c *gossh.ClientConfig) { c.HostKeyAlgorithms = []string{h} }
	}
	for _, mac := range now.MACs {
		if mac != gossh.HMACSHA1 {
			taken[mac] = func(c *gossh.ClientConfig) { c.MACs, c.Ciphers = []string{mac}, []string{gossh.CipherAES256CTR} }
		}
	}
	for name, change := range taken {
		if err := in(change); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// withAlgorithm is a key that signs in one way.
func withAlgorithm(t *testing.T, key gossh.Signer, algorithm string) gossh.Signer {
	t.Helper()
	out, err := gossh.NewSignerWithAlgorithms(key.(gossh.AlgorithmSigner), []string{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOnlyTheDashboardIsServed(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	dial := func() *gossh.Client {
		c, err := w.dial("anna", gossh.PublicKeys(anna))
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
	w.waitForLog("it came for a subsystem: sftp")
	w.waitForLog("it wanted a channel of direct-tcpip")
	w.waitForLog("it asked for tcpip-forward")
	first, requests := openChannel(t, c)
	go gossh.DiscardRequests(requests)
	if _, _, err := c.OpenChannel("session", nil); err == nil {
		t.Error("a second session on one connection")
	}
	_ = first.Close()
}

func TestMissingTerminalOrCommandIsExplained(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for command, want := range map[string]string{"": "the dashboard needs a terminal: use ssh -t", "id; touch x\x1b[2J": "there are no commands here"} {
		c, err := w.dial("anna", gossh.PublicKeys(anna))
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
			t.Errorf("it ended with %v", err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says %q", out.String())
		}
		_ = c.Close()
	}
	w.waitForLog("it has no terminal")
	w.waitForLog("it came for a command: id; touch x?[2J")
	for _, logged := range strings.Split(w.log.String(), "\n") {
		if strings.Contains(logged, "came for a command") && !strings.Contains(logged, "user=anna") {
			t.Errorf("whose key it was is not logged: %s", logged)
		}
	}
}

func TestDumbTerminalIsRefused(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	for _, kind := range []string{"dumb", ""} {
		c, err := w.dial("anna", gossh.PublicKeys(anna))
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
			t.Errorf("TERM=%q: it ended with %v", kind, err)
		}
		if !strings.Contains(out.String(), "TERM is dumb or not set") {
			t.Errorf("TERM=%q: it says %q", kind, out.String())
		}
		_ = c.Close()
	}
}

func TestSizeAndColorsPerTerminal(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	plain, rich, usual := w.connect(anna, "NO_COLOR", "1"), w.connect(anna, "COLORTERM", "truecolor"), w.connect(anna, "SECRET", "x")
	plain.waitForText("80x24 in Ascii")
	rich.waitForText("80x24 in TrueColor")
	usual.waitForText("80x24 in ANSI256")
	if strings.Contains(usual.out.String(), "SECRET") {
		t.Error("a variable of the client's reaches the program")
	}
	for i := range 6 {
		if err := usual.session.WindowChange(30+i, 100+i); err != nil {
			t.Fatal(err)
		}
	}
	usual.waitForText("105x35")
	if strings.Contains(plain.out.String(), "105x35") {
		t.Error("another terminal has changed")
	}
}

func TestDroppedConnectionFreesItsSlot(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{PerUser: 1}, userLine(operatorOptions, anna))
	for name, leave := range map[string]func(*testTerminal){
		"the input was closed": func(d *testTerminal) { _ = d.closeInput() },
		"the window closed":    func(d *testTerminal) { _ = d.session.Close() },
		"the line was cut":     func(d *testTerminal) { _ = d.client.Close() },
	} {
		n := len(w.endReasons())
		d := w.connect(anna)
		d.waitForText("hello anna")
		leave(d)
		waitUntil(t, name, func() bool { return len(w.endReasons()) > n }, w.log.String)
	}
	w.connect(anna).waitForText("hello anna")
}

func TestSessionLimitsAreExplained(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"you have 1 sessions here already":               {PerUser: 1},
		"there are 1 sessions from your address already": {PerAddress: 1},
		"the server has 1 sessions":                      {Sessions: 1},
	} {
		w := newTestServer(t, limits, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
		first := w.connect(anna)
		first.waitForText("hello anna")
		second := w.connect(anna)
		second.waitForText(words)
		if err := <-second.done; err == nil {
			t.Error("it ended as if all were well")
		}
		first.press("q")
		_ = first.waitForExit()
		waitUntil(t, "the place is free", func() bool { return len(w.endReasons()) == 1 }, w.log.String)
		w.connect(anna).waitForText("hello anna")
	}
}

func TestLoginRateIsLimited(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 3}, userLine(operatorOptions, anna))
	in := 0
	for range 8 {
		if c, err := w.dial("anna", gossh.PublicKeys(anna)); err == nil {
			in++
			_ = c.Close()
		}
	}
	if in != 3 {
		t.Errorf("%d tries were heard", in)
	}
	w.waitForLog("too many tries from this address")
}

func TestLoginTimeout(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{Handshake: 50 * time.Millisecond, Unauthenticated: 2, LoginsPerMinute: 1000}, userLine(operatorOptions, anna))
	for range 2 {
		c := dialRaw(t, w.address)
		_ = c.SetReadDeadline(time.Now().Add(waitTimeout))
		if _, err := io.Copy(io.Discard, c); err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				t.Fatal("it was not put out")
			}
		}
	}
	w.connect(anna).waitForText("hello anna") // they have let their places go
}

func TestIdleSessionIsWarnedAndEnded(t *testing.T) {
	anna := newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"no key was pressed for long": {Idle: 400 * time.Millisecond},
		"a session may last 400ms":    {MaxSession: 400 * time.Millisecond},
	} {
		w := newTestServer(t, limits, userLine(operatorOptions, anna))
		d := w.connect(anna)
		d.waitForText("hello anna")
		d.waitForText(words + ": this session ends in")
		if err := d.waitForExit(); err != nil {
			t.Error(err)
		}
		d.waitForText("vpsdeck: " + words)
		if got := w.endReasons(); len(got) != 1 || got[0] != words {
			t.Errorf("it ended because of %q", got)
		}
	}
}

func TestRemovedUserIsDisconnected(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{LoginsPerMinute: 1000}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	a, b := w.connect(anna), w.connect(bert)
	a.waitForText("hello anna")
	b.waitForText("hello bert")
	w.writeUsers("half a li")
	w.server.Reload()
	w.waitForLog("users:1: there is no public key in it")
	w.writeUsers(userLine(operatorOptions, anna))
	w.server.Reload()
	if err := b.waitForExit(); err != nil {
		t.Error(err)
	}
	b.waitForText("your key was taken out of the users file")
	if _, err := w.dial("bert", gossh.PublicKeys(bert)); err == nil {
		t.Error("bert comes in again")
	}
	w.writeUsers(userLine(`user="anna",role="viewer"`, anna))
	w.server.Reload()
	a.waitForText("what you may do was changed: log in again")
	_ = a.waitForExit()
	w.connect(anna).waitForText("hello anna the viewer")
}

func TestUsersFileChangeIsDetected(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna), userLine(viewerOptions, bert))
	b := w.connect(bert)
	b.waitForText("hello bert")
	w.writeUsers(userLine(operatorOptions, anna))
	b.waitForText("your key was taken out of the users file")
}

func TestPanicEndsOneSession(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	a, b := w.connect(anna), w.connect(anna)
	a.waitForText("hello anna")
	b.waitForText("hello anna")
	a.press("b")
	var exit *gossh.ExitError
	if err := a.waitForExit(); !errors.As(err, &exit) || exit.ExitStatus() != 70 {
		t.Errorf("it ended with %v", err)
	}
	a.waitForText("the dashboard broke by a mistake of its own")
	w.waitForLog("what=\"a mistake\"")
	_ = b.session.WindowChange(40, 90)
	b.waitForText("90x40")
}

func TestOpenErrorIsShown(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{}, userLine(operatorOptions, anna))
	w.openErr = errors.New("there is no room\x1b[2J")
	d := w.connect(anna)
	d.waitForText("vpsdeck: there is no room?[2J")
}

func TestPanicBeforeProgramEndsOneSession(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{PerUser: 2}, userLine(operatorOptions, anna))
	first := w.connect(anna)
	first.waitForText("hello anna")
	w.panicOnOpen.Store(true)
	second := w.connect(anna)
	second.waitForText("the session broke by a mistake of the server's")
	<-second.done
	w.waitForLog("a mistake in the opening")
	_ = first.session.WindowChange(40, 90)
	first.waitForText("90x40")
	w.panicOnOpen.Store(false)
	w.connect(anna).waitForText("hello anna") // its place is free again
}

// The client goes on reading its connection, but takes nothing of the session: its window fills up.
func TestStalledClientIsDroppedWithoutBlockingOthers(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{Stuck: 300 * time.Millisecond}, userLine(operatorOptions, anna))
	c, err := w.dial("anna", gossh.PublicKeys(anna))
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
	if _, err := channel.Write([]byte("f")); err != nil { // and never a read
		t.Fatal(err)
	}
	other := w.connect(anna)
	other.waitForText("hello anna")
	w.waitForLog("the client took nothing any more")
	_ = other.session.WindowChange(40, 90)
	other.waitForText("90x40")
}

func TestShutdownDrainsSessions(t *testing.T) {
	anna := newKey(t)
	w := newTestServer(t, sshd.Limits{Drain: 300 * time.Millisecond}, userLine(operatorOptions, anna))
	d := w.connect(anna)
	d.waitForText("hello anna")
	ended := make(chan error, 1)
	go func() { ended <- w.stop() }()
	d.waitForText("the server ends in 300ms; what runs goes on at the provider")
	if c, err := w.dial("anna", gossh.PublicKeys(anna)); err == nil {
		_ = c.Close()
		t.Error("somebody came in while it ended")
	}
	if err := d.waitForExit(); err != nil {
		t.Error(err)
	}
	d.waitForText("vpsdeck: the server has ended")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.waitForLog("msg=ended")
}

func TestHostKeyIsCreatedOncePrivately(t *testing.T) {
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
		t.Errorf("it is another one: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := sshd.LoadHostKey(path); err == nil || !strings.Contains(err.Error(), "can be read by others (mode 0640): chmod 0600") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil || os.Chmod(path, 0o600) != nil {
		t.Fatal(err)
	}
	if _, err := sshd.LoadHostKey(path); err == nil || !strings.Contains(err.Error(), "is no private key without a passphrase") {
		t.Error(err)
	}
}

func TestWritableUsersFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	if _, err := sshd.LoadUsers(path); err == nil || !strings.Contains(err.Error(), "it is not there") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte(userLine(operatorOptions, newKey(t))), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, fine := range map[os.FileMode]bool{0o600: true, 0o644: true, 0o664: false, 0o646: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := sshd.LoadUsers(path); (err == nil) != fine {
			t.Errorf("%04o: %v", mode, err)
		}
	}
	if _, err := sshd.Listen("nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Error(fmt.Sprint(err))
	}
}
