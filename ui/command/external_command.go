package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ExternalCommand is a program that runs in the dashboard's place, on the same terminal.
type ExternalCommand struct {
	Name    string   // for messages
	Args    []string // the program and its arguments
	Secrets []string // environment variables that it does not get, in addition to VPS_API_TOKEN
	Pause   bool     // wait for enter before the dashboard comes back, so that the output can be read
}

// ExecFinishedMsg answers Run.
type ExecFinishedMsg struct {
	Name    string
	Message string // what went wrong, for the user; empty: nothing
}

// Run gives the terminal to the program until it exits. The program gets no token, neither in its
// arguments nor in its environment.
//
// A program that does not exist never gets the terminal: if the terminal comes back at once,
// Bubble Tea can lose its clock and stop drawing.
func (e ExternalCommand) Run() tea.Cmd {
	ended := func(err error) tea.Msg { return ExecFinishedMsg{Name: e.Name, Message: e.exitMessage(err)} }
	return func() tea.Msg {
		if _, err := exec.LookPath(e.Args[0]); err != nil {
			return ended(err)
		}
		return tea.Exec(&execProcess{ExternalCommand: e}, ended)()
	}
}

// exitMessage says how the program failed; it is empty if it succeeded.
func (e ExternalCommand) exitMessage(err error) string {
	program := filepath.Base(e.Args[0])
	var ended *exec.ExitError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return program + " was not found: install it, or name another command in the config"
	case errors.Is(err, os.ErrPermission):
		return program + " cannot be run: permission denied"
	case errors.As(err, &ended) && ended.ExitCode() >= 0:
		return fmt.Sprintf("%s exited with code %d", program, ended.ExitCode())
	case errors.As(err, &ended):
		return program + " was killed by a signal"
	}
	return program + " could not be run"
}

// execProcess is an external command on its terminal.
type execProcess struct {
	ExternalCommand
	in       io.Reader
	out, err io.Writer
}

// SetStdin sets the keyboard. It may come wrapped, but a program needs the terminal itself.
func (p *execProcess) SetStdin(r io.Reader) {
	if f, ok := r.(interface{ Fd() uintptr }); ok && f.Fd() == os.Stdin.Fd() {
		r = os.Stdin
	}
	p.in = r
}

// SetStdout sets the standard output.
func (p *execProcess) SetStdout(w io.Writer) { p.out = w }

// SetStderr sets the standard error.
func (p *execProcess) SetStderr(w io.Writer) { p.err = w }

// minExecTime is the least time for which the terminal is released. Bubble Tea stops its clock a
// moment after it releases the terminal. If it got the terminal back before that, it would stop
// drawing.
const minExecTime = 100 * time.Millisecond

// Run runs the program and waits until it exits.
func (p *execProcess) Run() error {
	settled := time.After(minExecTime)
	defer func() { <-settled }()
	_, _ = fmt.Fprintf(p.out, "%s\r\n", strings.Join(p.Args, " "))
	cmd := exec.Command(p.Args[0], p.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.in, p.out, p.err
	cmd.Env = withoutSecrets(p.Secrets)
	err := cmd.Run()
	if p.Pause {
		_, _ = io.WriteString(p.out, "\r\n"+strings.TrimPrefix(p.exitMessage(err)+"; ",
			"; ")+"press enter to return to vpsdeck ")
		_, _ = bufio.NewReader(p.in).ReadString('\n') // without a keyboard this returns at once
	}
	return err
}
