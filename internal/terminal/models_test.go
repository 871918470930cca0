package terminal_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/terminal"
)

// textMsg is the message that these tests' commands return.
type textMsg string

// recorder is a model that shows the messages it receives. A test sets its first command and its
// reaction to messages.
type recorder struct {
	lines   []string
	initCmd tea.Cmd
	onMsg   func(tea.Msg) tea.Cmd
	mouse   tea.MouseMode
	size    tea.WindowSizeMsg
}

func (r *recorder) Init() tea.Cmd { return r.initCmd }

func (r *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.size = msg
	case tea.KeyPressMsg:
		r.lines = append(r.lines, "key "+msg.String())
	case tea.PasteMsg:
		r.lines = append(r.lines, "paste "+msg.Content)
	case tea.MouseMsg:
		r.lines = append(r.lines, fmt.Sprintf("%T %s", msg, msg))
	case tea.FocusMsg:
		r.lines = append(r.lines, "focus")
	case tea.BlurMsg:
		r.lines = append(r.lines, "blur")
	case tea.BackgroundColorMsg:
		r.lines = append(r.lines, fmt.Sprintf("dark %v", msg.IsDark()))
	case textMsg:
		r.lines = append(r.lines, string(msg))
	}
	if r.onMsg != nil {
		return r, r.onMsg(msg)
	}
	return r, nil
}

func (r *recorder) View() tea.View {
	view := tea.NewView(strings.Join(r.lines, "\n"))
	view.AltScreen, view.MouseMode, view.ReportFocus = true, r.mouse, r.mouse != tea.MouseModeNone
	return view
}

// onKey runs the command when the key is pressed.
func onKey(name string, cmd tea.Cmd) func(tea.Msg) tea.Cmd {
	return func(msg tea.Msg) tea.Cmd {
		if key, ok := msg.(tea.KeyPressMsg); ok && key.String() == name {
			return cmd
		}
		return nil
	}
}

// sendText returns a command that yields to the scheduler many times before it returns its message.
func sendText(text string) tea.Cmd {
	return func() tea.Msg {
		var others sync.WaitGroup
		for range 20 {
			others.Go(func() {})
		}
		others.Wait()
		return textMsg(text)
	}
}

func startSession(t *testing.T, m tea.Model, options ...terminal.Option) *terminal.Session {
	t.Helper()
	s := terminal.Start(m, 30, 10, options...)
	t.Cleanup(func() {
		if _, err := s.Quit(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// requireText settles and compares the text on the screen, without trailing empty lines.
func requireText(t *testing.T, s *terminal.Session, want string) {
	t.Helper()
	grid, err := s.Settle()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimRight(grid.Text(), "\n"); got != want {
		t.Fatalf("the screen shows\n%s\nwant\n%s", got, want)
	}
}

var noon = time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
