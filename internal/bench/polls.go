package main

import (
	"fmt"

	"vpsdeck/internal/bench/process"
)

// memoryReadings is how often the memory is read over all polls.
const memoryReadings = 10

// measurePolls has the large account asked for again and again, as the schedule would do over days, and reads the memory: after the first
// tenth of the polls, the second, and so on.
func measurePolls(p *programs, polls int) ([]row, error) {
	url, stop, err := p.startSim("--servers", fmt.Sprint(manyServers))
	if err != nil {
		return nil, err
	}
	defer stop()
	w, err := p.startOn(url)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if _, err := w.waitUntil("all data", hasAllDataFor(manyServers)); err != nil {
		return nil, err
	}
	pid := w.cmd.Process.Pid
	var table []row
	for i := range polls {
		if err := w.press("R"); err != nil {
			return nil, err
		}
		if err := w.waitIdle(pid); err != nil {
			return nil, err
		}
		if done := i + 1; done%max(polls/memoryReadings, 1) == 0 {
			now := row{label: fmt.Sprintf("%d servers: memory (RSS) after %d polls", manyServers, done), unit: "MB", limit: 180}
			if all, _, told := process.Memory(pid); told {
				now.ours = sample{all}
			}
			table = append(table, now)
		}
	}
	return table, nil
}
