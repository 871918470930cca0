package picture

import (
	"image/color"

	"vpsdeck/internal/terminal"
)

// Theme is the colours of a window that the program does not set: background, plain text and frame.
type Theme struct {
	Background color.RGBA // of the window, and of every cell without a colour of its own
	Foreground color.RGBA // of text without a colour of its own
	Title      color.RGBA // of the window's title
	Border     color.RGBA // the fine line around the window
}

// Dark is a window on a dark terminal.
func Dark() Theme {
	return Theme{
		Background: color.RGBA{0x10, 0x14, 0x1c, 0xff},
		Foreground: color.RGBA{0xd5, 0xda, 0xe3, 0xff},
		Title:      color.RGBA{0x8b, 0x93, 0xa3, 0xff},
		Border:     color.RGBA{0x2b, 0x32, 0x3f, 0xff},
	}
}

// Light is a window on a light terminal.
func Light() Theme {
	return Theme{
		Background: color.RGBA{0xff, 0xff, 0xff, 0xff},
		Foreground: color.RGBA{0x24, 0x29, 0x2f, 0xff},
		Title:      color.RGBA{0x6e, 0x77, 0x81, 0xff},
		Border:     color.RGBA{0xd0, 0xd7, 0xde, 0xff},
	}
}

// cellColors returns the two colours of a cell, after reverse and faint.
func (t Theme) cellColors(s terminal.Style) (fg, bg color.RGBA) {
	fg, bg = colorOr(s.Fg, t.Foreground), colorOr(s.Bg, t.Background)
	if s.Reverse {
		fg, bg = bg, fg
	}
	if s.Faint {
		fg = mixColors(fg, bg, 5, 8)
	}
	return fg, bg
}

func colorOr(c terminal.Color, otherwise color.RGBA) color.RGBA {
	if !c.Set {
		return otherwise
	}
	return color.RGBA{c.R, c.G, c.B, 0xff}
}

// mixColors mixes n of whole parts of a with b for the rest. Colours are mixed here, so that the
// writers need no opacity.
func mixColors(a, b color.RGBA, n, whole int) color.RGBA {
	blend := func(x, y uint8) uint8 { return uint8((int(x)*n + int(y)*(whole-n) + whole/2) / whole) }
	return color.RGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), 0xff}
}
