package terminal

import (
	"image/color"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// DefaultTimeout is how long a session waits for a program to come to rest, unless told otherwise. It is for machines that are
// busy; a program that is well comes to rest in milliseconds.
const DefaultTimeout = 15 * time.Second

// Option says what kind of terminal the person has.
type Option func(*settings)

type settings struct {
	profile    colorprofile.Profile
	background color.Color
	clock      *Clock
	timeout    time.Duration
	launch     LaunchFunc
	variables  []string
}

func defaultSettings() settings {
	return settings{
		profile:    colorprofile.TrueColor,
		background: color.RGBA{R: 0x10, G: 0x14, B: 0x1c, A: 0xff},
		clock:      NewClockAt(time.Time{}),
		timeout:    DefaultTimeout,
		launch:     launchProgram,
	}
}

// WithLight gives the terminal a light background. Without it the background is dark.
func WithLight() Option {
	return func(s *settings) { s.background = color.White }
}

// WithProfile gives the terminal fewer colours than TrueColor: ANSI256, ANSI (16 colours), or Ascii, as with NO_COLOR.
func WithProfile(profile colorprofile.Profile) Option {
	return func(s *settings) { s.profile = profile }
}

// WithClock tells the session by which clock the program lives. The session stops it at its end.
func WithClock(clock *Clock) Option {
	return func(s *settings) { s.clock = clock }
}

// WithVariables gives the program's environment further variables, as "TMUX=/run/tmux,1,0".
func WithVariables(variables ...string) Option {
	return func(s *settings) { s.variables = append(s.variables, variables...) }
}

// WithTimeout sets how long the session waits for the program to come to rest before it gives up. To start and to end it
// always has Patience.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) { s.timeout = d }
}

// WithLaunch has the program started by somebody else, such as a test library.
func WithLaunch(launch LaunchFunc) Option {
	return func(s *settings) { s.launch = launch }
}

// environment is what the program finds in its environment: nothing of the machine that it runs on.
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

func (s settings) programOptions(probe *Probe) []tea.ProgramOption {
	return []tea.ProgramOption{
		tea.WithColorProfile(s.profile),
		tea.WithEnvironment(append(s.environment(), s.variables...)),
		tea.WithFilter(probe.Filter),
		tea.WithFPS(120), // the most that there is: a frame is what Settle waits for
	}
}
