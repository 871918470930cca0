// Package style is how the program looks: its colours, weights and glyphs. No style is made anywhere else.
package style

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Palette is the colours of a theme. One accent, for the focus and what is running; green, amber and red only for
// standing. The background is the terminal's own.
type Palette struct {
	Text      color.Color // what is read
	Muted     color.Color // what is secondary: heads, labels, what is fine
	Faint     color.Color // borders, and all that stands behind a question
	Accent    color.Color
	Fine      color.Color
	Warning   color.Color
	Bad       color.Color
	Snapshot  color.Color // snapshots, where they stand beside backups; it means nothing else
	Selection color.Color // behind the row under the cursor; nil: that row is in reverse
	OnAccent  color.Color // text on a button in the accent colour
}

// The two usual palettes. Text in each has at least 4.5 : 1 against usual backgrounds and the row under the cursor: a test measures it.
// What is written most is of the 256 colours that terminals agree on: to name one takes 11 bytes where a true colour takes 19, and colours
// are two thirds of what goes over the line.
var (
	dark = Palette{
		Text: ansi256(253), Muted: ansi256(247), Faint: ansi256(238), Accent: ansi256(117), Fine: ansi256(113), Warning: ansi256(179), Bad: ansi256(204),
		Snapshot: ansi256(141), Selection: rgb("#24304A"), OnAccent: ansi256(233),
	}
	light = Palette{
		Text: ansi256(235), Muted: ansi256(241), Faint: ansi256(250), Accent: ansi256(24), Fine: ansi256(22), Warning: ansi256(94), Bad: ansi256(124),
		Snapshot: ansi256(55), Selection: rgb("#DAE7F6"), OnAccent: ansi256(231),
	}
)

// PaletteFor returns the usual palette for a dark or a light background.
func PaletteFor(isDark bool) Palette { return Auto.palette(isDark) }

func rgb(hex string) color.Color { return lipgloss.Color(hex) }

// ansi256 is one of the colours from 16 to 255, which are the same everywhere; those below are the terminal's own.
func ansi256(number uint8) color.Color { return lipgloss.ANSIColor(number) }

// Styles is everything that is drawn with. Make it with New; it is never changed afterwards.
type Styles struct {
	Palette Palette

	Text, Strong, Muted, Faint, Accent, AccentStrong, Fine, Warning, Bad, BadStrong lipgloss.Style
	Snapshot                                                                        lipgloss.Style // beside backups

	Button, ButtonFocused, ButtonDanger lipgloss.Style
}

// New makes the usual styles for a dark or a light background.
func New(isDark bool) *Styles { return ForTheme(Auto, isDark) }

// ForTheme makes the styles of a theme for a dark or a light background.
func ForTheme(theme Theme, isDark bool) *Styles {
	p := theme.palette(isDark)
	fg := func(c color.Color) lipgloss.Style { return lipgloss.NewStyle().Foreground(c) }
	button := lipgloss.NewStyle().Padding(0, 1)
	on := func(c color.Color) lipgloss.Style {
		if p.OnAccent == nil { // nobody knows which colour could be read on it, but the background's can be
			return button.Foreground(c).Reverse(true).Bold(true)
		}
		return button.Foreground(p.OnAccent).Background(c).Bold(true)
	}
	return &Styles{
		Palette: p,
		Text:    fg(p.Text), Strong: fg(p.Text).Bold(true), Muted: fg(p.Muted), Faint: fg(p.Faint),
		Accent: fg(p.Accent), AccentStrong: fg(p.Accent).Bold(true),
		Fine: fg(p.Fine), Warning: fg(p.Warning), Bad: fg(p.Bad), BadStrong: fg(p.Bad).Bold(true),
		Snapshot:      fg(p.Snapshot),
		Button:        button.Foreground(p.Muted),
		ButtonFocused: on(p.Accent),
		ButtonDanger:  on(p.Bad),
	}
}

// Selected is the style as it looks in the row under the cursor.
func (s *Styles) Selected(st lipgloss.Style) lipgloss.Style { return s.OnSelection(st).Bold(true) }

// OnSelection is the style on the ground of the row under the cursor.
func (s *Styles) OnSelection(st lipgloss.Style) lipgloss.Style {
	if s.Palette.Selection == nil {
		return st.Reverse(true)
	}
	return st.Background(s.Palette.Selection)
}
