package style

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Theme is a choice of colours, as named in the config.
type Theme string

// The themes.
const (
	Auto        Theme = "auto" // dark or light, like the terminal's background
	Dark        Theme = "dark"
	Light       Theme = "light"
	Contrast    Theme = "high-contrast" // dark or light; contrast at least 7 : 1
	ColourBlind Theme = "colour-blind"  // dark or light; states are distinct in red-green colour blindness
	Terminal    Theme = "terminal"      // the 16 colours of the terminal
)

// Themes lists the themes, for a setting and its errors.
func Themes() []string {
	return []string{string(Auto), string(Dark), string(Light), string(Contrast), string(ColourBlind), string(Terminal)}
}

// palette returns the palette of the theme for a dark or a light background.
func (t Theme) palette(isDark bool) Palette {
	pairs := map[Theme][2]Palette{
		Auto: {light, dark}, Dark: {dark, dark}, Light: {light, light},
		Contrast: {contrastLight, contrastDark}, ColourBlind: {colourBlindLight, colourBlindDark},
		Terminal: {terminalLight, terminalDark},
	}
	pair, known := pairs[t]
	if !known {
		pair = pairs[Auto]
	}
	if isDark {
		return pair[1]
	}
	return pair[0]
}

// The palettes of the other themes. The colour-blind ones show states in blue, yellow and orange,
// which also differ in lightness. A test simulates red-blind and green-blind vision.
var (
	contrastDark = Palette{
		Text: rgb("#FFFFFF"), Muted: rgb("#D0D0D0"), Faint: rgb("#9A9A9A"), Accent: rgb("#7FE0FF"),
		Fine:    rgb("#8CFF8C"),
		Warning: rgb("#FFD75F"), Bad: rgb("#FFB0B0"), Snapshot: rgb("#E0C0FF"), Selection: rgb("#003060"),
		OnAccent: rgb("#000000"),
	}
	contrastLight = Palette{
		Text: rgb("#000000"), Muted: rgb("#333333"), Faint: rgb("#6A6A6A"), Accent: rgb("#003A70"),
		Fine:    rgb("#004A10"),
		Warning: rgb("#5C3200"), Bad: rgb("#8A0018"), Snapshot: rgb("#4A1880"), Selection: rgb("#DCEBFF"),
		OnAccent: rgb("#FFFFFF"),
	}
	colourBlindDark = Palette{
		Text: rgb("#E6E6E6"), Muted: rgb("#A0A4AC"), Faint: rgb("#45494F"), Accent: rgb("#F2F2F2"),
		Fine:    rgb("#6FB8FF"),
		Warning: rgb("#FFF08A"), Bad: rgb("#F4752E"), Snapshot: rgb("#D6A5C4"), Selection: rgb("#26303C"),
		OnAccent: rgb("#10141C"),
	}
	colourBlindLight = Palette{
		Text: rgb("#1A1A1A"), Muted: rgb("#55595F"), Faint: rgb("#B5B8BD"), Accent: rgb("#202428"),
		Fine:    rgb("#0059B3"),
		Warning: rgb("#7F5F00"), Bad: rgb("#600010"), Snapshot: rgb("#7A3E6A"), Selection: rgb("#DDE6F0"),
		OnAccent: rgb("#FFFFFF"),
	}
	terminalDark = Palette{
		Text: lipgloss.NoColor{}, Muted: lipgloss.White, Faint: lipgloss.BrightBlack, Accent: lipgloss.BrightCyan,
		Fine:    lipgloss.Green,
		Warning: lipgloss.Yellow, Bad: lipgloss.BrightRed, Snapshot: lipgloss.Magenta,
	}
	terminalLight = Palette{
		Text: lipgloss.NoColor{}, Muted: lipgloss.BrightBlack, Faint: lipgloss.White, Accent: lipgloss.Blue,
		Fine:    lipgloss.Green,
		Warning: lipgloss.Yellow, Bad: lipgloss.Red, Snapshot: lipgloss.Magenta,
	}
)

// stripes are the colours that can mark an account. Accounts without a chosen colour get them in
// this order. basic is the terminal's own colour, for the terminal theme.
var stripes = []struct {
	name  string
	rgb   string
	basic color.Color
}{
	{"cyan", "#2AA9C9", lipgloss.Cyan}, {"violet", "#A06BE0", lipgloss.Magenta}, {"green", "#4FA64F", lipgloss.Green},
	{"yellow", "#D1B000", lipgloss.Yellow}, {"blue", "#4A86E8", lipgloss.Blue},
	{"orange", "#E07B1A", lipgloss.BrightYellow},
	{"red", "#E0465A", lipgloss.Red}, {"grey", "#8A93A3", lipgloss.BrightBlack},
}

// Stripes lists the names of the colours that can mark an account.
func Stripes() []string {
	names := make([]string, len(stripes))
	for i, s := range stripes {
		names[i] = s.name
	}
	return names
}

// Stripe returns the mark of an account: a bar at the edge, and a badge for its name. The name is
// black or white, whichever is more readable. In the terminal theme it has the colour of the
// background.
func (s *Styles) Stripe(name string) (bar, badge Style) {
	bar, badge = s.Accent, s.Accent.Reverse().Bold()
	for _, stripe := range stripes {
		switch {
		case stripe.name != name:
		case s.Palette.Selection == nil:
			bar = Style{}.Foreground(stripe.basic)
			badge = bar.Reverse().Bold()
		default:
			c := rgb(stripe.rgb)
			bar = Style{}.Foreground(c)
			badge = Style{}.Background(c).Foreground(textColourOn(c)).Bold()
		}
	}
	return bar, badge
}

// textColourOn returns black or white, whichever has more contrast to a colour. It weighs red,
// green and blue by perceived brightness.
func textColourOn(on color.Color) color.Color {
	r, g, b, _ := on.RGBA()
	if 299*r+587*g+114*b > 1000*0x6800 {
		return rgb("#000000")
	}
	return rgb("#FFFFFF")
}
