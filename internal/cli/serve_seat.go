package cli

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/app"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/settings"
	"vpsdeck/internal/sshd"
	"vpsdeck/internal/team"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// office is the account that a team looks at together: one poller, one journal, and a seat for each session.
type office struct {
	hub    *team.Hub
	client command.Client
	wishes ui.Fresh
	book   *journal.Journal // nil: nothing is written down
	log    *command.RequestLog
	demo   bool
	run    string // names this run of the server in the journal
	close  func()
}

// openOffice opens the account and begins to ask it. Nothing on the machine but the account is reached from a seat.
func openOffice(ctx context.Context, s settings.Settings, demo bool) (*office, error) {
	w, err := wishes(s)
	if err != nil {
		return nil, err
	}
	o := &office{wishes: w, demo: demo, log: &command.RequestLog{}, run: app.RunName(time.Now(), 0)}
	simulated := &simulated{}
	o.close = simulated.Close
	door := &access{settings: s, tokens: settings.NewTokens(s, os.Getenv), log: o.log, demo: simulated}
	if demo {
		o.client, err = door.Demo()
	} else {
		o.client, err = servedClient(ctx, door)
	}
	if err != nil {
		return nil, err
	}
	if s.State != "" && !demo {
		o.book = journal.In(s.State)
	}
	log.SetOutput(io.Discard) // net/http remarks on odd servers there
	o.hub = team.New(o.client, command.WallClock{})
	go o.hub.Run(ctx)
	return o, nil
}

// seat is the program of one visitor.
func (o *office) seat(v sshd.Visitor) (sshd.Program, error) {
	person := team.Person{Actor: model.Actor{Name: v.Name, Key: v.Fingerprint, Address: v.Address}, ReadOnly: v.Role != sshd.Operator || o.wishes.Profile.ReadOnly}
	if scope := v.Scope(); scope != "" {
		person.Scope = team.Scope{Name: scope, Has: func(s model.Server) bool { return v.Sees(s.Name, s.Location) }}
	}
	seat := o.hub.Sit(person)
	opts := options(o.wishes)
	opts.Client, opts.Feed, opts.Actor, opts.Demo, opts.ReadOnly = seat, seat, person.Actor, o.demo, person.ReadOnly
	if person.Scope.Has == nil { // bodies tell of every server
		opts.Requests = o.log
	}
	closed := o.visit(&opts, seat, v)
	guard := ui.NewGuard(ui.New(opts))
	return sshd.Program{
		Model: guard, OnCrash: guard.OnCrash,
		Crash: func() (string, string, bool) {
			if c := guard.Crash(); c != nil {
				return c.What, c.Stack, true
			}
			return "", "", false
		},
		Close: func(why string) {
			seat.Leave()
			closed(why)
		},
	}, nil
}

// visit writes down that somebody has come, and gives their program what they may read of the journal. What it returns writes down that they left.
func (o *office) visit(opts *ui.Options, seat *team.Seat, v sshd.Visitor) (left func(why string)) {
	if o.book == nil {
		return func(string) {}
	}
	run := o.book.Begin(fmt.Sprintf("%s.%s", o.run, v.Session))
	opts.Journal, opts.Run = seat.Journal(o.book), run.ID
	if opts.ReadOnly {
		opts.Journal = reading{opts.Journal}
	}
	write := func(event, words string) {
		r := model.VisitRecord(event, run.ID, o.client.Host(), opts.Actor, words, time.Now())
		r.Profile = o.wishes.Profile.Name
		_ = o.book.Append(r) // the log has it too
	}
	write(model.EventCame, "")
	return func(why string) {
		write(model.EventLeft, why)
		run.End()
	}
}

// reading is a journal for those who change nothing.
type reading struct{ command.Journal }

// Append writes nothing: what goes on without them is not theirs to write down.
func (reading) Append(model.Record) error { return nil }

func notice(text string) tea.Msg { return ui.NoticeMsg{Text: text} }
