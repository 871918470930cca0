package main

import (
	"context"
	"errors"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/terminal"
	"vpsdeck/keymap"
	"vpsdeck/screenshots/picture"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// startTime is when every scene starts: the day of the examples in the API's documents.
var startTime = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

const token = "vps_picture"

// scene is one picture: a terminal, and what is done on it.
type scene struct {
	name          string
	width, height int
	light         bool
	member        string // the member of a shared account; "": not shared
	run           func(*stage)
	recorded      bool // the frames are the result, and not the final screen
}

// stage is what a scene runs on.
type stage struct {
	*terminal.Session
	account *sim.Account
	theme   picture.Theme
	frames  []picture.Frame
	err     error // of a frame
}

// record adds the screen as it is now to the recording, with a text in the title bar.
func (s *stage) record(title string, shown time.Duration) {
	grid, err := s.Settle()
	if err != nil {
		s.err = err
		return
	}
	s.frames = append(s.frames, picture.Frame{Picture: picture.New(grid, title, s.theme), Shown: shown})
}

// injectFault makes requests fail from now on.
func (s *stage) injectFault(text string) {
	f, err := sim.ParseFault(text)
	if err != nil {
		panic(err) // the scene is wrong
	}
	s.account.Inject(f)
}

// drawing is what a scene has become.
type drawing struct {
	svg   []byte
	still *picture.Picture // nil: it is a recording
}

// render runs the scene and draws the final screen, or the recording.
func (s scene) render() (drawing, error) {
	frames, err := s.play()
	if err != nil {
		return drawing{}, err
	}
	if s.recorded {
		return drawing{svg: picture.Recording(frames)}, nil
	}
	last := frames[len(frames)-1].Picture
	return drawing{last.SVG(), last}, nil
}

// play runs the scene. The last frame is the final screen.
func (s scene) play() ([]picture.Frame, error) {
	clock := sim.NewSteppedClock(startTime)
	account := sim.New(sim.Options{Seed: 1, Token: token, Clock: clock})
	server, err := sim.Listen("127.0.0.1:0", account)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	log := &command.RequestLog{}
	client, err := api.New(server.URL(), token, api.WithClock(account.Now), api.WithWait(noWait),
		api.WithObserver(log.Add))
	if err != nil {
		return nil, err
	}
	time := terminal.NewClock(clock.Now, clock.Advance)
	opts := ui.Options{Client: namedHostClient{client}, Requests: log, Clock: time, KeyTime: terminal.SpacedKeyTime(),
		Preferences: ui.Preferences{Keys: keymap.Default(), Mouse: true}, Dark: !s.light}
	if s.member != "" {
		o := openSharedAccount(client, clock.Now)
		defer o.stop()
		if s.member != "anna" {
			o.createSnapshotAsAnna("web-server-01")
		}
		o.join(s.member, time, &opts)
	}
	app := ui.New(opts)
	options := []terminal.Option{terminal.WithClock(time)}
	if !s.recorded { // only the last screen is a picture
		options = append(options, terminal.WithDrawingOnDemand())
	}
	theme := picture.Dark()
	if s.light {
		options = append(options, terminal.WithLight())
		theme = picture.Light()
	}
	session := terminal.Start(app, s.width, s.height, options...)
	on := &stage{Session: session, account: account, theme: theme}
	if _, err := session.Settle(); err == nil {
		s.run(on)
	}
	if !s.recorded {
		on.record(session.Title(), 0)
	}
	_, err = session.Quit()
	return on.frames, errors.Join(on.err, err)
}

// noWait makes the client try again at once, since the clock is stepped.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// namedHostClient is a client with the real host, so that no picture shows the port of the
// simulated account.
type namedHostClient struct{ *api.Client }

// Host returns the host of the API.
func (namedHostClient) Host() string { return "admin.vps.org" }

// scenes returns all pictures.
func scenes() []scene {
	return []scene{
		{name: "demo", width: 110, height: 32, recorded: true, run: recordDemo},
		{name: "wide", width: 132, height: 36, run: selectWebServer},
		{name: "medium", width: 84, height: 28, run: func(s *stage) { selectWebServer(s); s.Press("2") }},
		{name: "narrow", width: 46, height: 16, run: func(s *stage) { selectWebServer(s); s.Press("3") }},
		{name: "light", width: 132, height: 36, light: true, run: selectWebServer},
		{name: "form", width: 132, height: 36, run: func(s *stage) {
			selectWebServer(s)
			s.Press("s")
			s.Type("before update")
			s.Press("enter") // it says what is wrong
		}},
		{name: "delete", width: 132, height: 36, run: func(s *stage) {
			selectWebServer(s)
			s.Press("2", "d")
			s.Advance(time.Second)
			s.Type("web-ser")
		}},
		{name: "restore", width: 132, height: 36, run: func(s *stage) {
			selectWebServer(s)
			s.Press("3", "r")
			s.Advance(time.Second)
			s.Type("web-serv")
		}},
		{name: "progress", width: 132, height: 36, run: func(s *stage) {
			selectWebServer(s)
			s.Press("s")
			s.Type("before-update")
			s.Press("enter", "enter")
			s.Advance(5 * time.Minute)
		}},
		{name: "coverage", width: 132, height: 36,
			run: func(s *stage) { s.Press("w", "j"); s.Advance(4 * time.Second) }},
		{name: "timeline", width: 132, height: 30, run: func(s *stage) { selectWebServer(s); s.Press("enter", "j") }},
		{name: "bulk", width: 132, height: 36, run: func(s *stage) { // the suspended server is refused
			s.Press("w", "*", "s", "enter", "enter")
			s.Advance(2 * time.Minute)
		}},
		{name: "clearing", width: 132, height: 36, run: func(s *stage) {
			s.Press("c")
			s.Type("last 3 weekly 2")
			s.Press("ctrl+s")
			s.Advance(time.Second)
		}},
		{name: "activity", width: 132, height: 24, run: func(s *stage) {
			s.injectFault(`POST /snapshots/: status 400 says {"detail": "The plan allows no more snapshots."} x1`)
			for _, server := range []string{"db-server-02", "mail-01", "web-server-01"} {
				selectServer(s, server)
				s.Press("s", "ctrl+u")
				s.Type("before-update")
				s.Press("enter", "enter")
				s.Advance(4 * time.Minute)
			}
			s.Press("A", "j")
		}},
		{name: "help", width: 132, height: 36, run: func(s *stage) { selectWebServer(s); s.Press("3", "?") }},
		{name: "palette", width: 132, height: 36,
			run: func(s *stage) { selectWebServer(s); s.Press(":"); s.Type("pre") }},
		{name: "requests", width: 132, height: 24, run: func(s *stage) {
			selectWebServer(s)
			s.Press("b")
			s.Type("before the upgrade")
			s.Press("enter")
			s.Advance(4 * time.Second)
			s.Press("L")
		}},
		{name: "anna", width: 84, height: 26, member: "anna", run: func(s *stage) {
			selectWebServer(s)
			s.Press("s")
			s.Type("before-update")
			s.Press("enter", "enter")
			// the lists may be polled again after the start: either way their age is "just now"
			s.Advance(900 * time.Millisecond)
		}},
		{name: "bert", width: 84, height: 26, member: "bert",
			run: func(s *stage) { selectWebServer(s); s.Advance(4 * time.Second) }},
		{name: "error", width: 132, height: 36, run: func(s *stage) {
			selectWebServer(s)
			s.injectFault("* /: html 503")
			s.Advance(90 * time.Second)
		}},
	}
}

// recordDemo shows a day's work: what is wrong, a snapshot, a restore.
func recordDemo(s *stage) {
	const look, glance = 3 * time.Second, 1200 * time.Millisecond
	s.record("the worst coverage comes first", look)
	s.Press("j")
	s.record("j: the next server", glance)
	s.Press("enter")
	s.record("enter: everything about it", look)
	s.Press("esc", ":")
	s.Type("web")
	s.record(": finds a server", glance)
	s.Press("enter")
	s.record("web-server-01", glance)
	s.Press("s")
	s.record("s: a snapshot, its name is suggested", look)
	s.Press("enter", "enter")
	s.Advance(2 * time.Minute)
	s.record("2 minutes later", glance)
	s.Advance(6 * time.Minute)
	s.record("8 minutes later: the account lists it", look)
	s.Press("r")
	s.Advance(time.Second)
	s.record("r: a restore says what is lost, and asks for the name", look)
	s.Press("shift+tab", "space", "tab")
	s.Type("web-ser")
	s.record("without a snapshot first: there is one", glance)
	s.Type("ver-01")
	s.Advance(time.Second)
	s.record("the name matches: enter restores", 2*time.Second)
	s.Press("enter")
	s.Advance(time.Minute)
	s.record("1 minute later", glance)
	s.Advance(14 * time.Minute)
	s.record("15 minutes later", look)
}

// selectWebServer selects web-server-01 and lets a few seconds pass.
func selectWebServer(s *stage) { selectServer(s, "web-server-01") }

// selectServer puts the cursor on a server.
func selectServer(s *stage, name string) {
	s.Press("1", "/")
	s.Type(name)
	s.Press("enter", "esc")
	s.Advance(4 * time.Second)
}
