package screen

import (
	"fmt"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// downtime is how long a deed takes: by the documents, or by what it took here.
func (a Actions) downtime(action model.Action, p model.Point) string {
	usual, known := a.env.State.EstimateDuration(action, p.Kind)
	switch {
	case !known:
		return "for how long varies"
	case usual.Samples > 0:
		return fmt.Sprintf("by the last %d here for about %s", usual.Samples, widget.FormatRange(usual.Min, usual.Max))
	}
	return "usually for " + formatMinutes(usual.Span)
}

// formatMinutes words what the documents say, in their words.
func formatMinutes(s model.Span) string {
	return fmt.Sprintf("%d%s%d minutes", int(s.Min.Minutes()), style.Dash, int(s.Max.Minutes()))
}

// snapshotDuration is how long a snapshot that is taken first takes: by the documents, or by what snapshots took here.
func (a Actions) snapshotDuration() string {
	usual, _ := a.env.State.EstimateDuration(model.Create, model.Snapshot)
	if usual.Samples > 0 {
		return "about " + widget.FormatRange(usual.Min, usual.Max)
	}
	return formatMinutes(usual.Span)
}

// createDuration is how long making a point takes: by the documents, or by what it took here.
func (a Actions) createDuration(kind model.Kind) string {
	usual, known := a.env.State.EstimateDuration(model.Create, kind)
	switch {
	case !known:
		return "By the provider's documents it varies, and is slower than a snapshot."
	case usual.Samples > 0:
		return fmt.Sprintf("Takes about %s, by the last %d here.", widget.FormatRange(usual.Min, usual.Max), usual.Samples)
	}
	return "Usually takes " + formatMinutes(usual.Span) + ", by the provider's documents."
}

// backupDuration is how long a backup that is taken first takes.
func (a Actions) backupDuration() string {
	if usual, known := a.env.State.EstimateDuration(model.Create, model.Backup); known {
		return "adds about " + widget.FormatRange(usual.Min, usual.Max)
	}
	return "takes longer"
}
