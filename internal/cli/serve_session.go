package cli

import (
	"context"
	"fmt"
	"io"
	"log"
	"time"

	tea "charm.land/bubbletea/v2"

	"vpsdeck/internal/app"
	"vpsdeck/internal/journal"
	"vpsdeck/internal/sshd"
	"vpsdeck/internal/team"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// sharedAccount is the account that a team shares: one poller, one journal, and a member for each
// session.
type sharedAccount struct {
	hub         *team.Hub
	client      command.Client
	preferences ui.Preferences
	journal     *journal.Journal // nil: nothing is logged
	log         *command.RequestLog
	demo        bool
	runID       string // names this run of the server in the journal
	close       func()
}

// openSharedAccount opens the account and starts polling it. A session can reach the account, and
// nothing else on this machine.
func openSharedAccount(ctx context.Context, acc *access, demo bool) (*sharedAccount, error) {
	prefs, err := preferencesFrom(acc.settings)
	if err != nil {
		return nil, err
	}
	a := &sharedAccount{preferences: prefs, demo: demo, log: acc.log, runID: app.RunID(time.Now(), 0),
		close: acc.demo.Close}
	if demo {
		a.client, err = acc.Demo()
	} else {
		a.client, err = acc.open(ctx)
	}
	if err != nil {
		return nil, err
	}
	if dir := acc.settings.State; dir != "" && !demo {
		a.journal = journal.New(dir)
	}
	log.SetOutput(io.Discard) // net/http logs oddities of servers there
	a.hub = team.New(a.client, command.WallClock{})
	go a.hub.Run(ctx)
	return a, nil
}

// openSession returns the dashboard of one login.
func (s *sharedAccount) openSession(v sshd.Login) (sshd.Program, error) {
	memberOpts := team.MemberOptions{Actor: model.Actor{Name: v.Name, Key: v.Fingerprint, Address: v.Address},
		ReadOnly: v.Role != sshd.Operator || s.preferences.Profile.ReadOnly}
	if scope := v.Scope(); scope != "" {
		memberOpts.Scope = team.Scope{Name: scope,
			Has: func(s model.Server) bool { return v.CanSee(s.Name, s.Location) }}
	}
	member := s.hub.Join(memberOpts)
	opts := ui.Options{Preferences: s.preferences, Clock: command.WallClock{}, Dark: true, Client: member,
		Feed: member, Actor: memberOpts.Actor, Demo: s.demo}
	opts.Profile.ReadOnly = memberOpts.ReadOnly
	opts.SSH, opts.Commands, opts.Secrets = nil, nil, nil // a session runs no programs on this machine
	if memberOpts.Scope.Has == nil {                      // response bodies contain all servers
		opts.Requests = s.log
	}
	closed := s.recordVisit(&opts, member, v)
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
			member.Leave()
			closed(why)
		},
	}, nil
}

// recordVisit logs the login in the journal, and gives the session the part of the journal that it
// may read. What it returns logs the logout.
func (s *sharedAccount) recordVisit(opts *ui.Options, member *team.Member, v sshd.Login) (left func(why string)) {
	if s.journal == nil {
		return func(string) {}
	}
	run := s.journal.StartRun(fmt.Sprintf("%s.%s", s.runID, v.Session))
	opts.Journal, opts.RunID = member.Journal(s.journal), run.ID
	if opts.Profile.ReadOnly {
		opts.Journal = readOnlyJournal{opts.Journal}
	}
	write := func(event, reason string) {
		r := model.NewSessionRecord(event, run.ID, s.client.Host(), opts.Actor, reason, time.Now())
		r.Profile = s.preferences.Profile.Name
		_ = s.journal.Append(r) // an error loses little: the log has it too
	}
	write(model.EventLogin, "")
	return func(why string) {
		write(model.EventLogout, why)
		run.End()
	}
}

// readOnlyJournal is a journal for read-only sessions.
type readOnlyJournal struct{ command.Journal }

// Append writes nothing: the progress of operations is logged by those who started them.
func (readOnlyJournal) Append(model.Record) error { return nil }

func newNotice(text string) tea.Msg { return ui.NoticeMsg{Text: text} }
