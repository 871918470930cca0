package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
)

// now is when the account of every test is read.
var now = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

func at(day, hour int) time.Time { return time.Date(2025, 1, day, hour, 0, 0, 0, time.UTC) }

// loadedState returns a state whose lists were read at now. errs are why the lists of servers,
// backups and snapshots are incomplete.
func loadedState(t testing.TB, servers []model.Server, points []model.Point, errs ...error) *model.State {
	t.Helper()
	errs = append(errs, nil, nil, nil)
	s := &model.State{Now: now, Local: now}
	ticket, _ := s.Servers.Start(now)
	s.ApplyServers(ticket, servers, errs[0])
	for _, kind := range []model.Kind{model.Backup, model.Snapshot} {
		var list []model.Point
		for _, p := range points {
			if p.Kind == kind {
				list = append(list, p)
			}
		}
		ticket, _ := s.Points(kind).Start(now)
		s.ApplyPoints(kind, "", ticket, list, errs[1+kind])
	}
	return s
}

func server(id model.ID, name string, created time.Time) model.Server {
	return model.Server{ID: id, Name: name, Status: model.ServerActive, CreatedAt: created}
}

// point returns a complete point. A backup that expires is an automatic one.
func point(s model.Server, kind model.Kind, id model.ID, created, expires time.Time, mb int64) model.Point {
	p := model.Point{Kind: kind, ID: id, Server: s.Ref(), Status: model.Completed, CreatedAt: created,
		ExpiresAt: expires, SizeMB: mb}
	switch {
	case kind == model.Snapshot:
		p.Name = "snap-" + string(id)
	case expires.IsZero():
		p.Type, p.Description = model.Manual, "by hand"
	default:
		p.Type = model.Automatic
	}
	return p
}

func failed(p model.Point) model.Point {
	p.Status, p.SizeMB = model.Failed, 0
	return p
}

// record returns the last record of an operation that took eight minutes.
func record(id, action, event string, s model.Server, p model.RecordPoint, sent time.Time, by string) model.Record {
	r := model.Record{Version: model.RecordVersion, ID: id, Event: event, Action: action, Kind: "snapshot",
		Server: model.RecordServer{ID: s.ID, Name: s.Name}, Point: p, SentAt: sent, EndedAt: sent.Add(8 * time.Minute),
		Time: sent.Add(8 * time.Minute)}
	if by != "" {
		r.By = model.Actor{Name: by, Address: "192.0.2.7"}
	}
	return r
}

// smallInput is a fleet whose report was checked by hand: see TestSmallFleet.
func smallInput(t testing.TB) Input {
	t.Helper()
	var never time.Time
	db, mail := server("1", "db-01", at(1, 0)), server("2", "mail-01", at(1, 0))
	fresh, snap := server("3", "new-01", at(16, 10)), server("4", "snap-01", at(2, 0))
	web1, web2 := server("5", "web-01", at(1, 0)), server("6", "web-02", at(1, 0))
	points := []model.Point{
		point(db, model.Backup, "100", at(14, 3), at(28, 3), 20480),
		failed(point(db, model.Backup, "101", at(15, 3), at(29, 3), 0)),
		failed(point(db, model.Backup, "102", at(16, 3), at(30, 3), 0)),
		point(mail, model.Backup, "110", at(10, 12), never, 2048),
		point(snap, model.Snapshot, "1", at(16, 9), never, 0),
		point(web1, model.Backup, "120", at(14, 3), at(20, 3), 1024),
		point(web1, model.Backup, "121", at(15, 3), at(21, 3), 1024),
		point(web1, model.Backup, "122", at(16, 3), at(22, 3), 1024),
		failed(point(web1, model.Snapshot, "9", at(11, 8), never, 0)),
		point(web2, model.Backup, "130", at(15, 3), at(29, 3), 1024),
		point(web2, model.Backup, "131", at(16, 3), at(30, 3), 1024),
		point(web2, model.Backup, "132", at(1, 5), never, 1024),
		point(web2, model.Snapshot, "2", at(8, 7), never, 5120),
	}
	return Input{
		State: loadedState(t, []model.Server{db, mail, fresh, snap, web1, web2}, points), Days: 14,
		Account: "Example GmbH", Host: "api.example", Profile: "prod", Program: "vpsdeck test",
		History: History{Records: []model.Record{
			record("a-1", "restore", model.EventDone, web1, model.RecordPoint{ID: "7", Name: "old"}, at(1, 10), "anna"),
			record("a-2", "restore", model.EventDone, web2, model.RecordPoint{ID: "2", Name: "snap-2"}, at(9, 10),
				"anna"),
			record("a-3", "create", model.EventFailed, web1, model.RecordPoint{ID: "9", Name: "snap-9"}, at(11, 8),
				"anna"),
			record("a-4", "restore", model.EventRefused, mail, model.RecordPoint{ID: "3", Name: "gone"}, at(12, 9), ""),
			record("a-5", "create", model.EventUnknown, web1, model.RecordPoint{Name: "before-update"}, at(13, 11), ""),
			record("a-6", "delete", model.EventDone, web1, model.RecordPoint{ID: "8", Name: "spare"}, at(13, 12), ""),
		}},
	}
}

func withDays(in Input, days int) Input {
	in.Days = days
	return in
}

// partialInput is the same account, of which the API gave only a part, without a journal.
func partialInput(t testing.TB) Input {
	t.Helper()
	web := server("5", "web-01", at(1, 0))
	backup := point(web, model.Backup, "122", at(16, 3), at(22, 3), 1024)
	return Input{
		State: loadedState(t, []model.Server{web}, []model.Point{backup},
			&model.IncompleteError{Got: 1, Total: 6}, &model.IncompleteError{Got: 1}),
		Days: 14, Host: "api.example", History: History{Problem: "there is no journal on this machine"},
	}
}

// hostileTexts are texts that are an attack in HTML, in Markdown, in CSV or for the eye.
var hostileTexts = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><style>*{display:none}`,
	`=HYPERLINK("http://evil.example","x")`, `+1+1`, `-1`, `@SUM(1)`, ` =1`, "\t=1", `＝1`, `'=1`,
	"a|b\\|c", "`tick`", "``a``", `](http://evil.example)`, `https://evil.example`, `a@evil.example`, `# title`,
	"line\n| x | y |", "\u202eevil", strings.Repeat("x", 1500), `{{.Style}}`, `&amp;`, `,";`, "",
}

// hostileInput is an account whose texts are all hostile.
func hostileInput(t testing.TB) Input {
	t.Helper()
	in := Input{Days: 30, Account: hostileTexts[0], Host: hostileTexts[1], Profile: hostileTexts[2],
		Doubts: []string{hostileTexts[3]}}
	var servers []model.Server
	var points []model.Point
	for i, text := range hostileTexts {
		s := server(model.ID(fmt.Sprintf("%d%s", i, text)), text, at(1, 0))
		servers = append(servers, s)
		for kind, id := range []string{"b" + text, "s" + text} {
			p := point(s, model.Kind(kind), model.ID(id), at(10, 1), at(20, 1), 10)
			p.Name, p.Description = text, text
			if i%2 == 0 {
				p = failed(p)
			}
			points = append(points, p)
		}
		r := record(fmt.Sprintf("h-%d", i), "restore", model.EventFailed, s,
			model.RecordPoint{ID: model.ID(text), Name: text}, at(11, 1), text)
		r.Reason, r.By.Address = text, text
		in.History.Records = append(in.History.Records, r)
	}
	in.State = loadedState(t, servers, points)
	return in
}

// fleetInput is an account with so many servers, each with 14 backups and 2 snapshots. One in eight
// has none that is recent, one in a hundred has nothing.
func fleetInput(t testing.TB, servers int) Input {
	t.Helper()
	in := Input{Days: 30, Account: "Example GmbH", Host: "api.example"}
	var list []model.Server
	var points []model.Point
	for i := range servers {
		s := server(model.ID(fmt.Sprint(1000+i)), fmt.Sprintf("web-%05d", i), at(1, 0).AddDate(-1, 0, 0))
		list = append(list, s)
		if i%100 == 0 {
			continue
		}
		for n := range 16 {
			kind, created := model.Backup, now.AddDate(0, 0, -n).Add(-5*time.Hour)
			if i%8 == 1 {
				created = created.AddDate(0, 0, -4)
			}
			expires := created.AddDate(0, 0, 15)
			if n >= 14 {
				kind, expires = model.Snapshot, time.Time{}
			}
			p := point(s, kind, model.ID(fmt.Sprint(i*16+n)), created, expires, 1000)
			if (i+n)%41 == 0 {
				p = failed(p)
			}
			points = append(points, p)
		}
	}
	in.State = loadedState(t, list, points)
	return in
}

// pictureInput is the account of the pictures in docs/REPORT.md. Each server has a letter for each of
// the last 30 days, today last: B automatic backup, M manual one, S snapshot, F failed backup.
func pictureInput(t testing.TB) Input {
	t.Helper()
	in := Input{Days: 30, Account: "Example GmbH", Host: "api.example", Program: "vpsdeck"}
	var servers []model.Server
	var points []model.Point
	for i, row := range []string{
		"web-01 S       BBBBBBBBBBBBBBBSBBBBBB", "web-02        BBBBBBBBBBBBBBBBBBBBBB",
		"web-03        BBBBBBBBBBBFBBBBBBBBBB", "db-01 M  S    BBBBBBBBBBBBBBBBBBBBBB",
		"db-02        BBBBBBBBBBBBBBBBBBBBFF", "mail-01 M      M      M             ",
		"cache-01        S      S      S      S", "vpn-gw                       BBBBBBB",
		"ci-runner-01         SBBBBBBBBBBBBBB", "new-01                               ",
	} {
		name, days, _ := strings.Cut(row, " ")
		s := server(model.ID(fmt.Sprint(100+i)), name, at(1, 0).AddDate(0, -6, 0))
		servers = append(servers, s)
		for n, letter := range days {
			created := now.Add(-12*time.Hour).AddDate(0, 0, n+1-len(days))
			kind, expires := model.Backup, created.AddDate(0, 0, 30)
			switch letter {
			case ' ':
				continue
			case 'M':
				expires = time.Time{}
			case 'S':
				kind, expires = model.Snapshot, time.Time{}
			}
			p := point(s, kind, model.ID(fmt.Sprint(1000+100*i+n)), created, expires, int64(2000+700*i))
			if letter == 'F' {
				p = failed(p)
			}
			points = append(points, p)
		}
	}
	in.State = loadedState(t, servers, points)
	in.History.Records = []model.Record{record("p-1", "restore", model.EventDone, servers[0],
		model.RecordPoint{ID: "1022", Name: "before-update"}, at(9, 10), "anna")}
	return in
}
