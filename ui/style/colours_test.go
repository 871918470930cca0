package style

import (
	"image/color"
	"reflect"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
)

func TestColoursReplaceThoseOfEveryBase(t *testing.T) {
	own, _, err := ParseColours(map[string]string{"accent": "#ff8800", "bad": "9", "faint": "bright-black"})
	if err != nil {
		t.Fatal(err)
	}
	for _, base := range Themes() {
		for _, isDark := range []bool{true, false} {
			got, want := WithColours(Theme(base), isDark, own), ForTheme(Theme(base), isDark).Palette
			want.Accent, want.Bad, want.Faint = lipgloss.Color("#ff8800"), lipgloss.ANSIColor(9), lipgloss.BrightBlack
			want.OnAccent = lipgloss.Color("#000000")
			if got.Palette != want {
				t.Errorf("%s, dark %v: %+v, want %+v", base, isDark, got.Palette, want)
			}
			if got.Accent.foreground != want.Accent || got.ButtonFocused.background != want.Accent {
				t.Errorf("%s, dark %v: the styles have another accent", base, isDark)
			}
		}
	}
}

func TestButtonTextFollowsTheAccent(t *testing.T) {
	for accent, want := range map[string]string{"#ffff00": "#000000", "#000080": "#FFFFFF"} {
		own, _, _ := ParseColours(map[string]string{"accent": accent})
		checkContrast(t, "a button in "+accent, WithColours(Auto, true, own).Palette.OnAccent, lipgloss.Color(accent))
		own, _, _ = ParseColours(map[string]string{"accent": accent, "on_accent": "#777777"})
		if got := WithColours(Auto, true, own).Palette.OnAccent; got != lipgloss.Color("#777777") {
			t.Errorf("%s: the chosen text colour is %v, not %s", accent, got, want)
		}
	}
}

func TestEveryColourOfAPaletteHasAName(t *testing.T) {
	var p Palette
	fields := reflect.ValueOf(&p).Elem()
	if got := len(p.colourFields()); got != fields.NumField() || got != len(colourMeanings) {
		t.Fatalf("%d names for %d colours", got, fields.NumField())
	}
	for i := range fields.NumField() {
		name := strings.ToLower(fields.Type().Field(i).Name)
		if name == "onaccent" {
			name = "on_accent"
		}
		if p.colourFields()[name] != fields.Field(i).Addr().Interface().(*color.Color) {
			t.Errorf("%s is another colour", name)
		}
	}
}

func TestInvalidColoursAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"#12": `"#12"`, "256": `"256"`, "-1": `"-1"`, "": `""`, "rouge": "bright-white", "#12345g": "#RRGGBB",
	} {
		_, name, err := ParseColours(map[string]string{"accent": text})
		if err == nil || name != "accent" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v", text, name, err)
		}
	}
	if _, name, err := ParseColours(map[string]string{"acent": "red"}); err == nil || name != "acent" ||
		!strings.Contains(err.Error(), "on_accent") {
		t.Errorf("an unknown colour: %s, %v", name, err)
	}
}
