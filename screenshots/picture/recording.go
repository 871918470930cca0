package picture

import (
	"bytes"
	"fmt"
	"time"
)

// Frame is a picture that a recording shows for some time.
type Frame struct {
	Picture *Picture
	Shown   time.Duration
}

// Recording writes pictures of one size as one SVG, which shows them one after the other and begins
// again. Where nothing moves, because the reader does not want it or the viewer cannot, it is the
// first picture.
func Recording(frames []Frame) []byte {
	var total time.Duration
	for _, f := range frames {
		total += f.Shown
	}
	first := frames[0].Picture
	var b bytes.Buffer
	first.writeStart(&b)
	fmt.Fprintf(&b, "<style>\ng.f{visibility:hidden;animation-duration:%dms;animation-timing-function:step-end;"+
		"animation-iteration-count:infinite}\n#f0{visibility:visible}\n", total.Milliseconds())
	var from time.Duration
	for i, f := range frames {
		to := from + f.Shown
		fmt.Fprintf(&b, "#f%d{animation-name:a%[1]d}@keyframes a%[1]d{0%%{visibility:%s}%s%%{visibility:visible}"+
			"%s%%{visibility:hidden}}\n", i, visibility(i == 0), percent(from, total), percent(to, total))
		from = to
	}
	b.WriteString("@media(prefers-reduced-motion:reduce){g.f{animation:none}}\n</style>\n")
	for i, f := range frames {
		fmt.Fprintf(&b, `<g class="f" id="f%d">`+"\n", i)
		f.Picture.writeContent(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func visibility(shown bool) string {
	if shown {
		return "visible"
	}
	return "hidden"
}

// percent returns a part of the total, in hundredths of a percent: whole numbers are the same on
// every machine.
func percent(part, total time.Duration) string {
	hundredths := int64(part) * 10000 / int64(total)
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}
