package command

import (
	"errors"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Opener is a program that opens an address in the user's browser, and its first arguments. nil:
// there is none, such as over SSH.
type Opener []string

// SystemOpener returns the opener of an operating system, as GOOS names it. Over SSH there is none:
// the browser would open on the wrong machine. It sends nothing and starts nothing.
func SystemOpener(system string, getenv func(string) string) Opener {
	switch {
	case getenv("SSH_CONNECTION") != "" || getenv("SSH_TTY") != "":
		return nil
	case system == "darwin":
		return Opener{"open"}
	case system == "windows":
		return Opener{"rundll32", "url.dll,FileProtocolHandler"}
	case getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "":
		return nil
	}
	return Opener{"xdg-open"}
}

// URLOpenedMsg answers Open.
type URLOpenedMsg struct {
	URL string
	Err error
}

// Open opens an address without a shell, in the background. The program gets no token in its
// environment, and no terminal.
func (o Opener) Open(address string, secrets []string) tea.Cmd {
	args := slices.Clone(o)
	return func() tea.Msg {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || len(args) == 0 {
			return URLOpenedMsg{address, errors.New("not the address of a page")}
		}
		cmd := exec.Command(args[0], append(args[1:], address)...)
		cmd.Env = withoutSecrets(secrets)
		err := cmd.Start()
		if err == nil {
			go func() { _ = cmd.Wait() }() // some openers run as long as the browser
		}
		return URLOpenedMsg{address, err}
	}
}

// withoutSecrets is the environment without the variables that hold tokens.
func withoutSecrets(secrets []string) []string {
	return slices.DeleteFunc(os.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == "VPS_API_TOKEN" || slices.Contains(secrets, name)
	})
}
