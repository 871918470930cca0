package cli

import "strings"

// paragraphs returns a help text that is broken and indented in the code. Each paragraph becomes one
// line, because the terminal's width decides where it breaks. An empty line separates paragraphs.
func paragraphs(text string) string {
	var out []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		out = append(out, strings.Join(strings.Fields(paragraph), " "))
	}
	return strings.Join(out, "\n\n")
}

// lines returns a text of several lines that is indented in the code.
func lines(text string) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		out = append(out, strings.TrimLeft(line, "\t"))
	}
	return strings.Join(out, "\n")
}
