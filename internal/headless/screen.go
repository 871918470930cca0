package headless

import (
	"fmt"
	"io"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Screen is a terminal on which one line shows how far things have come. A nil one shows nothing.
type Screen struct {
	W     io.Writer
	Width func() int // cells of a line
	shown bool
}

// clear takes the line away, so that a sentence can stand there.
func (s *Screen) clear() {
	if s != nil && s.shown {
		_, _ = io.WriteString(s.W, "\r\x1b[K")
		s.shown = false
	}
}

// show draws the line anew: what this run has begun and not ended.
func (s *Screen) show(state *model.State) {
	if s == nil {
		return
	}
	var parts []string
	for _, o := range state.Operations() {
		if o.Mine {
			parts = append(parts, o.Title()+", "+widget.Duration(o.Elapsed(state.Now))+expected(o))
		}
	}
	s.clear()
	if len(parts) == 0 {
		return
	}
	line := parts[0]
	if rest := len(parts) - 1; rest > 0 {
		line += fmt.Sprintf("; and %d more", rest)
	}
	_, _ = io.WriteString(s.W, widget.Cut(widget.Agreed(model.Clean(strings.TrimSpace(line))), s.Width()-1))
	s.shown = true
}

// expected is what the documents say of how long it takes.
func expected(o model.Operation) string {
	usual, known := o.Usual()
	if !known {
		return ""
	}
	return fmt.Sprintf(" (usually %d-%d m)", int(usual.Min.Minutes()), int(usual.Max.Minutes()))
}
