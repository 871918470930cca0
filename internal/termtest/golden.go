package termtest

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// RequireGolden waits until the program is idle, and fails the test unless the screen has the text
// of testdata/NAME.golden. Run the test with -update to rewrite the file.
func (t *Terminal) RequireGolden(tb testing.TB, name string) {
	tb.Helper()
	golden.RequireEqual(renamedTest{tb, name}, t.Screen().Text())
}

// RequireStyled is RequireGolden with the style of every cell, see terminal.Grid.Styled. Use it for
// few screens: a change of one colour changes all of their files.
func (t *Terminal) RequireStyled(tb testing.TB, name string) {
	tb.Helper()
	golden.RequireEqual(renamedTest{tb, name}, t.Screen().Styled())
}

// renamedTest is a test with another name: golden names its file after the test.
type renamedTest struct {
	testing.TB
	name string
}

func (n renamedTest) Name() string { return n.name }
