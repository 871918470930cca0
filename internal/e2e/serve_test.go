//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/lanes"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

// requireOpenSSHVar names the environment variable that makes a missing OpenSSH client a failure
// instead of a skip.
const requireOpenSSHVar = "VPSDECK_OPENSSH"

// sshServer is the built program as a server, with OpenSSH's own client to connect to it.
type sshServer struct {
	*harness
	dir     string
	address string
	cmd     *exec.Cmd
	log     *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newSSHServer starts a server for anna, who may do everything, and bert, who may only view the web
// servers.
func newSSHServer(t *testing.T) *sshServer {
	t.Helper()
	for _, tool := range []string{"ssh", "ssh-keygen"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv(requireOpenSSHVar) != "" {
				t.Fatal("there is no " + tool)
			}
			t.Skip("there is no " + tool)
		}
	}
	s := &sshServer{harness: newHarness(t), dir: t.TempDir()}
	if err := os.MkdirAll(s.stateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	s.writeUsers(`user="anna",role="operator" `+s.newKey("anna"),
		`user="bert",role="viewer",servers="web-*" `+s.newKey("bert"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	_ = l.Close()
	s.serve()
	return s
}

// newKey creates a key pair for a user and returns the public key.
func (s *sshServer) newKey(name string) string {
	s.t.Helper()
	s.keygen("-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, name))
	return s.publicKey(name)
}

func (s *sshServer) publicKey(name string) string {
	s.t.Helper()
	public, err := os.ReadFile(filepath.Join(s.dir, name+".pub"))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(public)
}

func (s *sshServer) keygen(args ...string) {
	s.t.Helper()
	if out, err := exec.Command("ssh-keygen", args...).CombinedOutput(); err != nil {
		s.t.Fatalf("ssh-keygen: %s", out)
	}
}

func (s *sshServer) writeUsers(lines ...string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "users"), []byte(strings.Join(lines, "")), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// serve starts the server and waits until it listens.
func (s *sshServer) serve(more ...string) {
	s.t.Helper()
	s.cmd, s.log = s.newCommand(), &lockedBuffer{}
	s.cmd.Args = append(s.cmd.Args, "serve", "--listen", s.address, "--host-key", filepath.Join(s.dir, "host_key"),
		"--users", filepath.Join(s.dir, "users"))
	s.cmd.Args = append(s.cmd.Args, more...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd := s.cmd
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s.waitLog("msg=listening")
}

func (s *sshServer) waitLog(text string) {
	s.t.Helper()
	s.waitUntil("the log has "+text+"; it has "+s.log.String(),
		func() bool { return strings.Contains(s.log.String(), text) })
}

// sshCommand returns OpenSSH's client, configured for a user with one key.
func (s *sshServer) sshCommand(key string, args ...string) *exec.Cmd {
	host, port, _ := net.SplitHostPort(s.address)
	all := []string{
		"-F", "none", "-p", port, "-i", filepath.Join(s.dir, key), "-o", "IdentitiesOnly=yes", "-o",
		"IdentityAgent=none", "-o", "BatchMode=yes",
		"-o", "UserKnownHostsFile=" + filepath.Join(s.dir, "known_hosts"), "-o", "StrictHostKeyChecking=accept-new",
		"-o", "LogLevel=ERROR",
	}
	cmd := exec.Command("ssh", append(append(all, args...), host)...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	return cmd
}

// requireRefused runs the client without a terminal, and requires that it is refused with the text.
func (s *sshServer) requireRefused(want string, cmd *exec.Cmd) {
	s.t.Helper()
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(out), want) {
		s.t.Errorf("%q: %v\n%s\nwant %q", cmd.Args[len(cmd.Args)-4:], err, out, want)
	}
}

func TestServedDashboardRecordsWhoDidWhat(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	anna, bert := startSession(t, s.sshCommand("anna", "-tt")), startSession(t, s.sshCommand("bert", "-tt"))
	anna.waitFor("vpsdeck anna", "db-server-01")
	bert.waitFor("vpsdeck read-only bert", "web-server-01")
	if bert.hasShown("db-server-01") {
		t.Error("bert sees servers that are not his")
	}
	anna.press("2", ":")
	anna.waitFor("Go to / run")
	anna.press("web-server-01")
	anna.waitFor("server #12345")
	anna.press("\r")
	anna.waitFor("web01.example.com")
	anna.press("s")
	anna.waitFor("New snapshot of web-server-01")
	anna.press("from-anna")
	anna.waitFor("› from-anna")
	anna.press("\r")
	anna.waitFor("enter: create")
	anna.press("\r")
	bert.waitFor("anna: snapshot from-anna")
	bert.press("A")
	bert.waitFor("snapshot from-anna of web-server-01, by anna")
	s.waitUntil("it runs", func() bool { return slices.Contains(s.journalEvents(), "create running") })
	anna.press("q", "q") // the server's page, and the program
	anna.requireExit(settings.ExitOK)
	s.waitLog("msg=logout")
	s.requireSent("POST /snapshots/")
	records, _, err := journal.New(s.stateDir).Read()
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]bool{}
	for _, r := range records {
		events[r.Event+" by "+r.By.Name] = true
		if r.By.Address != "127.0.0.1" || !strings.HasPrefix(r.By.Key, "SHA256:") {
			t.Errorf("%s is attributed to %+v", r.Event, r.By)
		}
	}
	for _, want := range []string{model.EventLogin + " by anna", model.EventLogin + " by bert", model.EventIntent +
		" by anna", model.EventRunning + " by anna", model.EventLogout + " by anna"} {
		if !events[want] {
			t.Errorf("the journal has no %s: %v", want, events)
		}
	}
	if strings.Contains(s.log.String(), secretToken) {
		t.Error("the token is in the log")
	}
}

func TestOpenSSHGetsNothingButTheDashboard(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	s.newKey("eve")
	s.requireRefused("Permission denied", s.sshCommand("eve"))
	s.requireRefused("Permission denied", s.sshCommand("anna", "-o", "PubkeyAuthentication=no", "-o",
		"PreferredAuthentications=password,keyboard-interactive"))
	s.requireRefused("the dashboard needs a terminal", s.sshCommand("anna", "-T"))
	command := s.sshCommand("anna", "-tt")
	command.Args = append(command.Args, "id")
	s.requireRefused("there are no commands here", command)
	s.requireRefused("", s.sshCommand("anna", "-s", "-tt"))
	sftp := s.sshCommand("anna", "-s")
	sftp.Args = append(sftp.Args, "sftp")
	s.requireRefused("subsystem request failed", sftp)
	s.requireRefused("remote port forwarding failed", s.sshCommand("anna", "-N", "-o", "ExitOnForwardFailure=yes", "-R",
		"0:127.0.0.1:22"))
	jump := s.sshCommand("anna", "-W", "127.0.0.1:22")
	s.requireRefused("stdio forwarding failed", jump)
}

func TestOnlyCurrentSSHAlgorithmsAreAccepted(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	s.keygen("-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", filepath.Join(s.dir, "rsa"))
	s.writeUsers(`user="anna",role="operator" `+s.publicKey("anna"), `user="rosa",role="viewer" `+s.publicKey("rsa"))
	s.waitLog("keys=2")
	const in = "the dashboard needs a terminal"
	for _, kex := range lanes.Rows([]string{"diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1",
		"diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha256"}) {
		s.requireRefused("no matching key exchange method found",
			s.sshCommand("anna", "-T", "-v", "-o", "KexAlgorithms="+kex))
	}
	for _, mac := range lanes.Rows([]string{"hmac-sha1", "hmac-sha1-etm@openssh.com", "umac-64@openssh.com"}) {
		s.requireRefused("no matching MAC found", s.sshCommand("anna", "-T", "-v", "-o", "Ciphers=aes256-ctr", "-o",
			"MACs="+mac))
	}
	s.requireRefused("no matching cipher found", s.sshCommand("anna", "-T", "-v", "-o", "Ciphers=aes128-cbc"))
	s.requireRefused("Permission denied", s.sshCommand("rsa", "-T", "-o", "PubkeyAcceptedAlgorithms=ssh-rsa"))
	s.requireRefused(in, s.sshCommand("rsa", "-T", "-o", "PubkeyAcceptedAlgorithms=rsa-sha2-256"))
	s.requireRefused(in, s.sshCommand("anna", "-T", "-o", "KexAlgorithms=curve25519-sha256", "-o", "Ciphers=aes256-ctr",
		"-o", "MACs=hmac-sha2-512"))
	s.requireRefused("will use strict KEX ordering", s.sshCommand("anna", "-T", "-vvv"))
	if known, _ := exec.Command("ssh", "-Q", "kex").Output(); strings.Contains(string(known), "mlkem768x25519-sha256") {
		s.requireRefused("kex: algorithm: mlkem768x25519-sha256", s.sshCommand("anna", "-T", "-vvv"))
	}
}

// A client can ask whether the server accepts a public key before it proves that it has the private
// one. That must not log it in as the key's owner.
func TestOfferingAnothersPublicKeyGivesNoAccess(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	ghost := filepath.Join(s.dir, "ghost") // anna's public key without a usable private key
	if err := errors.Join(os.WriteFile(ghost+".pub", []byte(s.publicKey("anna")), 0o600),
		os.WriteFile(ghost, []byte("nothing\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	bert := startSession(t, s.sshCommand("ghost", "-tt", "-v", "-i", filepath.Join(s.dir, "bert")))
	bert.waitOutput("Server accepts key: " + ghost)
	bert.waitFor("vpsdeck read-only bert", "web-server-01")
	if strings.Contains(bert.output(), "db-server-01") {
		t.Error("bert sees anna's servers")
	}
	s.waitLog("user=bert")
	if strings.Contains(s.log.String(), "user=anna") {
		t.Errorf("a session was opened as anna: %s", s.log)
	}
}

func TestAgentAndX11ForwardingAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	cmd := s.sshCommand("anna", "-tt", "-A", "-X", "-v")
	cmd.Args = slices.DeleteFunc(cmd.Args, func(a string) bool { return a == "LogLevel=ERROR" })
	cmd.Args = slices.Delete(cmd.Args, slices.Index(cmd.Args, "StrictHostKeyChecking=accept-new")+1,
		slices.Index(cmd.Args, "StrictHostKeyChecking=accept-new")+2)
	cmd.Env = append(cmd.Env, "DISPLAY=127.0.0.1:99")
	anna := startSession(t, cmd)
	anna.waitFor("vpsdeck anna", "web-server-01")
	anna.press("q")
	<-anna.exited
}

func TestTrustedCertificateLogsIn(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	ca := s.newKey("ca")
	s.writeUsers(`cert-authority,principals="ops",role="operator" ` + ca)
	s.waitLog("authorities=1")
	s.newKey("carla")
	s.requireRefused("Permission denied", s.sshCommand("carla"))
	s.keygen("-q", "-s", filepath.Join(s.dir, "ca"), "-I", "carla", "-n", "ops", "-V", "-1h:+1h",
		filepath.Join(s.dir, "carla.pub"))
	carla := startSession(t, s.sshCommand("carla", "-tt"))
	carla.waitFor("vpsdeck carla", "web-server-01")
	s.waitLog("user=carla")
	carla.press("q")
	carla.requireExit(settings.ExitOK)
}

func TestKilledClientAndRestartedServer(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	anna := startSession(t, s.sshCommand("anna", "-tt"))
	anna.waitFor("vpsdeck anna", "web-server-01")
	_ = anna.cmd.Process.Kill() // the window is closed
	s.waitLog("msg=logout")
	if err := errors.Join(s.cmd.Process.Kill(), ignoreError(s.cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	s.serve() // with the same host key, which the client knows already
	again := startSession(t, s.sshCommand("anna", "-tt"))
	again.waitFor("vpsdeck anna", "web-server-01")
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	again.waitFor("the server shuts down in 10s")
	again.press("q")
	again.requireExit(settings.ExitOK)
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, s.log)
	}
}

func ignoreError(error) error { return nil }

func TestServeReportsBadFlagsAndFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	users, key := filepath.Join(dir, "users"), filepath.Join(dir, "key")
	write := func(path, text string, mode os.FileMode) {
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
	}
	const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK47uSpBcYO/3GVT7CgygrCTp4wD+GiUA6BqKp4jtiro"
	write(users, `user="anna",role="boss" `+publicKey, 0o600)
	write(key, "nonsense", 0o644)
	type badCall struct {
		args []string
		code settings.ExitCode
		want string
	}
	for _, c := range lanes.Rows([]badCall{
		{[]string{"--demo"}, settings.ExitUsage, "--users is missing: without a users file nobody can log in"},
		{[]string{"--demo", "--users", users, "--log", "xml"}, settings.ExitUsage,
			`--log cannot be "xml"; valid: text, json`},
		{[]string{"--demo", "--users", users, "--sessions-per-address", "0"}, settings.ExitUsage,
			"--sessions-per-address cannot be 0; valid: 1 or more"},
		{[]string{"--demo", "--users", users, "--block-ipv6", "129"}, settings.ExitUsage,
			"--block-ipv6 cannot be 129; valid: 1 to 128"},
		{[]string{"--demo", "--users", users, "--idle", "-5m"}, settings.ExitUsage,
			"--idle and --total cannot be negative"},
		{[]string{"--demo", "--profile", "x", "--users", users}, settings.ExitUsage,
			"--demo cannot be combined with --api-url or --profile"},
		{[]string{"--demo", "--users", filepath.Join(dir, "none"), "--check", "--host-key", key}, settings.ExitConfig,
			"no such file or directory"},
		{[]string{"--demo", "--users", users, "--check", "--host-key", key}, settings.ExitConfig, users +
			`:1: role cannot be "boss": use viewer or operator`},
		{[]string{"--demo", "--users", users, "--host-key", key, "--listen", "127.0.0.1:0"}, settings.ExitConfig,
			users + ":1: role cannot be"},
		{[]string{"--demo", "--users", users, "--host-key", key, "--listen", "nowhere"}, settings.ExitConfig,
			"cannot listen on nowhere"},
	}) {
		cmd := newCommand(t, nil)
		cmd.Args = append(append(cmd.Args, "serve"), c.args...)
		out, _ := cmd.CombinedOutput()
		if code := settings.ExitCode(cmd.ProcessState.ExitCode()); code != c.code ||
			!strings.Contains(string(out), c.want) || strings.Count(string(out), "\n") != 1 {
			t.Errorf("serve %q exits with %d: %s", c.args, code, out)
		}
	}
	write(users, `user="anna",role="viewer" `+publicKey, 0o600)
	for mode, want := range map[os.FileMode]string{0o644: "can be read by others (mode 0644)",
		0o600: "is not a private key without a passphrase"} {
		write(key, "nonsense", mode)
		cmd := newCommand(t, nil)
		cmd.Args = append(cmd.Args, "serve", "--demo", "--users", users, "--host-key", key, "--check")
		if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), want) {
			t.Errorf("%04o: %s", mode, out)
		}
	}
	newKey := []string{"--demo", "--users", users, "--host-key", filepath.Join(dir, "new"), "--check"}
	for _, address := range lanes.Rows([]string{"nowhere", "127.0.0.1", "127.0.0.1:70000", "[::1:23234"}) {
		cmd := newCommand(t, nil, append([]string{"serve", "--listen", address}, newKey...)...)
		requireErrorLine(t, cmd, settings.ExitConfig, address+" is not a valid address to listen on: write it like")
	}
	cmd := newCommand(t, nil)
	cmd.Args = append(append(cmd.Args, "serve"), newKey...)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "OK: 1 key in "+users) {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a check has made a host key")
	}
}

func TestTerminalSettingsApplyAndRemovedKeyEndsSession(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	forwarded := filepath.Join(s.dir, "forwarded")
	anna, bert := startSession(t, s.sshCommand("anna", "-tt", "-o", "SetEnv=NO_COLOR=1")),
		startSession(t, s.sshCommand("bert", "-tt", "-L", forwarded+":127.0.0.1:22"))
	anna.waitFor("vpsdeck anna", "web-server-01")
	bert.waitFor("vpsdeck read-only bert", "web-server-01")
	if through, err := net.Dial("unix", forwarded); err != nil {
		t.Error(err)
		// the client is told that it is refused
	} else if _, err := through.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a forwarded port answers: %v", err)
	}
	const colour = "\x1b[38;5;"
	if strings.Contains(anna.output(), colour) || !strings.Contains(bert.output(), colour) {
		t.Error("anna has colours, or bert has none")
	}
	for _, size := range []pty.Winsize{{Cols: 100, Rows: 30}, {Cols: 30, Rows: 8}} {
		if err := pty.Setsize(anna.ptmx, &size); err != nil {
			t.Fatal(err)
		}
	}
	anna.waitOutput("vpsdeck needs")
	s.writeUsers(`user="anna",role="operator" ` + s.publicKey("anna"))
	bert.waitFor("your key was removed from the users file")
	<-bert.exited
	s.requireRefused("Permission denied", s.sshCommand("bert", "-tt"))
}

// A session with a scope must show nothing of other servers. The test opens the sheets that show
// servers, and searches all output.
func TestScopedSessionSeesOnlyItsServers(t *testing.T) {
	t.Parallel()
	s := newSSHServer(t)
	s.writeUsers(`user="anna",role="operator" `+s.publicKey("anna"),
		`user="bert",role="viewer",servers="web-*" `+s.publicKey("bert"),
		`user="cleo",role="operator",servers="web-*" `+s.newKey("cleo"))
	s.waitLog("keys=3")
	host := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/api/v1")
	write := func(id string, server model.RecordServer, event, name string) {
		r := model.Record{
			Version: model.RecordVersion, ID: "20250116T120000.000.7-" + id, Event: event, Host: host, Action: "create",
			Kind: "snapshot", Server: server,
			Point: model.RecordPoint{Name: name}, Time: simtest.At(12, 0), SentAt: simtest.At(12, 0),
			EndedAt: simtest.At(12, 0).Add(time.Minute), Reason: "of " + server.Name, By: model.Actor{Name: "cleo"},
		}
		if err := journal.New(s.stateDir).Append(r); err != nil {
			t.Fatal(err)
		}
	}
	web, db := model.RecordServer{ID: "12345", Name: "web-server-01"},
		model.RecordServer{ID: "12346", Name: "db-server-01"}
	write("1", web, model.EventDone, "own-web-snap")
	write("2", db, model.EventDone, "secret-db-snap")
	write("3", db, model.EventRefused, "secret-refused-snap")
	write("4", model.RecordServer{ID: db.ID, Name: "web-once"}, model.EventFailed, "secret-renamed-snap")
	write("5", model.RecordServer{ID: web.ID, Name: "hr-payroll"}, model.EventDone, "secret-older-snap")
	write("6", model.RecordServer{ID: "99999", Name: "web-gone"}, model.EventDone, "secret-gone-snap")

	anna := startSession(t, s.sshCommand("anna", "-tt"))
	anna.waitFor("vpsdeck anna", "db-server-01")
	anna.press("A")
	anna.waitFor("secret-db-snap", "secret-gone-snap", "own-web-snap")
	anna.press("\x1b")
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	all := map[string]*session{"bert": startSession(t, s.sshCommand("bert", "-tt")),
		"cleo": startSession(t, s.sshCommand("cleo", "-tt"))}
	for _, user := range all {
		user.waitFor("web-server-01")
	}
	anna.waitGone("secret-gone-snap")
	anna.press("/db-server-01\r")
	anna.waitFor("db-server-01")
	anna.press("b")
	anna.waitFor("New backup of db-server-01")
	anna.press("secret-live", "\r")
	anna.waitFor("enter: create")
	anna.press("\r")
	s.waitUntil("it is sent", func() bool { return slices.Contains(s.account.SentActions(), "POST /backups/") })

	for name, user := range all {
		for _, sheet := range [][2]string{{":", "Go to / run"}, {"?", "─ Keys "}} {
			user.press(sheet[0])
			user.waitFor(sheet[1])
			user.press("\x1b")
			user.waitGone(sheet[1])
		}
		user.press("A")
		user.waitFor("own-web-snap")
		for _, secret := range []string{"secret-", "db-server", "hr-payroll", "web-gone", "web-once", "12346",
			"99999"} {
			if strings.Contains(user.output(), secret) {
				for i, screen := range user.screens {
					if strings.Contains(screen, secret) {
						t.Errorf("%s sees %q:\n%s\nafter\n%s", name, secret, screen, user.screens[max(i-1, 0)])
						break
					}
				}
			}
		}
	}
}
