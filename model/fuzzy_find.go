package model

// FuzzyFind looks for the letters of a pattern in a name, in their order, as fzf does, and tells how well they fit (higher is
// better) and where they stand. Capital letters in the pattern make it mind the case. An empty pattern fits everything.
func FuzzyFind(wanted, name string) (score int, at Marks, ok bool) {
	if wanted == "" {
		return 0, Marks{}, true
	}
	return newPattern(wanted).fuzzyMatch(name)
}
