package headless

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"vpsdeck/model"
	"vpsdeck/model/query"
	"vpsdeck/ui/widget"
)

// ListOptions are the options of a list.
type ListOptions struct {
	Server *string // an ID, a name or a glob; nil: all
	Filter string  // in the filter's language; empty: all
	Format Format
}

// parseFilter reads the filter. Its error is a settings.Error with ExitUsage.
func (o ListOptions) parseFilter(fields query.FieldSet) (query.Query, error) {
	q, problems := query.Parse(o.Filter, fields)
	if len(problems) > 0 {
		return q, usageError("--filter: %s", problems[0].Message)
	}
	return q, nil
}

// serverRow is a server in a list, in its JSON form.
type serverRow struct {
	ID             model.ID  `json:"id"`
	Name           string    `json:"name"`
	Hostname       string    `json:"hostname"`
	Status         string    `json:"status"`
	IP             string    `json:"ip"`
	Location       string    `json:"location"`
	Plan           string    `json:"plan"`
	OS             string    `json:"os"`
	CreatedAt      timestamp `json:"created_at"`
	NewestBackup   timestamp `json:"newest_backup_at"`
	NewestSnapshot timestamp `json:"newest_snapshot_at"`
	Backups        int       `json:"backups"`
	Snapshots      int       `json:"snapshots"`
	Health         string    `json:"health"`
}

// ListServers writes the servers, by name.
func (r *Runner) ListServers(ctx context.Context, opts ListOptions) error {
	q, err := opts.parseFilter(query.ServerFields)
	if err != nil {
		return err
	}
	servers, err := r.loadServers(ctx, opts.Server)
	if err != nil {
		return err
	}
	servers = slices.SortedFunc(slices.Values(servers), compareByName)
	var rows []serverRow
	for _, s := range servers {
		assessment := model.Assess(s, r.state.PointsOf(s.ID), r.opts.Policies.For(s), r.state.Now)
		if shown, _, _ := q.MatchServer(model.ServerView{Server: s, Assessment: assessment, Known: true},
			r.state.Now); shown {
			rows = append(rows, r.newServerRow(s, assessment))
		}
	}
	return r.withIncomplete(writeRows(r.opts.Out, opts.Format, rows, serverColumns(r.state.Now)))
}

// withIncomplete returns err, or why the list that was written is incomplete, or nil.
func (r *Runner) withIncomplete(err error) error {
	if err != nil {
		return err
	}
	return r.incomplete
}

// loadServers loads the account and returns the servers that match; all if asked is nil.
func (r *Runner) loadServers(ctx context.Context, asked *string) ([]model.Server, error) {
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	if asked == nil {
		return slices.Clone(r.state.Servers.Value), nil
	}
	return r.matchServers(*asked, r.state.Servers.Value)
}

func (r *Runner) newServerRow(s model.Server, assessment model.Assessment) serverRow {
	has := r.state.Fleet().Coverage(s.ID)
	return serverRow{
		ID: s.ID, Name: s.Name, Hostname: s.Hostname, Status: string(s.Status), IP: s.IP, Location: s.Location,
		Plan: s.Plan.Name,
		OS:   s.OS, CreatedAt: timestamp(s.CreatedAt), NewestBackup: timestamp(assessment.Kinds[model.Backup].Newest),
		NewestSnapshot: timestamp(assessment.Kinds[model.Snapshot].Newest), Backups: has.Backups,
		Snapshots: has.Snapshots,
		Health:    assessment.Health.String(),
	}
}

func serverColumns(now time.Time) []column[serverRow] {
	return []column[serverRow]{
		{title: "ID", field: "id", value: func(r serverRow) string { return string(r.ID) }},
		{title: "NAME", field: "name", value: func(r serverRow) string { return r.Name },
			display: func(r serverRow) string { return model.ServerRef{ID: r.ID, Name: r.Name}.ShortLabel() }},
		{field: "hostname", value: func(r serverRow) string { return r.Hostname }},
		{title: "STATUS", field: "status", value: func(r serverRow) string { return r.Status }},
		{title: "IP", field: "ip", value: func(r serverRow) string { return r.IP }},
		{title: "LOCATION", field: "location", value: func(r serverRow) string { return r.Location }},
		{field: "plan", value: func(r serverRow) string { return r.Plan }},
		{field: "os", value: func(r serverRow) string { return r.OS }},
		{field: "created_at", value: func(r serverRow) string { return r.CreatedAt.String() }},
		{title: "NEWEST BACKUP", alignRight: true, field: "newest_backup_at",
			value:   func(r serverRow) string { return r.NewestBackup.String() },
			display: func(r serverRow) string { return widget.Ago(time.Time(r.NewestBackup), now) }},
		{title: "NEWEST SNAPSHOT", alignRight: true, field: "newest_snapshot_at",
			value:   func(r serverRow) string { return r.NewestSnapshot.String() },
			display: func(r serverRow) string { return widget.Ago(time.Time(r.NewestSnapshot), now) }},
		{title: "BACKUPS", alignRight: true, field: "backups",
			value: func(r serverRow) string { return strconv.Itoa(r.Backups) }},
		{title: "SNAPSHOTS", alignRight: true, field: "snapshots",
			value: func(r serverRow) string { return strconv.Itoa(r.Snapshots) }},
		{title: "COVERAGE", field: "health", value: func(r serverRow) string { return r.Health }},
	}
}

// pointRow is a restore point in a list, in its JSON form.
type pointRow struct {
	ID          model.ID  `json:"id"`
	Kind        string    `json:"kind"`
	ServerID    model.ID  `json:"server_id"`
	Server      string    `json:"server"`
	Name        string    `json:"name"`
	Type        string    `json:"type"`
	Status      string    `json:"status"`
	SizeMB      size      `json:"size_mb"`
	CreatedAt   timestamp `json:"created_at"`
	ExpiresAt   timestamp `json:"expires_at"`
	Description string    `json:"description"`
	Unreadable  []string  `json:"unreadable"` // fields whose time the API gave in an unreadable form: they are null
	point       model.Point
}

// ListPoints writes the restore points of one kind, newest first.
func (r *Runner) ListPoints(ctx context.Context, kind model.Kind, opts ListOptions) error {
	q, err := opts.parseFilter(query.PointFields)
	if err != nil {
		return err
	}
	points, err := r.loadPoints(ctx, kind, opts.Server)
	if err != nil {
		return err
	}
	r.updateClocks()
	points = slices.Clone(points)
	model.SortNewestFirst(points)
	var rows []pointRow
	for _, p := range points {
		if shown, _, _ := q.MatchPoint(p, r.state.Now); shown {
			rows = append(rows, newPointRow(p))
		}
	}
	return r.withIncomplete(writeRows(r.opts.Out, opts.Format, rows, pointColumns(kind, r.state.Now)))
}

// loadPoints fetches the restore points of one kind of the servers that match. It requests no more
// than necessary.
func (r *Runner) loadPoints(ctx context.Context, kind model.Kind, asked *string) ([]model.Point, error) {
	if asked == nil {
		return r.fetchPoints(ctx, kind, "")
	}
	servers, err := r.opts.Client.Servers(ctx, model.ServerFilter{})
	if servers, err = acceptIncomplete(r, servers, err); err == nil {
		servers, err = r.matchServers(*asked, servers)
	}
	if err != nil {
		return nil, err
	}
	if len(servers) == 1 {
		return r.fetchPoints(ctx, kind, servers[0].ID)
	}
	points, err := r.fetchPoints(ctx, kind, "")
	return slices.DeleteFunc(slices.Clone(points), func(p model.Point) bool {
		return !slices.ContainsFunc(servers, func(s model.Server) bool { return s.ID == p.Server.ID })
	}), err
}

func (r *Runner) fetchPoints(ctx context.Context, kind model.Kind, server model.ID) ([]model.Point, error) {
	if kind == model.Snapshot {
		points, err := r.opts.Client.Snapshots(ctx, model.SnapshotFilter{Server: server})
		return acceptIncomplete(r, points, err)
	}
	points, err := r.opts.Client.Backups(ctx, model.BackupFilter{Server: server})
	return acceptIncomplete(r, points, err)
}

// acceptIncomplete accepts an incomplete list, and sets r.incomplete.
func acceptIncomplete[T any](r *Runner, list []T, err error) ([]T, error) {
	if errors.Is(err, model.ErrIncomplete) {
		r.incomplete, err = err, nil
	}
	return list, err
}

func newPointRow(p model.Point) pointRow {
	unreadable := []string{}
	if p.CreatedUnreadable {
		unreadable = append(unreadable, "created_at")
	}
	if p.ExpiresUnreadable {
		unreadable = append(unreadable, "expires_at")
	}
	return pointRow{
		ID: p.ID, Kind: p.Kind.String(), ServerID: p.Server.ID, Server: p.Server.Name, Name: p.Name,
		Type:   string(p.Type),
		Status: string(p.Status), SizeMB: sizeOf(p), CreatedAt: timestamp(p.CreatedAt),
		ExpiresAt:   timestamp(p.ExpiresAt),
		Description: p.Description, Unreadable: unreadable, point: p,
	}
}

// pointColumns are the same for both kinds in CSV; a table leaves out columns that a kind does not
// have.
func pointColumns(kind model.Kind, now time.Time) []column[pointRow] {
	name, backupType, expiry := "NAME", "", ""
	if kind == model.Backup {
		name, backupType, expiry = "", "TYPE", "EXPIRES"
	}
	return []column[pointRow]{
		{title: "ID", field: "id", value: func(r pointRow) string { return string(r.ID) }},
		{field: "kind", value: func(r pointRow) string { return r.Kind }},
		{field: "server_id", value: func(r pointRow) string { return string(r.ServerID) }},
		{title: "SERVER", field: "server", value: func(r pointRow) string { return r.Server },
			display: func(r pointRow) string { return model.ServerRef{ID: r.ServerID, Name: r.Server}.ShortLabel() }},
		{title: name, field: "name", value: func(r pointRow) string { return r.Name }},
		{title: backupType, field: "type", value: func(r pointRow) string { return r.Type }},
		{title: "STATUS", field: "status", value: func(r pointRow) string { return r.Status }},
		{title: "SIZE", alignRight: true, field: "size_mb", value: func(r pointRow) string { return r.SizeMB.String() },
			display: func(r pointRow) string { return widget.SizeOf(&r.point) }},
		{title: "CREATED", alignRight: true, field: "created_at",
			value:   func(r pointRow) string { return r.CreatedAt.String() },
			display: func(r pointRow) string { return widget.CreatedAgo(&r.point, now) }},
		{title: expiry, alignRight: true, field: "expires_at",
			value:   func(r pointRow) string { return r.ExpiresAt.String() },
			display: func(r pointRow) string { return widget.ExpiresIn(&r.point, now) }},
		{title: "DESCRIPTION", field: "description", value: func(r pointRow) string { return r.Description }},
		{field: "unreadable", value: func(r pointRow) string { return strings.Join(r.Unreadable, " ") }},
	}
}
