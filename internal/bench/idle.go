package main

import (
	"time"

	"vpsdeck/internal/bench/process"
)

// idleSpan is when the programs are watched while nobody touches them.
type idleSpan struct {
	settle   time.Duration // after all data is there: the program comes to rest
	duration time.Duration
}

// idleResult is what was seen of a program in each round. What could not be measured stays empty.
type idleResult struct {
	total        sample // bytes per second, polls and all; empty where there was no poll to see
	betweenPolls sample // bytes per second, without the seconds in which a poll begins
	memory       sample // RSS in MB, at the end
	private      sample // the part of it that is no page of a file, in MB
	cpu          sample // percent of one core
}

// measureIdle watches three programs side by side, so that a busy machine is equally busy for all: the bare one, vpsdeck
// on an account on which nothing runs, and vpsdeck on one with a snapshot under way.
func measureIdle(p *programs, rounds int, during idleSpan) ([]row, error) {
	var bare, idle, busy idleResult
	for range rounds {
		if err := watchAll(p, during, &bare, &idle, &busy); err != nil {
			return nil, err
		}
	}
	return []row{
		{label: "a snapshot under way, polls and all", unit: "bytes/s", ours: busy.total, limit: 60},
		{label: "idle, between polls", unit: "bytes/s", ours: idle.betweenPolls, baseline: bare.betweenPolls, paired: true},
		{label: "idle, polls and all", unit: "bytes/s", ours: idle.total, limit: 10},
		{label: "memory (RSS), idle", unit: "MB", ours: idle.memory, baseline: bare.memory, paired: true, limit: 30},
		{label: "of it, no page of a file", unit: "MB", ours: idle.private, baseline: bare.private, paired: true},
		{label: "CPU, idle, polls and all", unit: "% of a core", ours: idle.cpu, baseline: bare.cpu, paired: true},
		{label: "CPU, idle, beyond the bare program", unit: "% of a core", ours: idle.cpu.minus(bare.cpu), limit: .2},
		{label: "CPU, a snapshot under way", unit: "% of a core", ours: busy.cpu, baseline: bare.cpu, paired: true},
	}, nil
}

// watchAll opens the three, gives them time to come to rest, and watches them for the span.
func watchAll(p *programs, during idleSpan, bare, idle, busy *idleResult) error {
	var all []*idleProgram
	defer func() {
		for _, w := range all {
			w.close()
		}
	}()
	for _, scene := range []func(*programs) (*idleProgram, error){openBaseline, openIdle, openBusy} {
		w, err := scene(p)
		if w != nil {
			all = append(all, w)
		}
		if err != nil {
			return err
		}
	}
	time.Sleep(during.settle)
	for _, w := range all {
		w.begin()
	}
	time.Sleep(during.duration)
	for i, into := range []*idleResult{bare, idle, busy} {
		if err := all[i].finish(into); err != nil {
			return err
		}
	}
	return nil
}

// idleProgram is a program that nobody touches.
type idleProgram struct {
	*ptySession
	account   *account // nil: it has none
	startTime time.Time
	startCPU  time.Duration // CPU time until then
}

// openBaseline, openIdle and openBusy return the program with all that it has to show; with an error, if it was started at all,
// the program as it is, to be closed.
func openBaseline(p *programs) (*idleProgram, error) {
	w, err := p.startBaseline()
	if err != nil {
		return nil, err
	}
	_, err = w.waitUntil("the first full frame", isBaselineFrame)
	return &idleProgram{ptySession: w}, err
}

func openIdle(p *programs) (*idleProgram, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	return openOnAccount(p, a)
}

func openBusy(p *programs) (*idleProgram, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	if err := a.beginSnapshot(); err != nil {
		return nil, err
	}
	return openOnAccount(p, a)
}

func openOnAccount(p *programs, a *account) (*idleProgram, error) {
	w, err := p.startOn(a.server.URL())
	if err != nil {
		return nil, err
	}
	_, err = w.waitUntil("all data", hasAllData)
	return &idleProgram{ptySession: w, account: a}, err
}

func (w *idleProgram) close() {
	w.ptySession.close()
	if w.account != nil {
		w.account.close()
	}
}

func (w *idleProgram) begin() {
	w.startCPU, _ = process.CPUTime(w.cmd.Process.Pid)
	w.startTime = time.Now()
}

// finish adds what was seen since begin.
func (w *idleProgram) finish(into *idleResult) error {
	to := time.Now()
	seconds := to.Sub(w.startTime).Seconds()
	used, toldCPU := process.CPUTime(w.cmd.Process.Pid)
	all, own, toldMemory := process.Memory(w.cmd.Process.Pid)
	select {
	case <-w.done:
		return w.waitError("the end of the span", errEnded)
	default:
	}
	if toldCPU {
		into.cpu = append(into.cpu, 100*(used-w.startCPU).Seconds()/seconds)
	}
	if toldMemory {
		into.memory = append(into.memory, all)
		into.private = append(into.private, own)
	}
	tape, _ := w.recording()
	into.addBytes(tape, w.pollTimes(to), w.startTime, to)
	return nil
}

// pollTimes are the polls since begin; a program without an account has none.
func (w *idleProgram) pollTimes(to time.Time) []time.Time {
	if w.account == nil {
		return nil
	}
	return w.account.pollTimes(w.startTime, to)
}

// addBytes adds the bytes of a span in which these polls began.
func (r *idleResult) addBytes(tape []chunk, polls []time.Time, from, to time.Time) {
	seconds, bytes := to.Sub(from).Seconds(), bytesBetween(tape, from, to)
	if len(polls) > 0 {
		r.total = append(r.total, float64(bytes)/seconds)
	}
	for _, poll := range polls {
		bytes -= bytesBetween(tape, poll, poll.Add(time.Second))
	}
	r.betweenPolls = append(r.betweenPolls, float64(bytes)/(seconds-float64(len(polls))))
}
