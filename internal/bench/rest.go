package main

import (
	"time"

	"vpsdeck/internal/bench/process"
)

// span is when the programs are watched while nobody touches them.
type span struct {
	lead time.Duration // after all data is there: the program comes to rest
	last time.Duration
}

// rest is what was seen of a program in each round. What could not be measured stays empty.
type rest struct {
	whole   sample // bytes per second, polls and all; empty where there was no poll to see
	between sample // bytes per second, without the seconds in which a poll begins
	memory  sample // RSS in MB, at the end
	own     sample // the part of it that is no page of a file, in MB
	cpu     sample // percent of one core
}

// measureRest watches three programs side by side, so that a busy machine is equally busy for all: the bare one, vpsdeck
// on an account on which nothing runs, and vpsdeck on one with a snapshot under way.
func measureRest(p *programs, rounds int, during span) ([]row, error) {
	var bare, idle, busy rest
	for range rounds {
		if err := watchAll(p, during, &bare, &idle, &busy); err != nil {
			return nil, err
		}
	}
	return []row{
		{what: "a snapshot under way, polls and all", unit: "bytes/s", ours: busy.whole, most: 60},
		{what: "idle, between polls", unit: "bytes/s", ours: idle.between, bare: bare.between, paired: true},
		{what: "idle, polls and all", unit: "bytes/s", ours: idle.whole, most: 10},
		{what: "memory (RSS), idle", unit: "MB", ours: idle.memory, bare: bare.memory, paired: true, most: 30},
		{what: "of it, no page of a file", unit: "MB", ours: idle.own, bare: bare.own, paired: true},
		{what: "CPU, idle, polls and all", unit: "% of a core", ours: idle.cpu, bare: bare.cpu, paired: true},
		{what: "CPU, idle, beyond the bare program", unit: "% of a core", ours: idle.cpu.less(bare.cpu), most: .2},
		{what: "CPU, a snapshot under way", unit: "% of a core", ours: busy.cpu, bare: bare.cpu, paired: true},
	}, nil
}

// watchAll opens the three, gives them time to come to rest, and watches them for the span.
func watchAll(p *programs, during span, bare, idle, busy *rest) error {
	var all []*watched
	defer func() {
		for _, w := range all {
			w.close()
		}
	}()
	for _, scene := range []func(*programs) (*watched, error){openBare, openIdle, openBusy} {
		w, err := scene(p)
		if w != nil {
			all = append(all, w)
		}
		if err != nil {
			return err
		}
	}
	time.Sleep(during.lead)
	for _, w := range all {
		w.begin()
	}
	time.Sleep(during.last)
	for i, into := range []*rest{bare, idle, busy} {
		if err := all[i].end(into); err != nil {
			return err
		}
	}
	return nil
}

// watched is a program that nobody touches.
type watched struct {
	*window
	account *account // nil: it has none
	from    time.Time
	spent   time.Duration // CPU time until then
}

// openBare, openIdle and openBusy return the program with all that it has to show; with an error, if it was started at all,
// the program as it is, to be closed.
func openBare(p *programs) (*watched, error) {
	w, err := p.yardstick()
	if err != nil {
		return nil, err
	}
	_, err = w.until("the first full frame", bareFrame)
	return &watched{window: w}, err
}

func openIdle(p *programs) (*watched, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	return openOn(p, a)
}

func openBusy(p *programs) (*watched, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	if err := a.beginSnapshot(); err != nil {
		return nil, err
	}
	return openOn(p, a)
}

func openOn(p *programs, a *account) (*watched, error) {
	w, err := p.visit(a.server.URL())
	if err != nil {
		return nil, err
	}
	_, err = w.until("all data", allData)
	return &watched{window: w, account: a}, err
}

func (w *watched) close() {
	w.window.close()
	if w.account != nil {
		w.account.close()
	}
}

func (w *watched) begin() {
	w.spent, _ = process.Spent(w.cmd.Process.Pid)
	w.from = time.Now()
}

// end adds what was seen since begin.
func (w *watched) end(into *rest) error {
	to := time.Now()
	seconds := to.Sub(w.from).Seconds()
	used, toldCPU := process.Spent(w.cmd.Process.Pid)
	all, own, toldMemory := process.Memory(w.cmd.Process.Pid)
	select {
	case <-w.ended:
		return w.fault("the end of the span", errEnded)
	default:
	}
	if toldCPU {
		into.cpu = append(into.cpu, 100*(used-w.spent).Seconds()/seconds)
	}
	if toldMemory {
		into.memory = append(into.memory, all)
		into.own = append(into.own, own)
	}
	tape, _ := w.recorded()
	into.count(tape, w.polls(to), w.from, to)
	return nil
}

// polls are the polls since begin; a program without an account has none.
func (w *watched) polls(to time.Time) []time.Time {
	if w.account == nil {
		return nil
	}
	return w.account.polls(w.from, to)
}

// count adds the bytes of a span in which these polls began.
func (r *rest) count(tape []chunk, polls []time.Time, from, to time.Time) {
	seconds, bytes := to.Sub(from).Seconds(), written(tape, from, to)
	if len(polls) > 0 {
		r.whole = append(r.whole, float64(bytes)/seconds)
	}
	for _, poll := range polls {
		bytes -= written(tape, poll, poll.Add(time.Second))
	}
	r.between = append(r.between, float64(bytes)/(seconds-float64(len(polls))))
}
