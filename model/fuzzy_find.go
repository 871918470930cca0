package model

// FuzzyFind searches a name for the letters of a pattern, in order, as fzf does. It returns how
// well they match (higher is better) and where. Capital letters in the pattern make it
// case-sensitive. An empty pattern matches everything.
func FuzzyFind(wanted, name string) (score int, at Marks, ok bool) {
	if wanted == "" {
		return 0, Marks{}, true
	}
	return newPattern(wanted).fuzzyMatch(name)
}
