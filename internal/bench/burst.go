package main

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// burstLatencies is what became of much at once: how long after its end the next key was answered, ms.
type burstLatencies struct {
	afterResize sample // the size changed a hundred times a second
	afterKeys   sample // a key held down
	afterPaste  sample // a megabyte
}

// How long a storm lasts, how often something comes in it, and how much is pasted.
const (
	burstDuration = 3 * time.Second
	burstInterval = 10 * time.Millisecond
	pasteBytes    = 1 << 20
	pastedText    = "web-server "
)

// maxLatency is what still feels like at once.
const maxLatency = 100 // ms

func (s *burstLatencies) rows(name func(string) string) []row {
	return []row{
		{label: name("after 100 sizes a second: the next key to its last byte"), unit: "ms", ours: s.afterResize, limit: maxLatency},
		{label: name("after 100 cursor keys a second: the next key to its last byte"), unit: "ms", ours: s.afterKeys, limit: maxLatency},
		{label: name("after a pasted megabyte: the next key to its last byte"), unit: "ms", ours: s.afterPaste, limit: maxLatency},
	}
}

// measure lets each storm come, and leaves the window as it was.
func (s *burstLatencies) measure(w *ptySession) error {
	// A field that is left shows its beginning. Escape would not do: a terminal's keys begin with it, so that it is waited for more.
	entered := func(_, now string) bool { return findLine(now, "╰─ /"+pastedText) != "" }
	for _, storm := range []struct {
		into *sample
		come func(*ptySession) error
		key  string // the next one, and how its answer looks
		seen func(before, now string) bool
	}{
		{&s.afterResize, resizeBurst, keyFilter, isFilterOpen}, {&s.afterPaste, pasteBurst, keyEnter, entered}, {nil, noBurst, keyBack, isFilterClosed},
		{&s.afterKeys, keyBurst, keyFilter, isFilterOpen}, {nil, noBurst, keyBack, isFilterClosed},
	} {
		if err := storm.come(w); err != nil {
			return err
		}
		ended := time.Now()
		answered, err := w.pressAndWait(storm.key, storm.seen)
		if err != nil {
			return err
		}
		if storm.into != nil {
			*storm.into = append(*storm.into, milliseconds(answered.at.Sub(ended)))
		}
		if err := w.waitQuiet(settleTime / 2); err != nil {
			return err
		}
	}
	return nil
}

func noBurst(*ptySession) error { return nil }

// resizeBurst ends in the size in which it began.
func resizeBurst(w *ptySession) error {
	for i := range int(burstDuration / burstInterval) {
		if err := w.resize(columns-(i+1)%2*20, rows-(i+1)%2*5); err != nil {
			return err
		}
		time.Sleep(burstInterval)
	}
	return nil
}

func keyBurst(w *ptySession) error {
	for i := range int(burstDuration / burstInterval) {
		if err := w.press([]string{keyDown, keyUp}[i/5%2]); err != nil {
			return err
		}
		time.Sleep(burstInterval)
	}
	return nil
}

// pasteBurst pastes into the field that is open. The line holds a few kilobytes: the program has read nearly all when this returns.
func pasteBurst(w *ptySession) error {
	return w.press(ansi.BracketedPasteStart + strings.Repeat(pastedText, pasteBytes/len(pastedText)) + ansi.BracketedPasteEnd)
}
