package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// hertz is how many clock ticks a second has in /proc; Linux shows 100 to programs on every machine.
const hertz = 100

var errNoProc = errors.New("this system tells no process's memory and CPU in /proc")

// memory is what a process has in RAM (RSS), in MB. Linux only: elsewhere it is errNoProc.
func memory(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, errNoProc
	}
	for line := range strings.Lines(string(text)) {
		if size, found := strings.CutPrefix(line, "VmRSS:"); found {
			kb, err := strconv.ParseFloat(strings.Fields(size)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, errNoProc
}

// spent is the CPU time of a process since its start, user and system together, in steps of 10 ms. Linux only: elsewhere
// it is errNoProc.
func spent(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, errNoProc
	}
	// The name, in brackets, may hold blanks; user and system time are the 12th and 13th field behind it.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, errNoProc
	}
	user, err1 := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / hertz, errors.Join(err1, err2)
}
