package main

import (
	"errors"
	"time"
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
	memory  sample // MB, at the end
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
		{what: "a snapshot under way, polls and all", unit: "bytes/s", ours: busy.whole},
		{what: "idle, between polls", unit: "bytes/s", ours: idle.between, bare: bare.between, paired: true},
		{what: "idle, polls and all", unit: "bytes/s", ours: idle.whole},
		{what: "memory (RSS), idle", unit: "MB", ours: idle.memory, bare: bare.memory, paired: true},
		{what: "CPU, idle, polls and all", unit: "% of a core", ours: idle.cpu, bare: bare.cpu, paired: true},
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
		if err := w.begin(); err != nil {
			return err
		}
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

func (w *watched) begin() error {
	used, err := spent(w.cmd.Process.Pid)
	w.from, w.spent = time.Now(), used
	return measurable(err)
}

// end adds what was seen since begin.
func (w *watched) end(into *rest) error {
	to := time.Now()
	seconds := to.Sub(w.from).Seconds()
	tape, _ := w.recorded()
	total := written(tape, w.from, to)
	var polls []time.Time
	if w.account != nil {
		polls = w.account.polls(w.from, to)
	}
	apart, bytes := seconds, total
	for _, poll := range polls {
		apart--
		bytes -= written(tape, poll, poll.Add(time.Second))
	}
	into.between = append(into.between, float64(bytes)/apart)
	if len(polls) > 0 {
		into.whole = append(into.whole, float64(total)/seconds)
	}
	return w.weigh(into, seconds)
}

// weigh adds the program's memory, and the CPU time that it has used since begin.
func (w *watched) weigh(into *rest, seconds float64) error {
	used, err := spent(w.cmd.Process.Pid)
	if err == nil {
		into.cpu = append(into.cpu, 100*(used-w.spent).Seconds()/seconds)
	}
	mb, err2 := memory(w.cmd.Process.Pid)
	if err2 == nil {
		into.memory = append(into.memory, mb)
	}
	return errors.Join(measurable(err), measurable(err2))
}

// measurable passes over a system that does not tell.
func measurable(err error) error {
	if errors.Is(err, errNoProc) {
		return nil
	}
	return err
}
