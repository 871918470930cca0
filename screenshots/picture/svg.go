package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"
)

// fontFamilies are fonts that a reader may have, best first. Every run has a fixed width, so any
// monospaced font works.
const fontFamilies = "'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',ui-monospace,monospace"

// SVG writes the picture as an image of its own size, whose text can be selected.
func (p *Picture) SVG() []byte {
	var b bytes.Buffer
	p.writeStart(&b)
	p.writeContent(&b)
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (p *Picture) writeStart(b *bytes.Buffer) {
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">`+"\n",
		p.width/unitsPerPixel, p.height/unitsPerPixel, p.width, p.height)
}

func (p *Picture) writeContent(b *bytes.Buffer) {
	for _, s := range p.shapes {
		s.writeSVG(b)
	}
	fmt.Fprintf(b, `<g font-family="%s" font-size="%d">`+"\n", fontFamilies, textSize)
	for _, t := range p.texts {
		t.writeSVG(b)
	}
	b.WriteString("</g>\n")
}

// writeSVG writes the rectangles as one path and the round outlines as another: only the former
// have edges to keep sharp.
func (s *shape) writeSVG(b *bytes.Buffer) {
	if len(s.rects) > 0 {
		fmt.Fprintf(b, `<path fill="%s" shape-rendering="crispEdges" d="`, hex(s.fill))
		for _, r := range s.rects {
			fmt.Fprintf(b, "M%d %dh%dv%dh%dz", r.x, r.y, r.w, r.h, -r.w)
		}
		b.WriteString("\"/>\n")
	}
	if len(s.contours) > 0 {
		fmt.Fprintf(b, `<path fill="%s" d="`, hex(s.fill))
		for _, c := range s.contours {
			fmt.Fprintf(b, "M%d %d", c.start.x, c.start.y)
			for _, piece := range c.pieces {
				if piece.line {
					fmt.Fprintf(b, "L%d %d", piece.end.x, piece.end.y)
				} else {
					fmt.Fprintf(b, "C%d %d %d %d %d %d", piece.a.x, piece.a.y, piece.b.x, piece.b.y, piece.end.x,
						piece.end.y)
				}
			}
			b.WriteString("z")
		}
		b.WriteString("\"/>\n")
	}
}

func (t text) writeSVG(b *bytes.Buffer) {
	fmt.Fprintf(b, `<text x="%d" y="%d" fill="%s"`, t.x, t.y, hex(t.fill))
	if t.size != textSize {
		fmt.Fprintf(b, ` font-size="%d"`, t.size)
	}
	if t.bold {
		b.WriteString(` font-weight="bold"`)
	}
	if t.italic {
		b.WriteString(` font-style="italic"`)
	}
	if n := len(t.runes); n > 1 {
		fmt.Fprintf(b, ` textLength="%d"`, n*t.advance)
	}
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(strings.Join(t.runes, ""))) // writing to a buffer never fails
	b.WriteString("</text>\n")
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
