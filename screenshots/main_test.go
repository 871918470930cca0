package main

import (
	"bytes"
	"os"
	"testing"

	"vpsdeck/internal/lanes"
)

// If this fails, look at the change on the screen first. Then run `go run ./screenshots`, and look
// at every PNG.
func TestCommittedPicturesAreUpToDate(t *testing.T) {
	for _, s := range lanes.Rows(scenes()) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			drawn, err := s.render()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(s.name + ".svg"); err != nil || !bytes.Equal(got, drawn.svg) {
				t.Errorf("%s.svg is stale: run go run ./screenshots", s.name)
			}
			if _, err := os.Stat(s.name + ".png"); err != nil && drawn.still != nil {
				t.Errorf("%s.png is missing: run go run ./screenshots", s.name)
			}
		})
	}
}
