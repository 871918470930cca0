package main

import (
	"fmt"
	"slices"
	"time"
)

// starts is what starting one program took in each run, in ms.
type starts struct {
	name  string
	open  func() (*window, error)
	frame func(screen string) bool
	data  func(screen string) bool // nil: none comes

	firstByte, fullFrame, allData sample
	cpu                           sample // user and system together, up to the last of these
}

// once starts the program, watches it until all is there, and ends it.
func (s *starts) once() error {
	w, err := s.open()
	if err != nil {
		return err
	}
	err = s.watch(w)
	w.close()
	if err != nil {
		return err
	}
	s.cpu = append(s.cpu, milliseconds(w.cmd.ProcessState.UserTime()+w.cmd.ProcessState.SystemTime()))
	return nil
}

func (s *starts) watch(w *window) error {
	frame, err := w.until("the first full frame", s.frame)
	if err != nil {
		return err
	}
	if s.data != nil {
		data, err := w.until("all data", s.data)
		if err != nil {
			return err
		}
		s.allData = append(s.allData, milliseconds(data.Sub(w.began)))
	}
	tape, _ := w.recorded()
	s.firstByte = append(s.firstByte, milliseconds(tape[0].at.Sub(w.began)))
	s.fullFrame = append(s.fullFrame, milliseconds(frame.Sub(w.began)))
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// measureStarts starts the bare program and vpsdeck: on its own simulated account, on one in another process, and on one
// that never answers, whose frame cannot have waited for data.
func measureStarts(p *programs, runs int) ([]row, error) {
	prompt, stop, err := p.serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	silent, hush, err := p.serve("--fault", "GET /: hold")
	if err != nil {
		return nil, err
	}
	defer hush()
	visit := func(url string) func() (*window, error) {
		return func() (*window, error) { return p.visit(url) }
	}
	bare := &starts{open: p.yardstick, frame: bareFrame}
	ours := []*starts{
		{name: "start with --demo", open: p.demo, frame: fullFrame, data: allData},
		{name: "start, API in another process", open: visit(prompt), frame: fullFrame, data: allData},
		{name: "start, API does not answer", open: visit(silent), frame: fullFrame},
	}
	if err := inTurn(append([]*starts{bare}, ours...), runs); err != nil {
		return nil, err
	}
	var table []row
	for _, s := range ours {
		table = append(table,
			row{what: s.name + ": first byte", unit: "ms", ours: s.firstByte, bare: bare.firstByte, paired: true, target: maxRatio},
			row{what: s.name + ": first full frame", unit: "ms", ours: s.fullFrame, bare: bare.fullFrame, paired: true, target: maxRatio})
		if s.data != nil {
			table = append(table, row{what: s.name + ": all data", unit: "ms", ours: s.allData})
		}
		table = append(table, row{what: s.name + ": CPU time of that", unit: "ms", ours: s.cpu, bare: bare.cpu, paired: true})
	}
	return table, nil
}

// inTurn starts the programs one after the other, run after run, every other run in the opposite order. A round before the
// first is not counted: it brings the files into memory.
func inTurn(all []*starts, runs int) error {
	for run := range runs + 1 {
		for _, s := range all {
			if err := s.once(); err != nil {
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
