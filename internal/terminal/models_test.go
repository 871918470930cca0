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

// textMsg is what the commands of these tests answer.
type textMsg string

// recorder writes down what it hears; what it does at its start and on a message is up to the test.
type recorder struct {
	lines   []string
	initCmd tea.Cmd
	onMsg   func(tea.Msg) tea.Cmd
	mouse   tea.MouseMode
	size    tea.WindowSizeMsg
}

func (s *recorder) Init() tea.Cmd { return s.initCmd }

func (s *recorder) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.size = msg
	case tea.KeyPressMsg:
		s.lines = append(s.lines, "key "+msg.String())
	case tea.PasteMsg:
		s.lines = append(s.lines, "paste "+msg.Content)
	case tea.MouseMsg:
		s.lines = append(s.lines, fmt.Sprintf("%T %s", msg, msg))
	case tea.FocusMsg:
		s.lines = append(s.lines, "focus")
	case tea.BlurMsg:
		s.lines = append(s.lines, "blur")
	case tea.BackgroundColorMsg:
		s.lines = append(s.lines, fmt.Sprintf("dark %v", msg.IsDark()))
	case textMsg:
		s.lines = append(s.lines, string(msg))
	}
	if s.onMsg != nil {
		return s, s.onMsg(msg)
	}
	return s, nil
}

func (s *recorder) View() tea.View {
	view := tea.NewView(strings.Join(s.lines, "\n"))
	view.AltScreen, view.MouseMode, view.ReportFocus = true, s.mouse, s.mouse != tea.MouseModeNone
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

// sendText answers after the scheduler has had many a chance to look elsewhere.
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

// requireText settles and compares the text on the screen, without the empty lines at its end.
func requireText(t *testing.T, s *terminal.Session, want string) {
	t.Helper()
	grid, err := s.Settle()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimRight(grid.Text(), "\n"); got != want {
		t.Fatalf("the screen shows\n%s\nand not\n%s", got, want)
	}
}

var noon = time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)
