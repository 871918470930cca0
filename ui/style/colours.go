package style

import (
	"fmt"
	"image/color"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// colourFields returns the colours of a palette by their names in the config.
func (p *Palette) colourFields() map[string]*color.Color {
	return map[string]*color.Color{
		"text": &p.Text, "muted": &p.Muted, "faint": &p.Faint, "accent": &p.Accent, "fine": &p.Fine,
		"warning": &p.Warning, "bad": &p.Bad, "snapshot": &p.Snapshot, "selection": &p.Selection,
		"on_accent": &p.OnAccent,
	}
}

// colourMeanings say what each colour is for.
var colourMeanings = map[string]string{
	"text": "primary text", "muted": "headings, labels, what is fine",
	"faint":  "borders, and everything behind a dialog",
	"accent": "the focus, keys and what runs", "fine": "what is complete", "warning": "warnings",
	"bad":      "what is critical",
	"snapshot": "snapshots, where they are shown with backups", "selection": "background of the row under the cursor",
	"on_accent": "text on a button",
}

// ColourMeaning returns what a colour is for.
func ColourMeaning(name string) string { return colourMeanings[name] }

// ColourNames lists the names of the colours of a theme.
func ColourNames() []string { return slices.Sorted(maps.Keys(new(Palette).colourFields())) }

// colourPattern matches a colour in red, green and blue: "#7FE0FF".
var colourPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
})

// terminalColours are the names of the 16 colours of a terminal, by number.
var terminalColours = []string{
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
	"bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
}

// ParseColours parses colours by name: "#7FE0FF", a number from 0 to 255, or a name of a terminal's
// colour. Colours that are not given are nil. If one is invalid, it returns its name and why.
func ParseColours(texts map[string]string) (p Palette, name string, err error) {
	fields := p.colourFields()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		field, known := fields[name]
		if !known {
			return Palette{}, name, fmt.Errorf("unknown colour %q; valid: base, %s", name,
				strings.Join(ColourNames(), ", "))
		}
		if *field = parseColour(texts[name]); *field == nil {
			return Palette{}, name, fmt.Errorf(`%s cannot be %q: write "#RRGGBB", a number from 0 to 255, or one of %s`,
				name, texts[name], strings.Join(terminalColours, ", "))
		}
	}
	return p, "", nil
}

// parseColour returns the colour that a text means, or nil.
func parseColour(text string) color.Color {
	if colourPattern().MatchString(text) {
		return rgb(text)
	}
	if i := slices.Index(terminalColours, strings.ToLower(text)); i >= 0 {
		return ansi.BasicColor(i)
	}
	if n, err := strconv.ParseUint(text, 10, 8); err == nil {
		return ansi256(uint8(n))
	}
	return nil
}

// replace returns the palette with the colours of another that are not nil. The text on buttons
// follows a new accent colour, so that it stays readable.
func (p Palette) replace(own Palette) Palette {
	fields := p.colourFields()
	for name, c := range own.colourFields() {
		if *c != nil {
			*fields[name] = *c
		}
	}
	if own.Accent != nil && own.OnAccent == nil {
		p.OnAccent = textColourOn(own.Accent)
	}
	return p
}
