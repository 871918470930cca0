package style

import (
	"fmt"
	"image/color"
	"math"
	"reflect"
	"testing"

	"charm.land/lipgloss/v2"
)

// minContrast is the contrast that readable text needs, by WCAG 2 (AA).
const minContrast = 4.5

// backgrounds are common terminal backgrounds, by whether they are dark.
var backgrounds = map[bool][]string{
	true:  {"#000000", "#10141c", "#1e1e2e", "#282c34"},
	false: {"#ffffff", "#fafafa", "#eff1f5"},
}

// contrast is the ratio of the luminances of two colours, from 1 to 21, by WCAG 2.
func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.Color) float64 {
	linear := func(n uint32) float64 {
		v := float64(n) / 0xffff
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func TestContrastFormula(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#ffffff", "#000000", 21}, {"#000000", "#ffffff", 21}, {"#777777", "#777777", 1}, {"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 4.00}} {
		if got := contrast(lipgloss.Color(c.a), lipgloss.Color(c.b)); math.Abs(got-c.want) > 0.01 {
			t.Errorf("%s on %s: %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestTextIsReadableOnUsualBackgrounds(t *testing.T) {
	for isDark, grounds := range backgrounds {
		p := PaletteFor(isDark)
		for name, c := range textColours(p) {
			for _, ground := range grounds {
				checkContrast(t, fmt.Sprintf("%s on %s, dark %v", name, ground, isDark), c, lipgloss.Color(ground))
			}
			checkContrast(t, fmt.Sprintf("%s in the row under the cursor, dark %v", name, isDark), c, p.Selection)
		}
		checkContrast(t, fmt.Sprintf("a button, dark %v", isDark), p.OnAccent, p.Accent)
		checkContrast(t, fmt.Sprintf("a danger button, dark %v", isDark), p.OnAccent, p.Bad)
	}
}

func checkContrast(t *testing.T, what string, text, ground color.Color) {
	t.Helper()
	if got := contrast(text, ground); got < minContrast {
		t.Errorf("%s: contrast %.2f, want at least %.1f", what, got, minContrast)
	}
}

// textColours returns the colours that a palette uses for text: all except those of borders,
// backgrounds and text on buttons.
func textColours(p Palette) map[string]color.Color {
	out := map[string]color.Color{}
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "Faint", "Selection", "OnAccent":
		default:
			out[name] = v.Field(i).Interface().(color.Color)
		}
	}
	return out
}

func TestSelectedRowKeepsItsColours(t *testing.T) {
	for _, isDark := range []bool{true, false} {
		s := New(isDark)
		got := s.Selected(s.Bad)
		if got.foreground != s.Palette.Bad || got.background != s.Palette.Selection || !got.has(bold) {
			t.Errorf("dark %v: %+v", isDark, got)
		}
		if s.Bad.has(bold) {
			t.Error("Selected changed the style itself")
		}
	}
}

func TestEachThemeHasAPalette(t *testing.T) {
	if New(true).Palette != PaletteFor(true) || New(false).Palette != PaletteFor(false) ||
		PaletteFor(true) == PaletteFor(false) {
		t.Error("a theme has the wrong palette")
	}
}
