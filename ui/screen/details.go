package screen

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// ShowServer opens a sheet with all that is known of a server. It is drawn from the state, so that it stays true while it
// is open.
func (d Deeds) ShowServer(id model.ID) tea.Cmd {
	server, ok := d.env.State.Server(id)
	if !ok {
		return d.refuse("there is no server under the cursor")
	}
	return d.env.Open(dialog.NewSheet(widget.Agreed(server.Name), func(s *style.Styles, width int) []string {
		server, ok := d.env.State.Server(id)
		if !ok {
			return []string{s.Bad.Render("It is no longer there.")}
		}
		return d.serverLines(s, server, width)
	}, *d.env.Keys, d.env.Look, d.env.Keys.View.Open))
}

func (d Deeds) serverLines(s *style.Styles, server model.Server, width int) []string {
	now := d.env.State.Now
	status := ServerStatus(s, server.Status)
	plan := fmt.Sprintf("%s %s %d vCPU, %s, %s", server.Plan.Name, style.Dot, server.Plan.VCPUs,
		widget.Size(int64(server.Plan.MemoryMB)), widget.Size(int64(server.Plan.StorageGB)*1024))
	lines := facts(s, width, []fact{
		{"status", status.Sign + " " + status.Text, status.Style},
		{"id", "#" + string(server.ID), s.Text},
		{"hostname", server.Hostname, s.Text},
		{"address", server.IP, s.Text},
		{"location", server.Location, s.Text},
		{"plan", plan, s.Text},
		{"system", server.OS, s.Text},
		{"created", exactly(server.CreatedAt, now), s.Text},
		{"changed", exactly(server.UpdatedAt, now), s.Text},
	})
	points := d.env.State.Of(server.ID)
	lines = append(lines, "", s.Strong.Render(fmt.Sprintf("%d restore points, newest first", len(points))))
	for _, p := range points {
		st := PointStatus(s, p.Status)
		lines = append(lines, s.Muted.Render(widget.Fit(p.Kind.String(), 10, false))+
			s.Text.Render(widget.Fit(widget.Ago(p.CreatedAt, now), 10, false))+
			s.Text.Render(widget.Fit(widget.Size(p.SizeMB), 9, false))+
			st.SignStyle.Render(st.Sign)+st.Style.Render(widget.Fit(" "+st.Text, 12, false))+s.Muted.Render(widget.Agreed(p.Label())))
	}
	if len(points) == 0 {
		lines = append(lines, s.Bad.Render("There is nothing to go back to."))
	}
	return lines
}

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
	rows := []fact{{"server", p.Server.Name + "  #" + string(p.Server.ID), s.Text}}
	if p.Kind == model.Snapshot {
		rows = append(rows, fact{"name", p.Name, s.Text})
	} else {
		rows = append(rows, fact{"type", string(p.Type), s.Text})
	}
	rows = append(rows,
		fact{"status", status.Sign + " " + status.Text, status.Style},
		fact{"description", p.Description, s.Text},
		fact{"size", widget.Size(p.SizeMB), s.Text},
		fact{"created", exactly(p.CreatedAt, now), s.Text},
	)
	if p.Kind == model.Backup {
		end := "never by itself"
		if !p.ExpiresAt.IsZero() {
			end = widget.Stamp(p.ExpiresAt) + "  (" + widget.Until(p.ExpiresAt, now) + ")"
		}
		rows = append(rows, fact{"expires", end, s.Text})
	}
	if why := p.CannotRestore(); why != "" {
		rows = append(rows, fact{"restore", why, s.Late})
	} else if !p.CreatedAt.IsZero() {
		rows = append(rows, fact{"going back", "loses " + widget.Duration(now.Sub(p.CreatedAt)), s.Text})
	}
	return facts(s, width, rows)
}

func exactly(at, now time.Time) string {
	if at.IsZero() {
		return "not known"
	}
	return widget.Stamp(at) + "  (" + widget.Ago(at, now) + ")"
}
