// Package process reads from /proc what a process costs.
package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is how many clock ticks a second has in /proc; Linux shows 100 to programs on every machine.
const ticksPerSecond = 100

// Memory is what a process has in RAM (RSS), and how much of that is its own and no page of a file, both in MB; false on a
// system that does not tell in /proc, which is every one but Linux.
func Memory(pid int) (all, own float64, told bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, false
	}
	all, toldAll := parseMegabytes(string(text), "VmRSS:")
	own, toldOwn := parseMegabytes(string(text), "RssAnon:")
	return all, own, toldAll && toldOwn
}

// parseMegabytes reads a line such as "VmRSS:	7112 kB".
func parseMegabytes(status, name string) (float64, bool) {
	_, rest, _ := strings.Cut(status, name)
	size, _, found := strings.Cut(rest, "kB")
	kb, err := strconv.ParseFloat(strings.TrimSpace(size), 64)
	return kb / 1024, found && err == nil
}

// CPUTime is the CPU time of a process since its start, user and system together, in steps of 10 ms; false on a system that
// does not tell in /proc, which is every one but Linux.
func CPUTime(pid int) (used time.Duration, told bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name, in brackets, may hold blanks; user and system time are the 12th and 13th field behind it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, false
	}
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond, errUser == nil && errSystem == nil
}
