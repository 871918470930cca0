// Command bench measures the built program from outside, in a real pty. It compares it with the
// smallest full-screen Bubble Tea program (internal/bench/baseline), on a terminal and served over
// SSH. Run it in the module:
//
//	go run ./internal/bench -markdown
//
// Ratios are computed per run, of programs that were started one after the other or watched at the
// same time. So they are valid on a busy machine too. docs/PERFORMANCE.md has the results.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// The targets for vpsdeck's start divided by the baseline's.
const (
	maxRatio      = 1.25 // time to the first byte
	maxFrameRatio = 1.15 // time to the first full frame
	maxCPURatio   = 2    // CPU time until all data is shown
)

func main() {
	runs := flag.Int("runs", 15, "how often each program is started")
	quick := flag.Bool("quick", false, "fast check: 3 starts, and a span too short for polls")
	markdown := flag.Bool("markdown", false, "print the table in Markdown")
	polls := flag.Int("polls", 0,
		"only measure the memory of the large account over this many polls; 1000 take 15 minutes")
	sessions := flag.Int("sessions", 0, "only measure this many sessions over SSH")
	only := flag.String("only", "", "only measure one part: starts, fleets, keys, idle or sessions")
	flag.Parse()
	plan := benchPlan{runs: *runs, rounds: 3, sessions: []int{300, 500},
		idle: idleSpan{settle: 10 * time.Second, duration: 40 * time.Second}}
	if *quick {
		plan = benchPlan{runs: 3, rounds: 1, sessions: []int{30},
			idle: idleSpan{settle: 3 * time.Second, duration: 10 * time.Second}}
	}
	measure := func(p *programs) ([]row, error) { return measureParts(p, plan, *only) }
	switch {
	case *polls > 0:
		measure = func(p *programs) ([]row, error) { return measurePolls(p, *polls) }
	case *sessions > 0:
		plan.sessions = []int{*sessions}
		measure = func(p *programs) ([]row, error) { return measureCrowds(p, plan) }
	}
	if err := run(plan, measure, *markdown); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// benchPlan is how much is measured.
type benchPlan struct {
	runs     int   // starts of each program
	rounds   int   // of keys, of idle spans and of SSH sessions
	sessions []int // how many over SSH at the same time, one number after the other
	idle     idleSpan
}

func run(plan benchPlan, measure func(*programs) ([]row, error), markdown bool) error {
	if plan.runs < 1 {
		return fmt.Errorf("-runs %d: at least 1 is needed", plan.runs)
	}
	p, err := buildPrograms()
	if p != nil {
		defer p.remove()
	}
	if err != nil {
		return err
	}
	before := loadAverage()
	table, err := measure(p)
	if err != nil {
		return err
	}
	if !isQuietTime(time.Now()) {
		fmt.Print("The simulated accounts make their automatic backups now, from 2:00 to 4:00 UTC: " +
			"what is idle is drawn more often.\n\n")
	}
	fmt.Printf("%s, %s/%s, %d cores, %d×%d cells; %d starts each, %d rounds of %s; load %s before, %s after\n"+
		"median (quartiles); a ratio is the median of the ratios per run\n\n", runtime.Version(), runtime.GOOS,
		runtime.GOARCH, runtime.NumCPU(), columns, rows, plan.runs, plan.rounds, plan.idle.duration, before,
		loadAverage())
	return printTable(os.Stdout, table, markdown)
}

// measureParts measures all parts, or only the one with this name.
func measureParts(p *programs, plan benchPlan, only string) ([]row, error) {
	var table []row
	for _, part := range []struct {
		name    string
		measure func() ([]row, error)
	}{
		{"starts", func() ([]row, error) { return measureStarts(p, plan.runs) }},
		{"fleets", func() ([]row, error) { return measureFleet(p, 12, plan.rounds) }},
		{"fleets", func() ([]row, error) { return measureFleet(p, manyServers, plan.rounds) }},
		{"keys", func() ([]row, error) { return measureKeys(p, plan.rounds) }},
		{"idle", func() ([]row, error) { return measureIdle(p, plan.rounds, plan.idle) }},
		{"sessions", func() ([]row, error) { return measureCrowds(p, plan) }},
	} {
		if only != "" && only != part.name {
			continue
		}
		more, err := part.measure()
		if err != nil {
			return nil, err
		}
		table = append(table, more...)
	}
	if len(table) == 0 {
		return nil, fmt.Errorf("-only %s is no part: write starts, fleets, keys, idle or sessions", only)
	}
	return table, nil
}

// loadAverage is the machine's load over the last minute, or "unknown" without /proc.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	minute, _, _ := strings.Cut(string(text), " ")
	return minute
}
