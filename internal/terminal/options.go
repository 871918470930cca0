package terminal

import (
	"image/color"
	"io"
	"time"

	"github.com/charmbracelet/colorprofile"
)

// DefaultTimeout is how long a session waits until a program is idle, unless WithTimeout sets it.
// It allows for busy machines: normally a program is idle within milliseconds.
const DefaultTimeout = 15 * time.Second

// Option configures the terminal of a session.
type Option func(*settings)

type settings struct {
	profile    colorprofile.Profile
	background color.Color
	clock      *Clock
	timeout    time.Duration
	copies     []io.Writer
	variables  []string
}

func defaultSettings() settings {
	return settings{
		profile:    colorprofile.TrueColor,
		background: color.RGBA{R: 0x10, G: 0x14, B: 0x1c, A: 0xff},
		clock:      NewClockAt(time.Time{}),
		timeout:    DefaultTimeout,
	}
}

// WithLight gives the terminal a light background. The default is dark.
func WithLight() Option {
	return func(s *settings) { s.background = color.White }
}

// WithProfile gives the terminal fewer colours than TrueColor: ANSI256, ANSI (16 colours), or Ascii
// (NO_COLOR).
func WithProfile(profile colorprofile.Profile) Option {
	return func(s *settings) { s.profile = profile }
}

// WithClock sets the program's clock. The session stops it at its end.
func WithClock(clock *Clock) Option {
	return func(s *settings) { s.clock = clock }
}

// WithVariables adds variables to the program's environment, such as "TMUX=/run/tmux,1,0".
func WithVariables(variables ...string) Option {
	return func(s *settings) { s.variables = append(s.variables, variables...) }
}

// WithTimeout sets how long the session waits until the program is idle. Starting and ending the
// program always have DefaultTimeout.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) { s.timeout = d }
}

// WithCopy also writes everything that the program writes to the writer.
func WithCopy(to io.Writer) Option {
	return func(s *settings) { s.copies = append(s.copies, to) }
}

// environment is the program's environment, which has nothing of this machine's.
func (s settings) environment() []string {
	switch s.profile {
	case colorprofile.TrueColor:
		return []string{"TERM=xterm-256color", "COLORTERM=truecolor"}
	case colorprofile.ANSI256:
		return []string{"TERM=xterm-256color"}
	case colorprofile.ANSI:
		return []string{"TERM=xterm"}
	}
	return []string{"TERM=xterm-256color", "NO_COLOR=1"}
}
