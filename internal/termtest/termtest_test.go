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

// deck is a small program with a field whose cursor would blink, a slow question, a beat and the mouse.
type deck struct {
	clock *terminal.Clock
	field textinput.Model
	lines []string
	beats int
	dark  bool
	size  tea.WindowSizeMsg
}

func newDeck(clock *terminal.Clock) *deck {
	d := &deck{clock: clock, field: textinput.New()}
	d.field.SetWidth(20)
	return d
}

type beatMsg time.Time

func (d *deck) beat() tea.Cmd {
	return d.clock.Tick(time.Second, func(at time.Time) tea.Msg { return beatMsg(at) })
}

func (d *deck) ask() tea.Msg {
	d.clock.Sleep(3 * time.Second)
	return answerMsg("answered")
}

func (d *deck) Init() tea.Cmd {
	return tea.Batch(d.field.Focus(), d.beat(), tea.RequestBackgroundColor)
}

func (d *deck) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.BackgroundColorMsg:
		d.dark = msg.IsDark()
	case tea.WindowSizeMsg:
		d.size = msg
	case beatMsg:
		d.beats++
		return d, d.beat()
	case answerMsg:
		d.lines = append(d.lines, string(msg))
	case tea.MouseClickMsg:
		d.lines = append(d.lines, fmt.Sprintf("clicked %d,%d", msg.X, msg.Y))
	case tea.KeyPressMsg:
		switch msg.String() {
		case "enter":
			d.lines = append(d.lines, "asked "+d.field.Value())
			d.field.Reset()
			return d, d.ask
		case "esc":
			return d, tea.Quit
		}
	}
	var cmd tea.Cmd
	d.field, cmd = d.field.Update(msg)
	return d, cmd
}

func (d *deck) View() tea.View {
	title := lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Color("#7dcfff")).Render("deck")
	head := fmt.Sprintf("%s beats %d dark %v %d×%d", title, d.beats, d.dark, d.size.Width, d.size.Height)
	view := tea.NewView(strings.Join(append([]string{head, d.field.View()}, d.lines...), "\n"))
	view.AltScreen, view.MouseMode, view.WindowTitle = true, tea.MouseModeCellMotion, "deck"
	return view
}

var noon = time.Date(2025, 1, 16, 12, 0, 0, 0, time.UTC)

func startDeck(tb testing.TB) *termtest.Terminal {
	clock := terminal.NewClockAt(noon)
	return termtest.Start(tb, newDeck(clock), 40, 6, terminal.WithClock(clock))
}

func TestAWholeStoryIsTheSameEveryTime(t *testing.T) {
	tm := startDeck(t)
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
	if d := tm.Wait().(*deck); d.beats != 3 || !d.dark {
		t.Errorf("after the end: %d beats, dark %v", d.beats, d.dark)
	}
}

func TestWaitForSeesWhatIsOnTheScreen(t *testing.T) {
	tm := startDeck(t)
	tm.Press("enter")
	if grid := tm.WaitFor("deck", "asked"); !grid.Contains("asked") {
		t.Error("the grid that was waited for does not hold the text")
	}
}

// failing is a test whose failure is looked at.
type failing struct {
	testing.TB
	words []string
}

func (f *failing) Helper()        {}
func (f *failing) Failed() bool   { return len(f.words) > 0 }
func (f *failing) Cleanup(func()) {}
func (f *failing) Error(a ...any) { f.words = append(f.words, fmt.Sprint(a...)) }
func (f *failing) Errorf(format string, a ...any) {
	f.words = append(f.words, fmt.Sprintf(format, a...))
}
func (f *failing) Fatal(a ...any) { f.Error(a...); runtime.Goexit() }
func (f *failing) Fatalf(format string, a ...any) {
	f.Errorf(format, a...)
	runtime.Goexit()
}

// fail runs what must fail on a deck, and returns the words of the failure.
func fail(t *testing.T, do func(testing.TB, *termtest.Terminal)) string {
	t.Helper()
	f := &failing{TB: t}
	clock := terminal.NewClockAt(noon)
	tm := termtest.Start(f, newDeck(clock), 40, 6, terminal.WithClock(clock))
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(f, tm)
	}()
	<-done
	words := strings.Join(f.words, "\n")
	done = make(chan struct{})
	go func() {
		defer close(done)
		tm.Quit()
	}()
	<-done
	return words
}

func TestAFailureShowsTheScreen(t *testing.T) {
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
			words := fail(t, c.do)
			for _, want := range []string{c.want, "deck beats 0 dark true"} {
				if !strings.Contains(words, want) {
					t.Errorf("%q is missing in the failure:\n%s", want, words)
				}
			}
		})
	}
}

func TestAScreenThatDiffersFromItsGoldenFails(t *testing.T) {
	update := flag.Lookup("update").Value.String()
	if err := flag.Set("update", "false"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = flag.Set("update", update) }()
	words := fail(t, func(tb testing.TB, tm *termtest.Terminal) {
		tm.Type("x")
		tm.RequireGolden(tb, "start")
	})
	for _, want := range []string{"output does not match", "->\n", "+> x\n"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is missing in the failure:\n%s", want, words)
		}
	}
}

func TestNothingOfOursIsLeftRunning(t *testing.T) {
	t.Run("a test", func(t *testing.T) { startDeck(t).Press("a") })
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
