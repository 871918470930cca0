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
	operator = `user="anna",role="operator"`
	viewer   = `user="bert",role="viewer",servers="web-*,db-*",locations="eu-*"`
)

func TestAKeyLetsItsOwnerInAsWhatTheFileSays(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna), line(viewer, bert))
	a, b := w.sit(anna), w.sit(bert)
	a.sees("hello anna the operator of")
	b.sees("hello bert the viewer of web-*,db-* in eu-*")
	a.sees("80x24")
	for _, words := range []string{"msg=login", "user=anna", "role=operator", "address=127.0.0.1", gossh.FingerprintSHA256(anna.PublicKey())} {
		w.logs(words)
	}
	a.press("q")
	if err := a.leaves(); err != nil {
		t.Error(err)
	}
	w.logs("msg=logout")
	if got := w.ended(); len(got) != 1 || got[0] != "" {
		t.Errorf("it ended because of %q", got)
	}
}

func TestNobodyElseComesIn(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
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
	w.logs("the key is not in the users file")
}

// signed is a certificate.
func signed(t *testing.T, by, key gossh.Signer, change func(*gossh.Certificate)) gossh.Signer {
	t.Helper()
	c := &gossh.Certificate{
		Key: key.PublicKey(), CertType: gossh.UserCert, KeyId: "carla", ValidPrincipals: []string{"ops"}, Serial: 7,
		ValidAfter: uint64(time.Now().Add(-time.Hour).Unix()), ValidBefore: uint64(time.Now().Add(time.Hour).Unix()),
	}
	change(c)
	if err := c.SignCert(nonce{}, by); err != nil {
		t.Fatal(err)
	}
	out, err := gossh.NewCertSigner(c, key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

type nonce struct{}

func (nonce) Read(p []byte) (int, error) { return len(p), nil }

func TestACertificateLetsItsOwnerInIfAllOfItHolds(t *testing.T) {
	ca, key := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{LogIns: 1000},
		line(`cert-authority,principals="ops,oncall",role="operator"`, ca), line(`cert-authority,principals="audit",role="viewer",servers="web-*"`, ca))
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
			client, err := w.dial("x", gossh.PublicKeys(signed(t, c.by, key, c.change)))
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
			d := w.sitAt(client)
			d.t = t
			d.sees(c.in)
		})
	}
	if _, err := w.dial("x", gossh.PublicKeys(ca)); err == nil {
		t.Error("the authority's own key let somebody in")
	}
}

func TestACertificateThatEndsEndsItsSession(t *testing.T) {
	ca, key := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{}, line(`cert-authority,principals="ops",role="operator"`, ca))
	end := time.Now().Add(3 * time.Second).Truncate(time.Second)
	d := w.sit(signed(t, ca, key, func(c *gossh.Certificate) { c.ValidBefore = uint64(end.Unix()) }))
	d.sees("hello carla")
	d.sees("your certificate is valid no longer: this session ends in")
	if err := d.leaves(); err != nil {
		t.Error(err)
	}
	if now := time.Now(); now.Before(end) {
		t.Errorf("it ended %s too early", end.Sub(now))
	}
	if got := w.ended(); len(got) != 1 || got[0] != "your certificate is valid no longer" {
		t.Errorf("it ended because of %q", got)
	}
}

func TestACertificateWithoutAnEndEndsNoSession(t *testing.T) {
	ca, key := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{}, line(`cert-authority,principals="ops",role="operator"`, ca))
	d := w.sit(signed(t, ca, key, func(c *gossh.Certificate) { c.ValidAfter, c.ValidBefore = 0, gossh.CertTimeInfinity }))
	d.sees("hello carla")
	_ = d.session.WindowChange(40, 90)
	d.sees("90x40")
	d.press("q")
	if err := d.leaves(); err != nil {
		t.Error(err)
	}
}

func TestACertificateThatIsSignedWithSHA1LetsNobodyIn(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ca, err := gossh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key := newKey(t)
	w := newWorld(t, sshd.Limits{LogIns: 100}, line(`cert-authority,principals="ops",role="operator"`, ca))
	for algorithm, in := range map[string]bool{gossh.KeyAlgoRSA: false, gossh.KeyAlgoRSASHA256: true, gossh.KeyAlgoRSASHA512: true} {
		by, err := gossh.NewSignerWithAlgorithms(ca.(gossh.AlgorithmSigner), []string{algorithm})
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.dial("x", gossh.PublicKeys(signed(t, by, key, func(*gossh.Certificate) {})))
		if (err == nil) != in {
			t.Errorf("%s: %v", algorithm, err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
	w.logs("such as with SHA-1")
}

// What an old client, or one that somebody on the line has talked down, could agree on with the server.
func TestOldAlgorithmsAreNotSpoken(t *testing.T) {
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
	w := newWorldWith(t, host, sshd.Limits{LogIns: 1000}, line(operator, anna))
	in := func(change func(*gossh.ClientConfig)) error {
		config := &gossh.ClientConfig{
			User: "anna", Auth: []gossh.AuthMethod{gossh.PublicKeys(anna)}, HostKeyCallback: gossh.InsecureIgnoreHostKey(), Timeout: guard, //nolint:gosec // the server is our own
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
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(only(t, anna, gossh.KeyAlgoRSA))}
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
			c.Auth = []gossh.AuthMethod{gossh.PublicKeys(only(t, anna, gossh.KeyAlgoRSASHA256))}
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

// only is a key that signs in one way.
func only(t *testing.T, key gossh.Signer, algorithm string) gossh.Signer {
	t.Helper()
	out, err := gossh.NewSignerWithAlgorithms(key.(gossh.AlgorithmSigner), []string{algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestThereIsNothingButTheDashboard(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{LogIns: 1000}, line(operator, anna))
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
		channel, requests := raw(t, dial())
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
	w.logs("it came for a subsystem: sftp")
	w.logs("it wanted a channel of direct-tcpip")
	w.logs("it asked for tcpip-forward")
	first, requests := raw(t, c)
	go gossh.DiscardRequests(requests)
	if _, _, err := c.OpenChannel("session", nil); err == nil {
		t.Error("a second session on one connection")
	}
	_ = first.Close()
}

func TestWithoutATerminalOrWithACommandASentenceSaysWhatToDo(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
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
	w.logs("it has no terminal")
	w.logs("it came for a command: id; touch x?[2J")
	for _, logged := range strings.Split(w.log.String(), "\n") {
		if strings.Contains(logged, "came for a command") && !strings.Contains(logged, "user=anna") {
			t.Errorf("whose key it was is not logged: %s", logged)
		}
	}
}

func TestATerminalThatCanDrawNothingIsRefusedAsAtHome(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
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

func TestEachTerminalHasItsOwnSizeAndColours(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
	plain, rich, usual := w.sit(anna, "NO_COLOR", "1"), w.sit(anna, "COLORTERM", "truecolor"), w.sit(anna, "SECRET", "x")
	plain.sees("80x24 in Ascii")
	rich.sees("80x24 in TrueColor")
	usual.sees("80x24 in ANSI256")
	if strings.Contains(usual.out.String(), "SECRET") {
		t.Error("a variable of the client's reaches the program")
	}
	for i := range 6 {
		if err := usual.session.WindowChange(30+i, 100+i); err != nil {
			t.Fatal(err)
		}
	}
	usual.sees("105x35")
	if strings.Contains(plain.out.String(), "105x35") {
		t.Error("another terminal has changed")
	}
}

func TestAnEndOfTheLineFreesItsPlaceAtOnce(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{PerUser: 1}, line(operator, anna))
	for name, leave := range map[string]func(*desk){
		"the input was closed": func(d *desk) { _ = d.close() },
		"the window closed":    func(d *desk) { _ = d.session.Close() },
		"the line was cut":     func(d *desk) { _ = d.client.Close() },
	} {
		n := len(w.ended())
		d := w.sit(anna)
		d.sees("hello anna")
		leave(d)
		until(t, name, func() bool { return len(w.ended()) > n }, w.log.String)
	}
	w.sit(anna).sees("hello anna")
}

func TestTheLimitsAreToldToWhoMeetsThem(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"you have 1 sessions here already":               {PerUser: 1},
		"there are 1 sessions from your address already": {PerAddress: 1},
		"the server has 1 sessions":                      {Sessions: 1},
	} {
		w := newWorld(t, limits, line(operator, anna), line(viewer, bert))
		first := w.sit(anna)
		first.sees("hello anna")
		second := w.sit(anna)
		second.sees(words)
		if err := <-second.gone; err == nil {
			t.Error("it ended as if all were well")
		}
		first.press("q")
		_ = first.leaves()
		until(t, "the place is free", func() bool { return len(w.ended()) == 1 }, w.log.String)
		w.sit(anna).sees("hello anna")
	}
}

func TestWhoTriesTooOftenIsNotHeard(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{LogIns: 3}, line(operator, anna))
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
	w.logs("too many tries from this address")
}

func TestWhoDoesNotLogInIsPutOut(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{Handshake: 50 * time.Millisecond, Strangers: 2, LogIns: 1000}, line(operator, anna))
	for range 2 {
		c := dialRaw(t, w.address)
		_ = c.SetReadDeadline(time.Now().Add(guard))
		if _, err := io.Copy(io.Discard, c); err != nil {
			var late net.Error
			if errors.As(err, &late) && late.Timeout() {
				t.Fatal("it was not put out")
			}
		}
	}
	w.sit(anna).sees("hello anna") // they have let their places go
}

func TestASessionThatIdlesIsWarnedAndEnded(t *testing.T) {
	anna := newKey(t)
	for words, limits := range map[string]sshd.Limits{
		"no key was pressed for long": {Idle: 400 * time.Millisecond},
		"a session may last 400ms":    {Total: 400 * time.Millisecond},
	} {
		w := newWorld(t, limits, line(operator, anna))
		d := w.sit(anna)
		d.sees("hello anna")
		d.sees(words + ": this session ends in")
		if err := d.leaves(); err != nil {
			t.Error(err)
		}
		d.sees("vpsdeck: " + words)
		if got := w.ended(); len(got) != 1 || got[0] != words {
			t.Errorf("it ended because of %q", got)
		}
	}
}

func TestWhoIsTakenOutOfTheFileIsPutOut(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{LogIns: 1000}, line(operator, anna), line(viewer, bert))
	a, b := w.sit(anna), w.sit(bert)
	a.sees("hello anna")
	b.sees("hello bert")
	w.write("half a li")
	w.server.Reload()
	w.logs("users:1: there is no public key in it")
	w.write(line(operator, anna))
	w.server.Reload()
	if err := b.leaves(); err != nil {
		t.Error(err)
	}
	b.sees("your key was taken out of the users file")
	if _, err := w.dial("bert", gossh.PublicKeys(bert)); err == nil {
		t.Error("bert comes in again")
	}
	w.write(line(`user="anna",role="viewer"`, anna))
	w.server.Reload()
	a.sees("what you may do was changed: log in again")
	_ = a.leaves()
	w.sit(anna).sees("hello anna the viewer")
}

func TestAChangeOfTheFileIsNoticed(t *testing.T) {
	anna, bert := newKey(t), newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna), line(viewer, bert))
	b := w.sit(bert)
	b.sees("hello bert")
	w.write(line(operator, anna))
	b.sees("your key was taken out of the users file")
}

func TestAPanicEndsItsOwnSessionAlone(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
	a, b := w.sit(anna), w.sit(anna)
	a.sees("hello anna")
	b.sees("hello anna")
	a.press("b")
	var exit *gossh.ExitError
	if err := a.leaves(); !errors.As(err, &exit) || exit.ExitStatus() != 70 {
		t.Errorf("it ended with %v", err)
	}
	a.sees("the dashboard broke by a mistake of its own")
	w.logs("what=\"a mistake\"")
	_ = b.session.WindowChange(40, 90)
	b.sees("90x40")
}

func TestAProgramThatDoesNotOpenSaysWhy(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{}, line(operator, anna))
	w.refuse = errors.New("there is no room\x1b[2J")
	d := w.sit(anna)
	d.sees("vpsdeck: there is no room?[2J")
}

func TestAPanicBeforeThereIsAProgramEndsItsOwnSessionAlone(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{PerUser: 2}, line(operator, anna))
	first := w.sit(anna)
	first.sees("hello anna")
	w.panics.Store(true)
	second := w.sit(anna)
	second.sees("the session broke by a mistake of the server's")
	<-second.gone
	w.logs("a mistake in the opening")
	_ = first.session.WindowChange(40, 90)
	first.sees("90x40")
	w.panics.Store(false)
	w.sit(anna).sees("hello anna") // its place is free again
}

// The client goes on reading its connection, but takes nothing of the session: its window fills up.
func TestAClientThatTakesNothingIsDroppedAndHoldsUpNobody(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{Stuck: 300 * time.Millisecond}, line(operator, anna))
	c, err := w.dial("anna", gossh.PublicKeys(anna))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	channel, requests := raw(t, c)
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
	other := w.sit(anna)
	other.sees("hello anna")
	w.logs("the client took nothing any more")
	_ = other.session.WindowChange(40, 90)
	other.sees("90x40")
}

func TestATermDrainsTheServer(t *testing.T) {
	anna := newKey(t)
	w := newWorld(t, sshd.Limits{Drain: 300 * time.Millisecond}, line(operator, anna))
	d := w.sit(anna)
	d.sees("hello anna")
	ended := make(chan error, 1)
	go func() { ended <- w.end() }()
	d.sees("the server ends in 300ms; what runs goes on at the provider")
	if c, err := w.dial("anna", gossh.PublicKeys(anna)); err == nil {
		_ = c.Close()
		t.Error("somebody came in while it ended")
	}
	if err := d.leaves(); err != nil {
		t.Error(err)
	}
	d.sees("vpsdeck: the server has ended")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	w.logs("msg=ended")
}

func TestTheHostKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
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

func TestAUsersFileThatOthersCanWriteToIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users")
	if _, err := sshd.LoadUsers(path); err == nil || !strings.Contains(err.Error(), "it is not there") {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte(line(operator, newKey(t))), 0o600); err != nil {
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
