package screen

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// ShowPoint opens a sheet with all that is known of a restore point.
func (d Deeds) ShowPoint(p model.Point) tea.Cmd {
	title := strings.ToUpper(p.Kind.String()[:1]) + p.Kind.String()[1:] + " #" + string(p.ID)
	return d.env.Open(dialog.NewSheet(title, func(s *style.Styles, width int) []string {
		now, ok := d.env.State.Point(p.Key())
		if !ok {
			return []string{s.Bad.Render("It is no longer there.")}
		}
		return d.pointLines(s, now, width)
	}, *d.env.Keys, d.env.Look, d.env.Keys.View.Open))
}

func (d Deeds) pointLines(s *style.Styles, p model.Point, width int) []string {
	now := d.env.State.Now
	status := PointStatus(s, p.Status)
	rows := []fact{{"server", p.Server.Label() + "  #" + string(p.Server.ID), s.Text}}
	if p.Kind == model.Snapshot {
		rows = append(rows, fact{"name", p.Name, s.Text})
	} else {
		rows = append(rows, fact{"type", string(p.Type), s.Text})
	}
	rows = append(rows,
		fact{"status", status.Sign + " " + status.Text, status.Style},
		fact{"description", p.Description, s.Text},
		fact{"size", widget.SizeOf(&p), s.Text},
		fact{"created", exactly(&p, now), s.Text},
	)
	end := widget.Expires(&p, now)
	switch {
	case p.ExpiresUnreadable:
		end = "unreadable time"
	case !p.ExpiresAt.IsZero():
		end = widget.Stamp(p.ExpiresAt) + "  (" + end + ")"
	}
	rows = append(rows, fact{"expires", end, s.Text})
	if why := p.CannotRestore(now); why != "" {
		rows = append(rows, fact{"restore", why, s.Late})
	} else if age, known := p.Age(now); known {
		rows = append(rows, fact{"going back", "loses " + widget.Duration(age), s.Text})
	}
	return facts(s, width, rows)
}

func exactly(p *model.Point, now time.Time) string {
	if p.CreatedAt.IsZero() {
		return widget.MadeAt(p)
	}
	return widget.MadeAt(p) + "  (" + widget.Ago(p.CreatedAt, now) + ")"
}
