package screen

import (
	"testing"

	"vpsdeck/model"
)

// Two orders with one letter would hide the second in the menu.
func TestOrdersOfAPaneHaveDistinctLetters(t *testing.T) {
	h := newHarness(t)
	check := func(pane string, letters ...rune) {
		seen := map[rune]bool{}
		for _, letter := range letters {
			if seen[letter] || letter == 0 {
				t.Errorf("%s: the letter %q has two orders", pane, letter)
			}
			seen[letter] = true
		}
	}
	check("servers", lettersOf(serverOrders())...)
	check("backups", lettersOf(pointOrders(model.Backup))...)
	check("page", lettersOf(pageOrders(h.env))...)
	check("requests", lettersOf(requestOrders())...)
	check("activity", lettersOf((&Activity{}).orders())...)
}

func lettersOf[T any](orders []order[T]) []rune {
	var letters []rune
	for _, by := range orders {
		letters = append(letters, by.letter)
	}
	return letters
}
