package main

import "time"

// settleTime is how long nothing is written before a key counts as answered.
const settleTime = 200 * time.Millisecond

// The keys, as a terminal sends them.
const (
	keyDown     = "j"
	keyUp       = "k"
	keyPageDown = "\x1b[6~"
	keyFleet    = "a" // the restore points of all servers
	keyBackups  = "2"
	keyFilter   = "/"
	keyBack     = "\x1b"
	keyEnter    = "\r"
)

// measureKeys presses keys on an account on which nothing runs, and counts what each makes the program write, in bytes.
func measureKeys(p *programs, rounds int) ([]row, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	defer a.close()
	steps := []step{
		{label: "a step among servers, and the panes beside behind it", key: keyDown, times: 8},
		{label: "cursor among servers, held: a step", key: keyUp, times: 2, held: true, limit: 350},
		{label: "a whole screen: the restore points of all servers", key: keyFleet, times: 1},
		{key: keyBackups, times: 1},
		{label: "cursor down among all backups, 8 times", key: keyDown, times: 8, limit: 350},
		{label: "page down in all backups, 4 times", key: keyPageDown, times: 4},
	}
	for range rounds {
		if err := pressAll(p, a, steps); err != nil {
			return nil, err
		}
	}
	var table []row
	for _, s := range steps {
		if s.label != "" {
			table = append(table, row{label: s.label, unit: "bytes", ours: s.bytes, limit: s.limit})
		}
	}
	return table, nil
}

// step is a key that is pressed some times.
type step struct {
	label string // "": it only leads to the next step
	key   string
	times int
	held  bool
	limit float64 // bytes that are fine; 0: there is no target
	bytes sample  // of each answer
}

func pressAll(p *programs, a *account, steps []step) error {
	w, err := p.startOn(a.server.URL())
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := w.waitUntil("all data", hasAllData); err != nil {
		return err
	}
	for i := range steps {
		for range steps[i].times {
			press := steps[i].press
			if steps[i].held {
				press = steps[i].hold
			}
			if err := press(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// How a key comes that is held down, and how often it is counted.
const (
	heldKeyRepeats = 8
	repeatInterval = 40 * time.Millisecond
)

// hold holds the key down, and counts the bytes of a step once it comes again and again: without the first one, behind which the
// panes beside follow, as they do the last one when the key is let go.
func (s *step) hold(w *ptySession) error {
	if err := w.waitQuiet(settleTime); err != nil {
		return err
	}
	var from time.Time
	for i := range heldKeyRepeats + 2 {
		if i == 2 {
			from = time.Now()
		}
		key := s.key
		if i%2 == 1 { // there and back: no list ends
			key = keyDown
		}
		if err := w.press(key); err != nil {
			return err
		}
		time.Sleep(repeatInterval)
	}
	to := time.Now()
	if err := w.waitQuiet(settleTime); err != nil {
		return err
	}
	tape, _ := w.recording()
	s.bytes = append(s.bytes, float64(bytesBetween(tape, from, to))/heldKeyRepeats)
	return nil
}

// press presses the key on a screen that has settled, and counts the bytes of its answer. A key that changes nothing is a
// mistake in the steps.
func (s *step) press(w *ptySession) error {
	if err := w.waitQuiet(settleTime); err != nil {
		return err
	}
	before, _ := w.recording()
	pressed := time.Now()
	if err := w.press(s.key); err != nil {
		return err
	}
	screens := 0
	if _, err := w.waitUntil("an answer to "+s.key, func(string) bool { screens++; return screens > len(before) }); err != nil {
		return err
	}
	if err := w.waitQuiet(settleTime); err != nil {
		return err
	}
	tape, _ := w.recording()
	s.bytes = append(s.bytes, float64(bytesBetween(tape, pressed, time.Now())))
	return nil
}
