package terminal

import (
	"image/color"
	"runtime"
	"sync/atomic"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

func TestWriteReturnsAfterTheQueryIsAnswered(t *testing.T) {
	var answers atomic.Int64
	s := newScreen(10, 2, color.White, func(uv.Event) {
		for range 100 {
			runtime.Gosched()
		}
		answers.Add(1)
	})
	defer s.close()
	for want := range int64(50) {
		if _, err := s.Write([]byte(ansi.RequestBackgroundColor)); err != nil {
			t.Fatal(err)
		}
		if got := answers.Load(); got != want+1 {
			t.Fatalf("after query %d there were %d answers", want+1, got)
		}
	}
}

func TestMarkIsReadAfterEarlierOutput(t *testing.T) {
	s := newScreen(10, 2, color.Black, func(uv.Event) {})
	defer s.close()
	if _, err := s.Write([]byte("ab" + mark(7).String() + "cd")); err != nil {
		t.Fatal(err)
	}
	if grid, last := s.current(); last != 7 || grid.Line(0) != "abcd" {
		t.Errorf("the last mark is %d, and the screen shows %q", last, grid.Line(0))
	}
}

func TestShrunkScreenClampsOldScrollRegion(t *testing.T) {
	s := newScreen(10, 8, color.Black, func(uv.Event) {})
	defer s.close()
	s.resize(10, 3)
	frame := ansi.SetTopBottomMargins(1, 8) + ansi.ScrollUp(1) + ansi.SetTopBottomMargins(1, 3) +
		ansi.CursorHomePosition + "a\r\nb"
	if _, err := s.Write([]byte(frame)); err != nil {
		t.Fatal(err)
	}
	if grid, _ := s.current(); grid.Line(0) != "a" || grid.Line(1) != "b" {
		t.Errorf("the screen shows %q and %q", grid.Line(0), grid.Line(1))
	}
}
