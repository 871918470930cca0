package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vpsdeck/internal/bench/process"
)

// fleetResult is what was measured of an account of one size, in another process on this machine.
type fleetResult struct {
	servers int
	url     string

	frame, baseline  sample // start to the first full frame, ms
	data, plainFetch sample // start to all data; a bare program's start and plain fetching. ms
	keys, filter     sample // from the press to the last byte of its frame, ms
	bytes            sample // of the frame of a step among servers
	bursts           burstLatencies
	memory           sample // RSS in MB
	refresh          sample // CPU of a refresh, ms
	decoding         sample // what json.Unmarshal takes for the same, ms
}

// The largest fleet that is measured, and how often a key is pressed, words are typed and everything is asked for anew in each run.
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
		{label: name("start to first full frame"), unit: "ms", ours: f.frame, baseline: f.baseline, paired: true, ratioLimit: 1.25},
		{label: name("start to all data; beside it plain fetching"), unit: "ms", ours: f.data, baseline: f.plainFetch, paired: true, ratioLimit: 1.2},
		{label: name("key to last byte, cursor, 99th percentile"), unit: "ms", ours: worst(f.keys), limit: 20},
		{label: name("key to last byte, filter, 99th percentile"), unit: "ms", ours: worst(f.filter), limit: 20},
		{label: name("key to last byte, cursor, usual"), unit: "ms", ours: f.keys},
		{label: name("cursor down or up among servers"), unit: "bytes", ours: f.bytes, limit: 350},
		{label: name("memory (RSS), after refreshes"), unit: "MB", ours: f.memory, limit: memory},
		{label: name("CPU of a refresh; beside it json.Unmarshal"), unit: "ms", ours: f.refresh, baseline: f.decoding, paired: true, ratioLimit: f.refreshTarget()},
	}
	return append(table, f.bursts.rows(name)...), nil
}

// refreshTarget is for the large fleet alone: with few servers a refresh is the frames that are drawn meanwhile.
func (f *fleetResult) refreshTarget() float64 {
	if f.servers == manyServers {
		return 1.5
	}
	return 0
}

// runOnce starts the bare program and vpsdeck, fetches the account plainly, and then uses vpsdeck.
func (f *fleetResult) runOnce(p *programs) error {
	bare, err := timeToFrame(p.startBaseline, isBaselineFrame)
	if err != nil {
		return err
	}
	plain, err := fetchSequentially(f.url)
	if err != nil {
		return err
	}
	w, err := p.startOn(f.url)
	if err != nil {
		return err
	}
	defer w.close()
	frame, err := w.waitUntil("the first full frame", isFullFrame)
	if err != nil {
		return err
	}
	data, err := w.waitUntil("all data", hasAllDataFor(f.servers))
	if err != nil {
		return err
	}
	f.baseline, f.frame = append(f.baseline, bare), append(f.frame, milliseconds(frame.Sub(w.startedAt)))
	f.plainFetch, f.data = append(f.plainFetch, bare+milliseconds(plain.total)), append(f.data, milliseconds(data.Sub(w.startedAt)))
	if err := f.measureTyping(w); err != nil {
		return err
	}
	if err := f.measureRefresh(w, plain); err != nil {
		return err
	}
	return f.bursts.measure(w)
}

// timeToFrame is how long a program takes to its first frame, ms.
func timeToFrame(open func() (*ptySession, error), frame func(string) bool) (float64, error) {
	w, err := open()
	if err != nil {
		return 0, err
	}
	defer w.close()
	at, err := w.waitUntil("the first full frame", frame)
	return milliseconds(at.Sub(w.startedAt)), err
}

// measureTyping presses keys and takes their time.
func (f *fleetResult) measureTyping(w *ptySession) error {
	for i := range keysPerRun {
		if err := f.measureKey(w, []string{keyDown, keyUp}[i%2], cursorMoved, &f.keys, &f.bytes); err != nil {
			return err
		}
	}
	if err := f.measureKey(w, keyFilter, isFilterOpen, nil, nil); err != nil {
		return err
	}
	for _, key := range strings.Split(strings.Repeat("api-u\x7f\x7f\x7f\x7f\x7feb-0\x7f\x7f\x7f\x7f", typingRounds)+"db", "") {
		if err := f.measureKey(w, key, filterChanged, &f.filter, nil); err != nil {
			return err
		}
	}
	if err := f.measureKey(w, keyBack, isFilterClosed, nil, nil); err != nil {
		return err
	}
	return nil
}

// measureKey presses a key, at any moment between two beats of the program, and waits until the frame that shows its answer has been
// written whole.
func (f *fleetResult) measureKey(w *ptySession, key string, answered func(before, now string) bool, took, bytes *sample) error {
	if err := w.waitQuiet(settleTime); err != nil { // shorter, and a step is that of a key that is held down
		return err
	}
	time.Sleep(rand.N(time.Second / 60))
	pressed := time.Now()
	frame, err := w.pressAndWait(key, answered)
	if err != nil {
		return err
	}
	if took != nil {
		*took = append(*took, milliseconds(frame.at.Sub(pressed)))
	}
	if bytes != nil {
		*bytes = append(*bytes, float64(frame.bytes))
	}
	return nil
}

// measureRefresh has everything asked for anew, and takes the CPU time of that: until it has come to rest.
func (f *fleetResult) measureRefresh(w *ptySession, plain fetchTimes) error {
	pid := w.cmd.Process.Pid
	before, told := process.CPUTime(pid)
	for range refreshesPerRun {
		if err := w.press("R"); err != nil {
			return err
		}
		if err := w.waitIdle(pid); err != nil {
			return err
		}
	}
	after, _ := process.CPUTime(pid)
	if told {
		f.refresh = append(f.refresh, milliseconds(after-before)/refreshesPerRun)
		f.decoding = append(f.decoding, milliseconds(plain.decoding))
	}
	if all, _, told := process.Memory(pid); told {
		f.memory = append(f.memory, all)
	}
	return nil
}

// waitIdle waits until the program uses hardly any CPU.
func (w *ptySession) waitIdle(pid int) error {
	for range 200 {
		before, told := process.CPUTime(pid)
		if !told {
			return nil
		}
		time.Sleep(settleTime)
		if after, _ := process.CPUTime(pid); after-before <= 10*time.Millisecond {
			return nil
		}
	}
	return w.waitError("rest", fmt.Errorf("it never came to rest"))
}
