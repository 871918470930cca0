package main

import (
	"fmt"

	"vpsdeck/internal/bench/process"
)

// memoryReadings is how often the memory is read over all polls.
const memoryReadings = 10

// measurePolls refreshes the large account as often as the schedule does over days. It reads the
// memory after each tenth of the polls.
func measurePolls(p *programs, polls int) ([]row, error) {
	url, stop, err := p.startSim("--servers", fmt.Sprint(manyServers))
	if err != nil {
		return nil, err
	}
	defer stop()
	session, err := p.startOn(url)
	if err != nil {
		return nil, err
	}
	defer session.close()
	if _, err := session.waitUntil("all data", hasAllDataFor(manyServers)); err != nil {
		return nil, err
	}
	pid := session.cmd.Process.Pid
	var table []row
	for i := range polls {
		if err := session.press("R"); err != nil {
			return nil, err
		}
		if err := session.waitIdle(pid); err != nil {
			return nil, err
		}
		if done := i + 1; done%max(polls/memoryReadings, 1) == 0 {
			now := row{label: fmt.Sprintf("%d servers: memory (RSS) after %d polls", manyServers, done), unit: "MB",
				limit: 180}
			if all, _, ok := process.Memory(pid); ok {
				now.ours = sample{all}
			}
			table = append(table, now)
		}
	}
	return table, nil
}
