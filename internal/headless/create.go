package headless

import (
	"context"
	"fmt"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
	"vpsdeck/ui/widget"
)

// CreateAsk is what restore points are to be made, one of each server.
type CreateAsk struct {
	Kind        model.Kind
	Servers     []string // IDs, names and globs
	Name        string   // of snapshots, a template; see [model.NameTemplate]
	Description string
	Follow      Follow
}

// check reads the ask's texts. What is wrong with them is a Fault with ExitUsage.
func (a CreateAsk) check() (model.NameTemplate, error) {
	if err := model.CheckDescription(a.Description); err != nil {
		return model.NameTemplate{}, usage("--description: %s", err)
	}
	if a.Kind == model.Backup {
		return model.NameTemplate{}, nil
	}
	name, problems := model.ParseTemplate(a.Name, true)
	if len(problems) > 0 {
		return name, usage("--name: %s", problems[0].Words)
	}
	return name, nil
}

// Create makes a backup or a snapshot of each server. Everything that can be known before is checked for all of them before
// the first request leaves.
func (r *Runner) Create(ctx context.Context, ask CreateAsk) error {
	name, err := ask.check()
	if err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	servers, err := namedAll(ask.Servers, r.state.Servers.Value)
	if err != nil {
		return err
	}
	if err := r.settleEarlier(ctx, servers, ask.Follow); err != nil {
		return err
	}
	if err := r.room(ask.Kind, servers); err != nil {
		return err
	}
	intents, err := r.creates(ask, name, servers)
	if err != nil {
		return err
	}
	return r.carryOut(ctx, intents, ask.Follow)
}

// creates are the deeds, named.
func (r *Runner) creates(ask CreateAsk, name model.NameTemplate, servers []model.Server) ([]model.Intent, error) {
	names := make([]string, len(servers))
	if ask.Kind == model.Snapshot {
		var problems []model.Problem
		if names, problems = name.RenderAll(servers, r.state.Snapshots.Value, r.state.Now); len(problems) > 0 {
			return nil, nothingSent(settings.ExitRefused, words(problems))
		}
	}
	var intents []model.Intent
	for i, s := range servers {
		p := model.Point{Kind: ask.Kind, Server: s.Ref(), Name: names[i], Description: ask.Description}
		if ask.Kind == model.Backup {
			p.Type = model.Manual
		}
		intents = append(intents, model.Intent{Deed: model.Create, Point: p})
	}
	return intents, nil
}

// room makes sure that each server can take another point now.
func (r *Runner) room(kind model.Kind, servers []model.Server) error {
	var why []string
	for _, s := range servers {
		switch busy := r.busy(s); {
		case busy != "":
			why = append(why, busy)
		case r.state.Quota(kind, s.ID).Full():
			why = append(why, r.full(kind, s))
		}
	}
	if len(why) > 0 {
		return nothingSent(settings.ExitLimited, why)
	}
	return nil
}

// busy is why nothing may begin on the server now, or "".
func (r *Runner) busy(s model.Server) string {
	if why := s.CannotChange(); why != "" {
		return why
	}
	if why := r.state.Busy(s.ID); why != "" {
		return s.Name + ": " + why
	}
	return ""
}

// full says that a quota is used up, and what could be deleted to make room: the oldest.
func (r *Runner) full(kind model.Kind, s model.Server) string {
	what := "snapshots"
	if kind == model.Backup {
		what = "manual backups"
	}
	quota := r.state.Quota(kind, s.ID)
	why := fmt.Sprintf("%s has %d of %d %s: delete one first", s.Name, quota.Taken(), quota.Limit, what)
	points := r.state.Of(s.ID) // newest first
	for i := len(points) - 1; i >= 0; i-- {
		if p := points[i]; p.Kind == kind && p.Counts() && p.CannotDelete() == "" {
			return fmt.Sprintf("%s, such as %s (#%s, %s)", why, p.Label(), p.ID, widget.Ago(p.CreatedAt, r.state.Now))
		}
	}
	return why
}

// nothingSent is the end before the first request, for the reasons.
func nothingSent(code settings.ExitCode, why []string) error {
	const most = 5
	if rest := len(why) - most; rest > 0 {
		why = append(why[:most:most], fmt.Sprintf("and %d more", rest))
	}
	return settings.Faultf(code, "nothing was sent: %s", strings.Join(why, "; "))
}

func words(problems []model.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Words)
	}
	return out
}
