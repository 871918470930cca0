package main

import (
	"time"

	"vpsdeck/internal/bench/process"
)

// idleSpan is how long the programs are watched without input.
type idleSpan struct {
	settle   time.Duration // after all data has come, until the program is idle
	duration time.Duration
}

// idleResult is what each round measured of a program. What could not be measured stays empty.
type idleResult struct {
	total        sample // bytes per second, polls included; empty if there was no poll
	betweenPolls sample // bytes per second, without the seconds in which a poll begins
	memory       sample // RSS in MB, at the end
	private      sample // the part of memory that is no page of a file, in MB
	cpu          sample // percent of one core
}

// measureIdle watches three programs at the same time, so that a busy machine affects all of them.
// They are the baseline, vpsdeck on an account without operations, and vpsdeck on an account with a
// running snapshot.
func measureIdle(p *programs, rounds int, during idleSpan) ([]row, error) {
	var baseline, idle, busy idleResult
	for range rounds {
		if err := watchAll(p, during, &baseline, &idle, &busy); err != nil {
			return nil, err
		}
	}
	return []row{
		{label: "a snapshot running, polls included", unit: "bytes/s", ours: busy.total, limit: 60},
		{label: "idle, between polls", unit: "bytes/s", ours: idle.betweenPolls, baseline: baseline.betweenPolls,
			paired: true},
		{label: "idle, polls included", unit: "bytes/s", ours: idle.total, limit: 10},
		{label: "memory (RSS), idle", unit: "MB", ours: idle.memory, baseline: baseline.memory, paired: true,
			limit: 30},
		{label: "part that is no page of a file", unit: "MB", ours: idle.private, baseline: baseline.private,
			paired: true},
		{label: "CPU, idle, polls included", unit: "% of a core", ours: idle.cpu, baseline: baseline.cpu, paired: true},
		{label: "CPU, idle, more than the baseline", unit: "% of a core", ours: idle.cpu.minus(baseline.cpu),
			limit: .2},
		{label: "CPU, a snapshot running", unit: "% of a core", ours: busy.cpu, baseline: baseline.cpu, paired: true},
	}, nil
}

// watchAll starts the three, waits until they are idle, and watches them for the span.
func watchAll(p *programs, during idleSpan, baseline, idle, busy *idleResult) error {
	var all []*idleProgram
	defer func() {
		for _, session := range all {
			session.close()
		}
	}()
	for _, open := range []func(*programs) (*idleProgram, error){openBaseline, openIdle, openBusy} {
		session, err := open(p)
		if session != nil {
			all = append(all, session)
		}
		if err != nil {
			return err
		}
	}
	time.Sleep(during.settle)
	for _, session := range all {
		session.begin()
	}
	time.Sleep(during.duration)
	for i, into := range []*idleResult{baseline, idle, busy} {
		if err := all[i].finish(into); err != nil {
			return err
		}
	}
	return nil
}

// idleProgram is a program that gets no input.
type idleProgram struct {
	*ptySession
	account   *account // nil for the baseline
	startTime time.Time
	startCPU  time.Duration // CPU time at startTime
}

// openBaseline, openIdle and openBusy return the program once it shows everything. After an error
// they return the program too, if it was started, so that it can be closed.
func openBaseline(p *programs) (*idleProgram, error) {
	session, err := p.startBaseline()
	if err != nil {
		return nil, err
	}
	_, err = session.waitUntil("the first full frame", isBaselineFrame)
	return &idleProgram{ptySession: session}, err
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
	session, err := p.startOn(a.server.URL())
	if err != nil {
		return nil, err
	}
	_, err = session.waitUntil("all data", hasAllData)
	return &idleProgram{ptySession: session, account: a}, err
}

func (p *idleProgram) close() {
	p.ptySession.close()
	if p.account != nil {
		p.account.close()
	}
}

func (p *idleProgram) begin() {
	p.startCPU, _ = process.CPUTime(p.cmd.Process.Pid)
	p.startTime = time.Now()
}

// finish adds what was measured since begin.
func (p *idleProgram) finish(into *idleResult) error {
	to := time.Now()
	seconds := to.Sub(p.startTime).Seconds()
	used, hasCPU := process.CPUTime(p.cmd.Process.Pid)
	all, private, hasMemory := process.Memory(p.cmd.Process.Pid)
	select {
	case <-p.done:
		return p.waitError("the end of the span", errEnded)
	default:
	}
	if hasCPU {
		into.cpu = append(into.cpu, 100*(used-p.startCPU).Seconds()/seconds)
	}
	if hasMemory {
		into.memory = append(into.memory, all)
		into.private = append(into.private, private)
	}
	chunks, _ := p.recording()
	into.addBytes(chunks, p.pollTimes(to), p.startTime, to)
	return nil
}

// pollTimes returns the times of the polls since begin. A program without an account has none.
func (p *idleProgram) pollTimes(to time.Time) []time.Time {
	if p.account == nil {
		return nil
	}
	return p.account.pollTimes(p.startTime, to)
}

// addBytes adds the bytes of a span with these polls.
func (r *idleResult) addBytes(chunks []chunk, polls []time.Time, from, to time.Time) {
	seconds, bytes := to.Sub(from).Seconds(), bytesBetween(chunks, from, to)
	if len(polls) > 0 {
		r.total = append(r.total, float64(bytes)/seconds)
	}
	for _, poll := range polls {
		bytes -= bytesBetween(chunks, poll, poll.Add(time.Second))
	}
	r.betweenPolls = append(r.betweenPolls, float64(bytes)/(seconds-float64(len(polls))))
}
