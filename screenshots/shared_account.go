package main

import (
	"context"
	"time"

	"vpsdeck/internal/team"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// sharedAccount is an account that several members use. Its hub polls once, when it opens: from
// then on only the scene's clock counts.
type sharedAccount struct {
	hub  *team.Hub
	stop context.CancelFunc
}

func openSharedAccount(client command.Client, now func() time.Time) *sharedAccount {
	hubClock := terminal.NewClock(now, func(time.Duration) {})
	ctx, cancel := context.WithCancel(context.Background())
	o := &sharedAccount{team.New(client, hubClock), func() { cancel(); hubClock.Stop() }}
	go o.hub.Run(ctx)
	return o
}

// members are the members of the shared account.
var members = map[string]team.MemberOptions{
	"anna": {Actor: model.Actor{Name: "anna", Key: "SHA256:anna", Address: "192.0.2.10"}},
	"bert": {Actor: model.Actor{Name: "bert", Key: "SHA256:bert", Address: "192.0.2.11"}, ReadOnly: true},
}

// newMember joins the hub and waits until the account is loaded.
func (a *sharedAccount) newMember(name string) *team.Member {
	member := a.hub.Join(members[name])
	for number, known := 0, false; !known; {
		view, _, ok := member.Next(context.Background(), number)
		if !ok {
			break
		}
		number = view.Number
		known = !view.Servers.At.IsZero() && !view.Points[model.Backup].At.IsZero() &&
			!view.Points[model.Snapshot].At.IsZero() && !view.AccountAt.IsZero()
	}
	return member
}

// join starts the program as a member.
func (a *sharedAccount) join(name string, clock *terminal.Clock, opts *ui.Options) {
	member := clockedMember{a.newMember(name), clock}
	opts.Client, opts.Feed, opts.Actor, opts.Profile.ReadOnly, opts.Requests = member, member, members[name].Actor,
		members[name].ReadOnly, nil
}

// createSnapshotAsAnna creates a snapshot as anna, whose screen is not in the picture.
func (o *sharedAccount) createSnapshotAsAnna(server string) {
	member := o.newMember("anna")
	session, state := command.NewSession(1, member, nil, false), &model.State{Now: member.Now()}
	session.Feed = member
	servers, err := member.Servers(context.Background(), model.ServerFilter{})
	if err != nil {
		panic(err) // the scene is wrong
	}
	for _, s := range servers {
		if s.Name == server {
			o := state.Begin(model.ActionRequest{Action: model.Create,
				Point: model.Point{Kind: model.Snapshot, Name: "before-update", Server: s.Ref()}}, "anna")
			msg := session.Execute(o, model.Record{})().(command.ActionResultMsg)
			state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
			open, upTo := state.OwnOperations()
			member.ReportOperations(1, upTo, open)
		}
	}
}

// clockedMember is a member that waits on the scene's clock.
type clockedMember struct {
	*team.Member
	clock *terminal.Clock
}

// Host returns the host of the API.
func (clockedMember) Host() string { return "admin.vps.org" }

// Next checks for a newer view every second of the scene.
func (c clockedMember) Next(ctx context.Context, after int) (view model.AccountView, others []model.Operation,
	ok bool) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	ok = c.clock.WaitUntil(ctx, func() bool {
		view, others, ok = c.Member.Next(now, after)
		return ok
	})
	return view, others, ok
}
