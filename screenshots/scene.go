package main

import (
	"context"
	"time"

	"vpsdeck/api"
	"vpsdeck/api/sim"
	"vpsdeck/internal/terminal"
	"vpsdeck/keymap"
	"vpsdeck/screenshots/picture"
	"vpsdeck/ui"
	"vpsdeck/ui/command"
)

// opening is the moment at which every scene begins: the day of the examples in the API's documents.
var opening = time.Date(2025, 1, 16, 15, 45, 0, 0, time.UTC)

const token = "vps_picture"

// scene is one picture: a terminal, and what is done on it.
type scene struct {
	name          string
	width, height int
	light         bool
	who           string // of several who look at the account; "": one who is alone
	act           func(*stage)
}

// stage is where a scene is played.
type stage struct {
	*terminal.Session
	account *sim.Account
}

// fault makes something go wrong from here on.
func (s *stage) fault(text string) {
	f, err := sim.ParseFault(text)
	if err != nil {
		panic(err) // a scene is written wrong
	}
	s.account.Inject(f)
}

// draw plays the scene and draws its end.
func (s scene) draw() (*picture.Picture, error) {
	clock := sim.NewSteppedClock(opening)
	account := sim.New(sim.Options{Seed: 1, Token: token, Clock: clock})
	server, err := sim.Listen("127.0.0.1:0", account)
	if err != nil {
		return nil, err
	}
	defer server.Close()
	log := &command.RequestLog{}
	client, err := api.New(server.URL(), token, api.WithClock(account.Now), api.WithWait(noWait), api.WithObserver(log.Add))
	if err != nil {
		return nil, err
	}
	time := terminal.NewClock(clock.Now, clock.Advance)
	opts := ui.Options{Client: named{client}, Requests: log, Keys: keymap.Default(), Clock: time, KeyTime: terminal.Unhurried(), Mouse: true, Dark: !s.light}
	if s.who != "" {
		o := openOffice(client, clock.Now)
		defer o.shut()
		if s.who != "anna" {
			o.annaBegins("web-server-01")
		}
		o.sit(s.who, time, &opts)
	}
	app := ui.New(opts)
	options := []terminal.Option{terminal.WithClock(time)}
	theme := picture.Dark()
	if s.light {
		options = append(options, terminal.WithLight())
		theme = picture.Light()
	}
	session := terminal.Start(app, s.width, s.height, options...)
	if _, err := session.Settle(); err == nil {
		s.act(&stage{session, account})
	}
	grid, err := session.Settle()
	if err != nil {
		return nil, err
	}
	p := picture.New(grid, session.Title(), theme)
	_, err = session.Quit()
	return p, err
}

// noWait lets the client try again at once: the pictures' time is stepped.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// named is a client whose host is the real one, so that no picture shows the port that the simulated account happened to
// get.
type named struct{ *api.Client }

// Host is where the API lives.
func (named) Host() string { return "admin.vps.org" }

// scenes are all pictures.
func scenes() []scene {
	return []scene{
		{name: "wide", width: 132, height: 36, act: begin},
		{name: "medium", width: 84, height: 28, act: func(s *stage) { begin(s); s.Press("2") }},
		{name: "narrow", width: 46, height: 16, act: func(s *stage) { begin(s); s.Press("3") }},
		{name: "light", width: 132, height: 36, light: true, act: begin},
		{name: "form", width: 132, height: 36, act: func(s *stage) {
			begin(s)
			s.Press("s")
			s.Type("before update")
		}},
		{name: "delete", width: 132, height: 36, act: func(s *stage) {
			begin(s)
			s.Press("2", "d")
			s.Advance(time.Second)
			s.Type("web-ser")
		}},
		{name: "restore", width: 132, height: 36, act: func(s *stage) {
			begin(s)
			s.Press("3", "r")
			s.Advance(time.Second)
			s.Type("web-serv")
		}},
		{name: "progress", width: 132, height: 36, act: func(s *stage) {
			begin(s)
			s.Press("s")
			s.Type("before-update")
			s.Press("enter", "enter")
			s.Advance(5 * time.Minute)
		}},
		{name: "coverage", width: 132, height: 36, act: func(s *stage) { s.Press("w", "j"); s.Advance(4 * time.Second) }},
		{name: "timeline", width: 132, height: 30, act: func(s *stage) { begin(s); s.Press("enter", "j") }},
		{name: "bulk", width: 132, height: 36, act: func(s *stage) { // the suspended one is refused
			s.Press("w", "*", "s", "enter", "enter")
			s.Advance(2 * time.Minute)
		}},
		{name: "clearing", width: 132, height: 36, act: func(s *stage) {
			s.Press("c", "enter", "enter", "enter", "enter")
			s.Advance(time.Second)
		}},
		{name: "palette", width: 132, height: 36, act: func(s *stage) { begin(s); s.Press(":"); s.Type("pre") }},
		{name: "requests", width: 132, height: 24, act: func(s *stage) {
			begin(s)
			s.Press("b")
			s.Type("before the upgrade")
			s.Press("enter")
			s.Advance(4 * time.Second)
			s.Press("L")
		}},
		{name: "anna", width: 84, height: 26, who: "anna", act: func(s *stage) {
			begin(s)
			s.Press("s")
			s.Type("before-update")
			s.Press("enter", "enter")
			s.Advance(900 * time.Millisecond) // the lists may be asked for anew once she has begun: either way they came just now
		}},
		{name: "bert", width: 84, height: 26, who: "bert", act: func(s *stage) { begin(s); s.Advance(4 * time.Second) }},
		{name: "error", width: 132, height: 36, act: func(s *stage) {
			begin(s)
			s.fault("* /: html 503")
			s.Advance(90 * time.Second)
		}},
	}
}

// begin puts the cursor on web-server-01 a few seconds after the program was started.
func begin(s *stage) {
	s.Press("/")
	s.Type("web-server-01")
	s.Press("enter", "esc")
	s.Advance(4 * time.Second)
}
