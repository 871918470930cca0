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
			st, ok := v.Field(i).Interface().(lipgloss.Style)
			if !ok || st.GetHorizontalPadding() > 0 { // buttons are not rendered by Render
				continue
			}
			for _, st := range []lipgloss.Style{st, s.Selected(st), st.Reverse(true),
				st.Hyperlink("https://example.com"), st.Bold(true).Underline(true), lipgloss.NewStyle()} {
				for range 2 { // once uncached, once from the cache
					for _, text := range texts {
						if got, want := Render(st, text), st.Render(text); got != want {
							t.Errorf("%s, %q: %q, want %q", v.Type().Field(i).Name, text, got, want)
						}
					}
				}
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	st := New(true).Strong
	for b.Loop() {
		Render(st, "web-server-01")
	}
}
