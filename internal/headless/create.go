package headless

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vpsdeck/internal/settings"
	"vpsdeck/model"
)

// CreateAsk is what restore points are to be made, one of each server.
type CreateAsk struct {
	Kind        model.Kind
	Servers     []string // IDs, names and globs
	Name        string   // of snapshots, a template; see [model.NameTemplate]
	Description string   // a template too
	Follow      Follow
}

// texts are the templates of an ask, read.
type texts struct{ name, description model.NameTemplate }

// read reads the templates. What is wrong with them is a Fault with ExitUsage.
func (a CreateAsk) read() (t texts, err error) {
	parse := func(flag, text string, forSnapshot bool) model.NameTemplate {
		template, problems := model.ParseTemplate(text, forSnapshot)
		if len(problems) > 0 && err == nil {
			err = usage("--%s: %s", flag, problems[0].Words)
		}
		return template
	}
	if a.Kind == model.Snapshot {
		t.name = parse("name", a.Name, true)
	}
	t.description = parse("description", a.Description, false)
	return t, err
}

// Create makes a backup or a snapshot of each server. Everything that can be known before is checked for all of them before
// the first request leaves.
func (r *Runner) Create(ctx context.Context, ask CreateAsk) error {
	t, err := ask.read()
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
	intents, err := r.creates(ask.Kind, t, servers)
	if err != nil {
		return err
	}
	if err := r.room(servers, intents); err != nil {
		return err
	}
	if ask.Kind == model.Snapshot {
		r.warnRunning(servers)
	}
	return r.carryOut(ctx, intents, ask.Follow)
}

// creates are the deeds, with their texts.
func (r *Runner) creates(kind model.Kind, t texts, servers []model.Server) ([]model.Intent, error) {
	names := make([]string, len(servers))
	var wrong []model.Problem
	if kind == model.Snapshot {
		names, wrong = t.name.RenderAll(servers, r.state.Snapshots.Value, r.state.Now)
	}
	descriptions, more := t.description.RenderAll(servers, nil, r.state.Now)
	if wrong = append(wrong, more...); len(wrong) > 0 {
		return nil, nothingSent(settings.ExitRefused, words(wrong))
	}
	intents := make([]model.Intent, len(servers))
	for i, s := range servers {
		p := model.Point{Kind: kind, Server: s.Ref(), Name: names[i], Description: descriptions[i]}
		if kind == model.Backup {
			p.Type = model.Manual
		}
		intents[i] = model.Intent{Deed: model.Create, Point: p, Server: s.Ref()}
	}
	return intents, nil
}

// room makes sure that each server can take another point now. Where that hangs on what is not documented, the API decides.
func (r *Runner) room(servers []model.Server, intents []model.Intent) error {
	var why []string
	for i, s := range servers {
		if busy := r.busy(s, intents[i]); busy != "" {
			why = append(why, busy)
		}
	}
	for _, p := range model.QuotaCheck(intents, slices.Concat(r.state.Backups.Value, r.state.Snapshots.Value)) {
		if p.Maybe {
			r.note("warning: %s", p.Words)
			continue
		}
		why = append(why, p.Words)
	}
	if len(why) > 0 {
		return nothingSent(settings.ExitLimited, why)
	}
	return nil
}

// warnRunning says what the documents say of a snapshot of a server that is on.
func (r *Runner) warnRunning(servers []model.Server) {
	const most = 5
	var names []string
	for _, s := range servers {
		if s.Running() {
			names = append(names, s.Ref().Said())
		}
	}
	n := len(names)
	if n > most {
		names = append(names[:most:most], fmt.Sprintf("%d more", n-most))
	}
	switch {
	case n == 1:
		r.note("warning: %s is running: its snapshot may be inconsistent. Stop it first for the best result.", names[0])
	case n > 1:
		r.note("warning: %d servers are running: their snapshots may be inconsistent. Stop them first for the best result: %s", n, strings.Join(names, ", "))
	}
}

// busy is why the action may not begin on the server now, or "".
func (r *Runner) busy(s model.Server, in model.Intent) string {
	if why := s.CannotChange(); why != "" {
		return why
	}
	if why := r.state.Conflict(in.Deed, in.Point); why != "" {
		return s.Name + ": " + why
	}
	return ""
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
