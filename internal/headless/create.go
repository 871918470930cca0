package headless

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// CreateOptions say which restore points to create, one for each server.
type CreateOptions struct {
	Kind        model.Kind
	Servers     []string       // IDs, names and globs
	Name        string         // of snapshots, a template; see [model.NameTemplate]
	Description string         // a template too
	IfOlderThan *time.Duration // only servers whose newest usable one of the kind is older; nil: all
	Prune       bool           // delete a snapshot by the retention rules where the quota is full
	Yes         bool           // the deletions of Prune are confirmed
	Follow      FollowOptions
}

// textTemplates are the parsed templates of the options.
type textTemplates struct{ name, description model.NameTemplate }

// parseTemplates reads the templates. Its error is a settings.Error with ExitUsage.
func (o CreateOptions) parseTemplates() (t textTemplates, err error) {
	parse := func(flag, text string, forSnapshot bool) model.NameTemplate {
		template, problems := model.ParseTemplate(text, forSnapshot)
		if len(problems) > 0 && err == nil {
			err = usageError("--%s: %s", flag, problems[0].Message)
		}
		return template
	}
	if o.Kind == model.Snapshot {
		t.name = parse("name", o.Name, true)
	}
	t.description = parse("description", o.Description, false)
	return t, err
}

// Create creates a backup or a snapshot of each server. It checks all servers as far as possible
// before it sends the first request.
func (r *Runner) Create(ctx context.Context, opts CreateOptions) error {
	t, err := opts.parseTemplates()
	if err != nil {
		return err
	}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	servers, err := r.matchAllServers(opts.Servers, r.state.Servers.Value)
	if err != nil {
		return err
	}
	due := r.dueServers(servers, opts)
	if len(due) == 0 {
		return r.execute(ctx, nil, opts.Follow) // no data, in the format that was asked for
	}
	if err := r.resumeEarlier(ctx, due, opts.Follow); err != nil {
		return err
	}
	if servers = r.dueServers(due, opts); len(servers) == 0 { // an earlier run's was found
		return r.execute(ctx, nil, opts.Follow)
	}
	requests, err := r.createRequests(opts.Kind, t, servers)
	if err != nil {
		return err
	}
	if opts.Prune {
		if err := r.makeRoom(ctx, opts, requests); err != nil {
			return err
		}
	}
	if err := r.checkCapacity(requests); err != nil {
		return err
	}
	if opts.Kind == model.Snapshot {
		r.warnRunning(servers)
	}
	return r.execute(ctx, requests, opts.Follow)
}

// dueServers returns the servers that need a new restore point by IfOlderThan, and notes of the
// others why not. One that is being created counts if it was begun recently enough. In an incomplete
// list there may be a newer one; then one too many is created, but never one too few.
func (r *Runner) dueServers(servers []model.Server, opts CreateOptions) []model.Server {
	if opts.IfOlderThan == nil {
		return servers
	}
	var due []model.Server
	for _, s := range servers {
		why := ""
		for _, p := range r.state.PointsOf(s.ID) { // newest first
			age, known := p.Age(r.state.Now)
			if p.Kind != opts.Kind || !known || age > *opts.IfOlderThan || why != "" {
				continue
			}
			switch {
			case p.Status.Running():
				why = fmt.Sprintf("a %s is being created", p.Kind)
			case p.Usable(r.state.Now):
				why = fmt.Sprintf("newest usable %s is %s old", p.Kind, widget.FormatDuration(age))
			}
		}
		if why == "" {
			due = append(due, s)
			continue
		}
		r.notef("%s: %s: nothing to do", s.Ref().SentenceName(), why)
	}
	return due
}

// createRequests returns the action requests, with names and descriptions.
func (r *Runner) createRequests(kind model.Kind, t textTemplates, servers []model.Server) ([]model.ActionRequest,
	error) {
	names := make([]string, len(servers))
	var problems []model.Problem
	if kind == model.Snapshot {
		names, problems = t.name.RenderAll(servers, r.state.Snapshots.Value, r.state.Now)
	}
	descriptions, more := t.description.RenderAll(servers, nil, r.state.Now)
	if problems = append(problems, more...); len(problems) > 0 {
		return nil, nothingSentError(settings.ExitRefused, problemMessages(problems))
	}
	requests := make([]model.ActionRequest, len(servers))
	for i, s := range servers {
		// as lists show it, because a point whose answer is lost is found by it
		description := norm.NFC.String(strings.TrimSpace(descriptions[i]))
		p := model.Point{Kind: kind, Server: s.Ref(), Name: names[i], Description: description}
		if kind == model.Backup {
			p.Type = model.Manual
		}
		requests[i] = model.ActionRequest{Action: model.Create, Point: p, Server: s.Ref()}
	}
	return requests, nil
}

// checkCapacity checks that each server can have another restore point now. Where the rules are
// undocumented, the API decides.
func (r *Runner) checkCapacity(requests []model.ActionRequest) error {
	if r.incomplete != nil {
		r.notef("warning: %s The API decides whether the quota is full", model.ErrorMessage(r.incomplete))
	}
	why, warnings := r.capacityProblems(requests, requests)
	for _, text := range warnings {
		r.notef("warning: %s", text)
	}
	if len(why) > 0 {
		return nothingSentError(settings.ExitLimited, why)
	}
	return nil
}

// capacityProblems returns what is in the way of new restore points: why their servers are busy, and
// which quotas are full, of those that count.
func (r *Runner) capacityProblems(requests, counted []model.ActionRequest) (why, warnings []string) {
	for _, in := range requests {
		server, _ := r.state.Server(in.Server.ID)
		if busy := r.busyReason(server, in); busy != "" {
			why = append(why, busy)
		}
	}
	for _, p := range model.CheckQuotas(counted, r.state.AllPoints()) {
		if p.Warning {
			warnings = append(warnings, p.Message)
			continue
		}
		why = append(why, p.Message)
	}
	return why, warnings
}

// warnRunning prints the documented warning about snapshots of running servers.
func (r *Runner) warnRunning(servers []model.Server) {
	const most = 5
	var names []string
	for _, s := range servers {
		if s.Running() {
			names = append(names, s.Ref().SentenceName())
		}
	}
	n := len(names)
	if n > most {
		names = append(names[:most:most], fmt.Sprintf("%d more", n-most))
	}
	switch {
	case n == 1:
		r.notef("warning: %s is running: its snapshot may be inconsistent. Stop it first for the best result.",
			names[0])
	case n > 1:
		r.notef("warning: %d servers are running: their snapshots may be inconsistent. Stop them first for the best "+
			"result: %s", n, strings.Join(names, ", "))
	}
}

// busyReason returns why the action may not start on the server now, or "".
func (r *Runner) busyReason(s model.Server, in model.ActionRequest) string {
	if why := s.CannotChange(); why != "" {
		return why
	}
	if why := r.state.Conflict(in.Action, in.Point); why != "" {
		return s.Name + ": " + why
	}
	return ""
}

// nothingSentError is the error of a command that ended before the first request.
func nothingSentError(code settings.ExitCode, why []string) error {
	const most = 5
	if rest := len(why) - most; rest > 0 {
		why = append(why[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return settings.Errorf(code, "nothing was sent: %s", strings.Join(why, "; "))
}

func problemMessages(problems []model.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Message)
	}
	return out
}
