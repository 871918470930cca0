package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/journal"
	"vpsdeck/internal/team"
	"vpsdeck/internal/terminal"
	"vpsdeck/model"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// sharedAccount is a hub at which member bert uses the terminal, and others work without one.
type sharedAccount struct {
	h     *harness
	hub   *team.Hub
	clock *terminal.Clock // of the hub, so that the terminal does not wait for its timers
	bert  clockedMember
}

// clockedMember is a member that waits on the test's clock, so that the terminal knows when the
// program is idle.
type clockedMember struct {
	*team.Member
	clock *terminal.Clock
}

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

// joinAsBert starts the program as member bert.
func (a *sharedAccount) joinAsBert(change ...func(*team.MemberOptions, *ui.Options)) option {
	return func(s *setup) {
		s.share = func(w *harness, opts *ui.Options) {
			a.h, a.clock = w, terminal.NewClock(w.clock.Now, func(time.Duration) {})
			a.hub = team.New(opts.Client, a.clock)
			ctx, end := context.WithCancel(w.t.Context())
			w.t.(*testing.T).Cleanup(end)
			go a.hub.Run(ctx)
			options := team.MemberOptions{Actor: model.Actor{Name: "bert", Key: "SHA256:b", Address: "192.0.2.2"}}
			for _, c := range change {
				c(&options, opts)
			}
			a.bert = clockedMember{a.hub.Join(options), w.clock}
			opts.Client, opts.Feed, opts.Actor = a.bert, a.bert, options.Actor
		}
	}
}

// advanceSecond advances all clocks by a second.
func (a *sharedAccount) advanceSecond() {
	a.h.Advance(time.Second)
	a.clock.Advance(0)
}

// waitForText advances the time until the screen shows the text.
func (a *sharedAccount) waitForText(text string) {
	a.h.t.Helper()
	a.waitFor(text, func() bool { return a.h.Screen().Contains(text) })
}

// waitFor advances the time until the condition is met. The hub runs concurrently, so it is not
// known when.
func (a *sharedAccount) waitFor(what string, condition func() bool) {
	a.h.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); a.advanceSecond() {
		if time.Now().After(deadline) {
			a.h.t.Fatalf("timed out waiting for: %s\n%s", what, a.h.Screen().Text())
		}
	}
}

// waitUntilLoaded advances the time until the program has the account and all lists. They may come
// one by one.
func (a *sharedAccount) waitUntilLoaded() {
	a.h.t.Helper()
	a.waitFor("the account and all lists", func() bool {
		a.h.Screen()
		known := a.h.app.StateForTest()
		return known.Account.Loaded() && known.Servers.Fresh() && known.Backups.Fresh() && known.Snapshots.Fresh()
	})
}

// waitUntilIdle advances the time until the account is no longer busy. A notice is shown for longer
// than the time between two checks.
func (a *sharedAccount) waitUntilIdle() {
	a.h.t.Helper()
	a.h.whileHidden(func() {
		a.waitFor("the end of what runs at the account", func() bool {
			for range 3 {
				a.advanceSecond()
			}
			return !a.h.accountBusy()
		})
	})
}

// createSnapshotAsAnna creates a snapshot of a server as member anna, who has no screen.
func (a *sharedAccount) createSnapshotAsAnna(w *harness, server string) command.ActionResultMsg {
	w.t.Helper()
	member := a.hub.Join(team.MemberOptions{Actor: model.Actor{Name: "anna", Key: "SHA256:a", Address: "192.0.2.1"}})
	servers, err := member.Servers(w.t.Context(), model.ServerFilter{})
	w.must(err)
	state := &model.State{}
	for _, s := range servers {
		if s.Name == server {
			session := command.NewSession(1, member, nil, false)
			session.Feed = member
			op := state.Begin(model.ActionRequest{Action: model.Create,
				Point: model.Point{Kind: model.Snapshot, Name: "hers", Server: s.Ref()}}, "anna")
			msg := session.Execute(op, model.Record{})().(command.ActionResultMsg)
			state.ApplyResult(msg.Number, msg.Accepted, msg.Outcome)
			open, upTo := state.OwnOperations()
			member.ReportOperations(1, upTo, open)
			return msg
		}
	}
	w.t.Fatalf("there is no %s", server)
	return command.ActionResultMsg{}
}

// In a crowd a session that only watches draws seldom, but never so seldom that old data looks new.
func TestAgeIsShownWhenTheSharedPollerIsStuck(t *testing.T) {
	t.Parallel()
	for name, others := range map[string]int{"team": 1, "crowd": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o sharedAccount
			w := startApp(t, 120, 30, withServers(3), o.joinAsBert(func(*team.MemberOptions, *ui.Options) {
				for range others {
					o.hub.Join(team.MemberOptions{Actor: model.Actor{Name: "anna"}})
				}
			}))
			o.waitUntilLoaded()
			w.RequireText("just now")
			w.account.InjectFault("GET /: hold")
			o.waitForText("20 s ago")
			o.waitForText("40 s ago")
		})
	}
}

func TestActionOfAnotherMemberIsShownAndNotRepeated(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	w := startApp(t, 120, 30, withServers(3), o.joinAsBert())
	o.waitUntilLoaded()
	w.RequireText("vpsdeck bert")
	w.selectServer("web-server-01")
	if msg := o.createSnapshotAsAnna(w, "web-server-01"); msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	o.waitForText("anna: snapshot hers")
	w.RequireText("vpsdeck bert", "1 running")
	w.Press("s")
	w.requireRefused("“snapshot hers of web-server-01” by anna is still running")
	w.Press("A")
	w.RequireText("snapshot hers of web-server-01, by anna")
	w.Press("esc")
	w.requireActions(`POST /snapshots/ {"server_id":12345,"name":"hers"}`)
}

// A server of many draws one frame for a step: the panes do not wait for a frame of the cursor's own.
func TestStepOfAMemberIsOneFrame(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	w := startApp(t, 120, 40, o.joinAsBert())
	o.waitUntilLoaded()
	w.Press("1", "g")
	w.Advance(200 * time.Millisecond)
	before := detailsBox(w.Screen())
	w.Press("j")
	first := detailsBox(w.Screen())
	if first == before || before == "" {
		t.Errorf("the details did not follow:\n%s", w.Screen().Text())
	}
	for range 3 { // held
		w.Press("j")
		w.Advance(100 * time.Millisecond)
	}
	if held := detailsBox(w.Screen()); held != first {
		t.Errorf("the details followed a held key:\n%s", held)
	}
	w.Advance(50 * time.Millisecond)
	if last := detailsBox(w.Screen()); last == first {
		t.Errorf("the details did not follow in the end:\n%s", last)
	}
}

func TestMembersDoNotPollASharedAccount(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	w := startApp(t, 120, 30, withServers(3), o.joinAsBert())
	o.waitUntilLoaded()
	o.bert.Leave() // from now on the hub has no members
	w.proxy.reset()
	asked := func() bool { return len(w.proxy.readTimes("/backups/")) > 0 }
	o.waitFor("the last poll at the rate for members", asked)
	w.proxy.reset()
	for range 60 {
		o.advanceSecond()
		w.Press("j", "2", "1")
	}
	if n := len(w.proxy.readTimes("/backups/")); n > 0 {
		t.Errorf("the backups were requested %d times", n)
	}
	w.Press("R")
	o.waitFor("the refresh", asked)
	if n := len(w.proxy.readTimes("/backups/")); n != 1 {
		t.Errorf("after one refresh the backups were requested %d times", n)
	}
}

func TestOwnActionIsFollowedToItsEndOnASharedAccount(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	j := journal.New(t.TempDir())
	w := startApp(t, 120, 30, withServers(3),
		o.joinAsBert(func(_ *team.MemberOptions, opts *ui.Options) { opts.Journal, opts.RunID = j, "bert1" }))
	o.waitUntilLoaded()
	w.selectServer("web-server-01")
	w.Press("s")
	w.Type("mine")
	w.Press("tab", "tab", "enter")
	o.waitForText("snapshot mine")
	w.RequireNoText("bert: ")
	o.waitUntilIdle()
	o.waitForText("snapshot mine of web-server-01: completed")
	records, _, err := j.Read()
	w.must(err)
	if len(records) == 0 {
		t.Fatal("nothing was logged")
	}
	for _, r := range records {
		if r.By != (model.Actor{Name: "bert", Key: "SHA256:b", Address: "192.0.2.2"}) {
			t.Errorf("%s was done by %+v", r.Event, r.By)
		}
	}
	if last := records[len(records)-1]; last.Event != model.EventDone {
		t.Errorf("it ended as %s", last.Event)
	}
}

func TestActivityShowsMembersAndTheirActions(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	j := journal.New(t.TempDir())
	anna := model.Actor{Name: "anna", Key: "SHA256:a", Address: "192.0.2.1"}
	w := startApp(t, 120, 30, withServers(3), o.joinAsBert(func(_ *team.MemberOptions, opts *ui.Options) {
		opts.Journal, opts.RunID = j, "bert1"
		host := opts.Client.Host()
		came := model.NewSessionRecord(model.EventLogin, "anna1", host, anna, "", startTime)
		left := model.NewSessionRecord(model.EventLogout, "anna1", host, anna, "", startTime.Add(time.Minute))
		deleted := model.Operation{ID: "anna1-1", Action: model.Delete, Phase: model.PhaseDone, By: anna,
			Started: startTime, Ended: startTime,
			Point:  model.Point{Kind: model.Snapshot, ID: "5", Name: "old"},
			Server: model.ServerRef{ID: "12345", Name: "web-server-01"}}
		for _, r := range []model.Record{came, deleted.Record(host, startTime), left} {
			if err := j.Append(r); err != nil {
				t.Fatal(err)
			}
		}
	}))
	o.waitUntilLoaded()
	w.Press("A")
	w.RequireText("WHO", "anna logged in from 192.0.2.1 with SHA256:a", "✓ deleted", "anna logged out")
	w.Press("/")
	w.Type("anna delete")
	w.RequireText("Activity 1 of 3", "delete snapshot old of web-server-01, by anna: deleted")
	w.Press("enter", "space")
	w.RequireText("╭─ delete snapshot old of web-server-01 ─", "who          anna")
}

// A member whose key is limited to some servers must not see the others on any screen: no names,
// addresses, points or actions.
func TestScopedMemberSeesNoOtherServers(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	j := journal.New(t.TempDir())
	join := o.joinAsBert(func(p *team.MemberOptions, opts *ui.Options) {
		p.Scope = team.Scope{Name: "db-*", Has: func(s model.Server) bool { return strings.HasPrefix(s.Name, "db-") }}
		for id, server := range map[string]model.ServerRef{"anna1-1": {ID: "12345", Name: "web-server-01"},
			"anna1-2": {ID: "12346", Name: "db-server-01"}} {
			deleted := model.Operation{ID: id, Action: model.Delete, Phase: model.PhaseDone,
				By: model.Actor{Name: "anna"}, Started: startTime, Ended: startTime,
				Point: model.Point{Kind: model.Snapshot, ID: "5", Name: "gone-of-" + server.Name}, Server: server}
			if err := j.Append(deleted.Record(opts.Client.Host(), startTime)); err != nil {
				t.Fatal(err)
			}
		}
	})
	w := startApp(t, 120, 40, withServers(3), func(s *setup) {
		join(s)
		share := s.share
		s.share = func(w *harness, opts *ui.Options) {
			share(w, opts)
			opts.Journal, opts.RunID = o.bert.Journal(j), "bert1"
		}
	})
	o.waitUntilLoaded()
	if msg := o.createSnapshotAsAnna(w, "web-server-01"); msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	for range 3 { // anna's action is running by now
		o.advanceSecond()
	}
	w.Press("A")
	o.waitForText("gone-of-db-server-01")
	w.Press("esc")
	for _, keys := range [][]string{
		{"A"}, {"L"}, {"?"}, {":"}, {":", "w", "e", "b"}, {"/", "w", "e", "b"}, {"1", "enter"}, {"1", "enter", "J"},
		{"2", "enter"}, {"3", "enter"}, {"2", "J"},
		{"2", "a"}, {"3", "a"}, {"1", "w"}, {"1", "s"}, {"1", "b"}, {"1", "r"}, {"2", "d"}, {"1", "*", "s"},
		{"1", "*", "b"}, {"2", "*", "d"}, {"c"}, {"c", "enter", "enter"},
	} {
		w.Press(keys...)
		text := w.Screen().Text()
		for _, secret := range []string{"web-server", "web01", "12345", "203.0.113.10", "pre-migration", "hers",
			"1 running"} {
			if strings.Contains(text, secret) {
				t.Errorf("after %q it shows %q:\n%s", keys, secret, text)
			}
		}
		w.Press("esc", "esc", "esc", "esc")
	}
}

// Only the member who confirmed a restore is asked whether to continue it.
func TestRestoreOfAnotherMemberIsNotOffered(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"anna", "bert"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			var o sharedAccount
			j := journal.New(t.TempDir())
			w := startApp(t, 120, 30, withServers(3), o.joinAsBert(func(p *team.MemberOptions, opts *ui.Options) {
				opts.Journal, opts.RunID = j, "bert1"
				first := model.Operation{ID: "old-1", Action: model.Create, Phase: model.PhaseDone,
					By: model.Actor{Name: who}, Started: startTime, Ended: startTime,
					Point:       model.Point{Kind: model.Snapshot, ID: "777", Name: "first"},
					Server:      model.ServerRef{ID: "12345", Name: "web-server-01"},
					ThenRestore: &model.Point{Kind: model.Snapshot, ID: "801"}}
				if err := j.Append(first.Record(opts.Client.Host(), startTime)); err != nil {
					t.Fatal(err)
				}
			}))
			o.waitUntilLoaded()
			if who == "bert" {
				o.waitForText("Resume the restore?")
				return
			}
			for range 5 {
				o.advanceSecond()
			}
			w.RequireNoText("Resume the restore?")
		})
	}
}

func TestRefusedTokenIsReportedForTheOperator(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	w := startApp(t, 120, 30, withServers(3), o.joinAsBert())
	o.waitUntilLoaded()
	w.account.InjectFault("GET /: status 401")
	o.waitForText("its operator must replace it")
	o.waitForText("token refused")
	w.RequireText("web-server-01")
	w.account.ClearFaults()
	o.waitFor("it works again", func() bool { return !w.Screen().Contains("refuse") })
}

// The config may have custom commands; they are only for a user of that machine.
func TestNoCommandRunsOnTheServingHost(t *testing.T) {
	t.Parallel()
	var o sharedAccount
	w := startApp(t, 120, 40, withServers(3), o.joinAsBert(func(_ *team.MemberOptions, opts *ui.Options) {
		if err := opts.Keys.AddCustom("note it", "f5"); err != nil {
			t.Fatal(err)
		}
	}))
	o.waitUntilLoaded()
	w.Press("?")
	w.RequireNoText("note it", "ssh to the server", "suspend", "requests")
	w.Press("esc", "f5", "S", "L")
	w.RequireNoText("back from", "Requests")
	w.RequireText("web-server-01")
}
