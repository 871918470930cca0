package model

import "strings"

// Nearest lists the words that a misspelt one may have been meant to be, the likeliest first; nil if none comes near. Case
// and the marks between parts of a word (_, -, .) do not count.
func Nearest(word string, all []string) []string {
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "").Replace
	wrong := squeeze(strings.ToLower(word))
	var near []string
	best := len(wrong)/3 + 1
	for _, known := range all {
		switch d := distance(wrong, squeeze(strings.ToLower(known))); {
		case d < best:
			best, near = d, []string{known}
		case d == best && near != nil:
			near = append(near, known)
		}
	}
	return near
}

// DidYouMean is “; did you mean web or wab?” for the words nearest to a misspelt one, and "" where none comes near.
func DidYouMean(word string, all []string) string {
	near := Nearest(word, all)
	if near == nil {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// distance counts the letters to insert, drop or change to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			step := diagonal
			if a[i] != b[j] {
				step++
			}
			diagonal = row[j+1]
			row[j+1] = min(step, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
