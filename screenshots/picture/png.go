package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// PNG writes the picture at twice its size. Compare pictures by Image: how pixels are packed may
// change with Go.
func (p *Picture) PNG() ([]byte, error) {
	img, err := p.Image()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("writing the picture as PNG: %w", err)
	}
	return b.Bytes(), nil
}

// Image returns the picture in pixels, at twice its size, the same on every machine. Outside the
// window's round corners it is transparent.
func (p *Picture) Image() (*image.NRGBA, error) {
	fonts, err := loadFonts()
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, p.width*2/unitsPerPixel, p.height*2/unitsPerPixel))
	for _, s := range p.shapes {
		for _, r := range s.rects {
			blend(img, r.outline().mask(), 0, 0, s.fill)
		}
		for _, c := range s.contours {
			blend(img, c.outline().mask(), 0, 0, s.fill)
		}
	}
	for _, t := range p.texts {
		if err := fonts.draw(img, t); err != nil {
			return nil, err
		}
	}
	return img, nil
}

func (p point) toRaster() point { return point{p.x * perUnit, p.y * perUnit} }

func (r rect) outline() *outline {
	return newContour(r.x, r.y).line(r.x+r.w, r.y).line(r.x+r.w, r.y+r.h).line(r.x, r.y+r.h).outline()
}

func (c *contour) outline() *outline {
	var o outline
	at := c.start.toRaster()
	for _, piece := range c.pieces {
		end := piece.end.toRaster()
		if piece.line {
			o.line(at, end)
		} else {
			o.cubic(at, piece.a.toRaster(), piece.b.toRaster(), end)
		}
		at = end
	}
	o.line(at, c.start.toRaster())
	return &o
}
