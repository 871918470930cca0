package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vpsdeck/internal/bench/process"
)

// fleetResult is the result for an account of one size, served by another process on this machine.
type fleetResult struct {
	servers int
	url     string

	frame, baseline  sample // start to the first full frame, ms
	data, plainFetch sample // start to all data; the baseline's start plus plain fetching. ms
	keys, filter     sample // from the key press to the last byte of its frame, ms
	bytes            sample // of the frame of a cursor step among servers
	bursts           burstLatencies
	memory           sample // RSS in MB
	refresh          sample // CPU of a refresh, ms
	decoding         sample // json.Unmarshal of the same data, ms
}

// The largest fleet, and how often each run presses a key, types words and refreshes everything.
const (
	manyServers     = 10_000
	keysPerRun      = 60
	typingRounds    = 3
	refreshesPerRun = 5
)

func measureFleet(p *programs, servers, runs int) ([]row, error) {
	f := &fleetResult{servers: servers}
	url, stop, err := p.startSim("--servers", fmt.Sprint(servers))
	if err != nil {
		return nil, err
	}
	defer stop()
	f.url = url
	for range runs {
		if err := f.runOnce(p); err != nil {
			return nil, err
		}
	}
	name := func(what string) string { return fmt.Sprintf("%d servers: %s", servers, what) }
	worst := func(s sample) sample { return sample{s.quantile(.99)} }
	memory := 30.0 // MB
	if servers == manyServers {
		memory = 180
	}
	table := []row{
		{label: name("start to first full frame"), unit: "ms", ours: f.frame, baseline: f.baseline, paired: true,
			ratioLimit: 1.25},
		{label: name("start to all data; baseline: plain fetching"), unit: "ms", ours: f.data, baseline: f.plainFetch,
			paired: true, ratioLimit: 1.2},
		{label: name("key to last byte, cursor, 99th percentile"), unit: "ms", ours: worst(f.keys), limit: 20},
		{label: name("key to last byte, filter, 99th percentile"), unit: "ms", ours: worst(f.filter), limit: 20},
		{label: name("key to last byte, cursor, median"), unit: "ms", ours: f.keys},
		{label: name("cursor down or up among servers"), unit: "bytes", ours: f.bytes, limit: 350},
		{label: name("memory (RSS), after refreshes"), unit: "MB", ours: f.memory, limit: memory},
		{label: name("CPU of a refresh; baseline: json.Unmarshal"), unit: "ms", ours: f.refresh, baseline: f.decoding,
			paired: true, ratioLimit: f.refreshTarget()},
	}
	return append(table, f.bursts.rows(name)...), nil
}

// refreshTarget has a target for the large fleet only. With few servers, the frames drawn meanwhile
// dominate a refresh.
func (f *fleetResult) refreshTarget() float64 {
	if f.servers == manyServers {
		return 1.5
	}
	return 0
}

// runOnce starts the baseline and vpsdeck, fetches the account with a plain client, and then uses
// vpsdeck.
func (f *fleetResult) runOnce(p *programs) error {
	baseline, err := timeToFrame(p.startBaseline, isBaselineFrame)
	if err != nil {
		return err
	}
	plain, err := fetchSequentially(f.url)
	if err != nil {
		return err
	}
	session, err := p.startOn(f.url)
	if err != nil {
		return err
	}
	defer session.close()
	frame, err := session.waitUntil("the first full frame", isFullFrame)
	if err != nil {
		return err
	}
	data, err := session.waitUntil("all data", hasAllDataFor(f.servers))
	if err != nil {
		return err
	}
	f.baseline, f.frame = append(f.baseline, baseline), append(f.frame, milliseconds(frame.Sub(session.startedAt)))
	f.plainFetch, f.data = append(f.plainFetch, baseline+milliseconds(plain.total)),
		append(f.data, milliseconds(data.Sub(session.startedAt)))
	if err := f.measureTyping(session); err != nil {
		return err
	}
	if err := f.measureRefresh(session, plain); err != nil {
		return err
	}
	return f.bursts.measure(session)
}

// timeToFrame starts a program and returns the time to its first frame, in ms.
func timeToFrame(open func() (*ptySession, error), frame func(string) bool) (float64, error) {
	session, err := open()
	if err != nil {
		return 0, err
	}
	defer session.close()
	at, err := session.waitUntil("the first full frame", frame)
	return milliseconds(at.Sub(session.startedAt)), err
}

// measureTyping presses keys and measures their latency.
func (f *fleetResult) measureTyping(session *ptySession) error {
	for i := range keysPerRun {
		if err := f.measureKey(session, []string{keyDown, keyUp}[i%2], cursorMoved, &f.keys, &f.bytes); err != nil {
			return err
		}
	}
	if err := f.measureKey(session, keyFilter, isFilterOpen, nil, nil); err != nil {
		return err
	}
	for _, key := range strings.Split(strings.Repeat("api-u\x7f\x7f\x7f\x7f\x7feb-0\x7f\x7f\x7f\x7f",
		typingRounds)+"db", "") {
		if err := f.measureKey(session, key, filterChanged, &f.filter, nil); err != nil {
			return err
		}
	}
	if err := f.measureKey(session, keyBack, isFilterClosed, nil, nil); err != nil {
		return err
	}
	return nil
}

// measureKey presses a key at a random time between two frames of the program, and waits until the
// frame with the result has been written.
func (f *fleetResult) measureKey(session *ptySession, key string, shown func(before, now string) bool, latency,
	bytes *sample) error {
	if err := session.waitQuiet(settleTime); err != nil { // with a shorter wait, a step would be that of a held key
		return err
	}
	time.Sleep(rand.N(time.Second / 60))
	pressed := time.Now()
	frame, err := session.pressAndWait(key, shown)
	if err != nil {
		return err
	}
	if latency != nil {
		*latency = append(*latency, milliseconds(frame.at.Sub(pressed)))
	}
	if bytes != nil {
		*bytes = append(*bytes, float64(frame.bytes))
	}
	return nil
}

// measureRefresh refreshes everything, and measures the CPU time until the program is idle.
func (f *fleetResult) measureRefresh(session *ptySession, plain fetchTimes) error {
	pid := session.cmd.Process.Pid
	before, ok := process.CPUTime(pid)
	for range refreshesPerRun {
		if err := session.press("R"); err != nil {
			return err
		}
		if err := session.waitIdle(pid); err != nil {
			return err
		}
	}
	after, _ := process.CPUTime(pid)
	if ok {
		f.refresh = append(f.refresh, milliseconds(after-before)/refreshesPerRun)
		f.decoding = append(f.decoding, milliseconds(plain.decoding))
	}
	if all, _, ok := process.Memory(pid); ok {
		f.memory = append(f.memory, all)
	}
	return nil
}

// waitIdle waits until the program uses hardly any CPU.
func (s *ptySession) waitIdle(pid int) error {
	for range 200 {
		before, ok := process.CPUTime(pid)
		if !ok {
			return nil
		}
		time.Sleep(settleTime)
		if after, _ := process.CPUTime(pid); after-before <= 10*time.Millisecond {
			return nil
		}
	}
	return s.waitError("idle", fmt.Errorf("it kept using CPU"))
}
