package picture_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"vpsdeck/screenshots/picture"
)

func TestRecordingShowsEachFrameInItsTime(t *testing.T) {
	frame := picture.New(sampleScreen(), "vpsdeck", picture.Dark())
	text := string(picture.Recording([]picture.Frame{{frame, time.Second}, {frame, 3 * time.Second}}))
	for _, want := range []string{
		"animation-duration:4000ms",
		"@keyframes a0{0%{visibility:visible}0.00%{visibility:visible}25.00%{visibility:hidden}}",
		"@keyframes a1{0%{visibility:hidden}25.00%{visibility:visible}100.00%{visibility:hidden}}",
		`<g class="f" id="f1">`, "#f0{visibility:visible}", "prefers-reduced-motion",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%.1500s", want, text)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
