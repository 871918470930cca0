package widget

import "testing"

func TestStripJoinsEqualNeighbours(t *testing.T) {
	cells := []StripCell{{Glyph: "·"}, {Glyph: "◆"}}
	got := Strip(cells, []int{0, 0, 1, 1, 1, 0}).Parts
	if len(got) != 3 || got[0].Text != "··" || got[1].Text != "◆◆◆" || got[2].Text != "·" {
		t.Errorf("got %v", got)
	}
}
