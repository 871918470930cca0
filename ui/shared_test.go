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

// office is a hub at which bert sits in front of the terminal, and others without one.
type office struct {
	w     *world
	hub   *team.Hub
	clock *terminal.Clock // the hub's: its waits are no business of the terminal
	bert  patient
}

// patient is a seat whose waits go by the test's clock, so that the terminal can tell when the program is at rest.
type patient struct {
	*team.Seat
	clock *terminal.Clock
}

func (p patient) Next(ctx context.Context, after int) (view model.View, others []model.Operation, ok bool) {
	now, cancel := context.WithCancel(ctx)
	cancel()
	ok = p.clock.Until(ctx, func() bool {
		view, others, ok = p.Seat.Next(now, after)
		return ok
	})
	return view, others, ok
}

// at has bert work at the office.
func (o *office) at(change ...func(*team.Person, *ui.Options)) option {
	return func(s *setup) {
		s.share = func(w *world, opts *ui.Options) {
			o.w, o.clock = w, terminal.NewClock(w.clock.Now, func(time.Duration) {})
			o.hub = team.New(opts.Client, o.clock)
			ctx, end := context.WithCancel(w.t.Context())
			w.t.(*testing.T).Cleanup(end)
			go o.hub.Run(ctx)
			person := team.Person{Actor: model.Actor{Name: "bert", Key: "SHA256:b", Address: "192.0.2.2"}}
			for _, c := range change {
				c(&person, opts)
			}
			o.bert = patient{o.hub.Sit(person), w.clock}
			opts.Client, opts.Feed, opts.Actor = o.bert, o.bert, person.Actor
		}
	}
}

// pass lets a second pass for all.
func (o *office) pass() {
	o.w.Advance(time.Second)
	o.clock.Advance(0)
}

// sees lets time pass until the text is on the screen.
func (o *office) sees(text string) {
	o.w.t.Helper()
	o.until(text, func() bool { return o.w.Screen().Contains(text) })
}

// until lets time pass until something holds. The hub works beside the terminal, so that it is not known when.
func (o *office) until(what string, holds func() bool) {
	o.w.t.Helper()
	for late := time.Now().Add(20 * time.Second); !holds(); o.pass() {
		if time.Now().After(late) {
			o.w.t.Fatalf("it never came: %s\n%s", what, o.w.Screen().Text())
		}
	}
}

// anna confirms a snapshot of a server, without a screen of her own.
func (o *office) anna(w *world, server string) command.DeedAnsweredMsg {
	w.t.Helper()
	seat := o.hub.Sit(team.Person{Actor: model.Actor{Name: "anna", Key: "SHA256:a", Address: "192.0.2.1"}})
	servers, err := seat.Servers(w.t.Context(), model.ServerFilter{})
	w.must(err)
	state := &model.State{}
	for _, s := range servers {
		if s.Name == server {
			session := command.NewSession(1, seat, nil, false)
			session.Feed = seat
			op := state.Begin(model.Intent{Deed: model.Create, Point: model.Point{Kind: model.Snapshot, Name: "hers", Server: s.Ref()}}, "anna")
			msg := session.Do(op, model.Record{})().(command.DeedAnsweredMsg)
			state.Answered(msg.Number, msg.Accepted, msg.Outcome)
			open, upTo := state.Mine()
			seat.Tell(1, upTo, open)
			return msg
		}
	}
	w.t.Fatalf("there is no %s", server)
	return command.DeedAnsweredMsg{}
}

func TestWhatAColleagueDoesIsSeenWithTheirNameAndNotDoneTwice(t *testing.T) {
	var o office
	w := open(t, 120, 30, servers(3), o.at())
	o.sees("web-server-01")
	w.RequireText("vpsdeck bert")
	w.choose("web-server-01")
	if msg := o.anna(w, "web-server-01"); msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	o.sees("anna: snapshot hers")
	w.RequireText("vpsdeck bert", "1 running")
	w.Press("s")
	w.requireRefused("“snapshot hers of web-server-01” by anna is still running")
	w.Press("A")
	w.RequireText("snapshot hers of web-server-01, by anna")
	w.Press("esc")
	w.requireDeeds(`POST /snapshots/ {"server_id":12345,"name":"hers"}`)
}

func TestASharedAccountIsNotAskedByThoseWhoLookAtIt(t *testing.T) {
	var o office
	w := open(t, 120, 30, servers(3), o.at())
	o.sees("web-server-01")
	o.bert.Leave() // from here on nobody looks, as far as the poller knows
	w.line.forget()
	asked := func() bool { return len(w.line.reads("/backups/")) > 0 }
	o.until("the poller has asked for the last time as often as for somebody", asked)
	w.line.forget()
	for range 60 {
		o.pass()
		w.Press("j", "2", "1")
	}
	if n := len(w.line.reads("/backups/")); n > 0 {
		t.Errorf("the backups were asked for %d times", n)
	}
	w.Press("R")
	o.until("somebody wanted the lists", asked)
	if n := len(w.line.reads("/backups/")); n != 1 {
		t.Errorf("somebody wanted the backups, and they were asked for %d times", n)
	}
}

func TestADeedOfOnesOwnIsFollowedToItsEndOnASharedAccount(t *testing.T) {
	var o office
	book := journal.In(t.TempDir())
	w := open(t, 120, 30, servers(3), o.at(func(_ *team.Person, opts *ui.Options) { opts.Journal, opts.Run = book, "bert1" }))
	o.sees("web-server-01")
	w.choose("web-server-01")
	w.Press("s")
	w.Type("mine") // whether the points are known by now or not
	o.sees("› mine")
	w.Press("tab", "tab", "enter")
	o.sees("snapshot mine")
	w.RequireNoText("bert: ")
	o.sees("snapshot mine of web-server-01: completed")
	records, _, err := book.Read()
	w.must(err)
	if len(records) == 0 {
		t.Fatal("nothing was written down")
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

func TestActivityTellsWhoCameAndWhoDidWhat(t *testing.T) {
	var o office
	book := journal.In(t.TempDir())
	anna := model.Actor{Name: "anna", Key: "SHA256:a", Address: "192.0.2.1"}
	w := open(t, 120, 30, servers(3), o.at(func(_ *team.Person, opts *ui.Options) {
		opts.Journal, opts.Run = book, "bert1"
		host := opts.Client.Host()
		came := model.VisitRecord(model.EventCame, "anna1", host, anna, "", opening)
		left := model.VisitRecord(model.EventLeft, "anna1", host, anna, "", opening.Add(time.Minute))
		deleted := model.Operation{ID: "anna1-1", Deed: model.Delete, Phase: model.Done, By: anna, Started: opening, Ended: opening,
			Point: model.Point{Kind: model.Snapshot, ID: "5", Name: "old"}, Server: model.ServerRef{ID: "12345", Name: "web-server-01"}}
		for _, r := range []model.Record{came, deleted.Record(host, opening), left} {
			if err := book.Append(r); err != nil {
				t.Fatal(err)
			}
		}
	}))
	o.sees("web-server-01")
	w.Press("A")
	w.RequireText("anna came in from 192.0.2.1 with SHA256:a", "delete snapshot old of web-server-01, by anna: deleted", "anna left")
}

// Whose key is limited to some servers learns nothing of the others, whatever is opened: not their names, addresses or points, and
// not what was done to them.
func TestWhoHasSomeServersSeesNothingOfTheOthersOnAnyScreen(t *testing.T) {
	var o office
	book := journal.In(t.TempDir())
	sit := o.at(func(p *team.Person, opts *ui.Options) {
		p.Scope = team.Scope{Name: "db-*", Has: func(s model.Server) bool { return strings.HasPrefix(s.Name, "db-") }}
		for id, server := range map[string]model.ServerRef{"anna1-1": {ID: "12345", Name: "web-server-01"}, "anna1-2": {ID: "12346", Name: "db-server-01"}} {
			deleted := model.Operation{ID: id, Deed: model.Delete, Phase: model.Done, By: model.Actor{Name: "anna"}, Started: opening, Ended: opening,
				Point: model.Point{Kind: model.Snapshot, ID: "5", Name: "gone-of-" + server.Name}, Server: server}
			if err := book.Append(deleted.Record(opts.Client.Host(), opening)); err != nil {
				t.Fatal(err)
			}
		}
	})
	w := open(t, 120, 40, servers(3), func(s *setup) {
		sit(s)
		share := s.share
		s.share = func(w *world, opts *ui.Options) {
			share(w, opts)
			opts.Journal, opts.Run = o.bert.Journal(book), "bert1"
		}
	})
	o.sees("db-server-01")
	if msg := o.anna(w, "web-server-01"); msg.Outcome.Err != nil {
		t.Fatal(msg.Outcome.Err)
	}
	for range 3 { // what she does there is under way now
		o.pass()
	}
	w.Press("A")
	o.sees("gone-of-db-server-01")
	w.Press("esc")
	for _, keys := range [][]string{
		{"A"}, {"L"}, {"?"}, {":"}, {":", "w", "e", "b"}, {"/", "w", "e", "b"}, {"1", "enter"}, {"1", "enter", "J"}, {"2", "enter"}, {"3", "enter"}, {"2", "J"},
		{"2", "a"}, {"3", "a"}, {"1", "w"}, {"1", "s"}, {"1", "b"}, {"1", "r"}, {"2", "d"}, {"1", "*", "s"}, {"1", "*", "b"}, {"2", "*", "d"}, {"c"}, {"c", "enter", "enter"},
	} {
		w.Press(keys...)
		text := w.Screen().Text()
		for _, secret := range []string{"web-server", "web01", "12345", "203.0.113.10", "pre-migration", "hers", "1 running"} {
			if strings.Contains(text, secret) {
				t.Errorf("after %q it shows %q:\n%s", keys, secret, text)
			}
		}
		w.Press("esc", "esc", "esc", "esc")
	}
}

// What somebody else wanted is theirs to go on with.
func TestARestoreThatAColleagueWantedIsNotOfferedToOthers(t *testing.T) {
	for _, who := range []string{"anna", "bert"} {
		t.Run(who, func(t *testing.T) {
			var o office
			book := journal.In(t.TempDir())
			w := open(t, 120, 30, servers(3), o.at(func(p *team.Person, opts *ui.Options) {
				opts.Journal, opts.Run = book, "bert1"
				first := model.Operation{ID: "old-1", Deed: model.Create, Phase: model.Done, By: model.Actor{Name: who}, Started: opening, Ended: opening,
					Point: model.Point{Kind: model.Snapshot, ID: "777", Name: "first"}, Server: model.ServerRef{ID: "12345", Name: "web-server-01"},
					After: &model.Point{Kind: model.Snapshot, ID: "801"}}
				if err := book.Append(first.Record(opts.Client.Host(), opening)); err != nil {
					t.Fatal(err)
				}
			}))
			o.sees("web-server-01")
			for range 5 {
				o.pass()
			}
			if asked := w.Screen().Contains("Go on with the restore?"); asked != (who == "bert") {
				t.Errorf("asked: %v\n%s", asked, w.Screen().Text())
			}
		})
	}
}

func TestATokenThatTheAPIRefusesIsForWhoeverRunsTheServer(t *testing.T) {
	var o office
	w := open(t, 120, 30, servers(3), o.at())
	o.sees("web-server-01")
	w.fault("GET /: status 401")
	o.sees("whoever runs it must give it another")
	o.sees("token refused")
	w.RequireText("web-server-01")
	w.account.ClearFaults()
	o.until("it works again", func() bool { return !w.Screen().Contains("refuse") })
}

// The config may have commands of one's own; they are for who sits at that machine.
func TestNothingRunsOnTheMachineThatServes(t *testing.T) {
	var o office
	w := open(t, 120, 40, servers(3), o.at(func(_ *team.Person, opts *ui.Options) {
		if err := opts.Keys.AddOwn("note it", "f5"); err != nil {
			t.Fatal(err)
		}
	}))
	o.sees("web-server-01")
	w.Press("?")
	w.RequireNoText("note it", "ssh to the server", "suspend", "requests")
	w.Press("esc", "f5", "S", "L")
	w.RequireNoText("back from", "Requests")
	w.RequireText("web-server-01")
}
