package screen

import (
	"fmt"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// downtime describes how long an action takes, by earlier ones here or by the provider's
// documentation.
func (a Actions) downtime(action model.Action, p model.Point) string {
	usual, known := a.env.State.EstimateDuration(action, p.Kind)
	switch {
	case !known:
		return fmt.Sprintf("unknown (%s restores vary)", p.Kind)
	case usual.Samples > 0:
		return fmt.Sprintf("usually %s (last %d here)", widget.FormatRange(usual.Min, usual.Max), usual.Samples)
	}
	return "usually " + formatMinutes(usual.Span)
}

// formatMinutes formats a range as the provider's documentation does.
func formatMinutes(s model.Span) string {
	return fmt.Sprintf("%d%s%d minutes", int(s.Min.Minutes()), style.Dash, int(s.Max.Minutes()))
}

// snapshotDuration describes how long a snapshot before a restore takes.
func (a Actions) snapshotDuration() string {
	usual, _ := a.env.State.EstimateDuration(model.Create, model.Snapshot)
	if usual.Samples > 0 {
		return "about " + widget.FormatRange(usual.Min, usual.Max)
	}
	return formatMinutes(usual.Span)
}

// createDuration describes how long creating a point takes, by earlier ones here or by the
// provider's documentation.
func (a Actions) createDuration(kind model.Kind) string {
	usual, known := a.env.State.EstimateDuration(model.Create, kind)
	switch {
	case !known:
		return "Duration varies; slower than a snapshot (provider's documentation)."
	case usual.Samples > 0:
		return fmt.Sprintf("Usually takes %s (last %d here).", widget.FormatRange(usual.Min, usual.Max), usual.Samples)
	}
	return "Usually takes " + formatMinutes(usual.Span) + " (provider's documentation)."
}

// backupDuration describes how long a backup before a restore takes.
func (a Actions) backupDuration() string {
	if usual, known := a.env.State.EstimateDuration(model.Create, model.Backup); known {
		return "adds about " + widget.FormatRange(usual.Min, usual.Max)
	}
	return "takes longer"
}
