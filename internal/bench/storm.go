package main

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// storms is what became of much at once: how long after its end the next key was answered, ms.
type storms struct {
	resized sample // the size changed a hundred times a second
	held    sample // a key held down
	pasted  sample // a megabyte
}

// How long a storm lasts, how often something comes in it, and how much is pasted.
const (
	stormTime  = 3 * time.Second
	stormEvery = 10 * time.Millisecond
	pasteBytes = 1 << 20
	pasted     = "web-server "
)

// lag is what still feels like at once.
const lag = 100 // ms

func (s *storms) rows(name func(string) string) []row {
	return []row{
		{what: name("after 100 sizes a second: the next key to its last byte"), unit: "ms", ours: s.resized, most: lag},
		{what: name("after 100 cursor keys a second: the next key to its last byte"), unit: "ms", ours: s.held, most: lag},
		{what: name("after a pasted megabyte: the next key to its last byte"), unit: "ms", ours: s.pasted, most: lag},
	}
}

// rage lets each storm come, and leaves the window as it was.
func (s *storms) rage(w *window) error {
	// A field that is left shows its beginning. Escape would not do: a terminal's keys begin with it, so that it is waited for more.
	entered := func(_, now string) bool { return lineOf(now, "╰─ /"+pasted) != "" }
	for _, storm := range []struct {
		into *sample
		come func(*window) error
		key  string // the next one, and how its answer looks
		seen func(before, now string) bool
	}{
		{&s.resized, manySizes, keyFilter, filterOpen}, {&s.pasted, muchPasted, keyEnter, entered}, {nil, calm, keyBack, filterShut},
		{&s.held, keysHeld, keyFilter, filterOpen}, {nil, calm, keyBack, filterShut},
	} {
		if err := storm.come(w); err != nil {
			return err
		}
		ended := time.Now()
		answered, err := w.answer(storm.key, storm.seen)
		if err != nil {
			return err
		}
		if storm.into != nil {
			*storm.into = append(*storm.into, milliseconds(answered.at.Sub(ended)))
		}
		if err := w.quiet(settled / 2); err != nil {
			return err
		}
	}
	return nil
}

func calm(*window) error { return nil }

// manySizes ends in the size in which it began.
func manySizes(w *window) error {
	for i := range int(stormTime / stormEvery) {
		if err := w.resize(columns-(i+1)%2*20, rows-(i+1)%2*5); err != nil {
			return err
		}
		time.Sleep(stormEvery)
	}
	return nil
}

func keysHeld(w *window) error {
	for i := range int(stormTime / stormEvery) {
		if err := w.press([]string{keyDown, keyUp}[i/5%2]); err != nil {
			return err
		}
		time.Sleep(stormEvery)
	}
	return nil
}

// muchPasted pastes into the field that is open. The line holds a few kilobytes: the program has read nearly all when this returns.
func muchPasted(w *window) error {
	return w.press(ansi.BracketedPasteStart + strings.Repeat(pasted, pasteBytes/len(pasted)) + ansi.BracketedPasteEnd)
}
