package model

import "strings"

// NearestWords returns the words closest to a misspelled one; nil if none is close. It ignores case
// and the separators _, - and .
func NearestWords(word string, all []string) []string {
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "").Replace
	wrong := squeeze(strings.ToLower(word))
	var near []string
	best := len(wrong)/3 + 1
	for _, known := range all {
		switch d := editDistance(wrong, squeeze(strings.ToLower(known))); {
		case d < best:
			best, near = d, []string{known}
		case d == best && near != nil:
			near = append(near, known)
		}
	}
	return near
}

// DidYouMean returns “; did you mean web or wab?” for the words closest to a misspelled one, or ""
// if none is close.
func DidYouMean(word string, all []string) string {
	near := NearestWords(word, all)
	if near == nil {
		return ""
	}
	return "; did you mean " + strings.Join(near, " or ") + "?"
}

// editDistance counts the letters to insert, delete, change or swap with their neighbor to get from
// a to b.
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			step := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				step++
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				step = min(step, rows[i-2][j-2]+1)
			}
			rows[i][j] = min(step, rows[i-1][j]+1, rows[i][j-1]+1)
		}
	}
	return rows[len(a)][len(b)]
}
