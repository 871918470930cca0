package screen

import (
	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// SetWide sets whether the screen has room for the picture of the last days.
func (p *Servers) SetWide(wide bool) {
	if wide != p.wide {
		p.wide = wide
		p.applyColumns()
	}
}

// applyColumns sets the columns that the user chose and the screen has room for.
func (p *Servers) applyColumns() {
	p.env.Columns.apply(&p.table, "servers", serverColumns())
	if !p.wide {
		p.table.Columns[serverDays] = widget.Column{}
		return
	}
	for _, count := range []int{serverBackups, serverSnapshots} { // the picture shows more than they do
		p.table.Columns[count].Rank = widget.OptionalRank
	}
}

// daysSpan returns a cell for each of the last days, today last: what the server has of it.
func (p *Servers) daysSpan(s *style.Styles, r *model.AssessedServer) widget.Span {
	if !p.wide {
		return widget.Span{}
	}
	if !r.Known {
		return widget.Span{Text: "-", Style: s.Faint}
	}
	days := p.env.State.Fleet().CoverByDay(r.ID, p.env.State.Now)
	values := make([]int, len(days))
	for i, day := range days {
		values[i] = int(day)
	}
	return widget.Strip(dayCells(s), values)
}

// dayCells are the signs of the timeline, by what a day has.
func dayCells(s *style.Styles) []widget.StripCell {
	return []widget.StripCell{
		model.DayNone:      {Glyph: style.Dot, Style: s.Faint},
		model.DaySnapshot:  {Glyph: style.Snapshot, Style: s.Snapshot},
		model.DayFailed:    {Glyph: style.Failed, Style: s.Bad},
		model.DayManual:    {Glyph: style.Manual, Style: s.Muted},
		model.DayAutomatic: {Glyph: style.Automatic, Style: s.Muted},
	}
}
