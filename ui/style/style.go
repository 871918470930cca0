// Package style defines the colours, weights and glyphs of the program. No style is made anywhere
// else.
package style

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Palette is the colours of a theme. The accent marks the focus and what is running; green, amber
// and red are only for states. The background is the terminal's own.
type Palette struct {
	Text      color.Color // primary text
	Muted     color.Color // secondary text: headings, labels, what is fine
	Faint     color.Color // borders, and everything behind a dialog
	Accent    color.Color
	Fine      color.Color
	Warning   color.Color
	Bad       color.Color
	Snapshot  color.Color // snapshots, where they are shown with backups; nothing else
	Selection color.Color // background of the row under the cursor; nil: reverse video
	OnAccent  color.Color // text on a button in the accent colour
}

// The two default palettes. Their text has a contrast of at least 4.5 : 1 on common backgrounds
// and on the row under the cursor; a test measures it. The most frequent colours are from the 256
// that terminals agree on. Such a colour takes 11 bytes instead of 19 for a true colour, and
// colours are two thirds of the output.
var (
	dark = Palette{
		Text: ansi256(253), Muted: ansi256(247), Faint: ansi256(238), Accent: ansi256(117), Fine: ansi256(113),
		Warning: ansi256(179), Bad: ansi256(204),
		Snapshot: ansi256(141), Selection: rgb("#24304A"), OnAccent: ansi256(233),
	}
	light = Palette{
		Text: ansi256(235), Muted: ansi256(241), Faint: ansi256(250), Accent: ansi256(24), Fine: ansi256(22),
		Warning: ansi256(94), Bad: ansi256(124),
		Snapshot: ansi256(55), Selection: rgb("#DAE7F6"), OnAccent: ansi256(231),
	}
)

// PaletteFor returns the default palette for a dark or a light background.
func PaletteFor(isDark bool) Palette { return Auto.palette(isDark) }

func rgb(hex string) color.Color { return lipgloss.Color(hex) }

// ansi256 is one of the colours from 16 to 255, which are the same everywhere; the terminal
// defines those below.
func ansi256(number uint8) color.Color { return lipgloss.ANSIColor(number) }

// Styles contains all styles that the program draws with. Make it with New; it never changes
// afterwards.
type Styles struct {
	Palette Palette

	Text, Strong, Muted, Faint, Accent, AccentStrong, Fine, Warning, Bad, BadStrong Style
	// where snapshots are shown with backups
	Snapshot Style

	Button, ButtonDim, ButtonFocused, ButtonDanger Style
}

// New makes the default styles for a dark or a light background.
func New(isDark bool) *Styles { return ForTheme(Auto, isDark) }

// ForTheme makes the styles of a theme for a dark or a light background.
func ForTheme(theme Theme, isDark bool) *Styles { return WithColours(theme, isDark, Palette{}) }

// WithColours makes the styles of a theme in which some colours are replaced; nil colours are those
// of the theme.
func WithColours(theme Theme, isDark bool, own Palette) *Styles {
	p := theme.palette(isDark).replace(own)
	fg := func(c color.Color) Style { return Style{foreground: c} }
	button := Style{attributes: padded}
	on := func(c color.Color) Style {
		if p.OnAccent == nil { // the colour is not known, but the background colour is readable on it
			return button.Foreground(c).Reverse().Bold()
		}
		return button.Foreground(p.OnAccent).Background(c).Bold()
	}
	return &Styles{
		Palette: p,
		Text:    fg(p.Text), Strong: fg(p.Text).Bold(), Muted: fg(p.Muted), Faint: fg(p.Faint),
		Accent: fg(p.Accent), AccentStrong: fg(p.Accent).Bold(),
		Fine: fg(p.Fine), Warning: fg(p.Warning), Bad: fg(p.Bad), BadStrong: fg(p.Bad).Bold(),
		Snapshot:      fg(p.Snapshot),
		Button:        button.Foreground(p.Muted),
		ButtonDim:     button.Foreground(p.Faint),
		ButtonFocused: on(p.Accent),
		ButtonDanger:  on(p.Bad),
	}
}

// Selected returns the style for text in the row under the cursor.
func (s *Styles) Selected(st Style) Style { return s.OnSelection(st).Bold() }

// OnSelection returns the style on the background of the row under the cursor.
func (s *Styles) OnSelection(st Style) Style {
	if s.Palette.Selection == nil {
		return st.Reverse()
	}
	return st.Background(s.Palette.Selection)
}
