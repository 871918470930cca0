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
	line  string
}

// clear takes the line away, so that a sentence can stand there.
func (s *Screen) clear() {
	if s != nil && s.line != "" {
		_, _ = io.WriteString(s.W, "\r\x1b[K")
		s.line = ""
	}
}

// show draws what this run has begun and not ended, if that is another line than the one that stands there.
func (s *Screen) show(state *model.State) {
	if s == nil {
		return
	}
	var parts []string
	for _, o := range state.Operations() {
		if o.Mine {
			parts = append(parts, o.Title()+", "+widget.FormatDuration(o.Elapsed(state.Now))+durationHint(state, o))
		}
	}
	if len(parts) == 0 {
		s.clear()
		return
	}
	line := parts[0]
	if rest := len(parts) - 1; rest > 0 {
		line += fmt.Sprintf("; and %d more", rest)
	}
	if line = widget.Truncate(widget.NormalizeWidth(model.Clean(line)), s.Width()-1); line != s.line {
		s.clear()
		_, _ = io.WriteString(s.W, line)
		s.line = line
	}
}

// durationHint is how long it takes, by the last ones here or by the documents.
func durationHint(state *model.State, o model.Operation) string {
	usual, known := state.EstimateOperation(o)
	if !known {
		return ""
	}
	word := "usually "
	if usual.Samples > 0 {
		word = "here about "
	}
	return " (" + word + strings.ReplaceAll(widget.FormatRange(usual.Min, usual.Max), "–", "-") + ")"
}
