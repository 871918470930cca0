package main

import "time"

// settleTime is how long the program must write nothing before a key counts as handled.
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

// measureKeys presses keys on an account without operations, and counts the bytes that the program
// writes for each.
func measureKeys(p *programs, rounds int) ([]row, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	defer a.close()
	steps := []step{
		{label: "a step among servers, with the panes that follow it", key: keyDown, times: 8, limit: 900},
		{label: "a step among servers, key held", key: keyUp, times: 2, held: true, limit: 350},
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

// step is a key, and how often it is pressed.
type step struct {
	label string // "": only leads to the next step, not reported
	key   string
	times int
	held  bool
	limit float64 // target in bytes; 0: none
	bytes sample  // of each press
}

func pressAll(p *programs, a *account, steps []step) error {
	session, err := p.startOn(a.server.URL())
	if err != nil {
		return err
	}
	defer session.close()
	if _, err := session.waitUntil("all data", hasAllData); err != nil {
		return err
	}
	for i := range steps {
		for range steps[i].times {
			press := steps[i].press
			if steps[i].held {
				press = steps[i].hold
			}
			if err := press(session); err != nil {
				return err
			}
		}
	}
	return nil
}

// How often a held key repeats, and its interval.
const (
	heldKeyRepeats = 8
	repeatInterval = 40 * time.Millisecond
)

// hold holds the key down, and counts the bytes of a repeated step. It leaves out the first step
// and the release of the key: after these, the other panes follow the cursor.
func (s *step) hold(session *ptySession) error {
	if err := session.waitQuiet(settleTime); err != nil {
		return err
	}
	var from time.Time
	for i := range heldKeyRepeats + 2 {
		if i == 2 {
			from = time.Now()
		}
		key := s.key
		if i%2 == 1 { // up and down, so that the cursor does not reach an end
			key = keyDown
		}
		if err := session.press(key); err != nil {
			return err
		}
		time.Sleep(repeatInterval)
	}
	to := time.Now()
	if err := session.waitQuiet(settleTime); err != nil {
		return err
	}
	chunks, _ := session.recording()
	s.bytes = append(s.bytes, float64(bytesBetween(chunks, from, to))/heldKeyRepeats)
	return nil
}

// press presses the key on a quiet screen, and counts the bytes that follow. A key that changes
// nothing is a mistake in the steps.
func (s *step) press(session *ptySession) error {
	if err := session.waitQuiet(settleTime); err != nil {
		return err
	}
	before, _ := session.recording()
	pressed := time.Now()
	if err := session.press(s.key); err != nil {
		return err
	}
	screens := 0
	if _, err := session.waitUntil("a frame after "+s.key,
		func(string) bool { screens++; return screens > len(before) }); err != nil {
		return err
	}
	if err := session.waitQuiet(settleTime); err != nil {
		return err
	}
	chunks, _ := session.recording()
	s.bytes = append(s.bytes, float64(bytesBetween(chunks, pressed, time.Now())))
	return nil
}
