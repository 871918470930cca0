package main

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// burstLatencies are the times from the end of a burst of input to the frame for the next key, in
// ms.
type burstLatencies struct {
	afterResize sample // 100 resizes a second
	afterKeys   sample // a key held down
	afterPaste  sample // a megabyte
}

// How long a burst lasts, its interval, and how much is pasted.
const (
	burstDuration = 3 * time.Second
	burstInterval = 10 * time.Millisecond
	pasteBytes    = 1 << 20
	pastedText    = "web-server "
)

// maxLatency still feels immediate.
const maxLatency = 100 // ms

func (b *burstLatencies) rows(name func(string) string) []row {
	return []row{
		{label: name("after 100 resizes a second: next key to last byte"), unit: "ms", ours: b.afterResize,
			limit: maxLatency},
		{label: name("after 100 cursor keys a second: next key to last byte"), unit: "ms", ours: b.afterKeys,
			limit: maxLatency},
		{label: name("after a pasted megabyte: next key to last byte"), unit: "ms", ours: b.afterPaste,
			limit: maxLatency},
	}
}

// measure sends each burst, and restores the state of the session.
func (b *burstLatencies) measure(session *ptySession) error {
	// A field without focus shows its start. Escape would not work: keys start with it, so the
	// program waits for more bytes.
	entered := func(_, now string) bool { return findLine(now, "╰─ /"+pastedText) != "" }
	for _, burst := range []struct {
		into  *sample
		send  func(*ptySession) error
		key   string                        // the next key
		shown func(before, now string) bool // whether the screen shows its result
	}{
		{&b.afterResize, resizeBurst, keyFilter, isFilterOpen}, {&b.afterPaste, pasteBurst, keyEnter, entered},
		{nil, noBurst, keyBack, isFilterClosed},
		{&b.afterKeys, keyBurst, keyFilter, isFilterOpen}, {nil, noBurst, keyBack, isFilterClosed},
	} {
		if err := burst.send(session); err != nil {
			return err
		}
		ended := time.Now()
		frame, err := session.pressAndWait(burst.key, burst.shown)
		if err != nil {
			return err
		}
		if burst.into != nil {
			*burst.into = append(*burst.into, milliseconds(frame.at.Sub(ended)))
		}
		if err := session.waitQuiet(settleTime / 2); err != nil {
			return err
		}
	}
	return nil
}

func noBurst(*ptySession) error { return nil }

// resizeBurst ends with the size that it started with.
func resizeBurst(session *ptySession) error {
	for i := range int(burstDuration / burstInterval) {
		if err := session.resize(columns-(i+1)%2*20, rows-(i+1)%2*5); err != nil {
			return err
		}
		time.Sleep(burstInterval)
	}
	return nil
}

func keyBurst(session *ptySession) error {
	for i := range int(burstDuration / burstInterval) {
		if err := session.press([]string{keyDown, keyUp}[i/5%2]); err != nil {
			return err
		}
		time.Sleep(burstInterval)
	}
	return nil
}

// pasteBurst pastes into the open field. A pty buffers a few kilobytes: when this returns, the
// program has read nearly all.
func pasteBurst(session *ptySession) error {
	return session.press(ansi.BracketedPasteStart + strings.Repeat(pastedText, pasteBytes/len(pastedText)) +
		ansi.BracketedPasteEnd)
}
