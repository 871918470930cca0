package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// programs are the built binaries and their home directory.
type programs struct {
	dir            string // temporary
	ours           string
	baseline       string
	baselineServer string // serves the baseline over SSH
}

// buildPrograms builds the programs as a user would.
func buildPrograms() (*programs, error) {
	dir, err := os.MkdirTemp("", "vpsdeck-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a directory to build in: %w", err)
	}
	p := &programs{dir: dir, ours: filepath.Join(dir, "vpsdeck"), baseline: filepath.Join(dir, "baseline"),
		baselineServer: filepath.Join(dir, "baseline-serve")}
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return p, fmt.Errorf("finding the module (run the benchmark inside it): %w", err)
	}
	for target, source := range map[string]string{p.ours: ".", p.baseline: "./internal/bench/baseline",
		p.baselineServer: "./internal/bench/baseline/serve"} {
		cmd := exec.Command("go", "build", "-o", target, source)
		cmd.Dir = strings.TrimSpace(string(root))
		if out, err := cmd.CombinedOutput(); err != nil {
			return p, fmt.Errorf("building %s: %w\n%s", source, err, out)
		}
	}
	return p, nil
}

func (p *programs) remove() { _ = os.RemoveAll(p.dir) }

// command prepares a program with an environment that does not depend on the user: a current
// terminal, an empty home, no D-Bus and no configuration.
func (p *programs) command(program string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = p.dir
	cmd.Env = append([]string{
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "PATH=/usr/bin:/bin",
		"HOME=" + filepath.Join(p.dir, "home"),
	}, env...)
	return cmd
}

// startBaseline starts the baseline program.
func (p *programs) startBaseline() (*ptySession, error) {
	return startInPTY(p.command(p.baseline, nil))
}

// startDemo starts vpsdeck with its built-in simulated account.
func (p *programs) startDemo() (*ptySession, error) {
	return startInPTY(p.command(p.ours, nil, "--demo"))
}

// startOn starts vpsdeck on an account that another process serves.
func (p *programs) startOn(url string) (*ptySession, error) {
	return startInPTY(p.command(p.ours, []string{"VPS_API_URL=" + url, "VPS_API_TOKEN=" + token}))
}

// startSim starts `vpsdeck sim` in its own process, and returns its URL and a function that ends
// it.
func (p *programs) startSim(more ...string) (url string, stop func(), err error) {
	args := append([]string{"sim", "--listen", "127.0.0.1:0", "--token", token, "--speed", "1"}, more...)
	cmd := p.command(p.ours, nil, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, fmt.Errorf("starting vpsdeck sim: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("starting vpsdeck sim: %w", err)
	}
	stop = func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }
	url, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("reading the URL of vpsdeck sim: %w", err)
	}
	return strings.TrimSpace(url), stop, nil
}
