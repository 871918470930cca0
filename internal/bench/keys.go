package main

import "time"

// settled is how long nothing is written before a key counts as answered.
const settled = 200 * time.Millisecond

// The keys, as a terminal sends them.
const (
	keyDown     = "j"
	keyPageDown = "\x1b[6~"
	keyFleet    = "a" // the restore points of all servers
	keyBackups  = "2"
)

// measureKeys presses keys on an account on which nothing runs, and counts what each makes the program write, in bytes.
func measureKeys(p *programs, rounds int) ([]row, error) {
	a, err := newAccount()
	if err != nil {
		return nil, err
	}
	defer a.close()
	var down, page sample
	for range rounds {
		if err := pressAll(p, a, &down, &page); err != nil {
			return nil, err
		}
	}
	return []row{
		{what: "cursor down among servers, 8 times", unit: "bytes", ours: down},
		{what: "page down in all backups, 6 times", unit: "bytes", ours: page},
	}, nil
}

func pressAll(p *programs, a *account, down, page *sample) error {
	w, err := p.visit(a.server.URL())
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := w.until("all data", allData); err != nil {
		return err
	}
	for range 8 {
		if err := answer(w, keyDown, down); err != nil {
			return err
		}
	}
	var aside sample
	for _, key := range []string{keyFleet, keyBackups} {
		if err := answer(w, key, &aside); err != nil {
			return err
		}
	}
	for range 6 {
		if err := answer(w, keyPageDown, page); err != nil {
			return err
		}
	}
	return nil
}

// answer presses a key on a screen that has settled, and adds the bytes of its answer to the sample.
func answer(w *window, key string, bytes *sample) error {
	if err := w.quiet(settled); err != nil {
		return err
	}
	pressed := time.Now()
	if err := w.press(key); err != nil {
		return err
	}
	if err := w.quiet(settled); err != nil {
		return err
	}
	tape, _ := w.recorded()
	*bytes = append(*bytes, float64(written(tape, pressed, time.Now())))
	return nil
}
