package style

import "strings"

// The glyphs that are drawn next to words. All are one cell wide in every terminal, and each has
// an ASCII replacement below.
const (
	Active     = "●" // states
	Stopped    = "○"
	Suspended  = "⊘"
	Running    = "◐"
	Done       = "✓"
	Failed     = "✗"
	Unknown    = "◌"
	Warning    = "▲"
	Automatic  = "◆" // kinds of restore points
	Manual     = "◇"
	Snapshot   = "▼"
	Bar        = "▌" // left of the row under the cursor
	Marked     = "•"
	Anchor     = "◈" // a marked row where a range would start
	BarThin    = "▏" // Bar in a pane without the focus
	Full       = "■" // a quota, in blocks
	Free       = "□"
	Fill       = "━" // a progress bar
	Track      = "─"
	Tick       = "┼" // on a timeline: an age that the policy allows
	Ascending  = "↑"
	Descending = "↓"
	Dot        = "·"
	Dash       = "–"
	Ellipsis   = "…"
	Focus      = "▸" // before the focused button and tab
	Checked    = "[✓]"
	Unchecked  = "[ ]"
	Prompt     = "›"
	More       = "▾" // more rows beyond the edge
	MoreUp     = "▴"
)

var asciiReplacer = strings.NewReplacer(
	Active, "*", Stopped, "o", Suspended, "%", Running, "~", Done, "+", Failed, "X", Unknown, "?", Warning, "!",
	Automatic, "a", Manual, "m", Snapshot, "s", "┼", "+", "┤", "|",
	Bar, ">", BarThin, "'", Marked, "*", Anchor, "@", Full, "#", Free, ".", Fill, "=", Ascending, "^", Descending, "v",
	"←", "<", "→", ">", "↵", "/",
	Dot, "-", Dash, "-", "—", "-", Ellipsis, "~", Focus, ">", Prompt, ">", More, "v", MoreUp, "^",
	"“", "\"", "”", "\"", "’", "'", "‹", "<", "›", ">", "�", "?",
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "─", "-", "│", "|", "┃", "|", "├", "+", "┤", "+",
)

// MoreArrows shows where there is more: above, below or both.
func MoreArrows(above, below bool) string {
	out := ""
	if above {
		out = MoreUp
	}
	if below {
		out += More
	}
	return out
}

// ASCII replaces every glyph of the program by ASCII characters, cell for cell.
func ASCII(screen string) string { return asciiReplacer.Replace(screen) }
