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

// sharedAccount is the account that a team looks at together: one poller, one journal, and a seat for each session.
type sharedAccount struct {
	hub         *team.Hub
	client      command.Client
	preferences ui.Preferences
	journal     *journal.Journal // nil: nothing is written down
	log         *command.RequestLog
	demo        bool
	runID       string // names this run of the server in the journal
	close       func()
}

// openSharedAccount opens the account and begins to ask it. Nothing on the machine but the account is reached from a seat.
func openSharedAccount(ctx context.Context, s settings.Settings, demo bool) (*sharedAccount, error) {
	w, err := preferencesFrom(s)
	if err != nil {
		return nil, err
	}
	o := &sharedAccount{preferences: w, demo: demo, log: &command.RequestLog{}, runID: app.RunID(time.Now(), 0)}
	simulated := &simulatedAccount{}
	o.close = simulated.Close
	door := &access{settings: s, tokens: settings.NewTokens(s, os.Getenv), log: o.log, demo: simulated}
	if demo {
		o.client, err = door.Demo()
	} else {
		o.client, err = connectClient(ctx, door)
	}
	if err != nil {
		return nil, err
	}
	if s.State != "" && !demo {
		o.journal = journal.New(s.State)
	}
	log.SetOutput(io.Discard) // net/http remarks on odd servers there
	o.hub = team.New(o.client, command.WallClock{})
	go o.hub.Run(ctx)
	return o, nil
}

// openSession is the program of one visitor.
func (o *sharedAccount) openSession(v sshd.Login) (sshd.Program, error) {
	person := team.MemberOptions{Actor: model.Actor{Name: v.Name, Key: v.Fingerprint, Address: v.Address}, ReadOnly: v.Role != sshd.Operator || o.preferences.Profile.ReadOnly}
	if scope := v.Scope(); scope != "" {
		person.Scope = team.Scope{Name: scope, Has: func(s model.Server) bool { return v.CanSee(s.Name, s.Location) }}
	}
	seat := o.hub.Join(person)
	opts := uiOptions(o.preferences)
	opts.Client, opts.Feed, opts.Actor, opts.Demo, opts.ReadOnly = seat, seat, person.Actor, o.demo, person.ReadOnly
	if person.Scope.Has == nil { // bodies tell of every server
		opts.Requests = o.log
	}
	closed := o.recordVisit(&opts, seat, v)
	guard := ui.NewGuard(ui.New(opts))
	return sshd.Program{
		Model: guard, OnCrash: guard.OnCrash,
		Crash: func() (string, string, bool) {
			if c := guard.Crash(); c != nil {
				return c.Message, c.Stack, true
			}
			return "", "", false
		},
		Close: func(why string) {
			seat.Leave()
			closed(why)
		},
	}, nil
}

// recordVisit writes down that somebody has come, and gives their program what they may read of the journal. What it returns writes down that they left.
func (o *sharedAccount) recordVisit(opts *ui.Options, seat *team.Member, v sshd.Login) (left func(why string)) {
	if o.journal == nil {
		return func(string) {}
	}
	run := o.journal.StartRun(fmt.Sprintf("%s.%s", o.runID, v.Session))
	opts.Journal, opts.RunID = seat.Journal(o.journal), run.ID
	if opts.ReadOnly {
		opts.Journal = readOnlyJournal{opts.Journal}
	}
	write := func(event, words string) {
		r := model.NewSessionRecord(event, run.ID, o.client.Host(), opts.Actor, words, time.Now())
		r.Profile = o.preferences.Profile.Name
		_ = o.journal.Append(r) // the log has it too
	}
	write(model.EventLogin, "")
	return func(why string) {
		write(model.EventLogout, why)
		run.End()
	}
}

// readOnlyJournal is a journal for those who change nothing.
type readOnlyJournal struct{ command.Journal }

// Append writes nothing: what goes on without them is not theirs to write down.
func (readOnlyJournal) Append(model.Record) error { return nil }

func newNotice(text string) tea.Msg { return ui.NoticeMsg{Text: text} }
