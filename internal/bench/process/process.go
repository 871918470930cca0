// Package process reads the memory and CPU time of a process from /proc.
package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is the number of clock ticks per second in /proc. Linux reports 100 on every
// machine.
const ticksPerSecond = 100

// Memory returns the resident memory (RSS) of a process, and the part that is no page of a file,
// both in MB. ok is false on systems other than Linux, which have no such file in /proc.
func Memory(pid int) (all, private float64, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, false
	}
	all, hasAll := parseMegabytes(string(text), "VmRSS:")
	private, hasPrivate := parseMegabytes(string(text), "RssAnon:")
	return all, private, hasAll && hasPrivate
}

// parseMegabytes parses a line such as "VmRSS:	7112 kB".
func parseMegabytes(status, name string) (float64, bool) {
	_, rest, _ := strings.Cut(status, name)
	size, _, found := strings.Cut(rest, "kB")
	kb, err := strconv.ParseFloat(strings.TrimSpace(size), 64)
	return kb / 1024, found && err == nil
}

// CPUTime returns the CPU time of a process since its start, user and system together, in steps of
// 10 ms. ok is false on systems other than Linux, which have no such file in /proc.
func CPUTime(pid int) (used time.Duration, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name, in brackets, may contain blanks; user and system time are the 12th and 13th field
	// after it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, false
	}
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / ticksPerSecond, errUser == nil && errSystem == nil
}
