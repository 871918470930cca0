package main

import (
	"fmt"
	"slices"
	"time"
)

// startResult is the time that one program took to start in each run, in ms.
type startResult struct {
	name    string
	open    func() (*ptySession, error)
	isFrame func(screen string) bool
	hasData func(screen string) bool // nil: the program gets no data

	firstByte, fullFrame, allData sample
	cpu                           sample // user and system together, up to the last of the above
}

// runOnce starts the program, measures until all data is shown, and ends it.
func (s *startResult) runOnce() error {
	session, err := s.open()
	if err != nil {
		return err
	}
	err = s.measure(session)
	session.close()
	if err != nil {
		return err
	}
	s.cpu = append(s.cpu, milliseconds(session.cmd.ProcessState.UserTime()+session.cmd.ProcessState.SystemTime()))
	return nil
}

func (s *startResult) measure(session *ptySession) error {
	frame, err := session.waitUntil("the first full frame", s.isFrame)
	if err != nil {
		return err
	}
	if s.hasData != nil {
		data, err := session.waitUntil("all data", s.hasData)
		if err != nil {
			return err
		}
		s.allData = append(s.allData, milliseconds(data.Sub(session.startedAt)))
	}
	tape, _ := session.recording()
	s.firstByte = append(s.firstByte, milliseconds(tape[0].at.Sub(session.startedAt)))
	s.fullFrame = append(s.fullFrame, milliseconds(frame.Sub(session.startedAt)))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measureStarts starts the baseline and vpsdeck: with the built-in account, with an API in another
// process, and with an API that never answers. The last shows that the first frame does not wait
// for data.
func measureStarts(p *programs, runs int) ([]row, error) {
	prompt, stop, err := p.startSim()
	if err != nil {
		return nil, err
	}
	defer stop()
	silent, stopSilent, err := p.startSim("--fault", "GET /: hold")
	if err != nil {
		return nil, err
	}
	defer stopSilent()
	startOn := func(url string) func() (*ptySession, error) {
		return func() (*ptySession, error) { return p.startOn(url) }
	}
	baseline := &startResult{open: p.startBaseline, isFrame: isBaselineFrame}
	ours := []*startResult{
		{name: "start with --demo", open: p.startDemo, isFrame: isFullFrame, hasData: hasAllData},
		{name: "start, API in another process", open: startOn(prompt), isFrame: isFullFrame, hasData: hasAllData},
		{name: "start, API does not answer", open: startOn(silent), isFrame: isFullFrame},
	}
	if err := runAlternating(append([]*startResult{baseline}, ours...), runs); err != nil {
		return nil, err
	}
	var table []row
	for _, s := range ours {
		table = append(table,
			row{label: s.name + ": first byte", unit: "ms", ours: s.firstByte, baseline: baseline.firstByte,
				paired: true, ratioLimit: maxRatio},
			row{label: s.name + ": first full frame", unit: "ms", ours: s.fullFrame, baseline: baseline.fullFrame,
				paired: true, ratioLimit: maxFrameRatio})
		if s.hasData != nil {
			table = append(table, row{label: s.name + ": all data", unit: "ms", ours: s.allData})
		}
		table = append(table, row{label: s.name + ": CPU time", unit: "ms", ours: s.cpu, baseline: baseline.cpu,
			paired: true, ratioLimit: maxCPURatio})
	}
	return table, nil
}

// runAlternating starts the programs one after the other, and reverses the order in every other
// run. An extra run at the start is not counted: it loads the files into memory.
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
