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

// office is an account that several people look at. It asks once, when it opens: from then on nobody's clock but the scene's counts.
type office struct {
	hub  *team.Hub
	shut context.CancelFunc
}

func openOffice(client command.Client, now func() time.Time) *office {
	still := terminal.NewClock(now, func(time.Duration) {})
	ctx, cancel := context.WithCancel(context.Background())
	o := &office{team.New(client, still), func() { cancel(); still.Stop() }}
	go o.hub.Run(ctx)
	return o
}

// people are those at the office.
var people = map[string]team.Person{
	"anna": {Actor: model.Actor{Name: "anna", Key: "SHA256:anna", Address: "192.0.2.10"}},
	"bert": {Actor: model.Actor{Name: "bert", Key: "SHA256:bert", Address: "192.0.2.11"}, ReadOnly: true},
}

// seat is somebody's, once the account is known.
func (o *office) seat(name string) *team.Seat {
	seat := o.hub.Sit(people[name])
	for number, known := 0, false; !known; {
		view, _, ok := seat.Next(context.Background(), number)
		if !ok {
			break
		}
		number = view.Number
		known = !view.Servers.At.IsZero() && !view.Points[model.Backup].At.IsZero() && !view.Points[model.Snapshot].At.IsZero() && !view.AccountAt.IsZero()
	}
	return seat
}

// sit puts one of them in front of the program.
func (o *office) sit(name string, clock *terminal.Clock, opts *ui.Options) {
	patient := waiting{o.seat(name), clock}
	opts.Client, opts.Feed, opts.Actor, opts.ReadOnly, opts.Requests = patient, patient, people[name].Actor, people[name].ReadOnly, nil
}

// annaBegins is what anna does at a screen that is not in the picture.
func (o *office) annaBegins(server string) {
	seat := o.seat("anna")
	session, state := command.NewSession(1, seat, nil, false), &model.State{Now: seat.Now()}
	session.Feed = seat
	servers, err := seat.Servers(context.Background(), model.ServerFilter{})
	if err != nil {
		panic(err) // a scene is written wrong
	}
	for _, s := range servers {
		if s.Name == server {
			o := state.Begin(model.Intent{Deed: model.Create, Point: model.Point{Kind: model.Snapshot, Name: "before-update", Server: s.Ref()}}, "anna")
			msg := session.Do(o, model.Record{})().(command.DeedAnsweredMsg)
			state.Answered(msg.Number, msg.Accepted, msg.Outcome)
			open, upTo := state.Mine()
			seat.Tell(1, upTo, open)
		}
	}
}

// waiting is a seat whose waits go by the scene's clock.
type waiting struct {
	*team.Seat
	clock *terminal.Clock
}

// Host is where the API lives.
func (waiting) Host() string { return "admin.vps.org" }

// Next looks for a newer view every second of the scene.
func (w waiting) Next(ctx context.Context, after int) (view model.View, others []model.Operation, ok bool) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	ok = w.clock.Until(ctx, func() bool {
		view, others, ok = w.Seat.Next(now, after)
		return ok
	})
	return view, others, ok
}
