package main

import (
	"fmt"
	"slices"
	"time"
)

// startResult is what starting one program took in each run, in ms.
type startResult struct {
	name    string
	open    func() (*ptySession, error)
	isFrame func(screen string) bool
	hasData func(screen string) bool // nil: none comes

	firstByte, fullFrame, allData sample
	cpu                           sample // user and system together, up to the last of these
}

// runOnce starts the program, watches it until all is there, and ends it.
func (s *startResult) runOnce() error {
	w, err := s.open()
	if err != nil {
		return err
	}
	err = s.measure(w)
	w.close()
	if err != nil {
		return err
	}
	s.cpu = append(s.cpu, milliseconds(w.cmd.ProcessState.UserTime()+w.cmd.ProcessState.SystemTime()))
	return nil
}

func (s *startResult) measure(w *ptySession) error {
	frame, err := w.waitUntil("the first full frame", s.isFrame)
	if err != nil {
		return err
	}
	if s.hasData != nil {
		data, err := w.waitUntil("all data", s.hasData)
		if err != nil {
			return err
		}
		s.allData = append(s.allData, milliseconds(data.Sub(w.startedAt)))
	}
	tape, _ := w.recording()
	s.firstByte = append(s.firstByte, milliseconds(tape[0].at.Sub(w.startedAt)))
	s.fullFrame = append(s.fullFrame, milliseconds(frame.Sub(w.startedAt)))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measureStarts starts the bare program and vpsdeck: on its own simulated account, on one in another process, and on one
// that never answers, whose frame cannot have waited for data.
func measureStarts(p *programs, runs int) ([]row, error) {
	prompt, stop, err := p.startSim()
	if err != nil {
		return nil, err
	}
	defer stop()
	silent, hush, err := p.startSim("--fault", "GET /: hold")
	if err != nil {
		return nil, err
	}
	defer hush()
	visit := func(url string) func() (*ptySession, error) {
		return func() (*ptySession, error) { return p.startOn(url) }
	}
	bare := &startResult{open: p.startBaseline, isFrame: isBaselineFrame}
	ours := []*startResult{
		{name: "start with --demo", open: p.startDemo, isFrame: isFullFrame, hasData: hasAllData},
		{name: "start, API in another process", open: visit(prompt), isFrame: isFullFrame, hasData: hasAllData},
		{name: "start, API does not answer", open: visit(silent), isFrame: isFullFrame},
	}
	if err := runAlternating(append([]*startResult{bare}, ours...), runs); err != nil {
		return nil, err
	}
	var table []row
	for _, s := range ours {
		table = append(table,
			row{label: s.name + ": first byte", unit: "ms", ours: s.firstByte, baseline: bare.firstByte, paired: true, ratioLimit: maxRatio},
			row{label: s.name + ": first full frame", unit: "ms", ours: s.fullFrame, baseline: bare.fullFrame, paired: true, ratioLimit: maxRatio})
		if s.hasData != nil {
			table = append(table, row{label: s.name + ": all data", unit: "ms", ours: s.allData})
		}
		table = append(table, row{label: s.name + ": CPU time of that", unit: "ms", ours: s.cpu, baseline: bare.cpu, paired: true})
	}
	return table, nil
}

// runAlternating starts the programs one after the other, run after run, every other run in the opposite order. A round before the
// first is not counted: it brings the files into memory.
func runAlternating(all []*startResult, runs int) error {
	for run := range runs + 1 {
		for _, s := range all {
			if err := s.runOnce(); err != nil {
				return fmt.Errorf("run %d: %w", run, err)
			}
			if run == 0 {
				s.firstByte, s.fullFrame, s.allData, s.cpu = nil, nil, nil, nil
			}
		}
		slices.Reverse(all)
	}
	return nil
}
