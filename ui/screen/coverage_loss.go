package screen

import (
	"fmt"
	"strings"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
)

// maxCoverageLosses is the maximum number of servers that a preview lists. More would not fit on the
// screen.
const maxCoverageLosses = 3

// coverageDetails says of each server what it will lack after a deletion, now and once more points
// have expired. It says nothing if no server is covered worse. name names a server; the preview of
// one restore point leaves it out.
func (a Actions) coverageDetails(deleted []model.Point, name func(model.ServerRef) string) []dialog.Detail {
	state := a.env.State
	if !state.Complete() {
		return []dialog.Detail{{Label: "After this", Value: "the coverage is unknown: a list is incomplete", Bad: true}}
	}
	losses := state.Fleet().CoverageLosses(a.env.Policies, deleted, state.Now)
	return append(lossLines(losses, "After this", name, model.CoverageLoss.NowText),
		lossLines(losses, "In 7 days", name, model.CoverageLoss.LaterText)...)
}

// lossLines returns a line for each of the first servers with a text, and one for the others.
func lossLines(losses []model.CoverageLoss, label string, name func(model.ServerRef) string,
	text func(model.CoverageLoss) (string, model.Health)) []dialog.Detail {
	var lines []dialog.Detail
	more := 0
	for _, loss := range losses {
		switch why, health := text(loss); {
		case why == "":
		case len(lines) == maxCoverageLosses:
			more++
		default:
			lines = append(lines, dialog.Detail{Label: label, Bad: true,
				Value: strings.TrimSpace(name(loss.Server) + " " + healthGlyph(health) + " " + why)})
		}
	}
	if more > 0 {
		lines = append(lines, dialog.Detail{Label: label, Bad: true,
			Value: fmt.Sprintf("and %s more", model.Pluralize(more, "server"))})
	}
	return lines
}

// healthGlyph returns the sign of a state of coverage.
func healthGlyph(h model.Health) string {
	if h >= model.Failing {
		return style.Failed
	}
	return style.Warning
}
