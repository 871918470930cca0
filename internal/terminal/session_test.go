package terminal_test

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"vpsdeck/internal/terminal"
)

func TestSettleWaitsForEveryCommand(t *testing.T) {
	chain := func() tea.Msg { return tea.BatchMsg{sendText("deep"), nil} }
	for name, c := range map[string]struct {
		cmd     tea.Cmd
		want    []string
		inOrder bool
	}{
		"one command": {sendText("a"), []string{"a"}, true},
		"a batch": {tea.Batch(sendText("a"), sendText("b"), sendText("c")), []string{"a", "b", "c"},
			false},
		"a sequence": {tea.Sequence(sendText("a"), sendText("b"), sendText("c")),
			[]string{"a", "b", "c"}, true},
		"a batch within a sequence": {tea.Sequence(tea.Batch(sendText("a"), sendText("b")), sendText("c")),
			[]string{"a", "b", "c"}, false},
		"a sequence within a batch": {tea.Batch(tea.Sequence(sendText("a"), sendText("b")), sendText("c")),
			[]string{"a", "b", "c"}, false},
		"a command that opens others": {tea.Sequence(chain, sendText("last")), []string{"deep", "last"}, true},
		"one without a message":       {tea.Batch(sendText("a"), func() tea.Msg { return nil }), []string{"a"}, true},
		"an empty batch":              {func() tea.Msg { return tea.BatchMsg{} }, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSession(t, &recorder{onMsg: onKey("x", c.cmd)})
			s.Press("x")
			grid, err := s.Settle()
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Fields(strings.TrimPrefix(grid.Text(), "key x"))
			if !c.inOrder {
				slices.Sort(got)
			}
			if !slices.Equal(got, c.want) {
				t.Fatalf("received %q, want %q", got, c.want)
			}
		})
	}
}

func TestSettleWaitsForFollowUpQueries(t *testing.T) {
	m := &recorder{initCmd: sendText("one")}
	m.onMsg = func(msg tea.Msg) tea.Cmd {
		switch msg {
		case textMsg("one"):
			return sendText("two")
		case textMsg("two"):
			return tea.RequestBackgroundColor
		}
		return nil
	}
	requireText(t, startSession(t, m), "one\ntwo\ndark true")
}

func TestLightBackgroundIsReported(t *testing.T) {
	requireText(t, startSession(t, &recorder{initCmd: tea.RequestBackgroundColor}, terminal.WithLight()), "dark false")
}

func TestInputReachesTheProgram(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*terminal.Session)
		want string
	}{
		"keys": {func(s *terminal.Session) {
			s.Press("a", "A", "enter", "ctrl+c", "shift+tab", "space", "pgdown", "+", "ctrl++")
		}, "key a\nkey A\nkey enter\nkey ctrl+c\nkey shift+tab\nkey space\nkey pgdown\nkey +\nkey ctrl++"},
		"typing": {func(s *terminal.Session) { s.Type("aé🙂") }, "key a\nkey é\nkey 🙂"},
		"paste":  {func(s *terminal.Session) { s.Paste("some text") }, "paste some text"},
		"click":  {func(s *terminal.Session) { s.Click(3, 4) }, "tea.MouseClickMsg left\ntea.MouseReleaseMsg left"},
		"wheel": {func(s *terminal.Session) { s.Wheel(3, 4, -1); s.Wheel(3, 4, 2) },
			"tea.MouseWheelMsg wheelup\ntea.MouseWheelMsg wheeldown\ntea.MouseWheelMsg wheeldown"},
		"focus": {func(s *terminal.Session) { s.Blur(); s.Focus() }, "blur\nfocus"},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSession(t, &recorder{mouse: tea.MouseModeCellMotion})
			c.do(s)
			requireText(t, s, c.want)
		})
	}
}

func TestImpossibleInputIsAnError(t *testing.T) {
	for want, do := range map[string]func(*terminal.Session){
		`unknown key "entre"`: func(s *terminal.Session) { s.Press("entre") },
		"cannot click at column 1, row 2: the program has not":     func(s *terminal.Session) { s.Click(1, 2) },
		"cannot turn the wheel at column 1, row 2: the program ha": func(s *terminal.Session) { s.Wheel(1, 2, 1) },
		"cannot blur: the program has not enabled focus reports":   func(s *terminal.Session) { s.Blur() },
	} {
		s := startSession(t, &recorder{})
		do(s)
		s.Press("a")
		if _, err := s.Settle(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestResizeReachesProgramAndScreen(t *testing.T) {
	m := &recorder{}
	s := startSession(t, m)
	s.Press("a")
	s.Resize(50, 20)
	grid, err := s.Settle()
	if err != nil {
		t.Fatal(err)
	}
	if w, h := grid.Size(); w != 50 || h != 20 || m.size.Width != 50 || m.size.Height != 20 {
		t.Errorf("the screen is %d×%d, the program has %v", w, h, m.size)
	}
}

func TestScreenEqualsViewInEveryProfile(t *testing.T) {
	colors := lipgloss.NewStyle().Foreground(lipgloss.Color("#7dcfff")).Background(lipgloss.Color("#253152")).Bold(true)
	for profile, want := range map[colorprofile.Profile]terminal.Style{
		colorprofile.TrueColor: {Fg: terminal.Color{R: 0x7d, G: 0xcf, B: 0xff, Set: true},
			Bg: terminal.Color{R: 0x25, G: 0x31, B: 0x52, Set: true}, Bold: true},
		colorprofile.Ascii: {Bold: true},
	} {
		s := startSession(t, &recorder{lines: []string{colors.Render("⚠️日本y"), "plain"}}, terminal.WithProfile(profile))
		grid, err := s.Settle()
		if err != nil {
			t.Fatal(err)
		}
		if got := grid.Cell(0, 0).Style; got != want {
			t.Errorf("%v: %v, want %v", profile, got, want)
		}
		if x, y, _ := grid.Find("y"); x != 6 || y != 0 {
			t.Errorf("found y at %d, %d after three wide characters", x, y)
		}
	}
	for _, profile := range []colorprofile.Profile{colorprofile.ANSI, colorprofile.ANSI256} {
		s := startSession(t, &recorder{lines: []string{colors.Render("colours")}}, terminal.WithProfile(profile))
		if _, err := s.Settle(); err != nil {
			t.Errorf("%v: %v", profile, err)
		}
	}
}

func TestJoinedEmojiKeepsTheLineWidth(t *testing.T) {
	line := "👩‍👩‍👧" + strings.Repeat(" ", 24) + "edge" // as wide as the screen if the family emoji takes two columns
	for range 10 {                                     // the first frame and the terminal's answer race
		requireText(t, startSession(t, &recorder{lines: []string{line}}), line)
	}
}

func TestTimeoutNamesPendingCommands(t *testing.T) {
	release := make(chan struct{})
	m := &recorder{lines: []string{"loading"}, initCmd: func() tea.Msg { <-release; return nil }}
	s := terminal.Start(m, 20, 3, terminal.WithTimeout(30*time.Millisecond))
	_, err := s.Settle()
	if !errors.Is(err, terminal.ErrNotIdle) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"TestTimeoutNamesPendingCommands.func1 ×1", "│loading             │"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
	close(release)
	if _, err := s.Quit(); err != nil {
		t.Error(err)
	}
}

func TestWaitUntilSeesAScreenThatIsNotIdle(t *testing.T) {
	release := make(chan struct{})
	s := startSession(t, &recorder{lines: []string{"loading"},
		initCmd: func() tea.Msg { <-release; return textMsg("loaded") }})
	if _, err := s.WaitUntil(func(g terminal.Grid) bool { return g.Contains("loading") }, "loading"); err != nil {
		t.Fatal(err)
	}
	close(release)
	requireText(t, s, "loading\nloaded")
}

func TestWaitReturnsTheFinalModel(t *testing.T) {
	s := startSession(t, &recorder{onMsg: onKey("q", tea.Quit)})
	s.Press("a", "q")
	m, err := s.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.(*recorder).lines; len(got) != 2 || got[1] != "key q" {
		t.Errorf("the model received %q", got)
	}
	if _, err := s.Settle(); !errors.Is(err, terminal.ErrEnded) {
		t.Errorf("settling after the end: %v", err)
	}
}

// form is a model with a huh form: its cursor blinks, and its fields change focus by messages.
type form struct{ *huh.Form }

func (f form) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m, cmd := f.Form.Update(msg)
	return form{m.(*huh.Form)}, cmd
}

func (f form) View() tea.View {
	view := tea.NewView(f.Form.View())
	view.AltScreen = true
	return view
}

func newForm() form {
	return form{huh.NewForm(huh.NewGroup(
		huh.NewInput().Key("name").Title("Name"),
		huh.NewInput().Key("note").Title("Note"),
		huh.NewConfirm().Key("sure").Title("Sure?"),
	)).WithWidth(40).WithShowHelp(false)}
}

func TestFormCanBeFilledIn(t *testing.T) {
	s := terminal.Start(newForm(), 60, 20)
	s.Type("before")
	s.Press("enter")
	s.Type("a note")
	s.Press("enter", "y")
	if _, err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	m, err := s.Quit()
	if err != nil {
		t.Fatal(err)
	}
	f := m.(form)
	if f.GetString("name") != "before" || f.GetString("note") != "a note" || !f.GetBool("sure") {
		t.Errorf("the form has %q, %q, %v", f.GetString("name"), f.GetString("note"), f.GetBool("sure"))
	}
}

func TestWallClockCommandsAreNotRun(t *testing.T) {
	tick := func(time.Time) tea.Msg { return textMsg("ticked") }
	input := textinput.New()
	for name, cmd := range map[string]tea.Cmd{
		"tick": tea.Tick(time.Nanosecond, tick), "every": tea.Every(time.Nanosecond, tick), "blink": input.Focus(),
	} {
		s := startSession(t, &recorder{initCmd: tea.Sequence(cmd, sendText("after")), onMsg: onKey("x", cmd)})
		s.Press("x")
		grid, err := s.Settle()
		if err != nil || grid.Contains("ticked") || !grid.Contains("after") {
			t.Errorf("%s: %v\n%s", name, err, grid.Text())
		}
	}
}

func TestQuitLeavesNoGoroutines(t *testing.T) {
	clock := terminal.NewClockAt(noon)
	never := func(time.Time) tea.Msg { return nil }
	for _, m := range []tea.Model{newForm(), &recorder{initCmd: clock.Tick(time.Hour, never)}} {
		s := terminal.Start(m, 60, 20, terminal.WithClock(clock))
		if _, err := s.Settle(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Quit(); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(5 * time.Second); ; runtime.Gosched() {
		stacks := make([]byte, 1<<20)
		left := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(left, "bubbletea") && !strings.Contains(left, "internal/terminal.") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("goroutines are left:\n%s", left)
		}
	}
}

// countingModel counts how often it was drawn.
type countingModel struct {
	recorder
	drawn int
}

func (m *countingModel) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := m.recorder.Update(msg)
	return m, cmd
}

func (m *countingModel) View() tea.View {
	m.drawn++
	return m.recorder.View()
}

func TestViewsAreDrawnOnlyOnDemand(t *testing.T) {
	model := &countingModel{recorder: recorder{mouse: tea.MouseModeCellMotion, lines: []string{"start"}}}
	s := startSession(t, model, terminal.WithDrawingOnDemand())
	before, err := s.Settle()
	if err != nil || !before.Contains("start") {
		t.Fatalf("%v; the screen is\n%s", err, before.Text())
	}
	drawn := model.drawn
	s.Type("abcd")
	after, err := s.Settle()
	if err != nil || !after.Contains("key d") {
		t.Fatalf("%v; the last key is not shown:\n%s", err, after.Text())
	}
	if more := model.drawn - drawn; more != 1 {
		t.Errorf("four keys were drawn %d times, want once", more)
	}
	s.Click(1, 1)
	clicked := func(g terminal.Grid) bool { return g.Contains("MouseReleaseMsg") }
	if _, err := s.WaitUntil(clicked, "the click"); err != nil {
		t.Error(err)
	}
}
