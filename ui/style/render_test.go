package style

import (
	"reflect"
	"testing"

	"charm.land/lipgloss/v2"
)

func TestRenderMatchesLipgloss(t *testing.T) {
	texts := []string{"", "a", " ", "web-server-01", "日本", "e\u0301", "a\tb", "two\nlines", "\x1b[31mred\x1b[m", "|"}
	for _, isDark := range []bool{true, false} {
		s := New(isDark)
		v := reflect.ValueOf(*s)
		for i := range v.NumField() {
			st, ok := v.Field(i).Interface().(Style)
			if !ok {
				continue
			}
			for _, st := range []Style{st, s.Selected(st), st.Reverse(), st.Link("https://example.com"),
				st.Bold().Underline(), {}} {
				for range 2 { // once uncached, once from the cache
					for _, text := range texts {
						if got, want := Render(st, text), st.Lipgloss().Render(text); got != want {
							t.Errorf("%s, %q: %q, want %q", v.Type().Field(i).Name, text, got, want)
						}
					}
				}
			}
		}
	}
}

func TestStyleIsTheSameForLipgloss(t *testing.T) {
	c := lipgloss.Color("#24304A")
	plain := lipgloss.NewStyle()
	for name, pair := range map[string]struct {
		own  Style
		want lipgloss.Style
	}{
		"plain":      {Style{}, plain},
		"foreground": {Style{}.Foreground(c), plain.Foreground(c)},
		"background": {Style{}.Background(c), plain.Background(c)},
		"bold":       {Style{}.Bold(), plain.Bold(true)},
		"underline":  {Style{}.Underline(), plain.Underline(true)},
		"reverse":    {Style{}.Reverse(), plain.Reverse(true)},
		"padded":     {Style{attributes: padded}, plain.Padding(0, 1)},
		"link":       {Style{}.Link("https://example.com"), plain.Hyperlink("https://example.com")},
	} {
		if got, want := Render(pair.own, "a b"), pair.want.Render("a b"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	st := New(true).Strong
	for b.Loop() {
		Render(st, "web-server-01")
	}
}
