package style

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
)

// themeBackgrounds returns the backgrounds that a theme is for. A fixed theme is for its own kind
// only.
func themeBackgrounds(theme Theme, isDark bool) []string {
	if theme == Dark || theme == Light {
		isDark = theme == Dark
	}
	return backgrounds[isDark]
}

func TestEveryThemeIsReadable(t *testing.T) {
	for theme, least := range map[Theme]float64{Auto: minContrast, Dark: minContrast, Light: minContrast, Contrast: 7,
		ColourBlind: minContrast} {
		for _, isDark := range []bool{true, false} {
			p := ForTheme(theme, isDark).Palette
			for name, c := range textColours(p) {
				for _, ground := range append(themeBackgrounds(theme, isDark), hex(p.Selection)) {
					if got := contrast(c, lipgloss.Color(ground)); got < least {
						t.Errorf("%s, dark %v: %s on %s: contrast %.2f, want at least %.1f", theme, isDark, name,
							ground, got, least)
					}
				}
			}
			for _, ground := range []color.Color{p.Accent, p.Bad} {
				checkContrast(t, fmt.Sprintf("%s, dark %v: a button", theme, isDark), p.OnAccent, ground)
			}
		}
	}
}

func hex(c color.Color) string {
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// colourVisions are matrices that simulate colour blindness on linear light, without the red and
// without the green cones. Source: Viénot, Brettel and Mollon (1999).
var colourVisions = map[string][3][3]float64{
	"red-blind":   {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
	"green-blind": {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
}

// perceivedLab returns a colour as seen with such vision, in CIE L*a*b*, where distances match
// perceived differences.
func perceivedLab(c color.Color, eye [3][3]float64) [3]float64 {
	r, g, b, _ := c.RGBA()
	var in, out [3]float64
	for i, n := range []uint32{r, g, b} {
		v := float64(n) / 0xffff
		if in[i] = math.Pow((v+0.055)/1.055, 2.4); v <= 0.04045 {
			in[i] = v / 12.92
		}
	}
	for i := range out {
		for j := range in {
			out[i] += eye[i][j] * in[j]
		}
		out[i] = min(max(out[i], 0), 1)
	}
	f := func(t float64) float64 {
		if t > 0.008856 {
			return math.Cbrt(t)
		}
		return 7.787*t + 16.0/116
	}
	x := f((0.4124*out[0] + 0.3576*out[1] + 0.1805*out[2]) / 0.95047)
	y := f(0.2126*out[0] + 0.7152*out[1] + 0.0722*out[2])
	z := f((0.0193*out[0] + 0.1192*out[1] + 0.9505*out[2]) / 1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// minStateDistance is the smallest distance between two of the state colours, as seen with such
// vision.
func minStateDistance(p Palette, eye [3][3]float64) float64 {
	least := math.Inf(1)
	colours := []color.Color{p.Fine, p.Warning, p.Bad}
	for i, a := range colours {
		for _, b := range colours[:i] {
			x, y := perceivedLab(a, eye), perceivedLab(b, eye)
			least = min(least, math.Hypot(math.Hypot(x[0]-y[0], x[1]-y[1]), x[2]-y[2]))
		}
	}
	return least
}

func TestColourBlindThemeKeepsStatesDistinct(t *testing.T) {
	const clear = 25 // a just noticeable difference is about 2
	for name, eye := range colourVisions {
		for _, isDark := range []bool{true, false} {
			if got := minStateDistance(ForTheme(ColourBlind, isDark).Palette, eye); got < clear {
				t.Errorf("%s, dark %v: two state colours are %.0f apart, want at least %d", name, isDark, got, clear)
			}
		}
		if auto := minStateDistance(ForTheme(Auto, true).Palette, eye); auto >= clear {
			t.Errorf("%s: the default theme passes too, with %.0f: is the simulation right?", name, auto)
		}
	}
}

func TestTerminalThemeUsesOnlyTerminalColours(t *testing.T) {
	for _, isDark := range []bool{true, false} {
		s := ForTheme(Terminal, isDark)
		for name, c := range textColours(s.Palette) {
			switch c.(type) {
			case lipgloss.NoColor:
			default:
				if got := fmt.Sprintf("%T", c); got != "ansi.BasicColor" {
					t.Errorf("dark %v: %s is a %s", isDark, name, got)
				}
			}
		}
		if st := s.Selected(s.Bad); !st.has(reverse) || st.foreground != s.Palette.Bad {
			t.Errorf("dark %v: the row under the cursor is %+v", isDark, st)
		}
	}
}

func TestUnknownThemeFallsBackToAuto(t *testing.T) {
	if ForTheme("", true).Palette != New(true).Palette || ForTheme("x", false).Palette != New(false).Palette {
		t.Error("it is not the auto theme")
	}
}

func TestStripeNameIsReadable(t *testing.T) {
	seen := map[string]string{}
	for _, name := range Stripes() {
		bar, badge := New(true).Stripe(name)
		checkContrast(t, "the badge in "+name, badge.foreground, badge.background)
		if other, taken := seen[hex(bar.foreground)]; taken {
			t.Errorf("%s and %s are the same colour", name, other)
		}
		seen[hex(bar.foreground)] = name
		if bar, badge := ForTheme(Terminal, true).Stripe(name); !badge.has(reverse) ||
			bar.foreground != badge.foreground {
			t.Errorf("%s in the terminal theme: %+v", name, badge)
		}
	}
	if bar, _ := New(true).Stripe(""); bar.foreground != New(true).Palette.Accent {
		t.Error("without a colour the stripe is not the accent")
	}
}
