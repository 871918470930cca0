package termtest_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"vpsdeck/internal/terminal"
	"vpsdeck/internal/termtest"
)

type answerMsg string

// testModel is a small program with a text field, a slow command, a tick every second and the
// mouse.
type testModel struct {
	clock *terminal.Clock
	field textinput.Model
	lines []string
	ticks int
	dark  bool
	size  tea.WindowSizeMsg
}

func newTestModel(clock *terminal.Clock) *testModel {
	m := &testModel{clock: clock, field: textinput.New()}
	m.field.SetWidth(20)
	return m
}

type tickMsg time.Time

func (m *testModel) scheduleTick() tea.Cmd {
	return m.clock.Tick(time.Second, func(at time.Time) tea.Msg { return tickMsg(at) })
}

func (m *testModel) answerSlowly() tea.Msg {
	m.clock.Sleep(3 * time.Second)
	return answerMsg("answered")
}

func (m *testModel) Init() tea.Cmd {
	return tea.Batch(m.field.Focus(), m.scheduleTick(), tea.RequestBackgroundColor)
}

func (m *testModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		m.dark = msg.IsDark()
	case tea.WindowSizeMsg:
		m.size = msg
	case tickMsg:
		m.ticks++
		return m, m.scheduleTick()
	case answerMsg:
		m.lines = append(m.lines, string(msg))
	case tea.MouseClickMsg:
		m.lines = append(m.lines, fmt.Sprintf("clicked %d,%d", msg.X, msg.Y))
	case tea.KeyPressMsg:
		switch msg.String() {
		case "enter":
			m.lines = append(m.lines, "asked "+m.field.Value())
			m.field.Reset()
			return m, m.answerSlowly
		case "esc":
			return m, tea.Quit
		}
	}
	var cmd tea.Cmd
	m.field, cmd = m.field.Update(msg)
	return m, cmd
}

func (m *testModel) View() tea.View {
	title := lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("#7dcfff")).Render("deck")
	head := fmt.Sprintf("%s ticks %d dark %v %d×%d", title, m.ticks, m.dark, m.size.Width, m.size.Height)
	view := tea.NewView(strings.Join(append([]string{head, m.field.View()}, m.lines...), "\n"))
	view.AltScreen, view.MouseMode, view.WindowTitle = true, tea.MouseModeCellMotion, "deck"
	return view
}

var noon = time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)

func startTestModel(tb testing.TB) *termtest.Terminal {
	clock := terminal.NewClockAt(noon)
	return termtest.Start(tb, newTestModel(clock), 40, 6, terminal.WithClock(clock))
}

func TestWholeSessionIsDeterministic(t *testing.T) {
	tm := startTestModel(t)
	tm.RequireGolden(t, "start")
	tm.Type("who")
	tm.Press("enter")
	tm.RequireText("asked who")
	tm.RequireNoText("answered")
	tm.Advance(3 * time.Second)
	tm.RequireText("answered", "ticks 3")
	tm.ClickOn("answered")
	tm.Paste("pasted")
	tm.Resize(50, 7)
	tm.RequireStyled(t, "session")
	if tm.Title() != "deck" {
		t.Errorf("the window is titled %q", tm.Title())
	}
	tm.Press("esc")
	if m := tm.Wait().(*testModel); m.ticks != 3 || !m.dark {
		t.Errorf("after the end: %d ticks, dark %v", m.ticks, m.dark)
	}
}

func TestWaitForReturnsTheScreen(t *testing.T) {
	tm := startTestModel(t)
	tm.Press("enter")
	if grid := tm.WaitFor("deck", "asked"); !grid.Contains("asked") {
		t.Error("the returned grid does not contain the text")
	}
}

// recordingTB records the failures of a test.
type recordingTB struct {
	testing.TB
	messages []string
}

func (r *recordingTB) Helper()        {}
func (r *recordingTB) Failed() bool   { return len(r.messages) > 0 }
func (r *recordingTB) Cleanup(func()) {}
func (r *recordingTB) Error(a ...any) { r.messages = append(r.messages, fmt.Sprint(a...)) }
func (r *recordingTB) Errorf(format string, a ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, a...))
}
func (r *recordingTB) Fatal(a ...any) { r.Error(a...); runtime.Goexit() }
func (r *recordingTB) Fatalf(format string, a ...any) {
	r.Errorf(format, a...)
	runtime.Goexit()
}

// runFailing runs a function that must fail on a testModel, and returns its failure messages.
func runFailing(t *testing.T, do func(testing.TB, *termtest.Terminal)) string {
	t.Helper()
	f := &recordingTB{TB: t}
	clock := terminal.NewClockAt(noon)
	tm := termtest.Start(f, newTestModel(clock), 40, 6, terminal.WithClock(clock))
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(f, tm)
	}()
	<-done
	messages := strings.Join(f.messages, "\n")
	done = make(chan struct{})
	go func() {
		defer close(done)
		tm.Quit()
	}()
	<-done
	return messages
}

func TestFailureShowsTheScreen(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(testing.TB, *termtest.Terminal)
		want string
	}{
		"a text that never comes": {func(_ testing.TB,
			tm *termtest.Terminal) {
			tm.Screen()
			tm.Press("esc")
			tm.WaitFor("Godot")
		}, `waiting for ["Godot"]`},
		"a text that is missing": {func(_ testing.TB, tm *termtest.Terminal) { tm.RequireText("Godot") },
			`does not show "Godot"`},
		"an extra text": {func(_ testing.TB, tm *termtest.Terminal) { tm.RequireNoText("ticks") },
			`shows "ticks"`},
		"nothing to click on": {func(_ testing.TB, tm *termtest.Terminal) { tm.ClickOn("Godot") },
			`cannot click on "Godot"`},
	} {
		t.Run(name, func(t *testing.T) {
			messages := runFailing(t, c.do)
			for _, want := range []string{c.want, "deck ticks 0 dark true"} {
				if !strings.Contains(messages, want) {
					t.Errorf("%q is missing in the failure:\n%s", want, messages)
				}
			}
		})
	}
}

// After an error no time passes, so that a test could wait for ever.
func TestAdvanceAfterAnErrorFails(t *testing.T) {
	messages := runFailing(t, func(_ testing.TB, tm *termtest.Terminal) {
		tm.Press("no such key")
		tm.Advance(time.Second)
	})
	if !strings.Contains(messages, "no such key") {
		t.Errorf("the failure is %q", messages)
	}
}

func TestScreenThatDiffersFromGoldenFails(t *testing.T) {
	update := flag.Lookup("update").Value.String()
	if err := flag.Set("update", "false"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("update", update) }()
	messages := runFailing(t, func(tb testing.TB, tm *termtest.Terminal) {
		tm.Type("x")
		tm.RequireGolden(tb, "start")
	})
	for _, want := range []string{"output does not match", "->\n", "+> x\n"} {
		if !strings.Contains(messages, want) {
			t.Errorf("%q is missing in the failure:\n%s", want, messages)
		}
	}
}

func TestNoGoroutinesAreLeft(t *testing.T) {
	t.Run("a test", func(t *testing.T) { startTestModel(t).Press("a") })
	count := func() int {
		stacks := make([]byte, 1<<20)
		n := 0
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if strings.Contains(stack, "bubbletea") || strings.Contains(stack, "terminal.") {
				n++
			}
		}
		return n
	}
	for deadline := time.Now().Add(5 * time.Second); count() > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", count())
		}
	}
}
