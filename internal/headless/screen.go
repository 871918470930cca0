package headless

import (
	"fmt"
	"io"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Screen is a terminal on which one line shows the progress. A nil Screen shows nothing.
type Screen struct {
	W     io.Writer
	Width func() int // cells of a line
	line  string
}

// clear erases the line, so that a message can be printed there.
func (s *Screen) clear() {
	if s != nil && s.line != "" {
		_, _ = io.WriteString(s.W, "\r\x1b[K")
		s.line = ""
	}
}

// show draws the open operations of this run, if the line has changed.
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

// durationHint returns how long an operation usually takes, from recent ones here or from the API's
// documents.
func durationHint(state *model.State, o model.Operation) string {
	usual, known := state.EstimateOperation(o)
	if !known {
		return ""
	}
	hint := "usually " + strings.ReplaceAll(widget.FormatRange(usual.Min, usual.Max), "–", "-")
	if usual.Samples > 0 {
		hint += " here"
	}
	return " (" + hint + ")"
}
