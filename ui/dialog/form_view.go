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
	s := f.styles()
	inner := f.textWidth()
	lines := []line{{"", dropBlank}}
	for _, intro := range f.options.Intro {
		st, drop := s.Muted, dropMinor
		if intro.Warn {
			st, drop = s.Warning, dropLate
		}
		for _, l := range widget.Wrap(widget.NormalizeWidth(intro.Text), inner) {
			lines = append(lines, line{style.Render(st, l), drop})
		}
	}
	lines = append(lines, line{"", dropBlank})
	lines = append(lines, f.fieldLines()...)
	lines = append(append(append(lines, line{"", dropBlank}), f.problemLines(s, inner)...), line{"", dropBlank})
	if f.options.Request != "" {
		request := style.Render(s.Muted, widget.Truncate("API: "+f.options.Request, inner))
		lines = append(lines, line{request, dropRequest})
	}
	lines = append(lines, line{style.Render(s.Muted, widget.Truncate(f.help(), inner)), dropMinor})
	return box(s, style.Render(s.AccentStrong, f.options.Title), s.Accent,
		lineTexts(fitLines(lines, f.textHeight())), f.width)
}

// fieldLines returns the lines of the fields. On a small screen blank lines are dropped first. The
// input line and the selected choice are never dropped.
func (f *Form) fieldLines() []line {
	var out []line
	lines := splitLines(f.form.View())
	for len(lines) > 0 && isBlank(lines[len(lines)-1]) { // huh pads up to its height
		lines = lines[:len(lines)-1]
	}
	for _, l := range lines {
		drop := dropField
		plain := strings.TrimSpace(ansi.Strip(l))
		if rest, focused := strings.CutPrefix(plain, focusEdge+" "); focused && isInputLine(rest) {
			l, drop = widget.WithCursor(l), dropNever
		} else if isBlank(l) {
			drop = dropBlank
		}
		out = append(out, line{l, drop})
	}
	return out
}

func isBlank(line string) bool { return strings.TrimSpace(ansi.Strip(line)) == "" }

// focusEdge is the left border of the focused field.
var focusEdge = lipgloss.ThickBorder().Left

// isInputLine reports whether a line of a field is its input or its selected choice.
func isInputLine(text string) bool {
	return strings.HasPrefix(text, style.Focus) || strings.HasPrefix(text, style.Prompt)
}

// problemLines returns what is wrong with the focused field, or a blank line. A value is not judged
// before it was left or submitted.
func (f *Form) problemLines(s *style.Styles, width int) []line {
	st, problem := s.Warning, ""
	if f.complain[f.focusedField()] {
		problem = f.checkField()
	}
	if f.pastedEnter {
		st, problem = s.Warning, style.Warning+" Enter came in one go with text, like a paste: press it again."
	}
	if f.problem != "" {
		st, problem = s.Bad, style.Failed+" "+f.problem
	}
	if problem == "" {
		return []line{{"", dropBlank}}
	}
	var out []line
	for i, l := range widget.Wrap(widget.NormalizeWidth(problem), width) {
		drop := dropNever
		if i > max(f.textHeight()-4, 0) { // the input line matters more
			drop = dropLate
		}
		out = append(out, line{style.Render(st, l), drop})
	}
	return out
}

func (f *Form) help() string {
	text := "enter: " + f.enterLabel()
	if f.canSubmitEarly() {
		text += " " + style.Dot + " " + f.keys.Submit.Help().Key + ": " + f.options.SubmitLabel
	}
	if f.focusedField() > 0 {
		text += " " + style.Dot + " shift+tab: back"
	}
	if !f.options.NoCancel {
		text += " " + style.Dot + " " + f.keys.Cancel.Keys()[0] + ": cancel"
	}
	if f.options.OnKinds != nil {
		text += " " + style.Dot + " " + f.keys.Kinds.Help().Key + ": " + f.keys.Kinds.Help().Desc
	}
	return text
}

// cachedTheme makes the theme once per styles, because huh asks for it with everything that it
// draws.
func cachedTheme(getStyles func() *style.Styles) func(bool) *huh.Styles {
	var current *style.Styles
	var theme *huh.Styles
	return func(bool) *huh.Styles {
		if s := getStyles(); s != current {
			current, theme = s, huhTheme(s)
		}
		return theme
	}
}

// huhTheme returns the program's styles as a theme of huh, whose own dark theme swaps light and
// dark.
func huhTheme(s *style.Styles) *huh.Styles {
	t := huh.ThemeBase(true)
	t.FieldSeparator = lipgloss.NewStyle().SetString("\n\n")
	t.Focused.Base = lipgloss.NewStyle().PaddingLeft(1).BorderStyle(lipgloss.ThickBorder()).BorderLeft(
		true).BorderForeground(s.Palette.Accent)
	t.Focused.Title = s.Strong.Lipgloss()
	t.Focused.Description = s.Muted.Lipgloss()
	t.Focused.TextInput.Cursor = s.Accent.Lipgloss()
	t.Focused.TextInput.Prompt = s.Accent.Lipgloss()
	t.Focused.TextInput.Text = s.Text.Lipgloss()
	t.Focused.TextInput.Placeholder = s.Faint.Lipgloss()
	t.Focused.SelectSelector = s.Accent.Lipgloss().SetString(style.Focus + " ")
	t.Focused.Option = s.Text.Lipgloss()
	t.Focused.SelectedOption = s.AccentStrong.Lipgloss()
	t.Blurred = t.Focused
	t.Blurred.Base = lipgloss.NewStyle().PaddingLeft(1).BorderStyle(lipgloss.HiddenBorder()).BorderLeft(true)
	t.Blurred.Title = s.Muted.Lipgloss()
	t.Blurred.TextInput.Text = s.Muted.Lipgloss()
	return t
}
