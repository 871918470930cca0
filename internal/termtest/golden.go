package termtest

import (
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// RequireGolden fails the test unless the screen, at rest, has the text of testdata/NAME.golden. Run the test with -update
// to remake the file.
func (t *Terminal) RequireGolden(tb testing.TB, name string) {
	tb.Helper()
	golden.RequireEqual(renamedTest{tb, name}, t.Screen().Text())
}

// RequireStyled is RequireGolden with the style of every cell, see terminal.Grid.Styled. Few screens need it: a change of
// one colour remakes them all.
func (t *Terminal) RequireStyled(tb testing.TB, name string) {
	tb.Helper()
	golden.RequireEqual(renamedTest{tb, name}, t.Screen().Styled())
}

// renamedTest is a test under another name: golden calls its file by the test's.
type renamedTest struct {
	testing.TB
	name string
}

func (n renamedTest) Name() string { return n.name }
