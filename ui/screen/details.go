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

// ShowPoint opens a sheet with the details of a restore point.
func (a Actions) ShowPoint(p model.Point) tea.Cmd {
	title := strings.ToUpper(p.Kind.String()[:1]) + p.Kind.String()[1:] + " #" + string(p.ID)
	return a.env.OpenDialog(dialog.NewSheet(title, func(s *style.Styles, width int) []string {
		now, ok := a.env.State.Point(p.Key())
		if !ok {
			return []string{style.Render(s.Bad, "It no longer exists.")}
		}
		return a.pointLines(s, now, width)
	}, *a.env.Keys, a.env.Styles, a.env.Keys.View.Open))
}

func (a Actions) pointLines(s *style.Styles, p model.Point, width int) []string {
	now := a.env.State.Now
	status := PointStatus(s, p.Status)
	rows := []detail{{"server", p.Server.Label() + "  #" + string(p.Server.ID), s.Text}}
	if p.Kind == model.Snapshot {
		rows = append(rows, detail{"name", p.Name, s.Text})
	} else {
		rows = append(rows, detail{"type", string(p.Type), s.Text})
	}
	rows = append(rows,
		detail{"status", status.Sign + " " + status.Text, status.Style},
		detail{"description", p.Description, s.Text},
		detail{"size", widget.SizeOf(&p), s.Text},
		detail{"created", createdDetail(&p, now), s.Text},
	)
	end := widget.ExpiresIn(&p, now)
	switch {
	case p.ExpiresUnreadable:
		end = "unreadable time"
	case !p.ExpiresAt.IsZero():
		end = widget.FormatTime(p.ExpiresAt) + "  (" + end + ")"
	}
	rows = append(rows, detail{"expires", end, s.Text})
	if why := p.CannotRestore(now); why != "" {
		rows = append(rows, detail{"restore", why, s.Warning})
	} else if age, known := p.Age(now); known {
		rows = append(rows, detail{"restore", "loses the last " + widget.FormatDuration(age), s.Text})
	}
	return detailLines(s, width, rows)
}

func createdDetail(p *model.Point, now time.Time) string {
	if p.CreatedAt.IsZero() {
		return widget.CreatedTime(p)
	}
	return widget.CreatedTime(p) + "  (" + widget.Ago(p.CreatedAt, now) + ")"
}
