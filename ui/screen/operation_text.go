package screen

import (
	"fmt"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// ElapsedText is how long an operation has been running, as far as is known. That of another program
// is counted in steps of [widget.AgeStep], so that the screen of who only looks rests between them.
func ElapsedText(state *model.State, o model.Operation) string {
	step := widget.AgeStep
	if o.Mine {
		step = time.Second
	}
	d := o.Elapsed(state.Now.Truncate(step))
	switch {
	case o.StartUnknown && d < time.Second:
		return "just found"
	case o.StartUnknown:
		return widget.FormatDuration(d) + "+"
	}
	return widget.FormatDuration(d)
}

// ExpectationText is what is known about how long an operation takes.
func ExpectationText(state *model.State, o model.Operation) string {
	usual, ok := state.EstimateOperation(o)
	_, stuck := state.Stuck(o)
	switch {
	case o.Phase == model.PhaseSending:
		return "being sent"
	case o.Phase == model.PhaseUnknown:
		return "outcome unknown"
	case !ok:
		return "no estimate"
	case stuck:
		return style.Warning + " stuck"
	case o.Elapsed(state.Now) > usual.Max:
		return "longer than usual"
	case usual.Samples > 0:
		return "usually " + widget.FormatRange(usual.Min, usual.Max) + " here"
	}
	return "usually " + widget.FormatRange(usual.Min, usual.Max)
}

// OutcomeText describes how an operation ended.
func OutcomeText(o model.Operation) string {
	switch o.Phase {
	case model.PhaseDone:
		if o.Action == model.Delete {
			return "deleted"
		}
		if o.Reason != "" {
			return "finished" + o.DurationText() + ", " + o.Reason
		}
		return "completed" + o.DurationText()
	case model.PhaseFailed:
		return "failed: " + o.Reason
	case model.PhaseRefused:
		return "not done: " + o.Reason
	}
	return o.Reason
}

// outcomeStyle is the style and the glyph of an operation that has ended.
func outcomeStyle(s *style.Styles, o model.Operation) (style.Style, string) {
	switch o.Phase {
	case model.PhaseDone:
		return s.Fine, style.Done
	case model.PhaseFailed, model.PhaseNotSeen:
		return s.Bad, style.Failed
	}
	return s.Warning, style.Warning
}

// stuckText says how long an operation usually takes, and what to do if it is stuck.
func stuckText(o model.Operation, usual model.Estimate) string {
	about := "server #" + string(o.Server.ID)
	if o.Point.ID != "" {
		about = fmt.Sprintf("%s #%s of %s", o.Point.Kind, o.Point.ID, about)
	}
	return fmt.Sprintf("Stuck: it usually takes %s%s. Check the provider's panel; if it is stuck there too, report "+
		"%s to their support. vpsdeck keeps watching, and sends nothing again.",
		widget.FormatRange(usual.Min, usual.Max), durationSource(usual), about)
}

// durationSource says where the usual duration is from.
func durationSource(usual model.Estimate) string {
	if usual.Samples == 0 {
		return " (documented)"
	}
	return fmt.Sprintf(" (last %d here)", usual.Samples)
}
