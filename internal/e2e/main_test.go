// Package e2e tests the built program in a pseudo-terminal: kills, signals, login, serve and ssh.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"vpsdeck/internal/lanes"
	"vpsdeck/internal/settings"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		lanes.RunInParallel(5)
		dir, err := os.MkdirTemp("", "vpsdeck")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		binary = filepath.Join(dir, "vpsdeck")
		// unlike go build, go run links only what has changed
		if out, err := exec.Command("go", "run", "-exec", "cp", "vpsdeck", binary).CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
}

// isCut reports whether a row of a table is left out: the short lane runs only one row.
func isCut(row, short string) bool { return testing.Short() && row != short }

// newCommand returns the built program with the arguments, in an environment with an empty home and
// the variables env.
func newCommand(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // only a guard: nothing here takes that long
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "TERM=xterm-256color"}, env...)
	return cmd
}

// openTerminal returns the program's side of a new terminal. written closes it and returns what was
// written to it.
func openTerminal(t *testing.T) (tty *os.File, written func() string) {
	t.Helper()
	ptmx, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&text, ptmx) // ends with an error when the last program's side is closed
	}()
	t.Cleanup(func() { _, _ = tty.Close(), ptmx.Close() })
	return tty, func() string {
		_ = tty.Close()
		<-read
		return text.String()
	}
}

// runToEnd runs the program to its end.
func runToEnd(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, code settings.ExitCode) {
	t.Helper()
	var out, err bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	cmd.Stderr = &err
	var exit *exec.ExitError
	if failed := cmd.Run(); failed != nil && !errors.As(failed, &exit) {
		t.Fatal(failed)
	}
	return out.String(), err.String(), settings.ExitCode(cmd.ProcessState.ExitCode())
}

// requireErrorLine fails unless the program exits with the code and prints one line to standard
// error that contains all the words.
func requireErrorLine(t *testing.T, cmd *exec.Cmd, code settings.ExitCode, words ...string) {
	t.Helper()
	stdout, stderr, got := runToEnd(t, cmd)
	if got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
	line, ended := strings.CutSuffix(stderr, "\n")
	if !ended || strings.Contains(line, "\n") || !strings.HasPrefix(line, "vpsdeck: ") {
		t.Errorf("not one line that starts with the program's name: %q", stderr)
	}
	for _, w := range words {
		if !strings.Contains(line, w) {
			t.Errorf("%q does not contain %q", line, w)
		}
	}
	if stdout != "" {
		t.Errorf("standard output has %q", stdout)
	}
	for _, never := range []string{"s3cret", "goroutine", "strconv", " toml:", "\x1b"} {
		if strings.Contains(stderr, never) {
			t.Errorf("%q has %q in it", stderr, never)
		}
	}
}

func TestBadCommandLineIsOneLineAndExitCode2(t *testing.T) {
	t.Parallel()
	for line, words := range lanes.Table(map[string]string{
		"--colour":           "unknown flag: --colour; see vpsdeck --help",
		"-x":                 "unknown shorthand flag: 'x' in -x; see vpsdeck --help",
		"--token vps_s3cret": "set VPS_API_TOKEN",
		"--token=vps_s3cret": "set VPS_API_TOKEN",
		"vps_s3cret":         "unknown command",
		"simm":               `unknown command "simm" for "vpsdeck"; did you mean sim?; see vpsdeck --help`,
		"list servres": `unknown command "servres" for "vpsdeck list"; did you mean servers?; ` +
			`see vpsdeck list --help`,
		"check --min-bakcups 2": "unknown flag: --min-bakcups; did you mean --min-backups?; see vpsdeck " +
			"check --help",
		"help simm":                     `unknown command "simm" for "vpsdeck"; did you mean sim?; see vpsdeck --help`,
		"help sim more":                 `unknown command`,
		"completion ksh":                `unknown command "ksh"`,
		"--api-url":                     "flag needs an argument: --api-url; see vpsdeck --help",
		"--read-only=perhaps":           `--read-only cannot be "perhaps": it takes true or false; see vpsdeck --help`,
		"--demo --api-url https://x":    "--demo and --api-url cannot be combined",
		"--api-url=":                    "--api-url is not the address of an API",
		"--api-url admin.vps.org":       "--api-url is not the address of an API",
		"--api-url http://a.vps.org/":   "--api-url would send the token unencrypted",
		"sim 8080":                      `unknown command "8080" for "vpsdeck sim"; see vpsdeck sim --help`,
		"sim --demo":                    "unknown flag: --demo; see vpsdeck sim --help",
		"sim --servers many":            `--servers cannot be "many": it takes a whole number; see vpsdeck sim --help`,
		"sim --servers -1":              "--servers -1 is out of range: 0 to 20000",
		"sim --servers 20001":           "--servers 20001 is out of range: 0 to 20000",
		"sim --speed 0":                 "--speed 0 is out of range: above 0",
		"sim --speed -1":                "--speed -1 is out of range",
		"sim --speed NaN":               "--speed NaN is out of range",
		"sim --speed Inf":               "--speed +Inf is out of range",
		"sim --speed quick":             `--speed cannot be "quick": it takes a number`,
		"sim --seed -1":                 `--seed cannot be "-1": it takes a whole number, 0 or above`,
		"sim --listen 8080":             `--listen "8080" is not an address: write it like 127.0.0.1:8080`,
		"sim --listen 127.0.0.1:http":   "is not an address",
		"sim --listen 127.0.0.1:65536":  "is not an address",
		"sim --token=":                  "--token is empty",
		"sim --lag soon":                `--lag cannot be "soon"`,
		"sim --lag -1s":                 "--lag -1s is out of range: 0 to 24 hours",
		"sim --linger 25h":              "--linger 25h0m0s is out of range",
		"sim --replicas -2":             "--replicas -2 is below 0",
		"sim --cut-lists 418":           `--cut-lists "418" is unknown: write one of 404 410 empty again ignored`,
		"sim --date tomorrow":           `--date "tomorrow" is not a time`,
		"sim --age -1s":                 "--age -1s is below 0",
		"sim --fault teapot":            `--fault "teapot": `,
		"sim --fault GET_/:status_1200": `--fault "GET /:status 1200": `,
	}) {
		t.Run(line, func(t *testing.T) {
			args := strings.Fields(line)
			for i := range args { // a fault is one argument with spaces
				if strings.HasPrefix(args[i], "GET_") {
					args[i] = strings.ReplaceAll(args[i], "_", " ")
				}
			}
			requireErrorLine(t, newCommand(t, nil, args...), settings.ExitUsage, words)
		})
	}
}

func TestBadSettingIsOneLineAndExitCode3(t *testing.T) {
	t.Parallel()
	type setting struct {
		config string
		env    []string
		args   []string
		words  []string
	}
	for name, c := range lanes.Table(map[string]setting{
		"unknown key": {config: "ascii = true\nreadonly = true",
			words: []string{"config.toml, line 2", "did you mean read_only?"}},
		"not TOML": {config: "ascii = yes", words: []string{"config.toml, line 1, column 9",
			"true and false"}},
		"a token": {config: "token = 'vps_s3cret'", words: []string{"config.toml, line 1", "VPS_API_TOKEN"}},
		"http in the file": {config: "api_url = 'http://a.test'", words: []string{"config.toml, line 1: api_url",
			"unencrypted"}},
		"missing CA": {config: "ca_file = 'ca.pem'", words: []string{"ca.pem", "no such file or directory"}},
		"http in the env": {env: []string{"VPS_API_URL=http://a.test"},
			words: []string{"VPS_API_URL", "unencrypted"}},
		"missing config": {args: []string{"--config", "none.toml"},
			words: []string{"none.toml", "no such file or directory"}},
		"also for the demo": {config: "colour = 1", args: []string{"--demo"},
			words: []string{`unknown setting "colour"`}},
	}) {
		t.Run(name, func(t *testing.T) {
			env := append(c.env, "XDG_CONFIG_HOME="+configHome(t, map[string]string{"config.toml": c.config}))
			requireErrorLine(t, newCommand(t, env, c.args...), settings.ExitConfig, c.words...)
		})
	}
}

// configHome returns a directory for XDG_CONFIG_HOME with the files in it, each readable by
// everyone.
func configHome(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "vpsdeck"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(dir, "vpsdeck", name)
		if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBadTokenIsOneLineAndExitCode4(t *testing.T) {
	t.Parallel()
	requireErrorLine(t, newCommand(t, []string{"VPS_API_TOKEN=vps_s3cret two"}), settings.ExitToken, "VPS_API_TOKEN",
		"a space")

	dir := configHome(t, map[string]string{"config.toml": "token_file = 'tok'", "tok": "vps_s3cret"})
	requireErrorLine(t, newCommand(t, []string{"XDG_CONFIG_HOME=" + dir}), settings.ExitToken,
		"open to others (mode 0644): run chmod 600 "+filepath.Join(dir, "vpsdeck", "tok"))

	dir = configHome(t, map[string]string{"token-admin.vps.org": "vps_s3cret"})
	requireErrorLine(t, newCommand(t, []string{"XDG_CONFIG_HOME=" + dir}), settings.ExitToken, "token-admin.vps.org",
		"chmod 600")
}

func TestDashboardWithoutTerminalSaysWhatToDo(t *testing.T) {
	t.Parallel()
	token := []string{"VPS_API_TOKEN=vps_s3cret"}
	requireErrorLine(t, newCommand(t, nil), settings.ExitUsage, "standard output is not a terminal", "ssh -t",
		"VPS_API_TOKEN")
	requireErrorLine(t, newCommand(t, token), settings.ExitUsage, "standard output is not a terminal")
	requireErrorLine(t, newCommand(t, nil, "--demo"), settings.ExitUsage, "standard output is not a terminal")

	in := newCommand(t, token)
	in.Stdin, _ = openTerminal(t)
	requireErrorLine(t, in, settings.ExitUsage, "standard output is not a terminal")
	out := newCommand(t, token)
	out.Stdout, _ = openTerminal(t)
	requireErrorLine(t, out, settings.ExitUsage, "standard input is not a terminal")

	for term, words := range lanes.Table(map[string]string{"": "TERM is not set", "dumb": "TERM is dumb"}) {
		both := newCommand(t, append(token, "TERM="+term))
		tty, written := openTerminal(t)
		both.Stdin, both.Stdout = tty, tty
		requireErrorLine(t, both, settings.ExitUsage, words, "xterm-256color")
		if text := written(); text != "" {
			t.Errorf("TERM=%s: the terminal was sent %q", term, text)
		}
	}
}

func TestVersionIsOneLine(t *testing.T) {
	t.Parallel()
	stdout, stderr, code := runToEnd(t, newCommand(t, nil, "--version"))
	line := regexp.MustCompile(`^vpsdeck \S+ \(.*go1\.\S+\)\n$`)
	if !line.MatchString(stdout) || stderr != "" || code != settings.ExitOK {
		t.Errorf("got %q, %q, exit code %d", stdout, stderr, code)
	}
}

// What go install and a release's flags record is what the program prints.
func TestVersionNamesCommitAndDate(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("links the program twice")
	}
	if info, err := os.Stat("../../.git"); err != nil || !info.IsDir() {
		t.Skip("Go records no commit outside of a git checkout, or in a linked worktree")
	}
	show := exec.Command("git", "show", "-s", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%H %cd", "HEAD")
	show.Env = append(os.Environ(), "TZ=UTC")
	head, err := show.Output()
	if err != nil {
		t.Fatal(err)
	}
	commit, date, _ := strings.Cut(strings.TrimSpace(string(head)), " ")
	const variables = "vpsdeck/internal/app."
	for name, c := range map[string]struct {
		flags []string
		want  [3]string // patterns of version, commit, date
	}{
		"go install": {[]string{"-buildvcs=true"}, [3]string{`\S+`, commit, date}},
		"release": {[]string{"-buildvcs=false", "-ldflags=-X " + variables + "version=1.2.3 -X " + variables +
			"commit=abc -X " + variables + "date=2026-01-02T03:04:05Z"},
			[3]string{`1\.2\.3`, "abc", "2026-01-02T03:04:05Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			install := exec.Command("go", append(append([]string{"install"}, c.flags...), "vpsdeck")...)
			install.Env = append(os.Environ(), "GOBIN="+dir)
			if out, err := install.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			cmd := newCommand(t, nil, "--version")
			cmd.Path = filepath.Join(dir, "vpsdeck")
			stdout, _, _ := runToEnd(t, cmd)
			want := fmt.Sprintf(`^vpsdeck %s \(commit %s, %s, go1\.\S+\)\n$`, c.want[0], c.want[1], c.want[2])
			if !regexp.MustCompile(want).MatchString(stdout) {
				t.Errorf("got %q, want %s", stdout, want)
			}
		})
	}
}

func TestHelpColourFollowsTerminalAndNoColor(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`\x1b\[[0-9;]*[349][0-9][;m]`)
	for name, c := range map[string]struct {
		env      []string
		terminal bool
		want     bool
	}{
		"terminal":                     {terminal: true, want: true},
		"terminal, NO_COLOR=1":         {env: []string{"NO_COLOR=1"}, terminal: true},
		"terminal, NO_COLOR=any value": {env: []string{"NO_COLOR=please"}, terminal: true},
		"pipe":                         {},
	} {
		t.Run(name, func(t *testing.T) {
			// without standard input, so that it does not query the background colour
			cmd := newCommand(t, c.env, "sim", "--help")
			written := func() string { return "" }
			if c.terminal {
				cmd.Stdout, written = openTerminal(t)
			}
			stdout, stderr, code := runToEnd(t, cmd)
			text := stdout + written()
			if code != settings.ExitOK || stderr != "" || !strings.Contains(text, "--listen") {
				t.Errorf("exit code %d, %q, %q", code, text, stderr)
			}
			if colour.MatchString(text) != c.want {
				t.Errorf("coloured: %v, want %v: %q", !c.want, c.want, text)
			}
		})
	}
}

func TestSimServesUntilSignalled(t *testing.T) {
	t.Parallel()
	for _, end := range lanes.Rows([]os.Signal{syscall.SIGTERM, os.Interrupt}) {
		t.Run(fmt.Sprint(end), func(t *testing.T) {
			cmd := newCommand(t, nil, "sim", "--listen", "127.0.0.1:0", "--token", "vps_x", "--servers", "50",
				"--speed", "60",
				"--seed", "7", "--fault", "GET /backups/: status 503", "--fault",
				"GET /snapshots/: status 429 retry 3s")
			base, stderr := startSim(t, cmd)
			for _, c := range []struct {
				path, token string
				want        int
			}{
				{"/servers/", "vps_x", http.StatusOK},
				{"/servers/", "vps_y", http.StatusUnauthorized},
				{"/servers/", "", http.StatusUnauthorized},
				{"/backups/", "vps_x", http.StatusServiceUnavailable},
				{"/snapshots/", "vps_x", http.StatusTooManyRequests},
			} {
				status, body := httpGet(t, base+c.path, c.token)
				if status != c.want {
					t.Errorf("GET %s with the token %q: %d, want %d", c.path, c.token, status, c.want)
				}
				if status == http.StatusOK && !strings.Contains(body, `"count":50`) {
					t.Errorf("not 50 servers: %.80s", body)
				}
			}
			if err := errors.Join(cmd.Process.Signal(end), cmd.Wait()); err != nil {
				t.Errorf("after %v: %v", end, err)
			}
			if stderr.String() != "" {
				t.Errorf("standard error has %q", stderr)
			}
		})
	}
}

// startSim starts the program and returns the base URL in the first line of its output.
func startSim(t *testing.T, cmd *exec.Cmd) (base string, stderr *bytes.Buffer) {
	t.Helper()
	stderr = new(bytes.Buffer)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !regexp.MustCompile(`^http://127\.0\.0\.1:\d+/api/v1\n$`).MatchString(line) {
		t.Fatalf("the first line is %q, %v", line, err)
	}
	return strings.TrimSpace(line), stderr
}

func httpGet(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestSimCanServeAnEmptyAccount(t *testing.T) {
	t.Parallel()
	cmd := newCommand(t, nil, "sim", "--listen", "localhost:0", "--servers", "0")
	base, _ := startSim(t, cmd)
	if status, body := httpGet(t, base+"/servers/", "vps_demo"); status != http.StatusOK ||
		!strings.Contains(body, `"count":0`) {
		t.Errorf("got %d, %.80s", status, body)
	}
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
}

func TestSimWarnsWhenOtherMachinesCanReachIt(t *testing.T) {
	t.Parallel()
	cmd := newCommand(t, nil, "sim", "--listen", "0.0.0.0:0")
	_, stderr := startSim(t, cmd)
	if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(stderr.String(), "0.0.0.0:0 can be reached from other machines") {
		t.Errorf("no warning in %q", stderr)
	}
}

func TestSimReportsPortInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	requireErrorLine(t, newCommand(t, nil, "sim", "--listen", taken.Addr().String()), settings.ExitOther,
		taken.Addr().String(), "in use")
}
