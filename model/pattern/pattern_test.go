package pattern

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFuzzyMatchNeedsLettersInOrder(t *testing.T) {
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("abAB-1é")), 0, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		name := letters.Draw(t, "name")
		word := New(rapid.StringOfN(rapid.SampledFrom([]rune("abAB-1é")), 1, 4, -1).Draw(t, "word"))
		expression := ""
		for _, r := range word.runes {
			expression += ".*" + regexp.QuoteMeta(string(r))
		}
		if word.ignoreCase {
			expression = "(?i)" + expression
		}
		_, at, ok := word.FuzzyMatch(name)
		if want := regexp.MustCompile(expression).MatchString(name); ok != want {
			t.Fatalf("%q in %q: %v", string(word.runes), name, ok)
		}
		if word.FuzzyContains(name) != ok {
			t.Fatalf("%q in %q: FuzzyMatch and FuzzyContains disagree", string(word.runes), name)
		}
		marked := at.Runes()
		if ok && len(marked) != len(word.runes) {
			t.Fatalf("%q in %q: %v marked", string(word.runes), name, marked)
		}
		for i, place := range marked {
			if !word.matchesRune(word.runes[i], []rune(name)[place]) {
				t.Fatalf("%q in %q: %v marked", string(word.runes), name, marked)
			}
		}
	})
}

func TestGlobMatchesItsRegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		glob := rapid.StringOfN(rapid.SampledFrom([]rune("abA*?é.")), 0, 8, -1).Draw(t, "glob")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abAé.*")), 0, 10, -1).Draw(t, "text")
		expression := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(glob))
		if strings.ToLower(glob) == glob {
			expression = "(?i)" + expression
		}
		if want := regexp.MustCompile("(?s)^(?:" + expression + ")$").MatchString(text); MatchGlob(glob, text) != want {
			t.Fatalf("%q fits %q: %v", glob, text, !want)
		}
	})
}
