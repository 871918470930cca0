package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ExternalCommand is a program that runs in the dashboard's place, on the same terminal.
type ExternalCommand struct {
	Name    string   // for a person
	Args    []string // the program and its arguments
	Secrets []string // variables of the environment that it is not given, beside VPS_API_TOKEN
	Pause   bool     // wait for enter before the dashboard comes back, so that what the program wrote can be read
}

// ExecFinishedMsg answers Run.
type ExecFinishedMsg struct {
	Name    string
	Message string // what went wrong, for a person; empty: nothing did
}

// Run gives the terminal to the errand's program until it has ended. It gets no token: neither in its arguments nor in its
// environment. A program that is not there never gets the terminal: Bubble Tea can lose its own clock where it is given back at
// once, and then draws no more.
func (e ExternalCommand) Run() tea.Cmd {
	ended := func(err error) tea.Msg { return ExecFinishedMsg{Name: e.Name, Message: e.exitMessage(err)} }
	return func() tea.Msg {
		if _, err := exec.LookPath(e.Args[0]); err != nil {
			return ended(err)
		}
		return tea.Exec(&execProcess{ExternalCommand: e}, ended)()
	}
}

// exitMessage say how the program ended where that was not well.
func (e ExternalCommand) exitMessage(err error) string {
	program := filepath.Base(e.Args[0])
	var ended *exec.ExitError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, os.ErrNotExist):
		return program + " was not found: install it, or name another command in the config"
	case errors.Is(err, os.ErrPermission):
		return program + " may not be run by you"
	case errors.As(err, &ended) && ended.ExitCode() >= 0:
		return fmt.Sprintf("%s ended with code %d", program, ended.ExitCode())
	case errors.As(err, &ended):
		return program + " was ended by a signal"
	}
	return program + " could not be run here"
}

// execProcess is an errand on its terminal.
type execProcess struct {
	ExternalCommand
	in       io.Reader
	out, err io.Writer
}

// SetStdin tells what is typed. The keyboard may come wrapped, but a program needs the terminal itself.
func (v *execProcess) SetStdin(r io.Reader) {
	if f, ok := r.(interface{ Fd() uintptr }); ok && f.Fd() == os.Stdin.Fd() {
		r = os.Stdin
	}
	v.in = r
}

// SetStdout tells where to write.
func (v *execProcess) SetStdout(w io.Writer) { v.out = w }

// SetStderr tells where to write what went wrong.
func (v *execProcess) SetStderr(w io.Writer) { v.err = w }

// minExecTime is how long the terminal is away at least. Bubble Tea stops its clock a moment after it gave the terminal away; where it
// had it back before that, it would draw no more.
const minExecTime = 100 * time.Millisecond

// Run runs the program and waits for its end.
func (v *execProcess) Run() error {
	settled := time.After(minExecTime)
	defer func() { <-settled }()
	_, _ = fmt.Fprintf(v.out, "%s\r\n", strings.Join(v.Args, " "))
	cmd := exec.Command(v.Args[0], v.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = v.in, v.out, v.err
	cmd.Env = slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == "VPS_API_TOKEN" || slices.Contains(v.Secrets, name)
	})
	err := cmd.Run()
	if v.Pause {
		_, _ = io.WriteString(v.out, "\r\n"+strings.TrimPrefix(v.exitMessage(err)+"; ", "; ")+"enter: back to vpsdeck ")
		_, _ = bufio.NewReader(v.in).ReadString('\n') // without a keyboard there is nobody to wait for
	}
	return err
}
