package dialog

import (
	"strings"

	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// View draws the form; see [Dialog].
func (f *Form) View() string {
	s := f.look()
	inner := f.inner()
	lines := []line{{"", dropBlank}}
	for _, intro := range f.ask.Intro {
		st, drop := s.Muted, dropMinor
		if intro.Warn {
			st, drop = s.Late, keep
		}
		for _, l := range widget.Wrap(widget.Agreed(intro.Text), inner) {
			lines = append(lines, line{st.Render(l), drop})
		}
	}
	lines = append(lines, line{"", dropBlank})
	lines = append(lines, f.body()...)
	lines = append(append(append(lines, line{"", dropBlank}), f.verdict(s, inner)...), line{"", dropBlank})
	if f.ask.Request != "" {
		lines = append(lines, line{s.Muted.Render(widget.Cut("sends "+f.ask.Request, inner)), dropRequest})
	}
	lines = append(lines, line{s.Muted.Render(widget.Cut(f.help(), inner)), dropMinor})
	return box(s, s.AccentStrong.Render(f.ask.Title), s.Accent, texts(fit(lines, f.rows())), f.width)
}

// body is the fields. Where there is little room the space between them goes first, and what goes last is where one is:
// the field that is typed in, the choice under the cursor.
func (f *Form) body() []line {
	var out []line
	lines := splitLines(f.form.View())
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) { // up to the height that huh was told
		lines = lines[:len(lines)-1]
	}
	for _, l := range lines {
		drop := dropField
		plain := strings.TrimSpace(ansi.Strip(l))
		if here, focused := strings.CutPrefix(plain, focusEdge+" "); focused && isAnswer(here) {
			l, drop = widget.WithCursor(l), stays
		} else if isBlank(l) {
			drop = dropBlank
		}
		out = append(out, line{l, drop})
	}
	return out
}

func isBlank(line string) bool { return strings.TrimSpace(ansi.Strip(line)) == "" }

// focusEdge is what stands at the left of the focused field.
var focusEdge = lipgloss.ThickBorder().Left

// isAnswer says whether a line of a field is the one where one answers.
func isAnswer(text string) bool {
	return strings.HasPrefix(text, style.Focus) || strings.HasPrefix(text, style.Prompt)
}

// verdict says what is wrong with the field as it stands. Its line is kept free where there is room.
func (f *Form) verdict(s *style.Styles, width int) []line {
	st, problem := s.Late, f.check()
	if text, _ := f.form.GetFocusedField().GetValue().(string); text == "" && !f.tried {
		st = s.Muted // nothing is wrong with what has not been typed yet
	}
	if f.rushed {
		st, problem = s.Late, style.Late+" This enter came in one go with text, like a paste: press it again."
	}
	if f.problem != "" {
		st, problem = s.Bad, style.Failed+" "+f.problem
	}
	if problem == "" {
		return []line{{"", dropBlank}}
	}
	var out []line
	for i, l := range widget.Wrap(widget.Agreed(problem), width) {
		drop := stays
		if i > max(f.rows()-4, 0) { // where one answers comes first
			drop = keep
		}
		out = append(out, line{st.Render(l), drop})
	}
	return out
}

func (f *Form) help() string {
	text := "enter: " + f.enterDoes()
	if f.focused() > 0 {
		text += " " + style.Dot + " shift+tab: back"
	}
	if !f.ask.Fixed {
		text += " " + style.Dot + " " + f.keys.Cancel.Keys()[0] + ": cancel"
	}
	return text
}

// themed makes the theme once for each look: huh asks for it at every piece that it draws.
func themed(look func() *style.Styles) func(bool) *huh.Styles {
	var of *style.Styles
	var made *huh.Styles
	return func(bool) *huh.Styles {
		if s := look(); s != of {
			of, made = s, theme(s)
		}
		return made
	}
}

// theme makes huh look like the rest. Its own dark theme has light and dark swapped.
func theme(s *style.Styles) *huh.Styles {
	t := huh.ThemeBase(true)
	t.FieldSeparator = lipgloss.NewStyle().SetString("\n\n")
	t.Focused.Base = lipgloss.NewStyle().PaddingLeft(1).BorderStyle(lipgloss.ThickBorder()).BorderLeft(true).BorderForeground(s.Palette.Accent)
	t.Focused.Title = s.Strong
	t.Focused.Description = s.Muted
	t.Focused.TextInput.Cursor = s.Accent
	t.Focused.TextInput.Prompt = s.Accent
	t.Focused.TextInput.Text = s.Text
	t.Focused.TextInput.Placeholder = s.Faint
	t.Focused.SelectSelector = s.Accent.SetString(style.Focus + " ")
	t.Focused.Option = s.Text
	t.Focused.SelectedOption = s.AccentStrong
	t.Blurred = t.Focused
	t.Blurred.Base = lipgloss.NewStyle().PaddingLeft(1).BorderStyle(lipgloss.HiddenBorder()).BorderLeft(true)
	t.Blurred.Title = s.Muted
	t.Blurred.TextInput.Text = s.Muted
	return t
}
