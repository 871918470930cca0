package headless

import (
	"context"
	"slices"
	"strings"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// Moment is a time as it is given on the command line: absolute, or an age by the API's clock.
type Moment struct {
	at       time.Time
	age      time.Duration
	absolute bool // at counts, which may be the zero time
}

// momentLayouts are the forms of an absolute time. Without an offset it is UTC.
var momentLayouts = []string{
	time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05",
	"2006-01-02 15:04", time.DateOnly,
}

// ParseMoment reads a time such as "2025-01-15 18:30", or an age such as 36h. Its error is a
// settings.Error with ExitUsage.
func ParseMoment(text string) (Moment, error) {
	for _, layout := range momentLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return Moment{at: at.UTC(), absolute: true}, nil
		}
	}
	age, err := model.ParseAge(text)
	if err != nil {
		return Moment{}, usageError("--before cannot be %q: write a time such as 2025-01-15T18:30Z or "+
			`"2025-01-15 18:30" (UTC), or an age such as 36h`, model.Clean(text))
	}
	return Moment{age: age}, nil
}

// time returns the absolute time.
func (m Moment) time(now time.Time) time.Time {
	if m.absolute {
		return m.at
	}
	return now.Add(-m.age)
}

// newestPoint returns the newest usable restore point of the server that the options name, and the
// server. It refuses to choose if any restore point may be missing, or has an unknown date.
func (r *Runner) newestPoint(ctx context.Context, opts PointOptions) (model.Point, model.Server, error) {
	server, err := r.findServer(opts.Server)
	if err != nil {
		return model.Point{}, server, err
	}
	if err := r.resumeEarlier(ctx, []model.Server{server}, opts.Follow); err != nil {
		return model.Point{}, server, err
	}
	r.updateClocks()
	if err := r.checkComplete(); err != nil {
		return model.Point{}, server, err
	}
	points, limit := r.state.PointsOf(server.ID), ""
	if opts.Before != nil {
		before := opts.Before.time(r.state.Now)
		limit = " created before " + widget.FormatTime(before)
		points = slices.DeleteFunc(slices.Clone(points), func(p model.Point) bool {
			_, known := p.Age(r.state.Now)
			return known && !p.CreatedAt.Before(before)
		})
	}
	for _, p := range points {
		if _, known := p.Age(r.state.Now); !known && p.Usable(r.state.Now) {
			return p, server, refusedError("the date of %s is not known, so it may be the newest: choose a restore "+
				"point with --backup or --snapshot", describePoint(p))
		}
	}
	newest, ok := model.NewestUsable(points, r.state.Now)
	if !ok {
		return newest, server, settings.Errorf(settings.ExitNotFound, "nothing was sent: %s has no usable restore "+
			"point%s: see vpsdeck list backups and vpsdeck list snapshots", server.Ref().SentenceName(), limit)
	}
	r.noteNewerUnusable(points, newest)
	return newest, server, nil
}

// checkComplete refuses to choose a restore point while a list is incomplete.
func (r *Runner) checkComplete() error {
	if r.state.Complete() {
		return nil
	}
	reason := "A list is incomplete."
	if err := r.state.Incomplete(); err != nil {
		reason = model.ErrorMessage(err)
	}
	return refusedError("%s The newest restore point may be missing: choose one with --backup or --snapshot", reason)
}

// findServer returns the server with exactly this name, or with this ID if its name cannot be
// typed.
func (r *Runner) findServer(name string) (model.Server, error) {
	var found []model.Server
	byID := false
	for _, s := range r.state.Servers.Value {
		if namesServer(name, s.Ref()) {
			found = append(found, s)
		}
		byID = byID || string(s.ID) == name
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return model.Server{}, settings.Errorf(settings.ExitNotFound, "nothing was sent: %d servers are called %q: "+
			"choose a restore point of one with --backup or --snapshot", len(found), model.Clean(name))
	case byID:
		return model.Server{}, refusedError("--server needs the exact name of the server, not its ID")
	case r.incomplete != nil:
		return model.Server{}, r.incomplete
	}
	return model.Server{}, settings.Errorf(settings.ExitNotFound, "there is no server %q: see vpsdeck list servers",
		model.Clean(name))
}

// noteNewerUnusable prints which newer restore points are not used, and why.
func (r *Runner) noteNewerUnusable(points []model.Point, chosen model.Point) {
	const most = 5
	var newer []string
	for _, p := range points {
		if p.Usable(r.state.Now) || !p.CreatedAt.After(chosen.CreatedAt) {
			continue
		}
		why := p.CannotRestore(r.state.Now)
		if why == "" {
			why = describePoint(p) + " has the status " + string(p.Status)
		}
		newer = append(newer, why)
	}
	if rest := len(newer) - most; rest > 0 {
		newer = append(newer[:most:most], "and more")
	}
	if len(newer) > 0 {
		r.notef("warning: newer, but not usable: %s", strings.Join(newer, "; "))
	}
}
