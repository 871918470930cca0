package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vpsdeck/internal/bench/process"
)

// fleet is what was measured of an account of one size, in another process on this machine.
type fleet struct {
	servers int
	url     string

	frame, bare  sample // start to the first full frame, ms
	data, plain  sample // start to all data; a bare program's start and plain fetching. ms
	keys, filter sample // from the press to the last byte of its frame, ms
	bytes        sample // of the frame of a step among servers
	storms       storms
	memory       sample // RSS in MB
	refresh      sample // CPU of a refresh, ms
	decoding     sample // what json.Unmarshal takes for the same, ms
}

// The largest fleet that is measured, and how often a key is pressed, words are typed and everything is asked for anew in each run.
const (
	manyServers = 10_000
	keysPerRun  = 60
	timesTyped  = 3
	refreshes   = 5
)

func measureFleet(p *programs, servers, runs int) ([]row, error) {
	f := &fleet{servers: servers}
	url, stop, err := p.serve("--servers", fmt.Sprint(servers))
	if err != nil {
		return nil, err
	}
	defer stop()
	f.url = url
	for range runs {
		if err := f.once(p); err != nil {
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
		{what: name("start to first full frame"), unit: "ms", ours: f.frame, bare: f.bare, paired: true, target: 1.25},
		{what: name("start to all data; beside it plain fetching"), unit: "ms", ours: f.data, bare: f.plain, paired: true, target: 1.2},
		{what: name("key to last byte, cursor, 99th percentile"), unit: "ms", ours: worst(f.keys), most: 20},
		{what: name("key to last byte, filter, 99th percentile"), unit: "ms", ours: worst(f.filter), most: 20},
		{what: name("key to last byte, cursor, usual"), unit: "ms", ours: f.keys},
		{what: name("cursor down or up among servers"), unit: "bytes", ours: f.bytes, most: 350},
		{what: name("memory (RSS), after refreshes"), unit: "MB", ours: f.memory, most: memory},
		{what: name("CPU of a refresh; beside it json.Unmarshal"), unit: "ms", ours: f.refresh, bare: f.decoding, paired: true, target: f.refreshTarget()},
	}
	return append(table, f.storms.rows(name)...), nil
}

// refreshTarget is for the large fleet alone: with few servers a refresh is the frames that are drawn meanwhile.
func (f *fleet) refreshTarget() float64 {
	if f.servers == manyServers {
		return 1.5
	}
	return 0
}

// once starts the bare program and vpsdeck, fetches the account plainly, and then uses vpsdeck.
func (f *fleet) once(p *programs) error {
	bare, err := startOf(p.yardstick, bareFrame)
	if err != nil {
		return err
	}
	plain, err := fetchPlainly(f.url)
	if err != nil {
		return err
	}
	w, err := p.visit(f.url)
	if err != nil {
		return err
	}
	defer w.close()
	frame, err := w.until("the first full frame", fullFrame)
	if err != nil {
		return err
	}
	data, err := w.until("all data", allDataOf(f.servers))
	if err != nil {
		return err
	}
	f.bare, f.frame = append(f.bare, bare), append(f.frame, milliseconds(frame.Sub(w.began)))
	f.plain, f.data = append(f.plain, bare+milliseconds(plain.all)), append(f.data, milliseconds(data.Sub(w.began)))
	if err := f.use(w); err != nil {
		return err
	}
	if err := f.ask(w, plain); err != nil {
		return err
	}
	return f.storms.rage(w)
}

// startOf is how long a program takes to its first frame, ms.
func startOf(open func() (*window, error), frame func(string) bool) (float64, error) {
	w, err := open()
	if err != nil {
		return 0, err
	}
	defer w.close()
	at, err := w.until("the first full frame", frame)
	return milliseconds(at.Sub(w.began)), err
}

// use presses keys and takes their time.
func (f *fleet) use(w *window) error {
	for i := range keysPerRun {
		if err := f.press(w, []string{keyDown, keyUp}[i%2], cursorMoved, &f.keys, &f.bytes); err != nil {
			return err
		}
	}
	if err := f.press(w, keyFilter, filterOpen, nil, nil); err != nil {
		return err
	}
	for _, key := range strings.Split(strings.Repeat("api-u\x7f\x7f\x7f\x7f\x7feb-0\x7f\x7f\x7f\x7f", timesTyped)+"db", "") {
		if err := f.press(w, key, filterChanged, &f.filter, nil); err != nil {
			return err
		}
	}
	if err := f.press(w, keyBack, filterShut, nil, nil); err != nil {
		return err
	}
	return nil
}

// press presses a key, at any moment between two beats of the program, and waits until the frame that shows its answer has been
// written whole.
func (f *fleet) press(w *window, key string, answered func(before, now string) bool, took, bytes *sample) error {
	if err := w.quiet(settled); err != nil { // shorter, and a step is that of a key that is held down
		return err
	}
	time.Sleep(rand.N(time.Second / 60))
	pressed := time.Now()
	frame, err := w.answer(key, answered)
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

// ask has everything asked for anew, and takes the CPU time of that: until it has come to rest.
func (f *fleet) ask(w *window, plain fetched) error {
	pid := w.cmd.Process.Pid
	before, told := process.Spent(pid)
	for range refreshes {
		if err := w.press("R"); err != nil {
			return err
		}
		if err := w.rest(pid); err != nil {
			return err
		}
	}
	after, _ := process.Spent(pid)
	if told {
		f.refresh = append(f.refresh, milliseconds(after-before)/refreshes)
		f.decoding = append(f.decoding, milliseconds(plain.decoding))
	}
	if all, _, told := process.Memory(pid); told {
		f.memory = append(f.memory, all)
	}
	return nil
}

// rest waits until the program uses hardly any CPU.
func (w *window) rest(pid int) error {
	for range 200 {
		before, told := process.Spent(pid)
		if !told {
			return nil
		}
		time.Sleep(settled)
		if after, _ := process.Spent(pid); after-before <= 10*time.Millisecond {
			return nil
		}
	}
	return w.fault("rest", fmt.Errorf("it never came to rest"))
}
