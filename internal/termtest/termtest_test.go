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

// testModel is a small program with a field whose cursor would blink, a slow question, a beat and the mouse.
type testModel struct {
	clock *terminal.Clock
	field textinput.Model
	lines []string
	ticks int
	dark  bool
	size  tea.WindowSizeMsg
}

func newTestModel(clock *terminal.Clock) *testModel {
	d := &testModel{clock: clock, field: textinput.New()}
	d.field.SetWidth(20)
	return d
}

type tickMsg time.Time

func (d *testModel) scheduleTick() tea.Cmd {
	return d.clock.Tick(time.Second, func(at time.Time) tea.Msg { return tickMsg(at) })
}

func (d *testModel) answerSlowly() tea.Msg {
	d.clock.Sleep(3 * time.Second)
	return answerMsg("answered")
}

func (d *testModel) Init() tea.Cmd {
	return tea.Batch(d.field.Focus(), d.scheduleTick(), tea.RequestBackgroundColor)
}

func (d *testModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		d.dark = msg.IsDark()
	case tea.WindowSizeMsg:
		d.size = msg
	case tickMsg:
		d.ticks++
		return d, d.scheduleTick()
	case answerMsg:
		d.lines = append(d.lines, string(msg))
	case tea.MouseClickMsg:
		d.lines = append(d.lines, fmt.Sprintf("clicked %d,%d", msg.X, msg.Y))
	case tea.KeyPressMsg:
		switch msg.String() {
		case "enter":
			d.lines = append(d.lines, "asked "+d.field.Value())
			d.field.Reset()
			return d, d.answerSlowly
		case "esc":
			return d, tea.Quit
		}
	}
	var cmd tea.Cmd
	d.field, cmd = d.field.Update(msg)
	return d, cmd
}

func (d *testModel) View() tea.View {
	title := lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("#7dcfff")).Render("deck")
	head := fmt.Sprintf("%s beats %d dark %v %d×%d", title, d.ticks, d.dark, d.size.Width, d.size.Height)
	view := tea.NewView(strings.Join(append([]string{head, d.field.View()}, d.lines...), "\n"))
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
	tm.RequireText("answered", "beats 3")
	tm.ClickOn("answered")
	tm.Paste("pasted")
	tm.Resize(50, 7)
	tm.RequireStyled(t, "story")
	if tm.Title() != "deck" {
		t.Errorf("the window is titled %q", tm.Title())
	}
	tm.Press("esc")
	if d := tm.Wait().(*testModel); d.ticks != 3 || !d.dark {
		t.Errorf("after the end: %d beats, dark %v", d.ticks, d.dark)
	}
}

func TestWaitForReturnsTheScreen(t *testing.T) {
	tm := startTestModel(t)
	tm.Press("enter")
	if grid := tm.WaitFor("deck", "asked"); !grid.Contains("asked") {
		t.Error("the grid that was waited for does not hold the text")
	}
}

// recordingTB is a test whose failure is looked at.
type recordingTB struct {
	testing.TB
	messages []string
}

func (f *recordingTB) Helper()        {}
func (f *recordingTB) Failed() bool   { return len(f.messages) > 0 }
func (f *recordingTB) Cleanup(func()) {}
func (f *recordingTB) Error(a ...any) { f.messages = append(f.messages, fmt.Sprint(a...)) }
func (f *recordingTB) Errorf(format string, a ...any) {
	f.messages = append(f.messages, fmt.Sprintf(format, a...))
}
func (f *recordingTB) Fatal(a ...any) { f.Error(a...); runtime.Goexit() }
func (f *recordingTB) Fatalf(format string, a ...any) {
	f.Errorf(format, a...)
	runtime.Goexit()
}

// runFailing runs what must fail on a deck, and returns the words of the failure.
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
	words := strings.Join(f.messages, "\n")
	done = make(chan struct{})
	go func() {
		defer close(done)
		tm.Quit()
	}()
	<-done
	return words
}

func TestFailureShowsTheScreen(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(testing.TB, *termtest.Terminal)
		want string
	}{
		"a text that never comes": {func(_ testing.TB, tm *termtest.Terminal) { tm.Screen(); tm.Press("esc"); tm.WaitFor("Godot") }, `waiting for ["Godot"]`},
		"a text that is missing":  {func(_ testing.TB, tm *termtest.Terminal) { tm.RequireText("Godot") }, `does not show "Godot"`},
		"a text too many":         {func(_ testing.TB, tm *termtest.Terminal) { tm.RequireNoText("beats") }, `shows "beats"`},
		"nothing to click on":     {func(_ testing.TB, tm *termtest.Terminal) { tm.ClickOn("Godot") }, `cannot click on "Godot"`},
	} {
		t.Run(name, func(t *testing.T) {
			words := runFailing(t, c.do)
			for _, want := range []string{c.want, "deck beats 0 dark true"} {
				if !strings.Contains(words, want) {
					t.Errorf("%q is missing in the failure:\n%s", want, words)
				}
			}
		})
	}
}

func TestScreenThatDiffersFromGoldenFails(t *testing.T) {
	update := flag.Lookup("update").Value.String()
	if err := flag.Set("update", "false"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("update", update) }()
	words := runFailing(t, func(tb testing.TB, tm *termtest.Terminal) {
		tm.Type("x")
		tm.RequireGolden(tb, "start")
	})
	for _, want := range []string{"output does not match", "->\n", "+> x\n"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is missing in the failure:\n%s", want, words)
		}
	}
}

func TestNoGoroutinesAreLeft(t *testing.T) {
	t.Run("a test", func(t *testing.T) { startTestModel(t).Press("a") })
	ours := func() int {
		stacks := make([]byte, 1<<20)
		n := 0
		for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			// teatest itself leaves a goroutine that waits for an interrupt; it has no program any more.
			if strings.Contains(stack, "bubbletea") || strings.Contains(stack, "terminal.") {
				n++
			}
		}
		return n
	}
	for deadline := time.Now().Add(5 * time.Second); ours() > 0; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left", ours())
		}
	}
}
