package headless

import (
	"fmt"

	"vpsdeck/model"
)

// maxCoverageLosses is the maximum number of servers that a plan names.
const maxCoverageLosses = 10

// coverageLosses returns which servers a deletion covers worse. The lists must be complete.
func (r *Runner) coverageLosses(points []model.Point) []model.CoverageLoss {
	return r.state.Fleet().CoverageLosses(r.opts.Policies, points, r.state.Now)
}

// noteCoverageLoss prints a line for each server that a deletion covers worse.
func (r *Runner) noteCoverageLoss(points []model.Point) {
	if r.incomplete != nil {
		r.notef("the coverage after this is unknown: a list is incomplete")
		return
	}
	var lines []string
	for _, loss := range r.coverageLosses(points) {
		if why, _ := loss.NowText(); why != "" {
			lines = append(lines, fmt.Sprintf("after this: %s: %s", loss.Server.SentenceName(), why))
		}
		if why, _ := loss.LaterText(); why != "" {
			lines = append(lines, fmt.Sprintf("in 7 days: %s: %s", loss.Server.SentenceName(), why))
		}
	}
	for i, line := range lines {
		if i == maxCoverageLosses {
			r.notef("coverage also gets worse: %d more lines", len(lines)-i)
			return
		}
		r.notef("%s", line)
	}
}

// nullable returns a text for JSON, and nil for an empty one.
func nullable(text string, _ model.Health) *string {
	if text == "" {
		return nil
	}
	return &text
}

// textOf is the opposite of nullable.
func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
